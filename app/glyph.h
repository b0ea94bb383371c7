#ifndef EMOTRACK_APP_GLYPH_H
#define EMOTRACK_APP_GLYPH_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/* Text as a terminal shows it: grapheme clusters (UAX #29) and their widths in columns, the one
 * measure of both faces.
 *
 * Terminals disagree: on the widths of joined emoji, of skin tones, of what a variation selector
 * makes of its base, of characters that are newer than they are. So what is shown is no more than
 * what all of them draw alike, and columns that it leaves empty are blanks:
 *
 *     text                                    shown                    columns
 *     letters, ideographs, composed Hangul    as they are              wcwidth(3), 1 or 2
 *     marks behind them                       as they are, at most 5   0
 *     a mark alone                            on a blank               1
 *     an emoji with U+FE0F (heart, keycap)    without it, and a blank  2
 *     joined emoji, flags of tags             the first emoji          2
 *     an emoji with a skin tone               without it               2
 *     two regional indicators, one alone      as they are              2, 1
 *     U+FE0E, U+00AD and other format signs   nothing                  0
 *     bidi embeddings, overrides, isolates    nothing                  0
 *     controls, unassigned, private use       U+FFFD                   1
 *     newer than the C library's table        U+FFFD                   1 or 2, as they have
 *
 * Widths come from the C library, as those of curses do and of most terminals on the same machine:
 * locale_choose (app/locale.h) comes first. */

enum {
    GLYPH_CODEPOINTS = 6,
    GLYPH_BYTES = 4 * GLYPH_CODEPOINTS + 1, /* in UTF-8, with the blank that may follow */
};

/* One grapheme cluster of a text. What is shown never holds a control character, a bidi control or
 * half a sequence, whatever the text holds. */
struct glyph {
    size_t length;                       /* bytes of the text that it stands for, at least 1 */
    int columns;                         /* columns that it takes: 0, 1, 2 and seldom more */
    wchar_t shown[GLYPH_CODEPOINTS + 1]; /* what to draw, ended by 0; empty if columns is 0 */
    bool newline;                        /* LF, CR or CR LF: shown as nothing */
    bool blank;                          /* a space or a tab: lines are broken after it */
};

/* Reads the cluster at the start of `text`, length > 0. */
void glyph_read(const char *text, size_t length, struct glyph *out);

/* What is shown, as UTF-8 that takes exactly its columns; returns the bytes written. A line's end
 * is a blank. */
size_t glyph_encode(const struct glyph *glyph, char out[GLYPH_BYTES]);

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
