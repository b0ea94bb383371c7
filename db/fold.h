#ifndef EMOTRACK_DB_FOLD_H
#define EMOTRACK_DB_FOLD_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Text without regard to case: Unicode case folding and NFC (Unicode 15, chapter 3.13), so that
 * "É" is found by "é" however either is encoded. */

/* `*out` is malloc'ed and NUL-terminated. Bytes that are no UTF-8 are U+FFFD. ERROR_NO_MEMORY. */
enum error fold_text(const char *text, size_t length, char **out) MUST_CHECK;

/* Whether `term`, which is folded, is a part of the text. ERROR_NO_MEMORY. */
enum error fold_contains(const char *text, size_t length, const char *term, bool *found) MUST_CHECK;

#endif
