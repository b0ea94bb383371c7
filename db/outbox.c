#include "db/contribution.h"

#include "db/internal.h"

enum { BODY_MAX = 1024 * 1024 /* bytes, far more than a report has */ };

void outbox_item_clear(struct outbox_item *item)
{
    buffer_free(&item->body);
    *item = (struct outbox_item){0};
}

static enum error read_body(struct query *query, int column, struct buffer *out)
{
    const void *body = sqlite3_column_blob(query->statement, column);
    size_t length = (size_t)sqlite3_column_bytes(query->statement, column);

    if (!body && sqlite3_errcode(query->db->handle) == SQLITE_NOMEM)
        query_fail(query, SQLITE_NOMEM);
    return body ? buffer_append(out, body, length) : ERROR_NONE;
}

enum error db_outbox_next(struct db *db, struct outbox_item *out)
{
    enum error error = ERROR_NONE, result;
    struct query query;
    bool found;

    *out = (struct outbox_item){0};
    buffer_init(&out->body, BODY_MAX);
    query_start(&query, db,
                "SELECT o.number, c.round, o.id, o.body FROM outbox o"
                " JOIN contribution c ON c.number = o.number ORDER BY o.number LIMIT 1");
    found = query_step(&query);
    if (found) {
        out->number = query_integer(&query, 0);
        out->round = (uint64_t)query_integer(&query, 1);
        query_blob(&query, 2, out->id, sizeof out->id);
        error = read_body(&query, 3, &out->body);
    }
    result = query_finish(&query);
    if (result)
        error = result;
    if (!error && !found)
        error = error_raise(ERROR_NOT_FOUND, "no report waits to be sent");
    if (error)
        outbox_item_clear(out);
    return error;
}

enum error db_outbox_count(struct db *db, size_t *count)
{
    int64_t number;
    enum error error = db_run_integer(db, "SELECT count(*) FROM outbox", &number);

    *count = (size_t)number;
    return error;
}

static enum error set_state(struct db *db, int64_t number, enum contribution_state state,
                            const char *answer)
{
    struct query query;

    query_start(&query, db,
                "UPDATE contribution SET state = ?1, finished = ?2, answer = ?3"
                " WHERE number = ?4 AND (state = 0 OR (state = 4 AND ?1 = 1))");
    query_bind_integer(&query, state);
    query_bind_integer(&query, clock_wall());
    query_bind_text(&query, answer);
    query_bind_integer(&query, number);
    query_step(&query);
    return query_finish(&query);
}

static enum error remove_report(struct db *db, int64_t number)
{
    struct query query;

    query_start(&query, db, "DELETE FROM outbox WHERE number = ?");
    query_bind_integer(&query, number);
    query_step(&query);
    return query_finish(&query);
}

enum error db_outbox_finish(struct db *db, int64_t number, enum contribution_state state,
                            const char *answer)
{
    enum error error = transaction_begin(db);

    if (error)
        return error;
    error = set_state(db, number, state, answer);
    if (!error)
        error = remove_report(db, number);
    error = transaction_end(db, error);
    if (!error)
        purge_wal(db);
    return error;
}
