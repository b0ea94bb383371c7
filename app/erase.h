#ifndef EMOTRACK_APP_ERASE_H
#define EMOTRACK_APP_ERASE_H

#include "base/buffer.h"

/* Deleting what EmoTrack keeps, and saying to the user what that is, what is not in our hands and
 * stays, file by file. What is said is plain text, safe on a terminal. */

enum { ERASE_TEXT_MAX = 1024 * 1024 /* bytes */ };

/* Appends what deleting a profile would delete, and what not. Changes nothing; a damaged journal is
 * told of, not counted. ERROR_INVALID: not a profile's name. ERROR_NOT_FOUND: nothing of it is
 * there. */
enum error erase_look(const char *profile, struct buffer *out) MUST_CHECK;

/* Deletes every file of a profile, the bytes of messages too, and appends what it has deleted;
 * after an error what is appended is not to be shown. What was left by a program that was killed
 * goes with it. ERROR_BUSY: another program has the journal open, and nothing was deleted. After
 * other errors what is left can be deleted again. */
enum error erase_profile(const char *profile, struct buffer *out) MUST_CHECK;

/* The same for all profiles of this account, whatever else is in their folder, the folder, and the
 * configuration file (NULL or "": there is none). ERROR_BUSY: nothing was deleted.
 * ERROR_NOT_FOUND: there is nothing to delete. */
enum error erase_look_at_all(const char *configuration, struct buffer *out) MUST_CHECK;
enum error erase_all(const char *configuration, struct buffer *out) MUST_CHECK;

#endif
