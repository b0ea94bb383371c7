#include "app/tui/insights.h"
#include "app/tui/paint.h"
#include "app/tui/screen.h"

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
    binding_hints(insights_bindings, 0, false, COLS - 2, line);
    return line;
}

static void press(void *state, struct face *face, const struct press *press)
{
    insights_press(state, face, press);
}

static void outdated(void *state, struct face *face)
{
    struct insights_state *insights = state;

    (void)face;
    insights->stale = true;
}

const struct screen insights_screen = {
    .number = 3,
    .name = "Insights",
    .bindings = insights_bindings,
    .press = press,
    .draw = draw,
    .hints = hints,
    .outdated = outdated,
};
