#include "app/commands/commands.h"
#include "app/commands/operands.h"
#include "app/commands/session.h"
#include "app/describe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int run(const struct arguments *arguments)
{
    struct journal *journal = NULL;
    struct entry entry = {0};
    struct buffer out;
    int64_t id = 0;
    enum error error = operand_id(arguments->operand[0], &id);

    buffer_init(&out, DESCRIBE_MAX);
    if (!error)
        error = session_open(arguments, JOURNAL_READ, &journal);
    if (!error)
        error = journal_get(journal, id, &entry);
    if (!error && entry.damaged)
        error = error_raise(ERROR_DAMAGED,
                            "the text of message %" PRId64 " is damaged and cannot be read; "
                            "`emotrack edit %" PRId64 "` writes it anew, `emotrack forget %" PRId64
                            "` deletes it",
                            id, id, id);
    if (!error)
        error = describe_message(&entry, &out);
    if (!error)
        error = describe_now(journal, entry.text, strlen(entry.text), &out);
    if (!error)
        fwrite(out.data, 1, out.length, stdout);
    buffer_free(&out);
    entry_clear(&entry);
    journal_close(journal);
    return report_outcome(arguments, error);
}

const struct command command_show = {
    .name = "show",
    .operands = "ID",
    .summary = "show one message in full, with the guesses then and now and their why",
    .details = "The why is that of the present model with what your ratings have taught it: what "
               "each word adds to the likeliest emotion's score, and what it takes away.",
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
