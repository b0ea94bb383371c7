#include "app/profile.h"

#include "app/home.h"
#include "base/file.h"
#include "db/db.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUFFIX ".db"

static const char *const suffixes[] = {
    [PROFILE_MODEL] = ".model",         [PROFILE_PART] = ".model.part",
    [PROFILE_BESIDE] = ".model.beside", [PROFILE_LOCK] = ".sync",
    [PROFILE_CLAIMS] = ".drafts",       [PROFILE_OUT] = ".backup.part",
    [PROFILE_IN] = ".restore.part",     [PROFILE_KEPT] = ".kept",
};

const char *profile_choose(const char *name)
{
    const char *environment = getenv("EMOTRACK_PROFILE");

    if (name)
        return name;
    return environment && *environment ? environment : PROFILE_DEFAULT;
}

bool profile_name_ok(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t length = strlen(name);

    return length > 0 && length <= PROFILE_NAME_MAX && name[0] != '.' && name[0] != '-' &&
           strspn(name, allowed) == length;
}

/* The folder of all profiles. */
enum error profile_folder(struct buffer *out)
{
    return home_folder("XDG_DATA_HOME", ".local/share", out);
}

static enum error append_path(const char *name, const char *suffix, struct buffer *out)
{
    enum error error;

    if (!profile_name_ok(name))
        return error_raise(ERROR_INVALID,
                           "'%s' cannot be a profile's name: use 1 to %d letters (A to Z), digits, "
                           "'.', '_' and '-', with a letter, digit or '_' first",
                           name, PROFILE_NAME_MAX);
    error = profile_folder(out);
    return error ? error : buffer_format(out, "/%s%s", name, suffix);
}

enum error profile_path(const char *name, struct buffer *out)
{
    return append_path(name, SUFFIX, out);
}

enum error profile_file(const char *name, enum profile_file file, struct buffer *out)
{
    return append_path(name, suffixes[file], out);
}

/* The path in a buffer of its own. */
static enum error path_of(const char *name, struct buffer *path)
{
    buffer_init(path, PATH_MAX);
    return profile_path(name, path);
}

bool profile_exists(const char *name)
{
    struct buffer path;
    bool exists = !path_of(name, &path) && access(path.data, F_OK) == 0;

    buffer_free(&path);
    return exists;
}

static enum error unknown(const char *name)
{
    return error_raise(ERROR_NOT_FOUND,
                       "there is no profile '%s'; `emotrack profile list` shows those that are "
                       "there, `emotrack profile new %s` makes it",
                       name, name);
}

enum error profile_check(const char *name)
{
    struct buffer path;
    enum error error = path_of(name, &path);

    if (!error && strcmp(name, PROFILE_DEFAULT) != 0 && access(path.data, F_OK) != 0)
        error = unknown(name);
    buffer_free(&path);
    return error;
}

/* ---- what is kept beside the database ---- */

static bool is_copy(enum profile_file file)
{
    return file == PROFILE_OUT || file == PROFILE_IN || file == PROFILE_KEPT;
}

static enum error remove_copy(const char *path)
{
    enum error error = db_destroy(path);

    return error == ERROR_NOT_FOUND ? ERROR_NONE : error;
}

enum error profile_remove(const char *name, enum profile_file file)
{
    struct buffer path;
    enum error error;

    buffer_init(&path, PATH_MAX);
    error = profile_file(name, file, &path);
    if (!error && is_copy(file))
        error = remove_copy(path.data);
    else if (!error && unlink(path.data) != 0 && errno != ENOENT)
        error = error_raise_errno("remove", path.data);
    buffer_free(&path);
    return error;
}

enum error profile_discard(const char *name, enum profile_file file, enum error error)
{
    char sentence[1024];

    snprintf(sentence, sizeof sentence, "%s", error_sentence());
    if (profile_remove(name, file))
        error_raise_plain(ERROR_NONE);
    return error_raise(error, "%s", sentence);
}

enum error profile_sweep(const char *name)
{
    enum error error = ERROR_NONE;

    for (int i = 0; i < PROFILE_KEPT && !error; i++)
        error = profile_remove(name, (enum profile_file)i);
    return error;
}

/* What SQLite puts behind a journal's name, and what a program that was killed may have left: a
 * journal that was being made (NAME.db.PID.new), a file that was being replaced (NAME.XXXXXX). */
static bool is_behind(const char *rest, bool journal)
{
    static const char *const sides[] = {"-journal", "-wal", "-shm"};
    size_t digits = rest[0] == '.' ? strspn(rest + 1, "0123456789") : 0;
    bool made = journal && digits > 0 && strncmp(rest + 1 + digits, ".new", 4) == 0;

    if (made)
        rest += 1 + digits + 4;
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        if (journal && strcmp(rest, sides[i]) == 0)
            return true;
    }
    return rest[0] == '\0' || (rest[0] == '.' && strlen(rest) == 7 && !strpbrk(rest + 1, ".-"));
}

bool profile_owns(const char *name, const char *file, bool *copy)
{
    size_t length = strlen(name);
    const char *rest = file + length;

    *copy = strncmp(file, name, length) == 0 && strncmp(rest, SUFFIX, strlen(SUFFIX)) == 0 &&
            is_behind(rest + strlen(SUFFIX), true);
    if (*copy || strncmp(file, name, length) != 0)
        return *copy;
    for (int i = 0; i < PROFILE_FILES; i++) {
        size_t suffix = strlen(suffixes[i]);

        if (strncmp(rest, suffixes[i], suffix) != 0 ||
            !is_behind(rest + suffix, is_copy((enum profile_file)i)))
            continue;
        *copy = is_copy((enum profile_file)i);
        return true;
    }
    return false;
}

static enum error move_file(const char *from, const char *to, enum profile_file file)
{
    struct buffer old, new;
    enum error error;

    buffer_init(&old, PATH_MAX);
    buffer_init(&new, PATH_MAX);
    error = profile_file(from, file, &old);
    if (!error)
        error = profile_file(to, file, &new);
    if (!error && access(old.data, F_OK) == 0)
        error = file_move(old.data, new.data);
    buffer_free(&old);
    buffer_free(&new);
    return error;
}

/* What an earlier profile of this name has left for its user is not written over. */
static enum error check_not_kept(const char *name)
{
    struct buffer path;
    enum error error;

    buffer_init(&path, PATH_MAX);
    error = profile_file(name, PROFILE_KEPT, &path);
    if (!error && access(path.data, F_OK) == 0)
        error = error_raise(ERROR_EXISTS,
                            "'%s' keeps an earlier journal of that name; move it away first",
                            path.data);
    buffer_free(&path);
    return error;
}

static enum error move_files(const char *from, const char *to)
{
    enum error error = profile_sweep(to);

    for (int i = 0; i < PROFILE_LOCK && !error; i++)
        error = move_file(from, to, (enum profile_file)i);
    if (!error)
        error = move_file(from, to, PROFILE_KEPT);
    if (!error)
        error = profile_remove(from, PROFILE_LOCK);
    return error ? error : profile_remove(from, PROFILE_CLAIMS);
}

/* ---- profiles ---- */

enum error profile_new(const char *name)
{
    struct buffer path;
    enum error error = path_of(name, &path);

    if (!error && access(path.data, F_OK) == 0)
        error = error_raise(ERROR_EXISTS, "there is a profile '%s' already", name);
    /* Those of an earlier one, whose deletion was cut off. */
    if (!error)
        error = profile_sweep(name);
    if (!error) {
        error = db_make(path.data);
        if (error)
            error_raise(error, "the profile '%s' was not made: %s", name, error_sentence());
    }
    buffer_free(&path);
    return error;
}

enum error profile_delete(const char *name)
{
    struct db *claim = NULL;
    struct buffer path;
    enum error error = path_of(name, &path);

    if (!error && access(path.data, F_OK) != 0)
        error = unknown(name);
    if (!error)
        error = db_claim(path.data, &claim);
    if (!error)
        error = profile_sweep(name);
    if (!error)
        error = profile_remove(name, PROFILE_KEPT);
    if (!error)
        error = db_destroy(path.data);
    db_close(claim);
    buffer_free(&path);
    return error;
}

enum error profile_rename(const char *from, const char *to)
{
    struct buffer old = {0}, new = {0};
    enum error error = path_of(from, &old);

    if (!error)
        error = path_of(to, &new);
    if (!error && access(old.data, F_OK) != 0)
        error = unknown(from);
    if (!error && access(new.data, F_OK) == 0)
        error = error_raise(ERROR_EXISTS, "there is a profile '%s' already", to);
    if (!error)
        error = check_not_kept(to);
    if (!error)
        error = db_rename(old.data, new.data);
    if (!error)
        error = move_files(from, to);
    buffer_free(&old);
    buffer_free(&new);
    return error;
}

/* The profile's name in a file's name: malloc'ed; NULL in `*name` where it is none. */
static enum error name_of(const char *file, char **name)
{
    size_t length = strlen(file);

    *name = NULL;
    if (length <= strlen(SUFFIX) || strcmp(file + length - strlen(SUFFIX), SUFFIX) != 0)
        return ERROR_NONE;
    *name = strndup(file, length - strlen(SUFFIX));
    if (!*name)
        return error_raise_plain(ERROR_NO_MEMORY);
    if (!profile_name_ok(*name)) {
        free(*name);
        *name = NULL;
    }
    return ERROR_NONE;
}

static enum error add_name(char ***names, size_t *count, char *name)
{
    char **more = realloc(*names, (*count + 1) * sizeof *more);

    if (!more) {
        free(name);
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    more[(*count)++] = name;
    *names = more;
    return ERROR_NONE;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum error read_names(DIR *stream, char ***names, size_t *count)
{
    const struct dirent *item;
    enum error error = ERROR_NONE;

    while (!error && (item = readdir(stream)) != NULL) {
        char *name;

        error = name_of(item->d_name, &name);
        if (!error && name)
            error = add_name(names, count, name);
    }
    if (!error && *count > 0)
        qsort(*names, *count, sizeof **names, by_name);
    return error;
}

enum error profile_list(char ***names, size_t *count)
{
    struct buffer path;
    enum error error;
    DIR *stream = NULL;

    *names = NULL;
    *count = 0;
    buffer_init(&path, PATH_MAX);
    error = profile_folder(&path);
    if (!error)
        stream = opendir(path.data);
    if (stream)
        error = read_names(stream, names, count);
    else if (!error && errno != ENOENT)
        error = error_raise_errno("list", path.data);
    if (stream)
        closedir(stream);
    buffer_free(&path);
    if (error) {
        profile_list_free(*names, *count);
        *names = NULL;
        *count = 0;
    }
    return error;
}

void profile_list_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

/* ---- files that nobody else may write ---- */

/* The path without symbolic links of a file, or of the folder in which it would come to be;
 * malloc'ed, NULL where there is neither. */
static char *resolve(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *real = realpath(path, NULL), *folder;

    if (real || !slash)
        return real ? real : realpath(".", NULL);
    folder = strndup(path, slash == path ? 1 : (size_t)(slash - path));
    real = folder ? realpath(folder, NULL) : NULL;
    free(folder);
    return real;
}

/* Whether `folder` is the path or above it. */
static bool is_below(const char *path, const char *folder)
{
    char *real = resolve(path), *slash;
    bool below = real && file_same(real, folder);

    while (!below && real && (slash = strrchr(real, '/'))) {
        *slash = '\0';
        below = file_same(real[0] ? real : "/", folder);
    }
    free(real);
    return below;
}

static enum error guard_profile(const char *name, const char *path)
{
    struct buffer own;
    bool owns = false;
    enum error error = path_of(name, &own);

    if (!error)
        error = db_owns(own.data, path, &owns);
    buffer_free(&own);
    if (!error && owns)
        error = error_raise(ERROR_INVALID,
                            "'%s' is the journal of the profile '%s', or belongs to it, and was "
                            "left as it is; write to another file",
                            path, name);
    return error;
}

static enum error guard_folder(const char *path)
{
    struct buffer own;
    enum error error;

    buffer_init(&own, PATH_MAX);
    error = profile_folder(&own);
    if (!error && is_below(path, own.data))
        error = error_raise(ERROR_INVALID,
                            "'%s' is in '%s', where EmoTrack keeps the journals and nothing else; "
                            "write to another folder",
                            path, own.data);
    buffer_free(&own);
    return error;
}

enum error profile_guard(const char *path)
{
    char **names;
    size_t count;
    enum error error = profile_list(&names, &count);

    /* No home, or one that may not be looked into: no journal could be written there either. */
    if (error)
        return error == ERROR_NO_MEMORY ? error : ERROR_NONE;
    for (size_t i = 0; i < count && !error; i++)
        error = guard_profile(names[i], path);
    profile_list_free(names, count);
    return error ? error : guard_folder(path);
}
