#include "app/import_reader.h"

#include <assert.h>
#include <string.h>

/* The first byte chooses the format and whether CSV is raw; the rest is the file. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct import_item *item)
{
    const struct entry *entry = &item->entry;

    assert(strlen(item->text) <= item->length);
    assert(item->line > 0);
    assert(entry->id >= 0);
    assert(entry->verdict >= VERDICT_NONE && entry->verdict <= VERDICT_WRONG);
    assert(entry->offset > -48 * 60 && entry->offset < 48 * 60);
    assert(!entry->guess || strlen(entry->guess) < IMPORT_ITEM_MAX);
}

/* A message, or a line that is none, takes at least a byte of the file. */
static void read_all(struct import_reader *reader, size_t size)
{
    struct import_item item;
    size_t items = 0;
    enum error error;

    do {
        error = import_reader_next(reader, &item);
        assert(error == ERROR_NONE || error == ERROR_INVALID || error == ERROR_TOO_LARGE ||
               error == ERROR_DAMAGED);
        assert(items <= size);
        items++;
        if (!error && item.text)
            check(&item);
    } while (error == ERROR_INVALID || error == ERROR_TOO_LARGE || (!error && item.text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct import_reader reader;
    struct import_source source;
    enum import_format format;
    enum error error;
    bool raw;

    if (size == 0)
        return 0;
    format = (enum import_format)(IMPORT_JSONL + data[0] % 4);
    raw = data[0] / 4 % 2;
    import_source_memory(&source, data + 1, size - 1);
    error = import_reader_open(&reader, &source, format, raw);
    assert(error == ERROR_NONE || error == ERROR_DAMAGED);
    if (!error)
        read_all(&reader, size);
    import_reader_close(&reader);
    return 0;
}
