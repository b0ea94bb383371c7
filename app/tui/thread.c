#include "app/tui/thread.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

enum { STACK_SIZE = 64 * 1024 /* bytes, for the handlers of a stack that has overflown */ };

struct start {
    void *(*run)(void *);
    void *context;
    _Alignas(16) char stack[STACK_SIZE];
};

/* All but those that a fault of the thread itself raises: where they were blocked, the system would
 * end the program without a word to the one who gives the terminal back. */
static void all_but_faults(sigset_t *set)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};

    sigfillset(set);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(set, faults[i]);
}

/* A thread has no stack for handlers but the one that it gives itself. */
static void *begin(void *context)
{
    struct start *start = context;
    stack_t stack = {.ss_sp = start->stack, .ss_size = sizeof start->stack}, before;
    void *result;

    sigaltstack(&stack, &before);
    result = start->run(start->context);
    sigaltstack(&before, NULL);
    free(start);
    return result;
}

static bool create(pthread_t *thread, struct start *start)
{
    sigset_t all, before;
    int failed;

    all_but_faults(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(thread, NULL, begin, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return !failed;
}

enum error thread_start(pthread_t *thread, void *(*run)(void *), void *context)
{
    struct start *start = malloc(sizeof *start);

    if (start) {
        start->run = run;
        start->context = context;
        if (create(thread, start))
            return ERROR_NONE;
    }
    free(start);
    return error_raise(ERROR_NO_MEMORY, "no thread could be started; try again later");
}
