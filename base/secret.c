#include "base/secret.h"

#include <assert.h>
#include <sodium.h>
#include <unistd.h>

enum {
    MEMORY_LEAST = 8,                                     /* KiB, of one lane */
    WORK_MAX = 2 * DERIVATION_PASSES * DERIVATION_MEMORY, /* passes times KiB */
};

_Static_assert(DERIVATION_SALT == crypto_pwhash_SALTBYTES, "the salt is libsodium's");

enum error secret_ready(void)
{
    unsigned char probe;

    /* libsodium would abort where this fails. */
    if (getentropy(&probe, sizeof probe) != 0 || sodium_init() < 0)
        return error_raise(ERROR_IO, "the operating system gives no random numbers, without which "
                                     "nothing can be kept private; restart the computer");
    return ERROR_NONE;
}

void passphrase_wipe(struct passphrase *passphrase)
{
    sodium_memzero(passphrase, sizeof *passphrase);
}

void derivation_new(struct derivation *out)
{
    *out = (struct derivation){.passes = DERIVATION_PASSES, .memory = DERIVATION_MEMORY};
    randombytes_buf(out->salt, sizeof out->salt);
}

bool derivation_bearable(const struct derivation *derivation)
{
    return derivation->passes >= 1 && derivation->memory >= MEMORY_LEAST &&
           derivation->memory <= DERIVATION_MEMORY_MAX &&
           derivation->passes <= WORK_MAX / derivation->memory;
}

enum error derivation_key(const struct derivation *derivation, const struct passphrase *passphrase,
                          unsigned char key[DERIVATION_KEY])
{
    size_t memory = (size_t)derivation->memory * 1024;

    assert(derivation_bearable(derivation));
    if (crypto_pwhash(key, DERIVATION_KEY, passphrase->bytes, passphrase->length, derivation->salt,
                      derivation->passes, memory, crypto_pwhash_ALG_ARGON2ID13) == 0)
        return ERROR_NONE;
    return error_raise(ERROR_NO_MEMORY,
                       "out of memory: a key is made of the passphrase with %zu MiB; close other "
                       "programs and try again",
                       memory / (1024 * 1024));
}
