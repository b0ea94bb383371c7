#ifndef EMOTRACK_APP_IMPORT_H
#define EMOTRACK_APP_IMPORT_H

#include "app/import_reader.h"
#include "app/journal_care.h"

/* A file's messages into the journal, in one transaction. Both faces of the program use it. */

/* What cannot be taken: where it starts, and a sentence without its end. */
typedef void import_refused(void *context, size_t line, const char *why);

struct import_options {
    const char *path; /* "-": standard input */
    enum import_format format;
    bool raw;     /* CSV as it is, without ' in front of cells (export --raw) */
    bool strict;  /* one line that cannot be taken, and nothing is kept */
    bool dry_run; /* everything but keeping it */
    struct journal_watch watch;
    import_refused *refused;
    void *context; /* of `refused` */
};

struct import_result {
    size_t added, duplicates, refused;
};

/* On an error nothing is kept. ERROR_INVALID: `strict`, and there was a line that cannot be taken.
 * ERROR_DAMAGED: the file is not of that format. */
enum error import_file(struct journal *journal, const struct import_options *options,
                       struct import_result *out) MUST_CHECK;

#endif
