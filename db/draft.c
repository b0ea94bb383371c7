#include "db/internal.h"

enum error draft_remove(struct db *db, bool *was)
{
    enum error error = db_run(db, "DELETE FROM draft");

    *was = sqlite3_changes(db->handle) > 0;
    return error;
}

static enum error draft_put(struct db *db, const char *text, size_t length)
{
    struct query query;

    query_start(&query, db,
                "INSERT INTO draft VALUES (1, ?)"
                " ON CONFLICT (id) DO UPDATE SET text = excluded.text");
    query_bind_blob(&query, text, length);
    query_step(&query);
    return query_finish(&query);
}

enum error db_draft_save(struct db *db, const char *text, size_t length)
{
    bool emptied = false;
    enum error error;

    error = transaction_begin(db);
    if (error)
        return error;
    error = length ? draft_put(db, text, length) : draft_remove(db, &emptied);
    error = transaction_end(db, error);
    if (!error && emptied)
        purge_wal(db);
    return error;
}

enum error db_draft_load(struct db *db, struct buffer *out)
{
    enum error error = ERROR_NONE, result;
    struct query query;

    query_start(&query, db, "SELECT text FROM draft");
    if (query_step(&query)) {
        const void *text = sqlite3_column_blob(query.statement, 0);
        size_t length = (size_t)sqlite3_column_bytes(query.statement, 0);

        if (text)
            error = buffer_append(out, text, length);
        else if (sqlite3_errcode(db->handle) == SQLITE_NOMEM)
            query_fail(&query, SQLITE_NOMEM);
    }
    result = query_finish(&query);
    return error ? error : result;
}
