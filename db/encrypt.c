#include "db/vault.h"

#include "db/internal.h"

#include <stdio.h>

enum { CHUNK = 512 /* messages between two looks at the caller */ };

struct rewrite {
    db_progress *progress; /* NULL: nobody asks */
    void *context;
    uint64_t done, total; /* messages */
};

/* The last of the next messages behind `*at`, which it becomes; `*more` false: there are none. */
static enum error step_on(struct db *db, int64_t *at, bool *more)
{
    struct query query;

    query_start(&query, db,
                "SELECT max(id), count(*) FROM"
                " (SELECT id FROM message WHERE id > ? ORDER BY id LIMIT ?)");
    query_bind_integer(&query, *at);
    query_bind_integer(&query, CHUNK);
    *more = query_step(&query) && query_integer(&query, 1) > 0;
    if (*more)
        *at = query_integer(&query, 0);
    return query_finish(&query);
}

static enum error rewrite_chunk(struct db *db, const char *sql, int64_t after, int64_t upto)
{
    struct query query;

    query_start(&query, db, sql);
    query_bind_integer(&query, after);
    query_bind_integer(&query, upto);
    query_step(&query);
    return query_finish(&query);
}

/* `sql` rewrites the messages behind the first number and up to the second. */
static enum error rewrite_messages(struct db *db, const char *sql, struct rewrite *rewrite)
{
    int64_t at = INT64_MIN;
    bool more = true;
    size_t total;
    enum error error = db_count(db, &total);

    while (!error && more) {
        int64_t after = at;

        error = step_on(db, &at, &more);
        if (!error && more)
            error = rewrite_chunk(db, sql, after, at);
        rewrite->done += more ? (uint64_t)sqlite3_changes(db->handle) : 0;
        if (!error && rewrite->progress)
            error = rewrite->progress(rewrite->context, rewrite->done, total);
    }
    return error;
}

/* ---- on ---- */

static enum error seal_all(struct db *db, struct rewrite *rewrite)
{
    enum error error = rewrite_messages(db,
                                        "UPDATE message SET text = sealed('message', id, text)"
                                        " WHERE id > ? AND id <= ?",
                                        rewrite);

    return error ? error : db_run(db, "UPDATE draft SET text = sealed('draft', id, text)");
}

static enum error turn_on(struct db *db, const struct vault_lock *lock, struct rewrite *rewrite)
{
    enum error error = vault_put(db, lock, true);

    if (!error)
        error = seal_all(db, rewrite);
    if (!error)
        error = vault_put(db, lock, false);
    return error ? error : purge_want(db);
}

enum error db_encrypt(struct db *db, const struct passphrase *passphrase, db_progress *progress,
                      void *context)
{
    struct rewrite rewrite = {.progress = progress, .context = context};
    struct vault fresh;
    struct vault_lock lock;
    enum error error;

    if (db->vault.sealed)
        return error_raise(
            ERROR_EXISTS, "'%s' is encrypted already; `emotrack passphrase` changes its passphrase",
            db->path);
    error = vault_new(&fresh);
    if (!error)
        error = vault_wrap(&fresh, passphrase, &lock);
    if (!error)
        error = transaction_begin(db);
    if (error) {
        vault_clear(&fresh);
        return error;
    }
    db->vault = fresh;
    error = transaction_end(db, turn_on(db, &lock, &rewrite));
    if (error)
        vault_clear(&db->vault);
    else
        purge_run(db);
    return error;
}

/* ---- off ---- */

static enum error raise_plain(struct db *db)
{
    return error_raise(ERROR_NOT_FOUND, "'%s' is not encrypted; `emotrack encrypt` encrypts it",
                       db->path);
}

static enum error count_damaged(struct db *db)
{
    int64_t damaged;
    enum error error =
        db_run_integer(db, "SELECT count(*) FROM message m WHERE " ENTRY_TEXT " IS NULL", &damaged);

    if (error || damaged == 0)
        return error;
    return error_raise(ERROR_DAMAGED,
                       "%lld of the texts in '%s' are damaged, and nothing was changed: `emotrack "
                       "check` says which; delete them with `emotrack forget`, or write them anew "
                       "with `emotrack edit`",
                       (long long)damaged, db->path);
}

static enum error turn_off(struct db *db, struct rewrite *rewrite)
{
    enum error error = count_damaged(db);

    if (!error)
        error = db_run(db, "UPDATE vault SET sealing = 1");
    if (!error)
        error = rewrite_messages(db,
                                 "UPDATE message SET text = opened('message', id, text)"
                                 " WHERE id > ? AND id <= ?",
                                 rewrite);
    if (!error)
        error = db_run(db, "DELETE FROM draft WHERE opened('draft', id, text) IS NULL");
    if (!error)
        error = db_run(db, "UPDATE draft SET text = opened('draft', id, text)");
    if (!error)
        error = db_run(db, "DELETE FROM vault");
    return error ? error : purge_want(db);
}

enum error db_decrypt(struct db *db, db_progress *progress, void *context)
{
    struct rewrite rewrite = {.progress = progress, .context = context};
    enum error error = db->vault.sealed ? transaction_begin(db) : raise_plain(db);

    if (error)
        return error;
    error = transaction_end(db, turn_off(db, &rewrite));
    if (error)
        return error;
    vault_clear(&db->vault);
    purge_run(db);
    return ERROR_NONE;
}

/* ---- the passphrase ---- */

enum error db_change_passphrase(struct db *db, const struct passphrase *passphrase)
{
    struct vault_lock lock;
    enum error error = db->vault.sealed ? ERROR_NONE : raise_plain(db);

    if (!error && !db->vault.key)
        error = vault_raise(db);
    if (!error)
        error = vault_wrap(&db->vault, passphrase, &lock);
    if (!error)
        error = transaction_begin(db);
    if (error)
        return error;
    error = vault_put(db, &lock, false);
    if (!error)
        error = purge_want(db);
    error = transaction_end(db, error);
    if (!error)
        purge_run(db);
    return error;
}

/* ---- checking ---- */

static enum error find_damaged(struct db *db, const char *sql, const char *subject,
                               const char *advice, db_fault *found, void *context)
{
    struct query query;

    query_start(&query, db, sql);
    while (query_step(&query)) {
        char sentence[256];

        snprintf(sentence, sizeof sentence, "the text of %s %lld is damaged%s", subject,
                 (long long)query_integer(&query, 0), advice);
        found(context, sentence);
    }
    return query_finish(&query);
}

enum error db_check_texts(struct db *db, db_fault *found, void *context)
{
    enum error error = find_damaged(
        db, "SELECT m.id FROM message m WHERE " ENTRY_TEXT " IS NULL ORDER BY m.id", "message",
        "; `emotrack forget` deletes it, `emotrack edit` writes it anew", found, context);

    return error ? error
                 : find_damaged(db, "SELECT id FROM draft WHERE opened('draft', id, text) IS NULL",
                                "draft", "", found, context);
}
