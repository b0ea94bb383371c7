#include "app/import.h"

#include "app/commands/commands.h"
#include "app/commands/session.h"
#include "app/commands/watch.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN = 20 /* lines that cannot be taken; of the rest only the number is told */ };

struct telling {
    const struct arguments *arguments;
    size_t refused;
};

static void tell_refused(void *context, size_t line, const char *why)
{
    struct telling *telling = context;

    watch_clear();
    if (telling->refused++ < SHOWN)
        report_note(telling->arguments, "line %zu was left out: %s", line, why);
    else if (telling->refused == SHOWN + 1)
        report_note(telling->arguments, "more lines were left out");
}

static enum import_format chosen_format(const struct arguments *arguments)
{
    static const struct {
        const char *name;
        enum import_format format;
    } formats[] = {{"jsonl", IMPORT_JSONL},
                   {"csv", IMPORT_CSV},
                   {"jrnl", IMPORT_JRNL},
                   {"daylio", IMPORT_DAYLIO}};
    const char *format = arguments_value(arguments, "format");

    for (size_t i = 0; format && i < sizeof formats / sizeof *formats; i++)
        if (strcmp(format, formats[i].name) == 0)
            return formats[i].format;
    return IMPORT_BY_NAME;
}

static enum error take_file(const struct arguments *arguments, struct journal *journal)
{
    struct telling telling = {.arguments = arguments};
    struct import_options options = {
        .path = arguments->operand[0],
        .format = chosen_format(arguments),
        .raw = arguments_has(arguments, "raw"),
        .strict = arguments_has(arguments, "strict"),
        .dry_run = arguments_has(arguments, "dry-run"),
        .watch = watch_start(),
        .refused = tell_refused,
        .context = &telling,
    };
    struct import_result result;
    enum error error = import_file(journal, &options, &result);

    watch_clear();
    if (!error)
        printf("%s %zu message%s; %zu %s there already, %zu line%s left out\n",
               options.dry_run ? "would import" : "imported", result.added,
               result.added == 1 ? "" : "s", result.duplicates,
               result.duplicates == 1 ? "was" : "were", result.refused,
               result.refused == 1 ? "" : "s");
    return error;
}

static int run(const struct arguments *arguments)
{
    struct journal *journal = NULL;
    enum error error = session_open(arguments, JOURNAL_WRITE, &journal);

    if (!error)
        error = take_file(arguments, journal);
    journal_close(journal);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"format", "FORMAT", "jsonl|csv|jrnl|daylio",
     "what FILE is; without it its name says: .jsonl, .json (jrnl), else CSV"},
    {"raw", NULL, NULL, "take CSV cells as they are (of 'export --raw')"},
    {"strict", NULL, NULL, "import nothing where a line cannot be taken"},
    {"dry-run", NULL, NULL, "say what would be imported, and keep nothing"},
    {0},
};

const struct command command_import = {
    .name = "import",
    .operands = "FILE",
    .summary = "take in messages of an export, of jrnl or of Daylio",
    .details =
        "All of FILE is taken in one step, or nothing is. A line that cannot be taken is named "
        "and left out. A message of the same time and text as one that is there is not taken "
        "twice. FILE may be - for standard input.\n\n"
        "jsonl and csv are what 'export' writes: time and offset, guess, probability, model, "
        "rating and label are kept as they are, so that an export of a journal, imported into a "
        "new profile, is exported again byte for byte. Needed are created_at and text; what has no "
        "probability is guessed now. Ratings are learnt in the order of the lines. Numbers are "
        "kept in a journal that never had a message. In CSV one ' is taken away from a cell that "
        "starts with one and = + - @ ' a tab or a carriage return behind it, unless --raw.\n\n"
        "jrnl is what 'jrnl --format json' writes: the title and, below it, the body; the star is "
        "left out. daylio is the CSV that Daylio exports, known by its columns: the text is the "
        "mood with the activities in brackets, and below it the title and the note. A mood of "
        "Daylio's is none of the emotions, so it rates nothing; the message is guessed as any "
        "other. Times of both are of this computer's zone.\n\n"
        "    emotrack import journal.jsonl\n"
        "    jrnl --format json | emotrack import - --format jrnl",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
