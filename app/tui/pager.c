#include "app/tui/pager.h"

#include "app/glyph.h"
#include "app/tui/paint.h"

#include <string.h>

enum { WHEEL = 3 /* lines a turn */ };

void pager_open(struct pager *pager)
{
    *pager = (struct pager){.open = true};
}

/* Moves by `lines`, as far as there is something to see. */
static void scroll_by(struct pager *pager, long lines)
{
    long top = (long)pager->top + lines;

    if (top > (long)pager->last)
        top = (long)pager->last;
    pager->top = top > 0 ? (size_t)top : 0;
}

/* The wheel scrolls; returns whether the press is the mouse's. */
static bool turn_wheel(struct pager *pager, const struct press *press)
{
    if (press->kind != PRESS_MOUSE)
        return false;
    if (press->mouse != MOUSE_CLICK)
        scroll_by(pager, press->mouse == MOUSE_WHEEL_UP ? -WHEEL : WHEEL);
    return true;
}

void pager_press(struct pager *pager, const struct press *press)
{
    long page = pager->rows > 1 ? (long)pager->rows - 1 : 1;
    char letter = press_command(press);

    if (turn_wheel(pager, press))
        return;
    if (press->kind == PRESS_UP || letter == 'k')
        scroll_by(pager, -1);
    else if (press->kind == PRESS_DOWN || letter == 'j')
        scroll_by(pager, 1);
    else if (press->kind == PRESS_PAGE_UP)
        scroll_by(pager, -page);
    else if (press->kind == PRESS_PAGE_DOWN || letter == ' ')
        scroll_by(pager, page);
    else if (press->kind == PRESS_HOME || letter == 'g')
        pager->top = 0;
    else if (press->kind == PRESS_END || letter == 'G')
        pager->top = pager->last;
    else if (press->kind == PRESS_ESCAPE || press->kind == PRESS_ENTER || letter == 'q' ||
             press->kind == PRESS_HELP || press->kind == PRESS_CONTROL)
        pager->open = false;
}

void pager_draw(struct pager *pager, const char *title, const char *text, size_t length)
{
    struct wrapped line = {0};
    size_t number = 0;
    int width = COLS > 3 ? COLS - 2 : 1;

    pager->rows = LINES > 3 ? (size_t)LINES - 3 : 1;
    paint_text(0, 1, COLS - 1, A_BOLD, title, strlen(title));
    paint_rule(1);
    for (size_t at = 0; at < length; at = line.next, number++) {
        glyph_wrap(text, length, at, width, &line);
        if (number >= pager->top && number < pager->top + pager->rows)
            paint_line(2 + (int)(number - pager->top), 1, text, at, line.end, NULL);
    }
    pager->last = number > pager->rows ? number - pager->rows : 0;
    if (pager->top > pager->last)
        pager->top = pager->last;
    paint_format(LINES - 1, 1, COLS - 1, A_NORMAL, "Esc back%s",
                 pager->last > 0 ? "  Up Down Page Up Page Down: more" : "");
}
