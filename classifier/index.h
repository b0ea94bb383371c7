#ifndef EMOTRACK_CLASSIFIER_INDEX_H
#define EMOTRACK_CLASSIFIER_INDEX_H

#include "base/error.h"
#include "classifier/lanes.h"
#include "classifier/vocabulary.h"

#include <stdbool.h>

/* A vocabulary as one thread's reading of messages needs it, laid out for many looks in a row:
 * nearly every look ends in the filter or in one bucket, and no branch depends on where. */

enum { INDEX_BUCKET = 8 /* entries, a cache line */ };

struct index_bucket {
    uint32_t tags[INDEX_BUCKET];    /* the upper halves of the hashes */
    uint32_t entries[INDEX_BUCKET]; /* index_entry, in the features' order; 0: none */
};

/* What is wanted of a feature that was found, side by side. */
struct indexed {
    float idf;
    uint32_t place; /* for the caller's use; 0 at first */
};

struct index {
    /* Two bits in one word for each hash, small enough for the nearest cache: most bigrams of a
     * message are no features, and end here. */
    uint64_t *filter;     /* [filter_mask + 1] */
    uint32_t filter_mask; /* words - 1, a power of two less one */
    uint32_t bucket_count;
    struct index_bucket *buckets; /* what has no room in one is in the next */
    struct indexed *indexed;      /* [features + extra] */
    bool filled;                  /* by index_fill; until then there is nothing to find */
};

/* An index that is yet to be filled: memory that is reserved, and costs nothing until then.
 * `extra`: how many more `indexed` the caller wants behind the vocabulary's; all are 0.
 * ERROR_NO_MEMORY. */
enum error index_new(const struct vocabulary *vocabulary, uint32_t extra,
                     struct index *out) MUST_CHECK;
void index_free(struct index *index); /* safe on a zeroed struct */

/* Once, with the same vocabulary; takes as long as some hundred messages. */
void index_fill(struct index *index, const struct vocabulary *vocabulary);

static inline uint32_t index_word(const struct index *index, uint64_t hash)
{
    return (uint32_t)(hash >> 20) & index->filter_mask;
}

/* False: it has not got this hash. True: it is worth a look. */
static inline bool index_may_have(const struct index *index, uint64_t hash)
{
    uint64_t word = index->filter[index_word(index, hash)];

    return word >> hash % 64 & word >> (hash >> 58) & 1;
}

static inline uint32_t index_bucket(const struct index *index, uint64_t hash)
{
    return (uint32_t)(((hash & UINT32_MAX) * index->bucket_count) >> 32);
}

/* A feature + 1, and in the top byte the hash's last bits, which neither bucket nor tag have. */
static inline uint32_t index_entry(uint32_t feature, uint64_t hash)
{
    return (feature + 1) | (uint32_t)hash << VOCABULARY_TAG;
}

/* For what index_find's first look does not tell. */
uint32_t index_find_on(const struct index *index, uint64_t hash);

/* The feature of this hash, or VOCABULARY_NONE. Tag, entry and bucket hold 50 bits of a hash and
 * more: another n-gram's is taken for it once in some 10^11 messages. */
static inline uint32_t index_find(const struct index *index, uint64_t hash)
{
    const struct index_bucket *bucket = &index->buckets[index_bucket(index, hash)];
    unsigned found = lanes_find(bucket->tags, (uint32_t)(hash >> 32));
    uint32_t entry = bucket->entries[__builtin_ctz(found | 1 << (INDEX_BUCKET - 1))];
    uint32_t feature = vocabulary_feature(entry);
    /* Nothing found, and the last place empty: that feature is VOCABULARY_NONE, and the answer. */
    uint32_t expected = found ? index_entry(feature, hash) : 0;

    return entry == expected ? feature : index_find_on(index, hash);
}

#endif
