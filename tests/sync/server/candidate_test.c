#include "classifier/model_parts.h"
#include "sync/server/candidate.h"
#include "tests/allocation.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BLOCK = 50 };

static struct model *base;
static const struct model_parts *parts;
static double *step; /* [coordinates] */
static size_t coordinates;

static int set_up(void **state)
{
    (void)state;
    if (model_open("assets/emotions.model", &base))
        return -1;
    parts = model_parts(base);
    coordinates = (size_t)(BLOCK + 1) * parts->labels;
    step = calloc(coordinates, sizeof *step);
    for (size_t i = 0; step && i < coordinates; i++)
        step[i] = (double)i / 64 - 1;
    return step ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    free(step);
    model_close(base);
    return 0;
}

static struct model *open_bytes(struct buffer *bytes)
{
    struct model *model;

    assert_int_equal(model_from_bytes(bytes, "candidate", &model), ERROR_NONE);
    return model;
}

static struct model *make(const struct model *from, uint32_t version, const char *origin)
{
    struct buffer bytes;

    buffer_init(&bytes, MODEL_FILE_MAX);
    assert_int_equal(candidate_make(from, BLOCK, step, version, origin, &bytes), ERROR_NONE);
    return open_bytes(&bytes);
}

static struct model *renumber(const struct model *from, uint32_t version, const char *origin)
{
    struct buffer bytes;

    buffer_init(&bytes, MODEL_FILE_MAX);
    assert_int_equal(candidate_renumber(from, version, origin, &bytes), ERROR_NONE);
    return open_bytes(&bytes);
}

/* Everything but version, provenance and the weights of the first `block` features and the bias. */
static void assert_same_but_block(const struct model_parts *a, uint32_t block)
{
    size_t features = parts->vocabulary.count, from = (size_t)block * parts->stride;

    assert_int_equal(a->labels, parts->labels);
    assert_int_equal(a->stride, parts->stride);
    assert_int_equal(a->vocabulary.count, features);
    assert_int_equal(a->vocabulary.mask, parts->vocabulary.mask);
    assert_true(a->vocabulary.unseen_idf == parts->vocabulary.unseen_idf);
    assert_true(a->temperature == parts->temperature && a->threshold == parts->threshold);
    assert_memory_equal(a->vocabulary.hashes, parts->vocabulary.hashes, features * 8);
    assert_memory_equal(a->vocabulary.idf, parts->vocabulary.idf, features * sizeof(float));
    assert_memory_equal(a->offsets, parts->offsets, (features + 1) * 4);
    assert_memory_equal(a->strings, parts->strings, parts->offsets[features]);
    assert_memory_equal(a->weights + from, parts->weights + from,
                        (features * parts->stride - from) * sizeof(float));
    for (uint32_t i = 0; i < parts->labels; i++) {
        assert_string_equal(a->label[i].name, parts->label[i].name);
        assert_string_equal(a->label[i].emoji, parts->label[i].emoji);
        assert_string_equal(a->label[i].colour, parts->label[i].colour);
    }
}

static void test_only_the_block_moves(void **state)
{
    struct model *model = make(base, 2, "round 1, 4000 reports, noise 4");
    const struct model_parts *moved = model_parts(model);
    uint32_t labels = parts->labels;

    (void)state;
    assert_int_equal(model_version(model), 2);
    assert_same_but_block(moved, BLOCK);
    for (uint32_t feature = 0; feature < BLOCK; feature++)
        for (uint32_t label = 0; label < parts->stride; label++) {
            size_t at = (size_t)feature * parts->stride + label;
            double by = label < labels ? step[feature * labels + label] : 0;

            assert_true(moved->weights[at] == (float)((double)parts->weights[at] + by));
        }
    for (uint32_t label = 0; label < parts->stride; label++) {
        double by = label < labels ? step[BLOCK * labels + label] : 0;

        assert_true(moved->bias[label] == (float)((double)parts->bias[label] + by));
    }
    model_close(model);
}

static void test_the_whole_vocabulary_as_block(void **state)
{
    size_t count = ((size_t)parts->vocabulary.count + 1) * parts->labels;
    double *whole = calloc(count, sizeof *whole);
    struct buffer bytes;
    struct model *model;

    (void)state;
    assert_non_null(whole);
    buffer_init(&bytes, MODEL_FILE_MAX);
    assert_int_equal(candidate_make(base, parts->vocabulary.count, whole, 2, "nothing", &bytes),
                     ERROR_NONE);
    model = open_bytes(&bytes);
    assert_same_but_block(model_parts(model), 0);
    model_close(model);
    free(whole);
}

/* One line says how the present version came to be, however many there were before. */
static void test_provenance(void **state)
{
    struct model *second = make(base, 2, "round 1"), *third = make(second, 3, "round 2");
    size_t length = strlen(model_provenance(base));

    (void)state;
    assert_memory_equal(model_provenance(second), model_provenance(base), length);
    assert_string_equal(model_provenance(second) + length, "version 2: round 1\n");
    assert_memory_equal(model_provenance(third), model_provenance(base), length);
    assert_string_equal(model_provenance(third) + length, "version 3: round 2\n");
    model_close(third);
    model_close(second);
}

static void test_renumber(void **state)
{
    struct model *back = renumber(base, 7, "rollback to 1");
    struct model *again = renumber(back, 1, "x");

    (void)state;
    assert_int_equal(model_version(back), 7);
    assert_same_but_block(model_parts(back), 0);
    assert_memory_equal(model_parts(back)->bias, parts->bias, parts->stride * sizeof(float));
    assert_non_null(strstr(model_provenance(back), "\nversion 7: rollback to 1\n"));
    assert_null(strstr(model_provenance(again), "version 7"));
    assert_string_not_equal(model_id(back), model_id(base));
    model_close(again);
    model_close(back);
}

static void test_the_same_step_gives_the_same_bytes(void **state)
{
    struct model *a = make(base, 2, "round 1"), *b = make(base, 2, "round 1");

    (void)state;
    assert_string_equal(model_id(a), model_id(b));
    model_close(a);
    model_close(b);
}

static void test_steps_too_far(void **state)
{
    static const double far[] = {2e6, -2e6, 1e300, HUGE_VAL, -HUGE_VAL, NAN};
    struct buffer bytes;

    (void)state;
    for (size_t i = 0; i < sizeof far / sizeof *far; i++)
        for (size_t at = 0; at < coordinates; at += coordinates - 1) {
            double kept = step[at];

            step[at] = far[i];
            buffer_init(&bytes, MODEL_FILE_MAX);
            assert_int_equal(candidate_make(base, BLOCK, step, 2, "", &bytes), ERROR_INVALID);
            buffer_free(&bytes);
            step[at] = kept;
        }
}

static void test_no_memory(void **state)
{
    enum error error;

    (void)state;
    for (int n = 1;; n++) {
        struct buffer bytes;

        buffer_init(&bytes, MODEL_FILE_MAX);
        allocation_fail_at(n);
        error = candidate_make(base, BLOCK, step, 2, "round 1", &bytes);
        buffer_free(&bytes);
        if (!allocation_failed())
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
    }
    allocation_fail_at(0);
    assert_int_equal(error, ERROR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_the_block_moves),
        cmocka_unit_test(test_the_whole_vocabulary_as_block),
        cmocka_unit_test(test_provenance),
        cmocka_unit_test(test_renumber),
        cmocka_unit_test(test_the_same_step_gives_the_same_bytes),
        cmocka_unit_test(test_steps_too_far),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests_name("candidate", tests, set_up, tear_down);
}
