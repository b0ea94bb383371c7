#ifndef EMOTRACK_TESTS_ALLOCATION_H
#define EMOTRACK_TESTS_ALLOCATION_H

#include <stdbool.h>

/* Every unit test is linked so that malloc, calloc, realloc, strdup and strndup of our own code
 * (not of libraries) come through here, and can be made to fail:
 *
 *     for (int n = 1;; n++) {
 *         allocation_fail_at(n);
 *         error = the call under test;
 *         if (!allocation_failed())
 *             break;    (fewer than n allocations: the call has gone through)
 *         assert_int_equal(error, ERROR_NO_MEMORY); ...
 *     }
 */

/* The n-th allocation from now on fails, once; 0: none does. */
void allocation_fail_at(int n);

/* Whether it has come to that since the last allocation_fail_at. No allocation fails after it. */
bool allocation_failed(void);

/* How many allocations there have been since the program's start, failed ones included. */
unsigned long allocation_count(void);

#endif
