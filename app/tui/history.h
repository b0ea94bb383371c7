#ifndef EMOTRACK_APP_TUI_HISTORY_H
#define EMOTRACK_APP_TUI_HISTORY_H

#include "app/matches.h"
#include "app/tui/complete.h"
#include "app/tui/editor.h"
#include "app/tui/face.h"
#include "app/tui/list.h"
#include "app/tui/picker.h"
#include "app/tui/press.h"
#include "app/tui/reader.h"
#include "app/tui/worker.h"

/* The screen History: state and keys. What it looks like is in history_view. */

enum history_mode {
    HISTORY_LIST,   /* letters are commands about the chosen message, or the marked ones */
    HISTORY_FILTER, /* letters go into the filter line */
    HISTORY_PICK,   /* messages are rated wrong: which emotion is it? */
    HISTORY_DELETE, /* delete messages? */
    HISTORY_EXPORT, /* letters go into the name of the file to export to */
    HISTORY_READ,   /* a message is open; letters are commands about it */
};

struct history {
    enum history_mode mode;
    bool reading; /* a message is open, also while something is asked about it */
    struct list list;
    struct reader reader;
    struct worker *worker; /* deletes and exports */
    struct editor filter;
    struct editor path;
    struct picker picker;
    struct matches *matches; /* of the filter; NULL: none */
    enum db_order order;
    int64_t asked; /* the message that HISTORY_PICK and HISTORY_DELETE are about; 0: the marked */
    int64_t forgotten; /* ... and the one that is being deleted */

    /* The last rating of marked messages, while `u` or `U` is about all of it. */
    struct rating_act act; /* count 0: there is none */
    bool act_undone;

    struct filter_names names; /* what a filter can name */
    struct candidates candidates;
    size_t next_candidate; /* that Tab puts in the place of the last one */
    bool cycling;          /* Tab was pressed last */

    size_t total;       /* messages without a filter */
    size_t top;         /* index of the first row on the screen; kept by the view */
    size_t rows;        /* rows of the list on the screen; kept by the view */
    int first_row;      /* of the window, where the list starts; kept by the view */
    bool asked_to_quit; /* ^C was pressed in the list */
    bool replacing;     /* Enter was pressed once: the file to export to is there */
    bool stale;         /* the list must be read anew before it is drawn */
    bool unread;        /* that failed: it is tried again when the screen is shown again */
    bool refiltered;    /* and it is for another filter */
    bool late;          /* and that took too long for a key: it is done in a moment of rest */
    bool slow;          /* as the last one did: the next is left to a moment of rest at once */
    bool names_stale;
    bool marks_stale; /* messages may be gone that are marked */
};

/* `model`: the file that the program was told to guess with, or NULL; it outlives the screen. */
enum error history_init(struct history *history, struct face *face, const char *model) MUST_CHECK;
void history_free(struct history *history); /* stops an export, waits for a deletion */

/* Reads the list anew where it is stale, unless that takes longer than a key may (then history_rest
 * does it) or a key is waiting. A filter that is not understood (half typed) leaves the list as it
 * is and says what is awaited. */
void history_load(struct history *history, struct face *face);

/* What the filter line may go on with, in history->candidates. */
void history_load_candidates(struct history *history, struct face *face);

/* Shows what passes this filter line. */
void history_show(struct history *history, struct face *face, const char *filter);

void history_press(struct history *history, struct face *face, const struct press *press);

/* A moment without a key: reads a list that took too long, takes what the worker has done. Returns
 * whether the journal is another now. */
bool history_rest(struct history *history, struct face *face);

/* How soon it wants that (ms); 0: it need not. */
int history_patience(const struct history *history);

/* The journal has changed (`changed`), or the screen is shown again. */
void history_outdated(struct history *history, bool changed);

extern const struct binding history_bindings[];
extern const char *const history_modes[];

#endif
