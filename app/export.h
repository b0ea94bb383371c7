#ifndef EMOTRACK_APP_EXPORT_H
#define EMOTRACK_APP_EXPORT_H

#include "app/journal.h"
#include "app/journal_care.h"
#include "app/output.h"

/* The history as a file for other programs. Both faces of the program write it. */

enum export_format { EXPORT_CSV, EXPORT_JSONL };

/* By the end of the file's name: .jsonl is JSON Lines, anything else CSV. */
enum export_format export_format_of(const char *path);

struct export_options {
    enum export_format format;
    bool raw;                   /* CSV whose cells are not guarded (app/record.h) */
    const char *filter;         /* a filter line; NULL: everything */
    const int64_t *ids;         /* [count], in the order of the file; NULL: those that the filter
                                   lets through, oldest first */
    size_t count;               /* of the ids */
    struct journal_watch watch; /* its error ends the export */
};

struct export_count {
    size_t written; /* messages */
    size_t damaged; /* that are left out: nobody can read their texts */
};

/* output_open (app/output.h), but not onto what the journals are kept in: ERROR_INVALID. */
enum error export_open(struct output *output, const char *path) MUST_CHECK;

/* Writes the messages; CSV with a row of titles, its cells guarded against spreadsheets. CSV on a
 * terminal is made safe for it (app/display.h); anywhere else it is exact. The caller opens and
 * closes the output, and then asks export_missing. */
enum error export_write(struct journal *journal, struct output *output,
                        const struct export_options *options,
                        struct export_count *count) MUST_CHECK;

/* ERROR_DAMAGED: messages were left out. */
enum error export_missing(const struct export_count *count) MUST_CHECK;

/* All of it: to `path`, whole or not at all, or (ERROR_DAMAGED) without what export_missing says.
 */
enum error export_file(struct journal *journal, const char *path,
                       const struct export_options *options, struct export_count *count) MUST_CHECK;

#endif
