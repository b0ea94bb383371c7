#ifndef EMOTRACK_SYNC_RANDOM_H
#define EMOTRACK_SYNC_RANDOM_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Randomness: from the operating system, and streams that a seed determines (ChaCha20, RFC 8439,
 * as libsodium's randombytes_buf_deterministic gives it). Whoever draws takes a struct random, so
 * that a test can fix what is drawn. */

enum { RANDOM_SEED_BYTES = 32 };

struct random {
    unsigned char seed[RANDOM_SEED_BYTES]; /* the next block's; wiped by random_wipe */
    unsigned char block[512];
    size_t used; /* bytes of `block` that were handed out */
};

/* Makes the library ready; every program calls it once before anything else of sync/ (again is
 * safe, from any thread). ERROR_IO: the operating system has no randomness. */
enum error random_ready(void) MUST_CHECK;

/* Bytes from the operating system; cannot fail after random_ready. */
void random_bytes(void *out, size_t length);

/* A stream: from the operating system's randomness, or from a seed (the same seed, the same
 * stream, on every machine). */
void random_start(struct random *random);
void random_start_seeded(struct random *random, const unsigned char seed[RANDOM_SEED_BYTES]);
void random_wipe(struct random *random);

uint64_t random_u64(struct random *random);
/* Uniform in 0..bound-1, exactly (rejection); bound >= 1. */
uint64_t random_below(struct random *random, uint64_t bound);
/* Uniform in [0, 1): a multiple of 2^-53. */
double random_unit(struct random *random);

#endif
