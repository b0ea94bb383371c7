#ifndef EMOTRACK_APP_COMMANDS_HELP_H
#define EMOTRACK_APP_COMMANDS_HELP_H

#include "app/commands/command.h"

/* Prints the help of a command, or of the whole program where `command` is NULL, to stdout. */
void help_print(const struct program *program, const struct command *command);

/* A paragraph of a description (command.h), or a run of examples. */
struct paragraph {
    const char *text; /* borrowed */
    size_t length;    /* bytes, the line break at its end not counted */
    bool example;     /* stays as it is */
};

/* The next paragraph of `*text`, which moves on behind it; false: there is none. */
bool paragraph_next(const char **text, struct paragraph *out);

#endif
