#include "classifier/index.h"

#include <stdlib.h>

enum {
    FILTER_BITS = 8, /* a hash, at least */
    FILLED = 5,      /* entries a bucket, on average: next to none has no room */
    CACHE_LINE = sizeof(struct index_bucket),
};

static void set_bits(struct index *index, uint64_t hash)
{
    uint64_t bits = UINT64_C(1) << hash % 64 | UINT64_C(1) << (hash >> 58);

    index->filter[index_word(index, hash)] |= bits;
}

static uint32_t next_bucket(const struct index *index, uint32_t bucket)
{
    return bucket + 1 < index->bucket_count ? bucket + 1 : 0;
}

static void add(struct index *index, uint64_t hash, uint32_t feature)
{
    uint32_t bucket = index_bucket(index, hash), place = 0;

    while (index->buckets[bucket].entries[INDEX_BUCKET - 1] != 0)
        bucket = next_bucket(index, bucket);
    while (index->buckets[bucket].entries[place] != 0)
        place++;
    index->buckets[bucket].tags[place] = (uint32_t)(hash >> 32);
    index->buckets[bucket].entries[place] = index_entry(feature, hash);
}

uint32_t index_find_on(const struct index *index, uint64_t hash)
{
    uint32_t at = index_bucket(index, hash);

    for (;; at = next_bucket(index, at)) {
        const struct index_bucket *bucket = &index->buckets[at];
        unsigned found = lanes_find(bucket->tags, (uint32_t)(hash >> 32));

        for (; found; found &= found - 1) {
            uint32_t entry = bucket->entries[__builtin_ctz(found)];

            if (entry != 0 && entry == index_entry(vocabulary_feature(entry), hash))
                return vocabulary_feature(entry);
        }
        if (bucket->entries[INDEX_BUCKET - 1] == 0)
            return VOCABULARY_NONE;
    }
}

enum error index_new(const struct vocabulary *vocabulary, uint32_t extra, struct index *out)
{
    size_t words = 16, buckets = vocabulary->count / FILLED + 1;

    while (64 * words < (size_t)FILTER_BITS * vocabulary->count)
        words *= 2;
    *out = (struct index){.filter_mask = (uint32_t)(words - 1), .bucket_count = (uint32_t)buckets};
    out->filter = calloc(words, sizeof *out->filter);
    out->buckets = aligned_alloc(CACHE_LINE, buckets * sizeof *out->buckets);
    out->indexed = calloc((size_t)vocabulary->count + extra, sizeof *out->indexed);
    if (!out->filter || !out->buckets || !out->indexed) {
        index_free(out);
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    return ERROR_NONE;
}

void index_fill(struct index *index, const struct vocabulary *vocabulary)
{
    memset(index->buckets, 0, index->bucket_count * sizeof *index->buckets);
    for (uint32_t i = 0; i < vocabulary->count; i++) {
        set_bits(index, vocabulary->hashes[i]);
        add(index, vocabulary->hashes[i], i);
        index->indexed[i].idf = vocabulary->idf[i];
    }
    index->filled = true;
}

void index_free(struct index *index)
{
    free(index->filter);
    free(index->buckets);
    free(index->indexed);
    *index = (struct index){0};
}
