#include "db/search.h"

#include "db/fold.h"
#include "db/internal.h"

#include <stdlib.h>
#include <strings.h>

enum { SQL_MAX = 4096 };

static void contains(sqlite3_context *context, int count, sqlite3_value **values)
{
    const char *text = (const char *)sqlite3_value_text(values[0]);
    const char *term = (const char *)sqlite3_value_text(values[1]);
    bool found;

    (void)count;
    if (!text || !term || fold_contains(text, (size_t)sqlite3_value_bytes(values[0]), term, &found))
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_int(context, found);
}

enum error search_register(struct db *db)
{
    int code = sqlite3_create_function_v2(db->handle, "contains", 2,
                                          SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
                                          NULL, contains, NULL, NULL, NULL);

    return code == SQLITE_OK ? ERROR_NONE : db_raise(db, code);
}

static bool asks_cannot_tell(const struct filter *filter)
{
    return strcasecmp(filter->emotion, "none") == 0;
}

/* The conditions in the order of bind_filter. */
static enum error write_conditions(const struct filter *filter, struct buffer *sql)
{
    enum error error;

    error = buffer_append_text(sql, " WHERE m.created >= ? AND m.created < ?");
    if (!error && asks_cannot_tell(filter))
        error = buffer_append_text(sql, " AND m.guess IS NULL");
    else if (!error && filter->emotion[0])
        error = buffer_append_text(sql, " AND m.guess = ? COLLATE NOCASE");
    for (int i = 0; i < filter->terms && !error; i++)
        error = buffer_append_text(sql, " AND contains(m.text, ?)");
    if (!error && filter->rated == FILTER_RATED)
        error = buffer_append_text(sql, " AND r.id IS NOT NULL");
    if (!error && filter->rated == FILTER_NOT_RATED)
        error = buffer_append_text(sql, " AND r.id IS NULL");
    if (!error && filter->wrong)
        error = buffer_append_text(sql, " AND r.verdict = 2");
    if (!error && filter->right)
        error = buffer_append_text(sql, " AND r.verdict = 1");
    if (!error && filter->you[0])
        error =
            buffer_append_text(sql, " AND iif(r.verdict = 1, m.guess, r.label) = ? COLLATE NOCASE");
    return error;
}

static void bind_filter(struct query *query, const struct filter *filter)
{
    query_bind_integer(query, filter->after);
    query_bind_integer(query, filter->before);
    if (filter->emotion[0] && !asks_cannot_tell(filter))
        query_bind_text(query, filter->emotion);
    for (int i = 0; i < filter->terms; i++)
        query_bind_text(query, filter->term[i]);
    if (filter->you[0])
        query_bind_text(query, filter->you);
}

static enum error start_search(struct query *query, struct db *db, const char *columns,
                               const struct filter *filter, enum db_order order, size_t limit)
{
    const char *direction = order == DB_NEWEST_FIRST ? "DESC" : "ASC";
    struct buffer sql;
    enum error error;

    buffer_init(&sql, SQL_MAX);
    error = buffer_format(&sql, "SELECT %s" ENTRY_FROM, columns);
    if (!error)
        error = write_conditions(filter, &sql);
    if (!error)
        error =
            buffer_format(&sql, " ORDER BY m.created %s, m.id %s LIMIT ?", direction, direction);
    if (!error) {
        query_start(query, db, sql.data);
        bind_filter(query, filter);
        query_bind_integer(query, limit ? (int64_t)limit : -1);
    }
    buffer_free(&sql);
    return error;
}

enum error db_each(struct db *db, const struct filter *filter, enum db_order order, size_t limit,
                   db_visit *visit, void *context)
{
    struct query query;
    enum error error;

    error = start_search(&query, db, ENTRY_COLUMNS, filter, order, limit);
    return error ? error : entry_walk(&query, visit, context);
}

/* ids[0..count) with room for one more. */
static bool make_room(int64_t **ids, size_t count, size_t *room)
{
    size_t more = *room ? *room * 2 : 64;
    int64_t *grown;

    if (count < *room)
        return true;
    grown = realloc(*ids, more * sizeof *grown);
    if (!grown)
        return false;
    *ids = grown;
    *room = more;
    return true;
}

enum error db_find(struct db *db, const struct filter *filter, enum db_order order, int64_t **ids,
                   size_t *count)
{
    size_t room = 0;
    struct query query;
    enum error error;

    *ids = NULL;
    *count = 0;
    error = start_search(&query, db, "m.id", filter, order, 0);
    if (error)
        return error;
    while (query_step(&query)) {
        if (make_room(ids, *count, &room))
            (*ids)[(*count)++] = query_integer(&query, 0);
        else
            query_fail(&query, SQLITE_NOMEM);
    }
    error = query_finish(&query);
    if (error) {
        free(*ids);
        *ids = NULL;
        *count = 0;
    }
    return error;
}

enum error db_count(struct db *db, size_t *count)
{
    int64_t number;
    enum error error = db_run_integer(db, "SELECT count(*) FROM message", &number);

    *count = (size_t)number;
    return error;
}
