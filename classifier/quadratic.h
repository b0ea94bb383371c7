#ifndef EMOTRACK_CLASSIFIER_QUADRATIC_H
#define EMOTRACK_CLASSIFIER_QUADRATIC_H

#include "classifier/columns.h"

/* The second-order model of the solver's objective around some weights w, and its minimum by
 * coordinate descent (Yuan, Ho and Lin, "An Improved GLMNET for L1-regularized Logistic
 * Regression", JMLR 2012), a feature's labels at once:
 *
 *     sum_j gradient[j] . d[j] + 1/2 sum_i change[i] . (X d)[i]
 *     + sum_j sum_l (penalty[j] |w + d| + ridge / 2 (w + d)^2),    d = next - w,
 *     change[i] = (diag(p[i]) - p[i] p[i]') (X d)[i]
 *
 * What is slow in that (features that go together, the bias) is sped up by Anderson's extrapolation
 * over the last sweeps (Bertrand and Massias, "Anderson Acceleration of Coordinate Descent",
 * AISTATS 2021). */

enum { PAST = 6 /* sweeps that are extrapolated from */ };

struct quadratic {
    const struct columns *columns;
    size_t width;          /* of all lines: labels, rounded up to a multiple of EIGHT */
    const double *penalty; /* [columns - 1] */
    double ridge;

    /* The caller fills these in. */
    float *probability; /* [rows][width]; 0 beyond the labels */
    float *gradient;    /* [columns][width], of the loss */
    float *curvature;   /* [columns][width]: sum x^2 p */
    float *weights;     /* [columns][width]: w */

    float *next;      /* [columns][width]: the solution, and where to start */
    float *change;    /* [rows][width] */
    uint32_t *active; /* [active_count]: the columns that may move, the bias's last */
    size_t active_count;
    float *past_next[PAST];   /* [active_count][width], of the last sweeps */
    float *past_change[PAST]; /* [rows][width] */
    int past;                 /* how many are filled */
};

/* `columns` and `penalty` are borrowed. Weights are 0. ERROR_NO_MEMORY. */
enum error quadratic_make(const struct columns *columns, int labels, const double *penalty,
                          double ridge, struct quadratic *out) MUST_CHECK;

/* Safe on zeroed structs. */
void quadratic_free(struct quadratic *quadratic);

/* Moves `next` from the weights to about the model's minimum; returns the model's value there,
 * relative to the weights: never above 0, save for rounding. */
double quadratic_minimise(struct quadratic *quadratic);

#endif
