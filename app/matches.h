#ifndef EMOTRACK_APP_MATCHES_H
#define EMOTRACK_APP_MATCHES_H

#include "base/error.h"

#include <stddef.h>

/* Where the words of a filter line stand in a text, for a face that shows them. */
struct matches;

enum { MATCHES_MAX = 64 };

/* Bytes [start, end) of a text: whole characters, however long what they fold to is. */
struct span {
    size_t start, end;
};

/* Of a filter line (db/filter.h); one that is not understood has no words. ERROR_NO_MEMORY. */
enum error matches_new(const char *filter, struct matches **out) MUST_CHECK;
void matches_free(struct matches *matches); /* NULL is safe */

/* The spans of the text in which the words stand, from its start on, none over another; at most
 * MATCHES_MAX. Returns how many. `matches` NULL, memory short: none. */
size_t matches_find(struct matches *matches, const char *text, size_t length,
                    struct span out[MATCHES_MAX]);

#endif
