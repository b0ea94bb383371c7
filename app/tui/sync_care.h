#ifndef EMOTRACK_APP_TUI_SYNC_CARE_H
#define EMOTRACK_APP_TUI_SYNC_CARE_H

#include "app/tui/sync.h"

/* The Sync screen's care for the data: backups, exports, deleting. Acts of bindings, where `screen`
 * is a struct sync_screen, and what to do when their work has ended. */

void care_ask_backup(void *screen, struct face *face);
void care_ask_export(void *screen, struct face *face);
void care_ask_restore(void *screen, struct face *face);
void care_ask_erase(void *screen, struct face *face);

/* Enter behind what was asked for. A file that is there is replaced when asked for twice. */
void care_back_up(void *screen, struct face *face);
void care_export(void *screen, struct face *face);
void care_inspect(void *screen, struct face *face);
void care_erase(void *screen, struct face *face);

/* Yes to SYNC_REPLACE. */
void care_restore(void *screen, struct face *face);

/* Takes what a job of these has come to. */
void care_take(struct sync_screen *sync, struct face *face, const struct worker_outcome *outcome);

#endif
