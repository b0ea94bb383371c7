#include "db/backup.h"

#include "db/internal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STEP = 256 /* pages between two looks at the clock and the caller */ };

/* ---- backing up ---- */

static enum error copy_pages(struct db *db, sqlite3_backup *backup, db_progress *progress,
                             void *context)
{
    enum error error = ERROR_NONE;
    int code = SQLITE_OK;

    while (!error && code == SQLITE_OK) {
        code = sqlite3_backup_step(backup, STEP);
        if (progress && (code == SQLITE_OK || code == SQLITE_DONE)) {
            int total = sqlite3_backup_pagecount(backup), left = sqlite3_backup_remaining(backup);

            error = progress(context, (uint64_t)(total - left), (uint64_t)total);
        }
    }
    return error || code == SQLITE_DONE ? error : db_raise(db, code);
}

/* Within a read transaction, so that others who write meanwhile do not start it anew. */
static enum error copy_to(struct db *db, struct db *file, db_progress *progress, void *context)
{
    sqlite3_backup *backup = sqlite3_backup_init(file->handle, "main", db->handle, "main");
    enum error error;
    int code;

    if (!backup)
        return db_raise(file, sqlite3_extended_errcode(file->handle));
    error = copy_pages(file, backup, progress, context);
    code = sqlite3_backup_finish(backup);
    return error || code == SQLITE_OK ? error : db_raise(file, code);
}

static enum error copy_snapshot(struct db *db, struct db *file, db_progress *progress,
                                void *context)
{
    int64_t objects;
    enum error error = db_run(db, "SAVEPOINT backup"), result;

    if (error)
        return error;
    error = db_run_integer(db, "SELECT count(*) FROM sqlite_schema", &objects);
    if (!error)
        error = copy_to(db, file, progress, context);
    result = db_run(db, "RELEASE backup");
    return error ? error : result;
}

enum error db_backup(struct db *db, const char *path, db_progress *progress, void *context)
{
    struct db *file = NULL;
    enum error error = db_connect_new(path, &file);

    if (error)
        return error;
    error = copy_snapshot(db, file, progress, context);
    /* The pages say WAL, as the journal's do: a copy shall be one file. */
    if (!error)
        error = db_run(file, "PRAGMA journal_mode = DELETE");
    db_close(file);
    if (error)
        unlink(path);
    return error;
}

/* ---- checking ---- */

static enum error find_faults(struct db *db, const char *pragma, const char *sound, db_fault *found,
                              void *context)
{
    struct query query;

    query_start(&query, db, pragma);
    while (query_step(&query)) {
        char *text = query_text(&query, 0);

        if (text && (!sound || sqlite3_stricmp(text, sound) != 0))
            found(context, text);
        free(text);
    }
    return query_finish(&query);
}

enum error db_check(struct db *db, db_fault *found, void *context)
{
    enum error error = find_faults(db, "PRAGMA integrity_check(20)", "ok", found, context);

    return error ? error
                 : find_faults(db,
                               "SELECT 'row ' || rowid || ' of ' || \"table\" ||"
                               " ' belongs to a row of ' || parent || ' that is not there'"
                               " FROM pragma_foreign_key_check LIMIT 20",
                               NULL, found, context);
}

enum error db_is_journal(const char *path, bool *is)
{
    /* sqlite.org/fileformat.html, 1.3: the magic, and the application's id, big-endian. */
    static const char magic[] = "SQLite format 3";
    static const unsigned char id[] = {APPLICATION_ID >> 24, APPLICATION_ID >> 16 & 0xFF,
                                       APPLICATION_ID >> 8 & 0xFF, APPLICATION_ID & 0xFF};
    unsigned char header[100] = {0};
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    if (descriptor < 0)
        return error_raise_errno("open", path);
    got = read(descriptor, header, sizeof header);
    close(descriptor);
    *is = got == (ssize_t)sizeof header && memcmp(header, magic, sizeof magic) == 0 &&
          memcmp(header + 68, id, sizeof id) == 0;
    return got < 0 ? error_raise_errno("read", path) : ERROR_NONE;
}

/* ---- restoring: within a transaction, with the copy attached ---- */

static const char *const removal[] = {
    "DELETE FROM main.outbox", "DELETE FROM main.rating",  "DELETE FROM main.message",
    "DELETE FROM main.draft",  "DELETE FROM main.setting",
};

#define COPY_MESSAGES(text)                                                                        \
    "INSERT INTO main.message (id, created, offset, text, guess, probability, model)"              \
    " SELECT id, created, offset, " text ", guess, probability, model FROM copy.message"
#define COPY_DRAFTS(text)                                                                          \
    "INSERT INTO main.draft (id, message, text, changed)"                                          \
    " SELECT id, message, " text ", changed FROM copy.draft"

/* Texts in clear are encrypted on the way where the journal is. */
static const char *const clear_texts[] = {
    COPY_MESSAGES("sealed('message', id, CAST(text AS TEXT))"),
    COPY_DRAFTS("sealed('draft', id, text)"),
};

static const char *const encrypted_texts[] = {COPY_MESSAGES("text"), COPY_DRAFTS("text")};

static const char *const new_vault[] = {
    "DELETE FROM main.vault",
    "INSERT INTO main.vault (id, salt, passes, memory, wrapped, mark)"
    " SELECT 1, salt, passes, memory, wrapped, mark FROM copy.vault",
};

static const char *const replacement[] = {
    "INSERT INTO main.rating (id, message, verdict, label, undone)"
    " SELECT id, message, verdict, label, undone FROM copy.rating ORDER BY id",
    "INSERT INTO main.setting SELECT name, value FROM copy.setting",
    /* No number is ever used twice. */
    "UPDATE main.sqlite_sequence SET seq = max(seq, coalesce((SELECT c.seq"
    " FROM copy.sqlite_sequence c WHERE c.name = main.sqlite_sequence.name), 0))"
    " WHERE name IN ('message', 'rating', 'draft')",
    "UPDATE main.revision SET"
    " ratings = max(ratings, (SELECT ratings FROM copy.revision)) + 1",
    /* Whoever has no lot yet takes that of the copy: no second one in the same round. */
    "INSERT OR IGNORE INTO main.draw (id, round, lot, manifest, revision, seed)"
    " SELECT 1, round, lot, zeroblob(32), 0, zeroblob(32) FROM copy.draw WHERE length(lot) = 32",
};

/* What waited when the copy was made can never be sent from here, and is spent all the same. */
#define MERGE_SQL                                                                                  \
    "INSERT INTO main.contribution (url, key, round, model_version, mode, noise, votes_max, "      \
    "votes,"                                                                                       \
    "  length, digest, created, state, finished, answer, upto, revision)"                          \
    " SELECT url, key, round, model_version, mode, noise, votes_max, votes, length, digest,"       \
    "  created, iif(state = 0, 4, state), iif(state = 0, ?, finished), answer, upto, revision"     \
    " FROM copy.contribution AS c WHERE NOT EXISTS"                                                \
    "  (SELECT 1 FROM main.contribution AS m WHERE m.key = c.key AND m.round = c.round)"           \
    " ORDER BY number"

static enum error merge_ledger(struct db *db, struct db_restored *out)
{
    struct query query;
    enum error error;

    query_start(&query, db, MERGE_SQL);
    query_bind_integer(&query, clock_wall());
    query_step(&query);
    error = query_finish(&query);
    if (!error)
        out->contributions = (size_t)sqlite3_changes(db->handle);
    return error;
}

static enum error count_restored(struct db *db, struct db_restored *out)
{
    int64_t spent = 0, unjoined = 0;
    enum error error = db_count(db, &out->messages);

    if (!error)
        error = db_run_integer(db, "SELECT count(*) FROM main.contribution", &spent);
    if (!error)
        error = db_run_integer(db,
                               "SELECT EXISTS (SELECT 1 FROM copy.membership)"
                               " AND NOT EXISTS (SELECT 1 FROM main.membership)",
                               &unjoined);
    out->spent = (size_t)spent;
    out->unjoined = unjoined != 0;
    return error;
}

static enum error run_all(struct db *db, const char *const *sql, size_t count)
{
    enum error error = ERROR_NONE;

    for (size_t i = 0; i < count && !error; i++)
        error = db_run(db, sql[i]);
    return error;
}

#define RUN_ALL(db, list) run_all((db), (list), sizeof(list) / sizeof *(list))

/* `vault`: of the copy. */
static enum error replace_texts(struct db *db, const struct vault *vault)
{
    enum error error = RUN_ALL(db, removal);

    if (!error && vault->key)
        error = RUN_ALL(db, new_vault);
    if (error)
        return error;
    return vault->sealed ? RUN_ALL(db, encrypted_texts) : RUN_ALL(db, clear_texts);
}

static enum error replace(struct db *db, const struct vault *vault, struct db_restored *out)
{
    enum error error = purge_want(db);

    if (!error)
        error = replace_texts(db, vault);
    if (!error)
        error = RUN_ALL(db, replacement);
    if (!error)
        error = merge_ledger(db, out);
    return error ? error : count_restored(db, out);
}

static enum error attach(struct db *db, const char *copy)
{
    struct query query;
    struct buffer uri;
    enum error error = db_uri(copy, "", &uri);

    if (!error) {
        query_start(&query, db, "ATTACH ? AS copy");
        query_bind_text(&query, uri.data);
        query_step(&query);
        error = query_finish(&query);
    }
    buffer_free(&uri);
    return error;
}

static enum error replace_from(struct db *db, const char *copy, const struct vault *vault,
                               struct db_restored *out)
{
    enum error error = attach(db, copy), result;

    if (error)
        return error;
    error = transaction_begin(db);
    if (!error)
        error = transaction_end(db, replace(db, vault, out));
    result = db_run(db, "DETACH copy");
    return error ? error : result;
}

/* Brings the copy up to date. `*vault`: its own, with the key where the journal has another one. */
static enum error prepare_copy(struct db *db, const char *copy, const unsigned char *key,
                               struct vault *vault)
{
    struct db *file = NULL;
    enum error error = db_open(copy, DB_WRITE, &file);

    *vault = (struct vault){0};
    if (error)
        return error;
    if (file->vault.sealed && !vault_same(&file->vault, &db->vault))
        error = key ? db_unlock_with(file, key) : vault_raise(file);
    if (!error)
        vault_move(vault, &file->vault);
    db_close(file);
    return error;
}

enum error db_restore_copy(struct db *db, const char *copy, const unsigned char *key,
                           struct db_restored *out)
{
    struct vault vault;
    enum error error = prepare_copy(db, copy, key, &vault);

    *out = (struct db_restored){0};
    if (!error)
        error = replace_from(db, copy, &vault, out);
    if (!error && vault.key)
        vault_move(&db->vault, &vault);
    if (!error)
        purge_run(db);
    vault_clear(&vault);
    return error;
}
