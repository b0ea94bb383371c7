#ifndef EMOTRACK_CLASSIFIER_PARALLEL_H
#define EMOTRACK_CLASSIFIER_PARALLEL_H

#include <stddef.h>

/* Work on two threads whose result does not depend on there being two: each part writes its own
 * rows, and no sum crosses parts. */

/* Calls work(context, from, to) so that every one of [0, count) is in exactly one range. */
void parallel_for(void (*work)(void *context, size_t from, size_t to), void *context, size_t count);

#endif
