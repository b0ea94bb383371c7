#ifndef EMOTRACK_APP_TUI_WRITE_VIEW_H
#define EMOTRACK_APP_TUI_WRITE_VIEW_H

#include "app/tui/write.h"

/* What stands where on the Write screen; rows counted from the window's top, -1: not shown. */
struct write_layout {
    int box, box_rows; /* the text box */
    int guess;         /* "Guess: SADNESS 62%" */
    int bars, bar_rows;
    int why, why_rows; /* "Why  cancelled +++" and what it means */
    int last;          /* the message to be rated */
    int rules[2];      /* above and below `last` */
};

/* Lays the rows `top` to `bottom` (not included) out for a text of `text_rows` rows. The guess and
 * what is below it stand at the bottom, where they stay while the text grows; the box has the
 * rest. */
void write_layout(int top, int bottom, int text_rows, int bars_wanted, struct write_layout *out);

#endif
