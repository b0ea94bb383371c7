#include "db/disk.h"

#include "base/file.h"
#include "db/backup.h"
#include "db/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RENAME_PATIENCE = 500 /* ms */ };

/* What SQLite puts behind the path. */
static const char *const side[] = {"-journal", "-wal", "-shm"};
enum { SIDES = sizeof side / sizeof side[0] };

static enum error raise_missing(const char *path)
{
    return error_raise(ERROR_NOT_FOUND, "there is no journal '%s'", path);
}

static char *beside(const char *path, const char *suffix)
{
    size_t room = strlen(path) + strlen(suffix) + 1;
    char *name = malloc(room);

    if (name)
        snprintf(name, room, "%s%s", path, suffix);
    else
        error_raise_plain(ERROR_NO_MEMORY);
    return name;
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder;

    if (!slash)
        folder = strdup(".");
    else
        folder = strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (!folder)
        error_raise_plain(ERROR_NO_MEMORY);
    return folder;
}

static void sync_folder(const char *path)
{
    char *folder = folder_of(path);
    int descriptor = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

    if (descriptor >= 0) {
        fsync(descriptor);
        close(descriptor);
    }
    free(folder);
}

enum error disk_new(const char *path)
{
    int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (descriptor < 0)
        return error_raise_errno("make", path);
    close(descriptor);
    sync_folder(path);
    return ERROR_NONE;
}

enum error disk_make(const char *path)
{
    enum error error = file_make_folder(path);

    if (error)
        return error;
    /* Never opened where it exists: closing a descriptor would drop the locks that other
     * connections of this process hold on it (fcntl(2)). */
    error = disk_new(path);
    return error == ERROR_EXISTS ? ERROR_NONE : error;
}

enum error disk_check(const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return errno == ENOENT ? raise_missing(path) : error_raise_errno("open", path);
    if (S_ISDIR(status.st_mode))
        return error_raise(ERROR_DAMAGED, "'%s' is a folder, not a journal", path);
    if (!S_ISREG(status.st_mode))
        return error_raise(ERROR_DAMAGED, "'%s' is not a regular file, so no journal", path);
    return access(path, R_OK) == 0 ? ERROR_NONE : error_raise_errno("read", path);
}

enum error disk_writable(const char *path, bool *writable)
{
    char *folder = folder_of(path);

    if (!folder)
        return ERROR_NO_MEMORY;
    *writable = access(path, W_OK) == 0 && access(folder, W_OK | X_OK) == 0;
    free(folder);
    return ERROR_NONE;
}

enum error disk_has_side(const char *path, bool *has)
{
    *has = false;
    for (int i = 0; i < SIDES; i++) {
        struct stat status;
        char *name = beside(path, side[i]);

        if (!name)
            return ERROR_NO_MEMORY;
        if (stat(name, &status) == 0 && status.st_size > 0)
            *has = true;
        free(name);
    }
    return ERROR_NONE;
}

/* ---- whose a file is ---- */

static const char *name_in(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* One file, or one place where a file may come to be. */
static enum error same_place(const char *a, const char *b, bool *same)
{
    char *a_folder, *b_folder;

    *same = file_same(a, b);
    if (*same || strcmp(name_in(a), name_in(b)) != 0)
        return ERROR_NONE;
    a_folder = folder_of(a);
    b_folder = folder_of(b);
    *same = a_folder && b_folder && file_same(a_folder, b_folder);
    free(b_folder);
    free(a_folder);
    return a_folder && b_folder ? ERROR_NONE : ERROR_NO_MEMORY;
}

enum error db_owns(const char *path, const char *file, bool *owns)
{
    /* SQLite keeps its files beside the file that a symbolic link leads to. */
    char *real = realpath(path, NULL);
    enum error error = same_place(path, file, owns);

    for (int i = 0; i < SIDES && real && !error && !*owns; i++) {
        char *name = beside(real, side[i]);

        error = name ? same_place(name, file, owns) : ERROR_NO_MEMORY;
        free(name);
    }
    free(real);
    return error;
}

/* ---- renaming ---- */

/* Leaving WAL mode folds the WAL in and removes it; SQLite does so only for the last connection. */
static enum error leave_wal(struct db *db)
{
    bool left = false;
    struct query query;
    enum error error;

    query_start(&query, db, "PRAGMA journal_mode = DELETE");
    if (query_step(&query))
        left = sqlite3_stricmp((const char *)sqlite3_column_text(query.statement, 0), "wal") != 0;
    error = query_finish(&query);
    return error || left ? error : ERROR_BUSY;
}

enum error db_shared(struct db *db, bool *shared)
{
    bool wal;
    enum error error = db_uses_wal(db, &wal), result;

    *shared = false;
    if (error || !wal)
        return error;
    sqlite3_busy_timeout(db->handle, 0);
    error = leave_wal(db);
    *shared = error == ERROR_BUSY;
    sqlite3_busy_timeout(db->handle, db->patience);
    if (error && !*shared)
        return error;
    result = db_run(db, "PRAGMA journal_mode = WAL");
    return result == ERROR_BUSY ? ERROR_NONE : result;
}

static enum error fold_wal(struct db *db)
{
    int64_t deadline = clock_milliseconds() + RENAME_PATIENCE;
    enum error error;

    sqlite3_busy_timeout(db->handle, RENAME_PATIENCE);
    while ((error = leave_wal(db)) == ERROR_BUSY && clock_milliseconds() < deadline)
        clock_sleep(5);
    if (!error)
        error = db_run(db, "BEGIN EXCLUSIVE");
    if (error != ERROR_BUSY)
        return error;
    return error_raise(ERROR_BUSY, "another program has '%s' open; close it and try again",
                       db->path);
}

enum error db_claim(const char *path, struct db **claim)
{
    enum error error = db_open(path, DB_WRITE, claim);

    if (!error)
        error = fold_wal(*claim);
    if (!error)
        return ERROR_NONE;
    db_close(*claim);
    *claim = NULL;
    return error == ERROR_BUSY || error == ERROR_NO_MEMORY ? error : ERROR_NONE;
}

static enum error check_free(const char *path)
{
    struct stat status;
    bool left;
    enum error error;

    if (lstat(path, &status) == 0)
        return error_raise(ERROR_EXISTS, "'%s' exists already; choose another name", path);
    error = disk_has_side(path, &left);
    if (!error && left)
        error = error_raise(ERROR_EXISTS,
                            "files of an earlier journal are left beside '%s'; remove them first",
                            path);
    return error;
}

static enum error move(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return ERROR_NONE;
    if (errno == EEXIST)
        return error_raise(ERROR_EXISTS, "'%s' exists already; choose another name", to);
    /* Not every disk knows RENAME_NOREPLACE. */
    if (errno != EINVAL || rename(from, to) != 0)
        return error_raise_errno("rename to", to);
    return ERROR_NONE;
}

enum error db_rename(const char *from, const char *to)
{
    struct db *db;
    enum error error;

    error = check_free(to);
    if (error)
        return error;
    error = db_open(from, DB_WRITE, &db);
    if (error)
        return error;
    error = fold_wal(db);
    if (!error)
        error = move(from, to);
    if (!error) {
        sync_folder(from);
        sync_folder(to);
    }
    db_close(db);
    return error;
}

/* ---- making ---- */

/* Removes a journal that holds nothing yet, as far as there is anything of it. */
static void discard(const char *path)
{
    for (int i = 0; i < SIDES; i++) {
        char *name = beside(path, side[i]);

        if (name)
            unlink(name);
        free(name);
    }
    unlink(path);
}

static enum error make_as(const char *made, const char *path)
{
    struct db *db;
    enum error error = db_open(made, DB_CREATE, &db);

    if (!error) {
        db_close(db);
        error = db_rename(made, path);
    }
    if (error)
        discard(made);
    return error;
}

enum error db_make(const char *path)
{
    char suffix[32], *made;
    enum error error = check_free(path);

    if (error)
        return error;
    snprintf(suffix, sizeof suffix, ".%ld.new", (long)getpid());
    made = beside(path, suffix);
    error = made ? make_as(made, path) : ERROR_NO_MEMORY;
    free(made);
    return error;
}

/* ---- destroying ---- */

static enum error overwrite(int descriptor, const char *path)
{
    static const char zeros[64 * 1024];
    struct stat status;

    if (fstat(descriptor, &status) != 0)
        return error_raise_errno("look at", path);
    for (off_t at = 0; at < status.st_size;) {
        off_t left = status.st_size - at;
        size_t step = left < (off_t)sizeof zeros ? (size_t)left : sizeof zeros;
        ssize_t written = pwrite(descriptor, zeros, step, at);

        if (written < 0 && errno != EINTR)
            return error_raise_errno("overwrite", path);
        at += written > 0 ? written : 0;
    }
    return fsync(descriptor) == 0 ? ERROR_NONE : error_raise_errno("overwrite", path);
}

static enum error wipe(const char *path)
{
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    enum error error;

    if (descriptor < 0)
        return errno == ENOENT ? ERROR_NONE : error_raise_errno("overwrite", path);
    error = overwrite(descriptor, path);
    close(descriptor);
    if (!error && unlink(path) != 0)
        error = error_raise_errno("remove", path);
    return error;
}

/* The file itself last: cut off half-way, the journal is still there to be destroyed again. */
static enum error wipe_all(const char *path)
{
    enum error error = ERROR_NONE;

    for (int i = 0; i < SIDES && !error; i++) {
        char *name = beside(path, side[i]);

        error = name ? wipe(name) : ERROR_NO_MEMORY;
        free(name);
    }
    return error ? error : wipe(path);
}

enum error db_destroy(const char *path)
{
    char *real;
    enum error error;

    error = disk_check(path);
    if (error)
        return error;
    /* SQLite keeps its files beside the file that a symbolic link leads to. */
    real = realpath(path, NULL);
    if (!real)
        return error_raise_errno("find", path);
    error = wipe_all(real);
    free(real);
    if (!error && unlink(path) != 0 && errno != ENOENT)
        error = error_raise_errno("remove", path);
    sync_folder(path);
    return error;
}
