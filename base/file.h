#ifndef EMOTRACK_BASE_FILE_H
#define EMOTRACK_BASE_FILE_H

#include "base/buffer.h"

#include <stdbool.h>

/* Reads the whole file (a pipe too) and appends it to `out`. ERROR_TOO_LARGE over the buffer's
 * limit; ERROR_NOT_FOUND, ERROR_DENIED, ERROR_IO with the path in the sentence. */
enum error file_read(const char *path, struct buffer *out) MUST_CHECK;

/* Writes a whole file so that `path` is at every moment either what it was or all of the new
 * bytes: a temporary file beside it, fsync, rename, fsync of the folder. A path that is not a
 * regular file (a device, a pipe) is written in place. On error the old file is untouched and no
 * temporary file stays; where the disk has files without a name (O_TMPFILE), none stays of a
 * process that is killed half-way either. Mode: as an existing file's, else 0666 less the umask. */
enum error file_replace(const char *path, const void *bytes, size_t length) MUST_CHECK;

/* The same in pieces, for what does not fit in memory:
 *
 *     file_writer_open, file_writer_add ..., then file_writer_commit or file_writer_abandon
 *
 * commit frees the writer whether it succeeds or not. abandon(NULL) is safe. */
struct file_writer;
enum error file_writer_open(const char *path, struct file_writer **out) MUST_CHECK;
enum error file_writer_add(struct file_writer *writer, const void *bytes, size_t length) MUST_CHECK;
enum error file_writer_commit(struct file_writer *writer) MUST_CHECK;
void file_writer_abandon(struct file_writer *writer);

/* Puts a file that was written already in the place of another: its bytes are on the disk first
 * (fsync), then the rename, fsync of the folder. Both paths are in the same folder. */
enum error file_move(const char *from, const char *to) MUST_CHECK;

/* Makes the folders that a file of this path needs (0700), where they are missing. */
enum error file_make_folder(const char *path) MUST_CHECK;

/* Whether both paths lead to one file or folder. */
bool file_same(const char *a, const char *b);

#endif
