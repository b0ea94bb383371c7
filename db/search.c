#include "db/search.h"

#include "db/fold.h"
#include "db/internal.h"

#include <stdlib.h>
#include <strings.h>

enum { SQL_MAX = 4096 };

static void contains(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct buffer *scratch = sqlite3_user_data(context);
    const char *text = (const char *)sqlite3_value_blob(values[0]); /* text, but with no NUL */
    const char *term = (const char *)sqlite3_value_text(values[1]);
    size_t length = (size_t)sqlite3_value_bytes(values[0]);
    bool found;

    (void)count;
    if (!term || fold_contains(scratch, length ? text : "", length, term, &found))
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_int(context, found);
}

static void free_scratch(void *scratch)
{
    buffer_free(scratch);
    free(scratch);
}

enum error search_register(struct db *db)
{
    struct buffer *scratch = malloc(sizeof *scratch);
    int code;

    if (!scratch)
        return error_raise_plain(ERROR_NO_MEMORY);
    buffer_init(scratch, FOLD_SCRATCH_MAX);
    code = sqlite3_create_function_v2(db->handle, "contains", 2,
                                      SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
                                      scratch, contains, NULL, NULL, free_scratch);
    return code == SQLITE_OK ? ERROR_NONE : db_raise(db, code);
}

/* When it was written, ms since 1970 on the writer's clock; with a million weeks more it is not
 * negative. Four days: 1970 began on a Thursday. */
#define WRITTEN "(m.created + m.offset * 60000)"
#define LATER   "(" WRITTEN " + 604800000000000)"
#define HOUR    "(" LATER " / 3600000 % 24)"
#define WEEKDAY "((" LATER " / 86400000 + 4) % 7)"

static bool asks_cannot_tell(const struct filter *filter)
{
    return strcasecmp(filter->emotion, "none") == 0;
}

static bool asks_label(const struct filter *filter)
{
    return filter->emotion[0] && !asks_cannot_tell(filter);
}

/* Whether it asks for something that only a rating can have. */
static bool asks_for_rating(const struct filter *filter)
{
    return filter->rated == FILTER_RATED || filter->wrong || filter->right || filter->you[0];
}

/* The conditions in the order of bind_filter; `m` is the message, `r` its live rating. */
static enum error write_conditions(const struct filter *filter, struct buffer *sql)
{
    /* Texts come last: with `r` in the condition they are not even decrypted where it fails. */
    const char *term = asks_for_rating(filter) ? " AND contains(iif(r.id, " ENTRY_TEXT ", NULL), ?)"
                                               : " AND contains(" ENTRY_TEXT ", ?)";
    const struct {
        bool wanted;
        const char *sql;
    } conditions[] = {
        {true, " WHERE true"},
        {filter->after != INT64_MIN, " AND " WRITTEN " >= ?"},
        {filter->before != INT64_MAX, " AND " WRITTEN " < ?"},
        {filter->hour >= 0, " AND " HOUR " = ?"},
        {filter->weekday >= 0, " AND " WEEKDAY " = ?"},
        {asks_cannot_tell(filter), " AND m.guess IS NULL"},
        {asks_label(filter), " AND m.guess = ? COLLATE NOCASE"},
        {filter->rated == FILTER_RATED, " AND r.id IS NOT NULL"},
        {filter->wrong, " AND r.verdict = 2"},
        {filter->right, " AND r.verdict = 1"},
        {filter->you[0], " AND iif(r.verdict = 1, m.guess, r.label) = ? COLLATE NOCASE"},
    };
    enum error error = ERROR_NONE;

    for (size_t i = 0; i < sizeof conditions / sizeof *conditions && !error; i++)
        if (conditions[i].wanted)
            error = buffer_append_text(sql, conditions[i].sql);
    for (int i = 0; i < filter->terms && !error; i++)
        error = buffer_append_text(sql, term);
    if (!error && filter->rated == FILTER_NOT_RATED)
        error = buffer_append_text(sql, " AND " ENTRY_LIVE " IS NULL");
    return error;
}

static void bind_filter(struct query *query, const struct filter *filter)
{
    if (filter->after != INT64_MIN)
        query_bind_integer(query, filter->after);
    if (filter->before != INT64_MAX)
        query_bind_integer(query, filter->before);
    if (filter->hour >= 0)
        query_bind_integer(query, filter->hour);
    if (filter->weekday >= 0)
        query_bind_integer(query, filter->weekday);
    if (asks_label(filter))
        query_bind_text(query, filter->emotion);
    if (filter->you[0])
        query_bind_text(query, filter->you);
    for (int i = 0; i < filter->terms; i++)
        query_bind_text(query, filter->term[i]);
}

/* `select`: the columns and where they are from; `end`: what stands behind the conditions. */
static enum error start_search(struct query *query, struct db *db, const char *select,
                               const struct filter *filter, const char *end)
{
    struct buffer sql;
    enum error error;

    buffer_init(&sql, SQL_MAX);
    error = buffer_append_text(&sql, select);
    if (!error)
        error = write_conditions(filter, &sql);
    if (!error)
        error = buffer_append_text(&sql, end);
    if (!error) {
        query_start(query, db, sql.data);
        bind_filter(query, filter);
    }
    buffer_free(&sql);
    return error;
}

/* ---- entries, in order of time ---- */

enum error db_each(struct db *db, const struct filter *filter, enum db_order order, size_t limit,
                   db_visit *visit, void *context)
{
    const char *end = order == DB_NEWEST_FIRST ? " ORDER BY m.created DESC, m.id DESC LIMIT ?"
                                               : " ORDER BY m.created, m.id LIMIT ?";
    struct query query;
    enum error error;

    error = start_search(&query, db, "SELECT " ENTRY_COLUMNS ENTRY_FROM, filter, end);
    if (error)
        return error;
    query_bind_integer(&query, limit ? (int64_t)limit : -1);
    return entry_walk(&query, visit, context);
}

/* ---- ids, in any order ----
 * All of them are wanted, soon: the rows are read as they stand in the file and put in order here,
 * and ratings are looked at only where the filter asks for them, and then first. */

#define HIT_COLUMNS "SELECT m.id, m.created, iif(m.guess IS NULL, -1, m.probability)"
#define FROM_ALL    HIT_COLUMNS " FROM message m"
#define FROM_RATED                                                                                 \
    HIT_COLUMNS " FROM (SELECT max(id) AS newest FROM rating WHERE undone = 0 GROUP BY message)"   \
                " CROSS JOIN rating r ON r.id = newest CROSS JOIN message m ON m.id = r.message"

enum { STEPS = 2000 /* of SQLite's machine between two looks whether to go on: well below 1 ms */ };

struct hit {
    int64_t id, created;
    double probability; /* of the guess; -1: can't tell */
};

static int by_time(const void *left, const void *right)
{
    const struct hit *a = left, *b = right;

    if (a->created != b->created)
        return a->created < b->created ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static int by_time_falling(const void *left, const void *right)
{
    return by_time(right, left);
}

static int by_probability(const void *left, const void *right)
{
    const struct hit *a = left, *b = right;

    if (a->probability < b->probability || a->probability > b->probability)
        return a->probability < b->probability ? -1 : 1;
    return by_time_falling(left, right);
}

static int by_probability_falling(const void *left, const void *right)
{
    const struct hit *a = left, *b = right;

    if (a->probability < b->probability || a->probability > b->probability)
        return a->probability < b->probability ? 1 : -1;
    return by_time_falling(left, right);
}

static int (*const compare[])(const void *, const void *) = {
    [DB_OLDEST_FIRST] = by_time,
    [DB_NEWEST_FIRST] = by_time_falling,
    [DB_SUREST_FIRST] = by_probability_falling,
    [DB_LEAST_SURE_FIRST] = by_probability,
};

struct hits {
    struct hit *items; /* [count], malloc'ed */
    size_t count, room;
};

static bool make_room(struct hits *hits)
{
    size_t more = hits->room ? hits->room * 2 : 64;
    struct hit *grown;

    if (hits->count < hits->room)
        return true;
    grown = realloc(hits->items, more * sizeof *grown);
    if (!grown)
        return false;
    hits->items = grown;
    hits->room = more;
    return true;
}

static enum error collect(struct query *query, struct hits *hits)
{
    while (query_step(query)) {
        if (make_room(hits))
            hits->items[hits->count++] = (struct hit){.id = query_integer(query, 0),
                                                      .created = query_integer(query, 1),
                                                      .probability = query_real(query, 2)};
        else
            query_fail(query, SQLITE_NOMEM);
    }
    return query_finish(query);
}

static bool in_order(const struct hits *hits, enum db_order order)
{
    for (size_t i = 1; i < hits->count; i++)
        if (compare[order](&hits->items[i - 1], &hits->items[i]) > 0)
            return false;
    return true;
}

static void reverse(struct hits *hits)
{
    for (size_t i = 0; i < hits->count / 2; i++) {
        struct hit *other = &hits->items[hits->count - 1 - i], kept = *other;

        *other = hits->items[i];
        hits->items[i] = kept;
    }
}

/* Messages are written in order of time, as a rule: then there is nothing to sort. */
static void sort(struct hits *hits, enum db_order order)
{
    if (hits->count == 0)
        return;
    if (order == DB_NEWEST_FIRST && in_order(hits, DB_OLDEST_FIRST))
        reverse(hits);
    else if (!in_order(hits, order))
        qsort(hits->items, hits->count, sizeof *hits->items, compare[order]);
}

static enum error take_ids(struct hits *hits, int64_t **ids, size_t *count)
{
    *ids = hits->count > 0 ? malloc(hits->count * sizeof **ids) : NULL;
    if (hits->count > 0 && !*ids)
        return error_raise_plain(ERROR_NO_MEMORY);
    for (size_t i = 0; i < hits->count; i++)
        (*ids)[i] = hits->items[i].id;
    *count = hits->count;
    return ERROR_NONE;
}

static int asked_to_stop(void *context)
{
    const struct search *search = context;

    return search->abandon(search->context);
}

enum error db_find(struct db *db, const struct filter *filter, const struct search *search,
                   int64_t **ids, size_t *count)
{
    struct search how = *search;
    struct hits hits = {0};
    struct query query;
    enum error error;

    *ids = NULL;
    *count = 0;
    error = start_search(&query, db, asks_for_rating(filter) ? FROM_RATED : FROM_ALL, filter, "");
    if (error)
        return error;
    if (how.abandon)
        sqlite3_progress_handler(db->handle, STEPS, asked_to_stop, &how);
    error = collect(&query, &hits);
    sqlite3_progress_handler(db->handle, 0, NULL, NULL);
    if (!error) {
        sort(&hits, search->order);
        error = take_ids(&hits, ids, count);
    }
    free(hits.items);
    return error;
}

/* ---- what a filter may name ---- */

void db_names_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

/* names[0..count) with one more. */
static bool add_name(struct query *query, char ***names, size_t *count)
{
    char **grown = realloc(*names, (*count + 1) * sizeof *grown);

    if (!grown)
        return false;
    *names = grown;
    grown[*count] = query_text(query, 0);
    *count += grown[*count] != NULL;
    return true;
}

enum error db_names(struct db *db, char ***names, size_t *count)
{
    struct query query;
    enum error error;

    *names = NULL;
    *count = 0;
    query_start(&query, db,
                "SELECT guess FROM message WHERE guess IS NOT NULL"
                " UNION SELECT label FROM rating WHERE undone = 0 AND label IS NOT NULL");
    while (query_step(&query)) {
        if (!add_name(&query, names, count))
            query_fail(&query, SQLITE_NOMEM);
    }
    error = query_finish(&query);
    if (error) {
        db_names_free(*names, *count);
        *names = NULL;
        *count = 0;
    }
    return error;
}

enum error db_last_written(struct db *db, int64_t before, int64_t *written, bool *found)
{
    struct query query;

    /* No clock is a week away from another: what is newer than that need not be looked at. */
    query_start(&query, db,
                "SELECT " WRITTEN " FROM message m WHERE m.created < ?1 + 604800000 AND " WRITTEN
                " < ?1 ORDER BY m.created DESC LIMIT 1");
    query_bind_integer(&query, before);
    *found = query_step(&query);
    *written = *found ? query_integer(&query, 0) : 0;
    return query_finish(&query);
}

enum error db_count(struct db *db, size_t *count)
{
    int64_t number;
    enum error error = db_run_integer(db, "SELECT count(*) FROM message", &number);

    *count = (size_t)number;
    return error;
}
