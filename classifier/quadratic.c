#include "classifier/quadratic.h"

#include "classifier/descent.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SWEEPS = 12 };

static const double ENOUGH = 0.05; /* the part of the first sweep's motion that ends the descent */

static bool make_past(struct quadratic *quadratic)
{
    size_t cells = quadratic->columns->count * quadratic->width;
    bool failed = false;

    for (int i = 0; i < PAST; i++) {
        quadratic->past_next[i] = calloc(cells, sizeof(float));
        quadratic->past_change[i] =
            calloc(quadratic->columns->rows * quadratic->width + 1, sizeof(float));
        failed |= !quadratic->past_next[i] || !quadratic->past_change[i];
    }
    return !failed;
}

enum error quadratic_make(const struct columns *columns, int labels, const double *penalty,
                          double ridge, struct quadratic *out)
{
    size_t width = ((size_t)labels + EIGHT - 1) / EIGHT * EIGHT;
    size_t cells = columns->count * width, scores = columns->rows * width + 1;

    *out = (struct quadratic){
        .columns = columns,
        .width = width,
        .penalty = penalty,
        .ridge = ridge,
        .probability = calloc(scores, sizeof(float)),
        .gradient = calloc(cells, sizeof(float)),
        .curvature = calloc(cells, sizeof(float)),
        .weights = calloc(cells, sizeof(float)),
        .next = calloc(cells, sizeof(float)),
        .change = calloc(scores, sizeof(float)),
        .active = calloc(columns->count, sizeof(uint32_t)),
    };
    if (!make_past(out) || !out->probability || !out->gradient || !out->curvature ||
        !out->weights || !out->next || !out->change || !out->active)
        return error_raise_plain(ERROR_NO_MEMORY);
    return ERROR_NONE;
}

void quadratic_free(struct quadratic *quadratic)
{
    free(quadratic->probability);
    free(quadratic->gradient);
    free(quadratic->curvature);
    free(quadratic->weights);
    free(quadratic->next);
    free(quadratic->change);
    free(quadratic->active);
    for (int i = 0; i < PAST; i++) {
        free(quadratic->past_next[i]);
        free(quadratic->past_change[i]);
    }
    *quadratic = (struct quadratic){0};
}

/* The model's value, relative to the weights. The quadratic form is a sum over rows: change is
 * p (z - p . z), z = X d, and z' change is sum p (z - p . z)^2. */
static double value(const struct quadratic *quadratic)
{
    size_t width = quadratic->width, scores = quadratic->columns->rows * width;
    double form = 0, rest = 0;

    for (size_t i = 0; i < scores; i++)
        if (quadratic->probability[i] > 0)
            form +=
                (double)(quadratic->change[i] * quadratic->change[i] / quadratic->probability[i]);
    for (size_t i = 0; i < quadratic->active_count; i++) {
        size_t column = quadratic->active[i], at = column * width;
        bool bias = column + 1 == quadratic->columns->count;
        double penalty = bias ? 0 : quadratic->penalty[column];
        double ridge = bias ? 0 : quadratic->ridge;

        for (size_t cell = at; cell < at + width; cell++) {
            double from = (double)quadratic->weights[cell], to = (double)quadratic->next[cell];

            rest += (double)quadratic->gradient[cell] * (to - from) +
                    penalty * (fabs(to) - fabs(from)) + ridge / 2 * (to * to - from * from);
        }
    }
    return form / 2 + rest;
}

static void keep(struct quadratic *quadratic)
{
    size_t width = quadratic->width;
    int at = quadratic->past++;

    for (size_t i = 0; i < quadratic->active_count; i++)
        memcpy(quadratic->past_next[at] + i * width, quadratic->next + quadratic->active[i] * width,
               width * sizeof(float));
    memcpy(quadratic->past_change[at], quadratic->change,
           quadratic->columns->rows * width * sizeof(float));
}

/* next and change from the past ones, each times its share. */
static void combine(struct quadratic *quadratic, const float share[PAST])
{
    size_t width = quadratic->width, scores = quadratic->columns->rows * width;

    for (size_t i = 0; i < quadratic->active_count; i++)
        for (size_t lane = 0; lane < width; lane++) {
            float sum = 0;

            for (int k = 0; k < PAST; k++)
                sum += share[k] * quadratic->past_next[k][i * width + lane];
            quadratic->next[quadratic->active[i] * width + lane] = sum;
        }
    for (size_t i = 0; i < scores; i++) {
        float sum = 0;

        for (int k = 0; k < PAST; k++)
            sum += share[k] * quadratic->past_change[k][i];
        quadratic->change[i] = sum;
    }
}

/* products[a][b] = the inner product of the a-th and the b-th last motion in the metric m. */
static void multiply(const struct quadratic *quadratic, double products[PAST - 1][PAST])
{
    size_t width = quadratic->width;

    for (size_t i = 0; i < quadratic->active_count * width; i++) {
        size_t column = quadratic->active[i / width];
        double m = (double)quadratic->curvature[column * width + i % width], motion[PAST - 1];

        for (int k = 0; k + 1 < PAST; k++)
            motion[k] = (double)quadratic->past_next[k + 1][i] - (double)quadratic->past_next[k][i];
        for (int a = 0; a + 1 < PAST; a++)
            for (int b = 0; b <= a; b++)
                products[a][b] += m * motion[a] * motion[b];
    }
    for (int a = 0; a + 1 < PAST; a++)
        for (int b = 0; b < a; b++)
            products[b][a] = products[a][b];
}

/* The shares, of sum 1, with which the motions would cancel out best: the solution of
 * products share = 1, scaled. (Gauss and Jordan; the matrix is positive definite.) */
static void solve(double products[PAST - 1][PAST], float share[PAST])
{
    const int count = PAST - 1;
    double trace = 0, sum = 0;

    for (int a = 0; a < count; a++)
        trace += products[a][a];
    for (int a = 0; a < count; a++) {
        products[a][a] += 1e-10 * trace;
        products[a][count] = 1;
    }
    for (int a = 0; a < count; a++)
        for (int b = 0; b < count; b++) {
            double factor = products[b][a] / products[a][a];

            for (int c = a; c <= count && b != a; c++)
                products[b][c] -= factor * products[a][c];
        }
    for (int a = 0; a < count; a++)
        sum += products[a][count] / products[a][a];
    share[0] = 0;
    for (int a = 0; a < count; a++)
        share[a + 1] = (float)(products[a][count] / products[a][a] / sum);
}

/* Goes to where the past sweeps lead, if that is lower. */
static void extrapolate(struct quadratic *quadratic)
{
    static const float last[PAST] = {[PAST - 1] = 1};
    double products[PAST - 1][PAST] = {{0}}, before = value(quadratic);
    float share[PAST];

    multiply(quadratic, products);
    solve(products, share);
    combine(quadratic, share);
    if (!(value(quadratic) < before))
        combine(quadratic, last);
    quadratic->past = 0;
    keep(quadratic);
}

double quadratic_minimise(struct quadratic *quadratic)
{
    size_t width = quadratic->width;
    double first = 0;

    memcpy(quadratic->next, quadratic->weights,
           quadratic->columns->count * width * sizeof *quadratic->next);
    memset(quadratic->change, 0, quadratic->columns->rows * width * sizeof *quadratic->change);
    quadratic->past = 0;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double motion = 0;

        if (quadratic->past == PAST)
            extrapolate(quadratic);
        for (size_t i = quadratic->active_count; i > 0; i--)
            motion += descent_step(quadratic, quadratic->active[i - 1]);
        if (sweep == 0)
            first = motion;
        else if (motion <= ENOUGH * first)
            break;
        keep(quadratic);
    }
    return value(quadratic);
}
