#ifndef EMOTRACK_APP_TUI_SETTINGS_H
#define EMOTRACK_APP_TUI_SETTINGS_H

#include "app/settings.h"
#include "app/tui/editor.h"
#include "app/tui/face.h"

/* The screen Settings: state and keys. What it looks like is in settings_view. */

enum settings_mode {
    SETTINGS_ROWS,     /* a row for each setting */
    SETTINGS_PROFILES, /* the profiles, to go over to one */
    SETTINGS_NAME,     /* the name of a new profile is typed */
};

/* The rows: in the order of enum setting, then what is the journal's. */
enum { SETTINGS_ENCRYPTION = SETTINGS, SETTINGS_ROW_COUNT };

/* A list of which a part stands in the window. */
struct settings_list {
    size_t count, chosen;
    size_t top;  /* what stands first in the window; kept by the view */
    size_t rows; /* of the window; kept by the view */
    int row;     /* the window's, where the first stands; kept by the view */
};

struct settings_state {
    enum settings_mode mode;
    struct settings_list settings;
    struct settings_list profiles; /* the last is a new one */
    char **names;                  /* of the profiles but the last */
    struct editor name;
    bool asked_to_quit;
};

void settings_init(struct settings_state *settings, struct face *face);
void settings_free(struct settings_state *settings);

void settings_press(struct settings_state *settings, struct face *face, const struct press *press);

extern const struct binding settings_bindings[];

/* What the file makes of a setting of a few words, whatever counts before it. */
int settings_kept(const struct settings *settings, enum setting setting);

#endif
