#ifndef EMOTRACK_APP_TUI_TUI_H
#define EMOTRACK_APP_TUI_TUI_H

#include "app/journal.h"
#include "app/settings.h"

#include <stdbool.h>

/* The terminal UI: a face of the journal over the whole terminal. */

struct tui_options {
    struct settings *settings;
    const char *model; /* the file that the journal was opened with; NULL: none was named */
};

/* Whether there is a terminal to run on. Where there is not, the line mode serves. */
bool tui_possible(void);

/* Runs until the user quits, or wants to begin again with another journal: `next` is the profile,
 * or
 * "". The terminal is given back whatever happens. */
enum error tui_run(struct journal *journal, const struct tui_options *options,
                   char next[PROFILE_NAME_MAX + 1]) MUST_CHECK;

#endif
