#include "app/export.h"

#include "app/commands/commands.h"
#include "app/commands/operands.h"
#include "app/commands/session.h"
#include "app/commands/watch.h"

#include <string.h>

static enum export_format chosen_format(const struct arguments *arguments)
{
    const char *format = arguments_value(arguments, "format");
    const char *path = arguments_value(arguments, "output");

    if (format)
        return strcmp(format, "jsonl") == 0 ? EXPORT_JSONL : EXPORT_CSV;
    return path ? export_format_of(path) : EXPORT_CSV;
}

/* To a file it shows itself, and ^C leaves the file as it was; standard output is a pipe's or a
 * terminal's, where ^C ends the program as it does any other. */
static enum error write_messages(const struct arguments *arguments, struct journal *journal,
                                 const char *filter)
{
    const char *output = arguments_value(arguments, "output");
    const char *path = output && strcmp(output, "-") != 0 ? output : NULL;
    struct export_options options = {
        .format = chosen_format(arguments),
        .raw = arguments_has(arguments, "raw"),
        .filter = filter,
    };
    struct output standard;
    struct export_count count;
    enum error error;

    if (path) {
        options.watch = watch_start();
        error = export_file(journal, path, &options, &count);
        watch_clear();
        return error;
    }
    error = export_open(&standard, NULL);
    if (!error)
        error = export_write(journal, &standard, &options, &count);
    error = output_close(&standard, error);
    return error ? error : export_missing(&count);
}

static int run(const struct arguments *arguments)
{
    struct journal *journal = NULL;
    struct buffer filter;
    enum error error;

    buffer_init(&filter, FILTER_LINE_MAX);
    error = operand_filter(arguments, &filter);
    if (!error)
        error = session_open(arguments, JOURNAL_READ, &journal);
    if (!error)
        error = write_messages(arguments, journal, filter.data);
    buffer_free(&filter);
    journal_close(journal);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"format", "FORMAT", "csv|jsonl",
     "write CSV or JSON Lines; without it the name of FILE says (.jsonl), else CSV"},
    {"output", "FILE", NULL,
     "write to FILE, which is replaced only when all is written (^C: it is as it was)"},
    {"raw", NULL, NULL, "write CSV cells as they are, though a spreadsheet may run them"},
    {0},
};

const struct command command_export = {
    .name = "export",
    .operands = "[FILTER...]",
    .summary = "write the messages with their ratings for other programs, oldest first",
    .details =
        "The fields are id, created_at (ISO 8601 with milliseconds and offset), text, guess, "
        "probability, rating (right or wrong), label (the emotion that you picked) and model. "
        "What is not there is empty in CSV and null in JSON. The encoding is UTF-8; CSV follows "
        "RFC 4180. On a terminal control characters are replaced in CSV; a file or another program "
        "gets the exact text. FILE may not be a journal or in the folder of the journals.\n\n"
        "A CSV cell that starts with = + - @ ' a tab or a carriage return gets a ' in front, so "
        "that no spreadsheet takes it for a formula: take one ' away from each cell that starts "
        "with one, or use --raw or JSON Lines, to have the exact text. The filter is that of "
        "'history'.\n\n"
        "    emotrack export --output journal.csv\n"
        "    emotrack export --format jsonl after:2026 | jq .text",
    .options = options,
    .operands_max = -1,
    .run = run,
};
