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

static enum error wait_for(int descriptor, const atomic_bool *cancel)
{
    int64_t deadline = clock_milliseconds() + PATIENCE;
    enum error error = ERROR_NONE;

    /* Where the disk knows no locks, the database's own rules still keep one from spending twice.
     */
    while (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        error = check_cancelled(cancel);
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

enum error sync_lock(const struct journal *journal, const atomic_bool *cancel, int *lock)
{
    struct buffer path;
    enum error error = file_of(journal, PROFILE_LOCK, &path);

    if (!error) {
        *lock = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        error = *lock >= 0 ? wait_for(*lock, cancel) : error_raise_errno("open", path.data);
    }
    buffer_free(&path);
    return error;
}

void sync_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}
