#include "app/commands/commands.h"
#include "app/commands/session.h"
#include "app/describe_sync.h"
#include "app/output.h"
#include "app/record.h"

#include <stdio.h>

struct listing {
    struct output output;
    struct buffer line;
    bool json;
    size_t count;
};

static enum error list_upload(void *context, const struct sync_upload *upload)
{
    struct listing *listing = context;
    enum error error;

    listing->count++;
    buffer_clear(&listing->line);
    error = listing->json ? record_upload(upload, &listing->line)
                          : describe_upload(upload, &listing->line);
    return error ? error : output_add(&listing->output, listing->line.data, listing->line.length);
}

static int run(const struct arguments *arguments)
{
    struct listing listing = {.json = arguments_has(arguments, "json")};
    struct journal *journal = NULL;
    enum error error = session_open(arguments, JOURNAL_READ, &journal);

    buffer_init(&listing.line, RECORD_MAX);
    if (!error)
        error = output_open(&listing.output, NULL);
    if (!error)
        error = journal_each_upload(journal, list_upload, &listing);
    error = output_close(&listing.output, error);
    if (!error && listing.count == 0 && !listing.json)
        puts("Nothing was ever sent.");
    buffer_free(&listing.line);
    journal_close(journal);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"json", NULL, NULL, "print one JSON object a line"},
    {0},
};

const struct command command_uploads = {
    .name = "uploads",
    .operands = "",
    .summary = "list every contribution there ever was, newest first",
    .details =
        "Shows of each its number, when it was made, what became of it (waiting, sent, closed: its "
        "round was over before it came, refused, withdrawn: a message behind it was deleted or "
        "edited, or the server left, before an answer came), the round, how many votes and bytes, "
        "the start of the SHA-256 of the bytes, the server and its answer. Nothing shortens the "
        "list: what was spent stays spent.\n\n"
        "The objects of --json have number, created_at, finished_at, url, mode, round, state, "
        "votes, votes_max, noise, model (the version), bytes, sha256 and answer.",
    .options = options,
    .run = run,
};
