#ifndef EMOTRACK_BASE_SECRET_H
#define EMOTRACK_BASE_SECRET_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Passphrases, and the keys that are made of them. */

enum {
    PASSPHRASE_MAX = 1024,          /* bytes */
    DERIVATION_SALT = 16,           /* bytes */
    DERIVATION_KEY = 32,            /* bytes */
    DERIVATION_PASSES = 20,         /* about half a second of one core, */
    DERIVATION_MEMORY = 64 * 1024,  /* KiB; RFC 9106, 4 asks for three passes over so much */
    DERIVATION_MEMORY_MAX = 1 << 18 /* KiB that a file may ask for */
};

/* Makes libsodium ready; before anything else of it (again is safe, from any thread). ERROR_IO: the
 * operating system has no randomness. */
enum error secret_ready(void) MUST_CHECK;

struct passphrase {
    char bytes[PASSPHRASE_MAX];
    size_t length;
};
void passphrase_wipe(struct passphrase *passphrase);

/* How a key is made of a passphrase: Argon2id 1.3 (RFC 9106, one lane), libsodium's crypto_pwhash.
 * It is no secret, and is kept beside what the key seals. */
struct derivation {
    uint32_t passes; /* libsodium's opslimit */
    uint32_t memory; /* KiB (memlimit) */
    unsigned char salt[DERIVATION_SALT];
};

/* A new salt, and the costs above. After secret_ready. */
void derivation_new(struct derivation *out);

/* Whether one that was read from a file may be used: a hostile one would ask for hours or all of
 * the memory. At most twice the time of a new one, about. */
bool derivation_bearable(const struct derivation *derivation);

/* Of a bearable one. The caller wipes the key. ERROR_NO_MEMORY says how much is needed. */
enum error derivation_key(const struct derivation *derivation, const struct passphrase *passphrase,
                          unsigned char key[DERIVATION_KEY]) MUST_CHECK;

#endif
