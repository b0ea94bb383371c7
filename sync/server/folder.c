#include "sync/server/folder.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SETTINGS_NAME "config.json"

enum { MARK_MAX = 256 /* bytes */ };

static enum error raise_long(const char *path)
{
    return error_raise(ERROR_INVALID, "the path '%.100s...' is too long for a server's folder",
                       path);
}

enum error folder_init(struct folder *folder, const char *path)
{
    char *whole = realpath(path, NULL);
    const char *chosen = whole ? whole : path;
    enum error error = ERROR_NONE;

    *folder = (struct folder){.lock = -1, .work = -1};
    if (snprintf(folder->path, sizeof folder->path, "%s", chosen) >= (int)sizeof folder->path)
        error = raise_long(path);
    free(whole);
    return error;
}

void folder_close(struct folder *folder)
{
    folder_rest(folder);
    if (folder->lock >= 0)
        close(folder->lock);
    folder->lock = -1;
}

enum error folder_file(const struct folder *folder, const char *name, char *out)
{
    int length = name[0] == '/' ? snprintf(out, FOLDER_PATH_MAX, "%s", name)
                                : snprintf(out, FOLDER_PATH_MAX, "%s/%s", folder->path, name);

    return length < FOLDER_PATH_MAX ? ERROR_NONE : raise_long(out);
}

enum error folder_model(const struct folder *folder, uint32_t version, char *out)
{
    char name[32];

    snprintf(name, sizeof name, "models/%" PRIu32 ".model", version);
    return folder_file(folder, name, out);
}

/* ---- making ---- */

static enum error make(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ? ERROR_NONE : error_raise_errno("make", path);
}

static enum error check_empty(const struct folder *folder)
{
    DIR *entries = opendir(folder->path);
    const struct dirent *entry;
    bool empty = true, server = false;

    if (!entries)
        return error_raise_errno("open", folder->path);
    while ((entry = readdir(entries)) != NULL) {
        empty = empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
        server = server || strcmp(entry->d_name, SETTINGS_NAME) == 0;
    }
    closedir(entries);
    if (empty)
        return ERROR_NONE;
    return error_raise(ERROR_EXISTS, "%s '%s', and it was left as it is; name another with --dir",
                       server ? "there is a server already in" : "there are files in",
                       folder->path);
}

enum error folder_make(struct folder *folder)
{
    char path[FOLDER_PATH_MAX];
    enum error error = make(folder->path);

    snprintf(path, sizeof path, "%s", folder->path);
    if (!error)
        error = folder_init(folder, path);
    if (!error)
        error = check_empty(folder);
    if (!error && chmod(folder->path, 0700) != 0)
        error = error_raise_errno("close to others", folder->path);
    if (!error)
        error = folder_file(folder, "models", path);
    return error ? error : make(path);
}

void folder_clear(const struct folder *folder)
{
    static const char *const names[] = {
        SETTINGS_NAME, "server.db", "server.db-wal", "server.db-shm", "server.db-journal",
        "signing.key", "key",       "tls.pem",       "tls.key",       "ca.pem",
        "mark",        "lock",      "work.lock",
    };
    DIR *models;
    const struct dirent *entry;
    char path[FOLDER_PATH_MAX];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!folder_file(folder, names[i], path))
            unlink(path);
    if (folder_file(folder, "models", path))
        return;
    models = opendir(path);
    while (models && (entry = readdir(models)) != NULL)
        unlinkat(dirfd(models), entry->d_name, 0);
    if (models)
        closedir(models);
    rmdir(path);
}

enum error folder_check(const struct folder *folder)
{
    char path[FOLDER_PATH_MAX];
    enum error error = folder_file(folder, SETTINGS_NAME, path);

    if (error || access(path, F_OK) == 0)
        return error;
    return errno == EACCES
               ? error_raise_errno("open", path)
               : error_raise(ERROR_NOT_FOUND,
                             "there is no server in '%s'; make one: emotrack-server init --dir %s "
                             "--model MODEL",
                             folder->path, folder->path);
}

/* ---- locks ---- */

/* The locks belong to the open file: they go when the process ends, however it does. */
static enum error take(const struct folder *folder, const char *name, int how, int *out)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char path[FOLDER_PATH_MAX];
    enum error error = folder_file(folder, name, path);
    int descriptor;

    if (error)
        return error;
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return error_raise_errno("open", path);
    while (fcntl(descriptor, how, &whole) != 0)
        if (errno != EINTR) {
            bool held = errno == EAGAIN || errno == EACCES;

            error = held ? ERROR_BUSY : error_raise_errno("lock", path);
            close(descriptor);
            return error;
        }
    *out = descriptor;
    return ERROR_NONE;
}

enum error folder_lock(struct folder *folder)
{
    enum error error = take(folder, "lock", F_OFD_SETLK, &folder->lock);

    if (!error && ftruncate(folder->lock, 0) != 0)
        return error_raise_errno("write", folder->path); /* where an earlier one was reached */
    return error != ERROR_BUSY
               ? error
               : error_raise(ERROR_BUSY,
                             "the server in '%s' is running already: emotrack-server status --dir "
                             "%s says more",
                             folder->path, folder->path);
}

enum error folder_announce(struct folder *folder, const char *url)
{
    size_t length = strlen(url);

    if (pwrite(folder->lock, url, length, 0) != (ssize_t)length)
        return error_raise_errno("write", folder->path);
    return ERROR_NONE;
}

bool folder_runs(const struct folder *folder, char *url, size_t size)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char path[FOLDER_PATH_MAX];
    int descriptor = folder_file(folder, "lock", path) ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = 0;
    bool runs = false;

    if (descriptor >= 0) {
        runs = fcntl(descriptor, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
        if (runs)
            length = pread(descriptor, url, size - 1, 0);
        close(descriptor);
    }
    url[length > 0 ? length : 0] = '\0';
    return runs;
}

enum error folder_work(struct folder *folder, bool wait)
{
    enum error error = take(folder, "work.lock", wait ? F_OFD_SETLKW : F_OFD_SETLK, &folder->work);

    return error != ERROR_BUSY
               ? error
               : error_raise(ERROR_BUSY, "another process works on the rounds of '%s'",
                             folder->path);
}

void folder_rest(struct folder *folder)
{
    if (folder->work >= 0)
        close(folder->work);
    folder->work = -1;
}

/* ---- the mark ---- */

static bool parse_mark(const char *text, struct mark *out)
{
    uint64_t *const numbers[] = {&out->round, &out->sequence, &out->model};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char *end;

        *numbers[i] = strtoull(text, &end, 10);
        if (end == text || (*end != ' ' && *end != '\n'))
            return false;
        text = end;
    }
    return strcmp(text, "\n") == 0;
}

enum error folder_read_mark(const struct folder *folder, struct mark *out)
{
    char path[FOLDER_PATH_MAX];
    struct buffer text;
    enum error error = folder_file(folder, "mark", path);

    *out = (struct mark){0};
    if (error || (access(path, F_OK) != 0 && errno == ENOENT))
        return error;
    buffer_init(&text, MARK_MAX);
    error = file_read(path, &text);
    if (!error && !(text.data && parse_mark(text.data, out)))
        error = error_raise(ERROR_DAMAGED,
                            "'%s' is damaged; remove it, then run: emotrack-server check "
                            "--restored --dir %s",
                            path, folder->path);
    buffer_free(&text);
    return error;
}

enum error folder_write_mark(const struct folder *folder, const struct mark *mark)
{
    char path[FOLDER_PATH_MAX], text[MARK_MAX];
    enum error error = folder_file(folder, "mark", path);
    int length = snprintf(text, sizeof text, "%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", mark->round,
                          mark->sequence, mark->model);

    return error ? error : file_replace(path, text, (size_t)length);
}
