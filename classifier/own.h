#ifndef EMOTRACK_CLASSIFIER_OWN_H
#define EMOTRACK_CLASSIFIER_OWN_H

#include "base/error.h"
#include "classifier/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The words of one user that no public vocabulary has: hashes, numbered in the order in which they
 * came. */

enum { OWN_WORDS_MAX = 64 * 1024 }; /* further words are passed over */

#define OWN_NONE UINT32_MAX

struct own_words {
    uint64_t *keys;    /* [mask + 1] */
    uint32_t *numbers; /* [mask + 1]; a word's number + 1, 0 for an empty slot */
    uint32_t mask;     /* slots - 1, a power of two less one; 0: no table yet */
    uint32_t count;
};

/* Room for `extra` more words, so that own_add cannot fail. ERROR_NO_MEMORY. */
enum error own_reserve(struct own_words *own, size_t extra) MUST_CHECK;

/* The word's number, new or not; OWN_NONE where OWN_WORDS_MAX are there. */
uint32_t own_add(struct own_words *own, uint64_t hash);

void own_clear(struct own_words *own); /* no words, memory kept */
void own_free(struct own_words *own);  /* safe on zeroed structs */

/* The word's number, or OWN_NONE. */
static inline uint32_t own_find(const struct own_words *own, uint64_t hash)
{
    uint32_t slot = hash_slot(hash, own->mask);

    if (own->count == 0)
        return OWN_NONE;
    while (own->numbers[slot] != 0 && own->keys[slot] != hash)
        slot = (slot + 1) & own->mask;
    return own->numbers[slot] - 1;
}

#endif
