#ifndef EMOTRACK_CLASSIFIER_HASH_H
#define EMOTRACK_CLASSIFIER_HASH_H

#include "base/bytes.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The 64 bits that stand for an n-gram in memory: of a string eight bytes at a time, of a bigram a
 * mix of its two tokens' hashes. Every bit depends on every byte. Files name n-grams by their
 * strings. */

#define HASH_START  UINT64_C(0xCBF29CE484222325)
#define HASH_FACTOR UINT64_C(0x9E3779B97F4A7C15) /* 2^64 over the golden ratio */

enum { HASH_CHUNK = sizeof(uint64_t) };

/* Goes on from `hash` over one chunk of a string: eight bytes, the first lowest; the last chunk is
 * filled with zeros. */
static inline uint64_t hash_chunk(uint64_t hash, uint64_t chunk)
{
    hash = (hash ^ chunk) * HASH_FACTOR;
    hash = (hash ^ hash >> 32) * HASH_FACTOR;
    return hash ^ hash >> 32;
}

/* The first chunk of a string. */
static inline uint64_t hash_first_chunk(const char *bytes, size_t length)
{
    char chunk[HASH_CHUNK] = {0};

    memcpy(chunk, bytes, length < HASH_CHUNK ? length : HASH_CHUNK);
    return bytes_get_u64(chunk);
}

/* Of a string without NULs; HASH_START if it is empty. */
static inline uint64_t hash_string(const char *bytes, size_t length)
{
    uint64_t hash = HASH_START;

    for (; length > HASH_CHUNK; bytes += HASH_CHUNK, length -= HASH_CHUNK)
        hash = hash_chunk(hash, bytes_get_u64(bytes));
    return length > 0 ? hash_chunk(hash, hash_first_chunk(bytes, length)) : hash;
}

/* The same for a string that is not empty and stands in a buffer with seven bytes behind it. No
 * branch asks how long it is: it would often be mispredicted. */
static inline uint64_t hash_padded_chunk(const char *bytes, size_t length)
{
    uint64_t whole = -(uint64_t)(length >= HASH_CHUNK);

    return bytes_get_u64(bytes) & (whole | ((UINT64_C(1) << 8 * length % 64) - 1));
}

/* hash_string of such a string. */
static inline uint64_t hash_padded(const char *bytes, size_t length)
{
    uint64_t hash = hash_chunk(HASH_START, hash_padded_chunk(bytes, length));

    for (size_t at = HASH_CHUNK; at < length; at += HASH_CHUNK)
        hash = hash_chunk(hash, hash_padded_chunk(bytes + at, length - at));
    return hash;
}

static inline uint64_t hash_pair(uint64_t first, uint64_t second)
{
    uint64_t mixed = (first ^ (second << 31 | second >> 33)) * HASH_FACTOR;

    return mixed ^ mixed >> 32;
}

/* Where a hash table of `mask + 1` slots, a power of two, begins to look. */
static inline uint32_t hash_slot(uint64_t hash, uint32_t mask)
{
    return (uint32_t)hash & mask;
}

#endif
