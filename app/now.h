#ifndef EMOTRACK_APP_NOW_H
#define EMOTRACK_APP_NOW_H

#include <stdint.h>

/* The time that a user lives in: messages are dated with it, and "today" and "this month" are told
 * from it. It is $EMOTRACK_NOW where that is a time ("2026-11-22T10:00:00Z" and the like, ISO 8601
 * in UTC), so that pictures of the program can be taken again and come out the same; else the wall
 * clock. ms since 1970 UTC. */
int64_t now_milliseconds(void);

/* The minutes by which the user's clock is east of UTC at that time. */
int32_t now_offset(int64_t milliseconds);

#endif
