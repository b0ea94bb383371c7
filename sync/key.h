#ifndef EMOTRACK_SYNC_KEY_H
#define EMOTRACK_SYNC_KEY_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Names for bytes (SHA-256, hex) and signatures on them (Ed25519, RFC 8032, through libsodium).
 * random_ready comes first. */

enum {
    HASH_BYTES = 32, /* SHA-256 */
    HASH_HEX = 2 * HASH_BYTES,
    KEY_BYTES = 32,  /* a public key */
    KEY_SECRET = 64, /* a secret key, as libsodium keeps it: seed and public key */
    SIGNATURE_BYTES = 64,
    FINGERPRINT_MAX = 48,   /* "1a2b 3c4d ..." with its NUL */
    KEY_PURPOSE_MAX = 64,   /* bytes, the NUL counted */
    KEY_SIGNED_MAX = 32768, /* bytes that can be signed */
};

void hash_bytes(const void *bytes, size_t length, unsigned char out[HASH_BYTES]);

/* `out` has room for 2 * length + 1. */
void hex_write(const unsigned char *bytes, size_t length, char *out);
/* True where `text` is exactly 2 * length hex digits. */
bool hex_read(const char *text, unsigned char *out, size_t length);

struct key_pair {
    unsigned char public[KEY_BYTES], secret[KEY_SECRET];
};
void key_make(struct key_pair *out);
void key_wipe(struct key_pair *pair);

/* What a signature is for is part of what is signed: `purpose` (a literal, "emotrack manifest 1"),
 * a NUL, then the bytes. ERROR_TOO_LARGE: more than KEY_SIGNED_MAX, which nobody's key verifies
 * either. */
enum error key_sign(const struct key_pair *pair, const char *purpose, const void *bytes,
                    size_t length, unsigned char out[SIGNATURE_BYTES]) MUST_CHECK;
bool key_verify(const unsigned char public[KEY_BYTES], const char *purpose, const void *bytes,
                size_t length, const unsigned char signature[SIGNATURE_BYTES]);

/* The key as people compare it: the first 16 bytes of its hash, "1a2b 3c4d ...", groups of four. */
void key_fingerprint(const unsigned char public[KEY_BYTES], char out[FINGERPRINT_MAX]);

/* Whether `text` (hex digits in either case; blanks and colons are passed over) is the whole key or
 * its whole fingerprint. */
bool key_matches(const unsigned char public[KEY_BYTES], const char *text);

#endif
