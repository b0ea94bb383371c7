#ifndef EMOTRACK_APP_TUI_TERMINAL_H
#define EMOTRACK_APP_TUI_TERMINAL_H

#include "app/tui/press.h"
#include "base/error.h"

#include <stdbool.h>

/* The terminal itself: taken over, given back whatever happens, and read. One a process.
 *
 * Its description is the one that $TERM names. Where this system has none of that name, that of the
 * terminal that it descends from serves (of xterm-kitty, foot or alacritty: xterm-256color's). */

/* Why standard input and output are no terminal that a full-screen program can use, in words; NULL:
 * they are. It takes one that is described, has a cursor that can be placed, and is not "dumb". */
const char *terminal_obstacle(void);
bool terminal_usable(void);

/* Before there are threads, which may read the environment: the window's size is the terminal's,
 * where it knows its own, and not what COLUMNS and LINES once said. Where they say something,
 * curses keeps to it even when the window changes. */
void terminal_prepare(void);

/* Takes the terminal over (alternate screen, raw keys, bracketed paste) and makes sure that every
 * signal that ends the program gives it back first, a crash of any thread and a stack that has
 * overflown included (thread.h). */
enum error terminal_start(void) MUST_CHECK;

/* Gives it back. Safe where it was not taken. */
void terminal_stop(void);

/* Whether the terminal tells of the mouse (PRESS_MOUSE); at first not, since a terminal that does
 * no longer selects text by it. Before terminal_start or after. */
void terminal_mouse(bool on);

/* The next press: waits at most `wait` milliseconds (0: takes only what is there already), then
 * PRESS_NONE. Suspending (^Z) and coming back happen in here, and show as PRESS_RESIZE. */
void terminal_read(int wait, struct press *out);

/* Whether a press waits to be read: what takes long had better be put off. */
bool terminal_waiting(void);

/* Somebody wants the program to end (SIGHUP, SIGINT, SIGTERM, a terminal that has gone away): it
 * should keep what it has and stop. Asked a second time it ends at once. */
bool terminal_ending(void);

/* After terminal_stop: ends the program by the signal that asked for it, if one did. */
void terminal_die(void);

/* Draws everything anew with the next refresh. */
void terminal_redraw(void);

#endif
