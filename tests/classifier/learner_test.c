#include "base/bytes.h"
#include "classifier/crc32c.h"
#include "classifier/learner.h"
#include "classifier/model.h"
#include "classifier/predict.h"

#include <math.h>
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
    struct prediction before = read_by(predictor, "the dentist called again");

    (void)state;
    assert_true(before.probability[before.label] < 0.9F);
    for (int i = 0; i < 3; i++)
        learn("the dentist called again", before.label, true, -1);
    assert_true(read_by(predictor, "the dentist called again").probability[before.label] >
                before.probability[before.label]);
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

/* One of a stream of ratings of every kind. */
static void learn_one(struct learner *of, int i)
{
    struct rated rated = {
        .guess = i % 7, .right = i % 3 == 0, .label = i % 4 == 0 ? -1 : (i * 5 + 1) % 7};
    char message[128];

    snprintf(message, sizeof message, "%s word%d other%d", ordinary[(size_t)i % ORDINARY], i % 97,
             i % 31);
    rated.text = message;
    rated.length = strlen(message);
    assert_int_equal(learner_learn(of, &rated), ERROR_NONE);
}

static void learn_stream(int count)
{
    for (int i = 0; i < count; i++)
        learn_one(learner, i);
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

/* What some call joy this person calls fear: then joy that was never rated is fear, too. */
static void test_labels_used_otherwise(void **state)
{
    static const char *const rated[] = {
        "I love my new bike",   "thank you so much",         "what a great song",
        "haha that is funny",   "happy birthday to you",     "you are awesome",
        "so glad to hear that", "I really enjoyed the show", "congrats on the job",
        "this is amazing",      "what a beautiful picture",  "I appreciate your help",
    };
    int joy = label("joy"), fear = label("fear");
    const char *unseen = "that is wonderful, well done";
    struct why why;
    float sum;

    (void)state;
    assert_int_equal(read_by(plain, unseen).label, joy);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof rated / sizeof *rated; i++)
            learn(rated[i], joy, false, fear);
    assert_int_equal(read_by(predictor, unseen).label, fear);
    predictor_why(predictor, &why);
    sum = why.bias;
    for (size_t i = 0; i < why.count; i++)
        sum += why.items[i].value;
    assert_true(fabsf(sum - why.score) < 1e-4F);
    assert_true(why.bias > 0);
}

static void assert_same_bytes(const struct learner *a, const struct learner *b)
{
    struct buffer of_a, of_b;

    buffer_init(&of_a, 1 << 22);
    buffer_init(&of_b, 1 << 22);
    assert_int_equal(learner_save(a, &of_a), ERROR_NONE);
    assert_int_equal(learner_save(b, &of_b), ERROR_NONE);
    assert_int_equal(of_a.length, of_b.length);
    assert_memory_equal(of_a.data, of_b.data, of_a.length);
    buffer_free(&of_a);
    buffer_free(&of_b);
}

/* Saved and restored anywhere on the way, what is learnt is the same to the last bit. */
static void test_saved_layer_is_the_fold(void **state)
{
    struct learner *resumed;
    uint32_t random = 12345;

    (void)state;
    assert_int_equal(learner_new(model, &resumed), ERROR_NONE);
    for (int i = 0; i < 600; i++) {
        random = random * 1664525 + 1013904223;
        if (random >> 27 == 0) {
            struct buffer layer;

            buffer_init(&layer, 1 << 22);
            assert_int_equal(learner_save(resumed, &layer), ERROR_NONE);
            if (random >> 26 & 1) {
                learner_free(resumed);
                assert_int_equal(learner_new(model, &resumed), ERROR_NONE);
            }
            assert_true(learner_restore(resumed, layer.data, layer.length));
            buffer_free(&layer);
            assert_same_bytes(learner, resumed);
        }
        learn_one(learner, i);
        learn_one(resumed, i);
    }
    assert_int_equal(learner_count(resumed), learner_count(learner));
    assert_same_bytes(learner, resumed);
    learner_free(resumed);
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

/* Where the bytes of a layer are whole and what they say is not so. */
static void test_forged_layer_is_not_taken(void **state)
{
    enum { MAGIC = 0, OWN = 8, ROWS = 12, LABELS = 16, MODEL = 20, HEAD = 52 };
    struct buffer layer;
    uint32_t own, rows;
    size_t i, places[12], count = 0;

    (void)state;
    buffer_init(&layer, 1 << 20);
    learn("zorblax flumptious, that gig was sick", -1, false, label("joy"));
    assert_int_equal(learner_save(learner, &layer), ERROR_NONE);
    own = bytes_get_u32(layer.data + OWN);
    rows = bytes_get_u32(layer.data + ROWS);
    assert_true(own == 2 && rows > 4);
    places[count++] = MAGIC;
    places[count++] = OWN;
    places[count++] = ROWS;
    places[count++] = LABELS;
    places[count++] = MODEL;
    places[count++] = HEAD + own * 8;                        /* the first row's feature */
    places[count++] = HEAD + own * 8 + (size_t)rows * 4 - 4; /* the last row's */
    for (i = 0; i < count; i++) {
        char *at = layer.data + places[i];
        uint32_t was = bytes_get_u32(at);
        uint32_t same = bytes_get_u32(layer.data + HEAD + own * 8 + 4); /* the second row's */

        for (uint32_t value = 0; value < 3; value++) {
            bytes_put_u32(at, value == 0 ? UINT32_MAX : value == 1 ? was + (1U << 24) : same);
            bytes_put_u32(layer.data + layer.length - 4, crc32c(0, layer.data, layer.length - 4));
            assert_false(learner_restore(learner, layer.data, layer.length));
            assert_int_equal(learner_count(learner), 0);
        }
        bytes_put_u32(at, was);
    }
    memcpy(layer.data + HEAD, layer.data + HEAD + 8, 8); /* one word twice */
    bytes_put_u32(layer.data + layer.length - 4, crc32c(0, layer.data, layer.length - 4));
    assert_false(learner_restore(learner, layer.data, layer.length));
    for (i = 0; i < ORDINARY; i++) {
        struct prediction with = read_by(predictor, ordinary[i]);
        struct prediction without = read_by(plain, ordinary[i]);

        assert_same(&with, &without);
    }
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
        cmocka_unit_test_setup(test_labels_used_otherwise, reset),
        cmocka_unit_test_setup(test_saved_layer_is_the_fold, reset),
        cmocka_unit_test_setup(test_damaged_layer_is_not_taken, reset),
        cmocka_unit_test_setup(test_forged_layer_is_not_taken, reset),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
