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

/* How scores become probabilities: p = softmax(score / T), T = temperature (1 + slope (lead / (1 +
 * lead) - 1/2)), where the lead is what the greatest score is ahead of the second, divided by the
 * temperature. Weights that were fitted with a penalty say too little where there is little
 * evidence, and too much where there is much; one temperature for all messages only weighs the one
 * against the other (Balanya et al., "Adaptive Temperature Scaling for Robust Calibration of Deep
 * Neural Networks", 2022). The order of the labels is that of their scores. */
struct calibration {
    float temperature, slope; /* 0: T is the temperature */
};

/* [labels] each; two labels at least. */
void calibration_probabilities(const struct calibration *calibration, const float *score,
                               int labels, double *probability);

/* Fits the temperature, 1/2 to 2, and the slope, twentieths up to 9/10: so that the likeliest label
 * is right as often as its probability says, over the rows with one label (the likelihood of
 * whether it is, and a prior of the slope around 0 with a standard deviation of a quarter, so that
 * few rows do not bend it). 1 and 0 where there are none. */
struct calibration calibration_fit(const struct scored *scored);

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
