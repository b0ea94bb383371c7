#include "app/tui/binding.h"

#include <string.h>

static int key_of(const struct press *press)
{
    if (press->kind == PRESS_CONTROL)
        return CONTROL(press->letter);
    return press_command(press) ? press_command(press) : KEY(press->kind);
}

static bool binds(const struct binding *binding, int key)
{
    for (int i = 0; i < BINDING_KEYS && binding->key[i]; i++) {
        if (binding->key[i] == key)
            return true;
    }
    return false;
}

bool binding_last(const struct binding *binding)
{
    return !binding->key[0] && !binding->keys;
}

bool binding_press(const struct binding *table, int mode, void *screen, struct face *face,
                   const struct press *press)
{
    int key = key_of(press);

    for (; !binding_last(table); table++) {
        if ((table->modes & 1U << mode) && table->act && binds(table, key)) {
            table->act(screen, face);
            return true;
        }
    }
    return false;
}

/* Appends a hint where it fits. */
static void add_hint(char out[HINTS_MAX], size_t columns, const char *hint)
{
    size_t used = strlen(out), length = strlen(hint), gap = used > 0 ? 2 : 0;

    if (used + gap + length > columns || used + gap + length >= HINTS_MAX)
        return;
    memset(out + used, ' ', gap);
    memcpy(out + used + gap, hint, length + 1);
}

void binding_hints_alone(const struct binding *table, int mode, int columns, char out[HINTS_MAX])
{
    size_t room = columns > 0 ? (size_t)columns : 0;

    out[0] = '\0';
    for (; !binding_last(table); table++) {
        if ((table->modes & 1U << mode) && table->hint)
            add_hint(out, room, table->hint);
    }
}

void binding_hints(const struct binding *table, int mode, bool typing, int columns,
                   char out[HINTS_MAX])
{
    const char *help = typing ? "F1 help" : "? help";

    binding_hints_alone(table, mode, columns - (int)strlen(help) - 2, out);
    add_hint(out, columns > 0 ? (size_t)columns : 0, help);
}
