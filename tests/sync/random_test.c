#include "sync/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const unsigned char seed[RANDOM_SEED_BYTES] = {1, 2, 3};

static int set_up(void **state)
{
    (void)state;
    return random_ready() == ERROR_NONE ? 0 : -1;
}

static void test_ready_again(void **state)
{
    (void)state;
    assert_int_equal(random_ready(), ERROR_NONE);
}

static void test_system_bytes_differ(void **state)
{
    unsigned char a[32] = {0}, b[32] = {0};

    (void)state;
    random_bytes(a, sizeof a);
    random_bytes(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
}

static void test_a_seed_determines_the_stream(void **state)
{
    static const unsigned char other[RANDOM_SEED_BYTES] = {1, 2, 4};
    struct random a, b, c;
    int same = 0;

    (void)state;
    random_start_seeded(&a, seed);
    random_start_seeded(&b, seed);
    random_start_seeded(&c, other);
    for (int i = 0; i < 1000; i++) {
        uint64_t value = random_u64(&a);

        assert_int_equal(value, random_u64(&b));
        same += value == random_u64(&c);
    }
    assert_int_equal(same, 0);
}

/* The stream is part of what a report is drawn from: it must not change from machine to machine or
 * from version to version. */
static void test_the_stream_stays(void **state)
{
    struct random random;
    uint64_t last = 0;

    (void)state;
    random_start_seeded(&random, seed);
    assert_int_equal(random_u64(&random), UINT64_C(0xCB90FB40957505D1));
    for (int i = 0; i < 99; i++)
        last = random_u64(&random);
    assert_int_equal(last, UINT64_C(0xBD6318BEDC1B693A));
}

static void test_streams_of_the_system_differ(void **state)
{
    struct random a, b;

    (void)state;
    random_start(&a);
    random_start(&b);
    assert_int_not_equal(random_u64(&a), random_u64(&b));
}

static void test_the_seed_that_was_used_is_gone(void **state)
{
    struct random random, zero;

    (void)state;
    random_start_seeded(&random, seed);
    random_u64(&random);
    assert_memory_not_equal(random.seed, seed, sizeof seed);
    random_wipe(&random);
    memset(&zero, 0, sizeof zero);
    assert_memory_equal(&random, &zero, sizeof zero);
}

/* Chi-square with 6 degrees of freedom: over 22.5 once in a thousand. */
static void test_below_is_uniform(void **state)
{
    enum { BOUND = 7, EXPECTED = 10000, DRAWS = BOUND * EXPECTED };
    int count[BOUND] = {0};
    struct random random;
    double square = 0;

    (void)state;
    random_start_seeded(&random, seed);
    for (int i = 0; i < DRAWS; i++) {
        uint64_t value = random_below(&random, BOUND);

        assert_true(value < BOUND);
        count[value]++;
    }
    for (int i = 0; i < BOUND; i++)
        square += (count[i] - EXPECTED) * (count[i] - EXPECTED) / (double)EXPECTED;
    assert_true(square < 22.5);
}

/* Where a third of all values has to be drawn again. */
static void test_below_a_large_bound(void **state)
{
    const uint64_t bound = UINT64_C(3) << 62;
    int upper = 0, draws = 30000;
    struct random random;

    (void)state;
    random_start_seeded(&random, seed);
    for (int i = 0; i < draws; i++) {
        uint64_t value = random_below(&random, bound);

        assert_true(value < bound);
        upper += value >= UINT64_C(1) << 63;
    }
    assert_true(upper > draws / 3 - 350 && upper < draws / 3 + 350); /* 4 sigma are 327 */
    assert_int_equal(random_below(&random, 1), 0);
}

static void test_unit(void **state)
{
    struct random random;
    double sum = 0;

    (void)state;
    random_start_seeded(&random, seed);
    for (int i = 0; i < 10000; i++) {
        double value = random_unit(&random);

        assert_true(value >= 0 && value < 1);
        sum += value;
    }
    assert_true(sum > 4880 && sum < 5120); /* 4 sigma are 115 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ready_again),
        cmocka_unit_test(test_system_bytes_differ),
        cmocka_unit_test(test_a_seed_determines_the_stream),
        cmocka_unit_test(test_the_stream_stays),
        cmocka_unit_test(test_streams_of_the_system_differ),
        cmocka_unit_test(test_the_seed_that_was_used_is_gone),
        cmocka_unit_test(test_below_is_uniform),
        cmocka_unit_test(test_below_a_large_bound),
        cmocka_unit_test(test_unit),
    };

    return cmocka_run_group_tests_name("random", tests, set_up, NULL);
}
