#ifndef EMOTRACK_APP_SPARK_H
#define EMOTRACK_APP_SPARK_H

#include <stdbool.h>
#include <stddef.h>

/* Counts as a line of small bars, one column a count: blocks of U+2581 to U+2588, or "_-~^" where
 * there is ASCII alone. A dot stands for 0, as in a calendar, and for nothing else. */

enum { SPARK_COLUMN_MAX = 3 /* bytes of a column */ };

/* `most`: the count of the highest bar (the largest of all lines that are to be compared); 0: all
 * counts are 0. `out`: ends in a NUL, with room for count * SPARK_COLUMN_MAX + 1 bytes. */
void spark_line(const size_t *counts, int count, size_t most, bool ascii, char *out);

#endif
