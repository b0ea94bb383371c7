#include "sync/privacy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct random random;

static int set_up(void **state)
{
    static const unsigned char seed[RANDOM_SEED_BYTES] = {'p', 'r', 'i', 'v', 'a', 'c', 'y'};

    (void)state;
    random_start_seeded(&random, seed);
    return 0;
}

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.6f is not within %g of %g", value, tolerance, expected);
}

/* ---- the accountant ---- */

static const struct {
    int contributions;
    double z, epsilon;
} published[] = {
    {1, 1, 5.22},
    {4, 4, 2.42},
    {10, 4, 4.01},
    {10, 8, 1.87},
};

static void test_published_epsilons(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        double rho = published[i].contributions * privacy_rho(published[i].z);

        assert_near(privacy_epsilon(rho, PRIVACY_DELTA), published[i].epsilon, 0.005);
    }
}

/* Proposition 12 read the other way: the delta of (rho, epsilon), by a search that is as plain as
 * can be. */
static double delta_of(double rho, double epsilon)
{
    double least = HUGE_VAL;

    for (double excess = 1e-3; excess < 1e6; excess *= 1.0005) {
        double alpha = 1 + excess;

        least =
            fmin(least, excess * (alpha * rho - epsilon) + alpha * log1p(-1 / alpha) - log(excess));
    }
    return exp(least);
}

static void test_epsilon_is_that_of_its_delta(void **state)
{
    (void)state;
    for (double rho = 1e-4; rho < 100; rho *= 3)
        for (double delta = 1e-12; delta < 0.1; delta *= 100) {
            double epsilon = privacy_epsilon(rho, delta);

            if (epsilon > 0)
                assert_near(delta_of(rho, epsilon) / delta, 1, 1e-4);
        }
}

static void test_epsilon_at_the_edges(void **state)
{
    (void)state;
    assert_true(privacy_epsilon(0, PRIVACY_DELTA) == 0);
    assert_true(isinf(privacy_rho(0)));
    assert_true(isinf(privacy_epsilon(HUGE_VAL, PRIVACY_DELTA)));
    assert_true(privacy_epsilon(1e-18, PRIVACY_DELTA) >= 0);
    assert_true(privacy_epsilon(1e-18, PRIVACY_DELTA) < 1e-6);
    assert_near(privacy_epsilon(1e6, PRIVACY_DELTA), 1e6, 1e4);
    assert_true(privacy_epsilon(1, 0.999999) >= 0);
}

static void test_epsilon_grows_with_rho(void **state)
{
    double last = 0;

    (void)state;
    for (double rho = 1e-6; rho < 1e4; rho *= 1.5) {
        double epsilon = privacy_epsilon(rho, PRIVACY_DELTA);

        assert_true(epsilon > last);
        last = epsilon;
    }
}

/* ---- the sampler ---- */

enum { REACH = 400, DRAWS = 200000 };

static const struct {
    const char *what;
    uint64_t numerator, denominator;
} variances[] = {
    {"a tenth", 1, 10},
    {"just under 1", 999, 1000},
    {"1", 1, 1},
    {"2.25", 9, 4},
    {"16 x 5", 80, 1},
    {"a large denominator", (UINT64_C(17) << 20) + 1, UINT64_C(1) << 20},
    {"z 4, w 64", 1024, 1},
    {"products beyond 64 bits", (UINT64_C(1) << 30) + 1, UINT64_C(1) << 20},
};

/* Sums up the draws of each value, and the probabilities beside. */
static void tally(double variance, size_t index, double drawn[2 * REACH + 1],
                  double expected[2 * REACH + 1])
{
    double total = 0;

    memset(drawn, 0, (2 * REACH + 1) * sizeof *drawn);
    for (int i = 0; i < DRAWS; i++) {
        int64_t value = privacy_discrete_gaussian(&random, variances[index].numerator,
                                                  variances[index].denominator);

        assert_true(value >= -REACH && value <= REACH);
        drawn[value + REACH]++;
    }
    for (int x = -REACH; x <= REACH; x++)
        total += exp(-x * x / (2 * variance));
    for (int x = -REACH; x <= REACH; x++)
        expected[x + REACH] = DRAWS * exp(-x * x / (2 * variance)) / total;
}

/* Values whose expected count is small are taken together. `*cells`: how many were compared. */
static double chi_square(const double drawn[2 * REACH + 1], const double expected[2 * REACH + 1],
                         int *cells)
{
    double square = 0, rest_drawn = 0, rest_expected = 0;

    *cells = 0;
    for (int i = 0; i <= 2 * REACH; i++) {
        if (expected[i] < 10) {
            rest_drawn += drawn[i];
            rest_expected += expected[i];
            continue;
        }
        square += (drawn[i] - expected[i]) * (drawn[i] - expected[i]) / expected[i];
        ++*cells;
    }
    if (rest_expected >= 10) {
        square += (rest_drawn - rest_expected) * (rest_drawn - rest_expected) / rest_expected;
        ++*cells;
    }
    return square;
}

/* Wilson and Hilferty's approximation of the value that is exceeded with probability 1e-4. */
static double chi_square_limit(int freedom)
{
    double part = 2.0 / (9 * freedom), root = 1 - part + 3.719 * sqrt(part);

    return freedom * root * root * root;
}

static void test_draws_follow_the_distribution(void **state)
{
    static double drawn[2 * REACH + 1], expected[2 * REACH + 1];

    (void)state;
    for (size_t i = 0; i < sizeof variances / sizeof *variances; i++) {
        double variance = (double)variances[i].numerator / (double)variances[i].denominator;
        double square;
        int cells;

        tally(variance, i, drawn, expected);
        square = chi_square(drawn, expected, &cells);
        if (cells > 1 && square > chi_square_limit(cells - 1))
            fail_msg("%s: chi-square %.1f with %d degrees of freedom", variances[i].what, square,
                     cells - 1);
    }
}

/* Where the values are too many to be counted one by one. */
static void check_moments(double z, uint32_t w)
{
    enum { COUNT = 40000 };
    static int64_t sum[COUNT];
    double scale = z * sqrt(w), mean = 0, square = 0;

    for (int i = 0; i < COUNT; i++)
        sum[i] = 1000;
    privacy_add_noise(&random, z, w, sum, COUNT);
    for (int i = 0; i < COUNT; i++) {
        mean += (double)(sum[i] - 1000) / COUNT;
        square += (double)((sum[i] - 1000) * (sum[i] - 1000)) / COUNT;
    }
    assert_near(mean / scale, 0, 4 / sqrt(COUNT));
    assert_near(square / (scale * scale), 1, 4 * sqrt(2.0 / COUNT));
}

static void test_noise_has_its_scale(void **state)
{
    (void)state;
    check_moments(1, 1);
    check_moments(4, 64);
    check_moments(0.5, 16);
    check_moments(1.0009765625, 7); /* 1 + 1/1024 */
    check_moments(2.0001, 64);
    check_moments(PRIVACY_NOISE_MAX, PRIVACY_VOTES_MAX);
}

static void test_no_noise(void **state)
{
    int64_t sum[] = {5, -3, 0};

    (void)state;
    privacy_add_noise(&random, 0, 64, sum, 3);
    assert_int_equal(sum[0], 5);
    assert_int_equal(sum[1], -3);
    assert_int_equal(sum[2], 0);
}

/* The least noise is 1/1024, almost always 0. */
static void test_little_noise(void **state)
{
    static int64_t sum[1000];

    (void)state;
    privacy_add_noise(&random, 1e-9, 1, sum, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(sum[i], 0);
}

static void test_noise_depends_on_the_stream_alone(void **state)
{
    int64_t a[100] = {0}, b[100] = {0}, c[100] = {0};

    privacy_add_noise(&random, 4, 16, a, 100);
    privacy_add_noise(&random, 4, 16, b, 100);
    set_up(state);
    privacy_add_noise(&random, 4, 16, c, 100);
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_equal(a, c, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_epsilons),
        cmocka_unit_test(test_epsilon_is_that_of_its_delta),
        cmocka_unit_test(test_epsilon_at_the_edges),
        cmocka_unit_test(test_epsilon_grows_with_rho),
        cmocka_unit_test_setup(test_draws_follow_the_distribution, set_up),
        cmocka_unit_test_setup(test_noise_has_its_scale, set_up),
        cmocka_unit_test_setup(test_no_noise, set_up),
        cmocka_unit_test_setup(test_little_noise, set_up),
        cmocka_unit_test_setup(test_noise_depends_on_the_stream_alone, set_up),
    };

    return cmocka_run_group_tests_name("privacy", tests, NULL, NULL);
}
