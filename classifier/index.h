#ifndef EMOTRACK_CLASSIFIER_INDEX_H
#define EMOTRACK_CLASSIFIER_INDEX_H

#include "base/error.h"
#include "classifier/lanes.h"
#include "classifier/vocabulary.h"

/* A vocabulary as one thread's reading of messages needs it, laid out for many looks in a row:
 * nearly every look ends in the filter or in one bucket, and no branch depends on where. */

enum { INDEX_BUCKET = 8 /* entries, a cache line */ };

struct index_bucket {
    uint32_t tags[INDEX_BUCKET];     /* the upper halves of the hashes */
    uint32_t features[INDEX_BUCKET]; /* + 1, in their order; 0: an empty place */
};

/* What is wanted of a feature that was found, side by side. */
struct indexed {
    uint64_t hash;
    float idf;
    uint32_t place; /* for the caller's use; 0 at first */
};

struct index {
    /* A bit for each hash, small enough for the nearest cache: most bigrams of a message are no
     * features, and end here. */
    uint64_t *filter;             /* [(filter_mask + 1) / 64] */
    uint32_t filter_mask;         /* bits - 1, a power of two less one */
    uint32_t bucket_mask;         /* buckets - 1, too */
    struct index_bucket *buckets; /* what has no room in one is in the next */
    struct indexed *indexed;      /* [features + extra] */
};

/* `extra`: how many more `indexed` the caller wants behind the vocabulary's, all 0.
 * ERROR_NO_MEMORY. */
enum error index_new(const struct vocabulary *vocabulary, uint32_t extra,
                     struct index *out) MUST_CHECK;
void index_free(struct index *index); /* safe on a zeroed struct */

/* False: it has not got this hash. True: it is worth a look. */
static inline bool index_may_have(const struct index *index, uint64_t hash)
{
    uint32_t bit = (uint32_t)(hash >> 20) & index->filter_mask;

    return index->filter[bit / 64] >> bit % 64 & 1;
}

/* The feature of this hash, or VOCABULARY_NONE. */
static inline uint32_t index_find(const struct index *index, uint64_t hash)
{
    uint32_t place = (uint32_t)hash & index->bucket_mask;

    for (;; place = (place + 1) & index->bucket_mask) {
        const struct index_bucket *bucket = &index->buckets[place];
        unsigned found = lanes_find(bucket->tags, (uint32_t)(hash >> 32));

        for (; found; found &= found - 1) {
            uint32_t feature = bucket->features[__builtin_ctz(found)];

            if (feature > 0 && index->indexed[feature - 1].hash == hash)
                return feature - 1;
        }
        if (bucket->features[INDEX_BUCKET - 1] == 0)
            return VOCABULARY_NONE;
    }
}

#endif
