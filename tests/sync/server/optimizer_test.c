#include "sync/server/optimizer.h"

#include "classifier/model_parts.h"
#include "tests/allocation.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { COORDINATES = 3 };

static struct optimizer make(enum optimizer_kind kind)
{
    struct optimizer_settings settings = {kind, .rate = 0.5, .beta1 = 0.9, .beta2 = 0.99,
                                          .tau = 0.1};
    struct optimizer optimizer;

    assert_int_equal(optimizer_init(&optimizer, &settings, COORDINATES), ERROR_NONE);
    return optimizer;
}

static const double means[2][COORDINATES] = {{1, -0.2, 0}, {0.5, 0.2, 0}};

/* Two steps of each, by hand. m_0 = 0, v_0 = tau^2 = 0.01, no correction of the bias.
 *
 * FedAdam, coordinate 0: m = 0.1, v = 0.0099 + 0.01 = 0.0199, step 0.5 * 0.1 / (sqrt v + 0.1);
 * then m = 0.14, v = 0.019701 + 0.0025 = 0.022201.
 * Coordinate 1: m = -0.02, v = 0.0099 + 0.0004 = 0.0103; m = 0.002, v = 0.010197 + 0.0004.
 * FedYogi, coordinate 0: v = 0.01 + 0.01 * 1 = 0.02; v = 0.02 + 0.01 * 0.25 = 0.0225.
 * Coordinate 1: v = 0.01 + 0.01 * 0.04 = 0.0104; v = 0.0104 + 0.0004 = 0.0108. */
static void test_two_steps(void **state)
{
    const double expected[4][2][COORDINATES] = {
        {{0.5, -0.1, 0}, {0.25, 0.1, 0}},
        {{0.5, -0.1, 0}, {0.7, 0.01, 0}},
        {{0.5 * 0.1 / (sqrt(0.0199) + 0.1), 0.5 * -0.02 / (sqrt(0.0103) + 0.1), 0},
         {0.5 * 0.14 / (sqrt(0.022201) + 0.1), 0.5 * 0.002 / (sqrt(0.010597) + 0.1), 0}},
        {{0.5 * 0.1 / (sqrt(0.02) + 0.1), 0.5 * -0.02 / (sqrt(0.0104) + 0.1), 0},
         {0.5 * 0.14 / (sqrt(0.0225) + 0.1), 0.5 * 0.002 / (sqrt(0.0108) + 0.1), 0}},
    };

    (void)state;
    for (int kind = 0; kind < OPTIMIZER_KALMAN; kind++) {
        struct optimizer optimizer = make((enum optimizer_kind)kind);
        double step[COORDINATES];

        for (int i = 0; i < 2; i++) {
            optimizer_step(&optimizer, means[i], step);
            for (int j = 0; j < COORDINATES; j++)
                if (fabs(step[j] - expected[kind][i][j]) > 1e-12)
                    fail_msg("%s, step %d, coordinate %d: %.9f instead of %.9f",
                             optimizer_names[kind], i + 1, j, step[j], expected[kind][i][j]);
        }
        assert_int_equal(optimizer.steps, 2);
        optimizer_free(&optimizer);
        optimizer_free(&optimizer);
    }
}

/* A coordinate of each sort, by hand: slope c 0.1, noise 0.02; v from 2 to 2 (1 - 0.5 K c) with
 * K = v c / (c^2 v + 0.02). What has no variance stays, and what has no slope. The mean of the
 * three labels is taken off. */
static void test_the_filter_weighs_means_against_their_noise(void **state)
{
    struct optimizer optimizer = make(OPTIMIZER_KALMAN);
    double step[COORDINATES], v = 2;

    (void)state;
    optimizer.labels = COORDINATES;
    optimizer.noise = 0.02;
    optimizer.v[0] = v;
    optimizer.v[1] = 0;
    optimizer.v[2] = v;
    optimizer.slope[0] = optimizer.slope[1] = 0.1;
    for (int i = 0; i < 2; i++) {
        double gain = v * 0.1 / (0.01 * v + 0.02);
        double off = (means[i][0] + means[i][1] + means[i][2]) / 3;

        optimizer_step(&optimizer, means[i], step);
        assert_true(fabs(step[0] - 0.5 * gain * (means[i][0] - off)) < 1e-12);
        assert_true(step[1] == 0 && step[2] == 0);
        v *= 1 - 0.5 * gain * 0.1;
        assert_true(fabs(optimizer.v[0] - v) < 1e-12 && optimizer.v[2] == 2);
    }
    optimizer_free(&optimizer);
}

/* The noise of a round, and what is expected of the coordinates of a model's block. */
static void test_the_filter_looks_at_the_round(void **state)
{
    struct optimizer_settings settings = {OPTIMIZER_KALMAN, .rate = 0.3, .tau = 0.5};
    struct manifest manifest = {
        .block = 5, .votes = 64, .noise = 4, .training = {.passes = 1, .rate = 1, .unit = 0.1}};
    struct optimizer optimizer;
    struct model *model;
    const struct model_parts *parts;
    uint32_t coordinates;

    (void)state;
    assert_int_equal(model_open("assets/emotions.model", &model), ERROR_NONE);
    parts = model_parts(model);
    manifest.labels = parts->labels;
    coordinates = manifest_coordinates(&manifest);
    assert_int_equal(optimizer_init(&optimizer, &settings, coordinates), ERROR_NONE);
    optimizer_look(&optimizer, model, &manifest, 1000);
    assert_true(fabs(optimizer.noise - 0.64 / 1000 * (0.016 + 1.0 / coordinates)) < 1e-15);
    for (uint32_t i = 0; i < 5 * parts->labels; i++) {
        double weight =
            (double)parts->weights[i / parts->labels * parts->stride + i % parts->labels];

        assert_true(fabs(optimizer.v[i] - weight * weight / 4) < 1e-12 && optimizer.slope[i] > 0);
        optimizer.v[i] = 7;
    }
    assert_true(optimizer.slope[5 * parts->labels] == 0);
    optimizer.steps = 1;
    optimizer_look(&optimizer, model, &manifest, 1000);
    assert_true(optimizer.v[0] == 7);
    model_close(model);
    optimizer_free(&optimizer);
}

/* Where the square is far below v, Yogi's v falls by the square, Adam's by a part of itself. */
static void test_yogi_forgets_slowly(void **state)
{
    const double little[COORDINATES] = {1e-3, 1e-3, 1e-3};
    struct optimizer adam = make(OPTIMIZER_FEDADAM), yogi = make(OPTIMIZER_FEDYOGI);
    double step[COORDINATES];

    (void)state;
    optimizer_step(&adam, little, step);
    optimizer_step(&yogi, little, step);
    assert_true(fabs(adam.v[0] - (0.0099 + 1e-8)) < 1e-15);
    assert_true(fabs(yogi.v[0] - (0.01 - 1e-8)) < 1e-15);
    optimizer_free(&adam);
    optimizer_free(&yogi);
}

static void test_the_state_is_kept(void **state)
{
    (void)state;
    for (int kind = 0; optimizer_names[kind]; kind++) {
        struct optimizer a = make((enum optimizer_kind)kind), b = make((enum optimizer_kind)kind);
        double from_a[COORDINATES], from_b[COORDINATES];
        struct buffer bytes;

        a.labels = b.labels = COORDINATES;
        buffer_init(&bytes, 4096);
        optimizer_step(&a, means[0], from_a);
        assert_int_equal(optimizer_save(&a, &bytes), ERROR_NONE);
        assert_true(optimizer_restore(&b, bytes.data, bytes.length));
        assert_int_equal(b.steps, 1);
        optimizer_step(&a, means[1], from_a);
        optimizer_step(&b, means[1], from_b);
        assert_memory_equal(from_a, from_b, sizeof from_a);
        buffer_free(&bytes);
        optimizer_free(&a);
        optimizer_free(&b);
    }
}

static void expect_refused(const struct optimizer_settings *settings, uint32_t coordinates,
                           const struct buffer *bytes)
{
    struct optimizer other;

    assert_int_equal(optimizer_init(&other, settings, coordinates), ERROR_NONE);
    assert_false(optimizer_restore(&other, bytes->data, bytes->length));
    assert_int_equal(other.steps, 0);
    assert_true(other.m[0] == 0 && other.v[0] == settings->tau * settings->tau);
    optimizer_free(&other);
}

static void test_a_foreign_state_is_refused(void **state)
{
    struct optimizer optimizer = make(OPTIMIZER_FEDADAM);
    const struct optimizer_settings mine = optimizer.settings;
    struct optimizer_settings other[5] = {mine, mine, mine, mine, mine};
    static const unsigned char infinite[8] = {0, 0, 0, 0, 0, 0, 0xF0, 0x7F};
    double step[COORDINATES];
    struct buffer bytes;

    (void)state;
    buffer_init(&bytes, 4096);
    optimizer_step(&optimizer, means[0], step);
    assert_int_equal(optimizer_save(&optimizer, &bytes), ERROR_NONE);
    other[0].kind = OPTIMIZER_FEDYOGI;
    other[1].rate = 0.4;
    other[2].beta1 = 0.8;
    other[3].beta2 = 0.9;
    other[4].tau = 0.2;
    for (int i = 0; i < 5; i++)
        expect_refused(&other[i], COORDINATES, &bytes);
    expect_refused(&mine, COORDINATES + 1, &bytes);
    bytes.length--;
    expect_refused(&mine, COORDINATES, &bytes);
    bytes.length = 0;
    expect_refused(&mine, COORDINATES, &bytes);
    assert_int_equal(optimizer_save(&optimizer, &bytes), ERROR_NONE);
    memcpy(bytes.data + bytes.length - sizeof infinite, infinite, sizeof infinite);
    expect_refused(&mine, COORDINATES, &bytes);
    bytes.data[0] ^= 1;
    expect_refused(&mine, COORDINATES, &bytes);
    buffer_free(&bytes);
    optimizer_free(&optimizer);
}

static void test_no_memory(void **state)
{
    struct optimizer optimizer = make(OPTIMIZER_FEDADAM), other;
    struct buffer bytes;

    (void)state;
    for (int n = 1; n <= 3; n++) {
        allocation_fail_at(n);
        assert_int_equal(optimizer_init(&other, &optimizer.settings, COORDINATES), ERROR_NO_MEMORY);
        assert_true(allocation_failed());
        optimizer_free(&other);
    }
    buffer_init(&bytes, 4096);
    allocation_fail_at(1);
    assert_int_equal(optimizer_save(&optimizer, &bytes), ERROR_NO_MEMORY);
    allocation_fail_at(0);
    buffer_init(&bytes, 16);
    assert_int_equal(optimizer_save(&optimizer, &bytes), ERROR_TOO_LARGE);
    buffer_free(&bytes);
    optimizer_free(&optimizer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_steps),
        cmocka_unit_test(test_yogi_forgets_slowly),
        cmocka_unit_test(test_the_state_is_kept),
        cmocka_unit_test(test_a_foreign_state_is_refused),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_the_filter_weighs_means_against_their_noise),
        cmocka_unit_test(test_the_filter_looks_at_the_round),
    };

    return cmocka_run_group_tests_name("optimizer", tests, NULL, NULL);
}
