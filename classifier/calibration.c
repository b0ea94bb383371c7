#include "classifier/calibration.h"

#include "classifier/label.h"
#include "classifier/numeric.h"

#include <stdbool.h>

enum {
    STEPS = 100,      /* thresholds are hundredths */
    SLOPE_STEPS = 20, /* slopes are twentieths */
    SLOPE_MAX = 18,
};

/* How many rows fall into each hundredth of a probability, and how many of those it is right for.
 */
struct histogram {
    size_t rows[STEPS + 1], right[STEPS + 1];
};

static void count(struct histogram *histogram, double probability, bool right)
{
    int step = (int)(probability * STEPS);

    histogram->rows[step]++;
    histogram->right[step] += right;
}

static bool has_label(const struct scored *scored, size_t row, int label)
{
    return scored->truth[row] >> label & 1;
}

static float lesser(float a, float b)
{
    return a < b ? a : b;
}

static float greater(float a, float b)
{
    return a > b ? a : b;
}

/* What the greatest score is ahead of the second. No branch asks which they are: it would often be
 * mispredicted, and late. */
static double lead_of(const float *score, int labels)
{
    float first = greater(score[0], score[1]), second = lesser(score[0], score[1]);

    for (int i = 2; i < labels; i++) {
        second = greater(second, lesser(first, score[i]));
        first = greater(first, score[i]);
    }
    return (double)first - (double)second;
}

void calibration_probabilities(const struct calibration *calibration, const float *score,
                               int labels, double *probability)
{
    double temperature = (double)calibration->temperature, slope = (double)calibration->slope;
    double lead = lead_of(score, labels) / temperature;

    temperature *= 1 + slope * (lead / (1 + lead) - 0.5);
    numeric_probabilities(score, labels, 1 / temperature, probability);
}

static void soften(const struct scored *scored, size_t row, const struct calibration *calibration,
                   double *probability)
{
    calibration_probabilities(calibration, scored->score + row * (size_t)scored->stride,
                              scored->labels, probability);
}

static int likeliest(const double *probability, int labels)
{
    int best = 0;

    for (int i = 1; i < labels; i++)
        if (probability[i] > probability[best])
            best = i;
    return best;
}

/* ---- temperature and slope ---- */

/* What is searched for the temperature of the least loss. */
struct valley {
    const struct scored *scored;
    struct calibration calibration; /* its temperature is tried */
    double (*loss)(const struct valley *valley);
};

static double loss_at(struct valley *valley, double temperature)
{
    valley->calibration.temperature = (float)temperature;
    return valley->loss(valley);
}

/* Of each row's label. */
static double label_loss(const struct valley *valley)
{
    const struct scored *scored = valley->scored;
    double scale = 1 / (double)valley->calibration.temperature, probability[LABELS_MAX], sum = 0;

    for (size_t row = 0; row < scored->rows; row++) {
        const float *score = scored->score + row * (size_t)scored->stride;

        if (label_single(scored->truth[row]) >= 0)
            sum += numeric_softmax(score, scored->labels, scale, probability) -
                   (double)score[__builtin_ctzll(scored->truth[row])] * scale;
    }
    return sum;
}

/* Of whether each row's guess is right. */
static double guess_loss(const struct valley *valley)
{
    static const double least = 1e-9;
    const struct scored *scored = valley->scored;
    double probability[LABELS_MAX], sum = 0;

    for (size_t row = 0; row < scored->rows; row++) {
        double part;
        int guess;

        if (label_single(scored->truth[row]) < 0)
            continue;
        soften(scored, row, &valley->calibration, probability);
        guess = likeliest(probability, scored->labels);
        part = has_label(scored, row, guess) ? probability[guess] : 1 - probability[guess];
        sum -= numeric_log(part > least ? part : least);
    }
    return sum;
}

/* Golden-section search: the loss has one valley. Returns the least loss. */
static double find_bottom(struct valley *valley)
{
    const double ratio = 0.6180339887498949;
    double low = 0.5, high = 2, plain = loss_at(valley, 1), bottom;
    double a = high - ratio * (high - low), b = low + ratio * (high - low);
    double loss_a = loss_at(valley, a), loss_b = loss_at(valley, b);

    for (int i = 0; i < 24; i++) {
        if (loss_a <= loss_b) {
            high = b;
            b = a;
            loss_b = loss_a;
            a = high - ratio * (high - low);
            loss_a = loss_at(valley, a);
        } else {
            low = a;
            a = b;
            loss_a = loss_b;
            b = low + ratio * (high - low);
            loss_b = loss_at(valley, b);
        }
    }
    bottom = loss_at(valley, (low + high) / 2);
    if (bottom < plain)
        return bottom;
    valley->calibration.temperature = 1;
    return plain;
}

double calibration_temperature(const struct scored *scored)
{
    struct valley valley = {.scored = scored, .loss = label_loss};

    find_bottom(&valley);
    return (double)valley.calibration.temperature;
}

struct calibration calibration_fit(const struct scored *scored)
{
    static const double deviation = 0.25; /* of the slope's prior */
    struct calibration best = {1, 0};
    double least = 0;

    for (int step = 0; step <= SLOPE_MAX; step++) {
        float slope = (float)step / SLOPE_STEPS;
        struct valley valley = {scored, {1, slope}, guess_loss};
        double off = (double)slope / deviation, loss = find_bottom(&valley) + off * off / 2;

        if (step == 0 || loss < least) {
            least = loss;
            best = valley.calibration;
        }
    }
    return best;
}

/* ---- "can't tell" ---- */

double calibration_threshold(const struct scored *scored, const struct calibration *calibration,
                             double *coverage)
{
    struct histogram best = {0};
    size_t below = 0, right = 0, hidden = 0;
    double threshold = 0, probability[LABELS_MAX];
    int64_t gain = 0, most = 0;

    for (size_t row = 0; row < scored->rows; row++) {
        int label;

        soften(scored, row, calibration, probability);
        label = likeliest(probability, scored->labels);
        count(&best, probability[label], has_label(scored, row, label));
    }
    for (int step = 0; step < STEPS / 2; step++) {
        below += best.rows[step];
        right += best.right[step];
        gain = (int64_t)below - 3 * (int64_t)right;
        if (20 * below > scored->rows)
            break;
        if (gain > most) {
            most = gain;
            hidden = below;
            threshold = (double)(step + 1) / STEPS;
        }
    }
    *coverage = scored->rows > 0 ? 1 - (double)hidden / (double)scored->rows : 1;
    return threshold;
}

/* ---- several labels ---- */

/* F1 of naming the label from each hundredth on. Returns the best. */
static double f1_by_threshold(const struct histogram *histogram, double positives,
                              double f1[STEPS + 1])
{
    double named = 0, right = 0, best = 0;

    for (int step = STEPS; step > 0; step--) {
        named += (double)histogram->rows[step];
        right += (double)histogram->right[step];
        f1[step] = 2 * right / (named + positives);
        best = f1[step] > best ? f1[step] : best;
    }
    return best;
}

static double label_threshold(const struct histogram *histogram)
{
    static const double prior = 1.0 / 8, untold = 0.5;
    double f1[STEPS + 1], positives = 0, best, mean, variance, sum = 0, weight = 0;

    for (int step = 0; step <= STEPS; step++)
        positives += (double)histogram->right[step];
    if (positives == 0)
        return untold;
    best = f1_by_threshold(histogram, positives, f1);
    mean = (best * positives + 1) / (positives + 2); /* Laplace: never 0, never 1 */
    variance = mean * (1 - mean) / positives;
    for (int step = 1; step <= STEPS; step++) {
        double place = numeric_log((double)step / STEPS), off = place - numeric_log(prior);
        double less = best - f1[step];
        /* 1 / step: hundredths lie the closer on the logarithmic scale the greater they are */
        double likelihood = numeric_exp(-(less * less / variance + off * off) / 2) / step;

        sum += likelihood * place;
        weight += likelihood;
    }
    return numeric_exp(sum / weight);
}

void calibration_label_thresholds(const struct scored *scored,
                                  const struct calibration *calibration, float *out)
{
    struct histogram histograms[LABELS_MAX] = {0};
    double probability[LABELS_MAX];

    for (size_t row = 0; row < scored->rows; row++) {
        soften(scored, row, calibration, probability);
        for (int i = 0; i < scored->labels; i++)
            count(&histograms[i], probability[i], has_label(scored, row, i));
    }
    for (int i = 0; i < scored->labels; i++)
        out[i] = (float)label_threshold(&histograms[i]);
}

/* ---- recall ---- */

void calibration_recall(const double *share, int labels, double tau, double temperature,
                        float *score)
{
    for (int i = 0; i < labels; i++)
        if (share[i] > 0)
            score[i] = (float)((double)score[i] - temperature * tau * numeric_log(share[i]));
}
