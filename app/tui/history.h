#ifndef EMOTRACK_APP_TUI_HISTORY_H
#define EMOTRACK_APP_TUI_HISTORY_H

#include "app/tui/editor.h"
#include "app/tui/face.h"
#include "app/tui/picker.h"
#include "app/tui/press.h"

/* The screen History: state and keys. What it looks like is in history_view. */

enum history_mode {
    HISTORY_LIST,   /* letters are commands about the chosen message */
    HISTORY_FILTER, /* letters go into the filter line */
    HISTORY_PICK,   /* the chosen message is rated wrong: which emotion is it? */
    HISTORY_DELETE, /* delete the chosen message? */
    HISTORY_EXPORT, /* letters go into the name of the file to export to */
};

struct history {
    enum history_mode mode;
    struct editor filter;
    struct editor path;
    struct picker picker;
    int64_t asked; /* the message that HISTORY_PICK and HISTORY_DELETE are about */
    int64_t *ids;  /* [count], newest first: the messages that the filter lets through */
    size_t count;
    size_t total;       /* messages without a filter */
    size_t chosen;      /* index into ids; 0 where there are none */
    size_t top;         /* index of the first row on the screen; kept by the view */
    size_t rows;        /* rows of the list on the screen; kept by the view */
    bool asked_to_quit; /* ^C was pressed in the list */
    bool replacing;     /* Enter was pressed once: the file to export to is there */
    bool stale;         /* the list must be read anew before it is drawn */
    bool refiltered;    /* and it is for another filter */
};

void history_init(struct history *history);
void history_free(struct history *history);

/* Reads the list anew where it is stale. A filter that is not understood (half typed) leaves the
 * list as it is and says what is wrong. */
void history_load(struct history *history, struct face *face);

/* Shows what passes this filter line. */
void history_show(struct history *history, struct face *face, const char *filter);

void history_press(struct history *history, struct face *face, const struct press *press);

/* The id of the chosen message, 0 if there is none. */
int64_t history_chosen(const struct history *history);

extern const struct binding history_bindings[];

#endif
