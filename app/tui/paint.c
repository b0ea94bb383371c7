#include "app/tui/paint.h"

#include "app/glyph.h"
#include "app/locale.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FORMAT_MAX = 1024, EIGHTHS = 8 };

/* The colours that a label may have, in the order of their pairs (from 1). Never white or black:
 * one of them is the paper. */
static const struct {
    const char *name;
    short colour;
} colours[] = {
    {"red", COLOR_RED},   {"green", COLOR_GREEN},     {"yellow", COLOR_YELLOW},
    {"blue", COLOR_BLUE}, {"magenta", COLOR_MAGENTA}, {"cyan", COLOR_CYAN},
};

static struct {
    bool colour, contrast, ascii;
} paint;

void paint_start(const struct settings *settings)
{
    int colour = settings->choice[SETTING_COLOUR];

    paint.ascii = settings->choice[SETTING_SYMBOLS] == SYMBOLS_ASCII || !locale_is_utf8();
    paint.contrast = colour == COLOUR_CONTRAST;
    paint.colour =
        colour == COLOUR_AUTO && has_colors() && start_color() == OK && use_default_colors() == OK;
    for (size_t i = 0; paint.colour && i < sizeof colours / sizeof *colours; i++)
        init_pair((short)(i + 1), colours[i].colour, -1);
}

bool paint_ascii(void)
{
    return paint.ascii;
}

bool paint_has_colours(void)
{
    return paint.colour;
}

attr_t paint_label(const struct label *label)
{
    const char *name = label->colour;
    bool bold = strncmp(name, "bold ", 5) == 0;
    attr_t attributes = bold || paint.contrast ? A_BOLD : A_NORMAL;

    if (bold)
        name += 5;
    for (size_t i = 0; paint.colour && i < sizeof colours / sizeof *colours; i++) {
        if (strcmp(name, colours[i].name) == 0)
            attributes |= (attr_t)COLOR_PAIR(i + 1);
    }
    return attributes;
}

/* Draws one cluster: a cell for each of its code points that has a width, marks on the one before.
 */
static void draw_glyph(int row, int column, const struct glyph *glyph, attr_t attributes)
{
    const wchar_t *shown = glyph->shown;

    while (*shown) {
        wchar_t cell[CCHARW_MAX + 1];
        cchar_t drawn;
        int length = 0;

        do {
            if (length < CCHARW_MAX)
                cell[length++] = *shown;
            shown++;
        } while (*shown && wcwidth(*shown) == 0);
        cell[length] = 0;
        if (setcchar(&drawn, cell, attributes & ~(attr_t)A_COLOR, (short)PAIR_NUMBER(attributes),
                     NULL) == OK)
            mvadd_wch(row, column, &drawn);
        column += wcwidth(cell[0]) > 0 ? wcwidth(cell[0]) : 1;
    }
}

static void read_glyph(const char *text, size_t length, struct glyph *glyph)
{
    glyph_read(text, length, glyph);
    if (glyph->newline) {
        glyph->columns = 1;
        glyph->shown[0] = L' ';
    }
}

static bool fits(const char *text, size_t length, int width)
{
    for (size_t at = 0; at < length && width >= 0;) {
        struct glyph glyph;

        read_glyph(text + at, length - at, &glyph);
        width -= glyph.columns;
        at += glyph.length;
    }
    return width >= 0;
}

/* Draws clusters from `start` on while they fit in `width` columns; returns the columns used and in
 * `*at` the first byte that was not drawn. */
static int draw_run(int row, int column, int width, attr_t attributes, const char *text,
                    size_t length, size_t *at)
{
    int used = 0;

    for (*at = 0; *at < length;) {
        struct glyph glyph;

        read_glyph(text + *at, length - *at, &glyph);
        if (used + glyph.columns > width)
            break;
        draw_glyph(row, column + used, &glyph, attributes);
        used += glyph.columns;
        *at += glyph.length;
    }
    return used;
}

int paint_text(int row, int column, int width, attr_t attributes, const char *text, size_t length)
{
    size_t at;
    bool cut;
    int used;

    if (width > COLS - column)
        width = COLS - column;
    if (row < 0 || row >= LINES || width <= 0)
        return 0;
    cut = !fits(text, length, width);
    used = draw_run(row, column, cut ? width - 1 : width, attributes, text, length, &at);
    if (cut)
        mvaddch(row, column + used++, '~' | attributes);
    return used;
}

int paint_format(int row, int column, int width, attr_t attributes, const char *format, ...)
{
    char text[FORMAT_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return paint_text(row, column, width, attributes, text, strlen(text));
}

void paint_line(int row, int column, const char *text, size_t start, size_t end,
                const attr_t *attributes)
{
    for (size_t at = start; at < end;) {
        struct glyph glyph;

        glyph_read(text + at, end - at, &glyph);
        if (row >= 0 && row < LINES && column + glyph.columns <= COLS)
            draw_glyph(row, column, &glyph, attributes ? attributes[at] : A_NORMAL);
        column += glyph.columns;
        at += glyph.length;
    }
}

int paint_wrapped(int row, int column, int rows, const char *text, attr_t attributes)
{
    int width = COLS > 2 * column ? COLS - 2 * column : 1;
    size_t length = strlen(text);
    struct wrapped line = {0};
    int used = 0;

    for (size_t at = 0; at < length && used < rows; at = line.next, used++) {
        size_t end;

        glyph_wrap(text, length, at, width, &line);
        draw_run(row + used, column, width, attributes, text + at, line.end - at, &end);
    }
    return used;
}

void paint_bar(int row, int column, int width, double part, attr_t attributes)
{
    int eighths = (int)lround(part * width * EIGHTHS);

    for (int i = 0; i < width && row >= 0 && row < LINES && column + i < COLS; i++) {
        int filled = eighths - i * EIGHTHS;

        if (paint.ascii) {
            mvaddch(row, column + i, (filled >= EIGHTHS / 2 ? '#' : '.') | attributes);
        } else if (filled > 0) {
            /* U+2588 is the full block, U+2589 to U+258F are seven eighths down to one. */
            wchar_t block[] = {(wchar_t)(0x2590 - (filled < EIGHTHS ? filled : EIGHTHS)), 0};
            cchar_t drawn;

            setcchar(&drawn, block, attributes & ~(attr_t)A_COLOR, (short)PAIR_NUMBER(attributes),
                     NULL);
            mvadd_wch(row, column + i, &drawn);
        }
    }
}

void paint_label_bar(int row, int column, int widest, int width, const struct label *label,
                     double probability, bool first)
{
    int bar = width > 3 ? width : 0;

    paint_text(row, column, COLS, paint_label(label) | (first ? A_BOLD : A_NORMAL), label->name,
               strlen(label->name));
    if (bar)
        paint_bar(row, column + widest + 1, bar, probability, paint_label(label));
    paint_format(row, column + widest + 2 + bar, COLS, A_NORMAL, "%3.0f%%", 100.0 * probability);
}

void paint_rule(int row)
{
    for (int column = 0; row >= 0 && row < LINES && column < COLS; column++) {
        if (paint.ascii)
            mvaddch(row, column, '-');
        else
            mvadd_wch(row, column, WACS_HLINE);
    }
}

void paint_chosen(int row)
{
    paint_chosen_part(row, 0, -1);
}

void paint_chosen_part(int row, int column, int width)
{
    if (row >= 0 && row < LINES && column < COLS)
        mvchgat(row, column, width, A_REVERSE | (paint.contrast ? A_BOLD : A_NORMAL), 0, NULL);
}
