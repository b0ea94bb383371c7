/* Properties of predictions over many messages of every kind: that neither threads nor forms of
 * Unicode change them, and that they cost no memory. */
#include "classifier/batch.h"
#include "classifier/learner.h"
#include "classifier/model_parts.h"
#include "tests/allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include <cmocka.h>

enum { MESSAGES = 10000, MESSAGE_MAX = 512, RATINGS = 40 };

static struct model *model;
static struct learner *learner;
static struct predictor *predictor;
static char texts[MESSAGES][MESSAGE_MAX];
static struct message messages[MESSAGES];
static struct prediction expected[MESSAGES], predictions[MESSAGES];

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* A piece of text: a word that the model knows, or what people and programs write besides. */
static size_t write_piece(uint32_t *seed, bool valid, char *out, size_t room)
{
    static const char *const pieces[] = {"!!",
                                         "?!",
                                         "...",
                                         ":)",
                                         "<3",
                                         "[NAME]",
                                         "http://a.b",
                                         "12,5",
                                         "don't",
                                         "SOOOO",
                                         "haha",
                                         "caf\xC3\xA9",
                                         "\xC3\x89T\xC3\x89",
                                         "e\xCC\x81\xCC\xA3",
                                         "\xE1\xBA\xA5",
                                         "\xC3\x85ngstr\xC3\xB6m",
                                         "\xE4\xBB\x8A\xE5\xA4\xA9",
                                         "\xEA\xB0\x81\xED\x95\x9C",
                                         "\xE3\x81\x8C",
                                         "\xE2\x80\x99s",
                                         "\xE2\x80\x9Cso\xE2\x80\x9D",
                                         "\xF0\x9F\x98\x82",
                                         "\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD",
                                         "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB",
                                         "\xE2\x9D\xA4\xEF\xB8\x8F",
                                         "\xEF\xAC\x81ne",
                                         "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D",
                                         "\xCC\x81",
                                         "\xE0\xA4\x95\xE0\xA4\xBF"};
    const struct model_parts *parts = model_parts(model);
    const char *piece = pieces[next(seed) % (sizeof pieces / sizeof *pieces)];
    uint32_t kind = next(seed) % 8;

    if (kind < 5)
        piece = parts->strings + parts->offsets[next(seed) % parts->vocabulary.count];
    if (kind == 7 && !valid) {
        for (size_t i = 0; i < 4; i++)
            out[i] = (char)next(seed);
        return 4;
    }
    if (strlen(piece) > room)
        return 0;
    memcpy(out, piece, strlen(piece));
    return strlen(piece);
}

static size_t write_message(uint32_t *seed, bool valid, char out[MESSAGE_MAX])
{
    size_t length = 0, pieces = next(seed) % 24;

    while (pieces-- > 0 && length + 8 < MESSAGE_MAX) {
        length += write_piece(seed, valid, out + length, MESSAGE_MAX - length - 2);
        if (next(seed) % 4)
            out[length++] = ' ';
    }
    return length;
}

static void teach(void)
{
    for (int i = 0; i < RATINGS; i++) {
        struct rated rated = {messages[i].text, messages[i].length, 0, false,
                              i % model_label_count(model)};

        assert_int_equal(learner_learn(learner, &rated), ERROR_NONE);
    }
}

static int set_up(void **state)
{
    uint32_t seed = 3;

    (void)state;
    if (model_open("assets/emotions.model", &model) || learner_new(model, &learner) ||
        predictor_new(model, learner, &predictor))
        return -1;
    for (int i = 0; i < MESSAGES; i++)
        messages[i] = (struct message){texts[i], write_message(&seed, false, texts[i])};
    teach();
    for (int i = 0; i < MESSAGES; i++)
        predictor_read(predictor, messages[i].text, messages[i].length, &expected[i]);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    predictor_free(predictor);
    learner_free(learner);
    model_close(model);
    batch_free(NULL);
    return 0;
}

static void assert_same(const struct prediction *one, const struct prediction *other)
{
    assert_int_equal(one->label, other->label);
    assert_int_equal(one->can_tell, other->can_tell);
    assert_int_equal(one->labels, other->labels);
    assert_int_equal(one->tokens, other->tokens);
    assert_int_equal(one->known, other->known);
    assert_memory_equal(one->probability, other->probability,
                        (size_t)model_label_count(model) * sizeof *one->probability);
}

static void assert_expected(struct batch *batch, size_t count)
{
    memset(predictions, 0xFF, sizeof predictions);
    batch_read(batch, messages, count, predictions);
    for (size_t i = 0; i < count; i++)
        assert_same(&predictions[i], &expected[i]);
}

/* One after the other and at once, by any number of threads, in batches of any size. */
static void test_threads_make_no_difference(void **state)
{
    static const int threads[] = {0, 1, 2, 3, 8, 1000};
    static const size_t counts[] = {MESSAGES, 0, 1, BATCH_RANGE + 1, 3000, MESSAGES};

    (void)state;
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        struct batch *batch;

        assert_int_equal(batch_new(predictor, threads[i], &batch), ERROR_NONE);
        for (size_t j = 0; j < sizeof counts / sizeof *counts; j++)
            assert_expected(batch, counts[j]);
        batch_free(batch);
    }
}

static void test_a_batch_that_nobody_uses(void **state)
{
    struct batch *batch;

    (void)state;
    assert_int_equal(batch_new(predictor, 4, &batch), ERROR_NONE);
    batch_free(batch);
    allocation_fail_at(1);
    assert_int_equal(batch_new(predictor, 4, &batch), ERROR_NO_MEMORY);
    assert_null(batch);
    assert_true(allocation_failed());
}

/* A thread that has no memory for its workspace leaves the work to the others. */
static void test_threads_without_memory(void **state)
{
    (void)state;
    for (int n = 1; n < 12; n++) {
        struct batch *batch;

        assert_int_equal(batch_new(predictor, 3, &batch), ERROR_NONE);
        allocation_fail_at(n);
        assert_expected(batch, MESSAGES);
        batch_free(batch);
        allocation_fail_at(0);
    }
}

static void test_a_message_allocates_nothing(void **state)
{
    unsigned long before = allocation_count();
    struct why why;

    (void)state;
    for (int i = 0; i < MESSAGES; i++) {
        predictor_read(predictor, messages[i].text, messages[i].length, &predictions[i]);
        predictor_why(predictor, &why);
    }
    assert_int_equal(allocation_count(), before);
}

/* The composed and the decomposed form of a message are the same message. */
static void test_forms_of_unicode(void **state)
{
    char text[MESSAGE_MAX];
    uint32_t seed = 17;

    (void)state;
    for (int i = 0; i < MESSAGES; i++) {
        struct prediction composed, decomposed;
        char *nfc, *nfd;

        text[write_message(&seed, true, text)] = '\0';
        nfc = (char *)utf8proc_NFC((const utf8proc_uint8_t *)text);
        nfd = (char *)utf8proc_NFD((const utf8proc_uint8_t *)text);
        assert_non_null(nfc);
        assert_non_null(nfd);
        predictor_read(predictor, nfc, strlen(nfc), &composed);
        predictor_read(predictor, nfd, strlen(nfd), &decomposed);
        assert_same(&composed, &decomposed);
        free(nfc);
        free(nfd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_make_no_difference),
        cmocka_unit_test(test_a_batch_that_nobody_uses),
        cmocka_unit_test(test_threads_without_memory),
        cmocka_unit_test(test_a_message_allocates_nothing),
        cmocka_unit_test(test_forms_of_unicode),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
