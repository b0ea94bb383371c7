#include "app/export.h"

#include "app/display.h"
#include "app/profile.h"
#include "app/record.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BREAK "\r\n" /* at the end of a row (app/record.h) */

enum { WATCHED = 64 /* messages between two looks whether to go on */ };

struct exporter {
    const struct export_options *options;
    struct output *output;
    struct buffer line, shown; /* as it is, and as a terminal may have it */
    bool terminal;
    struct export_count count;
    size_t total; /* messages in all; 0: nobody knows */
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

static enum error tell_progress(struct exporter *exporter)
{
    const struct journal_watch *watch = &exporter->options->watch;
    size_t done = exporter->count.written + exporter->count.damaged;

    if (!watch->progress || done % WATCHED > 0)
        return ERROR_NONE;
    return watch->progress(watch->context, "exporting", done, exporter->total);
}

static enum error put_entry(void *context, const struct entry *entry)
{
    struct exporter *exporter = context;
    enum error error = tell_progress(exporter);

    if (entry->damaged) {
        exporter->count.damaged++;
        return error;
    }
    if (!error)
        error = exporter->options->format == EXPORT_JSONL
                    ? record_json(entry, &exporter->line)
                    : record_csv(entry, exporter->options->raw, &exporter->line);
    exporter->count.written++;
    return error ? error : put_line(exporter);
}

static enum error put_ids(struct exporter *exporter, struct journal *journal)
{
    enum error error = ERROR_NONE;

    for (size_t i = 0; i < exporter->options->count && !error; i++) {
        struct entry entry;

        error = journal_get(journal, exporter->options->ids[i], &entry);
        if (!error)
            error = put_entry(exporter, &entry);
        entry_clear(&entry);
    }
    return error;
}

/* How many there will be, where somebody asks. */
static enum error count_all(struct exporter *exporter, struct journal *journal)
{
    const struct export_options *options = exporter->options;
    static const struct search search = {.order = DB_OLDEST_FIRST};
    int64_t *ids = NULL;
    enum error error = ERROR_NONE;

    exporter->total = options->count;
    if (options->watch.progress && !options->ids)
        error = journal_find(journal, options->filter, &search, &ids, &exporter->total);
    free(ids);
    return error;
}

static enum error put_entries(struct exporter *exporter, struct journal *journal)
{
    const struct export_options *options = exporter->options;
    enum error error = count_all(exporter, journal);

    if (!error && options->format == EXPORT_CSV)
        error = put_header(exporter);
    if (error)
        return error;
    return options->ids ? put_ids(exporter, journal)
                        : journal_each(journal, options->filter, false, 0, put_entry, exporter);
}

enum error export_open(struct output *output, const char *path)
{
    enum error error = path ? profile_guard(path) : ERROR_NONE;

    *output = (struct output){0};
    return error ? error : output_open(output, path);
}

enum error export_write(struct journal *journal, struct output *output,
                        const struct export_options *options, struct export_count *count)
{
    struct exporter exporter = {
        .options = options,
        .output = output,
        .terminal = options->format == EXPORT_CSV && output_is_terminal(output),
    };
    enum error error;

    buffer_init(&exporter.line, RECORD_MAX);
    buffer_init(&exporter.shown, 3 * RECORD_MAX);
    error = put_entries(&exporter, journal);
    buffer_free(&exporter.shown);
    buffer_free(&exporter.line);
    *count = exporter.count;
    return error;
}

enum error export_missing(const struct export_count *count)
{
    if (count->damaged == 0)
        return ERROR_NONE;
    return error_raise(ERROR_DAMAGED,
                       "messages exported: %zu; left out, since their texts are damaged: %zu "
                       "(`emotrack check` says which)",
                       count->written, count->damaged);
}

enum error export_file(struct journal *journal, const char *path,
                       const struct export_options *options, struct export_count *count)
{
    struct output output;
    enum error error = export_open(&output, path);

    *count = (struct export_count){0};
    if (!error)
        error = export_write(journal, &output, options, count);
    error = output_close(&output, error);
    return error ? error : export_missing(count);
}
