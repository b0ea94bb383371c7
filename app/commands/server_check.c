#include "app/commands/commands.h"
#include "app/commands/server_acts.h"
#include "sync/server/upkeep.h"

#include <stdio.h>

static void print_finding(void *context, const char *what, const char *wrong)
{
    size_t *problems = context;

    if (wrong[0])
        ++*problems;
    printf("%s: %s\n", what, wrong[0] ? wrong : "ok");
}

static enum error renew(struct server *server)
{
    char url[8];
    enum error error;

    if (folder_runs(&server->folder, url, sizeof url))
        return error_raise(ERROR_BUSY, "the server in '%s' is running; stop it first",
                           server->folder.path);
    error = folder_work(&server->folder, true);
    if (!error)
        error = upkeep_renew(server);
    if (!error)
        printf("rounds and models go on with higher numbers\n");
    return error;
}

static int run(const struct arguments *arguments)
{
    struct server server;
    size_t problems = 0;
    enum error error = server_of(arguments, &server);

    if (!error && arguments_has(arguments, "restored"))
        error = renew(&server);
    if (!error)
        error = upkeep_check(&server, print_finding, &problems);
    if (!error && problems > 0)
        error = error_raise(ERROR_DAMAGED, "%zu of these are not as they should be", problems);
    server_close(&server);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"dir", "DIR", NULL, server_dir_help},
    {"restored", NULL, NULL, "the folder was restored by hand: use no number twice"},
    {0},
};

const struct command command_server_check = {
    .name = "check",
    .operands = "",
    .summary = "look whether database, models, signatures, certificate and keys are whole",
    .details = "Prints a line for each thing it looks at; the exit code is 1 where one is not as "
               "it should be. Works while the server runs.\n\n"
               "After a folder was restored by hand (a snapshot of the disk, a copy of the "
               "database), `check --restored` voids the round that was open, goes on with higher "
               "numbers for rounds and models, and publishes the model anew: see `restore`.",
    .options = options,
    .run = run,
};
