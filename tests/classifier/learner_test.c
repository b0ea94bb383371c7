#include "classifier/learner.h"
#include "classifier/model.h"
#include "classifier/predict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct model *model;
static struct learner *learner;
static struct predictor *predictor; /* of model and learner */
static struct predictor *plain;     /* of the model alone */

static int set_up(void **state)
{
    (void)state;
    if (model_open("assets/emotions.model", &model) || learner_new(model, &learner) ||
        predictor_new(model, learner, &predictor) || predictor_new(model, NULL, &plain))
        return -1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    predictor_free(predictor);
    predictor_free(plain);
    learner_free(learner);
    learner_free(NULL);
    model_close(model);
    return 0;
}

static int reset(void **state)
{
    (void)state;
    learner_reset(learner);
    return 0;
}

static struct prediction read_by(struct predictor *by, const char *message)
{
    struct prediction prediction;

    predictor_read(by, message, strlen(message), &prediction);
    return prediction;
}

static int label(const char *name)
{
    int index = model_find_label(model, name);

    assert_true(index >= 0);
    return index;
}

static void learn(const char *message, int guess, bool right, int picked)
{
    struct rated rated = {message, strlen(message), guess, right, picked};

    assert_int_equal(learner_learn(learner, &rated), ERROR_NONE);
}

static void assert_same(const struct prediction *a, const struct prediction *b)
{
    assert_memory_equal(a->probability, b->probability,
                        (size_t)model_label_count(model) * sizeof(float));
    assert_int_equal(a->label, b->label);
    assert_int_equal(a->known, b->known);
    assert_int_equal(a->tokens, b->tokens);
    assert_int_equal(a->can_tell, b->can_tell);
}

static const char *const ordinary[] = {
    "I love this so much",        "I am so angry at you",     "what a horrible disgusting smell",
    "I am terrified of the dark", "I feel so lonely and sad", "wow I did not expect that",
    "the meeting is at noon",     "that was not a good day",  "thank you, this made my week!",
};

enum { ORDINARY = sizeof ordinary / sizeof *ordinary };

static void test_without_ratings_it_is_the_model(void **state)
{
    (void)state;
    for (size_t i = 0; i < ORDINARY; i++) {
        struct prediction with = read_by(predictor, ordinary[i]);
        struct prediction without = read_by(plain, ordinary[i]);

        assert_same(&with, &without);
    }
}

static void test_a_rating_moves_the_next_guess(void **state)
{
    int joy = label("joy");
    float before = read_by(predictor, "sick beat").probability[joy], last = before;

    (void)state;
    for (int i = 0; i < 3; i++) {
        float now;

        learn("that gig was sick, totally sick", label("sadness"), false, joy);
        now = read_by(predictor, "sick beat").probability[joy];
        assert_true(now > last);
        last = now;
    }
    assert_int_equal(learner_count(learner), 3);
    assert_true(last > before + 0.15F);
    assert_int_equal(read_by(predictor, "that gig was sick, totally sick").label, joy);
}

static void test_ordinary_messages_survive(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        learn("that gig was sick, totally sick", label("sadness"), false, label("joy"));
    learn("the train was late and I was so mad", label("neutral"), false, label("anger"));
    for (size_t i = 0; i < ORDINARY; i++)
        assert_int_equal(read_by(predictor, ordinary[i]).label, read_by(plain, ordinary[i]).label);
}

static void test_right_strengthens(void **state)
{
    int joy = label("joy");
    float before = read_by(predictor, "nice weather at the lake").probability[joy];

    (void)state;
    learn("nice weather at the lake", joy, true, -1);
    assert_true(read_by(predictor, "nice weather at the lake").probability[joy] > before);
}

static void test_wrong_alone_weakens_the_guess(void **state)
{
    struct prediction before = read_by(predictor, "the dentist called again"), after;

    (void)state;
    learn("the dentist called again", before.label, false, -1);
    after = read_by(predictor, "the dentist called again");
    assert_true(after.probability[before.label] < before.probability[before.label]);
}

static void test_own_words_are_learnt(void **state)
{
    int fear = label("fear");
    struct why why;

    (void)state;
    assert_false(read_by(predictor, "xqzzt").can_tell);
    for (int i = 0; i < 3; i++)
        learn("the xqzzt", -1, false, fear);
    assert_int_equal(read_by(predictor, "xqzzt").label, fear);
    assert_true(read_by(predictor, "xqzzt").can_tell);
    assert_int_equal(read_by(predictor, "xqzzt").known, 1);
    assert_false(read_by(plain, "xqzzt").can_tell);
    read_by(predictor, "Oh, XQZZT!");
    predictor_why(predictor, &why);
    assert_true(why.count > 0);
    assert_string_equal(why.items[0].feature, "xqzzt");
    assert_true(why.items[0].personal);
    assert_int_equal(why.items[0].start, 4);
    assert_int_equal(why.items[0].end, 9);
}

/* Ratings of every kind, many. */
static void learn_stream(int count)
{
    for (int i = 0; i < count; i++) {
        char message[128];

        snprintf(message, sizeof message, "%s word%d other%d", ordinary[i % ORDINARY], i % 97,
                 i % 31);
        learn(message, i % 7, i % 3 == 0, i % 4 == 0 ? -1 : (i * 5 + 1) % 7);
    }
}

static void test_undo_is_exact(void **state)
{
    struct prediction before[ORDINARY];

    (void)state;
    learn_stream(500);
    for (size_t i = 0; i < ORDINARY; i++)
        before[i] = read_by(predictor, ordinary[i]);
    learn("that gig was sick, word3 and newword", label("fear"), false, label("joy"));
    learner_reset(learner);
    assert_int_equal(learner_count(learner), 0);
    learn_stream(500);
    for (size_t i = 0; i < ORDINARY; i++) {
        struct prediction after = read_by(predictor, ordinary[i]);

        assert_same(&before[i], &after);
    }
    learner_reset(learner);
    for (size_t i = 0; i < ORDINARY; i++) {
        struct prediction with = read_by(predictor, ordinary[i]);
        struct prediction without = read_by(plain, ordinary[i]);

        assert_same(&with, &without);
    }
}

static void test_what_teaches_nothing(void **state)
{
    int labels = model_label_count(model);
    struct prediction before = read_by(predictor, "hello there"), after;

    (void)state;
    learn("hello there", -1, true, -1);
    learn("hello there", -1, false, -1);
    learn("hello there", labels, true, -1);
    learn("hello there", 0, false, labels);
    assert_int_equal(learner_count(learner), 0);
    learn("", 0, true, -1);
    after = read_by(predictor, "hello there");
    assert_same(&before, &after);
}

static void test_many_ratings_stay_finite(void **state)
{
    (void)state;
    for (int i = 0; i < 2000; i++)
        learn("sick", i % 7, false, (i + 3) % 7);
    for (int i = 0; i < 7; i++) {
        float probability = read_by(predictor, "sick").probability[i];

        assert_true(probability >= 0 && probability <= 1);
    }
}

static void test_saved_layer_is_the_same(void **state)
{
    struct prediction before, after;
    struct buffer layer;

    (void)state;
    buffer_init(&layer, 1 << 20);
    for (int i = 0; i < 50; i++)
        learn(i % 2 ? "zorblax, that gig was sick" : "flumptious day", -1, false,
              label(i % 3 ? "joy" : "fear"));
    before = read_by(predictor, "flumptious zorblax day");
    assert_int_equal(learner_save(learner, &layer), ERROR_NONE);
    learn("zorblax", -1, false, label("anger"));
    assert_true(learner_restore(learner, layer.data, layer.length));
    assert_int_equal(learner_count(learner), 50);
    after = read_by(predictor, "flumptious zorblax day");
    assert_memory_equal(before.probability, after.probability,
                        sizeof(float) * (size_t)model_label_count(model));
    buffer_free(&layer);
}

static void test_damaged_layer_is_not_taken(void **state)
{
    struct buffer layer;

    (void)state;
    buffer_init(&layer, 1 << 20);
    learn("zorblax, that gig was sick", -1, false, label("joy"));
    assert_int_equal(learner_save(learner, &layer), ERROR_NONE);
    for (size_t i = 0; i < layer.length; i++) {
        assert_false(learner_restore(learner, layer.data, i));
        layer.data[i] = (char)(layer.data[i] ^ 0x10);
        assert_false(learner_restore(learner, layer.data, layer.length));
        assert_int_equal(learner_count(learner), 0);
        layer.data[i] = (char)(layer.data[i] ^ 0x10);
    }
    assert_true(learner_restore(learner, layer.data, layer.length));
    buffer_free(&layer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_without_ratings_it_is_the_model, reset),
        cmocka_unit_test_setup(test_a_rating_moves_the_next_guess, reset),
        cmocka_unit_test_setup(test_ordinary_messages_survive, reset),
        cmocka_unit_test_setup(test_right_strengthens, reset),
        cmocka_unit_test_setup(test_wrong_alone_weakens_the_guess, reset),
        cmocka_unit_test_setup(test_own_words_are_learnt, reset),
        cmocka_unit_test_setup(test_undo_is_exact, reset),
        cmocka_unit_test_setup(test_what_teaches_nothing, reset),
        cmocka_unit_test_setup(test_many_ratings_stay_finite, reset),
        cmocka_unit_test_setup(test_saved_layer_is_the_same, reset),
        cmocka_unit_test_setup(test_damaged_layer_is_not_taken, reset),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
