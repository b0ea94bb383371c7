#include "db/internal.h"

#include <stdlib.h>
#include <string.h>

enum error draft_remove(struct db *db, int64_t id, bool *was)
{
    struct query query;
    enum error error;

    query_start(&query, db, "DELETE FROM draft WHERE id = ?");
    query_bind_integer(&query, id);
    query_step(&query);
    error = query_finish(&query);
    *was = !error && sqlite3_changes(db->handle) > 0;
    return error;
}

enum error draft_put(struct db *db, int64_t *id, int64_t message, const char *text, size_t length)
{
    struct query query;
    enum error error = *id ? ERROR_NONE : db_next_id(db, "draft", id);

    if (error)
        return error;
    query_start(
        &query, db,
        "INSERT INTO draft (id, message, text, changed)"
        " VALUES (?1, (SELECT id FROM message WHERE id = ?2), sealed('draft', ?1, ?3), ?4)"
        " ON CONFLICT (id) DO UPDATE"
        " SET message = excluded.message, text = excluded.text, changed = excluded.changed");
    query_bind_integer(&query, *id);
    query_bind_integer(&query, message);
    query_bind_blob(&query, text, length);
    query_bind_integer(&query, clock_wall());
    query_step(&query);
    return query_finish(&query);
}

enum error db_draft_save(struct db *db, int64_t *id, int64_t message, const char *text,
                         size_t length)
{
    bool emptied = false;
    int64_t number = *id;
    enum error error;

    error = transaction_begin(db);
    if (error)
        return error;
    error =
        length ? draft_put(db, &number, message, text, length) : draft_remove(db, number, &emptied);
    error = transaction_end_quietly(db, error);
    if (!error)
        *id = length ? number : 0;
    if (!error && emptied)
        purge_wal(db);
    return error;
}

static bool read_draft(struct query *query, struct draft *out)
{
    const void *text = sqlite3_column_blob(query->statement, 3);
    size_t length = (size_t)sqlite3_column_bytes(query->statement, 3);

    *out = (struct draft){.id = query_integer(query, 0),
                          .message = query_integer(query, 1),
                          .changed = query_integer(query, 2),
                          .text = calloc(1, length + 1),
                          .length = length};
    if (text && out->text)
        memcpy(out->text, text, length);
    return out->text && (text || length == 0);
}

static void append(struct query *query, struct draft **drafts, size_t *count)
{
    struct draft *grown = realloc(*drafts, (*count + 1) * sizeof *grown);

    if (grown)
        *drafts = grown;
    if (!grown || !read_draft(query, &grown[(*count)++]))
        query_fail(query, SQLITE_NOMEM);
}

enum error db_draft_list(struct db *db, struct draft **out, size_t *count)
{
    struct query query;
    enum error error;

    *out = NULL;
    *count = 0;
    query_start(&query, db,
                "SELECT id, message, changed, opened('draft', id, text) AS text FROM draft"
                " WHERE text IS NOT NULL ORDER BY changed DESC, id DESC");
    while (query_step(&query))
        append(&query, out, count);
    error = query_finish(&query);
    if (error) {
        drafts_free(*out, *count);
        *out = NULL;
        *count = 0;
    }
    return error;
}

enum error db_draft_count(struct db *db, size_t *count)
{
    int64_t number;
    enum error error =
        db_run_integer(db, "SELECT count(*) FROM draft WHERE text IS NOT NULL", &number);

    *count = (size_t)number;
    return error;
}
