#include "app/commands/commands.h"

#include <sys/stat.h>

static const struct option options[] = {{0}};

static const struct command *const commands[] = {
    &command_server_init,
    &command_server_run,
    &command_server_status,
    &command_server_round,
    &command_server_models,
    &command_server_keys,
    &command_server_backup,
    &command_server_restore,
    &command_server_check,
    &command_help,
    NULL,
};

static const struct program program = {
    .name = "emotrack-server",
    .summary = "collect contributions, learn from them, and publish signed models",
    .details = "Devices send what their users' ratings have taught them as a few votes on a public "
               "model, without names. The server adds the votes of a round up, adds noise to the "
               "sums, makes a better model of them and publishes it, signed. It never sees a "
               "message.",
    .options = options,
    .commands = commands,
};

int main(int argc, char **argv)
{
    umask(077); /* keys and sums are nobody else's to read */
    return program_main(&program, argc, argv);
}
