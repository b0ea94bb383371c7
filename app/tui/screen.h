#ifndef EMOTRACK_APP_TUI_SCREEN_H
#define EMOTRACK_APP_TUI_SCREEN_H

#include "app/tui/binding.h"
#include "app/tui/face.h"
#include "app/tui/press.h"

#include <stdbool.h>

/* What the program knows of a screen. Each screen has a file of its own with its state and keys,
 * and a view that draws it; `state` is that screen's own struct. */

/* The rows that a screen may draw on: `top` to `bottom` (not included), the whole width. */
struct area {
    int top, bottom;
};

/* Where the cursor stands: in the text that is typed, else on the item that is chosen, so that a
 * screen reader and a magnifier know what the keys are about. */
struct spot {
    int row, column;
};

struct screen {
    int number;                     /* the digit that leads there */
    const char *name;               /* in the title */
    const struct binding *bindings; /* all keys of all modes */
    const char *const *modes; /* by mode, ended by NULL: the title of its keys in the help, "In
                                 the list"; "": the last line alone tells them. NULL: the
                                 help tells all keys in one list */

    void (*press)(void *state, struct face *face, const struct press *press);

    /* Draws; `*spot` comes as the top left corner. */
    void (*draw)(void *state, struct face *face, const struct area *area, struct spot *spot);

    /* What the keys do now, for the last line; lives until it is called again. */
    const char *(*hints)(void *state, struct face *face);

    /* Another screen than before is shown now, or (`changed`) the journal is another: what was read
     * of it is stale. */
    void (*outdated)(void *state, struct face *face, bool changed);

    /* NULL, or: a moment without a press, whatever screen is shown. Returns whether the journal may
     * be another now. */
    bool (*rest)(void *state, struct face *face);

    /* NULL, or: how soon it wants to rest (ms); 0: it need not. */
    int (*patience)(const void *state);

    /* NULL, or: whether the press, made on any screen, belongs to what was picked last on this one
     * (app/tui/picker.h). */
    bool (*takes)(void *state, const struct press *press);
};

extern const struct screen write_screen, history_screen, insights_screen, sync_screen,
    settings_screen;

#endif
