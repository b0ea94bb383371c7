#include "classifier/model_parts.h"
#include "classifier/numeric.h"
#include "classifier/predict.h"
#include "sync/report.h"
#include "sync/update.h"
#include "tests/allocation.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const unsigned char seed[RANDOM_SEED_BYTES] = {'u', 'p', 'd', 'a', 't', 'e'};

static struct model *model;
static struct predictor *predictor;
static int labels;

/* Nothing is clipped, nothing scaled. */
static struct manifest wide = {
    .block = 2000, .votes = VOTES_MAX, .training = {.passes = 1, .rate = 1, .unit = 100}};

static int set_up(void **state)
{
    (void)state;
    if (model_open("assets/emotions.model", &model) || predictor_new(model, NULL, &predictor))
        return -1;
    labels = model_label_count(model);
    wide.labels = (uint32_t)labels;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    predictor_free(predictor);
    model_close(model);
    return 0;
}

static int label(const char *name)
{
    int index = model_find_label(model, name);

    assert_true(index >= 0);
    return index;
}

static void add(struct update *update, const char *text, int guess, bool right, int picked)
{
    struct rated rated = {text, strlen(text), guess, right, picked};

    assert_int_equal(update_add(update, &rated), ERROR_NONE);
}

static const char *const messages[] = {
    "I love this so much",        "I am so angry at you",     "what a horrible disgusting smell",
    "I am terrified of the dark", "I feel so lonely and sad", "wow I did not expect that",
    "the meeting is at noon",     "that was not a good day",  "thank you, this made my week!",
};
enum { MESSAGES = sizeof messages / sizeof *messages };

/* The change after these many ratings of the messages above in turn; the caller frees it. */
static float *train(const struct manifest *manifest, int ratings)
{
    size_t size = manifest_coordinates(manifest) * sizeof(float);
    float *copy = malloc(size);
    struct update *update;
    const float *change;

    assert_non_null(copy);
    assert_int_equal(update_new(model, manifest, &update), ERROR_NONE);
    for (int i = 0; i < ratings; i++)
        add(update, messages[i % MESSAGES], i % labels, i % 5 == 0,
            i % 3 == 0 ? -1 : (i + 1) % labels);
    assert_int_equal(update_train(update, &change), ERROR_NONE);
    memcpy(copy, change, size);
    update_free(update);
    return copy;
}

static double norm(const float *change, uint32_t count)
{
    double sum = 0;

    for (uint32_t i = 0; i < count; i++)
        sum += fabs((double)change[i]);
    return sum;
}

/* ---- what is learnt ---- */

/* The change of the bias after one rating of messages[0]. */
static void learn_once(int guess, bool right, int picked, float *bias)
{
    struct update *update;
    const float *change;

    assert_int_equal(update_new(model, &wide, &update), ERROR_NONE);
    add(update, messages[0], guess, right, picked);
    assert_int_equal(update_train(update, &change), ERROR_NONE);
    for (int i = 0; i < labels; i++) /* it learns at a tenth of the rate */
        bias[i] = 10 * change[wide.block * wide.labels + (uint32_t)i];
    update_free(update);
}

/* What it was wrong by, where that is `least` or more. */
static void expect_learnt(const float *bias, const float *probability, int truth, float least)
{
    for (int i = 0; i < labels; i++) {
        float off = (float)(i == truth) - probability[i];

        assert_true(fabsf(bias[i] - (fabsf(off) < least ? 0 : off)) < 1e-6F);
    }
}

/* Learning goes by the probabilities at the temperature alone. */
static void predict(const char *message, struct prediction *out)
{
    const struct model_parts *parts = model_parts(model);
    double probability[LABELS_MAX];
    struct features *features;
    const struct term *terms;
    float score[LABELS_MAX];
    size_t count;

    assert_int_equal(features_new(&parts->text, &parts->vocabulary, &features), ERROR_NONE);
    predictor_read(predictor, message, strlen(message), out);
    features_scan(features, message, strlen(message));
    features_weigh(features, NULL);
    terms = features_terms(features, &count);
    model_parts_score(parts, terms, count, score);
    numeric_probabilities(score, labels, 1 / (double)parts->temperature, probability);
    for (int i = 0; i < labels; i++)
        out->probability[i] = (float)probability[i];
    features_free(features);
}

/* With noise, a tenth at least. */
static void test_one_step(void **state)
{
    static const struct {
        double noise;
        float least;
    } cases[] = {{0, 0}, {4, 0.1F}};
    struct prediction prediction;
    float bias[LABELS_MAX] = {0};
    int truth = label("sadness");

    (void)state;
    predict(messages[0], &prediction);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        wide.noise = cases[i].noise;
        learn_once(prediction.label, false, truth, bias);
        expect_learnt(bias, prediction.probability, truth, cases[i].least);
        learn_once(truth, true, -1, bias);
        expect_learnt(bias, prediction.probability, truth, cases[i].least);
        learn_once(prediction.label, false, -1, bias);
        assert_true(fabsf(bias[prediction.label] + prediction.probability[prediction.label]) <
                    1e-6F);
    }
    wide.noise = 0;
}

static const struct {
    int guess;
    bool right;
    int picked;
} meaningless[] = {
    {-1, true, -1}, {-1, false, -1}, {-1, true, 2},          {LABELS_MAX, true, 0},
    {0, false, 99}, {99, false, -1}, {LABELS_MAX, false, 1},
};

static void test_ratings_that_teach_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof meaningless / sizeof *meaningless; i++) {
        float bias[LABELS_MAX] = {0};

        learn_once(meaningless[i].guess, meaningless[i].right, meaningless[i].picked, bias);
        for (int j = 0; j < labels; j++)
            assert_true(bias[j] == 0);
    }
}

static void test_no_ratings(void **state)
{
    float *change = train(&wide, 0);

    (void)state;
    assert_true(norm(change, manifest_coordinates(&wide)) == 0);
    free(change);
}

/* Only what the message has changes, each by its value: a row is a multiple of the bias's. */
static void test_rows_are_of_the_message(void **state)
{
    struct features *features;
    const struct term *terms;
    struct update *update;
    const float *change, *bias;
    size_t count, seen = 0;

    (void)state;
    assert_int_equal(
        features_new(&model_parts(model)->text, &model_parts(model)->vocabulary, &features),
        ERROR_NONE);
    features_scan(features, messages[1], strlen(messages[1]));
    features_weigh(features, NULL);
    terms = features_terms(features, &count);
    assert_int_equal(update_new(model, &wide, &update), ERROR_NONE);
    add(update, messages[1], label("joy"), true, -1);
    assert_int_equal(update_train(update, &change), ERROR_NONE);
    bias = change + (size_t)wide.block * wide.labels;
    for (uint32_t feature = 0; feature < wide.block; feature++) {
        float value = 0;

        for (size_t i = 0; i < count; i++)
            if (terms[i].feature == feature)
                value = terms[i].value;
        seen += value != 0;
        for (int i = 0; i < labels; i++)
            assert_true(fabsf(change[(int)feature * labels + i] - 10 * value * bias[i]) < 1e-6F);
    }
    assert_true(seen > 3);
    update_free(update);
    features_free(features);
}

static void test_the_same_ratings_give_the_same_bits(void **state)
{
    uint32_t count = manifest_coordinates(&wide);
    struct manifest twice = wide;
    float *a, *b, *c;

    (void)state;
    twice.training.passes = 2;
    a = train(&wide, 50);
    b = train(&wide, 50);
    c = train(&twice, 50);
    assert_memory_equal(a, b, count * sizeof *a);
    assert_memory_not_equal(a, c, count * sizeof *a);
    free(a);
    free(b);
    free(c);
}

static void test_training_again_and_resetting(void **state)
{
    size_t size = manifest_coordinates(&wide) * sizeof(float);
    struct update *update;
    const float *change;
    float *expected = train(&wide, 1);

    (void)state;
    assert_int_equal(update_new(model, &wide, &update), ERROR_NONE);
    for (int i = 0; i < 100; i++)
        add(update, messages[i % MESSAGES], 2, true, -1);
    assert_int_equal(update_train(update, &change), ERROR_NONE);
    update_reset(update);
    add(update, messages[0], 0, true, -1);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(update_train(update, &change), ERROR_NONE);
        assert_memory_equal(change, expected, size);
    }
    update_free(update);
    update_free(NULL);
    free(expected);
}

/* What the vocabulary does not have leaves no trace, whatever it is. */
static void test_own_words_leave_no_trace(void **state)
{
    static const char *const spellings[] = {"I love zqxjkv so much", "I love wvvbrtz so much",
                                            "I love \xC5\x82\xC3\xB3\xC5\xBC\x7Aq so much"};
    enum { SPELLINGS = sizeof spellings / sizeof *spellings };
    uint32_t count = manifest_coordinates(&wide), votes[SPELLINGS], *scratch, *vote[SPELLINGS];
    struct update *update;
    const float *change;
    float *first = malloc(count * sizeof *first);

    (void)state;
    scratch = malloc(count * sizeof *scratch);
    assert_non_null(first);
    assert_non_null(scratch);
    for (int i = 0; i < SPELLINGS; i++) {
        struct random random;

        random_start_seeded(&random, seed);
        vote[i] = malloc(VOTES_MAX * sizeof **vote);
        assert_non_null(vote[i]);
        assert_int_equal(update_new(model, &wide, &update), ERROR_NONE);
        add(update, spellings[i], 1, true, -1);
        assert_int_equal(update_train(update, &change), ERROR_NONE);
        if (i == 0)
            memcpy(first, change, count * sizeof *first);
        assert_memory_equal(change, first, count * sizeof *first);
        votes[i] = update_draw(&random, change, count, 0x1p-5, VOTES_MAX, scratch, vote[i]);
        assert_int_equal(votes[i], votes[0]);
        assert_memory_equal(vote[i], vote[0], votes[0] * sizeof **vote);
        update_free(update);
    }
    for (int i = 0; i < SPELLINGS; i++)
        free(vote[i]);
    free(scratch);
    free(first);
}

/* ---- the clips ---- */

static const struct {
    uint32_t block, votes, passes;
    double rate, unit;
    int ratings;
} clips[] = {
    {2000, 16, 1, 1, 0.1, 4},      {2000, 1, 1, 1, 0.1, 40},    {2000, 64, 5, 10, 0.003, 200},
    {0, 4, 3, 1, 0.05, 100},       {1, 4, 3, 1, 0.05, 100},     {4096, 4096, 2, 0.5, 0.01, 300},
    {300, 7, 64, 1000, 1e-3, 50},  {300, 7, 1, 1000, 1000, 50}, {4096, 512, 1, 2, 0.7, 1},
    {2000, 16, 1, 1e-3, 1e-6, 30}, {2000, 3, 2, 1, 1.0 / 3, 9},
};

static void test_both_clips_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof clips / sizeof *clips; i++) {
        struct manifest manifest = {
            .block = clips[i].block,
            .labels = (uint32_t)labels,
            .votes = clips[i].votes,
            .training = {clips[i].passes, clips[i].rate, clips[i].unit},
        };
        uint32_t count = manifest_coordinates(&manifest);
        float *change = train(&manifest, clips[i].ratings);

        for (uint32_t j = 0; j < count; j++)
            assert_true(fabs((double)change[j]) <= clips[i].unit);
        assert_true(norm(change, count) <= clips[i].votes * clips[i].unit);
        assert_true(norm(change, count) > 0);
        free(change);
    }
}

/* Where the sum is too large, all shrink alike, and to no less than need be. */
static void test_scaling_keeps_the_direction(void **state)
{
    struct manifest few = wide;
    uint32_t count = manifest_coordinates(&wide);
    float *whole = train(&wide, 9), *scaled;
    double factor;

    (void)state;
    few.votes = 1;
    few.training.unit = 6;
    scaled = train(&few, 9);
    factor = norm(scaled, count) / norm(whole, count);
    assert_true(factor < 1);
    assert_true(norm(scaled, count) > 6 * (1 - 1e-5));
    for (uint32_t i = 0; i < count; i++)
        assert_true(fabs((double)scaled[i] - factor * (double)whole[i]) < 1e-6);
    free(whole);
    free(scaled);
}

/* ---- the draw ---- */

enum { COORDINATES = 240, VOTES = 16, DRAWS = 100000 };
static const double unit = 0.3;

/* A change of L1 norm VOTES u, made of multiples of u / 1024: full votes, halves, tiny ones, and
 * coordinates at zero. */
static void make_change(float change[COORDINATES])
{
    int left = VOTES * 1024;

    for (int i = 0; i < COORDINATES; i++) {
        int part = i % 12 == 0 ? 0 : i % 40 == 7 ? 1024 : i % 7 == 3 ? 512 : i % 11;

        if (part > left || i == COORDINATES - 1)
            part = left;
        left -= part;
        change[i] = (float)(unit * part / 1024) * (i % 3 == 0 ? -1 : 1);
    }
    assert_int_equal(left, 0);
}

/* 4.9 standard errors are exceeded once in a million times: with 240 coordinates, in 4,000 runs. */
static void test_draws_are_unbiased(void **state)
{
    static double sum[COORDINATES];
    uint32_t scratch[COORDINATES], vote[VOTES];
    float change[COORDINATES];
    struct random random;

    (void)state;
    make_change(change);
    memset(sum, 0, sizeof sum);
    random_start_seeded(&random, seed);
    for (int draw = 0; draw < DRAWS; draw++) {
        uint32_t count = update_draw(&random, change, COORDINATES, unit, VOTES, scratch, vote);

        assert_true(count == VOTES || count == VOTES - 1); /* shares are cut to 2^-32 */
        for (uint32_t i = 0; i < count; i++) {
            assert_true(i == 0 || vote_coordinate(vote[i]) > vote_coordinate(vote[i - 1]));
            sum[vote_coordinate(vote[i])] += vote_sign(vote[i]);
        }
    }
    for (int i = 0; i < COORDINATES; i++) {
        double expected = (double)change[i] / unit, mean = sum[i] / DRAWS;
        double error = sqrt(fabs(expected) * (1 - fmin(1, fabs(expected))) / DRAWS);

        if (fabs(mean - expected) > 4.9 * error + 1e-5)
            fail_msg("coordinate %d: %.5f instead of %.5f", i, mean, expected);
    }
}

/* Two coordinates are voted on together no more often than chance and the fixed number of votes
 * have it: without the shuffle neighbours would almost never be. */
static void test_neighbours_can_both_be_voted(void **state)
{
    uint32_t scratch[8], vote[2];
    float change[8];
    struct random random;
    int both = 0;

    (void)state;
    for (int i = 0; i < 8; i++)
        change[i] = 0.25F;
    random_start_seeded(&random, seed);
    for (int draw = 0; draw < 20000; draw++)
        if (update_draw(&random, change, 8, 1, 2, scratch, vote) == 2)
            both += vote_coordinate(vote[0]) == 3 && vote_coordinate(vote[1]) == 4;
    assert_true(both > 600 && both < 830); /* one pair in 28 */
}

static void test_small_and_empty_changes(void **state)
{
    uint32_t scratch[4], vote[2], votes = 0;
    float nothing[4] = {0}, little[4] = {0, -0.25F, 0, 0}, full[4] = {0, -1, 0, 1};
    struct random random;

    (void)state;
    random_start_seeded(&random, seed);
    for (int i = 0; i < 10000; i++) {
        assert_int_equal(update_draw(&random, nothing, 4, 1, 2, scratch, vote), 0);
        if (update_draw(&random, little, 4, 1, 2, scratch, vote) == 1) {
            assert_int_equal(vote[0], vote_make(1, true));
            votes++;
        }
        assert_int_equal(update_draw(&random, full, 4, 1, 2, scratch, vote), 2);
        assert_int_equal(vote[0], vote_make(1, true));
        assert_int_equal(vote[1], vote_make(3, false));
    }
    assert_true(votes > 2320 && votes < 2680);
}

/* What is trained can be drawn from, whatever was rated. */
static void test_never_more_votes_than_allowed(void **state)
{
    static uint32_t vote[VOTES_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof clips / sizeof *clips; i++) {
        struct manifest manifest = {
            .block = clips[i].block,
            .labels = (uint32_t)labels,
            .votes = clips[i].votes,
            .training = {clips[i].passes, clips[i].rate, clips[i].unit},
        };
        uint32_t count = manifest_coordinates(&manifest);
        float *change = train(&manifest, clips[i].ratings);
        uint32_t *scratch = malloc(count * sizeof *scratch);
        struct random random;

        assert_non_null(scratch);
        random_start_seeded(&random, seed);
        for (int draw = 0; draw < 50; draw++)
            assert_true(update_draw(&random, change, count, clips[i].unit, clips[i].votes, scratch,
                                    vote) <= clips[i].votes);
        free(scratch);
        free(change);
    }
}

/* ---- failures ---- */

static enum error whole_update(void)
{
    struct update *update;
    const float *change;
    enum error error = update_new(model, &wide, &update);

    for (int i = 0; i < 100 && !error; i++)
        error = update_add(update, &(struct rated){messages[i % MESSAGES], 12, 0, false, 1});
    if (!error)
        error = update_train(update, &change);
    update_free(update);
    return error;
}

static void test_no_memory(void **state)
{
    enum error error;

    (void)state;
    for (int n = 1;; n++) {
        allocation_fail_at(n);
        error = whole_update();
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
        cmocka_unit_test(test_one_step),
        cmocka_unit_test(test_ratings_that_teach_nothing),
        cmocka_unit_test(test_no_ratings),
        cmocka_unit_test(test_rows_are_of_the_message),
        cmocka_unit_test(test_the_same_ratings_give_the_same_bits),
        cmocka_unit_test(test_training_again_and_resetting),
        cmocka_unit_test(test_own_words_leave_no_trace),
        cmocka_unit_test(test_both_clips_hold),
        cmocka_unit_test(test_scaling_keeps_the_direction),
        cmocka_unit_test(test_draws_are_unbiased),
        cmocka_unit_test(test_neighbours_can_both_be_voted),
        cmocka_unit_test(test_small_and_empty_changes),
        cmocka_unit_test(test_never_more_votes_than_allowed),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests_name("update", tests, set_up, tear_down);
}
