#ifndef EMOTRACK_APP_TUI_PROMPT_H
#define EMOTRACK_APP_TUI_PROMPT_H

#include "app/tui/editor.h"

/* One line that is typed into: draws what is asked and the text behind it (of a long text the part
 * with the cursor), `margin` columns left free at the right. Returns the cursor's column. */
int prompt_draw(int row, const char *question, struct editor *input, int margin);

/* Puts the home folder in the place of a ~ at the start of a path that was typed.
 * ERROR_TOO_LARGE, ERROR_INVALID: it stands as it was. */
enum error prompt_path(struct editor *input) MUST_CHECK;

#endif
