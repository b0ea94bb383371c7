#ifndef EMOTRACK_APP_EXPORT_H
#define EMOTRACK_APP_EXPORT_H

#include "app/journal.h"
#include "app/output.h"

/* The history as a file for other programs. Both faces of the program write it. */

enum export_format { EXPORT_CSV, EXPORT_JSONL };

/* By the end of the file's name: .jsonl is JSON Lines, anything else CSV. */
enum export_format export_format_of(const char *path);

/* Writes what the filter (NULL: everything) lets through, oldest first; CSV with a row of titles,
 * its cells guarded against spreadsheets unless `raw` (app/record.h). The caller opens and closes
 * the output. `*count`: how many messages. */
enum error export_write(struct journal *journal, struct output *output, enum export_format format,
                        bool raw, const char *filter, size_t *count) MUST_CHECK;

/* The same to `path`, whole or not at all; guarded. */
enum error export_file(struct journal *journal, const char *path, enum export_format format,
                       const char *filter, size_t *count) MUST_CHECK;

#endif
