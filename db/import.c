#include "db/import.h"

#include "db/internal.h"

#include <stdlib.h>

struct db_import {
    struct db *db;
    struct query find, find_number, next, insert, rate; /* prepared once */
    bool numbers;                                       /* those of the entries are kept */
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

    query_start(&import->find, db,
                "SELECT 1 FROM message m WHERE created = ? AND " ENTRY_TEXT " = ?");
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
    enum error error = query_finish(&import->find), result = query_finish(&import->find_number);

    error = error ? error : result;
    result = query_finish(&import->next);
    error = error ? error : result;
    result = query_finish(&import->insert);
    error = error ? error : result;
    result = query_finish(&import->rate);
    return error ? error : result;
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

/* `*id` becomes 0 where another message has that number. */
static enum error find_twin(struct db_import *import, const struct entry *entry, int64_t *id,
                            bool *found)
{
    struct query *query = *id ? &import->find_number : &import->find;

    query_bind_integer(query, entry->created);
    query_bind_text(query, entry->text);
    if (*id)
        query_bind_integer(query, *id);
    *found = query_step(query);
    if (*found && *id && !query_integer(query, 0)) {
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
    enum error error = find_twin(import, entry, &id, &found);

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
    free(import);
    return error;
}
