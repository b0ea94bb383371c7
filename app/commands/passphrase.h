#ifndef EMOTRACK_APP_COMMANDS_PASSPHRASE_H
#define EMOTRACK_APP_COMMANDS_PASSPHRASE_H

#include "base/secret.h"

#include <stdbool.h>

/* A passphrase, never from the command line, which others can see: from the terminal without an
 * echo, or the first line of a file (/dev/fd/3 is an open descriptor). */

/* From the file `path`; NULL: asked for with `question`, `twice` where it is new. ERROR_USAGE:
 * there is no terminal to ask at. ERROR_INVALID: it is empty or too long, or the two are not the
 * same. ERROR_CANCELLED. The caller wipes it in every case. */
enum error passphrase_get(const char *path, const char *question, bool twice,
                          struct passphrase *out) MUST_CHECK;

/* Whether there is a terminal to ask at. */
bool passphrase_possible(void);

#endif
