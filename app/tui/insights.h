#ifndef EMOTRACK_APP_TUI_INSIGHTS_H
#define EMOTRACK_APP_TUI_INSIGHTS_H

#include "app/tui/face.h"
#include "app/tui/insights_layout.h"

/* The screen Insights: state and keys. Where things stand is in insights_layout, what is said of
 * the chosen one in insights_words, what it looks like in insights_view.
 *
 * Up and down go through all items, block by block; left and right go through the cells of a block
 * that has cells, else to the period before and after. In the calendar they lead on into the next
 * period. */

struct insights_state {
    bool stale;  /* all must be counted anew before it is drawn */
    bool unread; /* and the journal be read anew */
    struct insights_data data;

    int32_t day;                   /* the one that is looked at; the period is that around it */
    struct insights_period period; /* days 0: none yet */
    bool chosen_source;            /* the user chose `source` */
    enum insights_source source;

    struct insights_view view; /* counted for the period and the source */
    struct insights_layout layout;
    struct insights_head head;
    struct insights_item wanted; /* what the user chose last */
    struct insights_item focus;  /* the same, where that is there */
    int cell[BLOCKS];            /* of a block with cells: the one that was chosen there last */

    int columns;             /* of the window; kept by the view */
    int head_row;            /* of the line with the period; kept by the view */
    int page_row, page_rows; /* where the page is shown; kept by the view */
    int top;                 /* its first line there */
    bool asked_to_quit;      /* ^C was pressed */
};

void insights_init(struct insights_state *insights, struct face *face);
void insights_free(struct insights_state *insights);

/* Reads the journal and counts where that is stale, for a window of so many columns. Where the
 * journal cannot be read it says why, what was read before stays, and it is tried again when the
 * screen is shown again. */
void insights_load(struct insights_state *insights, struct face *face, int columns);

void insights_press(struct insights_state *insights, struct face *face, const struct press *press);

/* What the keys are about: the mode of the bindings. */
enum insights_mode {
    INSIGHTS_EMPTY,    /* there is no message */
    INSIGHTS_NOTHING,  /* there is nothing to choose */
    INSIGHTS_LINES,    /* the chosen item is a line */
    INSIGHTS_CALENDAR, /* it is a day of the calendar */
    INSIGHTS_CELLS,    /* it is another cell */
};
enum insights_mode insights_mode(const struct insights_state *insights);

extern const struct binding insights_bindings[];

#endif
