#include "sync/broken_pipe.h"

#include <errno.h>
#include <time.h>

static sigset_t the_signal(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    return set;
}

void broken_pipe_hold(struct broken_pipe *hold)
{
    sigset_t set = the_signal(), pending;

    sigemptyset(&pending);
    sigpending(&pending);
    hold->pending = sigismember(&pending, SIGPIPE) == 1;
    sigemptyset(&hold->mask);
    pthread_sigmask(SIG_BLOCK, &set, &hold->mask);
}

void broken_pipe_release(const struct broken_pipe *hold)
{
    static const struct timespec at_once;
    sigset_t set = the_signal();

    while (!hold->pending && sigtimedwait(&set, NULL, &at_once) < 0 && errno == EINTR)
        continue;
    pthread_sigmask(SIG_SETMASK, &hold->mask, NULL);
}
