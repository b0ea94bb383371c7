#include "app/tui/thread.h"

#include <signal.h>

enum error thread_start(pthread_t *thread, void *(*run)(void *), void *context)
{
    sigset_t all, before;
    int failed;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(thread, NULL, run, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed)
        return error_raise(ERROR_NO_MEMORY, "no thread could be started; try again later");
    return ERROR_NONE;
}
