#ifndef EMOTRACK_APP_COMMANDS_PASSPHRASE_H
#define EMOTRACK_APP_COMMANDS_PASSPHRASE_H

#include "app/commands/command.h"
#include "app/sealed.h"

/* A passphrase, never from the command line, which others can see: from the terminal without an
 * echo, or the first line of a file (--passphrase-file; /dev/fd/3 is an open descriptor). */

extern const char passphrase_file_help[];

/* From --passphrase-file where it is given, else asked for, `twice` for one that is new.
 * ERROR_USAGE: there is no terminal to ask at. ERROR_INVALID: it is empty or too long, or the two
 * are not the same. ERROR_CANCELLED. The caller wipes it in every case. */
enum error passphrase_get(const struct arguments *arguments, bool twice,
                          struct passphrase *out) MUST_CHECK;

/* Whether it can be had. */
bool passphrase_possible(const struct arguments *arguments);

#endif
