#include "db/internal.h"

#include <stdio.h>

/* How long a purge waits for those who read, ms. One of them may be a pager that shows an export;
 * the purge can be made good later. Emptying the draft happens while the user writes. */
enum { PURGE_PATIENCE = 2000, WAL_PATIENCE = 50 };

static enum error truncate_wal(struct db *db, int patience)
{
    int64_t deadline = clock_milliseconds() + patience;
    int code;

    /* SQLite's own wait covers readers and writers, not another checkpoint under way. */
    do {
        code =
            sqlite3_wal_checkpoint_v2(db->handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
        if ((code & 0xFF) != SQLITE_BUSY)
            break;
        clock_sleep(5);
    } while (clock_milliseconds() < deadline);
    return code == SQLITE_OK ? ERROR_NONE : db_raise(db, code);
}

enum error purge_want(struct db *db)
{
    enum error error = layer_drop(db); /* it knows the words of what is deleted */

    return error ? error : db_run(db, "UPDATE purge SET wanted = wanted + 1");
}

static enum error purge_note(struct db *db, int64_t wanted)
{
    struct query query;

    query_start(&query, db, "UPDATE purge SET done = max(done, ?)");
    query_bind_integer(&query, wanted);
    query_step(&query);
    return query_finish(&query);
}

/* secure_delete overwrites what is deleted where it stands, but a page that SQLite rebuilds when it
 * balances a tree keeps stale copies of its neighbours' cells in its gap, and those would survive
 * their message: VACUUM writes every page anew. */
static enum error purge(struct db *db)
{
    int64_t wanted;
    enum error error;

    error = db_run_integer(db, "SELECT wanted FROM purge", &wanted);
    if (!error)
        error = db_run(db, "VACUUM");
    if (!error)
        error = truncate_wal(db, PURGE_PATIENCE);
    return error ? error : purge_note(db, wanted);
}

static void try_to_purge(struct db *db)
{
    enum error error;

    sqlite3_busy_timeout(db->handle, PURGE_PATIENCE);
    error = purge(db);
    sqlite3_busy_timeout(db->handle, db->patience);
    if (error)
        snprintf(db->notice, sizeof db->notice,
                 "what was deleted or encrypted is gone from the journal, but its bytes are not "
                 "yet overwritten on the disk: %.300s. EmoTrack tries again when it next deletes "
                 "or starts",
                 error_sentence());
}

void purge_run(struct db *db)
{
    db->notice[0] = '\0';
    if (!db->hasty)
        try_to_purge(db);
}

enum error purge_resume(struct db *db)
{
    int64_t pending;
    enum error error;

    error = db_run_integer(db, "SELECT wanted > done FROM purge", &pending);
    if (!error && pending)
        try_to_purge(db);
    return error;
}

/* Returns whether it is empty now. */
static bool empty_wal(struct db *db)
{
    enum error error;

    sqlite3_busy_timeout(db->handle, WAL_PATIENCE);
    error = truncate_wal(db, WAL_PATIENCE);
    sqlite3_busy_timeout(db->handle, db->patience);
    return !error;
}

void purge_wal(struct db *db)
{
    if (!db->hasty)
        empty_wal(db);
}

/* Whoever writes into an empty WAL first waits until its head is on the disk, with everybody who
 * wants to write waiting behind. So this writes into it at once, and waits when others can write
 * again. In a WAL that was not emptied that would be wrong: what is left there of old frames must
 * never be taken for new ones. (What is written means nothing, but it must be a change.) */
static enum error begin_wal(struct db *db, bool emptied)
{
    enum error error = ERROR_NONE, result;

    if (emptied)
        error = db_run(db, "PRAGMA synchronous = OFF");
    if (!error)
        error = db_run(db, "UPDATE purge SET rowid = rowid % 2 + 1");
    result = db_run(db, "PRAGMA synchronous = NORMAL");
    return error ? error : result;
}

enum error db_tidy(struct db *db)
{
    enum error error;
    int code;

    db->notice[0] = '\0';
    error = purge_resume(db);
    if (error || !db->hasty)
        return error;
    /* The disk is waited for here, where writers need not wait too, and not where it is emptied. */
    code = sqlite3_wal_checkpoint_v2(db->handle, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (code != SQLITE_OK && (code & 0xFF) != SQLITE_BUSY)
        return db_raise(db, code);
    error = begin_wal(db, empty_wal(db));
    return error ? error : db_sync(db);
}
