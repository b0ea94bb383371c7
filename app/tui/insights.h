#ifndef EMOTRACK_APP_TUI_INSIGHTS_H
#define EMOTRACK_APP_TUI_INSIGHTS_H

#include "app/insights.h"
#include "app/tui/face.h"

/* The screen Insights: state and keys. What it looks like is in insights_view. */

struct insights_state {
    bool stale; /* what was read must be read anew before it is drawn */
};

void insights_init(struct insights_state *insights, struct face *face);
void insights_free(struct insights_state *insights);

void insights_press(struct insights_state *insights, struct face *face, const struct press *press);

extern const struct binding insights_bindings[];

#endif
