#ifndef EMOTRACK_SYNC_SERVER_STORE_H
#define EMOTRACK_SYNC_SERVER_STORE_H

#include "base/buffer.h"
#include "sync/key.h"
#include "sync/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a server must not forget, behind an interface: SQLite implements it here, PostgreSQL can.
 *
 * Any number of processes may have the store open and change it; whoever shows something of it asks
 * `version` whether it has changed. One struct store belongs to one thread.
 *
 * A round's sum is kept in shards (an intake writes its own, whole, in the transaction that adds
 * the ids of the reports in it) and sealed (seal.h): the store sees bytes. */

enum {
    OUTCOME_MAX = 512,         /* what became of a round, in words */
    ORIGIN_MAX = 64,           /* where a model comes from: "round 3" */
    STORE_BLOB_MAX = 16 << 20, /* bytes */
    STORE_ROUNDS_KEPT = 4,     /* late retries of so many rounds before are known */
};

enum round_state {
    ROUND_OPEN,    /* reports are taken */
    ROUND_CLOSING, /* its noisy aggregate is there, the sum is not; the model is being made */
    ROUND_CLOSED,
};

struct store_round {
    uint64_t round;
    enum round_state state;
    uint32_t model;         /* version of the base model */
    int64_t opened, closed; /* seconds since 1970 UTC; closed 0: it is not */
    uint64_t reports;       /* in the sum, when it was closed */
    char outcome[OUTCOME_MAX];
};

struct store_model {
    uint32_t version;
    uint64_t size;
    unsigned char hash[HASH_BYTES];
    int64_t published;         /* seconds since 1970 UTC */
    double accuracy, macro_f1; /* on the validation file; NaN: there was none */
    char origin[ORIGIN_MAX];
};

struct store_state {
    uint64_t round;    /* the last that was opened; 0: none */
    uint64_t sequence; /* of the last manifest */
    uint32_t model;    /* the version that is published; 0: none */
    int64_t touched;   /* when a round was last opened or a model published by hand: at most once a
                        * second; seconds since 1970 UTC */
};

/* Named bytes: "manifest" (the present one, as signed), "mean" (of the round that is closing),
 * "optimizer" (its state), "gate" (its last words), "key" (the last that came to sign). */
#define STORE_MANIFEST  "manifest"
#define STORE_MEAN      "mean"
#define STORE_OPTIMIZER "optimizer"
#define STORE_GATE      "gate"
#define STORE_KEY       "key"

typedef enum error store_see_round(void *context, const struct store_round *round);
typedef enum error store_see_model(void *context, const struct store_model *model);
typedef enum error store_see_sum(void *context, uint32_t shard, uint64_t reports,
                                 const void *sealed, size_t length);

/* All calls: ERROR_BUSY (others did not finish in time), ERROR_FULL, ERROR_IO, ERROR_DAMAGED,
 * ERROR_NO_MEMORY. What is written goes between begin and end. */
struct store {
    void (*close)(struct store *store);

    /* Waits for other writers. end commits, durably, where `error` is ERROR_NONE; else it rolls
     * back and returns `error`. */
    MUST_CHECK enum error (*begin)(struct store *store);
    MUST_CHECK enum error (*end)(struct store *store, enum error error);
    /* A number that is another one after somebody else has changed the store. */
    MUST_CHECK enum error (*version)(struct store *store, uint64_t *out);

    MUST_CHECK enum error (*state)(struct store *store, struct store_state *out);
    MUST_CHECK enum error (*set_state)(struct store *store, const struct store_state *state);

    /* ERROR_NOT_FOUND. */
    MUST_CHECK enum error (*round)(struct store *store, uint64_t round, struct store_round *out);
    MUST_CHECK enum error (*set_round)(struct store *store, const struct store_round *round);
    /* The newest `count`, ascending. */
    MUST_CHECK enum error (*rounds)(struct store *store, size_t count, store_see_round *see,
                                    void *context);

    MUST_CHECK enum error (*model)(struct store *store, uint32_t version, struct store_model *out);
    MUST_CHECK enum error (*add_model)(struct store *store, const struct store_model *model);
    MUST_CHECK enum error (*models)(struct store *store, size_t count, store_see_model *see,
                                    void *context);

    /* Appends; nothing where there is no such blob. */
    MUST_CHECK enum error (*blob)(struct store *store, const char *name, struct buffer *out);
    /* length 0: there shall be none. */
    MUST_CHECK enum error (*set_blob)(struct store *store, const char *name, const void *bytes,
                                      size_t length);

    /* *known: the id was there before. */
    MUST_CHECK enum error (*add_report)(struct store *store, uint64_t round,
                                        const unsigned char id[REPORT_ID_BYTES], bool *known);
    MUST_CHECK enum error (*has_report)(struct store *store, uint64_t round,
                                        const unsigned char id[REPORT_ID_BYTES], bool *known);
    /* Forgets some of the ids of rounds before `round`; *more: there are others. */
    MUST_CHECK enum error (*forget_reports)(struct store *store, uint64_t round, bool *more);

    MUST_CHECK enum error (*set_sum)(struct store *store, uint64_t round, uint32_t shard,
                                     uint64_t reports, const void *sealed, size_t length);
    MUST_CHECK enum error (*sums)(struct store *store, uint64_t round, store_see_sum *see,
                                  void *context);
    MUST_CHECK enum error (*drop_sums)(struct store *store, uint64_t round);

    /* ERROR_DAMAGED: says what is wrong. */
    MUST_CHECK enum error (*check)(struct store *store);
    /* A copy in a new file, without ids and sums. */
    MUST_CHECK enum error (*copy)(struct store *store, const char *path);
};

enum store_mode {
    STORE_NEW,    /* makes the tables; the file is new */
    STORE_LIVE,   /* a server's */
    STORE_BACKUP, /* a copy that `copy` has made: one file, with nothing beside it */
};

/* ERROR_NOT_FOUND: there is no file (but for STORE_NEW); ERROR_VERSION. */
enum error store_open_sqlite(const char *path, enum store_mode mode, struct store **out) MUST_CHECK;

static inline void store_close(struct store *store)
{
    if (store)
        store->close(store);
}

#endif
