#include "db/internal.h"

/* Ratings of several messages that are given, taken back and brought back together. */

enum error db_rate_all(struct db *db, const struct rating *ratings, size_t count, int64_t *first)
{
    enum error error = transaction_begin(db);

    if (error)
        return error;
    error = db_next_id(db, "rating", first);
    if (!error)
        error = rating_end_redo(db);
    for (size_t i = 0; i < count && !error; i++) {
        error = rating_check_message(db, ratings[i].message);
        if (!error)
            error = rating_add(db, ratings[i].message, ratings[i].verdict, ratings[i].label);
    }
    return transaction_end(db, error);
}

/* Whether those of the act are the ratings that the next undo, or redo, is about. */
static enum error check_next(struct db *db, int64_t first, size_t count, bool undone)
{
    int64_t found = 0;
    struct query query;
    enum error error;

    query_start(&query, db,
                undone ? "SELECT count(*) FROM rating WHERE undone = 0 AND id >= ?"
                       : "SELECT count(*) FROM rating WHERE undone = 1 AND id >= ?");
    query_bind_integer(&query, first);
    if (query_step(&query))
        found = query_integer(&query, 0);
    error = query_finish(&query);
    if (!error && found != (int64_t)count)
        error = error_raise(ERROR_NOT_FOUND, "something else was rated since");
    return error;
}

static enum error turn_all(struct db *db, int64_t first, bool undone)
{
    struct query query;
    enum error error = layer_drop(db);

    if (error)
        return error;
    query_start(&query, db, "UPDATE rating SET undone = ? WHERE id >= ?");
    query_bind_integer(&query, undone);
    query_bind_integer(&query, first);
    query_step(&query);
    return query_finish(&query);
}

enum error db_turn_all(struct db *db, int64_t first, size_t count, bool undone)
{
    enum error error = transaction_begin(db);

    if (error)
        return error;
    error = check_next(db, first, count, undone);
    if (!error)
        error = turn_all(db, first, undone);
    return transaction_end(db, error);
}
