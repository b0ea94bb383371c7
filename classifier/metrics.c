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

static struct label_metrics figures(uint64_t right, uint64_t named, uint64_t support)
{
    return (struct label_metrics){
        .precision = ratio((double)right, (double)named),
        .recall = ratio((double)right, (double)support),
        .f1 = ratio(2 * (double)right, (double)named + (double)support),
        .support = support,
    };
}

struct label_metrics metrics_label(const struct metrics *metrics, int label)
{
    uint64_t support = 0;

    for (int i = 0; i < metrics->labels; i++)
        support += metrics->confusion[label][i];
    return figures(metrics->confusion[label][label], predictions_of(metrics, label), support);
}

double metrics_macro_f1(const struct metrics *metrics)
{
    double sum = 0, labels = 0;

    for (int i = 0; i < metrics->labels; i++) {
        struct label_metrics label = metrics_label(metrics, i);

        sum += label.f1;
        labels += label.support > 0 || predictions_of(metrics, i) > 0;
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

struct reliability metrics_reliability(const struct metrics *metrics, int bin)
{
    double rows = (double)metrics->bin_rows[bin];

    return (struct reliability){
        .from = (double)bin / METRICS_BINS,
        .to = (double)(bin + 1) / METRICS_BINS,
        .rows = metrics->bin_rows[bin],
        .probability = ratio(metrics->bin_probability[bin], rows),
        .accuracy = ratio((double)metrics->bin_correct[bin], rows),
    };
}

/* ---- several labels ---- */

void multilabel_init(struct multilabel *multilabel, int labels)
{
    *multilabel = (struct multilabel){.labels = labels};
}

void multilabel_add(struct multilabel *multilabel, uint64_t truth, uint64_t named)
{
    multilabel->rows++;
    multilabel->exact += truth == named;
    for (int i = 0; i < multilabel->labels; i++) {
        multilabel->support[i] += truth >> i & 1;
        multilabel->named[i] += named >> i & 1;
        multilabel->right[i] += (truth & named) >> i & 1;
    }
}

double multilabel_exact(const struct multilabel *multilabel)
{
    return ratio((double)multilabel->exact, (double)multilabel->rows);
}

struct label_metrics multilabel_label(const struct multilabel *multilabel, int label)
{
    return figures(multilabel->right[label], multilabel->named[label], multilabel->support[label]);
}

double multilabel_macro_f1(const struct multilabel *multilabel)
{
    double sum = 0, labels = 0;

    for (int i = 0; i < multilabel->labels; i++) {
        sum += multilabel_label(multilabel, i).f1;
        labels += multilabel->support[i] > 0 || multilabel->named[i] > 0;
    }
    return ratio(sum, labels);
}

double multilabel_micro_f1(const struct multilabel *multilabel)
{
    uint64_t right = 0, named = 0, support = 0;

    for (int i = 0; i < multilabel->labels; i++) {
        right += multilabel->right[i];
        named += multilabel->named[i];
        support += multilabel->support[i];
    }
    return figures(right, named, support).f1;
}
