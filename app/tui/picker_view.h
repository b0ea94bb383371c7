#ifndef EMOTRACK_APP_TUI_PICKER_VIEW_H
#define EMOTRACK_APP_TUI_PICKER_VIEW_H

#include "app/tui/picker.h"

/* How many rows the labels take that can be picked now. `message`: what they are picked for, 0: the
 * messages that are marked. */
int picker_rows(const struct picker *picker, const struct model *model, int64_t message);

/* Draws them from `row` on, each with its digit where digits pick, on at most `rows` rows, which
 * are emptied first; "~" where some do not fit. */
void picker_draw(const struct picker *picker, const struct model *model, int64_t message, int row,
                 int rows);

/* What the keys do meanwhile, for the last line of the window. */
const char *picker_hints(const struct model *model, bool narrow);

#endif
