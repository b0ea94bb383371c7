#include "db/db.h"

#include "db/disk.h"
#include "db/internal.h"
#include "db/search.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As SQLite has it: a WAL of so many pages is folded in. */
#define CHECKPOINT_PAGES "1000"

/* Longer than any path that the system takes, each byte as %XX. */
enum { URI_MAX = 64 * 1024 };

enum error db_uri(const char *path, const char *options, struct buffer *uri)
{
    enum error error;

    buffer_init(uri, URI_MAX);
    error = buffer_append_text(uri, path[0] == '/' ? "file://" : "file:./");
    for (const char *c = path; *c && !error; c++) {
        if (isalnum((unsigned char)*c) || strchr("/-_.", *c))
            error = buffer_append_byte(uri, *c);
        else
            error = buffer_format(uri, "%%%02X", (unsigned)(unsigned char)*c);
    }
    return error ? error : buffer_append_text(uri, options);
}

static enum error configure(struct db *db)
{
    static const char *const pragma[] = {
        "PRAGMA foreign_keys = ON",    "PRAGMA secure_delete = ON",   "PRAGMA temp_store = MEMORY",
        "PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON", "PRAGMA synchronous = FULL",
    };
    enum error error = search_register(db);
    int code;

    if (!error)
        error = vault_register(db);
    sqlite3_busy_timeout(db->handle, db->patience);
    for (size_t i = 0; i < sizeof pragma / sizeof pragma[0] && !error; i++)
        error = db_run(db, pragma[i]);
    if (error)
        return error;
    code = sqlite3_prepare_v2(db->handle, "ROLLBACK", -1, &db->rollback, NULL);
    return code == SQLITE_OK ? ERROR_NONE : db_raise(db, code);
}

static enum error connect(struct db *db, int flags, const char *options)
{
    struct buffer uri;
    enum error error;
    int code = SQLITE_OK;

    error = db_uri(db->path, options, &uri);
    if (!error)
        code = sqlite3_open_v2(uri.data, &db->handle, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
                               NULL);
    buffer_free(&uri);
    if (!error && !db->handle)
        error = error_raise_plain(ERROR_NO_MEMORY);
    if (error)
        return error;
    sqlite3_extended_result_codes(db->handle, 1);
    return code == SQLITE_OK ? configure(db) : db_raise(db, code);
}

static bool wal_is_impossible(int code)
{
    return code == SQLITE_IOERR_SHMOPEN || code == SQLITE_IOERR_SHMSIZE ||
           code == SQLITE_IOERR_SHMMAP || code == SQLITE_IOERR_SHMLOCK;
}

enum error db_uses_wal(struct db *db, bool *wal)
{
    struct query query;

    query_start(&query, db, "PRAGMA journal_mode");
    *wal = query_step(&query) &&
           sqlite3_stricmp((const char *)sqlite3_column_text(query.statement, 0), "wal") == 0;
    return query_finish(&query);
}

static enum error choose_journal(struct db *db)
{
    bool wal = false;
    struct query query;
    enum error error;

    query_start(&query, db, "PRAGMA journal_mode = WAL");
    if (query_step(&query))
        wal = sqlite3_stricmp((const char *)sqlite3_column_text(query.statement, 0), "wal") == 0;
    if (wal_is_impossible(query.code))
        query.code = SQLITE_OK;
    error = query_finish(&query);
    if (error || wal)
        return error;
    snprintf(db->notice, sizeof db->notice,
             "'%.300s' is on a disk that does not let programs share memory (a network disk?): "
             "saving is slower, and only one machine at a time should use the journal",
             db->path);
    return db_run(db, "PRAGMA journal_mode = DELETE");
}

static void disconnect(struct db *db)
{
    sqlite3_finalize(db->rollback);
    sqlite3_close(db->handle);
    db->rollback = NULL;
    db->handle = NULL;
}

/* A file that nobody can change meanwhile needs no files beside it; otherwise SQLite takes part in
 * the locking, and for that it may write beside the journal. */
static enum error connect_to_read(struct db *db, bool *writable)
{
    bool has_side;
    enum error error;

    error = disk_check(db->path);
    if (!error)
        error = disk_writable(db->path, writable);
    if (!error)
        error = disk_has_side(db->path, &has_side);
    if (error)
        return error;
    if (*writable)
        return connect(db, SQLITE_OPEN_READWRITE, "");
    return connect(db, SQLITE_OPEN_READONLY, has_side ? "" : "?immutable=1");
}

static enum error copy_from(struct db *db, sqlite3 *file)
{
    sqlite3_backup *backup = sqlite3_backup_init(db->handle, "main", file, "main");
    int code;

    if (!backup)
        return db_raise(db, sqlite3_extended_errcode(db->handle));
    sqlite3_backup_step(backup, -1);
    code = sqlite3_backup_finish(backup);
    return code == SQLITE_OK ? ERROR_NONE : db_raise(db, code);
}

/* The tables of a file that may not be written are brought up to date in memory. */
static enum error read_copy(struct db *db)
{
    sqlite3 *file = db->handle;
    enum error error;

    db->handle = NULL;
    sqlite3_finalize(db->rollback);
    db->rollback = NULL;
    error = connect(db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, "");
    if (!error)
        error = copy_from(db, file);
    if (!error)
        error = schema_migrate(db);
    sqlite3_close(file);
    return error;
}

static enum error open_to_read(struct db *db)
{
    bool current = false, writable = false;
    enum error error;

    error = connect_to_read(db, &writable);
    if (!error)
        error = schema_check(db, &current);
    if (!error && !current)
        return read_copy(db);
    /* The one thing that reading does to the file: what was to be gone goes. */
    return error || !writable ? error : purge_resume(db);
}

static enum error connect_to_write(struct db *db)
{
    bool writable;
    enum error error = ERROR_NONE;

    if (db->mode == DB_CREATE)
        error = disk_make(db->path);
    if (!error)
        error = disk_check(db->path);
    if (!error)
        error = disk_writable(db->path, &writable);
    if (error)
        return error;
    /* Looked at first: SQLite would open it for reading, and leave files beside it. */
    return writable ? connect(db, SQLITE_OPEN_READWRITE, "") : db_raise(db, SQLITE_READONLY);
}

static enum error open_to_write(struct db *db)
{
    bool current = false;
    enum error error;

    error = connect_to_write(db);
    /* Looked at first: another program's database stays as it is. */
    if (!error)
        error = schema_check(db, &current);
    if (!error)
        error = choose_journal(db);
    if (!error && !current)
        error = schema_migrate(db);
    return error ? error : purge_resume(db);
}

static enum error try_to_open(struct db *db)
{
    enum error error;

    disconnect(db);
    error = db->mode == DB_READ ? open_to_read(db) : open_to_write(db);
    if (!error)
        error = vault_load(db);
    if (!error)
        error = db_run_integer(db, "PRAGMA data_version", &db->version);
    db->made = 0;
    db->others = false;
    return error ? error : db_read_acts(db, &db->acts);
}

/* NULL: memory is short. */
static struct db *make(const char *path, enum db_mode mode)
{
    struct db *db = calloc(1, sizeof *db);

    if (db)
        db->path = strdup(path);
    if (!db || !db->path) {
        db_close(db);
        return NULL;
    }
    db->mode = mode;
    db->patience = PATIENCE;
    return db;
}

enum error db_open(const char *path, enum db_mode mode, struct db **out)
{
    int64_t deadline = clock_milliseconds() + PATIENCE;
    struct db *db = make(path, mode);
    enum error error;

    *out = NULL;
    if (!db)
        return error_raise_plain(ERROR_NO_MEMORY);
    /* Processes that make the same file at once can find it busy where SQLite does not wait. */
    while ((error = try_to_open(db)) == ERROR_BUSY && clock_milliseconds() < deadline)
        clock_sleep(5);
    if (error)
        db_close(db);
    else
        *out = db;
    return error;
}

enum error db_connect_new(const char *path, struct db **out)
{
    struct db *db = make(path, DB_CREATE);
    enum error error;

    *out = NULL;
    if (!db)
        return error_raise_plain(ERROR_NO_MEMORY);
    error = disk_new(path);
    if (!error)
        error = connect(db, SQLITE_OPEN_READWRITE, "");
    if (error)
        db_close(db);
    else
        *out = db;
    return error;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    disconnect(db);
    vault_clear(&db->vault);
    free(db->path);
    free(db);
}

void db_set_patience(struct db *db, int milliseconds)
{
    db->patience = milliseconds;
    sqlite3_busy_timeout(db->handle, milliseconds);
}

enum error db_set_durable(struct db *db, bool durable)
{
    bool wal;
    enum error error = db_uses_wal(db, &wal);

    if (error)
        return error;
    db->hasty = !durable && wal;
    /* Folding the WAL in waits for the disk. */
    error = db_run(db, db->hasty ? "PRAGMA wal_autocheckpoint = 0"
                                 : "PRAGMA wal_autocheckpoint = " CHECKPOINT_PAGES);
    if (error)
        return error;
    return db_run(db, db->hasty ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL");
}

uint64_t db_acts(const struct db *db)
{
    return db->made;
}

enum error db_sync(struct db *db)
{
    sqlite3_file *wal = NULL;
    int64_t acts;
    enum error error = db_read_acts(db, &acts); /* after which its WAL is open */
    int code = SQLITE_OK;

    if (error)
        return error;
    sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
    if (wal && wal->pMethods)
        code = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
    return code == SQLITE_OK ? ERROR_NONE : db_raise(db, code);
}

const char *db_notice(const struct db *db)
{
    return db->notice[0] ? db->notice : NULL;
}

enum error db_read_acts(struct db *db, int64_t *acts)
{
    return db_run_integer(db, "SELECT acts FROM revision", acts);
}

enum error db_changed(struct db *db, bool *changed)
{
    int64_t version, acts = db->acts;
    enum error error;

    *changed = false;
    error = db_run_integer(db, "PRAGMA data_version", &version);
    if (!error && version != db->version)
        error = db_read_acts(db, &acts);
    if (!error && version != db->version)
        error = vault_check(db);
    if (error)
        return error;
    *changed = db->others || acts != db->acts;
    db->version = version;
    db->acts = acts;
    db->others = false;
    return ERROR_NONE;
}
