#include "app/export.h"

#include "app/display.h"
#include "app/profile.h"
#include "app/record.h"

#include <string.h>
#include <strings.h>

#define BREAK "\r\n" /* at the end of a row (app/record.h) */

struct exporter {
    struct output *output;
    struct buffer line, shown; /* as it is, and as a terminal may have it */
    enum export_format format;
    bool raw, terminal;
    size_t count; /* messages so far */
};

enum export_format export_format_of(const char *path)
{
    static const char jsonl[] = ".jsonl";
    size_t length = strlen(path), end = sizeof jsonl - 1;

    return length >= end && strcasecmp(path + length - end, jsonl) == 0 ? EXPORT_JSONL : EXPORT_CSV;
}

/* A row without what could move a terminal's cursor. The CR LF at its end is none of that. */
static enum error put_shown(struct exporter *exporter)
{
    size_t length = exporter->line.length - strlen(BREAK);
    struct buffer *shown = &exporter->shown;
    enum error error = display_safe(exporter->line.data, length, DISPLAY_LINES, shown);

    if (!error)
        error = buffer_append_text(shown, BREAK);
    if (!error)
        error = output_add(exporter->output, shown->data, shown->length);
    buffer_clear(shown);
    return error;
}

static enum error put_line(struct exporter *exporter)
{
    enum error error = exporter->terminal ? put_shown(exporter)
                                          : output_add(exporter->output, exporter->line.data,
                                                       exporter->line.length);

    buffer_clear(&exporter->line);
    return error;
}

static enum error put_header(struct exporter *exporter)
{
    enum error error = record_csv_header(&exporter->line);

    return error ? error : put_line(exporter);
}

static enum error put_entry(void *context, const struct entry *entry)
{
    struct exporter *exporter = context;
    enum error error = exporter->format == EXPORT_JSONL
                           ? record_json(entry, &exporter->line)
                           : record_csv(entry, exporter->raw, &exporter->line);

    exporter->count++;
    return error ? error : put_line(exporter);
}

enum error export_open(struct output *output, const char *path)
{
    enum error error = path ? profile_guard(path) : ERROR_NONE;

    *output = (struct output){0};
    return error ? error : output_open(output, path);
}

enum error export_write(struct journal *journal, struct output *output, enum export_format format,
                        bool raw, const char *filter, size_t *count)
{
    struct exporter exporter = {
        .output = output,
        .format = format,
        .raw = raw,
        .terminal = format == EXPORT_CSV && output_is_terminal(output),
    };
    enum error error = ERROR_NONE;

    buffer_init(&exporter.line, RECORD_MAX);
    buffer_init(&exporter.shown, 3 * RECORD_MAX);
    if (format == EXPORT_CSV)
        error = put_header(&exporter);
    if (!error)
        error = journal_each(journal, filter, false, 0, put_entry, &exporter);
    buffer_free(&exporter.shown);
    buffer_free(&exporter.line);
    *count = exporter.count;
    return error;
}

enum error export_file(struct journal *journal, const char *path, enum export_format format,
                       const char *filter, size_t *count)
{
    struct output output;
    enum error error = export_open(&output, path);

    *count = 0;
    if (!error)
        error = export_write(journal, &output, format, false, filter, count);
    return output_close(&output, error);
}
