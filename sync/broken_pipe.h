#ifndef EMOTRACK_SYNC_BROKEN_PIPE_H
#define EMOTRACK_SYNC_BROKEN_PIPE_H

#include <signal.h>
#include <stdbool.h>

/* A peer that hangs up must not end the program: between the two calls a write of this thread to a
 * broken pipe or connection gives EPIPE and no SIGPIPE, whatever the program does about that signal
 * otherwise, which is then as before. Not nested. */
struct broken_pipe {
    sigset_t mask; /* of before */
    bool pending;  /* one had come already */
};

void broken_pipe_hold(struct broken_pipe *hold);
void broken_pipe_release(const struct broken_pipe *hold);

#endif
