#ifndef EMOTRACK_CLASSIFIER_DUALITY_H
#define EMOTRACK_CLASSIFIER_DUALITY_H

#include "classifier/solver.h"

/* A lower bound of everything that the solver's objective can be: Fenchel's dual
 *
 *     sum_i H(q[i]) - sum_j sum_l max(|z[j][l]| - penalty[j], 0)^2 / (2 ridge),
 *     H(q) = -sum_l q[l] ln q[l],    z = X' (target - q),
 *
 * at a q that is feasible: every q[i] a distribution, sum_i q[i] = sum_i target[i] because the bias
 * is free, and |z| <= penalty where there is no ridge. q is the probabilities, mixed with as much
 * of one distribution for all rows as the sums need, and drawn towards the targets until z is small
 * enough. The bound is exact but for rounding: some 1e-7 of the objective.
 *
 * `probability` [rows][width] and the loss's `gradient` there [features + 1][width], `reached` = X'
 * target [features + 1][width]; the last lines of the two are the bias's. Where a feature has
 * neither penalty nor ridge, or a label no row, there is next to no bound: at least 0. */
double duality_bound(const struct solver_problem *problem, size_t width, const float *probability,
                     const float *gradient, const double *reached);

#endif
