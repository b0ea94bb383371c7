#ifndef EMOTRACK_CLASSIFIER_CALIBRATION_H
#define EMOTRACK_CLASSIFIER_CALIBRATION_H

#include <stddef.h>
#include <stdint.h>

/* What is fitted on held-out messages, once the weights stand: how far the probabilities can be
 * believed, and where a guess is worth showing. Nothing here knows of models or files, allocates or
 * fails; where there is nothing to learn from, what is said below comes out. */

/* Held-out messages with their scores, before the temperature. Borrowed. */
struct scored {
    size_t rows;
    int labels, stride;    /* stride >= labels */
    const float *score;    /* [rows][stride]; finite */
    const uint64_t *truth; /* [rows]; bit i: the row has label i; one at least */
};

/* How scores become probabilities: p = (1 - doubt) softmax(score / temperature) + doubt share. The
 * doubt is for what no score can know: people disagree about messages that look the same, and a
 * guess of 99 % would be right less often. */
struct calibration {
    float temperature, doubt;
    const float *share; /* [labels], of the training rows; sums to 1. Borrowed. */
};

/* [labels] each. */
void calibration_probabilities(const struct calibration *calibration, const float *score,
                               int labels, double *probability);

/* Fits temperature and doubt, a hundredth up to 3/20, to `share`: so that the likeliest label is
 * right as often as its probability says, over the rows with one label (the likelihood of whether
 * it is). 1 and 0 where there are none. */
struct calibration calibration_fit(const struct scored *scored, const float *share);

/* The temperature alone, 1/2 to 2, of the least loss over the rows with one label (Guo et al., "On
 * Calibration of Modern Neural Networks", 2017); 1 where none is better than that. */
double calibration_temperature(const struct scored *scored);

/* The least probability, a hundredth, that is no "can't tell", and in `coverage` the part of the
 * rows that stay. A guess that is shown gains 2 if it is right and loses 1 if it is wrong; the
 * threshold is that of the greatest sum (Chow, "On Optimum Recognition Error and Reject Tradeoff",
 * 1970): just above it guesses are right more than once in three times, just below it less. It is
 * one half at most and leaves out one row in twenty at most; 0 where no threshold gains. */
double calibration_threshold(const struct scored *scored, const struct calibration *calibration,
                             double *coverage);

/* The least probability of each label, [labels], at which it is named beside others, for the best
 * F1 of that label over all rows (Lipton et al., "Optimal Thresholding of Classifiers to Maximize
 * F1 Measure", 2014). The best threshold of a few rows is not that of the next, so each hundredth
 * counts by its likelihood: how far its F1 is from the best in standard errors, and a weak prior
 * around one in eight; the result is their geometric mean. One half for a label that no row has. */
void calibration_label_thresholds(const struct scored *scored,
                                  const struct calibration *calibration, float *out);

/* Trades accuracy for the recall of rare labels: adds to scores or a bias, [labels], what divides
 * each probability by its label's share of the training rows, [labels], to the power of `tau`, 0 to
 * 1 (Menon et al., "Long-tail Learning via Logit Adjustment", 2021). A label with a share of 0
 * keeps its score. */
void calibration_recall(const double *share, int labels, double tau, double temperature,
                        float *score);

#endif
