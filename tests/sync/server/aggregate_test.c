#include "sync/server/aggregate.h"
#include "tests/allocation.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { COORDINATES = 30 };

static const unsigned char seed[RANDOM_SEED_BYTES] = {'s', 'u', 'm'};

static struct manifest manifest = {
    .labels = 3, .block = 9, .votes = 4, .training = {.passes = 1, .rate = 1, .unit = 0.5}};

static void add(struct aggregate *aggregate, uint32_t first, bool less, uint32_t second)
{
    struct report report = {.count = 2};

    report.vote[0] = vote_make(first, less);
    report.vote[1] = vote_make(second, false);
    aggregate_add(aggregate, &report);
}

static void test_sums(void **state)
{
    static const struct report empty;
    struct aggregate aggregate;

    (void)state;
    assert_int_equal(aggregate_init(&aggregate, COORDINATES), ERROR_NONE);
    add(&aggregate, 0, false, 29);
    add(&aggregate, 0, true, 5);
    add(&aggregate, 2, true, 5);
    aggregate_add(&aggregate, &empty);
    assert_int_equal(aggregate.reports, 4);
    for (int i = 0; i < COORDINATES; i++)
        assert_int_equal(aggregate.sum[i], i == 5 ? 2 : i == 2 ? -1 : i == 29 ? 1 : 0);
    aggregate_free(&aggregate);
    aggregate_free(&aggregate);
}

static void test_mean_without_noise(void **state)
{
    struct aggregate aggregate;
    double mean[COORDINATES];
    struct random random;

    (void)state;
    random_start_seeded(&random, seed);
    manifest.noise = 0;
    assert_int_equal(aggregate_init(&aggregate, COORDINATES), ERROR_NONE);
    add(&aggregate, 3, true, 4);
    add(&aggregate, 3, true, 7);
    assert_int_equal(aggregate_open(&aggregate, &manifest, &random, mean), ERROR_NONE);
    for (int i = 0; i < COORDINATES; i++)
        assert_true(mean[i] == (i == 3 ? -0.5 : i == 4 || i == 7 ? 0.25 : 0));
    aggregate_free(&aggregate);
}

/* Noise of scale z sqrt(w) on every sum, those without a vote too; opening changes no sum. */
static void test_noise(void **state)
{
    enum { MANY = 20000 };
    static double mean[MANY];
    struct aggregate aggregate;
    struct random random;
    double square = 0;

    (void)state;
    random_start_seeded(&random, seed);
    manifest.noise = 2;
    assert_int_equal(aggregate_init(&aggregate, MANY), ERROR_NONE);
    for (int i = 0; i < 10; i++)
        add(&aggregate, 1, false, 2);
    assert_int_equal(aggregate_open(&aggregate, &manifest, &random, mean), ERROR_NONE);
    for (int i = 3; i < MANY; i++) {
        double noise = mean[i] * 10 / 0.5;

        assert_true(fabs(noise - rint(noise)) < 1e-9);
        square += noise * noise / (MANY - 3);
    }
    assert_true(fabs(square / (2 * 2 * 4) - 1) < 0.04); /* 4 sigma */
    assert_int_equal(aggregate.sum[1], 10);
    assert_int_equal(aggregate.sum[0], 0);
    aggregate_free(&aggregate);
}

static void test_no_memory(void **state)
{
    struct aggregate aggregate;
    struct random random;
    double mean[COORDINATES];

    (void)state;
    random_start_seeded(&random, seed);
    allocation_fail_at(1);
    assert_int_equal(aggregate_init(&aggregate, COORDINATES), ERROR_NO_MEMORY);
    aggregate_free(&aggregate);
    allocation_fail_at(0);
    assert_int_equal(aggregate_init(&aggregate, COORDINATES), ERROR_NONE);
    add(&aggregate, 0, false, 1);
    allocation_fail_at(1);
    assert_int_equal(aggregate_open(&aggregate, &manifest, &random, mean), ERROR_NO_MEMORY);
    allocation_fail_at(0);
    aggregate_free(&aggregate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_mean_without_noise),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests_name("aggregate", tests, NULL, NULL);
}
