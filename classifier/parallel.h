#ifndef EMOTRACK_CLASSIFIER_PARALLEL_H
#define EMOTRACK_CLASSIFIER_PARALLEL_H

#include <stddef.h>

/* Work on several threads whose result does not depend on how many there are: each part writes its
 * own rows, and no sum crosses parts. */

enum { PARALLEL_MAX = 64 /* threads */ };

/* As many threads as there are processors for this process, at most PARALLEL_MAX. */
int parallel_processors(void);

/* Calls work(context, from, to) so that every one of [0, count) is in exactly one range. A thread
 * that is done with a range takes the next: it does not matter where in [0, count) the work is.
 * Where threads cannot be had, fewer do it all. */
void parallel_for(void (*work)(void *context, size_t from, size_t to), void *context, size_t count,
                  int threads);

#endif
