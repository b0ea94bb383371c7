#ifndef EMOTRACK_APP_GLYPH_H
#define EMOTRACK_APP_GLYPH_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/* Text as a terminal shows it: grapheme clusters (UAX #29) and their widths in columns. */

enum { GLYPH_CODEPOINTS = 6 };

/* One grapheme cluster of a text. What is shown never holds a control character, a bidi control or
 * half a sequence: those show as U+FFFD or not at all, whatever the text holds. */
struct glyph {
    size_t length;                       /* bytes of the text that it stands for, at least 1 */
    int columns;                         /* columns that it takes: 0, 1, 2 and seldom more */
    wchar_t shown[GLYPH_CODEPOINTS + 1]; /* what to draw, ended by 0; empty if columns is 0 */
    bool newline;                        /* LF, CR or CR LF: shown as nothing */
    bool blank;                          /* a space or a tab: lines are broken after it */
};

/* Reads the cluster at the start of `text`, length > 0. */
void glyph_read(const char *text, size_t length, struct glyph *out);

/* Where the cluster before byte `at` (> 0) of the text begins. */
size_t glyph_before(const char *text, size_t at);

/* The columns of a whole text on one line. */
int glyph_columns(const char *text, size_t length);

/* One line of a text that is broken to `width` (>= 1) columns, after blanks where it can be. */
struct wrapped {
    size_t end;  /* byte behind the last cluster of the line, the newline not included */
    size_t next; /* byte where the next line starts; the text's length at its end */
};

void glyph_wrap(const char *text, size_t length, size_t start, int width, struct wrapped *out);

#endif
