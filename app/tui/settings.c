#include "app/tui/settings.h"

const struct binding settings_bindings[] = {
    {.keys = "1 to 5", .what = "Write, History, Insights, Sync, Settings (Alt with the digit too)"},
    {.keys = "q  ^D", .what = "quit"},
    {.keys = "^Z ^L", .what = "suspend, draw the screen anew"},
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
    if (press_command(press) == 'q')
        face->wish = WISH_QUIT;
    else
        face_go(face, press_command(press) - '0');
}
