#include "db/internal.h"

#include <assert.h>

void transaction_drop(struct db *db)
{
    if (sqlite3_get_autocommit(db->handle))
        return;
    sqlite3_step(db->rollback);
    sqlite3_reset(db->rollback);
}

enum error transaction_begin(struct db *db)
{
    enum error error;

    assert(!db->walking);
    if (db->mode == DB_READ)
        return error_raise(ERROR_READ_ONLY, "'%s' was opened for reading only", db->path);
    transaction_drop(db);
    error = db_run(db, "BEGIN IMMEDIATE");
    if (error)
        return error;
    /* A file that was removed or replaced takes writes as before, and they are lost: SQLite looks
     * only where it uses a rollback journal. */
    if (db_has_moved(db))
        error = db_raise(db, SQLITE_READONLY_DBMOVED);
    if (!error)
        error = vault_check(db);
    if (error)
        transaction_drop(db);
    return error;
}

enum error transaction_end_quietly(struct db *db, enum error error)
{
    if (!error)
        error = db_run(db, "COMMIT");
    transaction_drop(db);
    return error;
}

enum error transaction_end(struct db *db, enum error error)
{
    int64_t acts = 0;

    if (!error)
        error = db_run_integer(db, "UPDATE revision SET acts = acts + 1 RETURNING acts", &acts);
    error = transaction_end_quietly(db, error);
    if (error)
        return error;
    if (acts != db->acts + 1)
        db->others = true;
    db->acts = acts;
    db->made++;
    return ERROR_NONE;
}
