#ifndef EMOTRACK_CLASSIFIER_LESSON_H
#define EMOTRACK_CLASSIFIER_LESSON_H

#include "classifier/learner.h"

/* What a rating teaches, on the device (learner) and in a contribution (sync/update) alike: the
 * message is an example of a label, or an example of none of it. */
struct lesson {
    int label;
    bool example;
};

/* Right: an example of the guess; wrong with a label: an example of that; wrong alone: none of the
 * guess. False: the rating names no label of a model with `labels` labels, and teaches nothing. */
bool lesson_read(const struct rated *rated, int labels, struct lesson *out);

/* The loss's slope by each score, [labels], at these probabilities. The loss is -ln p[label] for an
 * example, else -ln(1 - p[label]) (complementary label). */
void lesson_slope(const struct lesson *lesson, const double *probability, int labels, float *slope);

#endif
