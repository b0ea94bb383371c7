#ifndef EMOTRACK_CLASSIFIER_VOCABULARY_H
#define EMOTRACK_CLASSIFIER_VOCABULARY_H

#include "classifier/hash.h"

#include <stdint.h>

/* The n-grams that a model knows, by hash: open addressing, linear probing. Borrowed from a model
 * file or a training run. */
struct vocabulary {
    const uint32_t
        *slots; /* [mask + 1]; a feature + 1, 0 for an empty slot; one at least is empty */
    const uint64_t *hashes; /* [count] */
    const float *idf;       /* [count] */
    uint32_t count;         /* features, by document frequency, most frequent first */
    uint32_t mask;          /* slots - 1, a power of two less one */
    float unseen_idf;       /* for a user's own word, which no training message had */
};

#define VOCABULARY_NONE UINT32_MAX

/* The feature of this hash, or VOCABULARY_NONE. */
static inline uint32_t vocabulary_find(const struct vocabulary *vocabulary, uint64_t hash)
{
    uint32_t slot = hash_slot(hash, vocabulary->mask), entry;

    while ((entry = vocabulary->slots[slot]) != 0 && vocabulary->hashes[entry - 1] != hash)
        slot = (slot + 1) & vocabulary->mask;
    return entry - 1;
}

#endif
