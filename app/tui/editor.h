#ifndef EMOTRACK_APP_TUI_EDITOR_H
#define EMOTRACK_APP_TUI_EDITOR_H

#include "app/tui/kills.h"
#include "app/tui/press.h"
#include "app/tui/undo.h"
#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* A text box: a text and a cursor that stands between grapheme clusters. Knows nothing of curses.
 * The text stays as it was typed: it is neither composed nor decomposed. */
struct editor {
    struct buffer text; /* valid UTF-8; never more than its limit */
    size_t cursor;      /* byte in the text */
    int width;          /* columns that the text is broken to, for up and down; set by the view */
    bool changed;       /* the text is another than when this was last set to false */
    struct kills kills; /* what was cut, for ^Y */
    struct undo undo;
    size_t yanked; /* bytes before the cursor that the last press has yanked; 0: it was no yank */
    int yanks;     /* how many yanks there were in a row */
    int column;    /* where up and down in a row want to be; -1: where the cursor is */
};

/* A box for at most `limit` bytes. Allocates nothing. */
void editor_init(struct editor *editor, size_t limit);
void editor_free(struct editor *editor);

/* The text, ended by a NUL. */
static inline const char *editor_text(const struct editor *editor)
{
    return editor->text.data ? editor->text.data : "";
}

/* Puts another text in the box, the cursor at its end; nothing is left to undo. Invalid bytes
 * become U+FFFD, as when typed. ERROR_TOO_LARGE, ERROR_NO_MEMORY: the box is as it was. */
enum error editor_set(struct editor *editor, const char *text, size_t length) MUST_CHECK;

/* Inserts at the cursor, which moves behind it; CR and CR LF become LF. Errors as above. */
enum error editor_insert(struct editor *editor, const char *text, size_t length) MUST_CHECK;

/* Empties the box: ^_ and ^Y bring the text back. */
void editor_clear(struct editor *editor);

/* The same where the text is done with: ^_ brings it back until the next one is begun. */
void editor_finish(struct editor *editor);

enum editor_motion {
    EDITOR_LEFT,
    EDITOR_RIGHT,
    EDITOR_WORD_LEFT,
    EDITOR_WORD_RIGHT,
    EDITOR_LINE_START, /* of the line that a newline ends */
    EDITOR_LINE_END,
    EDITOR_UP, /* one line as it is broken on the screen */
    EDITOR_DOWN,
    EDITOR_TEXT_START,
    EDITOR_TEXT_END,
};

/* Where the motion leads from the cursor. */
size_t editor_target(const struct editor *editor, enum editor_motion motion);
void editor_move(struct editor *editor, enum editor_motion motion);

/* What a press does in a box; `*taken`: whether it is one of these:
 *
 *     text, pastes                      inserted
 *     arrows, ^B ^F ^P ^N               move by a cluster, by a line of the screen
 *     words (Alt-b, Alt-f, Ctrl-arrows) move by a run of letters, of ideographs or of symbols
 *     Home End ^A ^E, Page keys         to the ends of the line, of the text
 *     Backspace, Delete                 delete a cluster
 *     ^W Alt-Backspace Alt-d, ^U ^K     cut a word, to the ends of the line
 *     ^Y                                brings back what was cut last; again, what was cut before
 *     ^T                                swaps the clusters around the cursor
 *     ^_ ^R                             undo, redo: steps of a word's length where text was typed
 */
enum error editor_press(struct editor *editor, const struct press *press, bool *taken) MUST_CHECK;

/* The line of the broken text on which the cursor stands, counted from 0, and its column. */
void editor_place(const struct editor *editor, int *line, int *column);

#endif
