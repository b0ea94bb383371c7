#include "classifier/duality.h"

#include "classifier/numeric.h"

#include <math.h>

struct dual {
    const struct solver_problem *problem;
    size_t width;
    const float *gradient;
    const double *reached;
    double mixed;                     /* the part of q that is the one distribution */
    double shared[SOLVER_LABELS_MAX]; /* that distribution */
    double drawn;                     /* the part of q - target that is kept */
};

/* So that sum_i q[i] = sum_i target[i]. */
static void mix(struct dual *dual)
{
    size_t bias = dual->problem->features * dual->width;
    const double *wanted = dual->reached + bias;
    const float *surplus = dual->gradient + bias;
    int labels = dual->problem->labels, label;

    dual->mixed = 0;
    for (label = 0; label < labels; label++)
        if (surplus[label] > 0)
            dual->mixed = fmax(dual->mixed,
                               (double)surplus[label] / (wanted[label] + (double)surplus[label]));
    for (label = 0; label < labels; label++) {
        double missing = dual->mixed * wanted[label] - (1 - dual->mixed) * (double)surplus[label];

        dual->shared[label] =
            dual->mixed > 0 ? fmax(missing, 0) / (dual->mixed * (double)dual->problem->rows) : 0;
    }
}

/* z of a column and label, before q is drawn. */
static double slope(const struct dual *dual, size_t column, int label)
{
    const double *reached = dual->reached + column * dual->width;
    double sum = 0;

    for (int i = 0; i < dual->problem->labels; i++)
        sum += reached[i];
    return (1 - dual->mixed) * -(double)dual->gradient[column * dual->width + (size_t)label] +
           dual->mixed * (reached[label] - sum * dual->shared[label]);
}

/* Draws q as far as is needed; returns what the ridge takes off the bound. */
static double draw(struct dual *dual)
{
    double ridge = dual->problem->ridge, loss = 0;

    dual->drawn = 1;
    for (size_t column = 0; column < dual->problem->features; column++)
        for (int label = 0; label < dual->problem->labels; label++) {
            double z = fabs(slope(dual, column, label)), penalty = dual->problem->penalty[column];

            if (ridge <= 0 && z * dual->drawn > penalty)
                dual->drawn = penalty / z;
            if (ridge > 0 && z > penalty)
                loss += (z - penalty) * (z - penalty) / (2 * ridge);
        }
    return loss;
}

static double entropy(const struct dual *dual, const float *target, const float *probability)
{
    double sum = 0;

    for (int label = 0; label < dual->problem->labels; label++) {
        double aim = (double)target[label];
        double q =
            (1 - dual->mixed) * (double)probability[label] + dual->mixed * dual->shared[label];

        q = aim + dual->drawn * (q - aim);
        if (q > 1e-300)
            sum -= q * numeric_log(q);
    }
    return sum;
}

double duality_bound(const struct solver_problem *problem, size_t width, const float *probability,
                     const float *gradient, const double *reached)
{
    struct dual dual = {
        .problem = problem, .width = width, .gradient = gradient, .reached = reached};
    double bound = 0, loss;

    mix(&dual);
    loss = draw(&dual);
    for (size_t row = 0; row < problem->rows; row++)
        bound += entropy(&dual, problem->target + row * (size_t)problem->stride,
                         probability + row * width);
    return fmax(bound - loss, 0);
}
