#include "app/commands/commands.h"
#include "app/commands/session.h"
#include "app/describe.h"

static int step(const struct arguments *arguments,
                enum error (*change)(struct journal *journal, int64_t *id))
{
    struct journal *journal = NULL;
    int64_t id;
    enum error error = session_open(arguments, JOURNAL_WRITE, &journal);

    if (!error)
        error = change(journal, &id);
    if (!error)
        error = describe_rating_of(journal, id);
    journal_close(journal);
    return report_outcome(arguments, error);
}

static int undo(const struct arguments *arguments)
{
    return step(arguments, journal_undo);
}

static int redo(const struct arguments *arguments)
{
    return step(arguments, journal_redo);
}

const struct command command_undo = {
    .name = "undo",
    .operands = "",
    .summary = "take the last rating back",
    .details = "The guesses are then what they were before it, to the last bit. Shows how the "
               "message stands now.",
    .run = undo,
};

const struct command command_redo = {
    .name = "redo",
    .operands = "",
    .summary = "bring the rating back that was taken back last",
    .details = "A new rating ends the chance to do so. Shows how the message stands now.",
    .run = redo,
};
