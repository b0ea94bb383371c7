#include "app/sync_parts.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

enum {
    PATIENCE = 60000, /* ms that one waits for another of the same profile */
    STEP = 20,        /* ms */
};

/* Whoever waits is asked whether to go on, by a watch or by a flag. */
struct patience {
    const struct journal_watch *watch;
    const atomic_bool *cancel;
};

static enum error go_on(const struct patience *patience)
{
    const struct journal_watch *watch = patience->watch;

    if (watch && watch->progress)
        return watch->progress(watch->context, "waiting for another program", 0, 0);
    return check_cancelled(patience->cancel);
}

static enum error wait_for(int descriptor, const struct patience *patience)
{
    int64_t deadline = clock_milliseconds() + PATIENCE;
    enum error error = ERROR_NONE;

    /* Where the disk knows no locks, the database's own rules still keep one from spending twice.
     */
    while (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        error = go_on(patience);
        if (!error && clock_milliseconds() >= deadline)
            error = error_raise(ERROR_BUSY, "another program is syncing, backing up or restoring "
                                            "this profile and does not come to an end; try again "
                                            "later");
        if (error)
            return error;
        clock_sleep(STEP);
    }
    return ERROR_NONE;
}

/* What is not locked is not let go of later either: the files behind the lock are another's. */
static enum error take(const struct journal *journal, const struct patience *patience, int *lock)
{
    struct buffer path;
    int descriptor = -1;
    enum error error = file_of(journal, PROFILE_LOCK, &path);

    if (!error) {
        descriptor = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        error =
            descriptor >= 0 ? wait_for(descriptor, patience) : error_raise_errno("open", path.data);
    }
    buffer_free(&path);
    if (error)
        sync_unlock(descriptor);
    else
        *lock = descriptor;
    return error;
}

enum error sync_lock(const struct journal *journal, const atomic_bool *cancel, int *lock)
{
    return take(journal, &(struct patience){.cancel = cancel}, lock);
}

enum error sync_lock_watched(const struct journal *journal, const struct journal_watch *watch,
                             int *lock)
{
    return take(journal, &(struct patience){.watch = watch}, lock);
}

void sync_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}
