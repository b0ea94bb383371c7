#ifndef EMOTRACK_APP_TUI_EDITOR_H
#define EMOTRACK_APP_TUI_EDITOR_H

#include "app/tui/press.h"
#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* A text box: a text and a cursor that stands between grapheme clusters. Knows nothing of curses.
 */
struct editor {
    struct buffer text; /* valid UTF-8; never more than its limit */
    size_t cursor;      /* byte in the text */
    struct buffer cut;  /* what ^W ^U ^K or clearing took away last; ^Y brings it back */
    int width;          /* columns that the text is broken to, for up and down; set by the view */
    bool changed;       /* the text is another than when this was last set to false */
};

/* A box for at most `limit` bytes. Allocates nothing. */
void editor_init(struct editor *editor, size_t limit);
void editor_free(struct editor *editor);

/* Puts another text in the box, the cursor at its end. Invalid bytes become U+FFFD, as when typed.
 * ERROR_TOO_LARGE, ERROR_NO_MEMORY: the box is as it was. */
enum error editor_set(struct editor *editor, const char *text, size_t length) MUST_CHECK;

/* Inserts at the cursor, which moves behind it; CR and CR LF become LF. Errors as above. */
enum error editor_insert(struct editor *editor, const char *text, size_t length) MUST_CHECK;

void editor_clear(struct editor *editor); /* what was there can be had back with editor_yank */

enum editor_motion {
    EDITOR_LEFT,
    EDITOR_RIGHT,
    EDITOR_WORD_LEFT,
    EDITOR_WORD_RIGHT,
    EDITOR_LINE_START, /* of the line that a newline ends */
    EDITOR_LINE_END,
    EDITOR_UP, /* one line as it is broken on the screen */
    EDITOR_DOWN,
};

/* Where the motion leads from the cursor. */
size_t editor_target(const struct editor *editor, enum editor_motion motion);
void editor_move(struct editor *editor, enum editor_motion motion);

/* Deletes from the cursor to where the motion leads; `keep`: for editor_yank. */
void editor_delete(struct editor *editor, enum editor_motion motion, bool keep);

enum error editor_yank(struct editor *editor) MUST_CHECK;

/* What a press does in a box: text and pastes are inserted, arrows and ^A ^E ^B ^F ^P ^N move,
 * Backspace, Delete and ^W ^U ^K delete, ^Y yanks. `*taken`: whether the press is one of these. */
enum error editor_press(struct editor *editor, const struct press *press, bool *taken) MUST_CHECK;

/* The line of the broken text on which the cursor stands, counted from 0, and its column. */
void editor_place(const struct editor *editor, int *line, int *column);

#endif
