#ifndef EMOTRACK_APP_COMMANDS_COMPLETION_H
#define EMOTRACK_APP_COMMANDS_COMPLETION_H

#include "app/commands/command.h"

/* Prints the completion script of the program for "bash", "zsh" or "fish" to stdout. */
void completion_print(const struct program *program, const char *shell);

#endif
