#ifndef EMOTRACK_CLASSIFIER_DESCENT_H
#define EMOTRACK_CLASSIFIER_DESCENT_H

#include "classifier/quadratic.h"

/* One step of the coordinate descent: moves a column's weights in `next` to about the minimum of
 * the model, everything else held, and `change` with them. Returns the motion: sum m step^2.
 *
 * The column's own curvature, sum_i x^2 (diag(p) - p p'), is bounded from above by
 * diag(m) - m m' / sum m, m = sum_i x^2 p, so that no step raises the model. No weight goes farther
 * than where the model still tells something: six in terms of a row's score. */
double descent_step(struct quadratic *quadratic, size_t column);

#endif
