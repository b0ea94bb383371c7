#ifndef EMOTRACK_BASE_CLOCK_H
#define EMOTRACK_BASE_CLOCK_H

#include <stdint.h>

/* Time that passes, for waiting and deadlines: it never jumps, and starts anywhere. */
int64_t clock_milliseconds(void);
void clock_sleep(int milliseconds);

#endif
