#ifndef EMOTRACK_APP_TUI_HISTORY_PARTS_H
#define EMOTRACK_APP_TUI_HISTORY_PARTS_H

#include "app/tui/history.h"

/* What the files of the History screen share and nobody else sees. */

enum { FILTER_LENGTH_MAX = 1024 /* bytes */ };

/* ---- history.c ---- */

/* Where a question leads back to. */
void history_go_back(struct history *history);

/* The message that commands are about; 0: there is none. */
int64_t history_subject(const struct history *history);

/* Whether commands are about the marked messages. */
bool history_about_marked(const struct history *history);

/* Whether there is a message to act on; if not, says so. */
bool history_has_subject(const struct history *history, struct face *face);

/* ---- history_acts.c ---- */

/* What a press means while an emotion is picked, a deletion is asked about, a file is named. */
void history_pick(struct history *history, struct face *face, const struct press *press);
void history_forget(struct history *history, struct face *face, const struct press *press);
void history_in_path(struct history *history, struct face *face, const struct press *press);

/* Takes what the worker has done; returns whether the journal is another now. */
bool history_take_outcome(struct history *history, struct face *face);

/* Of the table of keys. */
void history_rate_right(void *screen, struct face *face);
void history_rate_wrong(void *screen, struct face *face);
void history_undo(void *screen, struct face *face);
void history_redo(void *screen, struct face *face);
void history_edit(void *screen, struct face *face);
void history_ask_delete(void *screen, struct face *face);
void history_ask_for_path(void *screen, struct face *face);
void history_start_export(void *screen, struct face *face);
void history_leave_path(void *screen, struct face *face);

/* ---- history_filter.c ---- */

/* Another filter, or order of things: another list, looked at from its start. */
void history_refilter(struct history *history);

/* What a press means in the filter line. */
void history_in_filter(struct history *history, struct face *face, const struct press *press);

/* Of the table of keys. */
void history_start_filter(void *screen, struct face *face);
void history_keep_filter(void *screen, struct face *face);
void history_drop_filter(void *screen, struct face *face);
void history_complete(void *screen, struct face *face);

#endif
