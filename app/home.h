#ifndef EMOTRACK_APP_HOME_H
#define EMOTRACK_APP_HOME_H

#include "base/buffer.h"

/* Appends the folder that EmoTrack has for itself in one of the account's own: $VARIABLE/emotrack,
 * else ~/OTHERWISE/emotrack (XDG Base Directory Specification: a relative path in the variable is
 * ignored). ERROR_INVALID: no home folder is known. */
enum error home_folder(const char *variable, const char *otherwise, struct buffer *out) MUST_CHECK;

/* Appends what a shell makes of a path that is typed: ~ and ~/ at its start are the home folder.
 * ERROR_INVALID: no home folder is known. */
enum error home_path(const char *typed, struct buffer *out) MUST_CHECK;

#endif
