#include "db/contribution.h"

#include "db/internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void ledger_entry_clear(struct ledger_entry *contribution)
{
    free(contribution->url);
    free(contribution->mode);
    free(contribution->answer);
    *contribution = (struct ledger_entry){0};
}

/* ---- what the ratings are now ---- */

/* Where nothing was contributed to the joined server yet, every rating is fresh, and an undone one
 * is a change too; what never came to be counted leaves the same ratings to contribute. */
#define STATE_SQL                                                                                  \
    "WITH last AS (SELECT upto, revision, state FROM contribution"                                 \
    "  WHERE url = (SELECT url FROM membership) ORDER BY number DESC LIMIT 1)"                     \
    " SELECT (SELECT ratings FROM revision), count(*),"                                            \
    " coalesce(sum(newest > coalesce((SELECT upto FROM last), 0)), 0),"                            \
    " (SELECT ratings FROM revision) <>"                                                           \
    "  coalesce((SELECT revision FROM last WHERE state IN (0, 1)), 0)"                             \
    " FROM (SELECT max(id) AS newest FROM rating WHERE undone = 0 GROUP BY message)"

enum error db_rating_state(struct db *db, struct rating_state *out)
{
    struct query query;

    *out = (struct rating_state){0};
    query_start(&query, db, STATE_SQL);
    if (query_step(&query)) {
        out->revision = (uint64_t)query_integer(&query, 0);
        out->live = (size_t)query_integer(&query, 1);
        out->fresh = (size_t)query_integer(&query, 2);
        out->changed = query_integer(&query, 3);
    }
    return query_finish(&query);
}

/* ---- the ledger ---- */

static enum error read_totals(struct db *db, struct ledger *out)
{
    struct query query;

    query_start(&query, db, "SELECT noise FROM contribution");
    while (query_step(&query)) {
        double noise = query_real(&query, 0);

        out->spent++;
        out->rho += noise > 0 ? 1 / (2 * noise * noise) : (double)INFINITY;
    }
    return query_finish(&query);
}

static enum error find_round(struct db *db, const unsigned char *key, uint64_t round, bool *found)
{
    struct query query;

    query_start(&query, db, "SELECT 1 FROM contribution WHERE key = ? AND round = ?");
    query_bind_blob(&query, key, CONTRIBUTION_KEY);
    query_bind_integer(&query, (int64_t)round);
    *found = query_step(&query);
    return query_finish(&query);
}

static enum error read_ledger(struct db *db, const unsigned char *key, uint64_t round,
                              struct ledger *out)
{
    enum error error = db_outbox_count(db, &out->waiting);

    if (!error)
        error = read_totals(db, out);
    return error || !key ? error : find_round(db, key, round, &out->round_done);
}

enum error db_ledger(struct db *db, const unsigned char *key, uint64_t round, struct ledger *out)
{
    enum error error, result;

    *out = (struct ledger){0};
    error = db_run(db, "SAVEPOINT ledger");
    if (error)
        return error;
    error = read_ledger(db, key, round, out);
    result = db_run(db, "RELEASE ledger");
    return error ? error : result;
}

static void read_contribution(struct query *query, struct ledger_entry *out)
{
    *out = (struct ledger_entry){
        .number = query_integer(query, 0),
        .url = query_text(query, 1),
        .round = (uint64_t)query_integer(query, 3),
        .model_version = (uint32_t)query_integer(query, 4),
        .mode = query_text(query, 5),
        .noise = query_real(query, 6),
        .votes_max = (uint32_t)query_integer(query, 7),
        .votes = (uint32_t)query_integer(query, 8),
        .length = (size_t)query_integer(query, 9),
        .created = query_integer(query, 11),
        .state = (enum contribution_state)query_integer(query, 12),
        .finished = query_integer(query, 13),
        .answer = query_text(query, 14),
    };
    query_blob(query, 2, out->key, sizeof out->key);
    query_blob(query, 10, out->digest, sizeof out->digest);
    if (out->state > CONTRIBUTION_WITHDRAWN)
        query_fail(query, SQLITE_CORRUPT);
}

enum error db_each_contribution(struct db *db, db_contribution_visit *visit, void *context)
{
    enum error error = ERROR_NONE, result;
    struct ledger_entry contribution;
    struct query query;

    query_start(&query, db,
                "SELECT number, url, key, round, model_version, mode, noise, votes_max, votes,"
                " length, digest, created, state, finished, answer FROM contribution"
                " ORDER BY number DESC");
    while (!error && query_step(&query)) {
        bool walking = db->walking;

        read_contribution(&query, &contribution);
        if (query.code == SQLITE_OK) {
            db->walking = true;
            error = visit(context, &contribution);
            db->walking = walking;
        }
        ledger_entry_clear(&contribution);
    }
    result = query_finish(&query);
    return error ? error : result;
}

/* ---- freezing: within a transaction ---- */

static enum error check_joined(struct db *db, const char *url)
{
    struct query query;
    enum error error;
    bool found;

    query_start(&query, db, "SELECT 1 FROM membership WHERE url = ?");
    query_bind_text(&query, url);
    found = query_step(&query);
    error = query_finish(&query);
    if (!error && !found)
        error = error_raise(ERROR_NOT_FOUND, "the server '%s' was left meanwhile; nothing was sent",
                            url);
    return error;
}

static enum error check_free(struct db *db, const struct ledger_entry *contribution,
                             uint64_t revision, uint32_t cap)
{
    struct rating_state state;
    struct ledger ledger;
    enum error error = db_rating_state(db, &state);

    if (!error)
        error = db_ledger(db, contribution->key, contribution->round, &ledger);
    if (error)
        return error;
    if (ledger.round_done)
        return error_raise(ERROR_EXISTS, "round %llu has a contribution of this profile already",
                           (unsigned long long)contribution->round);
    if (ledger.spent >= cap)
        return error_raise(ERROR_DENIED,
                           "this profile has made %zu contributions, and %u are the most: nothing "
                           "more is sent",
                           ledger.spent, (unsigned)cap);
    if (state.revision != revision)
        return error_raise(ERROR_BUSY,
                           "ratings changed while the contribution was made; sync again");
    return ERROR_NONE;
}

static enum error insert_contribution(struct db *db, struct ledger_entry *contribution,
                                      uint64_t revision)
{
    struct query query;

    query_start(&query, db,
                "INSERT INTO contribution (url, key, round, model_version, mode, noise, votes_max,"
                " votes, length, digest, created, revision, upto) VALUES"
                " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                " (SELECT coalesce(max(id), 0) FROM rating WHERE undone = 0))");
    query_bind_text(&query, contribution->url);
    query_bind_blob(&query, contribution->key, sizeof contribution->key);
    query_bind_integer(&query, (int64_t)contribution->round);
    query_bind_integer(&query, contribution->model_version);
    query_bind_text(&query, contribution->mode);
    query_bind_real(&query, contribution->noise);
    query_bind_integer(&query, contribution->votes_max);
    query_bind_integer(&query, contribution->votes);
    query_bind_integer(&query, (int64_t)contribution->length);
    query_bind_blob(&query, contribution->digest, sizeof contribution->digest);
    query_bind_integer(&query, contribution->created);
    query_bind_integer(&query, (int64_t)revision);
    query_step(&query);
    contribution->number = sqlite3_last_insert_rowid(db->handle);
    return query_finish(&query);
}

static enum error insert_report(struct db *db, const struct ledger_entry *contribution,
                                const unsigned char id[CONTRIBUTION_ID], const void *body)
{
    struct query query;
    enum error error;

    query_start(&query, db, "INSERT INTO outbox (number, id, body) VALUES (?, ?, ?)");
    query_bind_integer(&query, contribution->number);
    query_bind_blob(&query, id, CONTRIBUTION_ID);
    query_bind_blob(&query, body, contribution->length);
    query_step(&query);
    error = query_finish(&query);
    if (error)
        return error;
    query_start(&query, db,
                "INSERT INTO source SELECT DISTINCT message, ? FROM rating WHERE undone = 0");
    query_bind_integer(&query, contribution->number);
    query_step(&query);
    return query_finish(&query);
}

enum error db_contribution_freeze(struct db *db, struct ledger_entry *contribution,
                                  const unsigned char id[CONTRIBUTION_ID], const void *body,
                                  uint64_t revision, uint32_t cap)
{
    enum error error = transaction_begin(db);

    if (error)
        return error;
    contribution->created = clock_wall();
    error = check_joined(db, contribution->url);
    if (!error)
        error = check_free(db, contribution, revision, cap);
    if (!error)
        error = insert_contribution(db, contribution, revision);
    if (!error)
        error = insert_report(db, contribution, id, body);
    return transaction_end(db, error);
}
