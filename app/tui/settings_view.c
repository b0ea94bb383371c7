#include "app/tui/paint.h"
#include "app/tui/screen.h"
#include "app/tui/settings.h"

static void draw(void *state, struct face *face, const struct area *area, struct spot *spot)
{
    (void)state;
    (void)face;
    (void)spot;
    paint_rule(area->top);
}

static const char *hints(void *state, struct face *face)
{
    static char line[HINTS_MAX];

    (void)state;
    (void)face;
    binding_hints(settings_bindings, 0, false, COLS - 2, line);
    return line;
}

static void press(void *state, struct face *face, const struct press *press)
{
    settings_press(state, face, press);
}

static void outdated(void *state, struct face *face)
{
    struct settings_state *settings = state;

    (void)face;
    settings->stale = true;
}

const struct screen settings_screen = {
    .number = 5,
    .name = "Settings",
    .bindings = settings_bindings,
    .press = press,
    .draw = draw,
    .hints = hints,
    .outdated = outdated,
};
