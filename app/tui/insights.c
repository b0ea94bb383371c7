#include "app/tui/insights.h"

const struct binding insights_bindings[] = {
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
    face_press(face, press);
}
