#include "app/commands/commands.h"

static const struct option options[] = {{0}};

static const struct command *const commands[] = {
    &command_train,    &command_eval,        &command_fit,  &command_info,
    &command_simulate, &command_personalize, &command_help, NULL,
};

static const struct program program = {
    .name = "emotrack-lab",
    .summary = "make EmoTrack's models, and measure them",
    .details = "Trains a model on a corpus of labelled messages, measures a model on another, and "
               "says what is in a model file. A corpus has one message a line: its text, a tab, "
               "and its labels with commas between.",
    .options = options,
    .commands = commands,
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
