#ifndef EMOTRACK_APP_TUI_HISTORY_VIEW_H
#define EMOTRACK_APP_TUI_HISTORY_VIEW_H

#include "app/tui/history.h"

/* Draws the rows `top` to `bottom` (not included). Puts the cursor's place in `*row` and `*column`
 * and returns whether it is shown. */
bool history_draw(struct history *history, struct face *face, int top, int bottom, int *row,
                  int *column);

/* What the keys do now, for the last line of the window. */
const char *history_hints(const struct history *history, const struct model *model);

#endif
