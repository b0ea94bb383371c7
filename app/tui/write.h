#ifndef EMOTRACK_APP_TUI_WRITE_H
#define EMOTRACK_APP_TUI_WRITE_H

#include "app/tui/editor.h"
#include "app/tui/face.h"
#include "app/tui/keeper.h"
#include "app/tui/picker.h"
#include "app/tui/press.h"

/* The screen Write: state and keys. What it looks like is in write_view, what is done with a paste
 * of several lines in write_paste, and which draft is in the box in write_drafts. */

enum write_mode {
    WRITE_TEXT,    /* letters go into the box */
    WRITE_EDIT,    /* the same, and the box holds the text of a saved message */
    WRITE_OUTSIDE, /* letters are commands, about the last message */
    WRITE_PICK,    /* the last message is rated wrong: which emotion is it? */
    WRITE_DELETE,  /* is the draft to be deleted? */
    WRITE_PASTE,   /* is what was pasted one message, or one a line? */
    WRITE_LINES,   /* it is being saved line by line */
};

enum write_save {
    SAVE_NONE,
    SAVE_WAITS,   /* for another program; it is tried again */
    SAVE_SETTLES, /* done, and soon on the disk */
};

struct write {
    enum write_mode mode;
    struct editor box;
    struct keeper *keeper;
    struct kept *kept;       /* the draft in the box; of a message that is edited: its new text */
    size_t drafts, position; /* how many this window gets at, which of them is in the box, from 1 */
    struct entry last;       /* the message saved last; id 0: there is none */
    int64_t editing;         /* the message whose text is in the box; 0: a new one */
    struct buffer set_aside; /* the draft, while a message is edited, */
    struct kept *kept_aside; /* in hand still */
    struct picker picker;
    enum write_save save;
    uint64_t act; /* SAVE_SETTLES: the message is on the disk with this act of the journal */
    struct buffer pasted;
    struct kept *kept_paste; /* so that a crash does not lose it */
    size_t lines, line;      /* of it: how many there are, and are done with, */
    size_t saved;            /* as so many messages */
    bool all_labels;         /* show every label's bar, not only the first few */
    bool fresh;              /* the last message was saved just now: show its guess until it is
                                rated or something is typed */
    bool asked_to_quit;      /* ^C was pressed in an empty box, ^D in an edit */
};

/* Takes a draft that no other window has, and the newest message. The keeper outlives it. */
enum error write_init(struct write *write, struct face *face, struct keeper *keeper) MUST_CHECK;
void write_free(struct write *write);

void write_press(struct write *write, struct face *face, const struct press *press);

/* After every press: hands what was typed to the keeper. */
void write_keep(struct write *write, struct face *face);

/* What has become of the message that was saved last: tells it, or tries again. */
void write_settled(struct write *write, struct face *face, const struct keeper_news *news);

/* A moment without a press: a paste is saved on. Returns whether there was something to do. */
bool write_rest(struct write *write, struct face *face);

/* Other programs may have changed or deleted the last message. It stays the same message as long as
 * it is there: nobody shall rate another than the one that they see. */
void write_reload(struct write *write, struct face *face);

/* Puts a message into the box for editing; the draft is set aside. What an earlier window had
 * changed in it and not saved is there again. */
void write_edit(struct write *write, struct face *face, int64_t id);

/* The same with the new text; edit->id 0: it is no draft yet. Returns whether that could be done.
 */
bool write_begin_edit(struct write *write, struct face *face, const struct draft *edit);

/* Whether letters go into the box. */
bool write_typing(const struct write *write);

/* The text that the guess on the screen is about; `*length` in bytes. */
const char *write_subject(const struct write *write, size_t *length);

extern const struct binding write_bindings[];
extern const char *const write_modes[];

/* ---- drafts (write_drafts.c) ---- */

/* Puts the draft that was saved last, of those that no other window has, into the box; none: the
 * box is empty. */
enum error write_take_draft(struct write *write, struct face *face) MUST_CHECK;

/* Goes on with the edit of a message that a crash cut off; 0: of any. Returns whether there is one
 * that no other window has. */
bool write_resume_edit(struct write *write, struct face *face, int64_t message);

/* In a journal that was replaced the number of the draft may be another one's: it gets a new one.
 */
void write_renumber(struct write *write, struct face *face);

/* Counts the drafts anew. */
void write_count_drafts(struct write *write, struct face *face);

/* To the next older draft, or the next newer one: behind the newest is an empty box. The draft that
 * was in the box is saved. */
void write_older_draft(void *state, struct face *face);
void write_newer_draft(void *state, struct face *face);
void write_new_draft(void *state, struct face *face);

/* Empties the box, and the draft is gone. */
void write_delete_draft(void *state, struct face *face);

/* ---- pastes (write_paste.c) ---- */

/* Takes a paste; asks where it has several lines and the settings say so. */
void write_paste(struct write *write, struct face *face, const char *text, size_t length);

/* The answers. */
void write_paste_whole(void *state, struct face *face);
void write_paste_lines(void *state, struct face *face);
void write_paste_drop(void *state, struct face *face);

/* Saves some lines more. */
void write_paste_on(struct write *write, struct face *face);

#endif
