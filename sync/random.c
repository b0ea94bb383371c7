#include "sync/random.h"

#include "base/bytes.h"
#include "base/secret.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

_Static_assert(RANDOM_SEED_BYTES == randombytes_SEEDBYTES, "the seed is libsodium's");

enum error random_ready(void)
{
    return secret_ready();
}

void random_bytes(void *out, size_t length)
{
    randombytes_buf(out, length);
}

void random_start(struct random *random)
{
    unsigned char seed[RANDOM_SEED_BYTES];

    random_bytes(seed, sizeof seed);
    random_start_seeded(random, seed);
    sodium_memzero(seed, sizeof seed);
}

void random_start_seeded(struct random *random, const unsigned char seed[RANDOM_SEED_BYTES])
{
    memcpy(random->seed, seed, RANDOM_SEED_BYTES);
    random->used = sizeof random->block;
}

void random_wipe(struct random *random)
{
    sodium_memzero(random, sizeof *random);
}

/* The seed is gone once it was used, so that what was drawn cannot be drawn again. */
static void refill(struct random *random)
{
    unsigned char fresh[RANDOM_SEED_BYTES + sizeof random->block];

    randombytes_buf_deterministic(fresh, sizeof fresh, random->seed);
    memcpy(random->seed, fresh, RANDOM_SEED_BYTES);
    memcpy(random->block, fresh + RANDOM_SEED_BYTES, sizeof random->block);
    random->used = 0;
    sodium_memzero(fresh, sizeof fresh);
}

uint64_t random_u64(struct random *random)
{
    uint64_t value;

    if (random->used == sizeof random->block)
        refill(random);
    value = bytes_get_u64(random->block + random->used);
    random->used += sizeof value;
    return value;
}

uint64_t random_below(struct random *random, uint64_t bound)
{
    uint64_t value, uneven; /* so many of the 2^64 values are over when `bound` divides them */

    assert(bound > 0);
    uneven = (UINT64_MAX - bound + 1) % bound;
    do
        value = random_u64(random);
    while (value < uneven);
    return value % bound;
}

double random_unit(struct random *random)
{
    return (double)(random_u64(random) >> 11) * 0x1p-53;
}
