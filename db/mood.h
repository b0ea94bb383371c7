#ifndef EMOTRACK_DB_MOOD_H
#define EMOTRACK_DB_MOOD_H

#include "base/error.h"
#include "db/entry.h"

#include <stdint.h>

/* The journal without its texts, for what is counted over all of it. Strings are borrowed for the
 * call, and may be of any bytes where a file is damaged. */

/* A message: when, and what was guessed. */
struct mood {
    int64_t id;
    int64_t created;   /* ms since 1970 UTC */
    int32_t offset;    /* the writer's clock, minutes east of UTC */
    const char *guess; /* NULL: can't tell */
};

/* A rating that was not undone. */
struct mood_rating {
    int64_t id;      /* grows in the order of rating, from 1 */
    int64_t message; /* whose rating it is */
    enum verdict verdict;
    const char *label; /* the emotion that the user picked; NULL: none */
};

typedef enum error mood_visit(void *context, const struct mood *mood);
typedef enum error mood_rating_visit(void *context, const struct mood_rating *rating);

struct db;

/* Every message, in the order of its number, then every rating, in the order of rating: of several
 * for one message the last is live. All of one snapshot. An error of a visitor ends the walk and is
 * returned. What db.h says of every call. */
enum error db_each_mood(struct db *db, mood_visit *message, mood_rating_visit *rating,
                        void *context) MUST_CHECK;

#endif
