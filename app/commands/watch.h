#ifndef EMOTRACK_APP_COMMANDS_WATCH_H
#define EMOTRACK_APP_COMMANDS_WATCH_H

#include "app/journal_care.h"

#include <stdatomic.h>
#include <stdbool.h>

/* Long work: it shows itself on a terminal, and ^C ends it between two steps. */

/* From now on the first SIGINT or SIGTERM is only noted; the second ends the program. */
void watch_signals(void);

/* The program goes on after the work: signals do what they did before it, and one that came is
 * forgotten. */
void watch_end(void);

/* Whether one came. */
const atomic_bool *watch_interrupted(void);

/* Waits until there is something to read, or its end: true. False: it was interrupted, also where
 * the signal came just before. */
bool watch_readable(int descriptor);

/* Progress on standard error where that is a terminal; ERROR_CANCELLED once a signal has come. */
struct journal_watch watch_start(void);

/* Clears the line of the progress: before anything else is printed. */
void watch_clear(void);

#endif
