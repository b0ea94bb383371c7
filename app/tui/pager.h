#ifndef EMOTRACK_APP_TUI_PAGER_H
#define EMOTRACK_APP_TUI_PAGER_H

#include "app/tui/press.h"

#include <stdbool.h>
#include <stddef.h>

/* A page of text over the whole window, to be read and closed. */
struct pager {
    bool open;
    size_t top;  /* line that stands first, as broken to the window's width */
    size_t last; /* the largest useful top; kept by the drawing */
    size_t rows; /* lines that fit; kept by the drawing */
};

void pager_open(struct pager *pager);
void pager_press(struct pager *pager, const struct press *press);
void pager_draw(struct pager *pager, const char *title, const char *text, size_t length);

#endif
