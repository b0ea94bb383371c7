#include "app/commands/commands.h"

static const struct option options[] = {{0}};

static const struct command *const commands[] = {&command_help, NULL};

static const struct program program = {
    .name = "emotrack-server",
    .summary = "collect contributions, learn from them, and publish signed models",
    .details = "",
    .options = options,
    .commands = commands,
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
