#ifndef EMOTRACK_DB_DISK_H
#define EMOTRACK_DB_DISK_H

#include "base/buffer.h"

#include <stdbool.h>

/* A journal's file, its folder, and the files that SQLite keeps beside it. */

/* Makes the file (empty, 0600) and the folders that it needs (0700), where they are missing. */
enum error disk_make(const char *path) MUST_CHECK;

/* Makes the file (empty, 0600) in a folder that is there. ERROR_EXISTS: something of that name is
 * there, be it a link that leads nowhere. */
enum error disk_new(const char *path) MUST_CHECK;

/* ERROR_NOT_FOUND: there is nothing; ERROR_DAMAGED: it is no file; ERROR_DENIED: it cannot be
 * read. */
enum error disk_check(const char *path) MUST_CHECK;

/* Whether the file and its folder may be written. */
enum error disk_writable(const char *path, bool *writable) MUST_CHECK;

/* Whether a file that SQLite keeps beside it holds anything. */
enum error disk_has_side(const char *path, bool *has) MUST_CHECK;

#endif
