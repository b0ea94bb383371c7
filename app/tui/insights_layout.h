#ifndef EMOTRACK_APP_TUI_INSIGHTS_LAYOUT_H
#define EMOTRACK_APP_TUI_INSIGHTS_LAYOUT_H

#include "app/insights.h"

/* Where everything stands on the screen Insights: blocks of items on a page of their own, which the
 * window shows a part of. An item is what can be chosen: an emotion, a day, an hour, a correction.
 * Arithmetic alone: drawing, keys, the mouse and the tests all ask here. */

enum insights_block {
    BLOCK_TRENDS,      /* an emotion a line, the largest share first */
    BLOCK_DAYS,        /* the calendar: a cell a day */
    BLOCK_MODEL,       /* how often the guesses are right */
    BLOCK_GUESSED,     /* the same by the emotion that was guessed, the most frequent first */
    BLOCK_CORRECTIONS, /* a line each */
    BLOCK_STREAKS,     /* the longest, the present one */
    BLOCK_HOURS,       /* a cell an hour */
    BLOCK_WEEKDAYS,    /* a cell each, from the day on which weeks start */
    BLOCKS
};

enum { STREAK_LONGEST, STREAK_NOW };

struct insights_item {
    enum insights_block block;
    int index; /* in its block */
};

/* Lines and columns of the page, from 0. */
struct insights_box {
    int line, column; /* of the heading; the items stand below */
    int lines;        /* with the heading; 0: the block is not there */
    int width;
    int items; /* 0: there is only something to be read */
};

struct insights_place {
    int line, column, width;
};

enum insights_form {
    FORM_WEEKS, /* a column a week, a line a day of the week */
    FORM_MONTHS /* a line or two a month, a column a day */
};

struct insights_calendar {
    enum insights_form form;
    int lead;    /* FORM_WEEKS: the line of the first day, from 0 */
    int step;    /* columns of a cell */
    int across;  /* FORM_MONTHS: days on a line */
    int labels;  /* columns in front of the cells */
    bool leap;   /* of a year */
    bool legend; /* its last line says what the signs mean */
};

/* The columns of a line of the trends, from the left end of the block. */
struct insights_columns {
    int letter, name, name_width;
    int bars;   /* the first bar */
    int step;   /* columns of a bar */
    int merged; /* buckets that share a bar, where there is no room for each */
    int share;  /* six columns wide */
    int change; /* five; 0: no room */
};

struct insights_layout {
    struct insights_box box[BLOCKS];
    enum insights_block order[BLOCKS]; /* in which the choice goes through them */
    struct insights_columns trend;
    struct insights_calendar calendar;
    int hour_step;                    /* columns of an hour */
    int guessed[INSIGHTS_LABELS_MAX]; /* the labels of BLOCK_GUESSED */
    int lines;                        /* of the page */
};

/* For a window of so many columns (>= 24). */
void insights_layout(const struct insights_view *view, int columns, struct insights_layout *out);

/* Where an item stands. */
struct insights_place insights_place(const struct insights_layout *layout,
                                     struct insights_item item);

enum insights_way { WAY_UP, WAY_DOWN, WAY_LEFT, WAY_RIGHT };

/* The index of the next item of the same block in that direction, -1: there is none. */
int insights_neighbour(const struct insights_layout *layout, struct insights_item item,
                       enum insights_way way);

/* The next block with items in the order of the page (`step` 1) or the one before (-1). Returns
 * whether there is one. */
bool insights_next_block(const struct insights_layout *layout, enum insights_block block, int step,
                         enum insights_block *out);

/* Returns whether an item stands there. */
bool insights_item_at(const struct insights_layout *layout, int line, int column,
                      struct insights_item *out);

/* The first line to show in `rows` rows, near `top`, so that the item can be seen: its whole block
 * where there is room for it. */
int insights_scroll(const struct insights_layout *layout, struct insights_item item, int top,
                    int rows);

/* The line above the page: "< November 2026 >", and the kinds of period with their letters; no
 * wider than can be taken in at a look. */
enum { INSIGHTS_HEAD_COLUMNS = 80 };

struct insights_head {
    int title, title_width;
    int earlier, later;        /* the columns of "<" and ">" */
    bool words;                /* the kinds with their names, not only their letters */
    int span[INSIGHTS_SPANS];  /* the columns where they start; 0: no room for any */
    int width[INSIGHTS_SPANS]; /* of each, with the brackets or blanks around it */
};

void insights_head(const struct insights_period *period, int columns, struct insights_head *out);

#endif
