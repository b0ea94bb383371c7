#ifndef EMOTRACK_APP_COMMANDS_INPUT_H
#define EMOTRACK_APP_COMMANDS_INPUT_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* Standard input line by line, in two blocks of fixed size that take turns: a line costs no
 * allocation and no system call. What is there is taken before more is read, so that a caller can
 * hand out its answers before it waits:
 *
 *     while (!error && (input_take(&input, &line) || !input.ended))
 *         ... or input_fill
 */
struct input {
    char *data;        /* [2][INPUT_SIZE] */
    char *block;       /* the one in use */
    size_t start, end; /* what was read and not yet taken: block[start..end) */
    size_t number;     /* of the line taken last */
    bool skipping;     /* inside a line that is too long */
    bool ended;        /* nothing is left to read */
};

struct line {
    const char *text; /* borrowed until input_fill is called for the second time */
    size_t length;    /* bytes; the line break (LF, CR LF) is not counted */
    size_t number;    /* 1 and up */
    bool too_long;    /* over TEXT_MAX bytes: text is empty */
};

enum error input_open(struct input *input) MUST_CHECK;
void input_close(struct input *input); /* safe on a zeroed struct */

/* The next line, if all of it has been read (the last one needs no line break). */
bool input_take(struct input *input, struct line *out);

/* Reads once, which may wait. After the last byte input->ended is true. */
enum error input_fill(struct input *input) MUST_CHECK;

/* True if input_fill would not wait. */
bool input_ready(void);

/* input_take, reading as often as it needs to. False at the end of the input or on an error. */
bool input_next(struct input *input, struct line *out, enum error *error);

/* Appends all of standard input. ERROR_TOO_LARGE over the buffer's limit. */
enum error input_all(struct buffer *out) MUST_CHECK;

#endif
