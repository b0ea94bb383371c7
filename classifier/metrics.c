#include "classifier/metrics.h"

#include "classifier/numeric.h"

#include <math.h>

static const float PROBABILITY_MIN = 1e-15F; /* so that a loss is finite */

void metrics_init(struct metrics *metrics, int labels)
{
    *metrics = (struct metrics){.labels = labels};
}

void metrics_add(struct metrics *metrics, int label, const float *probability)
{
    float truth = probability[label];
    int best = 0, bin;

    for (int i = 1; i < metrics->labels; i++)
        if (probability[i] > probability[best])
            best = i;
    bin = (int)(probability[best] * METRICS_BINS);
    if (bin >= METRICS_BINS)
        bin = METRICS_BINS - 1;
    metrics->rows++;
    metrics->correct += best == label;
    metrics->confusion[label][best]++;
    metrics->loss -= numeric_log((double)(truth > PROBABILITY_MIN ? truth : PROBABILITY_MIN));
    metrics->bin_rows[bin]++;
    metrics->bin_correct[bin] += best == label;
    metrics->bin_probability[bin] += (double)probability[best];
}

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

double metrics_accuracy(const struct metrics *metrics)
{
    return ratio((double)metrics->correct, (double)metrics->rows);
}

static uint64_t predictions_of(const struct metrics *metrics, int label)
{
    uint64_t sum = 0;

    for (int i = 0; i < metrics->labels; i++)
        sum += metrics->confusion[i][label];
    return sum;
}

struct label_metrics metrics_label(const struct metrics *metrics, int label)
{
    struct label_metrics out = {0};
    double hits = (double)metrics->confusion[label][label];

    for (int i = 0; i < metrics->labels; i++)
        out.support += metrics->confusion[label][i];
    out.precision = ratio(hits, (double)predictions_of(metrics, label));
    out.recall = ratio(hits, (double)out.support);
    out.f1 = ratio(2 * out.precision * out.recall, out.precision + out.recall);
    return out;
}

double metrics_macro_f1(const struct metrics *metrics)
{
    double sum = 0, labels = 0;

    for (int i = 0; i < metrics->labels; i++) {
        struct label_metrics label = metrics_label(metrics, i);

        if (label.support == 0 && predictions_of(metrics, i) == 0)
            continue;
        sum += label.f1;
        labels++;
    }
    return ratio(sum, labels);
}

double metrics_uar(const struct metrics *metrics)
{
    double sum = 0, labels = 0;

    for (int i = 0; i < metrics->labels; i++) {
        struct label_metrics label = metrics_label(metrics, i);

        sum += label.recall;
        labels += label.support > 0;
    }
    return ratio(sum, labels);
}

double metrics_ece(const struct metrics *metrics)
{
    double sum = 0;

    for (int bin = 0; bin < METRICS_BINS; bin++)
        sum += fabs((double)metrics->bin_correct[bin] - metrics->bin_probability[bin]);
    return ratio(sum, (double)metrics->rows);
}

double metrics_nll(const struct metrics *metrics)
{
    return ratio(metrics->loss, (double)metrics->rows);
}
