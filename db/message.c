#include "db/internal.h"

#include <assert.h>

static void bind_content(struct query *query, const struct entry *entry)
{
    query_bind_text(query, entry->text);
    query_bind_text(query, entry->guess);
    query_bind_real(query, entry->probability);
    query_bind_text(query, entry->model);
}

static enum error insert(struct db *db, const struct entry *entry, int64_t *id)
{
    struct query query;
    enum error error = db_next_id(db, "message", id);

    if (error)
        return error;
    query_start(&query, db,
                "INSERT INTO message (text, guess, probability, model, id, created, offset)"
                " VALUES (sealed('message', ?5, ?1), ?2, ?3, ?4, ?5, ?6, ?7)");
    bind_content(&query, entry);
    query_bind_integer(&query, *id);
    query_bind_integer(&query, entry->created);
    query_bind_integer(&query, entry->offset);
    query_step(&query);
    return query_finish(&query);
}

enum error db_add(struct db *db, const struct entry *entry, int64_t draft, int64_t *id)
{
    bool emptied = false;
    enum error error;

    error = transaction_begin(db);
    if (error)
        return error;
    error = insert(db, entry, id);
    if (!error && draft)
        error = draft_remove(db, draft, &emptied);
    error = transaction_end(db, error);
    if (!error && emptied)
        purge_wal(db);
    return error;
}

static enum error put_rest(struct db *db, const struct draft *rest, bool *emptied)
{
    int64_t id = rest->id;

    if (!id)
        return ERROR_NONE;
    return rest->length ? draft_put(db, &id, rest->message, rest->text, rest->length)
                        : draft_remove(db, id, emptied);
}

enum error db_add_all(struct db *db, struct entry *entries, size_t count, const struct draft *rest)
{
    bool emptied = false;
    enum error error;

    error = transaction_begin(db);
    if (error)
        return error;
    for (size_t i = 0; i < count && !error; i++)
        error = insert(db, &entries[i], &entries[i].id);
    if (!error)
        error = put_rest(db, rest, &emptied);
    error = transaction_end(db, error);
    if (!error && emptied)
        purge_wal(db);
    return error;
}

enum error db_get(struct db *db, int64_t id, struct entry *out)
{
    struct query query;
    enum error error;

    *out = (struct entry){0};
    query_start(&query, db, "SELECT " ENTRY_COLUMNS ENTRY_FROM " WHERE m.id = ?");
    query_bind_integer(&query, id);
    if (query_step(&query))
        entry_read(&query, out);
    error = query_finish(&query);
    if (!error && !out->text)
        error = db_raise_no_message(db, id);
    if (error)
        entry_clear(out);
    return error;
}

static enum error update(struct db *db, const struct entry *entry)
{
    struct query query;
    enum error error;

    query_start(&query, db,
                "UPDATE message SET text = sealed('message', ?5, ?1), guess = ?2,"
                " probability = ?3, model = ?4 WHERE id = ?5");
    bind_content(&query, entry);
    query_bind_integer(&query, entry->id);
    query_step(&query);
    error = query_finish(&query);
    if (!error && sqlite3_changes(db->handle) == 0)
        error = db_raise_no_message(db, entry->id);
    return error;
}

/* Ends a transaction that took text away, and sees that its bytes go. */
static enum error end_and_purge(struct db *db, enum error error)
{
    if (!error)
        error = purge_want(db);
    error = transaction_end(db, error);
    if (!error)
        purge_run(db);
    return error;
}

static enum error live_rating(struct db *db, int64_t id, int64_t *rating)
{
    struct query query;

    *rating = 0;
    query_start(&query, db, "SELECT max(id) FROM rating WHERE message = ? AND undone = 0");
    query_bind_integer(&query, id);
    if (query_step(&query))
        *rating = query_integer(&query, 0);
    return query_finish(&query);
}

static enum error remove_ratings(struct db *db, int64_t id, int64_t but)
{
    struct query query;

    query_start(&query, db, "DELETE FROM rating WHERE message = ? AND id <> ?");
    query_bind_integer(&query, id);
    query_bind_integer(&query, but);
    query_step(&query);
    return query_finish(&query);
}

static enum error restate(struct db *db, int64_t rating, const struct entry *entry)
{
    struct query query;

    query_start(&query, db, "UPDATE rating SET verdict = ?, label = ? WHERE id = ?");
    query_bind_integer(&query, entry->verdict);
    query_bind_text(&query, entry->label);
    query_bind_integer(&query, rating);
    query_step(&query);
    return query_finish(&query);
}

static enum error edit_ratings(struct db *db, const struct entry *entry)
{
    int64_t live;
    enum error error;

    error = live_rating(db, entry->id, &live);
    if (error)
        return error;
    if (entry->verdict == VERDICT_NONE)
        live = 0;
    error = remove_ratings(db, entry->id, live);
    if (error || entry->verdict == VERDICT_NONE)
        return error;
    if (live)
        return restate(db, live, entry);
    error = rating_end_redo(db);
    return error ? error : rating_add(db, entry->id, entry->verdict, entry->label);
}

enum error db_edit(struct db *db, const struct entry *entry)
{
    enum error error;

    assert(!entry->label || entry->verdict == VERDICT_WRONG);
    error = transaction_begin(db);
    if (error)
        return error;
    error = update(db, entry);
    if (!error)
        error = edit_ratings(db, entry);
    return end_and_purge(db, error);
}

static enum error check_messages(struct db *db, const int64_t *ids, size_t count)
{
    enum error error = ERROR_NONE, result;
    struct query query;

    query_start(&query, db, "SELECT 1 FROM message WHERE id = ?");
    for (size_t i = 0; i < count && !error && query.code == SQLITE_OK; i++) {
        query_bind_integer(&query, ids[i]);
        if (!query_step(&query) && query.code == SQLITE_OK)
            error = db_raise_no_message(db, ids[i]);
        query_again(&query);
    }
    result = query_finish(&query);
    return error ? error : result;
}

static enum error delete_messages(struct db *db, const int64_t *ids, size_t count)
{
    struct query query;

    query_start(&query, db, "DELETE FROM message WHERE id = ?");
    for (size_t i = 0; i < count && query.code == SQLITE_OK; i++) {
        query_bind_integer(&query, ids[i]);
        query_step(&query);
        query_again(&query);
    }
    return query_finish(&query);
}

enum error db_delete(struct db *db, const int64_t *ids, size_t count)
{
    enum error error = transaction_begin(db);

    if (error)
        return error;
    error = check_messages(db, ids, count);
    if (!error)
        error = delete_messages(db, ids, count);
    return end_and_purge(db, error);
}

static enum error empty(struct db *db, size_t *count)
{
    enum error error = db_count(db, count);

    if (!error)
        error = db_run(db, "DELETE FROM rating");
    if (!error)
        error = db_run(db, "DELETE FROM message");
    if (!error)
        error = db_run(db, "DELETE FROM draft");
    return error;
}

enum error db_delete_all(struct db *db, size_t *count)
{
    enum error error = transaction_begin(db);

    if (error)
        return error;
    error = empty(db, count);
    return end_and_purge(db, error);
}
