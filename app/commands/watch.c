#include "app/commands/watch.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { WIDTH = 32 /* columns */, PAUSE = 100 /* ms between two lines */ };

static const int signals[] = {SIGINT, SIGTERM};

enum { SIGNALS = sizeof signals / sizeof *signals };

static atomic_bool interrupted;
static struct sigaction before[SIGNALS];
static bool watching, shown;

static void interrupt(int number)
{
    (void)number;
    atomic_store(&interrupted, true);
}

void watch_signals(void)
{
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};

    sigemptyset(&action.sa_mask);
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &action, watching ? NULL : &before[i]);
    watching = true;
}

void watch_end(void)
{
    for (int i = 0; i < SIGNALS && watching; i++)
        sigaction(signals[i], &before[i], NULL);
    watching = false;
    atomic_store(&interrupted, false);
}

const atomic_bool *watch_interrupted(void)
{
    return &interrupted;
}

bool watch_readable(int descriptor)
{
    struct pollfd wanted = {.fd = descriptor, .events = POLLIN};
    sigset_t stop, open;

    sigemptyset(&stop);
    for (int i = 0; i < SIGNALS; i++)
        sigaddset(&stop, signals[i]);
    sigprocmask(SIG_BLOCK, &stop, &open);
    while (!atomic_load(&interrupted) && ppoll(&wanted, 1, NULL, &open) < 0 && errno == EINTR)
        continue;
    sigprocmask(SIG_SETMASK, &open, NULL);
    return !atomic_load(&interrupted);
}

void watch_clear(void)
{
    if (shown)
        fprintf(stderr, "\r%*s\r", WIDTH, "");
    shown = false;
}

static enum error show(void *context, const char *act, uint64_t done, uint64_t total)
{
    static int64_t next;
    int64_t now = clock_milliseconds();

    (void)context;
    if (atomic_load(&interrupted))
        return error_raise(ERROR_CANCELLED, "it was interrupted; nothing was changed");
    if (isatty(STDERR_FILENO) != 1 || now < next)
        return ERROR_NONE;
    next = now + PAUSE;
    shown = true;
    if (total > 0)
        fprintf(stderr, "\r%-20s %3d%%   ", act, (int)(100 * done / total));
    else
        fprintf(stderr, "\r%-*s", WIDTH, act);
    return ERROR_NONE;
}

struct journal_watch watch_start(void)
{
    watch_signals();
    return (struct journal_watch){.progress = show};
}
