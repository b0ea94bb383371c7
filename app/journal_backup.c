#include "app/journal_care.h"
#include "app/profile.h"
#include "app/sync_parts.h"
#include "base/file.h"
#include "db/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- copies ---- */

static void note_fault(void *context, const char *sentence)
{
    struct buffer *faults = context;

    if (buffer_format(faults, "%s%s", faults->length ? "; " : "", sentence))
        error_raise_plain(ERROR_NONE);
}

/* ERROR_DAMAGED with what is wrong, where anything is. */
static enum error check_sound(struct db *db, const char *name)
{
    enum { FAULTS_MAX = 400 };
    struct buffer faults;
    enum error error;

    buffer_init(&faults, FAULTS_MAX);
    error = db_check(db, note_fault, &faults);
    if (!error && faults.length > 0)
        error = error_raise(ERROR_DAMAGED, "%s is damaged: %s", name, faults.data);
    buffer_free(&faults);
    return error;
}

/* What is done with a copy that is sound; `context` is the caller's. */
typedef enum error look_into(void *context, struct db *db);

/* Opens the copy as any journal is opened, and looks at all of it. `look`: NULL: no more. */
static enum error check_copy(const char *path, const char *name, const struct journal_watch *watch,
                             look_into *look, struct restore *restore, struct restore_offer *out)
{
    struct journal_stage stage = {watch, "checking"};
    struct db *db = NULL;
    enum error error = journal_step(&stage, 0, 0);

    if (!error)
        error = db_open(path, DB_READ, &db);
    if (!error)
        error = check_sound(db, name);
    if (!error)
        error = db_count(db, &out->messages);
    if (!error)
        error = db_rating_count(db, &out->ratings);
    if (!error && look)
        error = look(restore, db);
    db_close(db);
    return error;
}

/* A sound copy of the journal in PROFILE_OUT, whose path is appended. */
static enum error make_copy(struct journal *journal, const struct journal_watch *watch,
                            struct buffer *path, struct restore_offer *out)
{
    struct journal_stage stage = {watch, "copying"};
    enum error error = profile_remove(journal->profile, PROFILE_OUT);

    if (!error)
        error = profile_file(journal->profile, PROFILE_OUT, path);
    if (!error)
        error = db_backup(journal->db, path->data, journal_step, &stage);
    return error ? error : check_copy(path->data, "the journal", watch, NULL, NULL, out);
}

/* ---- writing the file ---- */

static enum error take_written(void *context, const void *bytes, size_t length)
{
    return file_writer_add(context, bytes, length);
}

static enum error write_file(const char *copy, const char *path,
                             const struct backup_options *options)
{
    struct journal_stage stage = {&options->watch, "writing"};
    struct file_writer *writer = NULL;
    /* The journal's own mode: a file that is replaced would keep that which it has. */
    enum error error =
        chmod(path, 0600) == 0 || errno == ENOENT ? ERROR_NONE : error_raise_errno("write", path);

    if (!error)
        error = file_writer_open(path, &writer);
    if (!error) {
        struct sealed_sink sink = {take_written, NULL, writer};

        error = options->passphrase ? sealed_write(copy, options->passphrase, &sink)
                                    : plain_read(copy, &sink);
    }
    if (!error)
        error = journal_step(&stage, 1, 1);
    if (!error)
        return file_writer_commit(writer);
    file_writer_abandon(writer);
    return error;
}

/* What was written beside what was meant. */
struct comparison {
    int descriptor; /* of the copy */
    bool differs;
};

static enum error compare(void *context, const void *bytes, size_t length)
{
    struct comparison *comparison = context;
    char meant[SEALED_PIECE];
    size_t at = 0;

    while (at < length && !comparison->differs) {
        ssize_t count = read(comparison->descriptor, meant, length - at);

        if (count < 0 && errno == EINTR)
            continue;
        comparison->differs =
            count <= 0 || memcmp((const char *)bytes + at, meant, (size_t)count) != 0;
        at += count > 0 ? (size_t)count : 0;
    }
    return ERROR_NONE;
}

static enum error read_back(const char *copy, const char *path,
                            const struct backup_options *options)
{
    struct comparison comparison = {.descriptor = open(copy, O_RDONLY | O_CLOEXEC)};
    struct sealed_sink sink = {compare, NULL, &comparison};
    enum error error;
    char more;

    if (comparison.descriptor < 0)
        return error_raise_errno("open", copy);
    error = options->passphrase ? sealed_read(path, options->passphrase, &sink)
                                : plain_read(path, &sink);
    if (!error && (comparison.differs || read(comparison.descriptor, &more, 1) != 0))
        error = error_raise(ERROR_DAMAGED,
                            "'%s' does not hold what was written to it: do not rely on it, and "
                            "check the disk",
                            path);
    close(comparison.descriptor);
    return error;
}

static enum error check_target(const char *path, bool replace)
{
    struct stat status;
    enum error error = profile_guard(path);

    if (error || lstat(path, &status) != 0)
        return error;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return error_raise(ERROR_INVALID, "'%s' is not a regular file; a backup is one", path);
    if (!replace)
        return error_raise(ERROR_EXISTS,
                           "'%s' exists already and was left as it is; choose another name, or "
                           "replace it with --force",
                           path);
    return ERROR_NONE;
}

static enum error back_up(struct journal *journal, const char *path,
                          const struct backup_options *options, size_t *messages)
{
    struct restore_offer copied = {0};
    struct buffer copy;
    enum error error;

    buffer_init(&copy, PATH_MAX);
    error = make_copy(journal, &options->watch, &copy, &copied);
    if (!error)
        error = write_file(copy.data, path, options);
    if (!error)
        error = read_back(copy.data, path, options);
    *messages = copied.messages;
    buffer_free(&copy);
    return error;
}

enum error journal_backup(struct journal *journal, const char *path,
                          const struct backup_options *options, size_t *messages)
{
    enum error error = check_target(path, options->replace), swept;
    int lock = -1;

    *messages = 0;
    if (!error && !journal->db)
        error = error_raise(ERROR_NOT_FOUND,
                            "the profile '%s' has no journal yet: there is nothing to back up",
                            journal->profile);
    if (!error)
        error = sync_lock_watched(journal, &options->watch, &lock);
    if (lock < 0)
        return error;
    if (!error)
        error = back_up(journal, path, options, messages);
    swept = error ? ERROR_NONE : profile_remove(journal->profile, PROFILE_OUT);
    if (error)
        error = profile_discard(journal->profile, PROFILE_OUT, error);
    sync_unlock(lock);
    return error ? error : swept;
}

/* ---- restoring ---- */

struct restore {
    struct journal *journal;
    struct restore_offer offer;
    const struct journal_watch *watch;
    struct buffer copy, kept;       /* paths */
    unsigned char key[JOURNAL_KEY]; /* of the copy, where it has one that is not the journal's */
    bool keyed;
    int lock;
};

static enum error take_read(void *context, const void *bytes, size_t length)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t count = write(*(int *)context, at, length);

        if (count < 0 && errno != EINTR)
            return error_raise_errno("write", "the copy of the backup in the data folder");
        at += count > 0 ? count : 0;
        length -= count > 0 ? (size_t)count : 0;
    }
    return ERROR_NONE;
}

/* The text of the backup into a file that nobody else reads, beside the journal. */
static enum error unpack(struct restore *restore, const char *path,
                         const struct passphrase *passphrase, bool sealed)
{
    int descriptor = open(restore->copy.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    struct sealed_sink sink = {take_read, NULL, &descriptor};
    enum error error;

    if (descriptor < 0)
        return error_raise_errno("make", restore->copy.data);
    error = sealed ? sealed_read(path, passphrase, &sink) : plain_read(path, &sink);
    close(descriptor);
    return error;
}

static enum error check_kind(const struct restore *restore, const char *path)
{
    bool is = false;
    enum error error = db_is_journal(restore->copy.data, &is);

    if (error || is)
        return error;
    return error_raise(ERROR_INVALID, "'%s' is no backup of EmoTrack's; nothing was changed", path);
}

static void count_damaged(void *context, const char *sentence)
{
    (void)sentence;
    ++*(size_t *)context;
}

/* Opens the texts of the copy: with the journal's key, where it is the same, else with its own. */
static enum error open_texts(void *context, struct db *db)
{
    struct restore *restore = context;
    const struct journal *journal = restore->journal;
    const unsigned char *known = journal_key(journal);
    enum error error;

    if (!db_encrypted(db))
        return ERROR_NONE;
    if (!known || db_unlock_with(db, known)) {
        error = journal_unlock(db, "the journal in the backup", journal->ask, journal->context);
        if (error)
            return error;
        memcpy(restore->key, db_key(db), sizeof restore->key);
        restore->keyed = true;
    }
    return db_check_texts(db, count_damaged, &restore->offer.damaged);
}

static enum error read_backup(struct restore *restore, const char *path,
                              const struct passphrase *passphrase)
{
    struct journal_stage stage = {restore->watch, "reading"};
    bool sealed;
    enum error error = sealed_is(path, &sealed);

    if (!error && sealed && !passphrase)
        error = error_raise(ERROR_INVALID,
                            "'%s' is sealed with a passphrase: name a file that holds it with "
                            "--passphrase-file",
                            path);
    if (!error)
        error = journal_step(&stage, 0, 0);
    if (!error)
        error = unpack(restore, path, passphrase, sealed);
    if (!error)
        error = check_kind(restore, path);
    if (!error)
        error = check_copy(restore->copy.data, "the backup", restore->watch, open_texts, restore,
                           &restore->offer);
    /* Its path is not one that the user knows. */
    if (error == ERROR_DAMAGED || error == ERROR_VERSION)
        error = error_raise(error, "'%s' cannot be restored, and nothing was changed: %s", path,
                            error_sentence());
    return error;
}

static enum error look_at_present(struct restore *restore)
{
    struct restore_offer *offer = &restore->offer;
    struct journal *journal = restore->journal;
    struct draft *drafts = NULL;
    size_t count = 0;
    enum error error = db_count(journal->db, &offer->present);

    if (!error)
        error = db_draft_list(journal->db, &drafts, &count);
    offer->empty = offer->present == 0 && count == 0;
    drafts_free(drafts, count);
    if (!error)
        error = db_shared(journal->db, &offer->shared);
    offer->kept = restore->kept.data;
    offer->kept_before = access(restore->kept.data, F_OK) == 0;
    return error;
}

enum error journal_restore_open(struct journal *journal, const char *path,
                                const struct passphrase *passphrase,
                                const struct journal_watch *watch, struct restore **out)
{
    struct restore *restore = calloc(1, sizeof *restore);
    enum error error;

    *out = restore;
    if (!restore)
        return error_raise_plain(ERROR_NO_MEMORY);
    *restore = (struct restore){.journal = journal, .watch = watch, .lock = -1};
    buffer_init(&restore->copy, PATH_MAX);
    buffer_init(&restore->kept, PATH_MAX);
    error = profile_file(journal->profile, PROFILE_IN, &restore->copy);
    if (!error)
        error = profile_file(journal->profile, PROFILE_KEPT, &restore->kept);
    if (!error)
        error = sync_lock_watched(journal, watch, &restore->lock);
    if (!error)
        error = profile_remove(journal->profile, PROFILE_IN);
    if (!error)
        error = read_backup(restore, path, passphrase);
    return error ? error : look_at_present(restore);
}

const struct restore_offer *journal_restore_offer(const struct restore *restore)
{
    return &restore->offer;
}

/* Puts the present journal aside, whole and on the disk. */
static enum error keep_present(struct restore *restore, bool replace)
{
    struct restore_offer copied;
    struct buffer copy;
    enum error error = ERROR_NONE;

    buffer_init(&copy, PATH_MAX);
    if (restore->offer.kept_before && !replace)
        error = error_raise(ERROR_EXISTS,
                            "'%s' keeps the journal that an earlier restore has replaced; move it "
                            "away, or replace it with --force",
                            restore->kept.data);
    if (!error)
        error = make_copy(restore->journal, restore->watch, &copy, &copied);
    if (!error && restore->offer.kept_before)
        error = profile_remove(restore->journal->profile, PROFILE_KEPT);
    if (!error)
        error = file_move(copy.data, restore->kept.data);
    buffer_free(&copy);
    return error;
}

enum error journal_restore(struct restore *restore, bool replace, struct restore_result *out)
{
    struct journal_stage stage = {restore->watch, "restoring"};
    struct db_restored restored = {0};
    enum error error = restore->offer.empty ? ERROR_NONE : keep_present(restore, replace);

    bool before = db_encrypted(restore->journal->db);

    *out = (struct restore_result){.kept = !error && !restore->offer.empty};
    if (!error)
        error = journal_step(&stage, 0, 0);
    if (!error)
        error = db_restore_copy(restore->journal->db, restore->copy.data,
                                restore->keyed ? restore->key : NULL, &restored);
    out->messages = restored.messages;
    out->contributions = restored.contributions;
    out->unjoined = restored.unjoined;
    out->clear = out->kept && !before && db_encrypted(restore->journal->db);
    return error ? error : journal_relearn(restore->journal);
}

void journal_restore_free(struct restore *restore)
{
    if (!restore)
        return;
    if (restore->lock >= 0) {
        enum error left = profile_discard(restore->journal->profile, PROFILE_IN, ERROR_NONE);

        left = profile_discard(restore->journal->profile, PROFILE_OUT, left);
        (void)left;
    }
    sync_unlock(restore->lock);
    explicit_bzero(restore->key, sizeof restore->key);
    buffer_free(&restore->copy);
    buffer_free(&restore->kept);
    free(restore);
}
