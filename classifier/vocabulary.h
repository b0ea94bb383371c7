#ifndef EMOTRACK_CLASSIFIER_VOCABULARY_H
#define EMOTRACK_CLASSIFIER_VOCABULARY_H

#include "classifier/hash.h"

#include <stdbool.h>
#include <stdint.h>

/* The n-grams that a model knows, by hash: open addressing, linear probing. Borrowed from a model
 * or a training run. */
struct vocabulary {
    const uint32_t *slots;  /* [mask + 1]; see vocabulary_entry; one at least is empty */
    const uint64_t *hashes; /* [count] */
    const float *idf;       /* [count] */
    uint32_t count;         /* features, by document frequency, most frequent first */
    uint32_t mask;          /* slots - 1, a power of two less one */
    float unseen_idf;       /* for a user's own word, which no training message had */
    float norm_floor;       /* added to the squared norm of a message's vector: short messages,
                               of which little is known, get less than length 1 */
};

#define VOCABULARY_NONE UINT32_MAX

enum { VOCABULARY_TAG = 24, VOCABULARY_MAX = (1 << VOCABULARY_TAG) - 2 /* features */ };

/* What a slot holds: the feature + 1, and in the top byte the hash's, which spares most looks at
 * the hashes. 0: an empty slot. */
static inline uint32_t vocabulary_entry(uint32_t feature, uint64_t hash)
{
    return (feature + 1) | (uint32_t)(hash >> 56) << VOCABULARY_TAG;
}

static inline uint32_t vocabulary_feature(uint32_t entry)
{
    return (entry & ((UINT32_C(1) << VOCABULARY_TAG) - 1)) - 1;
}

/* Where a search begins, of `mask + 1` slots: in the order of the lower halves of the hashes, as in
 * index.h, so that hashes which crowd there crowd here, too. */
static inline uint32_t vocabulary_slot(uint64_t hash, uint32_t mask)
{
    return (uint32_t)((hash & UINT32_MAX) * ((uint64_t)mask + 1) >> 32);
}

/* How many slots an index of `count` features has: a power of two, a quarter of them empty. */
uint32_t vocabulary_slots(uint32_t count);

/* Fills `slots`, [vocabulary_slots(count)] and all 0, with the features of these hashes. False if
 * two are equal or crowd so that a search would be long, as none but crafted ones do. */
bool vocabulary_fill(const uint64_t *hashes, uint32_t count, uint32_t *slots);

/* The feature of this hash, or VOCABULARY_NONE. */
static inline uint32_t vocabulary_find(const struct vocabulary *vocabulary, uint64_t hash)
{
    uint32_t slot = vocabulary_slot(hash, vocabulary->mask), entry;

    while ((entry = vocabulary->slots[slot]) != 0) {
        uint32_t feature = vocabulary_feature(entry);

        if (entry == vocabulary_entry(feature, hash) && vocabulary->hashes[feature] == hash)
            return feature;
        slot = (slot + 1) & vocabulary->mask;
    }
    return VOCABULARY_NONE;
}

#endif
