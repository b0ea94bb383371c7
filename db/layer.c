#include "db/internal.h"

enum error layer_drop_of(struct db *db, int64_t message)
{
    struct query query;

    query_start(&query, db,
                "DELETE FROM layer"
                " WHERE EXISTS (SELECT 1 FROM rating WHERE message = ? AND id <= layer.upto)");
    query_bind_integer(&query, message);
    query_step(&query);
    return query_finish(&query);
}

enum error layer_drop(struct db *db)
{
    return db_run(db, "DELETE FROM layer");
}

enum error layer_restore(struct db *db, db_restore *restore, void *context, int64_t *upto)
{
    struct query query;

    *upto = 0;
    query_start(&query, db, "SELECT upto, bytes FROM layer");
    if (query_step(&query)) {
        const void *bytes = sqlite3_column_blob(query.statement, 1);
        size_t length = (size_t)sqlite3_column_bytes(query.statement, 1);

        if (bytes && restore(context, bytes, length))
            *upto = query_integer(&query, 0);
    }
    return query_finish(&query);
}

/* Whether another connection has written since db_changed last looked; within a transaction, so
 * that none can until its end. */
static enum error is_stale(struct db *db, bool *stale)
{
    int64_t version;
    enum error error = db_run_integer(db, "PRAGMA data_version", &version);

    *stale = version != db->version;
    return error;
}

static enum error put(struct db *db, const void *bytes, size_t length)
{
    struct query query;

    query_start(&query, db,
                "INSERT OR REPLACE INTO layer"
                " SELECT 1, id, ? FROM rating WHERE undone = 0 ORDER BY id DESC LIMIT 1");
    query_bind_blob(&query, bytes, length);
    query_step(&query);
    return query_finish(&query);
}

enum error db_layer_save(struct db *db, const void *bytes, size_t length)
{
    bool stale = false;
    enum error error = transaction_begin(db);

    if (error)
        return error;
    error = is_stale(db, &stale);
    if (!error && !stale)
        error = put(db, bytes, length);
    return transaction_end(db, error);
}
