#include "db/internal.h"

#include <stdlib.h>

#define NEWEST_RATING "SELECT id FROM rating WHERE undone = 0 ORDER BY id DESC LIMIT 1"

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

/* The bytes of the layer, malloc'ed; NULL where there are none to be had. */
static char *read_bytes(struct db *db, size_t *length, int *code)
{
    sqlite3_blob *blob = NULL;
    char *bytes = NULL;

    *code = sqlite3_blob_open(db->handle, "main", "layer", "bytes", 1, 0, &blob);
    if (*code == SQLITE_OK) {
        *length = (size_t)sqlite3_blob_bytes(blob);
        bytes = malloc(*length + 1);
        *code = bytes ? sqlite3_blob_read(blob, bytes, (int)*length, 0) : SQLITE_NOMEM;
    }
    sqlite3_blob_close(blob);
    return bytes;
}

static enum error offer(struct db *db, db_restore *restore, void *context, bool *taken)
{
    /* Its pages are read once: memory that is warm already does for all of them. */
    enum error error = db_run(db, "PRAGMA cache_size = 16"), result;
    size_t length = 0;
    char *bytes;
    int code;

    if (error)
        return error;
    bytes = read_bytes(db, &length, &code);
    if (code != SQLITE_OK)
        error = db_raise(db, code);
    else if (vault_open(db, "layer", 1, bytes, &length))
        *taken = restore(context, bytes, length);
    free(bytes);
    result = db_run(db, "PRAGMA cache_size = -2000"); /* SQLite's own */
    return error ? error : result;
}

enum error layer_restore(struct db *db, db_restore *restore, void *context, int64_t *upto,
                         bool *current)
{
    int64_t newest = 0, kept = 0;
    bool taken = false;
    struct query query;
    enum error error;

    *upto = 0;
    *current = false;
    query_start(&query, db, "SELECT upto, (" NEWEST_RATING ") FROM layer WHERE id = 1");
    if (query_step(&query)) {
        kept = query_integer(&query, 0);
        newest = query_integer(&query, 1);
    }
    error = query_finish(&query);
    if (!error && kept)
        error = offer(db, restore, context, &taken);
    if (!taken)
        return error;
    *upto = kept;
    *current = newest <= kept;
    return error;
}

/* Whether another connection has written since db_changed last looked; within a transaction, so
 * that none can until its end. */
static enum error is_stale(struct db *db, bool *stale)
{
    int64_t acts;
    enum error error = db_read_acts(db, &acts);

    *stale = db->others || acts != db->acts;
    return error;
}

static enum error put(struct db *db, const void *bytes, size_t length)
{
    struct query query;

    query_start(&query, db,
                "INSERT OR REPLACE INTO layer"
                " SELECT 1, id, sealed('layer', 1, ?) FROM (" NEWEST_RATING ")");
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
    return transaction_end_quietly(db, error);
}
