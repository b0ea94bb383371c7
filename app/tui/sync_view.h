#ifndef EMOTRACK_APP_TUI_SYNC_VIEW_H
#define EMOTRACK_APP_TUI_SYNC_VIEW_H

#include "app/tui/sync.h"

/* Draws the rows `top` to `bottom` (not included). Puts the cursor's place in `*row` and `*column`
 * and returns whether it is shown. */
bool sync_draw(struct sync_screen *sync, struct face *face, int top, int bottom, int *row,
               int *column);

/* What the keys do now, for the last line of the window. */
const char *sync_hints(const struct sync_screen *sync);

#endif
