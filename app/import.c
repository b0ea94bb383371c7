#include "app/import.h"

struct importer {
    const struct import_options *options;
    struct import_reader reader;
    struct journal_import *import;
    struct import_result *result;
};

static enum error look(struct importer *importer)
{
    enum { OFTEN = 256 /* messages between two looks */ };
    const struct import_source *source = &importer->reader.source;
    const struct import_result *result = importer->result;
    const struct journal_watch *watch = &importer->options->watch;

    if (!watch->progress || (result->added + result->duplicates + result->refused) % OFTEN != 0)
        return ERROR_NONE;
    return watch->progress(watch->context, "importing", source->done, source->total);
}

/* What one message of many is not, the import can do without. */
static enum error settle(struct importer *importer, size_t line, enum error error)
{
    const struct import_options *options = importer->options;

    if (error != ERROR_INVALID && error != ERROR_TOO_LARGE)
        return error;
    importer->result->refused++;
    if (options->refused)
        options->refused(options->context, line, error_sentence());
    return ERROR_NONE;
}

static enum error take(struct importer *importer, const struct import_item *item)
{
    struct entry entry = item->entry;
    enum import_outcome outcome;
    enum error error;

    entry.text = NULL;
    error = journal_import_add(importer->import, &entry, item->text, item->length, item->guessed,
                               &outcome);
    if (error)
        return error;
    if (outcome == IMPORT_ADDED)
        importer->result->added++;
    else
        importer->result->duplicates++;
    return ERROR_NONE;
}

static enum error take_all(struct importer *importer)
{
    bool ended = false;
    enum error error = ERROR_NONE;

    while (!error && !ended) {
        struct import_item item;

        error = import_reader_next(&importer->reader, &item);
        ended = !error && !item.text;
        if (!error && !ended)
            error = take(importer, &item);
        error = settle(importer, item.line, error);
        if (!error)
            error = look(importer);
    }
    return error;
}

static enum error check_strict(const struct importer *importer)
{
    size_t refused = importer->result->refused;

    if (!importer->options->strict || refused == 0)
        return ERROR_NONE;
    return error_raise(ERROR_INVALID,
                       "%zu line%s cannot be taken, so nothing was imported: mend %s, or leave "
                       "--strict out",
                       refused, refused == 1 ? "" : "s", refused == 1 ? "it" : "them");
}

enum error import_file(struct journal *journal, const struct import_options *options,
                       struct import_result *out)
{
    struct importer importer = {.options = options, .result = out};
    struct import_source source;
    enum import_format format =
        options->format == IMPORT_BY_NAME ? import_format_of(options->path) : options->format;
    enum error error = import_source_open(&source, options->path), opened;

    *out = (struct import_result){0};
    opened = error ? error : import_reader_open(&importer.reader, &source, format, options->raw);
    if (error)
        import_source_close(&source);
    error = opened;
    if (!error)
        error = journal_import_begin(journal, &importer.import);
    if (!error)
        error = take_all(&importer);
    if (!error)
        error = check_strict(&importer);
    error = journal_import_end(importer.import, error, !options->dry_run);
    import_reader_close(&importer.reader);
    return error;
}
