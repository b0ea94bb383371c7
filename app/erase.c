#include "app/erase.h"

#include "app/display.h"
#include "app/profile.h"
#include "db/contribution.h"
#include "db/db.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WHERE_MAX = 4096, FAULT_MAX = 512 };

/* What a journal holds. */
struct content {
    size_t messages, ratings, drafts, waiting, sent, spent;
    struct buffer where;   /* the servers that contributions went to: "https://a, https://b" */
    char fault[FAULT_MAX]; /* why not all of it is counted; "": it is */
};

/* A walk through the folder: what belongs to the profile (NULL: everything) is told or deleted. */
struct walk {
    const char *profile;
    bool remove;
    struct buffer *out; /* NULL: nothing is told */
    size_t files;
};

/* ---- what a journal holds ---- */

static enum error note_server(struct buffer *where, const char *url)
{
    enum error error = ERROR_NONE;

    if (where->data && strstr(where->data, url))
        return ERROR_NONE;
    if (where->length > 0)
        error = buffer_append_text(where, ", ");
    return error ? error : display_safe(url, strlen(url), DISPLAY_LINE, where);
}

/* One that came too late or was refused has been sent all the same. */
static enum error note_contribution(void *context, const struct ledger_entry *contribution)
{
    struct content *content = context;
    bool kept = contribution->state == CONTRIBUTION_WAITING ||
                contribution->state == CONTRIBUTION_WITHDRAWN;

    content->spent++;
    content->waiting += contribution->state == CONTRIBUTION_WAITING;
    content->sent += !kept;
    return kept ? ERROR_NONE : note_server(&content->where, contribution->url);
}

static enum error count(const char *path, struct content *content)
{
    struct db *db = NULL;
    size_t messages = 0, ratings = 0, drafts = 0;
    enum error error = db_open(path, DB_READ, &db);

    if (!error)
        error = db_count(db, &messages);
    if (!error)
        error = db_rating_count(db, &ratings);
    if (!error)
        error = db_draft_count(db, &drafts);
    if (!error)
        error = db_each_contribution(db, note_contribution, content);
    db_close(db);
    content->messages += messages;
    content->ratings += ratings;
    content->drafts += drafts;
    return error;
}

static void content_init(struct content *content)
{
    *content = (struct content){0};
    buffer_init(&content->where, WHERE_MAX);
}

static void content_free(struct content *content)
{
    buffer_free(&content->where);
}

/* Adds what the profile's journal holds; one that is damaged is deleted all the same. */
static enum error look_into(const char *profile, struct content *content)
{
    struct buffer path;
    enum error error;

    buffer_init(&path, PATH_MAX);
    error = profile_path(profile, &path);
    if (!error && profile_exists(profile)) {
        error = count(path.data, content);
        if (error)
            snprintf(content->fault, sizeof content->fault, "%s", error_sentence());
        error = error == ERROR_NO_MEMORY ? error : ERROR_NONE;
    }
    buffer_free(&path);
    return error;
}

/* ---- in words ---- */

static enum error tell_number(struct buffer *out, size_t number, const char *what)
{
    const char *before = out->length > 0 && out->data[out->length - 1] != ' ' ? ", " : "";

    if (number == 0)
        return ERROR_NONE;
    return buffer_format(out, "%s%zu %s%s", before, number, what, number == 1 ? "" : "s");
}

static enum error tell_content(const struct content *content, struct buffer *out)
{
    enum error error = ERROR_NONE;

    if (content->fault[0])
        error = buffer_format(out, "  messages that could not be counted: %s\n", content->fault);
    if (error || content->messages + content->ratings + content->drafts + content->waiting == 0)
        return error;
    error = buffer_append_text(out, "  ");
    if (!error)
        error = tell_number(out, content->messages, "message");
    if (!error)
        error = tell_number(out, content->ratings, "rating");
    if (!error)
        error = tell_number(out, content->drafts, "draft");
    if (!error)
        error = tell_number(out, content->waiting, "report");
    if (!error && content->waiting > 0)
        error = buffer_append_text(out, " that waited to be sent");
    return error ? error : buffer_append_byte(out, '\n');
}

static enum error tell_size(off_t size, struct buffer *out)
{
    if (size < 1000)
        return buffer_format(out, "%d bytes", (int)size);
    if (size < 1000000)
        return buffer_format(out, "%.1f KB", (double)size / 1e3);
    return buffer_format(out, "%.1f MB", (double)size / 1e6);
}

static enum error tell_file(const char *file, off_t size, bool overwritten, struct buffer *out)
{
    enum error error = buffer_append_text(out, "  ");

    if (!error)
        error = display_safe(file, strlen(file), DISPLAY_LINE, out);
    if (!error)
        error = buffer_append_text(out, ", ");
    if (!error)
        error = tell_size(size, out);
    return error ? error : buffer_append_text(out, overwritten ? ", overwritten\n" : "\n");
}

static enum error tell_left(const struct content *content, bool done, struct buffer *out)
{
    enum error error = buffer_format(out, "%s, since it is not in EmoTrack's hands:\n",
                                     done ? "Not deleted" : "It does not delete");

    if (!error && content->sent > 0)
        error =
            buffer_format(out,
                          "  %zu contribution%s that went to %s: votes without your name, which "
                          "nobody can call back\n",
                          content->sent, content->sent == 1 ? "" : "s", content->where.data);
    if (!error)
        error = buffer_append_text(
            out, "  exports, backups and bytes that you have written to files elsewhere\n"
                 "  copies that the disk, or a program that backs it up, keeps of these files\n");
    if (!error && content->spent > 0)
        error = buffer_format(
            out,
            "The count of your contributions (%zu) %s too: if you join a server again, this device "
            "counts from none, and no server keeps a count of you.\n",
            content->spent, done ? "is gone" : "goes");
    return error;
}

/* ---- files ---- */

static enum error remove_file(const char *path, const struct stat *status, bool overwrite)
{
    if (overwrite && S_ISREG(status->st_mode))
        return db_destroy(path);
    return unlink(path) == 0 ? ERROR_NONE : error_raise_errno("remove", path);
}

static enum error visit(struct walk *walk, const char *folder, const char *file)
{
    bool copy = true;
    struct stat status;
    struct buffer path;
    enum error error = ERROR_NONE;

    if (walk->profile && !profile_owns(walk->profile, file, &copy))
        return ERROR_NONE;
    buffer_init(&path, PATH_MAX);
    error = buffer_format(&path, "%s/%s", folder, file);
    if (!error && (lstat(path.data, &status) != 0 || S_ISDIR(status.st_mode))) {
        buffer_free(&path);
        return ERROR_NONE;
    }
    walk->files++;
    if (!error && walk->out)
        error = tell_file(file, status.st_size, copy && status.st_size > 0, walk->out);
    if (!error && walk->remove)
        error = remove_file(path.data, &status, copy);
    buffer_free(&path);
    return error;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Goes through the folder; one that is not there is empty. */
static enum error walk_folder(struct walk *walk)
{
    struct dirent **files = NULL;
    struct buffer folder;
    int found = 0;
    enum error error;

    buffer_init(&folder, PATH_MAX);
    error = profile_folder(&folder);
    if (!error)
        found = scandir(folder.data, &files, NULL, by_name);
    if (!error && found < 0 && errno != ENOENT)
        error = error_raise_errno("list", folder.data);
    for (int i = 0; i < found; i++) {
        if (!error)
            error = visit(walk, folder.data, files[i]->d_name);
        free(files[i]);
    }
    free(files);
    buffer_free(&folder);
    return error;
}

/* ---- one profile ---- */

static enum error raise_nothing(const char *profile)
{
    return error_raise(ERROR_NOT_FOUND,
                       "there is nothing of a profile '%s'; `emotrack profile list` shows those "
                       "that are there",
                       profile);
}

static enum error tell_profile(const char *profile, bool done, struct buffer *out)
{
    struct walk walk = {.profile = profile, .out = out};
    struct content content;
    enum error error;

    content_init(&content);
    error = look_into(profile, &content);
    if (!error)
        error = buffer_format(
            out, done ? "Deleted, of the profile '%s':\n" : "Deleting the profile '%s' deletes:\n",
            profile);
    if (!error)
        error = tell_content(&content, out);
    if (!error)
        error = walk_folder(&walk);
    if (!error && walk.files == 0)
        error = raise_nothing(profile);
    if (!error)
        error = tell_left(&content, done, out);
    content_free(&content);
    return error;
}

enum error erase_look(const char *profile, struct buffer *out)
{
    return tell_profile(profile, false, out);
}

/* First the journal and what is known to stand beside it, then what else is left. */
static enum error remove_profile(const char *profile)
{
    struct walk walk = {.profile = profile, .remove = true};
    enum error error = profile_exists(profile) ? profile_delete(profile) : ERROR_NONE;

    return error ? error : walk_folder(&walk);
}

enum error erase_profile(const char *profile, struct buffer *out)
{
    enum error error = tell_profile(profile, true, out);

    return error ? error : remove_profile(profile);
}

/* ---- everything ---- */

/* Calls `act` for each profile, until one fails. */
static enum error each_profile(enum error (*act)(void *context, const char *profile), void *context)
{
    char **names;
    size_t count;
    enum error error = profile_list(&names, &count);

    for (size_t i = 0; i < count && !error; i++)
        error = act(context, names[i]);
    profile_list_free(names, count);
    return error;
}

static enum error add_profile(void *context, const char *profile)
{
    return look_into(profile, context);
}

static enum error check_alone(void *context, const char *profile)
{
    struct db *claim = NULL;
    struct buffer path;
    enum error error;

    (void)context;
    buffer_init(&path, PATH_MAX);
    error = profile_path(profile, &path);
    if (!error)
        error = db_claim(path.data, &claim);
    db_close(claim);
    buffer_free(&path);
    return error;
}

static enum error remove_next(void *context, const char *profile)
{
    (void)context;
    return remove_profile(profile);
}

static bool is_there(const char *path)
{
    return path && path[0] && access(path, F_OK) == 0;
}

static enum error tell_all(const char *configuration, bool done, struct buffer *out)
{
    struct walk walk = {.out = out};
    struct stat status = {0};
    struct content content;
    enum error error;

    content_init(&content);
    error = each_profile(add_profile, &content);
    if (!error)
        error = buffer_append_text(out, done ? "Deleted, of all profiles:\n"
                                             : "Erasing deletes, of all profiles:\n");
    if (!error)
        error = tell_content(&content, out);
    if (!error)
        error = walk_folder(&walk);
    if (!error && is_there(configuration)) {
        walk.files += stat(configuration, &status) == 0;
        error = tell_file(configuration, status.st_size, false, out);
    }
    if (!error && walk.files == 0)
        error = error_raise(ERROR_NOT_FOUND, "there is nothing of EmoTrack's in this account");
    if (!error)
        error = tell_left(&content, done, out);
    content_free(&content);
    return error;
}

enum error erase_look_at_all(const char *configuration, struct buffer *out)
{
    return tell_all(configuration, false, out);
}

/* The folder that a path stands in, where it is empty. */
static void remove_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path)) : NULL;

    if (folder)
        rmdir(folder);
    free(folder);
}

static enum error remove_rest(const char *configuration)
{
    struct walk walk = {.remove = true};
    struct buffer folder;
    enum error error = walk_folder(&walk);

    buffer_init(&folder, PATH_MAX);
    if (!error)
        error = profile_folder(&folder);
    if (!error)
        rmdir(folder.data);
    if (!error && is_there(configuration)) {
        if (unlink(configuration) != 0)
            error = error_raise_errno("remove", configuration);
        else
            remove_folder_of(configuration);
    }
    buffer_free(&folder);
    return error;
}

enum error erase_all(const char *configuration, struct buffer *out)
{
    enum error error = each_profile(check_alone, NULL);

    if (!error)
        error = tell_all(configuration, true, out);
    if (!error)
        error = each_profile(remove_next, NULL);
    return error ? error : remove_rest(configuration);
}
