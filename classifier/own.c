#include "classifier/own.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_FIRST = 256 };

static void place(struct own_words *own, uint64_t key, uint32_t number)
{
    uint32_t slot = hash_slot(key, own->mask);

    while (own->numbers[slot] != 0)
        slot = (slot + 1) & own->mask;
    own->keys[slot] = key;
    own->numbers[slot] = number + 1;
}

static enum error grow(struct own_words *own, uint32_t slots)
{
    struct own_words next = {.mask = slots - 1, .count = own->count};

    next.keys = calloc(slots, sizeof *next.keys);
    next.numbers = calloc(slots, sizeof *next.numbers);
    if (!next.keys || !next.numbers) {
        own_free(&next);
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    for (uint32_t slot = 0; own->numbers && slot <= own->mask; slot++)
        if (own->numbers[slot] != 0)
            place(&next, own->keys[slot], own->numbers[slot] - 1);
    own_free(own);
    *own = next;
    return ERROR_NONE;
}

enum error own_reserve(struct own_words *own, size_t extra)
{
    size_t needed = own->count + extra;
    uint32_t slots = own->numbers ? own->mask + 1 : SLOTS_FIRST;

    if (needed > OWN_WORDS_MAX)
        needed = OWN_WORDS_MAX;
    while (slots < 2 * needed)
        slots *= 2;
    return own->numbers && slots == own->mask + 1 ? ERROR_NONE : grow(own, slots);
}

uint32_t own_add(struct own_words *own, uint64_t hash)
{
    uint32_t slot = hash_slot(hash, own->mask);

    for (; own->numbers[slot] != 0; slot = (slot + 1) & own->mask)
        if (own->keys[slot] == hash)
            return own->numbers[slot] - 1;
    if (own->count == OWN_WORDS_MAX)
        return OWN_NONE;
    own->keys[slot] = hash;
    own->numbers[slot] = ++own->count;
    return own->count - 1;
}

void own_clear(struct own_words *own)
{
    if (own->count > 0)
        memset(own->numbers, 0, ((size_t)own->mask + 1) * sizeof *own->numbers);
    own->count = 0;
}

void own_free(struct own_words *own)
{
    free(own->keys);
    free(own->numbers);
    *own = (struct own_words){0};
}
