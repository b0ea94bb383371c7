#ifndef EMOTRACK_APP_TUI_WRITE_H
#define EMOTRACK_APP_TUI_WRITE_H

#include "app/tui/editor.h"
#include "app/tui/face.h"
#include "app/tui/picker.h"
#include "app/tui/press.h"

/* The screen Write: state and keys. What it looks like is in write_view. */

enum write_mode {
    WRITE_TEXT,    /* letters go into the box */
    WRITE_OUTSIDE, /* letters are commands, about the last message */
    WRITE_PICK,    /* the last message is rated wrong: which emotion is it? */
};

struct write {
    enum write_mode mode;
    struct editor box;
    struct entry last;       /* the message saved last; id 0: there is none */
    int64_t editing;         /* the message whose text is in the box; 0: a new one */
    int64_t draft;           /* its number; 0: none is saved */
    struct buffer set_aside; /* the draft, while a message is edited */
    struct picker picker;
    bool all_labels;    /* show every label's bar, not only the first few */
    bool fresh;         /* the last message was saved just now: show its guess until it is
                           rated or something is typed */
    bool asked_to_quit; /* ^C was pressed in an empty box */
};

/* Loads the draft and the newest message. */
enum error write_init(struct write *write, struct face *face) MUST_CHECK;
void write_free(struct write *write);

void write_press(struct write *write, struct face *face, const struct press *press);

/* Saves the draft if it has changed since. ERROR_BUSY: not yet; it is tried again. */
enum error write_keep_draft(struct write *write, struct face *face) MUST_CHECK;

/* Other programs may have changed or deleted the last message. It stays the same message as long as
 * it is there: nobody shall rate another than the one that they see. */
void write_reload(struct write *write, struct face *face);

/* Puts a message into the box for editing; the draft is set aside. */
void write_edit(struct write *write, struct face *face, int64_t id);

/* The text that the guess on the screen is about; `*length` in bytes. */
const char *write_subject(const struct write *write, size_t *length);

extern const struct binding write_bindings[];

#endif
