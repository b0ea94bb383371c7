#include "db/contribution.h"

#include "db/internal.h"

#include <stdlib.h>
#include <string.h>

void membership_clear(struct membership *membership)
{
    free(membership->url);
    free(membership->authority);
    free(membership->pins);
    free(membership->envelope);
    free(membership->failure);
    *membership = (struct membership){0};
}

static enum error raise_none(void)
{
    return error_raise(ERROR_NOT_FOUND, "no server is joined; `emotrack join URL` joins one");
}

static void read_row(struct query *query, struct membership *out)
{
    out->url = query_text(query, 0);
    query_blob(query, 1, out->key, sizeof out->key);
    out->authority = query_text(query, 2);
    out->pins = query_text(query, 3);
    out->envelope = query_text(query, 4);
    out->sequence = (uint64_t)query_integer(query, 5);
    out->joined = query_integer(query, 6);
    out->contacted = query_integer(query, 7);
    out->retry_at = query_integer(query, 8);
    out->tries = (uint32_t)query_integer(query, 9);
    out->failure = query_text(query, 10);
}

enum error db_membership_get(struct db *db, struct membership *out)
{
    struct query query;
    enum error error;
    bool found;

    *out = (struct membership){0};
    query_start(&query, db,
                "SELECT url, key, authority, pins, envelope, sequence, joined,"
                " contacted, retry_at, tries, failure FROM membership");
    found = query_step(&query);
    if (found)
        read_row(&query, out);
    error = query_finish(&query);
    if (!error && !found)
        error = raise_none();
    if (error)
        membership_clear(out);
    return error;
}

/* ---- writing: each within a transaction ---- */

static enum error check_other(struct db *db, const char *url)
{
    struct query query;
    enum error error;
    char *other = NULL;

    query_start(&query, db, "SELECT url FROM membership WHERE url <> ?");
    query_bind_text(&query, url);
    if (query_step(&query))
        other = query_text(&query, 0);
    error = query_finish(&query);
    if (!error && other)
        error = error_raise(ERROR_EXISTS,
                            "this profile has joined '%s'; one server at a time: `emotrack leave` "
                            "leaves it",
                            other);
    free(other);
    return error;
}

static enum error put(struct db *db, const struct membership *membership)
{
    struct query query;

    query_start(&query, db,
                "INSERT OR REPLACE INTO membership (id, url, key, authority, pins, envelope,"
                " sequence, joined, contacted, retry_at, tries, failure)"
                " VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query_bind_text(&query, membership->url);
    query_bind_blob(&query, membership->key, sizeof membership->key);
    query_bind_text(&query, membership->authority);
    query_bind_text(&query, membership->pins);
    query_bind_text(&query, membership->envelope);
    query_bind_integer(&query, (int64_t)membership->sequence);
    query_bind_integer(&query, membership->joined);
    query_bind_integer(&query, membership->contacted);
    query_bind_integer(&query, membership->retry_at);
    query_bind_integer(&query, membership->tries);
    query_bind_text(&query, membership->failure);
    query_step(&query);
    return query_finish(&query);
}

/* Another process may have stored a newer manifest of the same server meanwhile. */
static enum error check_newer(struct db *db, const struct membership *membership)
{
    struct query query;
    enum error error;
    bool newer;

    query_start(&query, db, "SELECT 1 FROM membership WHERE url = ? AND sequence > ?");
    query_bind_text(&query, membership->url);
    query_bind_integer(&query, (int64_t)membership->sequence);
    newer = query_step(&query);
    error = query_finish(&query);
    if (!error && newer)
        error = error_raise(ERROR_BUSY, "another program has synced this profile meanwhile; try "
                                        "again");
    return error;
}

enum error db_membership_set(struct db *db, const struct membership *membership)
{
    enum error error = transaction_begin(db);

    if (error)
        return error;
    error = check_other(db, membership->url);
    if (!error)
        error = check_newer(db, membership);
    if (!error)
        error = put(db, membership);
    return transaction_end(db, error);
}

static enum error advance(struct db *db, const struct membership *membership)
{
    struct query query;
    enum error error;

    query_start(&query, db,
                "UPDATE membership SET key = ?, envelope = ?, sequence = ? WHERE url = ?");
    query_bind_blob(&query, membership->key, sizeof membership->key);
    query_bind_text(&query, membership->envelope);
    query_bind_integer(&query, (int64_t)membership->sequence);
    query_bind_text(&query, membership->url);
    query_step(&query);
    error = query_finish(&query);
    return error || sqlite3_changes(db->handle) > 0 ? error : raise_none();
}

enum error db_membership_advance(struct db *db, const struct membership *membership)
{
    enum error error = transaction_begin(db);

    if (error)
        return error;
    error = check_newer(db, membership);
    if (!error)
        error = advance(db, membership);
    return transaction_end(db, error);
}

static enum error set_note(struct db *db, const struct membership *membership)
{
    struct query query;

    query_start(&query, db,
                "UPDATE membership SET contacted = ?, retry_at = ?, tries = ?, failure = ?"
                " WHERE url = ?");
    query_bind_integer(&query, membership->contacted);
    query_bind_integer(&query, membership->retry_at);
    query_bind_integer(&query, membership->tries);
    query_bind_text(&query, membership->failure);
    query_bind_text(&query, membership->url);
    query_step(&query);
    return query_finish(&query);
}

enum error db_membership_note(struct db *db, const struct membership *membership)
{
    enum error error = transaction_begin(db);

    return error ? error : transaction_end(db, set_note(db, membership));
}

static enum error leave(struct db *db)
{
    enum error error = db_run(db, "DELETE FROM membership");

    if (!error && sqlite3_changes(db->handle) == 0)
        error = raise_none();
    /* The lot stays: who joins again has no second one in the same round. */
    if (!error)
        error = db_run(db, "UPDATE draw SET manifest = zeroblob(32), seed = zeroblob(32)");
    return error ? error : db_run(db, "DELETE FROM outbox");
}

enum error db_membership_remove(struct db *db)
{
    enum error error = transaction_begin(db);

    if (error)
        return error;
    error = transaction_end(db, leave(db));
    if (!error)
        purge_wal(db);
    return error;
}
