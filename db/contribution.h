#ifndef EMOTRACK_DB_CONTRIBUTION_H
#define EMOTRACK_DB_CONTRIBUTION_H

#include "base/buffer.h"
#include "db/db.h"

/* What the user's database keeps about syncing: which server was joined, what was drawn for the
 * round, the ledger of contributions (append-only: deleting messages, leaving, joining never
 * shortens it) and the outbox. Keys, manifests and reports are bytes here; dates are in ms since
 * 1970 UTC. Errors as in db.h. */

enum {
    CONTRIBUTION_KEY = 32,
    CONTRIBUTION_ID = 16,
    CONTRIBUTION_SEED = 32,
    CONTRIBUTION_HASH = 32
};

/* ---- the joined server: at most one ---- */

struct membership {
    char *url;
    unsigned char key[CONTRIBUTION_KEY]; /* pinned; moves on with the server's own successions */
    char *authority;                     /* PEM of a private CA; NULL: the system's */
    char *pins;                          /* JSON (sync/manifest.h, pins) */
    char *envelope;                      /* the newest manifest, as it came; never NULL */
    uint64_t sequence;                   /* of that manifest: an older one is refused */
    int64_t joined, contacted;           /* contacted: the last sync that reached the server */
    int64_t retry_at;                    /* not before, unless the user asks; 0: any time */
    uint32_t tries;                      /* failed ones since the last that went well */
    char *failure;                       /* the sentence of the last of those; NULL: none */
};
void membership_clear(struct membership *membership); /* frees the strings, all zero */

/* ERROR_NOT_FOUND: no server is joined. The caller clears it. */
enum error db_membership_get(struct db *db, struct membership *out) MUST_CHECK;
/* Joins, or joins the same server anew: the whole row. ERROR_EXISTS: another server (another url)
 * is joined. ERROR_BUSY: a newer manifest of it was stored meanwhile. */
enum error db_membership_set(struct db *db, const struct membership *membership) MUST_CHECK;
/* After the server was heard: key, envelope and sequence are the membership's now. ERROR_NOT_FOUND:
 * the server was left meanwhile. ERROR_BUSY: a newer manifest was stored meanwhile. */
enum error db_membership_advance(struct db *db, const struct membership *membership) MUST_CHECK;
/* Contacted, retry_at, tries and failure are the membership's now. Nothing where the server was
 * left meanwhile. */
enum error db_membership_note(struct db *db, const struct membership *membership) MUST_CHECK;
/* Leaves: the row, the draw's seed and what waits in the outbox are gone; the round's lot and the
 * ledger stay (what waited becomes CONTRIBUTION_WITHDRAWN). ERROR_NOT_FOUND. */
enum error db_membership_remove(struct db *db) MUST_CHECK;

/* ---- what the ratings are now ---- */

struct rating_state {
    uint64_t revision; /* grows with every change of a rating or of a rated message's text */
    size_t live;       /* live ratings */
    size_t fresh;      /* of those, newer than the last contribution to the joined server */
    bool changed;      /* since that contribution; true too where it was never counted */
};
enum error db_rating_state(struct db *db, struct rating_state *out) MUST_CHECK;

/* ---- the draw: what makes the preview and the contribution the same ---- */

struct draw {
    uint64_t round;
    unsigned char manifest_hash[CONTRIBUTION_HASH];
    uint64_t revision;
    unsigned char seed[CONTRIBUTION_SEED]; /* of the votes */
    unsigned char lot[CONTRIBUTION_SEED];  /* whether the device takes part in this round */
};
/* The draw for fresh's round, manifest and revision: the one that is kept, or else `fresh`'s seed
 * (and, for a round not drawn for before, its lot). `keep`: it is kept from now on. */
enum error db_draw(struct db *db, const struct draw *fresh, bool keep, struct draw *out) MUST_CHECK;

/* ---- the ledger and the outbox ---- */

enum contribution_state {
    CONTRIBUTION_WAITING,   /* in the outbox */
    CONTRIBUTION_SENT,      /* acknowledged */
    CONTRIBUTION_CLOSED,    /* the round was over before it came */
    CONTRIBUTION_REFUSED,   /* the server did not take it */
    CONTRIBUTION_WITHDRAWN, /* a message behind it was deleted or edited, or the server left, before
                               an answer came */
};

struct ledger_entry {
    int64_t number; /* 1 and up, in this profile */
    char *url;
    unsigned char key[CONTRIBUTION_KEY]; /* the server's first: it stays when keys follow */
    uint64_t round;
    uint32_t model_version;                  /* of the base model */
    char *mode;                              /* "trusted" */
    double noise;                            /* z */
    uint32_t votes_max;                      /* w */
    uint32_t votes;                          /* that it has */
    size_t length;                           /* bytes of the report */
    unsigned char digest[CONTRIBUTION_HASH]; /* SHA-256 of them */
    int64_t created;                         /* when it was frozen, and thereby spent */
    enum contribution_state state;
    int64_t finished; /* when the state became what it is; 0 while it waits */
    char *answer;     /* the server's reason; NULL: none */
};
void ledger_entry_clear(struct ledger_entry *contribution);

/* What waits to be sent. */
struct outbox_item {
    int64_t number; /* of its contribution */
    uint64_t round;
    unsigned char id[CONTRIBUTION_ID];
    struct buffer body;
};
void outbox_item_clear(struct outbox_item *item);

/* Freezes a contribution: its row and its outbox row in one transaction, on the disk when it
 * returns. `cap`: how many contributions the profile may ever make. Fills in number and created.
 * ERROR_DENIED: the cap is reached. ERROR_EXISTS: this round (of this key) has one.
 * ERROR_BUSY: the ratings have changed since `revision`: draw again. ERROR_NOT_FOUND: its server
 * (url) is not joined any more.
 *
 * Until it is acknowledged, deleting or editing any message that had a live rating now withdraws
 * it (triggers in schema.c): the outbox row goes in the same transaction. */
enum error db_contribution_freeze(struct db *db, struct ledger_entry *contribution,
                                  const unsigned char id[CONTRIBUTION_ID], const void *body,
                                  uint64_t revision, uint32_t cap) MUST_CHECK;

/* The oldest report in the outbox; ERROR_NOT_FOUND: it is empty. The caller clears it. */
enum error db_outbox_next(struct db *db, struct outbox_item *out) MUST_CHECK;

/* How many reports are in the outbox. */
enum error db_outbox_count(struct db *db, size_t *count) MUST_CHECK;

/* Takes a report off the outbox, its bytes too: the contribution is now in this state. Where it
 * was withdrawn meanwhile and yet acknowledged, it is CONTRIBUTION_SENT; nothing where another
 * process has finished it. */
enum error db_outbox_finish(struct db *db, int64_t number, enum contribution_state state,
                            const char *answer) MUST_CHECK;

/* Newest first; borrowed for the call. */
typedef enum error db_contribution_visit(void *context, const struct ledger_entry *contribution);
enum error db_each_contribution(struct db *db, db_contribution_visit *visit,
                                void *context) MUST_CHECK;

struct ledger {
    size_t spent;    /* contributions that were ever frozen, to whatever server */
    size_t waiting;  /* in the outbox */
    double rho;      /* sum of 1 / (2 z^2) over all; infinite where one had z = 0 */
    bool round_done; /* set by db_ledger for the (key, round) asked for: it has one */
};
/* `key` NULL: of no round. */
enum error db_ledger(struct db *db, const unsigned char *key, uint64_t round,
                     struct ledger *out) MUST_CHECK;

#endif
