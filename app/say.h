#ifndef EMOTRACK_APP_SAY_H
#define EMOTRACK_APP_SAY_H

#include "base/buffer.h"

/* A longer text, piece by piece: the first failure sticks, and what is said after it is not. */
struct say {
    struct buffer *out;
    enum error error;
};

#define say(words, ...)                                                                            \
    ((words)->error ? (void)0 : (void)((words)->error = buffer_format((words)->out, __VA_ARGS__)))

#endif
