#include "app/commands/commands.h"
#include "app/commands/session.h"
#include "app/journal_sync.h"

#include <stdio.h>

/* `*sure`: the user did not say no. */
static enum error confirm(const struct arguments *arguments, struct journal *journal, bool *sure)
{
    struct sync_state state;
    enum error error;

    *sure = true;
    if (arguments_has(arguments, "yes"))
        return ERROR_NONE;
    error = journal_sync_state(journal, &state);
    if (!error && state.joined)
        *sure = session_confirm("Leave %s%s?", state.terms.url,
                                state.queued > 0 ? " and withdraw what was not sent yet" : "");
    return error;
}

static int run(const struct arguments *arguments)
{
    struct journal *journal = NULL;
    bool sure = true;
    enum error error = ERROR_NONE;

    if (!session_can_ask() && !arguments_has(arguments, "yes"))
        error = error_raise(ERROR_USAGE,
                            "without a terminal there is nobody to ask: leaving needs --yes");
    if (!error)
        error = session_open(arguments, JOURNAL_WRITE, &journal);
    if (!error)
        error = confirm(arguments, journal, &sure);
    if (!error && sure)
        error = journal_leave(journal);
    if (!error)
        puts(sure ? "left the server; the model in use stays, and so does the log of uploads"
                  : "nothing was changed");
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
