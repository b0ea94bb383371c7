#include "app/export.h"

#include "app/record.h"

#include <string.h>
#include <strings.h>

struct export
{
    struct output *output;
    struct buffer line;
    enum export_format format;
    bool raw;
    size_t count; /* messages so far */
};

enum export_format export_format_of(const char *path)
{
    static const char jsonl[] = ".jsonl";
    size_t length = strlen(path), end = sizeof jsonl - 1;

    return length >= end && strcasecmp(path + length - end, jsonl) == 0 ? EXPORT_JSONL : EXPORT_CSV;
}

static enum error put_line(struct export *export)
{
    enum error error = output_add(export->output, export->line.data, export->line.length);

    buffer_clear(&export->line);
    return error;
}

static enum error put_header(struct export *export)
{
    enum error error = record_csv_header(&export->line);

    return error ? error : put_line(export);
}

static enum error put_entry(void *context, const struct entry *entry)
{
    struct export *export = context;
    enum error error = export->format == EXPORT_JSONL
                           ? record_json(entry, &export->line)
                           : record_csv(entry, export->raw, &export->line);

    export->count++;
    return error ? error : put_line(export);
}

enum error export_write(struct journal *journal, struct output *output, enum export_format format,
                        bool raw, const char *filter, size_t *count)
{
    struct export export = {.output = output, .format = format, .raw = raw};
    enum error error = ERROR_NONE;

    buffer_init(&export.line, RECORD_MAX);
    if (format == EXPORT_CSV)
        error = put_header(&export);
    if (!error)
        error = journal_each(journal, filter, false, 0, put_entry, &export);
    buffer_free(&export.line);
    *count = export.count;
    return error;
}

enum error export_file(struct journal *journal, const char *path, enum export_format format,
                       const char *filter, size_t *count)
{
    struct output output;
    enum error error = output_open(&output, path);

    *count = 0;
    if (!error)
        error = export_write(journal, &output, format, false, filter, count);
    return output_close(&output, error);
}
