#include "sync/server/store.h"

#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PATIENCE = 30000,            /* ms that a call waits for other writers */
    FORGET_STEP = 5000,          /* ids in one transaction: nobody waits long for it */
    APPLICATION_ID = 0x456D6F53, /* "EmoS" */
    SCHEMA_VERSION = 1,
};

#define SCHEMA                                                                                     \
    "CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), round INTEGER NOT NULL,"           \
    "  sequence INTEGER NOT NULL, model INTEGER NOT NULL, touched INTEGER NOT NULL);"              \
    "INSERT INTO state VALUES (1, 0, 0, 0, 0);"                                                    \
    "CREATE TABLE round (round INTEGER PRIMARY KEY, state INTEGER NOT NULL,"                       \
    "  model INTEGER NOT NULL, opened INTEGER NOT NULL, closed INTEGER NOT NULL,"                  \
    "  reports INTEGER NOT NULL, outcome TEXT NOT NULL);"                                          \
    "CREATE TABLE model (version INTEGER PRIMARY KEY, size INTEGER NOT NULL,"                      \
    "  hash BLOB NOT NULL, published INTEGER NOT NULL, accuracy REAL, macro_f1 REAL,"              \
    "  origin TEXT NOT NULL);"                                                                     \
    "CREATE TABLE blob (name TEXT PRIMARY KEY, bytes BLOB NOT NULL);"                              \
    "CREATE TABLE report (round INTEGER NOT NULL, id BLOB NOT NULL, PRIMARY KEY (round, id))"      \
    "  WITHOUT ROWID;"                                                                             \
    "CREATE TABLE sum (round INTEGER NOT NULL, shard INTEGER NOT NULL, reports INTEGER NOT NULL,"  \
    "  sealed BLOB NOT NULL, PRIMARY KEY (round, shard));"

/* Every statement is prepared once. */
#define STATEMENTS(X)                                                                              \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(ROLLBACK, "ROLLBACK")                                                                        \
    X(VERSION, "PRAGMA data_version")                                                              \
    X(STATE, "SELECT round, sequence, model, touched FROM state")                                  \
    X(SET_STATE, "UPDATE state SET round = ?, sequence = ?, model = ?, touched = ?")               \
    X(ROUND, "SELECT " ROUND_COLUMNS " FROM round WHERE round = ?")                                \
    X(SET_ROUND, "INSERT OR REPLACE INTO round (" ROUND_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?)")  \
    X(ROUNDS, "SELECT * FROM (SELECT " ROUND_COLUMNS " FROM round ORDER BY round DESC LIMIT ?)"    \
              " ORDER BY round")                                                                   \
    X(MODEL, "SELECT " MODEL_COLUMNS " FROM model WHERE version = ?")                              \
    X(ADD_MODEL, "INSERT INTO model (" MODEL_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?)")             \
    X(MODELS, "SELECT * FROM (SELECT " MODEL_COLUMNS " FROM model ORDER BY version DESC LIMIT ?)"  \
              " ORDER BY version")                                                                 \
    X(BLOB, "SELECT bytes FROM blob WHERE name = ?")                                               \
    X(SET_BLOB, "INSERT OR REPLACE INTO blob (name, bytes) VALUES (?, ?)")                         \
    X(DROP_BLOB, "DELETE FROM blob WHERE name = ?")                                                \
    X(ADD_REPORT, "INSERT OR IGNORE INTO report (round, id) VALUES (?, ?)")                        \
    X(HAS_REPORT, "SELECT 1 FROM report WHERE round = ? AND id = ?")                               \
    X(FORGET_REPORTS, "DELETE FROM report WHERE (round, id) IN"                                    \
                      " (SELECT round, id FROM report WHERE round < ? LIMIT ?)")                   \
    X(SET_SUM, "INSERT INTO sum (round, shard, reports, sealed) VALUES (?, ?, ?, ?)"               \
               " ON CONFLICT DO UPDATE SET reports = excluded.reports, sealed = excluded.sealed")  \
    X(SUMS, "SELECT shard, reports, sealed FROM sum WHERE round = ? ORDER BY shard")               \
    X(DROP_SUMS, "DELETE FROM sum WHERE round = ?")                                                \
    X(CHECK, "PRAGMA integrity_check(1)")                                                          \
    X(COPY, "VACUUM INTO ?")
#define ROUND_COLUMNS "round, state, model, opened, closed, reports, outcome"
#define MODEL_COLUMNS "version, size, hash, published, accuracy, macro_f1, origin"

enum statement {
#define X(name, sql) name,
    STATEMENTS(X)
#undef X
        STATEMENT_COUNT
};

static const char *const statement_sql[] = {
#define X(name, sql) sql,
    STATEMENTS(X)
#undef X
};

struct sqlite_store {
    struct store store; /* first: the interface is the whole */
    sqlite3 *handle;
    sqlite3_stmt *statement[STATEMENT_COUNT]; /* NULL: not used so far */
    char *path;
};

static struct sqlite_store *whole(struct store *store)
{
    return (struct sqlite_store *)(void *)store;
}

/* ---- errors ---- */

static enum error raise(struct sqlite_store *store, int code)
{
    bool own = store->handle && (sqlite3_errcode(store->handle) & 0xFF) == (code & 0xFF);
    const char *cause = own ? sqlite3_errmsg(store->handle) : sqlite3_errstr(code);
    int number = store->handle ? sqlite3_system_errno(store->handle) : 0;

    if (number == ENOSPC || number == EDQUOT)
        code = SQLITE_FULL;
    switch (code & 0xFF) {
    case SQLITE_NOMEM: return error_raise_plain(ERROR_NO_MEMORY);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_raise(ERROR_BUSY, "another program is using '%s' and did not finish in time",
                           store->path);
    case SQLITE_FULL:
        return error_raise(ERROR_FULL,
                           "the disk is full: nothing was changed in '%s'; free some "
                           "space",
                           store->path);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
        return error_raise(ERROR_DENIED,
                           "cannot open or write '%s' (%s); check who owns it and "
                           "its folder",
                           store->path, cause);
    case SQLITE_IOERR:
        return error_raise(ERROR_IO, "reading or writing '%s' failed: %s; check the disk",
                           store->path, number ? strerror(number) : cause);
    default:
        return error_raise(ERROR_DAMAGED,
                           "'%s' is damaged (%s); stop the server, and restore a backup: "
                           "emotrack-server restore --help",
                           store->path, cause);
    }
}

/* ---- queries: the first failure sticks, and query_end returns it ---- */

struct query {
    struct sqlite_store *store;
    sqlite3_stmt *statement;
    int code, bound;
};

static struct query query_of(struct store *store, enum statement which)
{
    struct query query = {.store = whole(store)};
    sqlite3_stmt **place = &query.store->statement[which];

    if (!*place)
        query.code = sqlite3_prepare_v3(query.store->handle, statement_sql[which], -1,
                                        SQLITE_PREPARE_PERSISTENT, place, NULL);
    query.statement = *place;
    return query;
}

static void bind_integer(struct query *query, uint64_t value)
{
    if (query->code == SQLITE_OK)
        query->code = sqlite3_bind_int64(query->statement, ++query->bound, (sqlite3_int64)value);
}

/* NaN is an SQL NULL. */
static void bind_real(struct query *query, double value)
{
    if (query->code == SQLITE_OK)
        query->code = sqlite3_bind_double(query->statement, ++query->bound, value);
}

static void bind_text(struct query *query, const char *text)
{
    if (query->code == SQLITE_OK)
        query->code = sqlite3_bind_text(query->statement, ++query->bound, text, -1, SQLITE_STATIC);
}

static void bind_bytes(struct query *query, const void *bytes, size_t length)
{
    if (query->code == SQLITE_OK)
        query->code =
            sqlite3_bind_blob64(query->statement, ++query->bound, bytes, length, SQLITE_STATIC);
}

static bool step(struct query *query)
{
    int code = query->code == SQLITE_OK ? sqlite3_step(query->statement) : query->code;

    if (code != SQLITE_ROW && code != SQLITE_DONE)
        query->code = code;
    return code == SQLITE_ROW;
}

static enum error query_end(struct query *query)
{
    enum error error = query->code == SQLITE_OK ? ERROR_NONE : raise(query->store, query->code);

    if (query->statement) {
        sqlite3_reset(query->statement);
        sqlite3_clear_bindings(query->statement);
    }
    return error;
}

static enum error run(struct query *query)
{
    while (step(query))
        continue;
    return query_end(query);
}

static uint64_t column(const struct query *query, int at)
{
    return (uint64_t)sqlite3_column_int64(query->statement, at);
}

static double column_real(const struct query *query, int at)
{
    return sqlite3_column_type(query->statement, at) == SQLITE_NULL
               ? NAN
               : sqlite3_column_double(query->statement, at);
}

static void column_text(const struct query *query, int at, char *out, size_t size)
{
    const char *text = (const char *)sqlite3_column_text(query->statement, at);

    snprintf(out, size, "%s", text ? text : "");
}

/* ---- transactions ---- */

static enum error begin(struct store *store)
{
    struct query query = query_of(store, BEGIN);

    return run(&query);
}

static enum error end(struct store *store, enum error error)
{
    struct query query = query_of(store, COMMIT);

    if (!error)
        error = run(&query);
    if (!sqlite3_get_autocommit(whole(store)->handle)) {
        query = query_of(store, ROLLBACK);
        sqlite3_step(query.statement);
        sqlite3_reset(query.statement);
    }
    return error;
}

static enum error version(struct store *store, uint64_t *out)
{
    struct query query = query_of(store, VERSION);

    if (step(&query))
        *out = column(&query, 0);
    return query_end(&query);
}

/* ---- state, rounds, models ---- */

static enum error get_state(struct store *store, struct store_state *out)
{
    struct query query = query_of(store, STATE);

    *out = (struct store_state){0};
    if (step(&query)) {
        out->round = column(&query, 0);
        out->sequence = column(&query, 1);
        out->model = (uint32_t)column(&query, 2);
        out->touched = (int64_t)column(&query, 3);
    }
    return query_end(&query);
}

static enum error set_state(struct store *store, const struct store_state *state)
{
    struct query query = query_of(store, SET_STATE);

    bind_integer(&query, state->round);
    bind_integer(&query, state->sequence);
    bind_integer(&query, state->model);
    bind_integer(&query, (uint64_t)state->touched);
    return run(&query);
}

/* False: the row is none that was ever written. */
static bool read_round(struct query *query, struct store_round *out)
{
    uint64_t state = column(query, 1);

    if (state > ROUND_CLOSED) {
        query->code = SQLITE_CORRUPT;
        return false;
    }
    *out = (struct store_round){
        .round = column(query, 0),
        .state = (enum round_state)state,
        .model = (uint32_t)column(query, 2),
        .opened = (int64_t)column(query, 3),
        .closed = (int64_t)column(query, 4),
        .reports = column(query, 5),
    };
    column_text(query, 6, out->outcome, sizeof out->outcome);
    return true;
}

static enum error get_round(struct store *store, uint64_t round, struct store_round *out)
{
    struct query query = query_of(store, ROUND);
    enum error error;
    bool found;

    bind_integer(&query, round);
    found = step(&query) && read_round(&query, out);
    error = query_end(&query);
    if (!error && !found)
        error = error_raise(ERROR_NOT_FOUND, "there is no round %llu", (unsigned long long)round);
    return error;
}

static enum error set_round(struct store *store, const struct store_round *round)
{
    struct query query = query_of(store, SET_ROUND);

    bind_integer(&query, round->round);
    bind_integer(&query, round->state);
    bind_integer(&query, round->model);
    bind_integer(&query, (uint64_t)round->opened);
    bind_integer(&query, (uint64_t)round->closed);
    bind_integer(&query, round->reports);
    bind_text(&query, round->outcome);
    return run(&query);
}

static enum error get_rounds(struct store *store, size_t count, store_see_round *see, void *context)
{
    struct query query = query_of(store, ROUNDS);
    enum error error = ERROR_NONE, result;

    bind_integer(&query, count);
    while (!error && step(&query)) {
        struct store_round round;

        if (read_round(&query, &round))
            error = see(context, &round);
    }
    result = query_end(&query);
    return error ? error : result;
}

static void read_model(const struct query *query, struct store_model *out)
{
    *out = (struct store_model){
        .version = (uint32_t)column(query, 0),
        .size = column(query, 1),
        .published = (int64_t)column(query, 3),
        .accuracy = column_real(query, 4),
        .macro_f1 = column_real(query, 5),
    };
    if (sqlite3_column_bytes(query->statement, 2) == HASH_BYTES)
        memcpy(out->hash, sqlite3_column_blob(query->statement, 2), HASH_BYTES);
    column_text(query, 6, out->origin, sizeof out->origin);
}

static enum error get_model(struct store *store, uint32_t number, struct store_model *out)
{
    struct query query = query_of(store, MODEL);
    enum error error;
    bool found;

    bind_integer(&query, number);
    found = step(&query);
    if (found)
        read_model(&query, out);
    error = query_end(&query);
    if (!error && !found)
        error = error_raise(ERROR_NOT_FOUND,
                            "there is no model %u; `emotrack-server models list` "
                            "shows those that are there",
                            number);
    return error;
}

static enum error add_model(struct store *store, const struct store_model *model)
{
    struct query query = query_of(store, ADD_MODEL);

    bind_integer(&query, model->version);
    bind_integer(&query, model->size);
    bind_bytes(&query, model->hash, HASH_BYTES);
    bind_integer(&query, (uint64_t)model->published);
    bind_real(&query, model->accuracy);
    bind_real(&query, model->macro_f1);
    bind_text(&query, model->origin);
    return run(&query);
}

static enum error get_models(struct store *store, size_t count, store_see_model *see, void *context)
{
    struct query query = query_of(store, MODELS);
    enum error error = ERROR_NONE, result;

    bind_integer(&query, count);
    while (!error && step(&query)) {
        struct store_model model;

        read_model(&query, &model);
        error = see(context, &model);
    }
    result = query_end(&query);
    return error ? error : result;
}

/* ---- blobs ---- */

static enum error get_blob(struct store *store, const char *name, struct buffer *out)
{
    struct query query = query_of(store, BLOB);
    enum error error = ERROR_NONE, result;

    bind_text(&query, name);
    if (step(&query))
        error = buffer_append(out, sqlite3_column_blob(query.statement, 0),
                              (size_t)sqlite3_column_bytes(query.statement, 0));
    result = query_end(&query);
    return error ? error : result;
}

static enum error set_blob(struct store *store, const char *name, const void *bytes, size_t length)
{
    struct query query = query_of(store, length ? SET_BLOB : DROP_BLOB);

    bind_text(&query, name);
    if (length)
        bind_bytes(&query, bytes, length);
    return run(&query);
}

/* ---- reports ---- */

static enum error add_report(struct store *store, uint64_t round,
                             const unsigned char id[REPORT_ID_BYTES], bool *known)
{
    struct query query = query_of(store, ADD_REPORT);
    enum error error;

    bind_integer(&query, round);
    bind_bytes(&query, id, REPORT_ID_BYTES);
    error = run(&query);
    *known = !error && sqlite3_changes(whole(store)->handle) == 0;
    return error;
}

static enum error has_report(struct store *store, uint64_t round,
                             const unsigned char id[REPORT_ID_BYTES], bool *known)
{
    struct query query = query_of(store, HAS_REPORT);

    bind_integer(&query, round);
    bind_bytes(&query, id, REPORT_ID_BYTES);
    *known = step(&query);
    return query_end(&query);
}

static enum error forget_reports(struct store *store, uint64_t round, bool *more)
{
    struct query query = query_of(store, FORGET_REPORTS);
    enum error error;

    bind_integer(&query, round);
    bind_integer(&query, FORGET_STEP);
    error = run(&query);
    *more = !error && sqlite3_changes(whole(store)->handle) == FORGET_STEP;
    return error;
}

/* ---- sums ---- */

static enum error set_sum(struct store *store, uint64_t round, uint32_t shard, uint64_t reports,
                          const void *sealed, size_t length)
{
    struct query query = query_of(store, SET_SUM);

    bind_integer(&query, round);
    bind_integer(&query, shard);
    bind_integer(&query, reports);
    bind_bytes(&query, sealed, length);
    return run(&query);
}

static enum error get_sums(struct store *store, uint64_t round, store_see_sum *see, void *context)
{
    struct query query = query_of(store, SUMS);
    enum error error = ERROR_NONE, result;

    bind_integer(&query, round);
    while (!error && step(&query))
        error = see(context, (uint32_t)column(&query, 0), column(&query, 1),
                    sqlite3_column_blob(query.statement, 2),
                    (size_t)sqlite3_column_bytes(query.statement, 2));
    result = query_end(&query);
    return error ? error : result;
}

static enum error drop_sums(struct store *store, uint64_t round)
{
    struct query query = query_of(store, DROP_SUMS);

    bind_integer(&query, round);
    return run(&query);
}

/* ---- upkeep ---- */

static enum error check(struct store *store)
{
    struct query query = query_of(store, CHECK);
    char found[256] = "";
    enum error error;

    if (step(&query))
        column_text(&query, 0, found, sizeof found);
    error = query_end(&query);
    if (!error && strcmp(found, "ok") != 0)
        error = error_raise(ERROR_DAMAGED, "'%s' is damaged: %s; restore a backup",
                            whole(store)->path, found);
    return error;
}

/* What a backup must not hold: the votes, even sealed; and it needs no ids, for its open round is
 * void when it is restored. */
static enum error strip(const char *path)
{
    struct store *copy = NULL;
    enum error error = store_open_sqlite(path, STORE_BACKUP, &copy);

    if (!error && sqlite3_exec(whole(copy)->handle,
                               "PRAGMA secure_delete = ON;"
                               "DELETE FROM report; DELETE FROM sum; VACUUM;",
                               NULL, NULL, NULL) != SQLITE_OK)
        error = raise(whole(copy), sqlite3_errcode(whole(copy)->handle));
    store_close(copy);
    return error;
}

static enum error copy(struct store *store, const char *path)
{
    struct query query = query_of(store, COPY);
    enum error error;

    bind_text(&query, path);
    error = run(&query);
    return error ? error : strip(path);
}

/* ---- opening ---- */

static void close_store(struct store *store)
{
    struct sqlite_store *self = whole(store);

    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(self->statement[i]);
    sqlite3_close(self->handle);
    free(self->path);
    free(self);
}

static const struct store methods = {
    .close = close_store,
    .begin = begin,
    .end = end,
    .version = version,
    .state = get_state,
    .set_state = set_state,
    .round = get_round,
    .set_round = set_round,
    .rounds = get_rounds,
    .model = get_model,
    .add_model = add_model,
    .models = get_models,
    .blob = get_blob,
    .set_blob = set_blob,
    .add_report = add_report,
    .has_report = has_report,
    .forget_reports = forget_reports,
    .set_sum = set_sum,
    .sums = get_sums,
    .drop_sums = drop_sums,
    .check = check,
    .copy = copy,
};

static enum error execute(struct sqlite_store *store, const char *sql)
{
    int code = sqlite3_exec(store->handle, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? ERROR_NONE : raise(store, code);
}

static enum error number_of(struct sqlite_store *store, const char *pragma, int *out)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->handle, pragma, -1, &statement, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *out = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return code == SQLITE_ROW ? ERROR_NONE : raise(store, code);
}

static enum error check_schema(struct sqlite_store *store)
{
    int application = 0, schema = 0;
    enum error error = number_of(store, "PRAGMA application_id", &application);

    if (!error)
        error = number_of(store, "PRAGMA user_version", &schema);
    if (error)
        return error;
    if (application != APPLICATION_ID)
        return error_raise(ERROR_DAMAGED, "'%s' is not the database of an EmoTrack server",
                           store->path);
    return schema == SCHEMA_VERSION
               ? ERROR_NONE
               : error_raise(ERROR_VERSION,
                             "'%s' was written by another version of EmoTrack (its tables are of "
                             "version %d, this one knows %d)",
                             store->path, schema, SCHEMA_VERSION);
}

static enum error make_schema(struct sqlite_store *store)
{
    char numbers[128];
    /* Small pages: an id lands on a page of its own, which goes to the log whole. */
    enum error error = execute(store, "PRAGMA page_size = 1024");

    snprintf(numbers, sizeof numbers, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
             APPLICATION_ID, SCHEMA_VERSION);
    if (!error)
        error = execute(store, "BEGIN IMMEDIATE;" SCHEMA);
    if (!error)
        error = execute(store, numbers);
    return error ? error : execute(store, "COMMIT");
}

/* A checkpoint copies a page once however often it was written since the last. */
static enum error configure(struct sqlite_store *store, enum store_mode mode)
{
    enum error error;

    sqlite3_busy_timeout(store->handle, PATIENCE);
    sqlite3_extended_result_codes(store->handle, 1);
    error = execute(store, "PRAGMA synchronous = FULL; PRAGMA cache_size = -4096;"
                           "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"
                           "PRAGMA cell_size_check = ON; PRAGMA wal_autocheckpoint = 16384;");
    if (!error && mode == STORE_NEW)
        error = make_schema(store);
    else if (!error)
        error = check_schema(store);
    return error || mode == STORE_BACKUP ? error : execute(store, "PRAGMA journal_mode = WAL");
}

enum error store_open_sqlite(const char *path, enum store_mode mode, struct store **out)
{
    struct sqlite_store *store = calloc(1, sizeof *store);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, code = SQLITE_OK;
    enum error error = ERROR_NONE;

    *out = NULL;
    if (!store || !(store->path = strdup(path))) {
        free(store);
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    store->store = methods;
    if (mode != STORE_NEW && access(path, F_OK) != 0)
        error = error_raise_errno("open", path);
    if (!error)
        code = sqlite3_open_v2(path, &store->handle,
                               flags | (mode == STORE_NEW ? SQLITE_OPEN_CREATE : 0), NULL);
    if (code != SQLITE_OK)
        error = raise(store, code);
    if (!error)
        error = configure(store, mode);
    if (error)
        close_store(&store->store);
    else
        *out = &store->store;
    return error;
}
