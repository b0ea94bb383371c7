#include "db/import.h"

#include "db/internal.h"
#include "db/twins.h"

#include <stdlib.h>

/* Messages of one time that are looked through for each that comes. Where there are more (a file
 * without times has one for all), they are remembered instead, or so many would take days. */
enum { CROWD = 32 };

struct db_import {
    struct db *db;
    struct query count, find, walk, find_number, next, insert, rate; /* prepared once */
    bool numbers; /* those of the entries are kept */
    struct twins twins;
};

static enum error start(struct db_import *import)
{
    int64_t used;
    struct db *db = import->db;
    enum error error = db_run_integer(
        db, "SELECT count(*) FROM sqlite_sequence WHERE name = 'message' AND seq > 0", &used);

    import->numbers = used == 0;
    /* A new rating ends the chance to redo, as any other does. */
    if (!error)
        error = db_run(db, "DELETE FROM rating WHERE undone = 1");
    return error;
}

static void prepare(struct db_import *import)
{
    struct db *db = import->db;

    query_start(&import->count, db,
                "SELECT count(*) FROM (SELECT 1 FROM message WHERE created = ? LIMIT ?)");
    query_start(&import->find, db,
                "SELECT 1 FROM message m WHERE created = ? AND " ENTRY_TEXT " = ?");
    query_start(&import->walk, db,
                "SELECT " ENTRY_TEXT " AS text FROM message m WHERE created = ? AND text NOTNULL");
    query_start(&import->find_number, db,
                "SELECT created = ? AND " ENTRY_TEXT " IS ? FROM message m WHERE id = ?");
    query_start(&import->next, db, "SELECT seq + 1 FROM sqlite_sequence WHERE name = 'message'");
    query_start(&import->insert, db,
                "INSERT INTO message (id, created, offset, text, guess, probability, model)"
                " VALUES (?1, ?2, ?3, sealed('message', ?1, ?4), ?5, ?6, ?7)");
    query_start(&import->rate, db, "INSERT INTO rating (message, verdict, label) VALUES (?, ?, ?)");
}

static enum error finish_queries(struct db_import *import)
{
    enum { QUERIES = 7 };
    struct query *const queries[QUERIES] = {&import->count,       &import->find, &import->walk,
                                            &import->find_number, &import->next, &import->insert,
                                            &import->rate};
    enum error error = ERROR_NONE;

    for (int i = 0; i < QUERIES; i++) {
        enum error result = query_finish(queries[i]);

        error = error ? error : result;
    }
    return error;
}

enum error db_import_begin(struct db *db, struct db_import **out)
{
    struct db_import *import = calloc(1, sizeof *import);
    enum error error;

    *out = NULL;
    if (!import)
        return error_raise_plain(ERROR_NO_MEMORY);
    import->db = db;
    error = transaction_begin(db);
    if (!error) {
        error = start(import);
        if (error)
            error = transaction_end(db, error);
    }
    if (error) {
        free(import);
        return error;
    }
    prepare(import);
    *out = import;
    return ERROR_NONE;
}

/* The first failure of a prepared statement, as an error. */
static enum error failure_of(struct db_import *import, const struct query *query)
{
    return query->code == SQLITE_OK ? ERROR_NONE : db_raise(import->db, query->code);
}

/* `*is`: more messages than can be looked through have this time. */
static enum error is_crowded(struct db_import *import, int64_t created, bool *is)
{
    query_bind_integer(&import->count, created);
    query_bind_integer(&import->count, CROWD + 1);
    *is = query_step(&import->count) && query_integer(&import->count, 0) > CROWD;
    query_again(&import->count);
    return failure_of(import, &import->count);
}

static enum error remember_all(struct db_import *import, int64_t created)
{
    struct query *query = &import->walk;
    enum error error = twins_add(&import->twins, created, NULL);

    query_bind_integer(query, created);
    while (!error && query_step(query)) {
        char *text = query_text(query, 0);

        if (text)
            error = twins_add(&import->twins, created, text);
        free(text);
    }
    query_again(query);
    return error ? error : failure_of(import, query);
}

static enum error find_in_crowd(struct db_import *import, const struct entry *entry, bool *found)
{
    enum error error = ERROR_NONE;

    if (!twins_has(&import->twins, entry->created, NULL))
        error = remember_all(import, entry->created);
    *found = twins_has(&import->twins, entry->created, entry->text);
    return error || *found ? error : twins_add(&import->twins, entry->created, entry->text);
}

static enum error find(struct db_import *import, const struct entry *entry, bool *found)
{
    bool crowded;
    enum error error = is_crowded(import, entry->created, &crowded);

    if (error)
        return error;
    if (crowded)
        return find_in_crowd(import, entry, found);
    query_bind_integer(&import->find, entry->created);
    query_bind_text(&import->find, entry->text);
    *found = query_step(&import->find);
    query_again(&import->find);
    return failure_of(import, &import->find);
}

/* `*id` becomes 0 where another message has that number. */
static enum error find_numbered(struct db_import *import, const struct entry *entry, int64_t *id,
                                bool *found)
{
    struct query *query = &import->find_number;

    query_bind_integer(query, entry->created);
    query_bind_text(query, entry->text);
    query_bind_integer(query, *id);
    *found = query_step(query);
    if (*found && !query_integer(query, 0)) {
        *found = false;
        *id = 0;
    }
    query_again(query);
    return failure_of(import, query);
}

static enum error take_next_id(struct db_import *import, int64_t *id)
{
    *id = query_step(&import->next) ? query_integer(&import->next, 0) : 1;
    query_again(&import->next);
    return failure_of(import, &import->next);
}

/* `id` 0: the next one. */
static enum error insert(struct db_import *import, const struct entry *entry, int64_t *id)
{
    struct query *query = &import->insert;
    enum error error = *id ? ERROR_NONE : take_next_id(import, id);

    if (error)
        return error;

    query_bind_integer(query, *id);
    query_bind_integer(query, entry->created);
    query_bind_integer(query, entry->offset);
    query_bind_text(query, entry->text);
    query_bind_text(query, entry->guess);
    query_bind_real(query, entry->probability);
    query_bind_text(query, entry->model);
    query_step(query);
    query_again(query);
    return failure_of(import, query);
}

static enum error rate(struct db_import *import, const struct entry *entry, int64_t id)
{
    struct query *query = &import->rate;

    query_bind_integer(query, id);
    query_bind_integer(query, entry->verdict);
    query_bind_text(query, entry->label);
    query_step(query);
    query_again(query);
    return failure_of(import, query);
}

enum error db_import_add(struct db_import *import, const struct entry *entry, bool *added)
{
    int64_t id = import->numbers ? entry->id : 0;
    bool found = false;
    enum error error = id ? find_numbered(import, entry, &id, &found) : find(import, entry, &found);

    *added = !error && !found;
    if (!*added)
        return error;
    error = insert(import, entry, &id);
    return error || entry->verdict == VERDICT_NONE ? error : rate(import, entry, id);
}

enum error db_import_end(struct db_import *import, enum error error, bool keep)
{
    enum error result;

    if (!import)
        return error;
    result = finish_queries(import);
    error = error ? error : result;
    if (error || keep)
        error = transaction_end(import->db, error);
    else
        transaction_drop(import->db);
    twins_free(&import->twins);
    free(import);
    return error;
}
