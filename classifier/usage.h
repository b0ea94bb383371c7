#ifndef EMOTRACK_CLASSIFIER_USAGE_H
#define EMOTRACK_CLASSIFIER_USAGE_H

#include "classifier/label.h"

#include <stdbool.h>

/* How one person uses the labels: of the messages that the model alone would call one thing, how
 * many this person calls another, against how many were to be expected (MODEL.md, "The personal
 * layer"). */
struct usage {
    float said[LABELS_MAX][LABELS_MAX];     /* [guess][label]: messages that were called so */
    float expected[LABELS_MAX][LABELS_MAX]; /* [guess][label]: and that would have been */
    float shift[LABELS_MAX][LABELS_MAX];    /* [guess][label]: what follows for the scores */
    bool shifts;                            /* one of them at least is not 0 */
};

void usage_clear(struct usage *usage, int labels);

/* One message that this person calls `label`. guess[labels]: what the model alone makes of it, the
 * parts summing to 1; probability[labels]: what was expected with all that was learnt of words. */
void usage_add(struct usage *usage, int labels, const double *guess, const double *probability,
               int label);

/* What follows from said and expected, where those were set. */
void usage_settle(struct usage *usage, int labels);

/* offset[label] = sum guess[k] shift[k][label]. */
void usage_offset(const struct usage *usage, int labels, const double *guess, float *offset);

#endif
