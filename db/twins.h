#ifndef EMOTRACK_DB_TWINS_H
#define EMOTRACK_DB_TWINS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which texts are known of which times, as hashes: 16 bytes each of BLAKE2b under a random key,
 * which no two texts of a file share, whoever made it. */

enum { TWIN = 16 /* bytes */ };

/* All zero: it is empty. */
struct twins {
    unsigned char key[32];
    unsigned char (*slot)[TWIN]; /* open addressing; all zero: free */
    size_t slots;                /* a power of two, or 0 */
    size_t count;
};

void twins_free(struct twins *twins);

/* A NULL text is a text of its own: of the time as such. */
bool twins_has(const struct twins *twins, int64_t time, const char *text);

/* One that is there already may be added again. ERROR_NO_MEMORY; what secret_ready
 * returns. */
enum error twins_add(struct twins *twins, int64_t time, const char *text) MUST_CHECK;

#endif
