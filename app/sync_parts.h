#ifndef EMOTRACK_APP_SYNC_PARTS_H
#define EMOTRACK_APP_SYNC_PARTS_H

#include "app/journal_care.h"
#include "app/journal_parts.h"
#include "app/journal_sync.h"
#include "app/profile.h"
#include "db/contribution.h"
#include "sync/client.h"
#include "sync/manifest.h"
#include "sync/random.h"
#include "sync/report.h"

/* What the files of journal_sync share and nobody else sees. */

/* ---- the joined server, taken apart (journal_sync.c) ---- */

struct task {
    struct membership membership;
    struct envelope envelope; /* of the newest manifest */
    struct manifest manifest;
    struct pins pins;
};
enum error raise_not_joined(void);
/* ERROR_NOT_FOUND: no server is joined. Cleared by task_clear in every case. */
enum error task_load(struct journal *journal, struct task *out) MUST_CHECK;
void task_clear(struct task *task);

/* What the manifest asks for, in words and numbers. */
enum error terms_fill(const struct journal *journal, const char *url,
                      const unsigned char key[KEY_BYTES], const struct manifest *manifest,
                      struct sync_terms *out) MUST_CHECK;

/* Whether the caller's wish has come true: ERROR_CANCELLED. */
enum error check_cancelled(const atomic_bool *cancel) MUST_CHECK;

/* A file of the profile, in a buffer of its own that the caller frees in every case. */
enum error file_of(const struct journal *journal, enum profile_file file,
                   struct buffer *path) MUST_CHECK;

/* A client of the joined server; `options` has cancel and progress. */
enum error client_of(const struct task *task, const struct client_options *options,
                     struct client **out) MUST_CHECK;

/* ---- one sync, backup or restoring of a profile at a time (sync_lock.c) ---- */

/* `*lock` (-1 before) is let go by sync_unlock in every case, and by the end of the process; it
 * stays -1 after an error. ERROR_BUSY: another process holds on to it; ERROR_CANCELLED. */
enum error sync_lock(const struct journal *journal, const atomic_bool *cancel,
                     int *lock) MUST_CHECK;
/* The same, where the watch tells that one waits, and ends it. */
enum error sync_lock_watched(const struct journal *journal, const struct journal_watch *watch,
                             int *lock) MUST_CHECK;
void sync_unlock(int lock); /* -1 is safe */

/* ---- model files (journal_update.c) ---- */

/* Whether the file is there, has the size and the hash: only then its bytes are put in `out` (where
 * that is not NULL). */
enum error model_file_matches(const char *path, uint64_t size, const unsigned char hash[HASH_BYTES],
                              struct buffer *out, bool *matches) MUST_CHECK;

/* Opens the manifest's base model from the profile's files or the shipped one, checked against the
 * manifest. ERROR_NOT_FOUND: it is none of them. */
enum error base_model(const struct journal *journal, const struct manifest *manifest,
                      struct model **out) MUST_CHECK;

/* Fetches the manifest's model into PROFILE_PART, where it stays, and opens it. ERROR_DENIED: it is
 * not what the server signed, or of no use. */
enum error model_fetch(const struct journal *journal, const struct manifest *manifest,
                       struct client *client, struct model **out) MUST_CHECK;

/* How taking a model into use went. */
struct update_outcome {
    bool updated;         /* another model is in use */
    bool beside;          /* it waits beside: it did worse on the user's own ratings */
    bool wanted;          /* without a client: it would be fetched */
    size_t rated;         /* where it was compared: on so many ratings ... */
    size_t before, after; /* ... the model in use was right, and the new one */
};

/* Sees that the manifest's model is there, fetched and verified, and takes it into use unless it is
 * much worse on the user's own ratings. `client` NULL: nothing is fetched or changed. */
enum error update_model(struct journal *journal, const struct manifest *manifest,
                        struct client *client, bool use_anyway,
                        struct update_outcome *out) MUST_CHECK;

/* ---- the contribution (journal_contribution.c) ---- */

/* Votes that are drawn, as the report that is frozen. */
struct drawn {
    struct report report;
    struct buffer body; /* the report's bytes */
    uint64_t revision;  /* of the ratings behind it */
};

/* Trains on the live ratings and draws the votes: the same for the same manifest and ratings, where
 * `keep` says that what is drawn is kept. Cleared by drawn_clear in every case. */
enum error contribution_draw(struct journal *journal, const struct task *task,
                             const struct model *base, bool keep, struct drawn *out) MUST_CHECK;
void drawn_clear(struct drawn *drawn);

/* Freezes it: ERROR_BUSY, ERROR_EXISTS, ERROR_DENIED, ERROR_NOT_FOUND as db_contribution_freeze. */
enum error contribution_freeze(struct journal *journal, const struct task *task,
                               const struct drawn *drawn) MUST_CHECK;

/* What stands against a contribution now, as a status and a sentence; SYNC_SENT: nothing does. */
struct obstacle {
    enum sync_status status;
    char sentence[SYNC_NOTE_MAX];
};
enum error contribution_obstacle(struct journal *journal, const struct task *task, bool now,
                                 bool keep, struct obstacle *out) MUST_CHECK;

#endif
