#ifndef EMOTRACK_APP_TUI_SCREENS_H
#define EMOTRACK_APP_TUI_SCREENS_H

#include "app/tui/help.h"
#include "app/tui/history.h"
#include "app/tui/insights.h"
#include "app/tui/pager.h"
#include "app/tui/screen.h"
#include "app/tui/settings.h"
#include "app/tui/sync.h"
#include "app/tui/write.h"

/* All screens of the program, the title and the status around them, and where keys go. Draws
 * through curses, and reads no key: whoever has a press hands it in. */

/* Columns [from, to) of the title that lead to a screen; none in a narrow window. */
struct tab {
    int from, to;
};

struct screens {
    struct face face;
    struct write write;
    struct history history;
    struct insights_state insights;
    struct sync_screen sync;
    struct settings_state settings;
    struct pager pager;
    struct help help;
    struct tab tabs[SCREENS]; /* kept by the drawing */
    void *state[SCREENS];     /* those above, in the order of the digits */
    struct keeper *keeper;
    int64_t pressed; /* when something was last pressed (milliseconds) */
    uint64_t acts;   /* of the journal, when the screens were last told that it has changed */
    bool waiting;    /* the keeper is at something that is worth telling */
    enum error told; /* of what it said about drafts */
};

/* `model`: the file that the program was told to guess with, or NULL. What is pointed at outlives
 * the screens, which stay where they are. In every case screens_free ends them. */
enum error screens_init(struct screens *screens, struct journal *journal, struct settings *settings,
                        const char *model) MUST_CHECK;
void screens_free(struct screens *screens);

/* How it is drawn and what the terminal tells is what the settings want, from now on. After the
 * terminal was started. */
void screens_follow(const struct settings *settings);

void screens_draw(struct screens *screens);

/* Not PRESS_NONE. */
void screens_press(struct screens *screens, const struct press *press);

/* Nothing was pressed for screens_patience milliseconds: takes in what other programs have changed,
 * looks at work that is under way. */
void screens_rest(struct screens *screens);
int screens_patience(const struct screens *screens);

/* After every press and every rest: hands what was typed and done to the keeper. */
void screens_keep(struct screens *screens);

/* Whether the screens are to end, for good (WISH_QUIT) or with something to do after them. */
bool screens_done(const struct screens *screens);

/* Waits until everything is kept. */
enum error screens_end(struct screens *screens) MUST_CHECK;

/* Tells of every key of all screens. */
void screens_tell_keys(help_told *told);

#endif
