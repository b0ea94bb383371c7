#ifndef EMOTRACK_DB_MOOD_H
#define EMOTRACK_DB_MOOD_H

#include "db/entry.h"

#include <stdint.h>

/* A message without its text: when, what was guessed, and what the user said. Borrowed strings. */
struct mood {
    int64_t id;
    int64_t created;   /* ms since 1970 UTC */
    int32_t offset;    /* the writer's clock, minutes east of UTC */
    const char *guess; /* NULL: can't tell */
    enum verdict verdict;
    const char *label; /* the emotion that the user picked; NULL: none */
    int64_t rating;    /* grows in the order of rating; 0: not rated */
};

#endif
