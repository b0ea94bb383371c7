#include "app/tui/settings.h"

const struct binding settings_bindings[] = {
    {.keys = NULL},
};

void settings_init(struct settings_state *settings, struct face *face)
{
    (void)face;
    *settings = (struct settings_state){.stale = true};
}

void settings_free(struct settings_state *settings)
{
    *settings = (struct settings_state){0};
}

void settings_press(struct settings_state *settings, struct face *face, const struct press *press)
{
    (void)settings;
    face_press(face, press);
}
