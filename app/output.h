#ifndef EMOTRACK_APP_OUTPUT_H
#define EMOTRACK_APP_OUTPUT_H

#include "base/error.h"
#include "base/file.h"

#include <stdbool.h>
#include <stddef.h>

/* Where results go when there may be many of them: standard output, or a file that
 * appears whole or not at all. Small pieces are gathered in a buffer of fixed size. */
struct output {
    struct file_writer *writer; /* NULL: standard output */
    char *data;                 /* [OUTPUT_SIZE] */
    size_t length;              /* bytes gathered */
};

/* `path`: NULL for standard output. */
enum error output_open(struct output *output, const char *path) MUST_CHECK;
enum error output_add(struct output *output, const void *bytes, size_t length) MUST_CHECK;

/* Whether it goes to somebody's terminal, which obeys what it gets. */
bool output_is_terminal(const struct output *output);

/* Hands on what was gathered. */
enum error output_flush(struct output *output) MUST_CHECK;

/* Ends the output: with ERROR_NONE it is flushed and the file put in its place, with any other it
 * is dropped. Returns `error`, or what went wrong now. Safe on a zeroed struct with an error. */
enum error output_close(struct output *output, enum error error) MUST_CHECK;

#endif
