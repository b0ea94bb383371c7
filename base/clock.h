#ifndef EMOTRACK_BASE_CLOCK_H
#define EMOTRACK_BASE_CLOCK_H

#include <stdint.h>

/* Time that passes, for waiting and deadlines: it never jumps, and starts anywhere. */
int64_t clock_milliseconds(void);
void clock_sleep(int milliseconds);

/* What the wall clock says, which people and machines set: ms since 1970 UTC. */
int64_t clock_wall(void);

#endif
