#ifndef EMOTRACK_DB_INTERNAL_H
#define EMOTRACK_DB_INTERNAL_H

#include "base/clock.h"
#include "db/db.h"
#include "db/vault.h"

#include <sqlite3.h>

/* What the files of db/ share and nobody else sees. */

enum { PATIENCE = 30000 /* ms that a call waits for other writers, unless told otherwise */ };

enum { VAULT_NONCE = 24, VAULT_TAG = 16, VAULT_MARK = 16 /* bytes */ };

/* How the texts are kept, as the file said when it was opened. */
struct vault {
    bool sealed;                    /* they are encrypted */
    unsigned char mark[VAULT_MARK]; /* of the key */
    unsigned char *key;             /* [DB_KEY] sodium_malloc'ed; NULL: nobody gave it yet */
};

struct db {
    sqlite3 *handle;
    sqlite3_stmt *rollback; /* prepared at opening: must not fail for want of memory */
    char *path;
    enum db_mode mode;
    int patience; /* ms that a call waits for other writers */
    struct vault vault;
    bool walking;     /* a visitor is being called: nothing may be changed */
    bool hasty;       /* what it stores is made durable, and deleted bytes purged, by others */
    int64_t version;  /* PRAGMA data_version when db_changed last looked */
    int64_t acts;     /* revision.acts as it is known here, with those of this connection */
    bool others;      /* acts of others were among them when this connection last acted */
    uint64_t made;    /* acts of this connection */
    char notice[512]; /* of db_notice; "": none */
};

/* ---- connections (db.c) ---- */

/* The path as a URI (sqlite.org/uri.html), in a buffer of its own that the caller frees in every
 * case: a plain path that begins with "file:", or is ":memory:", would mean something else. */
enum error db_uri(const char *path, const char *options, struct buffer *uri) MUST_CHECK;

/* Opens a file that it makes, without tables; db_close. ERROR_EXISTS. */
enum error db_connect_new(const char *path, struct db **out) MUST_CHECK;

/* How many acts the file has seen. */
enum error db_read_acts(struct db *db, int64_t *acts) MUST_CHECK;

/* Whether the file keeps a WAL: not where the disk refuses it. */
enum error db_uses_wal(struct db *db, bool *wal) MUST_CHECK;

/* ---- errors (query.c) ---- */

/* Whether the file was removed, or moved, since it was opened. */
bool db_has_moved(struct db *db);

/* Turns an SQLite result code into the error and its sentence. */
enum error db_raise(struct db *db, int code);

/* ERROR_NOT_FOUND: there is no message `id`. */
enum error db_raise_no_message(struct db *db, int64_t id);

/* ---- queries (query.c) ----
 * The first failure sticks: what follows does nothing, and query_finish returns it.
 *
 *     query_start(&query, db, "SELECT text FROM message WHERE id = ?");
 *     query_bind_integer(&query, id);
 *     while (query_step(&query))
 *         text = query_text(&query, 0);
 *     return query_finish(&query); */
struct query {
    struct db *db;
    sqlite3_stmt *statement;
    int code;  /* SQLITE_OK, or the first failure */
    int bound; /* parameters bound so far */
};

void query_start(struct query *query, struct db *db, const char *sql);

/* Bind the next parameter; the bytes must outlive the query. A NULL text is an SQL NULL. */
void query_bind_integer(struct query *query, int64_t value);
void query_bind_real(struct query *query, double value);
void query_bind_text(struct query *query, const char *text);
void query_bind_blob(struct query *query, const void *bytes, size_t length);

bool query_step(struct query *query);           /* true: there is a row */
void query_again(struct query *query);          /* back to the start, to bind and step anew */
void query_fail(struct query *query, int code); /* an SQLite code, where none failed yet */
enum error query_finish(struct query *query) MUST_CHECK;

/* Columns of the present row, from 0. The text is malloc'ed, NULL where it is NULL or memory is
 * short (which sticks). */
int64_t query_integer(struct query *query, int column);
double query_real(struct query *query, int column);
char *query_text(struct query *query, int column);

/* Copies a blob of exactly `length` bytes; any other sticks as damage. */
void query_blob(struct query *query, int column, void *out, size_t length);

/* One statement without parameters; its rows are passed over. */
enum error db_run(struct db *db, const char *sql) MUST_CHECK;

/* The same; *value is the first column of the last row, or 0. */
enum error db_run_integer(struct db *db, const char *sql, int64_t *value) MUST_CHECK;

/* Within a transaction: the number that the next row of an AUTOINCREMENT table is given. */
enum error db_next_id(struct db *db, const char *table, int64_t *id) MUST_CHECK;

/* ---- transactions (transaction.c) ---- */

/* Begins to write: the file is this connection's until transaction_end. ERROR_NOT_FOUND: the file
 * was removed, or moved, since it was opened. */
enum error transaction_begin(struct db *db) MUST_CHECK;

/* Commits where `error` is ERROR_NONE, else rolls back and returns `error`. */
enum error transaction_end(struct db *db, enum error error) MUST_CHECK;

/* The same where only drafts changed or what is derived: db_changed says nothing of it. */
enum error transaction_end_quietly(struct db *db, enum error error) MUST_CHECK;

/* Rolls back what was begun. */
void transaction_drop(struct db *db);

/* ---- schema (schema.c) ---- */

enum { APPLICATION_ID = 0x456D6F54 /* "EmoT" */ };

/* ERROR_DAMAGED: another program's database, or one whose version says that its tables are current
 * and some are not there; ERROR_VERSION: a newer EmoTrack's. Changes nothing.
 * `*current`: the tables are as this EmoTrack wants them. */
enum error schema_check(struct db *db, bool *current) MUST_CHECK;

/* Makes the tables, or brings them up to date, in one transaction. */
enum error schema_migrate(struct db *db) MUST_CHECK;

/* ---- purging (purge.c) ---- */

/* In a transaction that deletes text: notes that pages are to be scrubbed, so that a crash before
 * purge_run is made good at the next opening. */
enum error purge_want(struct db *db) MUST_CHECK;

/* After that transaction: no byte of what was deleted stays in a file of the profile. Where it
 * fails (others read on for seconds, the disk is full) the deletion holds all the same; a notice
 * says so, and the next purge_run or db_open tries again. A hasty connection leaves it to db_tidy.
 */
void purge_run(struct db *db);

/* What an earlier process has left to be purged. */
enum error purge_resume(struct db *db) MUST_CHECK;

/* After a transaction that emptied the draft or the outbox: its bytes leave the WAL, at once where
 * nobody is reading, else when the WAL is next truncated (the last connection to close does that
 * too). A hasty connection leaves it to db_tidy. */
void purge_wal(struct db *db);

/* ---- encrypted texts (vault.c) ----
 * Every text is written and read through two functions in SQL, so that nothing else needs to know
 * whether the journal is encrypted; `table` and `id` are those of its row:
 *
 *     sealed(table, id, value)   as it is to be stored
 *     opened(table, id, value)   the text; NULL where it is damaged */

enum error vault_register(struct db *db) MUST_CHECK;

/* The same for bytes that are in memory: opens them in place. False: they are damaged, or there is
 * no key. */
bool vault_open(struct db *db, const char *table, int64_t id, char *bytes,
                size_t *length) MUST_CHECK;

/* Takes in what the file says; the key is gone. */
enum error vault_load(struct db *db) MUST_CHECK;

/* ERROR_DENIED: the file does not say any more what it said to vault_load. */
enum error vault_check(struct db *db) MUST_CHECK;

/* ERROR_DENIED with the sentence for a text that was refused: there is no key, or encryption was
 * turned on or off. */
enum error vault_raise(struct db *db) MUST_CHECK;

/* Whether both are in clear, or have the same key. */
bool vault_same(const struct vault *a, const struct vault *b);

/* Wipes the key. */
void vault_clear(struct vault *vault);

/* Clears `to`, which becomes what `from` was; that is in clear then. */
void vault_move(struct vault *to, struct vault *from);

/* The row of the table: the key, as a passphrase opens it. */
struct vault_lock {
    struct derivation derivation;
    unsigned char wrapped[VAULT_NONCE + DB_KEY + VAULT_TAG];
};

/* A vault with a new key. */
enum error vault_new(struct vault *out) MUST_CHECK;

enum error vault_wrap(const struct vault *vault, const struct passphrase *passphrase,
                      struct vault_lock *out) MUST_CHECK;

/* Within a transaction. `sealing`: until it is put again, the trigger of a changed text rests. */
enum error vault_put(struct db *db, const struct vault_lock *lock, bool sealing) MUST_CHECK;

/* ---- entries (entry.c) ---- */

/* The text of a message, as an expression. */
#define ENTRY_TEXT "opened('message', m.id, m.text)"

/* Columns, from 0, of every query that entry_read reads, and the join that finds the live rating
 * of each message: its newest that was not undone. */
#define ENTRY_COLUMNS                                                                              \
    "m.id, m.created, m.offset, " ENTRY_TEXT ", m.guess, m.probability, m.model, r.verdict, "      \
    "r.label"
#define ENTRY_LIVE "(SELECT max(id) FROM rating WHERE message = m.id AND undone = 0)"
#define ENTRY_FROM " FROM message m LEFT JOIN rating r ON r.id = " ENTRY_LIVE

/* Reads the present row; failures stick to the query. The caller clears the entry. */
void entry_read(struct query *query, struct entry *out);

/* Steps through a query of ENTRY_COLUMNS, which it finishes. */
enum error entry_walk(struct query *query, db_visit *visit, void *context) MUST_CHECK;

/* ---- drafts (draft.c) ---- */

/* Within a transaction. As db_draft_save, for a text that is not empty. */
enum error draft_put(struct db *db, int64_t *id, int64_t message, const char *text,
                     size_t length) MUST_CHECK;

/* Within a transaction. `*was`: there was one of that number. */
enum error draft_remove(struct db *db, int64_t id, bool *was) MUST_CHECK;

/* ---- ratings (rating.c) ---- */

/* Within a transaction, before new ratings: what was undone cannot be brought back any more. It
 * looks at every rating, so that many new ones need it once. */
enum error rating_end_redo(struct db *db) MUST_CHECK;

/* ERROR_NOT_FOUND: there is no such message. */
enum error rating_check_message(struct db *db, int64_t id) MUST_CHECK;

/* Within a transaction: a new rating of a message that exists. */
enum error rating_add(struct db *db, int64_t id, enum verdict verdict,
                      const char *label) MUST_CHECK;

/* ---- the saved layer (layer.c) ---- */

/* Within a transaction that changes which rating of a message is live: what was learnt from an
 * older one of them is no start for the fold any more. */
enum error layer_drop_of(struct db *db, int64_t message) MUST_CHECK;

/* Within a transaction that changes or deletes messages. */
enum error layer_drop(struct db *db) MUST_CHECK;

/* Offers the saved layer. `*upto`: the newest rating that is in it; 0: it was not taken.
 * `*current`: it was, and no rating is newer. */
enum error layer_restore(struct db *db, db_restore *restore, void *context, int64_t *upto,
                         bool *current) MUST_CHECK;

#endif
