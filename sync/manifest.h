#ifndef EMOTRACK_SYNC_MANIFEST_H
#define EMOTRACK_SYNC_MANIFEST_H

#include "base/buffer.h"
#include "classifier/label.h"
#include "classifier/model.h"
#include "sync/key.h"

#include <stdbool.h>
#include <stdint.h>

/* The description of a round, signed by the server (PROTOCOL.md, "Manifest"), the envelope in which
 * it travels, and the pins: what a device agreed to. Parsers are pure: bytes in, struct out. */

#define MANIFEST_PURPOSE   "emotrack manifest 1"
#define SUCCESSION_PURPOSE "emotrack key 1"

/* Content types: of the envelope, and of a model file. */
#define ENVELOPE_TYPE "application/json"
#define MODEL_TYPE    "application/octet-stream"

enum {
    BLOCK_FEATURES_MAX = 4096,
    VOTES_MAX = 4096,            /* w */
    CONTRIBUTIONS_MAX = 1000000, /* k */
    SUCCESSIONS_MAX = 16,        /* keys that followed the first */
    MANIFEST_MAX = 16 * 1024,    /* bytes of the manifest itself */
    ENVELOPE_MAX = 64 * 1024,    /* bytes of manifest, key, signatures */
    TRAINING_PASSES_MAX = 64,
    NOISE_MAX = 1000,         /* z */
    TRAINING_RATE_MAX = 1000, /* and the unit's */
    PINS_MAX = MANIFEST_MAX,  /* bytes */
};

enum mode {
    MODE_TRUSTED, /* one server sees the votes and adds the noise */
    MODE_SPLIT,   /* two servers, each with a share: not built yet, and no manifest reads as it */
};
extern const char *const mode_names[]; /* "trusted", "split", by mode; NULL ends it */

/* How a device turns ratings into a change of the model (sync/update). */
struct training {
    uint32_t passes; /* over all live ratings */
    double rate;     /* SGD step */
    double unit;     /* u: what one vote is worth; each coordinate is clipped to +-u */
};

/* Every field is checked when a manifest is read: what is here is in range. */
struct manifest {
    uint64_t sequence; /* grows with every manifest that a server signs */
    uint64_t round;    /* 1 and up, never used twice */
    bool open;         /* false: no reports are taken now */
    enum mode mode;

    uint32_t model_version; /* of the base model */
    uint64_t model_size;    /* bytes, at most MODEL_FILE_MAX */
    unsigned char model_hash[HASH_BYTES];
    unsigned char vocabulary_hash[HASH_BYTES]; /* manifest_vocabulary_hash of the base model */
    uint32_t labels;
    char label[LABELS_MAX][LABEL_NAME_MAX + 1]; /* [labels], in the model's order */

    uint32_t block;   /* features 0..block-1, the most frequent, and the bias can be voted on */
    uint32_t votes;   /* w: at most, in one report */
    double noise;     /* z: the noise on each sum has scale z sqrt(w); 0: none */
    uint32_t minimum; /* reports without which nothing is opened */
    uint32_t contributions; /* k: at most, by one profile, for the life of the task */
    double participation;   /* part of the devices that take part, each by its own lot; 0 to 1 */
    struct training training;
    int64_t created, expires; /* seconds since 1970 UTC; expiry only warns */
};

/* Coordinates of the block: feature * labels + label, and the bias as feature number `block`. */
static inline uint32_t manifest_coordinates(const struct manifest *manifest)
{
    return (manifest->block + 1) * manifest->labels;
}

/* What a model reads text by: SHA-256 over text settings, n-grams and idf. Another vocabulary is
 * another task. ERROR_NO_MEMORY. */
enum error manifest_vocabulary_hash(const struct model *model,
                                    unsigned char out[HASH_BYTES]) MUST_CHECK;

/* Whether the model is of the manifest's vocabulary and labels: ERROR_INVALID says what differs.
 * (Its hash and size are those of its bytes: the caller compares them.) */
enum error manifest_check_model(const struct manifest *manifest,
                                const struct model *model) MUST_CHECK;

/* Whether a device that knows `known` may take `next`, which the same server signed: ERROR_DENIED
 * where the sequence number, the round or the model's version goes back, or where one sequence
 * number stands for two manifests, or one version for two models. The same manifest is fine. */
enum error manifest_check_follows(const struct manifest *known,
                                  const struct manifest *next) MUST_CHECK;

/* Appends the manifest as JSON, the bytes that are signed and hashed. Its fields are in range. */
enum error manifest_write(const struct manifest *manifest, struct buffer *out) MUST_CHECK;

/* ERROR_INVALID: not a manifest; the sentence names the field. Unknown fields are passed over. */
enum error manifest_read(const char *bytes, size_t length, struct manifest *out) MUST_CHECK;

/* ---- the envelope: how a manifest travels ---- */

/* A key and the signature of the key before it: how the keys follow each other. */
struct succession {
    unsigned char key[KEY_BYTES];
    unsigned char signature[SIGNATURE_BYTES]; /* by the key before, purpose "emotrack key 1" */
};

struct envelope {
    struct buffer manifest;                   /* the signed bytes */
    unsigned char hash[HASH_BYTES];           /* of them: what reports name */
    unsigned char signature[SIGNATURE_BYTES]; /* purpose "emotrack manifest 1" */
    unsigned char first[KEY_BYTES];           /* the server's first key */
    struct succession succession[SUCCESSIONS_MAX];
    size_t successions; /* the last of them (else `first`) is the key that signed */
};

/* Signs envelope->manifest: sets `hash` and `signature`. `pair` is the key that signs now. */
enum error envelope_sign(struct envelope *envelope, const struct key_pair *pair) MUST_CHECK;

/* Appends the envelope as JSON. */
enum error envelope_write(const struct envelope *envelope, struct buffer *out) MUST_CHECK;

/* Takes it apart and checks nothing but its form: ERROR_INVALID. `hash` is set. Freed by
 * envelope_free in every case. */
enum error envelope_read(const char *bytes, size_t length, struct envelope *out) MUST_CHECK;
void envelope_free(struct envelope *envelope); /* safe on zeroed structs */

/* The key that signed it. */
const unsigned char *envelope_key(const struct envelope *envelope);

/* Checks the signature against a pinned key (KEY_BYTES): the pinned key is `first` or one of those
 * that followed, every succession after it is signed by the key before, and the last key signed the
 * manifest; then reads the manifest. ERROR_DENIED: not signed by the server that was joined. */
enum error envelope_open(const struct envelope *envelope, const unsigned char pinned[KEY_BYTES],
                         struct manifest *out) MUST_CHECK;

/* ---- pins: what joining agrees to ---- */

struct pins {
    unsigned char vocabulary_hash[HASH_BYTES];
    uint32_t labels;
    char label[LABELS_MAX][LABEL_NAME_MAX + 1];
    enum mode mode;
    double noise;                  /* least */
    uint32_t minimum, block;       /* least */
    uint32_t votes, contributions; /* most */
};

void pins_of(const struct manifest *manifest, struct pins *out);
/* As JSON, for the user's database; the same checks as a manifest's fields. */
enum error pins_write(const struct pins *pins, struct buffer *out) MUST_CHECK;
enum error pins_read(const char *bytes, size_t length, struct pins *out) MUST_CHECK;

/* ERROR_DENIED: the manifest is weaker than what was agreed to; the sentence says in what. */
enum error pins_check(const struct pins *pins, const struct manifest *manifest) MUST_CHECK;

#endif
