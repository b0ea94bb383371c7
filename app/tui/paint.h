#ifndef EMOTRACK_APP_TUI_PAINT_H
#define EMOTRACK_APP_TUI_PAINT_H

#include "app/settings.h"
#include "classifier/label.h"

#include <curses.h>
#include <stdbool.h>
#include <stddef.h>

/* Drawing on the screen: every call is clipped to the window, and every text is made safe on its
 * way (glyph.h). Carries meaning in names, numbers and signs; colour only adds to it. */

/* After the terminal was started, and whenever the settings are others. With high contrast there
 * are the terminal's own two colours alone, and what colour would mark is bold. */
void paint_start(const struct settings *settings);

/* Whether only signs of ASCII may be drawn. */
bool paint_ascii(void);

/* Whether colours are shown: where not, signs must say what they would. */
bool paint_has_colours(void);

/* How a label's name is drawn. */
attr_t paint_label(const struct label *label);

/* Draws a text on one line, in at most `width` columns, line ends as blanks; a text that does not
 * fit ends in "~". Returns the columns that were used. */
int paint_text(int row, int column, int width, attr_t attributes, const char *text, size_t length);

/* The same for a format of our own making. */
int paint_format(int row, int column, int width, attr_t attributes, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Draws bytes [start, end) of a text on one line without a sign of cutting; byte i of the text with
 * attributes[i] (NULL: plain). */
void paint_line(int row, int column, const char *text, size_t start, size_t end,
                const attr_t *attributes);

/* Draws a text of our own on at most `rows` lines, broken at blanks, with a margin of `column`
 * columns on both sides. Returns the lines that were used. */
int paint_wrapped(int row, int column, int rows, const char *text, attr_t attributes);

/* A bar of `width` columns, filled to `part` (0 to 1). */
void paint_bar(int row, int column, int width, double part, attr_t attributes);

/* A label's name, a bar of `width` columns (4 at least, else none) behind the `widest` of all
 * names, and how probable it is, 0 to 1; `first`: it is the likeliest. */
void paint_label_bar(int row, int column, int widest, int width, const struct label *label,
                     double probability, bool first);

/* A rule over the whole width. */
void paint_rule(int row);

/* One row from the first column to the last in reverse: the row that is chosen. */
void paint_chosen(int row);

/* The same for a part of a row. */
void paint_chosen_part(int row, int column, int width);

#endif
