#include "app/commands/commands.h"
#include "app/commands/server_acts.h"
#include "sync/server/upkeep.h"

#include <stdio.h>

static int run_backup(const struct arguments *arguments)
{
    struct server server;
    enum error error = server_of(arguments, &server);

    if (!error)
        error = upkeep_backup(&server, arguments->operand[0]);
    if (!error)
        printf("wrote %s; it holds the server's secret keys: keep it where nobody else reads it\n",
               arguments->operand[0]);
    server_close(&server);
    return report_outcome(arguments, error);
}

static int run_restore(const struct arguments *arguments)
{
    struct server server = {.folder = {.lock = -1, .work = -1}};
    struct store_state state = {0};
    const char *dir;
    enum error error = server_dir(arguments, &dir);

    if (!error)
        error = upkeep_restore(arguments->operand[0], dir, &server);
    if (!error)
        error = server.store->state(server.store, &state);
    if (!error)
        printf("restored the server in %s: its model is now version %u, the next round is %llu\n"
               "start it: emotrack-server run --dir %s\n",
               server.folder.path, state.model, (unsigned long long)state.round + 1,
               server.folder.path);
    server_close(&server);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"dir", "DIR", NULL, server_dir_help},
    {0},
};

const struct command command_server_backup = {
    .name = "backup",
    .operands = "FILE",
    .summary = "write everything that makes the server into one file",
    .details =
        "The file holds the settings, the keys, the certificates, all models and the database "
        "without reports' ids and without the sum of the open round. It can be taken while the "
        "server runs. Files that config.json names by an absolute path are not in it.\n\n"
        "    emotrack-server backup server.backup --dir server\n"
        "    emotrack-server restore server.backup --dir server-again",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_backup,
};

const struct command command_server_restore = {
    .name = "restore",
    .operands = "FILE",
    .summary = "make the server of a backup again, in a new folder",
    .details =
        "No round and no version of a model may stand for two things, and nobody knows how many "
        "there were after the backup. So the server goes on with higher numbers, as many as "
        "seconds have passed; the round that was open is void, and the model is published anew, "
        "so that devices which saw later ones come along.\n\n"
        "Stop the old server for good first. Where the folder itself was brought back by other "
        "means (a snapshot of the disk), run `emotrack-server check --restored` instead; where the "
        "database is older than what the folder remembers, the server refuses to run before.",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_restore,
};
