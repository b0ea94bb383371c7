#ifndef EMOTRACK_APP_TUI_LIST_H
#define EMOTRACK_APP_TUI_LIST_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The messages that the History screen lists: which they are and in which order, which of them is
 * chosen, and which are marked, so that one act is about all of those. Knows neither keys nor
 * drawing; an id stands for its message. */
struct list {
    int64_t *ids;    /* [count], as they are shown */
    size_t count;    /* those that the filter lets through */
    size_t chosen;   /* index into ids; 0 where there are none */
    int64_t *marked; /* [marks], rising; a mark stays while a filter hides its message */
    size_t marks, room;
};

void list_init(struct list *list);
void list_free(struct list *list);

/* Other messages, or another order: `ids` is the list's from now on. `stay`: the choice stays on
 * its message, or where that is gone in its place; else it is the first. */
void list_take(struct list *list, int64_t *ids, size_t count, bool stay);

/* The id of the chosen message, 0 if there is none. */
int64_t list_chosen(const struct list *list);

/* Chooses the message at the index, or the nearest one that there is. */
void list_choose(struct list *list, long long index);

bool list_is_marked(const struct list *list, int64_t id);

/* Marks a message, or takes its mark away. ERROR_NO_MEMORY. */
enum error list_turn_mark(struct list *list, int64_t id) MUST_CHECK;

/* Marks every message that is listed, beside those that are marked. ERROR_NO_MEMORY. */
enum error list_mark_all(struct list *list) MUST_CHECK;

void list_unmark_all(struct list *list);

/* Takes the marks of all but these messages away. ERROR_NO_MEMORY. */
enum error list_keep_marks(struct list *list, const int64_t *ids, size_t count) MUST_CHECK;

/* The marked messages: those that are listed in the order of the list, then the hidden ones.
 * `*ids` [list->marks] is malloc'ed. ERROR_NO_MEMORY. */
enum error list_marked(const struct list *list, int64_t **ids) MUST_CHECK;

#endif
