#include "classifier/index.h"

#include <stdlib.h>

enum {
    FILTER_BITS = 8,           /* a hash, at least */
    FILLED = INDEX_BUCKET / 2, /* entries a bucket, on average and at most */
    CACHE_LINE = sizeof(struct index_bucket),
};

static void set_bit(struct index *index, uint64_t hash)
{
    uint32_t bit = (uint32_t)(hash >> 20) & index->filter_mask;

    index->filter[bit / 64] |= UINT64_C(1) << bit % 64;
}

static void add(struct index *index, uint64_t hash, uint32_t feature)
{
    uint32_t place = (uint32_t)hash & index->bucket_mask, entry = 0;

    while (index->buckets[place].features[INDEX_BUCKET - 1] != 0)
        place = (place + 1) & index->bucket_mask;
    while (index->buckets[place].features[entry] != 0)
        entry++;
    index->buckets[place].tags[entry] = (uint32_t)(hash >> 32);
    index->buckets[place].features[entry] = feature + 1;
}

enum error index_new(const struct vocabulary *vocabulary, uint32_t extra, struct index *out)
{
    size_t bits = 1024, buckets = 2;

    while (bits < (size_t)FILTER_BITS * vocabulary->count)
        bits *= 2;
    while (buckets * FILLED < vocabulary->count)
        buckets *= 2;
    *out =
        (struct index){.filter_mask = (uint32_t)(bits - 1), .bucket_mask = (uint32_t)(buckets - 1)};
    out->filter = calloc(bits / 64, sizeof *out->filter);
    out->buckets = aligned_alloc(CACHE_LINE, buckets * sizeof *out->buckets);
    out->indexed = calloc((size_t)vocabulary->count + extra, sizeof *out->indexed);
    if (!out->filter || !out->buckets || !out->indexed) {
        index_free(out);
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    memset(out->buckets, 0, buckets * sizeof *out->buckets);
    for (uint32_t i = 0; i < vocabulary->count; i++) {
        set_bit(out, vocabulary->hashes[i]);
        add(out, vocabulary->hashes[i], i);
        out->indexed[i] = (struct indexed){vocabulary->hashes[i], vocabulary->idf[i], 0};
    }
    return ERROR_NONE;
}

void index_free(struct index *index)
{
    free(index->filter);
    free(index->buckets);
    free(index->indexed);
    *index = (struct index){0};
}
