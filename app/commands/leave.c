#include "app/commands/commands.h"
#include "app/commands/session.h"
#include "app/journal_sync.h"

#include <stdio.h>

/* Asks where there is somebody to ask. `*leave`: the user did not say no. */
static enum error confirm(const struct arguments *arguments, const struct sync_state *state,
                          bool *leave)
{
    *leave = true;
    if (arguments_has(arguments, "yes") || !state->joined)
        return ERROR_NONE;
    if (!session_can_ask())
        return error_raise(ERROR_USAGE,
                           "without a terminal there is nobody to ask: leaving needs --yes");
    *leave = session_confirm("Leave %s%s?", state->terms.url,
                             state->queued > 0 ? " and withdraw what was not sent yet" : "");
    return ERROR_NONE;
}

static int run(const struct arguments *arguments)
{
    struct journal *journal = NULL;
    struct sync_state state;
    bool leave = true;
    enum error error = session_open(arguments, JOURNAL_WRITE, &journal);

    if (!error)
        error = journal_sync_state(journal, &state);
    if (!error)
        error = confirm(arguments, &state, &leave);
    if (!error && leave) {
        error = journal_leave(journal);
        if (!error)
            printf("left %s; the model in use stays, and so does the log of uploads\n",
                   state.terms.url);
    } else if (!error) {
        printf("nothing was changed\n");
    }
    journal_close(journal);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"yes", NULL, NULL, "do not ask"},
    {0},
};

const struct command command_leave = {
    .name = "leave",
    .operands = "",
    .summary = "leave the server that was joined",
    .details = "Nothing is contacted any more. A contribution that was not sent yet is withdrawn. "
               "The model that was fetched stays in use; the log of uploads stays too, and what it "
               "has spent of your privacy stays spent, whatever server is joined next. At a "
               "terminal it asks first, without one it needs --yes.",
    .options = options,
    .run = run,
};
