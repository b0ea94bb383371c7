#include "classifier/parallel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT_MAX = 1000 };

static void count(void *context, size_t from, size_t to)
{
    unsigned char *times = context;

    for (size_t i = from; i < to; i++)
        times[i]++;
}

static void test_everything_is_done_once(void **state)
{
    static const size_t counts[] = {0, 1, 15, 16, 17, 32, 33, COUNT_MAX};
    static const int threads[] = {-1, 0, 1, 2, 3, PARALLEL_MAX, PARALLEL_MAX + 10};
    unsigned char times[COUNT_MAX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) {
            memset(times, 0, sizeof times);
            parallel_for(count, times, counts[i], threads[k]);
            for (size_t at = 0; at <= COUNT_MAX; at++)
                assert_int_equal(times[at], at < counts[i]);
        }
}

static void test_there_is_a_processor(void **state)
{
    (void)state;
    assert_in_range(parallel_processors(), 1, PARALLEL_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_is_done_once),
        cmocka_unit_test(test_there_is_a_processor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
