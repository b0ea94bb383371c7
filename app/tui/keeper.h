#ifndef EMOTRACK_APP_TUI_KEEPER_H
#define EMOTRACK_APP_TUI_KEEPER_H

#include "app/journal.h"

#include <stdbool.h>
#include <stdint.h>

/* What the screens have typed and done is kept by two threads of their own, so that no key waits
 * for the disk. One saves drafts as they are typed: what stood in the box a tenth of a second ago
 * outlives the program, however it ends. The other makes the acts of the journal safe from a power
 * cut, and overwrites what was deleted. While a keeper is there, the journal's own calls do not
 * wait for the disk (journal_set_durable).
 *
 * All calls are made by the screens' thread. */
struct keeper;

enum {
    KEEPER_MOMENT = 150,    /* ms that a call of the keeper may wait, at most */
    KEEPER_PATIENCE = 2000, /* ms that ending waits for other programs */
};

/* What draft_keeper_open and journal_set_durable return; ERROR_NO_MEMORY. The journal outlives the
 * keeper. */
enum error keeper_new(struct journal *journal, struct keeper **out) MUST_CHECK;

/* Saves what is not saved yet and ends; returns what has kept a draft from being saved. NULL is
 * safe. */
enum error keeper_end(struct keeper *keeper) MUST_CHECK;

/* ---- drafts ---- */

/* A draft that this window has in hand: no other window gets at it. */
struct kept;

/* Takes the draft `id`, which this window or nobody may have in hand; 0: a new one, which has no
 * number until it is first saved. `message`: the message whose new text it is; 0: none. ERROR_BUSY:
 * another window has it. ERROR_NO_MEMORY. */
enum error keeper_open(struct keeper *keeper, int64_t id, int64_t message,
                       struct kept **out) MUST_CHECK;

/* Whether a draft is free, or in this window's hand. */
bool keeper_free(struct keeper *keeper, int64_t id);

/* Has the draft's text saved soon; of several in a row the last one counts. An empty one removes
 * the draft. ERROR_NO_MEMORY. */
enum error keeper_put(struct keeper *keeper, struct kept *kept, const char *text,
                      size_t length) MUST_CHECK;

/* Waits until what was put is saved, and no longer than KEEPER_MOMENT: ERROR_BUSY. `*id`: its
 * number then; 0: it is empty. */
enum error keeper_flush(struct keeper *keeper, struct kept *kept, int64_t *id) MUST_CHECK;

/* Before the text becomes a message: what was put and is not saved yet will not be saved, so that
 * `*id`, which the message takes with it, does not come back. ERROR_BUSY as above: nothing has
 * changed then. */
enum error keeper_stop(struct keeper *keeper, struct kept *kept, int64_t *id) MUST_CHECK;

/* Gives the draft out of hand; what was put and is not saved is dropped. NULL is safe. */
void keeper_close(struct keeper *keeper, struct kept *kept);

/* ---- the disk ---- */

/* Has everything that the journal has done so far (journal_acts) made durable. */
void keeper_settle(struct keeper *keeper);

/* What has become of all that. */
struct keeper_news {
    bool waiting;     /* something is under way: look again soon */
    bool busy;        /* another program holds the journal: a draft is not kept yet */
    uint64_t durable; /* so many acts are on the disk */
    enum error draft; /* why drafts cannot be saved now */
    enum error disk;  /* why acts may be lost; told once */
    char draft_sentence[1024], disk_sentence[1024];
    char notice[512]; /* about what was deleted; "": nothing; told once */
};
void keeper_look(struct keeper *keeper, struct keeper_news *out);

#endif
