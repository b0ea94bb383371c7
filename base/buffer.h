#ifndef EMOTRACK_BASE_BUFFER_H
#define EMOTRACK_BASE_BUFFER_H

#include "base/error.h"

#include <stddef.h>

/* A growable run of bytes with a hard cap, set where it is made. A NUL always follows the last
 * byte (it is not counted), so that `data` can be read as a string. */
struct buffer {
    char *data;      /* NULL until the first byte; owned by the buffer */
    size_t length;   /* bytes in use */
    size_t capacity; /* bytes that fit without growing, the NUL not counted */
    size_t limit;    /* bytes that the buffer may ever hold */
};

/* An empty buffer that may grow to `limit` bytes. Allocates nothing. */
void buffer_init(struct buffer *buffer, size_t limit);

/* Frees the bytes; the buffer is empty and usable again, with its limit. Safe on zeroed structs. */
void buffer_free(struct buffer *buffer);

/* Length 0, memory kept. */
void buffer_clear(struct buffer *buffer);

/* Room for `extra` more bytes. ERROR_TOO_LARGE over the limit, ERROR_NO_MEMORY. */
enum error buffer_reserve(struct buffer *buffer, size_t extra) MUST_CHECK;

/* Append. `bytes` must not point into the buffer. On error the buffer is as it was. */
enum error buffer_append(struct buffer *buffer, const void *bytes, size_t length) MUST_CHECK;
enum error buffer_append_text(struct buffer *buffer, const char *text) MUST_CHECK;
enum error buffer_append_byte(struct buffer *buffer, char byte) MUST_CHECK;
enum error buffer_format(struct buffer *buffer, const char *format, ...) MUST_CHECK
    PRINTF_LIKE(2, 3);

#endif
