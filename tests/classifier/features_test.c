#include "classifier/features.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct text_settings settings = {.negators = {"not", 4}, .negation_window = 3};

static const char *const names[] = {"good",     "not:good", "<s> good", "good day",
                                    "day </s>", "<shout>",  "day"};

enum { FEATURES = sizeof names / sizeof *names, SLOTS = 16 };

static uint32_t slots[SLOTS];
static uint64_t hashes[FEATURES];
static const float idf[FEATURES] = {1, 2, 3, 4, 5, 6, 7};
static const struct vocabulary vocabulary = {slots, hashes, idf, FEATURES, SLOTS - 1, 8, 0};

static int set_up(void **state)
{
    struct features *features;

    for (uint32_t i = 0; i < FEATURES; i++) {
        uint32_t slot;

        hashes[i] = features_hash(names[i], strlen(names[i]));
        slot = vocabulary_slot(hashes[i], SLOTS - 1);
        while (slots[slot])
            slot = (slot + 1) % SLOTS;
        slots[slot] = vocabulary_entry(i, hashes[i]);
    }
    if (features_new(&settings, &vocabulary, &features))
        return -1;
    *state = features;
    return 0;
}

static int tear_down(void **state)
{
    features_free(*state);
    features_free(NULL);
    return 0;
}

static void read_message(struct features *features, const char *message,
                         const struct own_words *own)
{
    features_scan(features, message, strlen(message));
    features_weigh(features, own);
}

static void assert_ngrams(struct features *features, const char *expected)
{
    const struct ngram *ngrams;
    char list[512] = "", name[64];
    size_t count, at = 0;

    ngrams = features_ngrams(features, &count);
    for (size_t i = 0; i < count; i++) {
        size_t length = features_name(features, &ngrams[i], name, sizeof name);

        assert_int_equal(length, strlen(name));
        assert_int_equal(features_hash(name, length), ngrams[i].hash);
        at += (size_t)snprintf(list + at, sizeof list - at, "%s|", name);
    }
    assert_string_equal(list, expected);
}

static void test_ngrams(void **state)
{
    static const struct {
        const char *message, *ngrams;
    } table[] = {
        {"", "<s> </s>|<length:0>|"},
        {"Good day", "good|<s> good|day|good day|day </s>|<length:2>|"},
        {"not GOOD", "not|<s> not|not:good|not not:good|not:good </s>|<shout>|<length:2>|"},
        {"!", "!|<s> !|! </s>|<length:1>|"},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        features_scan(*state, table[i].message, strlen(table[i].message));
        assert_ngrams(*state, table[i].ngrams);
    }
}

static void test_a_name_is_cut(void **state)
{
    const struct ngram *ngrams;
    char name[4];
    size_t count;

    features_scan(*state, "goodness", 8);
    ngrams = features_ngrams(*state, &count);
    assert_int_equal(features_name(*state, &ngrams[0], name, sizeof name), 3);
    assert_string_equal(name, "goo");
}

static void test_weights(void **state)
{
    const struct term *terms;
    size_t count;
    float twice = 1 + logf(2), norm;

    read_message(*state, "good unknown good", NULL);
    terms = features_terms(*state, &count);
    assert_int_equal(count, 2);
    assert_int_equal(terms[0].feature, 0);
    assert_int_equal(terms[0].times, 2);
    assert_int_equal(terms[1].feature, 2);
    norm = sqrtf(twice * twice + 9);
    assert_true(fabsf(terms[0].value - twice / norm) < 1e-6F);
    assert_true(fabsf(terms[1].value - 3 / norm) < 1e-6F);
    assert_int_equal(features_known(*state), 2);
    assert_int_equal(features_telling(*state), 2);
}

static void test_nothing_known(void **state)
{
    size_t count;

    read_message(*state, "xqzzt vvrrk", NULL);
    features_terms(*state, &count);
    assert_int_equal(count, 0);
    assert_int_equal(features_known(*state), 0);
}

static void test_own_words(void **state)
{
    struct own_words own = {0};
    const struct term *terms;
    size_t count;

    assert_int_equal(own_find(&own, 1), OWN_NONE);
    assert_int_equal(own_reserve(&own, 1), ERROR_NONE);
    own_add(&own, features_hash("xqzzt", 5));
    read_message(*state, "xqzzt day", &own);
    terms = features_terms(*state, &count);
    assert_int_equal(count, 3);
    assert_int_equal(terms[0].feature, FEATURES);
    assert_int_equal(features_known(*state), 2);
    assert_true(terms[0].value > terms[1].value);
    own_free(&own);
}

static void test_own_words_are_capped(void **state)
{
    struct own_words own = {0};

    (void)state;
    for (uint64_t i = 0; i < OWN_WORDS_MAX + 100; i++) {
        assert_int_equal(own_reserve(&own, 1), ERROR_NONE);
        assert_int_equal(own_add(&own, i * 77 + 1), i < OWN_WORDS_MAX ? (uint32_t)i : OWN_NONE);
    }
    assert_int_equal(own_find(&own, 77 * 500 + 1), 500);
    own_clear(&own);
    assert_int_equal(own_find(&own, 77 * 500 + 1), OWN_NONE);
    own_free(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ngrams),    cmocka_unit_test(test_a_name_is_cut),
        cmocka_unit_test(test_weights),   cmocka_unit_test(test_nothing_known),
        cmocka_unit_test(test_own_words), cmocka_unit_test(test_own_words_are_capped),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
