#ifndef EMOTRACK_APP_TUI_TUI_H
#define EMOTRACK_APP_TUI_TUI_H

#include "app/journal.h"

#include <stdbool.h>

/* The terminal UI: a face of the journal over the whole terminal. */

struct tui_options {
    bool no_color;     /* use no colours */
    const char *model; /* the file that the journal was opened with; NULL: none was named */
};

/* Whether there is a terminal to run on. Where there is not, the line mode serves. */
bool tui_possible(void);

/* Runs until the user quits. The terminal is given back whatever happens. */
enum error tui_run(struct journal *journal, const struct tui_options *options) MUST_CHECK;

#endif
