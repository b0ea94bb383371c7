#include "classifier/solver.h"

#include "classifier/duality.h"
#include "classifier/numeric.h"
#include "classifier/parallel.h"
#include "classifier/quadratic.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 30 }; /* steps, each half of the one before */

typedef float half __attribute__((vector_size(8), may_alias));
typedef double two __attribute__((vector_size(16), may_alias));

struct solver {
    const struct solver_problem *problem;
    int threads;
    struct columns columns;
    struct quadratic quadratic;
    double *reached; /* [columns][width]: X' target */
    double *loss;    /* [rows] */
};

/* ---- the objective ---- */

/* Loss and probabilities of one row. `score` is used up. */
static double row_loss(int labels, const float *target, double *score, float *probability)
{
    double best = score[0], sum = 0, loss = 0;
    int label;

    for (label = 1; label < labels; label++)
        if (score[label] > best)
            best = score[label];
    for (label = 0; label < labels; label++) {
        loss -= (double)target[label] * (score[label] - best);
        score[label] = numeric_exp(score[label] - best);
        sum += score[label];
    }
    for (label = 0; label < labels; label++)
        probability[label] = (float)(score[label] / sum);
    return loss + numeric_log(sum);
}

static void add_weights(double *score, double value, const float *weights, size_t width)
{
    for (size_t lane = 0; lane < width; lane += 2)
        *(two *)(score + lane) +=
            value * __builtin_convertvector(*(const half *)(weights + lane), two);
}

/* Loss and probabilities of rows, at quadratic.next. */
static void fill_rows(void *context, size_t from, size_t to)
{
    struct solver *solver = context;
    const struct solver_problem *problem = solver->problem;
    size_t width = solver->quadratic.width, stride = (size_t)problem->stride;
    const float *next = solver->quadratic.next;
    _Alignas(two) double score[SOLVER_LABELS_MAX];

    for (size_t row = from; row < to; row++) {
        memset(score, 0, width * sizeof *score);
        add_weights(score, 1, next + problem->features * width, width);
        for (size_t i = problem->row_start[row]; i < problem->row_start[row + 1]; i++)
            add_weights(score, (double)problem->value[i], next + problem->feature[i] * width,
                        width);
        solver->loss[row] = row_loss(problem->labels, problem->target + row * stride, score,
                                     solver->quadratic.probability + row * width);
    }
}

static double penalty_of(const struct solver *solver, const float *weights)
{
    size_t width = solver->quadratic.width;
    double sum = 0;

    for (size_t column = 0; column < solver->problem->features; column++) {
        double absolute = 0, square = 0;

        for (size_t i = column * width; i < (column + 1) * width; i++) {
            double weight = (double)weights[i];

            absolute += fabs(weight);
            square += weight * weight;
        }
        sum += solver->problem->penalty[column] * absolute + solver->problem->ridge / 2 * square;
    }
    return sum;
}

/* The objective at quadratic.next, whose probabilities it leaves behind. */
static double evaluate(struct solver *solver)
{
    double loss = 0;

    parallel_for(fill_rows, solver, solver->problem->rows, solver->threads);
    for (size_t row = 0; row < solver->problem->rows; row++)
        loss += solver->loss[row];
    return loss + penalty_of(solver, solver->quadratic.next);
}

/* ---- its slopes ---- */

/* Gradient and curvature of columns: X' p - X' target, and (X^2)' p. */
static void fill_columns(void *context, size_t from, size_t to)
{
    struct solver *solver = context;
    struct quadratic *quadratic = &solver->quadratic;
    const struct columns *columns = &solver->columns;
    size_t width = quadratic->width;

    for (size_t column = from; column < to; column++)
        for (size_t at = 0; at < width; at += 4) {
            size_t cell = column * width + at;
            two low = {0}, high = {0};
            four curvature = {0};

            for (size_t i = columns->start[column]; i < columns->start[column + 1]; i++) {
                const float *p = quadratic->probability + columns->row[i] * width + at;
                float value = columns->value[i];

                low += (double)value * __builtin_convertvector(*(const half *)p, two);
                high += (double)value * __builtin_convertvector(*(const half *)(p + 2), two);
                curvature += value * value * *(const four *)p;
            }
            low -= *(const two *)(solver->reached + cell);
            high -= *(const two *)(solver->reached + cell + 2);
            *(half *)(quadratic->gradient + cell) = __builtin_convertvector(low, half);
            *(half *)(quadratic->gradient + cell + 2) = __builtin_convertvector(high, half);
            *(four *)(quadratic->curvature + cell) = curvature;
        }
}

static void fill_reached(struct solver *solver)
{
    const struct solver_problem *problem = solver->problem;
    const struct columns *columns = &solver->columns;

    for (size_t column = 0; column < columns->count; column++) {
        double *reached = solver->reached + column * solver->quadratic.width;

        for (size_t i = columns->start[column]; i < columns->start[column + 1]; i++)
            for (int label = 0; label < problem->labels; label++)
                reached[label] +=
                    (double)columns->value[i] *
                    (double)
                        problem->target[columns->row[i] * (size_t)problem->stride + (size_t)label];
    }
}

/* Whether a column has a weight, or a slope that asks for one. */
static bool is_active(const struct solver *solver, size_t column)
{
    const struct quadratic *quadratic = &solver->quadratic;
    double penalty = column < solver->problem->features ? solver->problem->penalty[column] : 0;
    size_t at = column * quadratic->width;

    for (size_t cell = at; cell < at + quadratic->width; cell++)
        if (quadratic->weights[cell] != 0 || fabs((double)quadratic->gradient[cell]) > penalty)
            return true;
    return false;
}

static void choose_active(struct solver *solver)
{
    struct quadratic *quadratic = &solver->quadratic;

    quadratic->active_count = 0;
    for (size_t column = 0; column < solver->columns.count; column++)
        if (is_active(solver, column))
            quadratic->active[quadratic->active_count++] = (uint32_t)column;
}

/* ---- the iterations ---- */

/* next = the middle between weights and next */
static void halve(struct quadratic *quadratic)
{
    size_t cells = quadratic->columns->count * quadratic->width;

    for (size_t i = 0; i < cells; i++)
        quadratic->next[i] = (quadratic->weights[i] + quadratic->next[i]) / 2;
}

/* Goes from the weights towards next until the objective falls enough; false where it does not. */
static bool search(struct solver *solver, double *objective)
{
    const double enough = 1e-3, noise = 1e-14;
    double promise = quadratic_minimise(&solver->quadratic);

    for (int tries = 0; tries < TRIES && promise < -noise * *objective; tries++) {
        double value = evaluate(solver);

        if (value < *objective && value <= *objective + enough * promise) {
            *objective = value;
            return true;
        }
        promise /= 2;
        halve(&solver->quadratic);
    }
    return false;
}

/* Returns the number of iterations. */
static int iterate(struct solver *solver)
{
    const struct solver_problem *problem = solver->problem;
    struct quadratic *quadratic = &solver->quadratic;
    size_t size = solver->columns.count * quadratic->width * sizeof *quadratic->weights;
    double objective = evaluate(solver);
    int iteration = 0;

    while (iteration < problem->iterations) {
        double before = objective;

        memcpy(quadratic->weights, quadratic->next, size);
        parallel_for(fill_columns, solver, solver->columns.count, solver->threads);
        choose_active(solver);
        if (!search(solver, &objective)) {
            memcpy(quadratic->next, quadratic->weights, size);
            break;
        }
        iteration++;
        if (problem->progress)
            problem->progress(problem->context, iteration, objective);
        if (before - objective <= problem->tolerance * objective)
            break;
    }
    return iteration;
}

static void measure(struct solver *solver, int iterations)
{
    const struct quadratic *quadratic = &solver->quadratic;
    double objective = evaluate(solver), least;

    parallel_for(fill_columns, solver, solver->columns.count, solver->threads);
    least = duality_bound(solver->problem, quadratic->width, quadratic->probability,
                          quadratic->gradient, solver->reached);
    *solver->problem->result = (struct solver_result){
        .objective = objective,
        .gap = objective > least ? objective - least : 0,
        .iterations = iterations,
    };
}

static enum error begin(struct solver *solver)
{
    const struct solver_problem *problem = solver->problem;
    enum error error = columns_make(problem->rows, problem->features, problem->row_start,
                                    problem->feature, problem->value, &solver->columns);

    if (!error)
        error = quadratic_make(&solver->columns, problem->labels, problem->penalty, problem->ridge,
                               &solver->quadratic);
    if (error)
        return error;
    solver->reached =
        calloc(solver->columns.count * solver->quadratic.width, sizeof *solver->reached);
    solver->loss = calloc(problem->rows + 1, sizeof *solver->loss);
    if (!solver->reached || !solver->loss)
        return error_raise_plain(ERROR_NO_MEMORY);
    fill_reached(solver);
    return ERROR_NONE;
}

static void end(struct solver *solver)
{
    columns_free(&solver->columns);
    quadratic_free(&solver->quadratic);
    free(solver->reached);
    free(solver->loss);
}

enum error solver_run(const struct solver_problem *problem, double *weights)
{
    struct solver solver = {.problem = problem};
    size_t width, stride = (size_t)problem->stride, labels = (size_t)problem->labels;
    enum error error;
    int iterations;

    assert(problem->labels > 0 && problem->labels <= SOLVER_LABELS_MAX);
    solver.threads = problem->threads > 0 ? problem->threads : parallel_processors();
    error = begin(&solver);
    width = solver.quadratic.width;
    if (!error) {
        for (size_t i = 0; i < solver.columns.count * labels; i++)
            solver.quadratic.next[i / labels * width + i % labels] =
                (float)weights[i / labels * stride + i % labels];
        iterations = iterate(&solver);
        if (problem->result)
            measure(&solver, iterations);
        for (size_t i = 0; i < solver.columns.count * labels; i++)
            weights[i / labels * stride + i % labels] =
                (double)solver.quadratic.next[i / labels * width + i % labels];
    }
    end(&solver);
    return error;
}
