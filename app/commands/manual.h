#ifndef EMOTRACK_APP_COMMANDS_MANUAL_H
#define EMOTRACK_APP_COMMANDS_MANUAL_H

#include "app/commands/command.h"

/* Prints the program's man page (section 1), all commands in it, to stdout: man(7) markup. */
void manual_print(const struct program *program);

/* Prints the man page of a file (section 5); nothing for NULL. */
void manual_print_format(const struct file_format *format);

#endif
