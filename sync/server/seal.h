#ifndef EMOTRACK_SYNC_SERVER_SEAL_H
#define EMOTRACK_SYNC_SERVER_SEAL_H

#include "base/buffer.h"
#include "base/error.h"
#include "sync/server/aggregate.h"
#include "sync/server/folder.h"

#include <stdint.h>

/* The sum after one report is that report, and a database keeps what it was told in its log and in
 * free pages. So the sum is written only encrypted (XChaCha20-Poly1305, libsodium), under a key of
 * the round that lives in a file of its own and is destroyed when the round closes: after that no
 * file, no copy of the disk's free blocks and no backup of the database tells a vote. (Whoever has
 * the whole folder while the round is open has the key too; so has the operator in any case.) */

enum { SEAL_KEY_BYTES = 32 };

/* Makes the key of a round that is to be opened. A file of the same name is of an opening that did
 * not come to be: replaced. */
enum error seal_make(const struct folder *folder, uint64_t round) MUST_CHECK;
/* ERROR_NOT_FOUND, ERROR_DAMAGED: the round's sum cannot be read any more. The caller wipes it. */
enum error seal_key(const struct folder *folder, uint64_t round,
                    unsigned char key[SEAL_KEY_BYTES]) MUST_CHECK;
void seal_wipe(unsigned char key[SEAL_KEY_BYTES]);
/* Destroys the keys of all rounds but `keep` (0: all). */
enum error seal_destroy(const struct folder *folder, uint64_t keep) MUST_CHECK;

/* Appends the sealed sum of a shard. */
enum error seal_close(const unsigned char key[SEAL_KEY_BYTES], uint64_t round, uint32_t shard,
                      const struct aggregate *aggregate, struct buffer *out) MUST_CHECK;
/* Adds a sealed sum to `aggregate`. ERROR_DAMAGED: not sealed with this key for this round, shard
 * and number of coordinates. */
enum error seal_open(const unsigned char key[SEAL_KEY_BYTES], uint64_t round, uint32_t shard,
                     const void *sealed, size_t length, struct aggregate *aggregate) MUST_CHECK;

#endif
