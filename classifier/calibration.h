#ifndef EMOTRACK_CLASSIFIER_CALIBRATION_H
#define EMOTRACK_CLASSIFIER_CALIBRATION_H

#include <stddef.h>
#include <stdint.h>

/* What is fitted on held-out messages, once the weights stand: how far the probabilities can be
 * believed, and where a guess is worth showing. Nothing here knows of models or files. */

/* Held-out messages with their scores, before the temperature. Borrowed. */
struct scored {
    size_t rows;
    int labels, stride;    /* stride >= labels */
    const float *score;    /* [rows][stride] */
    const uint64_t *truth; /* [rows]; bit i: the row has label i; one at least */
};

/* The temperature of the least loss over the rows with one label (Guo et al., "On Calibration of
 * Modern Neural Networks", 2017); 1 where there is none. */
double calibration_temperature(const struct scored *scored);

/* The least probability that is no "can't tell", and in `coverage` the part of the rows that stay.
 * The guesses that are shown are right as often as they say, and those that are not are right less
 * often than is worth showing. */
double calibration_threshold(const struct scored *scored, double temperature, double *coverage);

/* The least probability of each label, [labels], at which it is named beside others: of the best
 * F1 of that label over all rows (per-label thresholds; Lipton et al., 2014). */
void calibration_label_thresholds(const struct scored *scored, double temperature, float *out);

#endif
