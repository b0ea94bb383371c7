#include "app/journal_care.h"
#include "app/sync_parts.h"

#include <limits.h>
#include <unistd.h>

_Static_assert((int)JOURNAL_KEY == (int)DB_KEY, "the key is the database's");

/* ---- opening ---- */

enum error journal_unlock(struct db *db, const char *what, journal_ask *ask, void *context)
{
    enum error error = ERROR_DENIED;

    if (!db_encrypted(db))
        return ERROR_NONE;
    if (!ask)
        return error_raise(ERROR_DENIED, "%s is encrypted: its passphrase is needed", what);
    for (bool again = false; error == ERROR_DENIED; again = true) {
        struct passphrase passphrase = {.length = 0};

        error = ask(context, what, again, &passphrase);
        if (error)
            return error;
        error = db_unlock(db, &passphrase);
        passphrase_wipe(&passphrase);
    }
    return error;
}

/* ---- what stands beside the journal ---- */

static bool is_there(const struct journal *journal, enum profile_file file)
{
    struct buffer path;
    bool there = !file_of(journal, file, &path) && access(path.data, F_OK) == 0;

    buffer_free(&path);
    return there;
}

/* What a backup or a restore that was cut off has left; it may hold texts in clear. */
static enum error remove_parts(const struct journal *journal)
{
    enum error error = profile_remove(journal->profile, PROFILE_OUT);

    return error ? error : profile_remove(journal->profile, PROFILE_IN);
}

void journal_sweep(const struct journal *journal)
{
    atomic_bool at_once = true;
    int lock = -1;

    if (!is_there(journal, PROFILE_OUT) && !is_there(journal, PROFILE_IN))
        return;
    /* Held: they are not left, but in use. */
    if (sync_lock(journal, &at_once, &lock) || remove_parts(journal))
        error_raise_plain(ERROR_NONE);
    sync_unlock(lock);
}

/* Whether the journal that a restored one has replaced is there, and not encrypted. */
static enum error kept_in_clear(const struct journal *journal, struct buffer *path, bool *clear)
{
    struct db *db = NULL;
    enum error error = profile_file(journal->profile, PROFILE_KEPT, path);

    *clear = false;
    if (error || access(path->data, F_OK) != 0)
        return error;
    *clear = db_open(path->data, DB_READ, &db) || !db_encrypted(db);
    db_close(db);
    return ERROR_NONE;
}

static enum error check_kept(const struct journal *journal)
{
    struct buffer path;
    bool clear;
    enum error error;

    buffer_init(&path, PATH_MAX);
    error = kept_in_clear(journal, &path, &clear);
    if (!error && clear)
        error = error_raise(ERROR_EXISTS,
                            "'%s' keeps the journal that a restored one has replaced, and is not "
                            "encrypted: move it away, or give it up with --force",
                            path.data);
    buffer_free(&path);
    return error;
}

static enum error give_up_kept(const struct journal *journal)
{
    struct buffer path;
    bool clear;
    enum error error;

    buffer_init(&path, PATH_MAX);
    error = kept_in_clear(journal, &path, &clear);
    if (!error && clear)
        error = profile_remove(journal->profile, PROFILE_KEPT);
    buffer_free(&path);
    return error;
}

/* ---- on and off ---- */

/* Others would go on with what they have read, and could not save what is being typed. */
static enum error check_alone(const struct journal *journal)
{
    bool shared;
    enum error error = db_shared(journal->db, &shared);

    if (!error && shared)
        error = error_raise(ERROR_BUSY, "another program has '%s' open; close it and try again",
                            journal->path.data);
    return error;
}

enum error journal_encrypt_ready(const struct journal *journal, bool force)
{
    if (db_encrypted(journal->db))
        return error_raise(ERROR_EXISTS,
                           "the profile '%s' is encrypted already; `emotrack passphrase` changes "
                           "its passphrase",
                           journal->profile);
    return force ? ERROR_NONE : check_kept(journal);
}

/* The saved layer goes with the bytes of before: what is in memory is as good, and is saved at the
 * close, so that the next start need not learn all ratings again. */
static enum error keep_layer(struct journal *journal, enum error error)
{
    if (!error)
        journal->unsaved = journal_rating_count(journal);
    return error;
}

enum error journal_encrypt(struct journal *journal, const struct passphrase *passphrase, bool force,
                           const struct journal_watch *watch)
{
    struct journal_stage stage = {watch, "encrypting"};
    int lock = -1;
    enum error error = journal_encrypt_ready(journal, force);

    if (!error)
        error = sync_lock_watched(journal, watch, &lock);
    if (!error)
        error = check_alone(journal);
    if (!error)
        error = remove_parts(journal);
    if (!error && force)
        error = give_up_kept(journal);
    if (!error)
        error = journal_step(&stage, 0, 0);
    if (!error)
        error = db_encrypt(journal->db, passphrase, journal_step, &stage);
    sync_unlock(lock);
    return keep_layer(journal, error);
}

enum error journal_decrypt(struct journal *journal, const struct journal_watch *watch)
{
    struct journal_stage stage = {watch, "decrypting"};
    int lock = -1;
    enum error error = sync_lock_watched(journal, watch, &lock);

    if (!error)
        error = check_alone(journal);
    if (!error)
        error = db_decrypt(journal->db, journal_step, &stage);
    sync_unlock(lock);
    return keep_layer(journal, error);
}

enum error journal_change_passphrase(struct journal *journal, const struct passphrase *passphrase)
{
    return keep_layer(journal, db_change_passphrase(journal->db, passphrase));
}
