#include "db/internal.h"

#include <assert.h>

enum error rating_check_message(struct db *db, int64_t id)
{
    struct query query;
    enum error error;
    bool found;

    query_start(&query, db, "SELECT 1 FROM message WHERE id = ?");
    query_bind_integer(&query, id);
    found = query_step(&query);
    error = query_finish(&query);
    return error || found ? error : db_raise_no_message(db, id);
}

enum error rating_end_redo(struct db *db)
{
    return db_run(db, "DELETE FROM rating WHERE undone = 1");
}

enum error rating_add(struct db *db, int64_t id, enum verdict verdict, const char *label)
{
    struct query query;
    enum error error;

    assert(verdict == VERDICT_WRONG || (verdict == VERDICT_RIGHT && !label));
    error = layer_drop_of(db, id);
    if (error)
        return error;
    query_start(&query, db, "INSERT INTO rating (message, verdict, label) VALUES (?, ?, ?)");
    query_bind_integer(&query, id);
    query_bind_integer(&query, verdict);
    query_bind_text(&query, label);
    query_step(&query);
    return query_finish(&query);
}

enum error db_rate(struct db *db, int64_t id, enum verdict verdict, const char *label)
{
    enum error error = transaction_begin(db);

    if (error)
        return error;
    error = rating_check_message(db, id);
    if (!error)
        error = rating_end_redo(db);
    if (!error)
        error = rating_add(db, id, verdict, label);
    return transaction_end(db, error);
}

/* Sets `undone` of the one rating that `choose` selects (its id and message). */
static enum error turn(struct db *db, const char *choose, bool undone, int64_t *id)
{
    int64_t rating = 0, message = 0;
    struct query query;
    enum error error;

    query_start(&query, db, choose);
    if (query_step(&query)) {
        rating = query_integer(&query, 0);
        message = query_integer(&query, 1);
    }
    error = query_finish(&query);
    if (error)
        return error;
    if (!rating)
        return error_raise(ERROR_NOT_FOUND, "there is no rating to %s", undone ? "undo" : "redo");
    error = layer_drop_of(db, message);
    if (error)
        return error;
    query_start(&query, db, "UPDATE rating SET undone = ? WHERE id = ?");
    query_bind_integer(&query, undone);
    query_bind_integer(&query, rating);
    query_step(&query);
    *id = message;
    return query_finish(&query);
}

enum error db_undo(struct db *db, int64_t *id)
{
    enum error error = transaction_begin(db);

    if (error)
        return error;
    error = turn(db, "SELECT id, message FROM rating WHERE undone = 0 ORDER BY id DESC LIMIT 1",
                 true, id);
    return transaction_end(db, error);
}

enum error db_redo(struct db *db, int64_t *id)
{
    enum error error = transaction_begin(db);

    if (error)
        return error;
    error =
        turn(db, "SELECT id, message FROM rating WHERE undone = 1 ORDER BY id LIMIT 1", false, id);
    return transaction_end(db, error);
}

struct teaching {
    db_visit *visit;
    void *context;
};

static enum error visit_sound(void *context, const struct entry *entry)
{
    const struct teaching *teaching = context;

    return entry->damaged ? ERROR_NONE : teaching->visit(teaching->context, entry);
}

static enum error walk_ratings(struct db *db, int64_t after, db_visit *visit, void *context)
{
    struct teaching teaching = {visit, context};
    struct query query;

    query_start(&query, db,
                "SELECT " ENTRY_COLUMNS " FROM rating r JOIN message m ON m.id = r.message"
                " WHERE r.id > ? AND r.id = " ENTRY_LIVE " ORDER BY r.id");
    query_bind_integer(&query, after);
    return entry_walk(&query, visit_sound, &teaching);
}

enum error db_each_rating(struct db *db, db_restore *restore, db_visit *visit, void *context)
{
    int64_t upto = 0;
    bool current = false;
    enum error error, result;

    /* One snapshot for the layer and what comes after it. */
    error = db_run(db, "SAVEPOINT ratings");
    if (error)
        return error;
    if (restore)
        error = layer_restore(db, restore, context, &upto, &current);
    if (!error && !current)
        error = walk_ratings(db, upto, visit, context);
    result = db_run(db, "RELEASE ratings");
    return error ? error : result;
}

enum error db_rating_count(struct db *db, size_t *count)
{
    int64_t number;
    enum error error;

    error =
        db_run_integer(db, "SELECT count(DISTINCT message) FROM rating WHERE undone = 0", &number);
    *count = (size_t)number;
    return error;
}
