#ifndef EMOTRACK_APP_COMMANDS_EDITOR_H
#define EMOTRACK_APP_COMMANDS_EDITOR_H

#include "base/buffer.h"

/* Lets the user change `text` in $VISUAL, else $EDITOR, else vi, and appends what the file then
 * holds. The file is in a folder of its own that nobody else can look into, in $XDG_RUNTIME_DIR
 * (memory, not disk), else $TMPDIR, else /tmp; it is removed whatever happens, with all that the
 * editor left beside it. ERROR_IO: the editor could not be started or failed. */
enum error editor_run(const char *text, struct buffer *out) MUST_CHECK;

#endif
