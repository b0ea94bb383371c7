#include "classifier/calibration.h"

#include "classifier/label.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* Each figure is worked out anew here, the plain way, with the C library's exp and log. */

enum { ROWS = 600, STRIDE = 8 };

struct sample {
    struct scored scored;
    float score[ROWS * STRIDE];
    uint64_t truth[ROWS];
};

static const struct calibration plain = {1, 0};

static double draw(uint64_t *state) /* in [0, 1) */
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 11) * 0x1p-53;
}

static void softmax(const struct sample *sample, size_t row, double temperature,
                    double probability[LABELS_MAX])
{
    const float *score = sample->score + row * (size_t)sample->scored.stride;
    double sum = 0;

    for (int i = 0; i < sample->scored.labels; i++)
        sum += exp((double)score[i] / temperature);
    for (int i = 0; i < sample->scored.labels; i++)
        probability[i] = exp((double)score[i] / temperature) / sum;
}

/* Rows whose labels are drawn from the scores' own probabilities at `temperature`; every fourth has
 * a second label. */
static void fill(struct sample *sample, uint64_t seed, int labels, size_t rows, double temperature)
{
    *sample = (struct sample){0};
    sample->scored = (struct scored){rows, labels, STRIDE, sample->score, sample->truth};
    for (size_t row = 0; row < rows; row++) {
        double probability[LABELS_MAX], left;
        int label = -1;

        for (int i = 0; i < labels; i++)
            sample->score[row * STRIDE + (size_t)i] = (float)(4 * draw(&seed) - 0.5 * i);
        softmax(sample, row, temperature, probability);
        for (left = draw(&seed); left >= 0 && label + 1 < labels;)
            left -= probability[++label];
        sample->truth[row] = UINT64_C(1) << label;
        if (row % 4 == 0)
            sample->truth[row] |= UINT64_C(1) << (row / 4) % (size_t)labels;
    }
}

static double loss(const struct sample *sample, double temperature)
{
    double probability[LABELS_MAX], sum = 0;

    for (size_t row = 0; row < sample->scored.rows; row++) {
        if (__builtin_popcountll(sample->truth[row]) != 1)
            continue;
        softmax(sample, row, temperature, probability);
        sum -= log(probability[__builtin_ctzll(sample->truth[row])]);
    }
    return sum;
}

static void test_temperature(void **state)
{
    static const double temperatures[] = {0.6, 0.8, 1, 1.3, 1.8};
    struct sample sample;

    (void)state;
    for (size_t i = 0; i < sizeof temperatures / sizeof *temperatures; i++) {
        double found, least = INFINITY;

        fill(&sample, i + 1, 5, ROWS, temperatures[i]);
        found = calibration_temperature(&sample.scored);
        for (int step = 500; step <= 2000; step++)
            least = fmin(least, loss(&sample, step / 1000.0));
        assert_true(loss(&sample, found) < least + 1e-4);
        assert_true(fabs(log(found / temperatures[i])) < 0.2);
    }
}

/* Of whether each row's guess is right; `off`: how much more often guesses are right than they say.
 */
static double guess_loss(const struct sample *sample, const struct calibration *calibration,
                         double *off)
{
    double probability[LABELS_MAX], sum = 0, rows = 0;

    *off = 0;
    for (size_t row = 0; row < sample->scored.rows; row++) {
        int best = 0;
        bool right;

        if (__builtin_popcountll(sample->truth[row]) != 1)
            continue;
        calibration_probabilities(calibration, sample->score + row * STRIDE, 5, probability);
        for (int label = 1; label < 5; label++)
            best = probability[label] > probability[best] ? label : best;
        right = sample->truth[row] >> best & 1;
        sum -= log(right ? probability[best] : 1 - probability[best]);
        *off += right - probability[best];
        rows++;
    }
    *off /= rows;
    return sum;
}

/* Of the slope: its prior, of a standard deviation of a quarter. */
static double slope_loss(const struct calibration *calibration)
{
    return 8 * (double)(calibration->slope * calibration->slope);
}

/* No other temperature and slope fit better, whatever drew the labels. */
static void test_fit(void **state)
{
    static const double temperatures[] = {0.7, 1, 1.6}, noises[] = {0, 0.05, 0.15};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        uint64_t seed = i + 40;
        struct sample sample;
        struct calibration found;
        double loss, off, other;

        fill(&sample, i + 3, 5, ROWS, temperatures[i]);
        for (size_t row = 0; row < ROWS; row++)
            if (draw(&seed) < noises[i])
                sample.truth[row] = UINT64_C(1) << (int)(5 * draw(&seed));
        found = calibration_fit(&sample.scored);
        loss = guess_loss(&sample, &found, &off) + slope_loss(&found);
        assert_true(fabs(off) < 0.02);
        for (int step = 0; step < 19 * 30; step++) {
            int column = step / 19, row = step % 19;
            struct calibration tried = {0.5F + 0.05F * (float)column, (float)row / 20};

            assert_true(guess_loss(&sample, &tried, &other) + slope_loss(&tried) > loss - 1e-3);
        }
    }
}

/* softmax(score / T), T by hand: leads of 0, 1 and 3 temperatures. */
static void test_probabilities(void **state)
{
    static const struct calibration calibration = {2, 0.5F};
    static const struct {
        float score[3];
        double temperature;
    } cases[] = {
        {{1, 1, -3}, 2 * (1 - 0.5 / 2)},
        {{-4, 0.5F, 2.5F}, 2},
        {{7, 1, 0}, 2 * (1 + 0.5 / 4)},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double found[LABELS_MAX], wanted[3], sum = 0;

        calibration_probabilities(&calibration, cases[i].score, 3, found);
        for (int label = 0; label < 3; label++) {
            wanted[label] = exp((double)cases[i].score[label] / cases[i].temperature);
            sum += wanted[label];
        }
        for (int label = 0; label < 3; label++)
            assert_true(fabs(found[label] - wanted[label] / sum) < 1e-9);
    }
}

/* The greater the lead, the greater the probability, with the steepest slope too. */
static void test_the_order_stays(void **state)
{
    static const struct calibration steep = {0.5F, 0.9F};
    double found[LABELS_MAX], before = 0;

    (void)state;
    for (int step = 0; step < 60; step++) {
        const float score[3] = {0, (float)step / 4, -1};

        calibration_probabilities(&steep, score, 3, found);
        assert_true(found[1] > before && found[1] >= found[0] && found[0] > found[2]);
        before = found[1];
    }
}

static int best_of(const struct sample *sample, size_t row, double *most)
{
    double probability[LABELS_MAX];
    int best = 0;

    softmax(sample, row, 1, probability);
    for (int i = 1; i < sample->scored.labels; i++)
        if (probability[i] > probability[best])
            best = i;
    *most = probability[best];
    return best;
}

/* What the guesses gain that a threshold shows, and the part of the rows that it shows. */
static long gain(const struct sample *sample, double threshold, double *coverage)
{
    size_t shown = 0;
    long sum = 0;

    for (size_t row = 0; row < sample->scored.rows; row++) {
        double most;
        int best = best_of(sample, row, &most);

        if (most < threshold)
            continue;
        shown++;
        sum += sample->truth[row] >> best & 1 ? 2 : -1;
    }
    *coverage = (double)shown / (double)sample->scored.rows;
    return sum;
}

static void test_threshold(void **state)
{
    struct sample sample;
    size_t positive = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        double coverage, wanted, threshold;
        long found;

        fill(&sample, seed, 8, ROWS, 1.5);
        threshold = calibration_threshold(&sample.scored, &plain, &coverage);
        found = gain(&sample, threshold, &wanted);
        assert_true(fabs(coverage - wanted) < 1e-9);
        assert_true(threshold >= 0 && threshold <= 0.5 && coverage >= 0.95);
        positive += threshold > 0;
        for (int step = 0; step <= 50; step++) {
            long other = gain(&sample, step / 100.0, &wanted);

            assert_true(wanted < 0.95 || other <= found);
        }
    }
    assert_true(positive > 10);
}

/* Even where the few guesses just above one half are all wrong. */
static void test_what_is_more_likely_than_not_is_shown(void **state)
{
    struct sample sample;
    double coverage;

    (void)state;
    fill(&sample, 1, 2, ROWS, 1);
    for (size_t row = 0; row < ROWS; row++) {
        sample.truth[row] = row < ROWS / 25 ? 2 : 1;
        sample.score[row * STRIDE] = row < ROWS / 25 ? 0.1F : 9;
        sample.score[row * STRIDE + 1] = 0;
    }
    assert_true(calibration_threshold(&sample.scored, &plain, &coverage) == 0);
    assert_true(coverage == 1);
}

static double f1(const struct sample *sample, int label, double threshold, double *positives)
{
    double named = 0, right = 0, probability[LABELS_MAX];

    *positives = 0;
    for (size_t row = 0; row < sample->scored.rows; row++) {
        bool has = sample->truth[row] >> label & 1;

        softmax(sample, row, 1, probability);
        *positives += has;
        named += probability[label] >= threshold;
        right += probability[label] >= threshold && has;
    }
    return 2 * right / (named + *positives);
}

static double label_threshold(const struct sample *sample, int label)
{
    double by_threshold[101], best = 0, positives = 0, place = 0, weight = 0, variance;

    for (int step = 1; step <= 100; step++) {
        by_threshold[step] = f1(sample, label, step / 100.0, &positives);
        best = fmax(best, by_threshold[step]);
    }
    if (positives == 0)
        return 0.5;
    variance = (best * positives + 1) / (positives + 2);
    variance *= (1 - variance) / positives;
    for (int step = 1; step <= 100; step++) {
        double likelihood = exp(-pow(best - by_threshold[step], 2) / variance / 2) *
                            exp(-pow(log(step / 100.0 * 8), 2) / 2) / step;

        place += likelihood * log(step / 100.0);
        weight += likelihood;
    }
    return exp(place / weight);
}

static void test_label_thresholds(void **state)
{
    struct sample sample;
    float found[LABELS_MAX];

    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        int labels = 3 + (int)seed % 5;

        fill(&sample, seed, labels, seed % 2 ? ROWS : 12, 1);
        calibration_label_thresholds(&sample.scored, &plain, found);
        for (int i = 0; i < labels; i++)
            assert_true(fabs((double)found[i] - label_threshold(&sample, i)) < 1e-5);
    }
}

/* With many rows the threshold is about that of the best F1, and names about as well. */
static void test_label_thresholds_name_well(void **state)
{
    struct sample sample;
    float found[LABELS_MAX];

    (void)state;
    fill(&sample, 7, 6, ROWS, 1);
    calibration_label_thresholds(&sample.scored, &plain, found);
    for (int i = 0; i < 6; i++) {
        double best = 0, positives;

        for (int step = 1; step <= 100; step++)
            best = fmax(best, f1(&sample, i, step / 100.0, &positives));
        assert_true(f1(&sample, i, (double)found[i], &positives) > best - 0.05);
    }
}

static void check_sane(const struct scored *scored)
{
    struct calibration calibration = calibration_fit(scored);
    double temperature = calibration_temperature(scored), coverage;
    double threshold = calibration_threshold(scored, &calibration, &coverage);
    float found[LABELS_MAX];

    assert_true(temperature >= 0.5 && temperature <= 2);
    assert_true(calibration.temperature >= 0.5F && calibration.temperature <= 2);
    assert_true(calibration.slope >= 0 && calibration.slope <= 0.9F);
    assert_true(threshold >= 0 && threshold <= 0.5);
    assert_true(coverage >= 0.95 && coverage <= 1);
    calibration_label_thresholds(scored, &calibration, found);
    for (int i = 0; i < scored->labels; i++)
        assert_true(found[i] > 0 && found[i] <= 1);
}

static void test_no_rows(void **state)
{
    struct scored scored = {.labels = 3, .stride = 4};
    double coverage;
    float found[LABELS_MAX];

    (void)state;
    check_sane(&scored);
    assert_true(calibration_temperature(&scored) == 1);
    assert_true(calibration_threshold(&scored, &plain, &coverage) == 0);
    assert_true(coverage == 1);
    calibration_label_thresholds(&scored, &plain, found);
    assert_true(found[0] == 0.5F && found[2] == 0.5F);
}

static void test_rows_with_several_labels_only(void **state)
{
    struct sample sample;

    (void)state;
    fill(&sample, 3, 4, ROWS, 1);
    for (size_t row = 0; row < ROWS; row++)
        sample.truth[row] |= UINT64_C(1) << row % 3 | 8;
    assert_true(calibration_temperature(&sample.scored) == 1);
    check_sane(&sample.scored);
}

static void test_scores_that_say_nothing(void **state)
{
    struct sample sample;

    (void)state;
    fill(&sample, 4, STRIDE, ROWS, 1);
    for (size_t i = 0; i < ROWS * STRIDE; i++)
        sample.score[i] = 0.25F;
    assert_true(calibration_temperature(&sample.scored) == 1);
    check_sane(&sample.scored);
}

/* Probabilities of exactly 0 and 1, right and wrong, with many rows, one and few. */
static void test_scores_beyond_measure(void **state)
{
    static const size_t rows[] = {1, 2, 3, ROWS};
    struct sample sample;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t wrong = 1; wrong <= 4; wrong++) {
            fill(&sample, 5, 2, rows[i], 1);
            for (size_t row = 0; row < rows[i]; row++) {
                sample.truth[row] = 1 + (row % wrong == 0);
                sample.score[row * STRIDE + row % 2] = row % 3 ? 1e6F : -1e6F;
            }
            check_sane(&sample.scored);
        }
    }
}

static void test_as_many_labels_as_there_may_be(void **state)
{
    enum { MANY = 3 };
    static float score[MANY * LABELS_MAX];
    static const uint64_t truth[MANY] = {UINT64_C(1) << 63, 1, UINT64_MAX};
    struct scored scored = {MANY, LABELS_MAX, LABELS_MAX, score, truth};

    (void)state;
    score[63] = 9;
    check_sane(&scored);
}

/* After it the probabilities are p / share^tau, made to sum to 1 again. */
static void test_recall(void **state)
{
    static const double shares[] = {0.7, 0.25, 0.05, 0};
    static const double tau = 0.4, temperature = 1.25;
    double before[LABELS_MAX] = {0}, after[LABELS_MAX] = {0}, sum = 0;
    struct sample sample;

    (void)state;
    fill(&sample, 9, 4, 1, 1);
    softmax(&sample, 0, temperature, before);
    calibration_recall(shares, 4, tau, temperature, sample.score);
    softmax(&sample, 0, temperature, after);
    for (int i = 0; i < 4; i++) {
        before[i] /= shares[i] > 0 ? pow(shares[i], tau) : 1;
        sum += before[i];
    }
    for (int i = 0; i < 4; i++)
        assert_true(fabs(before[i] / sum - after[i]) < 1e-6);
}

static void test_recall_of_nothing_changes_nothing(void **state)
{
    static const double shares[] = {0.9, 0.1};
    float score[] = {1.5F, -0.25F};

    (void)state;
    calibration_recall(shares, 2, 0, 0.95, score);
    assert_true(score[0] == 1.5F && score[1] == -0.25F);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_temperature),
        cmocka_unit_test(test_fit),
        cmocka_unit_test(test_probabilities),
        cmocka_unit_test(test_the_order_stays),
        cmocka_unit_test(test_threshold),
        cmocka_unit_test(test_what_is_more_likely_than_not_is_shown),
        cmocka_unit_test(test_label_thresholds),
        cmocka_unit_test(test_label_thresholds_name_well),
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_rows_with_several_labels_only),
        cmocka_unit_test(test_scores_that_say_nothing),
        cmocka_unit_test(test_scores_beyond_measure),
        cmocka_unit_test(test_as_many_labels_as_there_may_be),
        cmocka_unit_test(test_recall),
        cmocka_unit_test(test_recall_of_nothing_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
