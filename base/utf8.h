#ifndef EMOTRACK_BASE_UTF8_H
#define EMOTRACK_BASE_UTF8_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stdint.h>

/* UTF-8 that is not to be trusted (RFC 3629): every byte that is part of no valid sequence reads
 * as U+FFFD, and nothing fails. */

#define UTF8_REPLACEMENT 0xFFFD

/* Reads one code point of `text[0..length)`, length > 0; returns the bytes taken, 1 to 4. */
size_t utf8_decode(const char *text, size_t length, int32_t *codepoint);

/* Writes one code point; returns the bytes written, 1 to 4. */
size_t utf8_encode(int32_t codepoint, char out[4]);

/* True if every byte is part of a valid sequence and none is NUL. */
bool utf8_valid(const char *text, size_t length);

/* Appends `text` with every invalid byte and every NUL as U+FFFD: what can be stored, and written
 * as JSON or CSV. */
enum error utf8_repair(const char *text, size_t length, struct buffer *out) MUST_CHECK;

/* True for the bidi embeddings, overrides and isolates (U+202A-202E, U+2066-2069), which reorder
 * what stands around them: they are never sent to a terminal. */
bool utf8_reorders(int32_t codepoint);

#endif
