/* A disk that is slow, or breaks: loaded before the C library (LD_PRELOAD). Syncing waits as long
 * as the file $SLOW_DISK is there, and fails while $BROKEN_DISK is. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int is_there(const char *variable)
{
    const char *path = getenv(variable);

    return path && access(path, F_OK) == 0;
}

static int wait_for_disk(void)
{
    while (is_there("SLOW_DISK"))
        usleep(2000);
    if (!is_there("BROKEN_DISK"))
        return 0;
    errno = EIO;
    return -1;
}

int fsync(int fd)
{
    (void)fd;
    return wait_for_disk();
}

int fdatasync(int fildes)
{
    (void)fildes;
    return wait_for_disk();
}
