#ifndef EMOTRACK_CLASSIFIER_METRICS_H
#define EMOTRACK_CLASSIFIER_METRICS_H

#include "classifier/label.h"

#include <stdint.h>

/* How good predictions are. Rows are added one by one; the figures come at the end. */

enum { METRICS_BINS = 15 };

struct metrics {
    int labels;
    uint64_t rows, correct;
    uint64_t confusion[LABELS_MAX][LABELS_MAX]; /* [true label][predicted label] */
    double loss;                                /* sum of -ln p[true label] */
    uint64_t bin_rows[METRICS_BINS];            /* by the predicted label's probability */
    uint64_t bin_correct[METRICS_BINS];
    double bin_probability[METRICS_BINS]; /* sums */
};

struct label_metrics {
    double precision, recall, f1; /* 0 where there is nothing to divide by */
    uint64_t support;             /* rows that have the label */
};

void metrics_init(struct metrics *metrics, int labels);

/* One row: its label and the probabilities, [labels], of which the greatest is the prediction. */
void metrics_add(struct metrics *metrics, int label, const float *probability);

double metrics_accuracy(const struct metrics *metrics);
/* The mean F1 of the labels that some row has or some prediction names. */
double metrics_macro_f1(const struct metrics *metrics);
/* Unweighted average recall of the labels that some row has. */
double metrics_uar(const struct metrics *metrics);
/* Expected calibration error, 15 bins of equal width (Guo et al., 2017). */
double metrics_ece(const struct metrics *metrics);
/* Mean negative log-likelihood, in nats. */
double metrics_nll(const struct metrics *metrics);
struct label_metrics metrics_label(const struct metrics *metrics, int label);

/* The predictions whose probability is in a bin: [from, to). */
struct reliability {
    double from, to;
    uint64_t rows;
    double probability,
        accuracy; /* their mean, and the part that is right; 0 where there are none */
};

struct reliability metrics_reliability(const struct metrics *metrics, int bin);

/* How good it is to name several labels, or none. Bit i of a set is label i. */
struct multilabel {
    int labels;
    uint64_t rows, exact; /* exact: what is named is what the row has, no more and no less */
    uint64_t support[LABELS_MAX], named[LABELS_MAX], right[LABELS_MAX]; /* rows */
};

void multilabel_init(struct multilabel *multilabel, int labels);
void multilabel_add(struct multilabel *multilabel, uint64_t truth, uint64_t named);

double multilabel_exact(const struct multilabel *multilabel); /* part of the rows */
/* As metrics_macro_f1 for these labels. */
double multilabel_macro_f1(const struct multilabel *multilabel);
/* The F1 of all labels' counts together. */
double multilabel_micro_f1(const struct multilabel *multilabel);
struct label_metrics multilabel_label(const struct multilabel *multilabel, int label);

#endif
