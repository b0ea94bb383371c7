#include "app/commands/commands.h"
#include "app/commands/session.h"
#include "app/commands/watch.h"
#include "app/describe_sync.h"
#include "app/display.h"
#include "app/export.h"
#include "app/record.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WORDS_MAX = 4 * 1024 * 1024 /* bytes */ };

/* ---- progress ---- */

static void show_progress(void *context, enum sync_stage stage, int percent)
{
    static const char *const stages[] = {
        [SYNC_MANIFEST] = "asking the server",
        [SYNC_MODEL] = "fetching the model",
        [SYNC_TRAINING] = "training",
        [SYNC_SENDING] = "sending",
        [SYNC_DONE] = "",
    };

    (void)context;
    if (stage == SYNC_DONE)
        fprintf(stderr, "\r%*s\r", 32, "");
    else if (stage == SYNC_MODEL && percent > 0)
        fprintf(stderr, "\r%-24s %3d%%   ", stages[stage], percent);
    else
        fprintf(stderr, "\r%-32s", stages[stage]);
}

/* ---- syncing ---- */

static enum error print_result(const struct sync_result *result, bool json)
{
    struct buffer words;
    enum error error;

    buffer_init(&words, WORDS_MAX);
    error = json ? record_sync(result, &words)
                 : display_safe(result->note, strlen(result->note), DISPLAY_LINE, &words);
    if (!error && !json)
        error = buffer_append_byte(&words, '\n');
    if (!error)
        fwrite(words.data, 1, words.length, stdout);
    buffer_free(&words);
    return error;
}

/* Whether it failed for now: the next sync may well go on from here. */
static bool is_temporary(enum error error, const struct sync_result *result)
{
    return error == ERROR_UNREACHABLE || error == ERROR_BUSY ||
           (!error && result->status == SYNC_QUEUED);
}

static int sync_now(const struct arguments *arguments, struct journal *journal)
{
    struct sync_options options = {
        .now = arguments_has(arguments, "now"),
        .dry_run = arguments_has(arguments, "dry-run"),
        .use_model = arguments_has(arguments, "use-model"),
        .cancel = watch_interrupted(),
        .progress = isatty(STDERR_FILENO) == 1 ? show_progress : NULL,
    };
    bool json = arguments_has(arguments, "json"), temporary;
    struct sync_result result;
    enum error error, printed = ERROR_NONE;
    int code;

    watch_signals();
    error = journal_sync(journal, &options, &result);
    code = report_outcome(arguments, error);
    temporary = is_temporary(error, &result);
    if (temporary || !error)
        printed = json || !error ? print_result(&result, json) : ERROR_NONE;
    if (printed)
        return report_outcome(arguments, printed);
    return temporary ? EXIT_TEMPORARY : code;
}

/* ---- showing ---- */

static enum error write_bytes(const char *path, const struct buffer *bytes)
{
    struct output output;
    enum error error = export_open(&output, path);

    if (!error)
        error = output_add(&output, bytes->data, bytes->length);
    return output_close(&output, error);
}

static enum error print_preview(const struct sync_preview *preview, bool bytes)
{
    struct buffer words;
    enum error error;

    buffer_init(&words, WORDS_MAX);
    error = describe_preview(preview, &words);
    if (!error && bytes)
        error = buffer_append_byte(&words, '\n');
    if (!error && bytes)
        error = describe_bytes(preview, &words);
    if (!error)
        fwrite(words.data, 1, words.length, stdout);
    buffer_free(&words);
    return error;
}

static int show(const struct arguments *arguments, struct journal *journal)
{
    const char *path = arguments_value(arguments, "output");
    struct sync_preview preview;
    enum error error = journal_sync_preview(journal, &preview);

    if (error)
        return report_outcome(arguments, error);
    error = print_preview(&preview, !path);
    if (!error && path)
        error = write_bytes(path, &preview.bytes);
    sync_preview_clear(&preview);
    return report_outcome(arguments, error);
}

static enum error check_usage(const struct arguments *arguments)
{
    static const char *const others[] = {"now", "dry-run", "json", "use-model"};
    bool shows = arguments_has(arguments, "show");

    if (!shows && arguments_has(arguments, "output"))
        return error_raise(ERROR_USAGE, "--output is for the bytes of --show");
    for (size_t i = 0; i < sizeof others / sizeof *others && shows; i++)
        if (arguments_has(arguments, others[i]))
            return error_raise(ERROR_USAGE, "--show contacts nobody: leave --%s away", others[i]);
    return ERROR_NONE;
}

static int run(const struct arguments *arguments)
{
    struct journal *journal = NULL;
    enum error error = check_usage(arguments);
    int code;

    if (!error)
        error = session_open(arguments, JOURNAL_WRITE, &journal);
    if (error)
        return report_outcome(arguments, error);
    code =
        arguments_has(arguments, "show") ? show(arguments, journal) : sync_now(arguments, journal);
    journal_close(journal);
    return code;
}

static const struct option options[] = {
    {"now", NULL, NULL, "contribute with fewer than 20 new ratings too"},
    {"dry-run", NULL, NULL, "ask the server and say what would happen; send and store nothing"},
    {"json", NULL, NULL, "print one JSON object"},
    {"show", NULL, NULL, "show what would be sent, contacting nobody: votes, privacy and bytes"},
    {"output", "FILE", NULL, "with --show: write the exact bytes to FILE"},
    {"use-model", NULL, NULL, "take the new model though it does worse on your own ratings"},
    {0},
};

const struct command command_sync = {
    .name = "sync",
    .operands = "",
    .summary = "contribute what your ratings have taught, and fetch the newest model",
    .details =
        "Sends what waits, asks the server that was joined how its round stands, fetches a newer "
        "model if there is one, and contributes: at most so many votes, each saying that a public "
        "word should weigh more or less for an emotion. Messages, their times, names and words "
        "outside the public vocabulary are never sent. 'sync --show' shows the votes and the "
        "exact bytes before anything is sent.\n\n"
        "A contribution is frozen before the first try and resent unchanged until the server has "
        "it. It waits for 20 new ratings unless asked with --now, and there are only so many, "
        "ever; after those, models are still fetched. A model is used only if the joined server "
        "signed it, it is newer, and it is not much worse on your own ratings: then it is kept "
        "beside until --use-model.\n\n"
        "The object of --json has status (sent, queued, updated, capped, waiting, nothing-new), "
        "votes, model (the version in use), epsilon (spent in all, delta 1e-6; null: no bound), "
        "updated, queued, retry_at and note.\n\n"
        "Exit status 75: it failed for now (no network, the server is busy). Your data is safe "
        "here; a later sync sends what waits.",
    .options = options,
    .run = run,
};
