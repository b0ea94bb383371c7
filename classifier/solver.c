#include "classifier/solver.h"

#include "classifier/numeric.h"
#include "classifier/parallel.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEMORY = 8,    /* steps that the curvature is estimated from */
    LOOK_BACK = 10 /* iterations over which the gain is measured */
};

struct solver {
    const struct solver_problem *problem;
    size_t cells; /* (features + 1) * stride */
    size_t bias;  /* the cell where the bias begins */

    /* The matrix by columns: gradients are summed column by column, in the order of the rows. */
    size_t *column_start; /* [features + 1] */
    uint32_t *row;        /* [values] */
    float *value;         /* [values] */

    double *weights;  /* [cells]; the caller's */
    double *gradient; /* [cells], of the loss */
    double *residual; /* [rows][stride]: p - target */
    double *loss;     /* [rows] */

    double *next;           /* [cells]: weights that are tried */
    double *next_gradient;  /* [cells] */
    double *slope;          /* [cells]: the pseudo-gradient */
    double *direction;      /* [cells] */
    double *step[MEMORY];   /* [cells] each: s of L-BFGS */
    double *change[MEMORY]; /* [cells] each: y of L-BFGS */
    double inner[MEMORY];   /* 1 / (s . y) */
    int remembered, newest;

    const double *trial; /* what the threads evaluate */
    double *trial_gradient;
};

static double *new_vector(size_t count, bool *failed)
{
    double *vector = calloc(count, sizeof *vector);

    *failed |= !vector;
    return vector;
}

static void transpose(struct solver *solver)
{
    const struct solver_problem *problem = solver->problem;
    size_t i, total = 0;

    for (i = 0; i < problem->row_start[problem->rows]; i++)
        solver->column_start[problem->feature[i]]++;
    for (i = 0; i <= problem->features; i++) {
        size_t count = solver->column_start[i];

        solver->column_start[i] = total;
        total += count;
    }
    for (size_t row = 0; row < problem->rows; row++)
        for (i = problem->row_start[row]; i < problem->row_start[row + 1]; i++) {
            size_t at = solver->column_start[problem->feature[i]]++;

            solver->row[at] = (uint32_t)row;
            solver->value[at] = problem->value[i];
        }
    memmove(solver->column_start + 1, solver->column_start,
            problem->features * sizeof *solver->column_start);
    solver->column_start[0] = 0;
}

static enum error begin(struct solver *solver)
{
    const struct solver_problem *problem = solver->problem;
    size_t values = problem->row_start[problem->rows];
    bool failed = false;

    solver->column_start = calloc(problem->features + 1, sizeof *solver->column_start);
    solver->row = calloc(values + 1, sizeof *solver->row);
    solver->value = calloc(values + 1, sizeof *solver->value);
    solver->gradient = new_vector(solver->cells, &failed);
    solver->residual = new_vector(problem->rows * (size_t)problem->stride, &failed);
    solver->loss = new_vector(problem->rows, &failed);
    solver->next = new_vector(solver->cells, &failed);
    solver->next_gradient = new_vector(solver->cells, &failed);
    solver->slope = new_vector(solver->cells, &failed);
    solver->direction = new_vector(solver->cells, &failed);
    for (int i = 0; i < MEMORY; i++) {
        solver->step[i] = new_vector(solver->cells, &failed);
        solver->change[i] = new_vector(solver->cells, &failed);
    }
    if (failed || !solver->column_start || !solver->row || !solver->value)
        return error_raise_plain(ERROR_NO_MEMORY);
    transpose(solver);
    return ERROR_NONE;
}

static void end(struct solver *solver)
{
    free(solver->column_start);
    free(solver->row);
    free(solver->value);
    free(solver->gradient);
    free(solver->residual);
    free(solver->loss);
    free(solver->next);
    free(solver->next_gradient);
    free(solver->slope);
    free(solver->direction);
    for (int i = 0; i < MEMORY; i++) {
        free(solver->step[i]);
        free(solver->change[i]);
    }
}

/* Loss and residual of one row; `residual` holds the scores first. */
static double row_loss(const struct solver_problem *problem, const float *target, double *residual)
{
    double best = residual[0], sum = 0, loss = 0;
    int label;

    for (label = 1; label < problem->labels; label++)
        if (residual[label] > best)
            best = residual[label];
    for (label = 0; label < problem->labels; label++) {
        loss -= (double)target[label] * (residual[label] - best);
        residual[label] = numeric_exp(residual[label] - best);
        sum += residual[label];
    }
    for (label = 0; label < problem->labels; label++)
        residual[label] = residual[label] / sum - (double)target[label];
    return loss + numeric_log(sum);
}

static void forward(void *context, size_t from, size_t to)
{
    struct solver *solver = context;
    const struct solver_problem *problem = solver->problem;
    size_t stride = (size_t)problem->stride;

    for (size_t row = from; row < to; row++) {
        double *score = solver->residual + row * stride;

        memcpy(score, solver->trial + solver->bias, stride * sizeof *score);
        for (size_t i = problem->row_start[row]; i < problem->row_start[row + 1]; i++) {
            const double *weights = solver->trial + problem->feature[i] * stride;
            double value = (double)problem->value[i];

            for (size_t lane = 0; lane < stride; lane++)
                score[lane] += value * weights[lane];
        }
        solver->loss[row] = row_loss(problem, problem->target + row * stride, score);
    }
}

static void backward(void *context, size_t from, size_t to)
{
    struct solver *solver = context;
    size_t stride = (size_t)solver->problem->stride;

    for (size_t column = from; column < to; column++) {
        double *gradient = solver->trial_gradient + column * stride;

        memset(gradient, 0, stride * sizeof *gradient);
        for (size_t i = solver->column_start[column]; i < solver->column_start[column + 1]; i++) {
            const double *residual = solver->residual + solver->row[i] * stride;
            double value = (double)solver->value[i];

            for (size_t lane = 0; lane < stride; lane++)
                gradient[lane] += value * residual[lane];
        }
    }
}

static double penalty_of(const struct solver *solver, const double *weights)
{
    size_t stride = (size_t)solver->problem->stride;
    double sum = 0;

    for (size_t column = 0; column < solver->problem->features; column++) {
        double row = 0;

        for (size_t lane = 0; lane < stride; lane++)
            row += fabs(weights[column * stride + lane]);
        sum += solver->problem->penalty[column] * row;
    }
    return sum;
}

/* The objective at `weights`; the loss's gradient goes to `gradient`. */
static double evaluate(struct solver *solver, const double *weights, double *gradient)
{
    const struct solver_problem *problem = solver->problem;
    size_t stride = (size_t)problem->stride;
    double *bias = gradient + solver->bias, loss = 0;

    solver->trial = weights;
    solver->trial_gradient = gradient;
    parallel_for(forward, solver, problem->rows);
    parallel_for(backward, solver, problem->features);
    memset(bias, 0, stride * sizeof *bias);
    for (size_t row = 0; row < problem->rows; row++) {
        loss += solver->loss[row];
        for (size_t lane = 0; lane < stride; lane++)
            bias[lane] += solver->residual[row * stride + lane];
    }
    return loss + penalty_of(solver, weights);
}

static double dot(const double *a, const double *b, size_t count)
{
    double sum[4] = {0};
    size_t i;

    for (i = 0; i + 4 <= count; i += 4)
        for (int lane = 0; lane < 4; lane++)
            sum[lane] += a[i + (size_t)lane] * b[i + (size_t)lane];
    for (; i < count; i++)
        sum[0] += a[i] * b[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* The steepest of the objective's slopes at a cell, 0 where none leads down. */
static double cell_slope(double weight, double gradient, double penalty)
{
    if (weight > 0)
        return gradient + penalty;
    if (weight < 0)
        return gradient - penalty;
    if (gradient + penalty < 0)
        return gradient + penalty;
    if (gradient - penalty > 0)
        return gradient - penalty;
    return 0;
}

static void fill_slope(struct solver *solver)
{
    size_t stride = (size_t)solver->problem->stride;

    for (size_t column = 0; column <= solver->problem->features; column++) {
        double penalty = column < solver->problem->features ? solver->problem->penalty[column] : 0;

        for (size_t i = column * stride; i < (column + 1) * stride; i++)
            solver->slope[i] = cell_slope(solver->weights[i], solver->gradient[i], penalty);
    }
}

static void add_scaled(double *to, double scale, const double *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] += scale * from[i];
}

/* direction = -H slope (the two loops of L-BFGS), kept to where the slope leads down. */
static void find_direction(struct solver *solver)
{
    double alpha[MEMORY], *direction = solver->direction, scale;
    int i, at;

    for (size_t cell = 0; cell < solver->cells; cell++)
        direction[cell] = -solver->slope[cell];
    for (i = 0; i < solver->remembered; i++) {
        at = (solver->newest - i + MEMORY) % MEMORY;
        alpha[at] = solver->inner[at] * dot(solver->step[at], direction, solver->cells);
        add_scaled(direction, -alpha[at], solver->change[at], solver->cells);
    }
    if (solver->remembered > 0) {
        at = solver->newest;
        scale =
            1 / (solver->inner[at] * dot(solver->change[at], solver->change[at], solver->cells));
        for (size_t cell = 0; cell < solver->cells; cell++)
            direction[cell] *= scale;
    }
    for (i = solver->remembered - 1; i >= 0; i--) {
        at = (solver->newest - i + MEMORY) % MEMORY;
        scale = solver->inner[at] * dot(solver->change[at], direction, solver->cells);
        add_scaled(direction, alpha[at] - scale, solver->step[at], solver->cells);
    }
    for (size_t cell = 0; cell < solver->cells; cell++)
        if (direction[cell] * solver->slope[cell] >= 0)
            direction[cell] = 0;
}

/* next = weights + length * direction, each penalised cell kept on its side of 0. */
static void take_step(struct solver *solver, double length)
{
    size_t cell;

    for (cell = 0; cell < solver->bias; cell++) {
        double side = solver->weights[cell] != 0 ? solver->weights[cell] : -solver->slope[cell];
        double next = solver->weights[cell] + length * solver->direction[cell];

        solver->next[cell] = next * side > 0 ? next : 0;
    }
    for (; cell < solver->cells; cell++)
        solver->next[cell] = solver->weights[cell] + length * solver->direction[cell];
}

/* The slope along the step that was really taken. */
static double descent(const struct solver *solver)
{
    double sum = 0;

    for (size_t cell = 0; cell < solver->cells; cell++)
        sum += solver->slope[cell] * (solver->next[cell] - solver->weights[cell]);
    return sum;
}

/* Halves the step until the objective falls enough; false where no step does. */
static bool search(struct solver *solver, double *objective)
{
    const double enough = 1e-4;
    double length = 1, value;

    if (solver->remembered == 0)
        length = 1 / sqrt(dot(solver->slope, solver->slope, solver->cells));
    for (int tries = 0; tries < 30; tries++) {
        take_step(solver, length);
        length /= 2;
        value = evaluate(solver, solver->next, solver->next_gradient);
        if (value <= *objective + enough * descent(solver) && value < *objective) {
            *objective = value;
            return true;
        }
    }
    return false;
}

static void swap(double **a, double **b)
{
    double *kept = *a;

    *a = *b;
    *b = kept;
}

static void remember(struct solver *solver)
{
    int at = solver->remembered == 0 ? 0 : (solver->newest + 1) % MEMORY;
    double inner;

    for (size_t cell = 0; cell < solver->cells; cell++) {
        solver->step[at][cell] = solver->next[cell] - solver->weights[cell];
        solver->change[at][cell] = solver->next_gradient[cell] - solver->gradient[cell];
    }
    memcpy(solver->weights, solver->next, solver->cells * sizeof *solver->weights);
    swap(&solver->gradient, &solver->next_gradient);
    inner = dot(solver->step[at], solver->change[at], solver->cells);
    if (inner <= 0)
        return;
    solver->inner[at] = 1 / inner;
    solver->newest = at;
    if (solver->remembered < MEMORY)
        solver->remembered++;
}

static void iterate(struct solver *solver)
{
    const struct solver_problem *problem = solver->problem;
    double objective = evaluate(solver, solver->weights, solver->gradient), past[LOOK_BACK];

    for (int iteration = 0; iteration < problem->iterations; iteration++) {
        double *before = &past[iteration % LOOK_BACK];

        if (iteration >= LOOK_BACK && *before - objective < problem->tolerance * objective)
            return;
        *before = objective;
        fill_slope(solver);
        find_direction(solver);
        if (!search(solver, &objective))
            return;
        remember(solver);
        if (problem->progress)
            problem->progress(problem->context, iteration + 1, objective);
    }
}

enum error solver_run(const struct solver_problem *problem, double *weights)
{
    struct solver solver = {.problem = problem};
    enum error error;

    solver.weights = weights;
    solver.bias = problem->features * (size_t)problem->stride;
    solver.cells = solver.bias + (size_t)problem->stride;
    error = begin(&solver);
    if (!error)
        iterate(&solver);
    end(&solver);
    return error;
}
