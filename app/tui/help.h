#ifndef EMOTRACK_APP_TUI_HELP_H
#define EMOTRACK_APP_TUI_HELP_H

#include "app/tui/editor.h"
#include "app/tui/screen.h"

/* The keys of one screen, or a search over those of all, over the whole window until it is closed.
 * Made of the tables of bindings. State and keys; what it looks like is in help_view. */

enum help_mode {
    HELP_KEYS,   /* the keys of one screen */
    HELP_SEARCH, /* letters go into the search; the lines are what it finds */
};

enum { HELP_LINES_MAX = 512, HELP_QUERY_MAX = 200 /* bytes */, HELP_EVERYWHERE = -1 };

enum help_kind { HELP_TITLE, HELP_KEY, HELP_TEXT };

/* All of it is borrowed from the tables. */
struct help_line {
    enum help_kind kind;
    int screen;       /* HELP_KEY: where it holds, a place in `screens`, or HELP_EVERYWHERE */
    const char *keys; /* HELP_KEY: "Enter  w" */
    const char *text; /* of a key: what it does */
};

struct help {
    const struct screen *const *screens; /* [screen_count] */
    int screen_count;
    bool open;
    bool direct; /* the search was asked for: Esc does not lead back to the keys */
    enum help_mode mode;
    int about; /* the screen whose keys HELP_KEYS tells */
    struct editor query;
    struct help_line lines[HELP_LINES_MAX];
    size_t count;  /* of the lines */
    size_t chosen; /* the line that the cursor is on */
    size_t part;   /* ... and the row of it */
    size_t top;    /* the row of all that stands first in the window; kept by the view */
    size_t rows;   /* of the window; kept by the view */
    int width;     /* columns of the window; kept by the view */
};

void help_init(struct help *help, const struct screen *const *screens, int count);
void help_free(struct help *help);

/* Shows the keys of a screen (a place in `screens`). */
void help_open(struct help *help, int screen);

/* Searches the keys of all screens; `screen` is the one that is shown beneath. */
void help_search(struct help *help, int screen);

/* Enter on a result leaves for its screen. */
void help_press(struct help *help, struct face *face, const struct press *press);

/* Tells of every key, screen by screen as the help does: `group` is "Write", or "Write: in the
 * text". */
typedef void help_told(const char *group, const char *keys, const char *what);
void help_tell(const struct screen *const *screens, int count, help_told *told);

/* ---- for the view ---- */

extern const struct binding help_bindings[];

/* Row `part` of a line as it is broken to the window's width. */
struct help_row {
    bool head;         /* the keys (and where they hold) stand in it */
    int column;        /* of the text's part */
    size_t start, end; /* bytes of the text */
};

enum { HELP_MARGIN = 2, HELP_PLACE = 10 /* columns of the screen's name before a result */ };

/* Returns whether the line has this row. */
bool help_row(const struct help *help, const struct help_line *line, size_t part,
              struct help_row *out);

/* "History"; "all" for HELP_EVERYWHERE. */
const char *help_place(const struct help *help, int screen);

/* The row of all on which the cursor stands. */
size_t help_cursor(const struct help *help);

/* Where the next word of a query begins in `query` at or after `*at`; its length, 0: none is left.
 */
size_t help_word(const char *query, size_t *at);

/* Where the word stands in a text, at the beginning of a word and in any case; NULL: nowhere. */
const char *help_find(const char *text, const char *word, size_t length);

#endif
