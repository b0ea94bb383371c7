#ifndef EMOTRACK_APP_EXPORT_H
#define EMOTRACK_APP_EXPORT_H

#include "app/journal.h"

/* The history as a file for other programs. Both faces of the program write it. */

enum export_format { EXPORT_CSV, EXPORT_JSONL };

/* By the end of the file's name: .jsonl is JSON Lines, anything else CSV. */
enum export_format export_format_of(const char *path);

/* Writes what the filter lets through, oldest first, to `path`, whole or not at all. `*count`: how
 * many messages. */
enum error export_file(struct journal *journal, const char *path, enum export_format format,
                       const char *filter, size_t *count) MUST_CHECK;

#endif
