#ifndef EMOTRACK_APP_TUI_SETTINGS_H
#define EMOTRACK_APP_TUI_SETTINGS_H

#include "app/settings.h"
#include "app/tui/face.h"

/* The screen Settings: state and keys. What it looks like is in settings_view. */

struct settings_state {
    bool stale; /* what is shown must be looked up anew before it is drawn */
};

void settings_init(struct settings_state *settings, struct face *face);
void settings_free(struct settings_state *settings);

void settings_press(struct settings_state *settings, struct face *face, const struct press *press);

extern const struct binding settings_bindings[];

#endif
