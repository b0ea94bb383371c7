#include "app/tui/insights.h"

const struct binding insights_bindings[] = {
    {.keys = "1 to 5", .what = "Write, History, Insights, Sync, Settings (Alt with the digit too)"},
    {.keys = "q  ^D", .what = "quit"},
    {.keys = "^Z ^L", .what = "suspend, draw the screen anew"},
    {.keys = NULL},
};

void insights_init(struct insights_state *insights, struct face *face)
{
    (void)face;
    *insights = (struct insights_state){.stale = true};
}

void insights_free(struct insights_state *insights)
{
    *insights = (struct insights_state){0};
}

void insights_press(struct insights_state *insights, struct face *face, const struct press *press)
{
    (void)insights;
    if (press_command(press) == 'q')
        face->wish = WISH_QUIT;
    else
        face_go(face, press_command(press) - '0');
}
