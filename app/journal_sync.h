#ifndef EMOTRACK_APP_JOURNAL_SYNC_H
#define EMOTRACK_APP_JOURNAL_SYNC_H

#include "app/journal.h"
#include "base/buffer.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Words for all of this, for both faces: app/describe_sync.h.
 *
 * Syncing, for one journal (JOURNAL_WRITE): joining a server, contributing, fetching models. Calls
 * that contact the server take seconds where the network is slow: a screen makes them in a thread
 * with a journal of its own. Errors of those: as in sync/client.h, and what the database says. */

enum {
    SYNC_FINGERPRINT_MAX = 48,
    SYNC_URL_MAX = 1024,
    SYNC_NOTE_MAX = 512,
    SYNC_LEAST_RATINGS = 20
};

/* What a server asks for. Strings are safe to show. */
struct sync_terms {
    char url[SYNC_URL_MAX];
    char key[65]; /* hex */
    char fingerprint[SYNC_FINGERPRINT_MAX];
    const char *mode; /* "trusted" */
    double noise;     /* z; 0: no guarantee beyond trust in the operator */
    uint32_t votes, contributions, minimum, block;
    double epsilon_each, epsilon_all; /* of one contribution, of all k; infinite where noise is 0 */
    uint32_t model_version;
    bool own_vocabulary;       /* it is the vocabulary of the model in use; false: see `words` */
    size_t foreign;            /* n-grams that the model in use does not know */
    char words[SYNC_NOTE_MAX]; /* some of those, parted by commas */
};

/* ---- joining ---- */

struct join_options {
    const char *url;
    const char *key;           /* whole key or fingerprint that the server's must have; NULL: any */
    const char *authority;     /* path of a PEM file; NULL: the system's CAs */
    bool vocabulary;           /* a vocabulary that is not the present model's is accepted */
    const atomic_bool *cancel; /* NULL: none */
};

/* A server's offer, fetched and verified: nothing is stored. */
struct sync_offer;
enum error journal_offer_fetch(struct journal *journal, const struct join_options *options,
                               struct sync_offer **out) MUST_CHECK;
const struct sync_terms *sync_offer_terms(const struct sync_offer *offer);
void sync_offer_free(struct sync_offer *offer); /* NULL is safe */

/* Accepts the offer. ERROR_EXISTS: another server is joined; leave it first. ERROR_DENIED: another
 * vocabulary, which was not accepted. Joining the same server again renews the pins. */
enum error journal_join(struct journal *journal, const struct sync_offer *offer) MUST_CHECK;

/* ERROR_NOT_FOUND: no server is joined. The model in use stays; so does the ledger. */
enum error journal_leave(struct journal *journal) MUST_CHECK;

/* ---- the state, without contacting anybody ---- */

struct sync_state {
    bool joined;
    struct sync_terms terms; /* of the newest manifest; where joined */
    bool open;               /* the server's round takes reports (as far as is known) */
    uint64_t round;
    uint32_t model_version;      /* of the model in use */
    size_t queued;               /* reports not yet acknowledged */
    size_t spent;                /* contributions, of terms.contributions */
    double epsilon;              /* of all that were spent (delta 1e-6); infinite: no guarantee */
    size_t ratings, fresh;       /* live ratings; since the last contribution */
    int64_t contacted;           /* ms since 1970; 0: never */
    int64_t retry_at;            /* when to sync again unasked; 0: nothing to retry */
    char failure[SYNC_NOTE_MAX]; /* why the last sync failed; "": it did not */
    bool model_beside;           /* a signed model waits that did worse on the user's own ratings */
};
enum error journal_sync_state(struct journal *journal, struct sync_state *out) MUST_CHECK;

/* The cheap part of it, for the title bar. */
enum error journal_queued(struct journal *journal, size_t *queued) MUST_CHECK;

/* ---- what would be sent ---- */

struct sync_vote {
    int sign;            /* +1: the n-gram should weigh more for the label, -1: less */
    const char *feature; /* as in the vocabulary (describe_feature); "(any message)": the bias */
    const char *label;
};

struct sync_preview {
    struct sync_vote *votes; /* [count] */
    size_t count;
    struct buffer bytes; /* the report, byte for byte */
    uint64_t round;
    uint32_t spent, cap;               /* contributions before this one, and the most */
    double epsilon_now, epsilon_after; /* infinite: no guarantee */
    const char *reason; /* why it would not be sent now, a sentence; NULL: it would be */
    bool frozen;        /* it is in the outbox already: these are its bytes */

    struct model *model; /* owned: what the votes' names are borrowed from */
    char *note;          /* owned: behind `reason` */
};

/* Of the newest manifest that is known: no server is contacted. What it shows is what a sync would
 * send, unless ratings or the round change in between. ERROR_NOT_FOUND: no server is joined, or its
 * model was not fetched yet (sync once). The caller clears it. */
enum error journal_sync_preview(struct journal *journal, struct sync_preview *out) MUST_CHECK;
void sync_preview_clear(struct sync_preview *preview);

/* ---- syncing ---- */

enum sync_status {
    SYNC_SENT,        /* a contribution was acknowledged */
    SYNC_QUEUED,      /* a contribution is in the outbox: the server could not take it now */
    SYNC_UPDATED,     /* nothing was sent; a new model was fetched */
    SYNC_CAPPED,      /* the budget is spent */
    SYNC_WAITING,     /* too few new ratings (--now), no round is open, not drawn */
    SYNC_NOTHING_NEW, /* no rating has changed since the last contribution */
};
extern const char *const sync_status_names[]; /* "sent" ..., by enum sync_status */

enum sync_stage { SYNC_MANIFEST, SYNC_MODEL, SYNC_TRAINING, SYNC_SENDING, SYNC_DONE };

struct sync_options {
    bool now;       /* few new ratings are enough */
    bool dry_run;   /* fetch the manifest and say what would happen; nothing is sent or stored
                       (the status is never SYNC_SENT) */
    bool use_model; /* take a model although it did worse on the user's own ratings */
    const atomic_bool *cancel;                                           /* NULL: none */
    void (*progress)(void *context, enum sync_stage stage, int percent); /* NULL: nobody asks */
    void *context;
};

struct sync_result {
    enum sync_status status;
    bool updated;           /* a new model is in use (with SYNC_SENT too) */
    uint32_t votes;         /* in the contribution that was sent, queued or would be */
    uint32_t model_version; /* in use now */
    double epsilon;         /* spent in all; infinite: no guarantee */
    size_t queued;
    int64_t retry_at;
    char note[SYNC_NOTE_MAX]; /* one sentence for the user about how it went */
};

/* ERROR_UNREACHABLE etc.: it failed for now; what was frozen waits in the outbox, nothing is lost,
 * and `result` is filled in all the same (SYNC_QUEUED or SYNC_WAITING, retry_at). ERROR_NOT_FOUND:
 * no server is joined. ERROR_DENIED: the server is not to be trusted in what the sentence says. */
enum error journal_sync(struct journal *journal, const struct sync_options *options,
                        struct sync_result *result) MUST_CHECK;

/* Makes the network library ready: before a program starts threads that sync. */
enum error journal_sync_ready(void) MUST_CHECK;

/* ---- the log of every upload, newest first ---- */

struct sync_upload {
    int64_t number, created, finished; /* ms since 1970; finished 0: it waits */
    const char *url, *mode, *state;    /* "waiting", "sent", "closed", "refused", "withdrawn" */
    uint64_t round;
    uint32_t model_version, votes, votes_max;
    double noise;
    size_t length;
    char digest[65];    /* SHA-256 of the bytes, hex */
    const char *answer; /* the server's reason; NULL: none */
};
typedef enum error journal_upload_visit(void *context, const struct sync_upload *upload);
enum error journal_each_upload(struct journal *journal, journal_upload_visit *visit,
                               void *context) MUST_CHECK;

#endif
