#include "app/tui/thread.h"

#include <signal.h>

/* All but those that a fault of the thread itself raises: where they were blocked, the system would
 * end the program without a word to the one who gives the terminal back. */
static void all_but_faults(sigset_t *set)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};

    sigfillset(set);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(set, faults[i]);
}

enum error thread_start(pthread_t *thread, void *(*run)(void *), void *context)
{
    sigset_t all, before;
    int failed;

    all_but_faults(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(thread, NULL, run, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed)
        return error_raise(ERROR_NO_MEMORY, "no thread could be started; try again later");
    return ERROR_NONE;
}
