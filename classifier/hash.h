#ifndef EMOTRACK_CLASSIFIER_HASH_H
#define EMOTRACK_CLASSIFIER_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The 64 bits that stand for an n-gram (MODEL.md): FNV-1a of its bytes for a unigram or a flag, a
 * mix of two of those for a bigram. */

#define HASH_START UINT64_C(14695981039346656037)
#define HASH_PRIME UINT64_C(1099511628211)

static inline uint64_t hash_byte(uint64_t hash, unsigned char byte)
{
    return (hash ^ byte) * HASH_PRIME;
}

static inline uint64_t hash_string(uint64_t hash, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = hash_byte(hash, (unsigned char)bytes[i]);
    return hash;
}

static inline uint64_t hash_pair(uint64_t first, uint64_t second)
{
    uint64_t mixed = (first ^ (second << 31 | second >> 33)) * UINT64_C(0x9E3779B97F4A7C15);

    return mixed ^ mixed >> 32;
}

/* Where a hash table of `mask + 1` slots, a power of two, begins to look. */
static inline uint32_t hash_slot(uint64_t hash, uint32_t mask)
{
    return (uint32_t)(hash ^ hash >> 32) & mask;
}

#endif
