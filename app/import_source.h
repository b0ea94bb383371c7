#ifndef EMOTRACK_APP_IMPORT_SOURCE_H
#define EMOTRACK_APP_IMPORT_SOURCE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bytes of a file that is imported, one after the other, in blocks of fixed size. A UTF-8 byte
 * order mark at its start is passed over. */
struct import_source {
    const char *path; /* borrowed; for sentences */
    int descriptor;   /* -1: the bytes are in memory */
    char *block;
    const char *data;     /* block, or the caller's memory */
    size_t at, end;       /* what was read and not yet taken: data[at..end) */
    uint64_t done, total; /* bytes read; of the file, 0: nobody knows */
    size_t line;          /* 1 and up, of the next byte */
    bool ended;
    enum error error; /* the first failure to read; the bytes end there */
};

/* `path` "-": standard input. Closed by import_source_close in every case. */
enum error import_source_open(struct import_source *source, const char *path) MUST_CHECK;
void import_source_memory(struct import_source *source, const void *bytes, size_t length);
void import_source_close(struct import_source *source);

/* The next byte, or -1 at the end (or after a failure: source->error). */
int import_source_next(struct import_source *source);
/* The same, but it stays the next. */
int import_source_peek(struct import_source *source);

#endif
