#include "db/internal.h"

#include <errno.h>
#include <string.h>

/* The errno behind a failure, or 0. SQLite does not pass on that of a failed commit. */
static int system_error(struct db *db)
{
    int number = sqlite3_system_errno(db->handle);
    sqlite3_file *file = NULL;

    if (number)
        return number;
    sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
    if (file && file->pMethods)
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number);
    return number;
}

static enum error raise_cannot_open(struct db *db)
{
    int number = system_error(db);

    if (number == EROFS)
        return error_raise(ERROR_READ_ONLY, "'%s' is on a disk that cannot be written", db->path);
    if (number == EACCES || number == EPERM)
        return error_raise(ERROR_DENIED,
                           "permission denied for '%s' or the files beside it; check who owns them",
                           db->path);
    return error_raise(ERROR_IO, "cannot open '%s' or a file beside it%s%s; check its folder",
                       db->path, number ? ": " : "", number ? strerror(number) : "");
}

static enum error raise_full(struct db *db)
{
    return error_raise(ERROR_FULL,
                       "the disk is full: nothing was changed in '%s'; free some space and try "
                       "again",
                       db->path);
}

static enum error raise_io(struct db *db, int code)
{
    int number = system_error(db);

    if (code == SQLITE_IOERR_NOMEM)
        return error_raise_plain(ERROR_NO_MEMORY);
    if (number == ENOSPC || number == EDQUOT || number == EFBIG)
        return raise_full(db);
    return error_raise(ERROR_IO,
                       "reading or writing '%s' failed: %s; check the disk, then try again",
                       db->path, number ? strerror(number) : sqlite3_errstr(code));
}

static enum error raise_read_only(struct db *db, int code)
{
    if (code == SQLITE_READONLY_DBMOVED)
        return error_raise(ERROR_NOT_FOUND,
                           "'%s' was moved or deleted while it was open; start again", db->path);
    return error_raise(ERROR_READ_ONLY,
                       "'%s' can be read but not written; check its permissions and its folder's",
                       db->path);
}

static enum error raise_damaged(struct db *db, int code)
{
    if (code == SQLITE_NOTADB)
        return error_raise(ERROR_DAMAGED,
                           "'%s' is not an EmoTrack journal, or it is damaged; nothing was changed "
                           "in it",
                           db->path);
    return error_raise(ERROR_DAMAGED,
                       "'%s' is damaged (%s); keep a copy of it and of the files beside it, then "
                       "try: sqlite3 FILE .recover | sqlite3 NEW",
                       db->path,
                       code == SQLITE_ERROR ? sqlite3_errmsg(db->handle) : sqlite3_errstr(code));
}

bool db_has_moved(struct db *db)
{
    int moved = 0;

    if (db->handle)
        sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return moved;
}

enum error db_raise(struct db *db, int code)
{
    if (db_has_moved(db))
        code = SQLITE_READONLY_DBMOVED;
    switch (code & 0xFF) {
    case SQLITE_NOMEM: return error_raise_plain(ERROR_NO_MEMORY);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return error_raise(ERROR_BUSY,
                           "another program is using '%s' and did not finish in time; close it or "
                           "try again",
                           db->path);
    case SQLITE_FULL: return raise_full(db);
    case SQLITE_IOERR: return raise_io(db, code);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM: return raise_cannot_open(db);
    case SQLITE_READONLY: return raise_read_only(db, code);
    case SQLITE_AUTH: return vault_raise(db);
    case SQLITE_INTERRUPT: return error_raise(ERROR_CANCELLED, "the search was stopped");
    case SQLITE_TOOBIG:
        return error_raise(ERROR_TOO_LARGE, "that text is too long for '%s'; shorten it", db->path);
    default: return raise_damaged(db, code);
    }
}

enum error db_raise_no_message(struct db *db, int64_t id)
{
    return error_raise(ERROR_NOT_FOUND,
                       "there is no message %lld in '%s'; `emotrack history` lists those that are "
                       "there",
                       (long long)id, db->path);
}

void query_start(struct query *query, struct db *db, const char *sql)
{
    *query = (struct query){.db = db};
    query->code = sqlite3_prepare_v2(db->handle, sql, -1, &query->statement, NULL);
}

void query_fail(struct query *query, int code)
{
    if (query->code == SQLITE_OK)
        query->code = code;
}

void query_bind_integer(struct query *query, int64_t value)
{
    if (query->code == SQLITE_OK)
        query->code = sqlite3_bind_int64(query->statement, ++query->bound, value);
}

void query_bind_real(struct query *query, double value)
{
    if (query->code == SQLITE_OK)
        query->code = sqlite3_bind_double(query->statement, ++query->bound, value);
}

void query_bind_text(struct query *query, const char *text)
{
    if (query->code == SQLITE_OK)
        query->code = sqlite3_bind_text64(query->statement, ++query->bound, text,
                                          text ? strlen(text) : 0, SQLITE_STATIC, SQLITE_UTF8);
}

void query_bind_blob(struct query *query, const void *bytes, size_t length)
{
    if (query->code == SQLITE_OK)
        query->code =
            sqlite3_bind_blob64(query->statement, ++query->bound, bytes, length, SQLITE_STATIC);
}

bool query_step(struct query *query)
{
    int code;

    if (query->code != SQLITE_OK)
        return false;
    code = sqlite3_step(query->statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        query->code = code;
    return code == SQLITE_ROW;
}

void query_again(struct query *query)
{
    query->bound = 0;
    if (query->code == SQLITE_OK)
        query->code = sqlite3_reset(query->statement);
}

enum error query_finish(struct query *query)
{
    /* Raised before the statement is gone: the cause is read from the connection. */
    enum error error = query->code == SQLITE_OK ? ERROR_NONE : db_raise(query->db, query->code);

    sqlite3_finalize(query->statement);
    query->statement = NULL;
    return error;
}

int64_t query_integer(struct query *query, int column)
{
    return sqlite3_column_int64(query->statement, column);
}

double query_real(struct query *query, int column)
{
    return sqlite3_column_double(query->statement, column);
}

char *query_text(struct query *query, int column)
{
    const unsigned char *text;
    char *copy = NULL;

    if (sqlite3_column_type(query->statement, column) == SQLITE_NULL)
        return NULL;
    text = sqlite3_column_text(query->statement, column);
    if (text)
        copy = strdup((const char *)text);
    if (!copy)
        query_fail(query, SQLITE_NOMEM);
    return copy;
}

void query_blob(struct query *query, int column, void *out, size_t length)
{
    const void *blob = sqlite3_column_blob(query->statement, column);

    if (blob && (size_t)sqlite3_column_bytes(query->statement, column) == length)
        memcpy(out, blob, length);
    else
        query_fail(query, sqlite3_errcode(query->db->handle) == SQLITE_NOMEM ? SQLITE_NOMEM
                                                                             : SQLITE_CORRUPT);
}

enum error db_run(struct db *db, const char *sql)
{
    int64_t value;

    return db_run_integer(db, sql, &value);
}

enum error db_run_integer(struct db *db, const char *sql, int64_t *value)
{
    struct query query;

    *value = 0;
    query_start(&query, db, sql);
    while (query_step(&query))
        *value = query_integer(&query, 0);
    return query_finish(&query);
}

enum error db_next_id(struct db *db, const char *table, int64_t *id)
{
    struct query query;

    *id = 1;
    query_start(&query, db, "SELECT seq + 1 FROM sqlite_sequence WHERE name = ?");
    query_bind_text(&query, table);
    if (query_step(&query))
        *id = query_integer(&query, 0);
    return query_finish(&query);
}
