#ifndef EMOTRACK_APP_DISPLAY_H
#define EMOTRACK_APP_DISPLAY_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* Text of any bytes, made fit for a terminal: nothing in it can move the cursor, change colours,
 * reorder what stands around it or be taken for more than one line. */

enum display_breaks {
    DISPLAY_LINE,  /* line breaks and tabs become blanks */
    DISPLAY_LINES, /* newlines and tabs stay */
};

/* Appends `text` as valid UTF-8. Controls (C0, DEL, C1), invalid bytes and noncharacters become
 * U+FFFD, CR a blank, U+2028 and U+2029 what a newline becomes; bidi embeddings, overrides and
 * isolates (U+202A-202E, U+2066-2069) are left out. At most three times as long as `text`. */
enum error display_safe(const char *text, size_t length, enum display_breaks breaks,
                        struct buffer *out) MUST_CHECK;

enum { DISPLAY_CELL_MAX = 512 };

/* Writes a name as one cell of a table: as glyph.h shows it, in exactly `columns` columns, with
 * blanks behind it; one that does not fit ends in "~". Returns `out`. */
const char *display_cell(const char *text, size_t columns, char out[DISPLAY_CELL_MAX]);

/* Appends a text as one line of at most `columns` columns, as glyph.h shows it; one that does not
 * fit ends in "~". */
enum error display_line(const char *text, size_t length, size_t columns,
                        struct buffer *out) MUST_CHECK;

#endif
