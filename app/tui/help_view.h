#ifndef EMOTRACK_APP_TUI_HELP_VIEW_H
#define EMOTRACK_APP_TUI_HELP_VIEW_H

#include "app/tui/help.h"

/* Draws the help over the whole window; `*spot`: where the cursor stands. */
void help_draw(struct help *help, struct spot *spot);

#endif
