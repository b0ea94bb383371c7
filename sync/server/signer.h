#ifndef EMOTRACK_SYNC_SERVER_SIGNER_H
#define EMOTRACK_SYNC_SERVER_SIGNER_H

#include "base/error.h"
#include "sync/key.h"
#include "sync/manifest.h"

/* The keys of a server (DIR/signing.key): the one that signs now, with its secret half, and how it
 * follows from the first. */
struct signer {
    struct key_pair pair; /* signs */
    unsigned char first[KEY_BYTES];
    struct succession succession[SUCCESSIONS_MAX];
    size_t successions;
};

/* A first key. Writes nothing. */
void signer_make(struct signer *signer);

/* ERROR_NOT_FOUND, ERROR_DENIED, ERROR_DAMAGED (the keys do not follow each other). */
enum error signer_read(const char *path, struct signer *out) MUST_CHECK;
/* The old file or the new one is there at every moment. */
enum error signer_write(const struct signer *signer, const char *path) MUST_CHECK;
void signer_wipe(struct signer *signer);

/* Writes the present key's fingerprint, a line, for scripts: emotrack join --key "$(cat key)". */
enum error signer_show(const struct signer *signer, const char *path) MUST_CHECK;

/* The next key, signed by the present one, whose secret half is gone afterwards. ERROR_TOO_LARGE:
 * SUCCESSIONS_MAX keys have followed the first. */
enum error signer_rotate(struct signer *signer) MUST_CHECK;

/* Signs a manifest: fills in the envelope, whose `manifest` is a copy. envelope_free in every
 * case. */
enum error signer_sign(const struct signer *signer, const void *manifest, size_t length,
                       struct envelope *out) MUST_CHECK;

#endif
