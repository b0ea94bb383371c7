#ifndef EMOTRACK_APP_TUI_BINDING_H
#define EMOTRACK_APP_TUI_BINDING_H

#include "app/tui/press.h"

#include <stdbool.h>
#include <stddef.h>

/* The keys of a screen as data: one table makes what a key does, the help, its search, and the
 * hints in the last line. */

struct face;

/* What is pressed: a character of ASCII, or one of these. */
enum { KEY_KINDS = 256 };
#define KEY(kind)       (KEY_KINDS + (int)(kind)) /* KEY(PRESS_ENTER) */
#define CONTROL(letter) ((letter)&0x1F)           /* CONTROL('d') */

enum { BINDING_KEYS = 4, HINTS_MAX = 512 /* bytes */ };

struct binding {
    int key[BINDING_KEYS]; /* each does the same; 0: none more. All 0: it is only told of (the keys
                              of a text box) */
    unsigned modes;        /* of the screen, in which it holds: 1 << mode, or'ed */
    void (*act)(void *screen, struct face *face);
    const char *keys; /* as the help names them: "Enter  w"; NULL: neither told nor hinted at */
    const char *what; /* "open it: the message in full and the why" */
    const char *hint; /* "Enter open+why", for the last line; NULL: not there */
};

/* Does what the press is bound to in this mode; returns whether it is bound. The table ends with a
 * binding without keys and without words. */
bool binding_press(const struct binding *table, int mode, void *screen, struct face *face,
                   const struct press *press);

/* Whether this is the end of a table. */
bool binding_last(const struct binding *binding);

/* The hints of this mode in the order of the table, those that fit into `columns`, parted by two
 * blanks; the last is "? help", or "F1 help" where letters are text (`typing`). ASCII alone. */
void binding_hints(const struct binding *table, int mode, bool typing, int columns,
                   char out[HINTS_MAX]);

/* The same without the last. */
void binding_hints_alone(const struct binding *table, int mode, int columns, char out[HINTS_MAX]);

#endif
