#ifndef EMOTRACK_APP_TUI_COMPLETE_H
#define EMOTRACK_APP_TUI_COMPLETE_H

#include "app/journal.h"

#include <stdbool.h>
#include <stddef.h>

/* What a filter line (db/filter.h) that is being typed may go on with. Pure: a line in, words out.
 */

enum { CANDIDATES_MAX = 128, CANDIDATE_MAX = 80 /* bytes */ };

struct candidates {
    size_t start, end; /* the bytes of the line that one of them would replace: the word before the
                          cursor */
    size_t count;
    char word[CANDIDATES_MAX][CANDIDATE_MAX]; /* "emotion:joy", "rated", "after:" */
};

/* The words that the one before the cursor may become; all keywords where there is none. */
void complete_list(const char *line, size_t cursor, const struct filter_names *names,
                   struct candidates *out);

/* The bytes in which all candidates begin alike. */
size_t complete_common(const struct candidates *candidates);

/* What stands behind the colon of a candidate, to be shown: "joy" of "emotion:joy". */
const char *complete_shown(const char *candidate);

/* What a half-typed line waits for, "the name of an emotion"; NULL: nothing that is known here. */
const char *complete_awaited(const char *line, size_t length);

#endif
