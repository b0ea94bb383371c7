#include "db/mood.h"

#include "db/internal.h"

/* Two walks in the order in which rows lie in the file, joined by whoever wants them joined: a
 * lookup for each message would take several times as long. */
static const char messages[] = "SELECT id, created, offset, guess FROM message ORDER BY id";
static const char ratings[] =
    "SELECT id, message, verdict, label FROM rating WHERE undone = 0 ORDER BY id";

/* The text is the row's own, without a copy; NULL where it is NULL or memory is short (which
 * sticks). */
static const char *borrow_text(struct query *query, int column)
{
    const char *text;

    if (sqlite3_column_type(query->statement, column) == SQLITE_NULL)
        return NULL;
    text = (const char *)sqlite3_column_text(query->statement, column);
    if (!text)
        query_fail(query, SQLITE_NOMEM);
    return text;
}

static enum error walk_messages(struct db *db, mood_visit *visit, void *context)
{
    enum error error = ERROR_NONE, result;
    struct query query;

    query_start(&query, db, messages);
    while (!error && query_step(&query)) {
        struct mood mood = {.id = query_integer(&query, 0),
                            .created = query_integer(&query, 1),
                            .offset = (int32_t)query_integer(&query, 2),
                            .guess = borrow_text(&query, 3)};

        if (query.code == SQLITE_OK)
            error = visit(context, &mood);
    }
    result = query_finish(&query);
    return error ? error : result;
}

static void read_rating(struct query *query, struct mood_rating *out)
{
    int64_t verdict = query_integer(query, 2);

    *out = (struct mood_rating){.id = query_integer(query, 0),
                                .message = query_integer(query, 1),
                                .label = borrow_text(query, 3)};
    if (verdict == VERDICT_RIGHT || verdict == VERDICT_WRONG)
        out->verdict = (enum verdict)verdict;
    else
        query_fail(query, SQLITE_CORRUPT);
}

static enum error walk_ratings(struct db *db, mood_rating_visit *visit, void *context)
{
    enum error error = ERROR_NONE, result;
    struct query query;

    query_start(&query, db, ratings);
    while (!error && query_step(&query)) {
        struct mood_rating rating;

        read_rating(&query, &rating);
        if (query.code == SQLITE_OK)
            error = visit(context, &rating);
    }
    result = query_finish(&query);
    return error ? error : result;
}

enum error db_each_mood(struct db *db, mood_visit *message, mood_rating_visit *rating,
                        void *context)
{
    bool walking = db->walking;
    enum error error, result;

    error = db_run(db, "SAVEPOINT moods");
    if (error)
        return error;
    db->walking = true;
    error = walk_messages(db, message, context);
    if (!error)
        error = walk_ratings(db, rating, context);
    db->walking = walking;
    result = db_run(db, "RELEASE moods");
    return error ? error : result;
}
