#ifndef EMOTRACK_APP_TUI_UNDO_H
#define EMOTRACK_APP_TUI_UNDO_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* The edits of a text box, so that they can be taken back and made again. Bounded: the oldest are
 * forgotten first. */

enum { UNDO_STEPS = 1000, UNDO_BYTES = 1024 * 1024 };

/* What an edit is part of: a run of the same kind is one step, as far as a word goes. */
enum undo_run { RUN_NONE, RUN_TYPED, RUN_ERASED };

/* At `at` the text `removed` gave way to `inserted`. */
struct undo_step {
    size_t at;
    struct buffer removed, inserted;
    size_t before, after; /* the cursor */
    enum undo_run run;
};

struct undo {
    struct undo_step *steps; /* oldest first */
    size_t count, room;
    size_t done;  /* of those, the steps that are not taken back */
    size_t bytes; /* in all of them */
    bool open;    /* the last step may go on */
    bool fenced;  /* the next step forgets those before it */
};

void undo_free(struct undo *undo); /* safe on zeroed structs, usable again */

/* Notes an edit; what was taken back is forgotten. `step` lends its texts. Where memory is short
 * all is forgotten. */
void undo_note(struct undo *undo, const struct undo_step *step);

/* What comes now is a step of its own. */
void undo_close(struct undo *undo);

/* With the next step there is a new beginning. */
void undo_fence(struct undo *undo);

/* The step to take back, or to make again; NULL: there is none. Lives until undo_note. */
const struct undo_step *undo_back(struct undo *undo);
const struct undo_step *undo_forth(struct undo *undo);

#endif
