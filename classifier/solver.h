#ifndef EMOTRACK_CLASSIFIER_SOLVER_H
#define EMOTRACK_CLASSIFIER_SOLVER_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Multinomial logistic regression with an elastic net and a free bias:
 *
 *     minimise  sum_i sum_l -target[i][l] ln p[i][l]
 *               + sum_j sum_l (penalty[j] |w[j][l]| + ridge / 2 w[j][l]^2)
 *
 * by a proximal Newton method: second-order models (quadratic.h) one after the other, each one's
 * minimum the next one's place, shortened where the objective does not fall enough (Lee, Sun and
 * Saunders, "Proximal Newton-type Methods for Minimizing Composite Functions", 2014). Only weights
 * that are not 0, or whose slope says that they should not be, are worked on. The result depends
 * on the problem alone, to the last bit, not on the threads. */

struct solver_result {
    double objective;
    double gap; /* the objective is at most so far above the least that there is (duality.h) */
    int iterations;
};

struct solver_problem {
    size_t rows, features;
    int labels, stride;      /* stride >= labels; labels <= SOLVER_LABELS_MAX */
    const size_t *row_start; /* [rows + 1] */
    const uint32_t *feature; /* [row_start[rows]] */
    const float *value;      /* [row_start[rows]]; beyond +-1e9 the result means nothing */
    const float *target;     /* [rows][stride]; sums to 1 */
    const double *penalty;   /* [features]; may be 0 */
    double ridge;
    int iterations;   /* at most */
    double tolerance; /* stop where an iteration gains less than this part of the value */
    int threads;      /* 0: as many as there are processors */
    void (*progress)(void *context, int iteration, double objective); /* NULL: none */
    void *context;
    struct solver_result *result; /* NULL: nobody asks */
};

enum { SOLVER_LABELS_MAX = 1024 };

/* `weights` [features + 1][stride], the bias last, holds where to start and takes the solution,
 * rounded to float; its columns from `labels` on stay 0. ERROR_NO_MEMORY. */
enum error solver_run(const struct solver_problem *problem, double *weights) MUST_CHECK;

#endif
