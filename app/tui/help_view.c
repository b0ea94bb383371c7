#include "app/tui/help_view.h"

#include "app/tui/paint.h"
#include "app/tui/prompt.h"

#include <stdio.h>
#include <string.h>

enum { TOP = 2 /* the first row of the lines */, COUNT_MAX = 32, KEYS_MAX = 64 };

static const char *query_of(const struct help *help)
{
    return help->mode == HELP_SEARCH ? editor_text(&help->query) : "";
}

/* Marks the words of the search where they stand in a text. */
static void mark(const struct help *help, const char *text, attr_t attributes[], size_t most)
{
    const char *query = query_of(help);

    for (size_t at = 0, length; (length = help_word(query, &at)) > 0; at += length) {
        const char *found = text;

        while ((found = help_find(found, query + at, length))) {
            for (size_t i = 0; i < length && (size_t)(found - text) + i < most; i++)
                attributes[found - text + (long)i] = A_BOLD | A_UNDERLINE;
            found += length;
        }
    }
}

/* Draws bytes [start, end) with what the search has found in them. */
static void draw_marked(const struct help *help, int row, int column, const char *text,
                        size_t start, size_t end)
{
    enum { MOST = 512 };
    attr_t attributes[MOST] = {A_NORMAL};

    mark(help, text, attributes, MOST);
    paint_line(row, column, text, start, end, end <= MOST ? attributes : NULL);
}

static void draw_head(const struct help *help, int row, const struct help_line *line)
{
    const char *place = help_place(help, line->screen);
    int column = HELP_MARGIN;

    if (help->mode == HELP_SEARCH) {
        draw_marked(help, row, column, place, 0, strlen(place));
        column += HELP_PLACE;
    }
    draw_marked(help, row, column, line->keys, 0, strlen(line->keys));
}

static void draw_row(const struct help *help, int row, const struct help_line *line,
                     const struct help_row *part)
{
    if (part->head)
        draw_head(help, row, line);
    if (line->kind == HELP_TITLE)
        paint_text(row, 1, COLS - 1, A_BOLD, line->text + part->start, part->end - part->start);
    else
        draw_marked(help, row, part->column, line->text, part->start, part->end);
}

/* The window follows the cursor. */
static void scroll_to(struct help *help, size_t cursor)
{
    help->rows = LINES > TOP + 1 ? (size_t)(LINES - TOP - 1) : 1;
    if (cursor < help->top)
        help->top = cursor;
    if (cursor >= help->top + help->rows)
        help->top = cursor - help->rows + 1;
}

static void draw_lines(struct help *help, struct spot *spot)
{
    size_t cursor = help_cursor(help), row = 0;
    struct help_row part;

    scroll_to(help, cursor);
    for (size_t i = 0; i < help->count && row < help->top + help->rows; i++) {
        for (size_t j = 0; help_row(help, &help->lines[i], j, &part); j++, row++) {
            if (row >= help->top && row < help->top + help->rows)
                draw_row(help, TOP + (int)(row - help->top), &help->lines[i], &part);
        }
    }
    *spot = (struct spot){.row = TOP + (int)(cursor - help->top)};
    if (help->count > 0)
        paint_chosen(spot->row);
}

static void draw_title(struct help *help, struct spot *spot)
{
    char count[COUNT_MAX];
    int length;

    if (help->mode == HELP_KEYS) {
        paint_format(0, 1, COLS - 1, A_BOLD, "Help: the keys of %s", help_place(help, help->about));
        return;
    }
    length = snprintf(count, sizeof count, "%zu key%s", help->count, help->count == 1 ? "" : "s");
    paint_text(0, COLS - 1 - length, COLS, A_NORMAL, count, (size_t)length);
    /* What is typed into has the cursor; the row that is chosen is in reverse. */
    *spot = (struct spot){.column = prompt_draw(0, "/ ", &help->query, length + 1)};
}

void help_draw(struct help *help, struct spot *spot)
{
    char hints[HINTS_MAX];

    help->width = COLS;
    draw_lines(help, spot);
    draw_title(help, spot);
    paint_rule(1);
    if (help->count == 0)
        paint_wrapped(TOP, HELP_MARGIN, (int)help->rows,
                      "No key is found by this: try another word, or the name of a key.", A_NORMAL);
    binding_hints_alone(help_bindings, help->mode, COLS - 2, hints);
    paint_text(LINES - 1, 1, COLS - 1, A_NORMAL, hints, strlen(hints));
}
