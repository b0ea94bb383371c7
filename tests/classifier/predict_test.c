#include "base/file.h"
#include "classifier/model_parts.h"
#include "classifier/predict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct model *model;
static struct predictor *predictor;

static int set_up(void **state)
{
    (void)state;
    if (model_open("assets/emotions.model", &model))
        return -1;
    return predictor_new(model, NULL, &predictor) ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    predictor_free(predictor);
    predictor_free(NULL);
    model_close(model);
    return 0;
}

static struct prediction read(const char *message)
{
    struct prediction prediction;

    predictor_read(predictor, message, strlen(message), &prediction);
    return prediction;
}

static void test_golden_labels(void **state)
{
    static const struct {
        const char *message, *label;
    } table[] = {
        {"I love this so much", "joy"},
        {"I am so angry at you", "anger"},
        {"what a horrible disgusting smell", "disgust"},
        {"I am terrified of the dark", "fear"},
        {"I feel so lonely and sad", "sadness"},
        {"wow I did not expect that", "surprise"},
        {"the meeting is at noon", "neutral"},
        {"I can't believe they cancelled it, I was so looking forward to this", "surprise"},
        {"\xF0\x9F\x98\x82\xF0\x9F\x98\x82\xF0\x9F\x98\x82", "joy"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct prediction prediction = read(table[i].message);

        assert_string_equal(model_label(model, prediction.label)->name, table[i].label);
        assert_true(prediction.can_tell);
    }
}

static void test_cannot_tell(void **state)
{
    static const char *const messages[] = {
        "",
        "   \n\t",
        "xqzzt vvrrk",
        "xqzzt, vvrrk.",
        "12345",
        "!!!",
        "https://example.org",
        "\xE4\xBB\x8A\xE5\xA4\xA9\xE5\xBE\x88\xEF\xBC\x8C\xE9\xAB\x98\xE3\x80\x82",
        "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xD7\xA2\xD7\x95\xD7\x9C\xD7\x9D",
        "\xFF\xFE\xFD",
    };

    (void)state;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        assert_false(read(messages[i]).can_tell);
}

static void test_counts(void **state)
{
    struct prediction prediction = read("I love xqzzt !");

    (void)state;
    assert_int_equal(prediction.tokens, 4);
    assert_int_equal(prediction.known, 3);
}

static double sum_of(const struct prediction *prediction)
{
    double sum = 0;

    for (int i = 0; i < model_label_count(model); i++)
        sum += (double)prediction->probability[i];
    return sum;
}

/* Words that the model knows and words that it does not, signs and other bytes. */
static size_t random_message(uint32_t *seed, char *out, size_t size)
{
    static const char *const pieces[] = {
        "love",    "not ", "hate", "xqzzt", " ",    "!!", "...",          "don't", " the", " I ",
        "AMAZING", "sooo", ":)",   "?",     " sad", ", ", "\xE2\x9D\xA4", "\xFF",  "1",    " wow "};
    size_t length = 0, wanted;

    *seed = *seed * 1664525 + 1013904223;
    wanted = *seed >> 8 & 63;
    while (length < wanted && length + 16 < size) {
        const char *piece;

        *seed = *seed * 1664525 + 1013904223;
        piece = pieces[(*seed >> 8) % (sizeof pieces / sizeof *pieces)];
        memcpy(out + length, piece, strlen(piece));
        length += strlen(piece);
    }
    return length;
}

static void assert_why_adds_up(size_t length)
{
    struct why why;
    double sum;

    predictor_why(predictor, &why);
    sum = (double)why.bias;
    for (size_t i = 0; i < why.count; i++) {
        const struct contribution *item = &why.items[i];

        sum += (double)item->value;
        assert_true(item->value != 0);
        assert_true(item->start <= item->end && item->end <= length);
        assert_true(i == 0 || fabsf(item->value) <= fabsf(why.items[i - 1].value));
        assert_true(*item->feature != '\0');
        assert_false(item->personal);
    }
    assert_true(fabs(sum - (double)why.score) < 1e-4);
}

/* What the scores of these probabilities were divided by: calibration.h, from their lead over T. */
static double heat(const struct prediction *prediction)
{
    const struct model_parts *parts = model_parts(model);
    double temperature = (double)parts->temperature, slope = (double)parts->slope,
           found = temperature;
    float second = 0;

    for (int i = 0; i < model_label_count(model); i++)
        if (i != prediction->label)
            second = fmaxf(second, prediction->probability[i]);
    for (int i = 0; i < 200; i++) {
        double lead = log((double)prediction->probability[prediction->label] / (double)second) *
                      found / temperature;

        found = temperature * (1 + slope * (lead / (1 + lead) - 0.5));
    }
    return found;
}

/* p = softmax(score / T): the winner's score over the mean of the others is there twice. */
static void assert_score_is_right(const struct prediction *prediction)
{
    int labels = model_label_count(model);
    double others = 0, score;
    struct why why;

    predictor_why(predictor, &why);
    for (int i = 0; i < labels; i++) {
        if (prediction->probability[i] < 1e-4F)
            return;
        if (i != prediction->label)
            others += log((double)prediction->probability[i]) / (labels - 1);
    }
    score = log((double)prediction->probability[prediction->label]) - others;
    assert_true(fabs(score * heat(prediction) - (double)why.score) < 1e-3);
}

static void test_why_adds_up(void **state)
{
    char message[128];
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 5000; round++) {
        size_t length = random_message(&seed, message, sizeof message);
        struct prediction prediction;

        predictor_read(predictor, message, length, &prediction);
        assert_true(fabs(sum_of(&prediction) - 1) < 1e-5);
        assert_why_adds_up(length);
        assert_score_is_right(&prediction);
    }
}

static void test_why_names_what_drives(void **state)
{
    struct why why;
    struct prediction prediction = read("I LOVE this");

    (void)state;
    assert_true(prediction.can_tell);
    predictor_why(predictor, &why);
    assert_string_equal(why.items[0].feature, "love");
    assert_int_equal(why.items[0].start, 2);
    assert_int_equal(why.items[0].end, 6);
    assert_true(why.items[0].value > 0);
    for (size_t i = 0; i < why.count; i++)
        if (strcmp(why.items[i].feature, "<shout>") == 0)
            assert_int_equal(why.items[i].start, why.items[i].end);
}

/* A message's prediction does not depend on those before it. */
static void test_no_memory_of_messages(void **state)
{
    struct prediction first = read("not a good day :("), again;
    char *large = malloc(TEXT_MAX + 100);

    (void)state;
    assert_non_null(large);
    memset(large, 'a', TEXT_MAX + 100);
    for (size_t i = 0; i < TEXT_MAX; i += 7)
        large[i] = ' ';
    predictor_read(predictor, large, TEXT_MAX + 100, &again);
    free(large);
    again = read("not a good day :(");
    assert_memory_equal(first.probability, again.probability, 7 * sizeof(float));
}

static void test_thousands_of_one_word(void **state)
{
    size_t size = TEXT_MAX;
    char *message = malloc(size);
    struct prediction prediction;

    (void)state;
    assert_non_null(message);
    for (size_t i = 0; i < size; i++)
        message[i] = "love "[i % 5];
    predictor_read(predictor, message, size, &prediction);
    free(message);
    assert_string_equal(model_label(model, prediction.label)->name, "joy");
    assert_int_equal(prediction.tokens, prediction.known);
    assert_why_adds_up(size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_labels),
        cmocka_unit_test(test_cannot_tell),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_why_adds_up),
        cmocka_unit_test(test_why_names_what_drives),
        cmocka_unit_test(test_no_memory_of_messages),
        cmocka_unit_test(test_thousands_of_one_word),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
