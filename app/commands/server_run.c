#include "app/commands/commands.h"
#include "app/commands/server_acts.h"
#include "sync/server/service.h"

static int run(const struct arguments *arguments)
{
    struct server server;
    enum error error = server_of(arguments, &server);

    if (!error)
        error = service_run(&server);
    server_close(&server);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"dir", "DIR", NULL, server_dir_help},
    {0},
};

const struct command command_server_run = {
    .name = "run",
    .operands = "",
    .summary = "serve, until SIGTERM or SIGINT",
    .details =
        "Takes in reports, closes rounds when they are due, publishes what they have taught, and "
        "opens the next. What happens goes to standard error, a line each, nothing about a user. "
        "The other commands work while it runs, and it notices what they do.\n\n"
        "It may be killed at any moment: a report that was acknowledged is counted, once, and a "
        "round that was being closed goes on where it was.",
    .options = options,
    .run = run,
};
