#include "app/tui/reader.h"

enum error reader_open(struct reader *reader, struct journal *journal, int64_t id)
{
    struct entry entry;
    enum error error = journal_get(journal, id, &entry);

    if (error) {
        entry_clear(&entry);
        reader_close(reader);
        return error;
    }
    if (reader->entry.id != id)
        reader->top = 0;
    entry_clear(&reader->entry);
    reader->entry = entry;
    return ERROR_NONE;
}

void reader_close(struct reader *reader)
{
    entry_clear(&reader->entry);
    *reader = (struct reader){0};
}

void reader_scroll(struct reader *reader, long lines)
{
    long top = (long)reader->top + lines;

    if (top > (long)reader->last)
        top = (long)reader->last;
    reader->top = top > 0 ? (size_t)top : 0;
}
