#ifndef EMOTRACK_APP_TUI_PICKER_VIEW_H
#define EMOTRACK_APP_TUI_PICKER_VIEW_H

#include "app/tui/picker.h"

/* Draws the labels that can be picked on one row, each with its digit. */
void picker_draw(const struct picker *picker, const struct model *model, int row);

#endif
