#ifndef EMOTRACK_TESTS_HEADLESS_H
#define EMOTRACK_TESTS_HEADLESS_H

#include <stdbool.h>

/* The screens of the program without a terminal: curses draws into /dev/null, presses come from the
 * caller. For what drives app/tui/screens.h from inside: fuzzing and measuring. */

/* Starts curses as xterm-256color of this size; once a process. Returns whether it did. */
bool headless_start(int rows, int columns);
void headless_stop(void);

/* Another size of the window, at least 1 by 1. */
void headless_resize(int rows, int columns);

#endif
