#ifndef EMOTRACK_DB_FOLD_H
#define EMOTRACK_DB_FOLD_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* Text without regard to case: Unicode case folding and NFC (Unicode 15, chapter 3.13), so that
 * "É" is found by "é" however either is encoded. Bytes that are no UTF-8, and NUL, are U+FFFD. */

/* `*out` is malloc'ed and NUL-terminated. ERROR_NO_MEMORY. */
enum error fold_text(const char *text, size_t length, char **out) MUST_CHECK;

/* Folded texts stand here while they are searched: one for a thread, kept from text to text, so
 * that a search allocates next to nothing. */
enum { FOLD_SCRATCH_MAX = 64 * 1024 * 1024 /* bytes: what such a buffer may grow to */ };

/* The bytes of a text where a term stands, whole characters with the marks on them; end 0:
 * nowhere. Folding changes lengths: "STRASSE" is found in "Straße". */
struct fold_match {
    size_t start, end;
};

/* Whether `term`, which is folded and not empty, is a part of the text. ERROR_NO_MEMORY,
 * ERROR_TOO_LARGE. */
enum error fold_contains(struct buffer *scratch, const char *text, size_t length, const char *term,
                         bool *found) MUST_CHECK;

/* The same, and where it stands first. */
enum error fold_find(struct buffer *scratch, const char *text, size_t length, const char *term,
                     struct fold_match *out) MUST_CHECK;

#endif
