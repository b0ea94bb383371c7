#include "sync/key.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum { FINGERPRINT_BYTES = 16, GROUP_DIGITS = 4, COMPARED_MAX = 2 * KEY_BYTES };

static_assert(HASH_BYTES == crypto_hash_sha256_BYTES, "libsodium's SHA-256");
static_assert(KEY_BYTES == crypto_sign_ed25519_PUBLICKEYBYTES, "libsodium's Ed25519");
static_assert(KEY_SECRET == crypto_sign_ed25519_SECRETKEYBYTES, "libsodium's Ed25519");
static_assert(SIGNATURE_BYTES == crypto_sign_ed25519_BYTES, "libsodium's Ed25519");
static_assert(FINGERPRINT_MAX >= 2 * FINGERPRINT_BYTES + 2 * FINGERPRINT_BYTES / GROUP_DIGITS,
              "the digits, a blank between groups, and the NUL");

void hash_bytes(const void *bytes, size_t length, unsigned char out[HASH_BYTES])
{
    crypto_hash_sha256(out, bytes, length);
}

void hex_write(const unsigned char *bytes, size_t length, char *out)
{
    sodium_bin2hex(out, 2 * length + 1, bytes, length);
}

/* The value of a hex digit; -1: it is none. */
static int digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

bool hex_read(const char *text, unsigned char *out, size_t length)
{
    if (strlen(text) != 2 * length)
        return false;
    for (size_t i = 0; i < length; i++) {
        int high = digit_value(text[2 * i]), low = digit_value(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

void key_make(struct key_pair *out)
{
    crypto_sign_ed25519_keypair(out->public, out->secret);
}

void key_wipe(struct key_pair *pair)
{
    sodium_memzero(pair, sizeof *pair);
}

/* What is signed: the purpose with its NUL, then the bytes. 0: they are too many. */
static size_t purposeful(const char *purpose, const void *bytes, size_t length,
                         unsigned char out[KEY_PURPOSE_MAX + KEY_SIGNED_MAX])
{
    size_t head = strlen(purpose) + 1;

    assert(head <= KEY_PURPOSE_MAX);
    if (length > KEY_SIGNED_MAX)
        return 0;
    memcpy(out, purpose, head);
    if (length > 0)
        memcpy(out + head, bytes, length);
    return head + length;
}

enum error key_sign(const struct key_pair *pair, const char *purpose, const void *bytes,
                    size_t length, unsigned char out[SIGNATURE_BYTES])
{
    unsigned char message[KEY_PURPOSE_MAX + KEY_SIGNED_MAX];
    size_t total = purposeful(purpose, bytes, length, message);

    if (total == 0)
        return error_raise(ERROR_TOO_LARGE, "%zu bytes are too many to be signed", length);
    crypto_sign_ed25519_detached(out, NULL, message, total, pair->secret);
    return ERROR_NONE;
}

bool key_verify(const unsigned char public[KEY_BYTES], const char *purpose, const void *bytes,
                size_t length, const unsigned char signature[SIGNATURE_BYTES])
{
    unsigned char message[KEY_PURPOSE_MAX + KEY_SIGNED_MAX];
    size_t total = purposeful(purpose, bytes, length, message);

    return total > 0 && crypto_sign_ed25519_verify_detached(signature, message, total, public) == 0;
}

void key_fingerprint(const unsigned char public[KEY_BYTES], char out[FINGERPRINT_MAX])
{
    char digits[2 * FINGERPRINT_BYTES + 1];
    unsigned char hash[HASH_BYTES];
    size_t length = 0;

    hash_bytes(public, KEY_BYTES, hash);
    hex_write(hash, FINGERPRINT_BYTES, digits);
    for (size_t i = 0; digits[i]; i++) {
        if (i > 0 && i % GROUP_DIGITS == 0)
            out[length++] = ' ';
        out[length++] = digits[i];
    }
    out[length] = '\0';
}

bool key_matches(const unsigned char public[KEY_BYTES], const char *text)
{
    unsigned char given[KEY_BYTES], hash[HASH_BYTES];
    char digits[COMPARED_MAX + 1] = "";
    size_t length = 0;

    for (; *text; text++) {
        if (*text == ' ' || *text == ':')
            continue;
        if (length == COMPARED_MAX)
            return false;
        digits[length++] = *text;
    }
    if (hex_read(digits, given, KEY_BYTES))
        return memcmp(given, public, KEY_BYTES) == 0;
    hash_bytes(public, KEY_BYTES, hash);
    return hex_read(digits, given, FINGERPRINT_BYTES) &&
           memcmp(given, hash, FINGERPRINT_BYTES) == 0;
}
