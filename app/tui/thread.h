#ifndef EMOTRACK_APP_TUI_THREAD_H
#define EMOTRACK_APP_TUI_THREAD_H

#include "base/error.h"

#include <pthread.h>

/* Starts a thread that takes no signals but its own faults, for which it has a stack of their own:
 * the others are the screen's, whose thread gives the terminal back. ERROR_NO_MEMORY: there is no
 * thread. */
enum error thread_start(pthread_t *thread, void *(*run)(void *), void *context) MUST_CHECK;

#endif
