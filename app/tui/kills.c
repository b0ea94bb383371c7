#include "app/tui/kills.h"

void kills_free(struct kills *kills)
{
    for (int i = 0; i < KILLS; i++)
        buffer_free(&kills->text[i]);
    kills->newest = kills->count = 0;
}

void kills_add(struct kills *kills, const char *text, size_t length)
{
    int next = (kills->newest + 1) % KILLS;
    struct buffer *slot = &kills->text[next];

    slot->limit = KILL_BYTES;
    buffer_clear(slot);
    if (buffer_append(slot, text, length))
        return;
    kills->newest = next;
    kills->count += kills->count < KILLS;
}

const struct buffer *kills_get(const struct kills *kills, int back)
{
    if (kills->count == 0)
        return NULL;
    return &kills->text[(kills->newest - back % kills->count + KILLS) % KILLS];
}
