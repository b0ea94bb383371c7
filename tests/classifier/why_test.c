/* What is said of the why (classifier/MODEL.md): bias and contributions add up to the score that
 * the label won by. */
#include "classifier/model_parts.h"
#include "classifier/predict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MESSAGES = 10000, MESSAGE_MAX = 4096 };

static const double BOUND = 1e-5;

/* A model's predictor beside what it is made of. */
struct subject {
    struct model *model;
    struct predictor *predictor;
    struct features *features;
};

static void open_subject(struct model *model, struct subject *out)
{
    const struct model_parts *parts = model_parts(model);

    out->model = model;
    assert_int_equal(predictor_new(model, NULL, &out->predictor), ERROR_NONE);
    assert_int_equal(features_new(&parts->text, &parts->vocabulary, &out->features), ERROR_NONE);
}

static void close_subject(struct subject *subject)
{
    predictor_free(subject->predictor);
    features_free(subject->features);
    model_close(subject->model);
}

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* N-grams of the vocabulary, at random. */
static size_t write_message(const struct model_parts *parts, uint32_t *seed, char *out)
{
    uint32_t ngrams = 1 + next(seed) % 40;
    size_t length = 0;

    while (ngrams-- > 0) {
        uint32_t feature = next(seed) % parts->vocabulary.count;
        const char *ngram = parts->strings + parts->offsets[feature];

        if (length + strlen(ngram) + 2 > MESSAGE_MAX)
            break;
        length += (size_t)snprintf(out + length, MESSAGE_MAX - length, "%s ", ngram);
    }
    return length;
}

/* One label's value less the mean of the others'. */
static double relative(const float *values, uint32_t labels, int label)
{
    double others = -(double)values[label];

    for (uint32_t i = 0; i < labels; i++)
        others += (double)values[i];
    return (double)values[label] - others / (labels - 1);
}

static void check_message(const struct subject *subject, const char *message, size_t length)
{
    const struct model_parts *parts = model_parts(subject->model);
    struct prediction prediction;
    float score[LABELS_MAX];
    const struct term *terms;
    double sum;
    struct why why;
    size_t count;

    predictor_read(subject->predictor, message, length, &prediction);
    predictor_why(subject->predictor, &why);
    sum = (double)why.bias;
    for (size_t i = 0; i < why.count; i++)
        sum += (double)why.items[i].value;
    features_scan(subject->features, message, length);
    features_weigh(subject->features, NULL);
    terms = features_terms(subject->features, &count);
    model_parts_score(parts, terms, count, score);
    assert_true(fabs(sum - relative(score, parts->labels, prediction.label)) <= BOUND);
    assert_true(fabs(sum - (double)why.score) <= BOUND);
}

static void check_messages(struct model *model)
{
    static char message[MESSAGE_MAX];
    struct subject subject;
    uint32_t seed = 11;

    open_subject(model, &subject);
    for (int i = 0; i < MESSAGES; i++)
        check_message(&subject, message, write_message(model_parts(model), &seed, message));
    close_subject(&subject);
}

static void test_the_shipped_model(void **state)
{
    struct model *model;

    (void)state;
    assert_int_equal(model_open("assets/emotions.model", &model), ERROR_NONE);
    check_messages(model);
}

/* The shipped model's weights, moved to floats that are no multiples of anything, and to the
 * nearest multiples of a scale. */
static struct model *rewritten(bool bytes)
{
    struct model_parts parts;
    struct buffer file;
    struct model *model, *out;
    float scale[LABELS_MAX], *weights;
    size_t cells;

    assert_int_equal(model_open("assets/emotions.model", &model), ERROR_NONE);
    parts = *model_parts(model);
    cells = (size_t)parts.vocabulary.count * parts.stride;
    weights = calloc(cells, sizeof *weights);
    assert_non_null(weights);
    for (uint32_t label = 0; label < parts.stride; label++)
        scale[label] = 0.07F;
    for (size_t i = 0; i < cells; i++)
        weights[i] = bytes ? fminf(fmaxf(roundf(parts.weights[i] / 0.07F), -127), 127) * 0.07F
                           : parts.weights[i] * 1.01F;
    parts.weights = weights;
    parts.scale = bytes ? scale : NULL;
    buffer_init(&file, MODEL_FILE_MAX);
    assert_int_equal(model_parts_write(&parts, &file), ERROR_NONE);
    assert_int_equal(model_from_bytes(&file, "rewritten", &out), ERROR_NONE);
    free(weights);
    model_close(model);
    return out;
}

static void test_bytes_and_floats(void **state)
{
    (void)state;
    check_messages(rewritten(true));
    check_messages(rewritten(false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_shipped_model),
        cmocka_unit_test(test_bytes_and_floats),
    };

    return cmocka_run_group_tests_name("why", tests, NULL, NULL);
}
