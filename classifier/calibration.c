#include "classifier/calibration.h"

#include "classifier/label.h"
#include "classifier/numeric.h"

#include <stdbool.h>

enum { STEPS = 100 }; /* thresholds are hundredths */

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

static void soften(const struct scored *scored, size_t row, double temperature, double *probability)
{
    numeric_probabilities(scored->score + row * (size_t)scored->stride, scored->labels,
                          1 / temperature, probability);
}

/* ---- temperature ---- */

static double loss(const struct scored *scored, double temperature)
{
    double probability[LABELS_MAX], sum = 0;

    for (size_t row = 0; row < scored->rows; row++) {
        const float *score = scored->score + row * (size_t)scored->stride;
        uint64_t truth = scored->truth[row];

        if ((truth & (truth - 1)) == 0)
            sum += numeric_softmax(score, scored->labels, 1 / temperature, probability) -
                   (double)score[__builtin_ctzll(truth)] / temperature;
    }
    return sum;
}

/* Golden-section search: the loss has one valley. */
double calibration_temperature(const struct scored *scored)
{
    const double ratio = 0.6180339887498949;
    double low = 0.5, high = 2, middle;
    double a = high - ratio * (high - low), b = low + ratio * (high - low);
    double loss_a = loss(scored, a), loss_b = loss(scored, b);

    for (int i = 0; i < 24; i++) {
        if (loss_a <= loss_b) {
            high = b;
            b = a;
            loss_b = loss_a;
            a = high - ratio * (high - low);
            loss_a = loss(scored, a);
        } else {
            low = a;
            a = b;
            loss_a = loss_b;
            b = low + ratio * (high - low);
            loss_b = loss(scored, b);
        }
    }
    middle = (low + high) / 2;
    return loss(scored, middle) < loss(scored, 1) ? middle : 1;
}

/* ---- "can't tell" ---- */

double calibration_threshold(const struct scored *scored, double temperature, double *coverage)
{
    struct histogram best = {0};
    size_t below = 0, right = 0, hidden = 0;
    double threshold = 0, probability[LABELS_MAX];
    int64_t gain = 0, most = 0;

    for (size_t row = 0; row < scored->rows; row++) {
        int label = 0;

        soften(scored, row, temperature, probability);
        for (int i = 1; i < scored->labels; i++)
            if (probability[i] > probability[label])
                label = i;
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
    static const double prior = 1.0 / 6, untold = 0.5;
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

void calibration_label_thresholds(const struct scored *scored, double temperature, float *out)
{
    struct histogram histograms[LABELS_MAX] = {0};
    double probability[LABELS_MAX];

    for (size_t row = 0; row < scored->rows; row++) {
        soften(scored, row, temperature, probability);
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
