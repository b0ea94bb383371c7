#include "classifier/solver.h"
#include "tests/allocation.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS_MAX = 2000, FEATURES_MAX = 200, LABELS_MAX = 12, VALUES_MAX = 40 * ROWS_MAX };

/* A problem and the memory that it stands in. */
struct sample {
    struct solver_problem problem;
    struct solver_result result;
    size_t row_start[ROWS_MAX + 1];
    uint32_t feature[VALUES_MAX];
    float value[VALUES_MAX], target[ROWS_MAX * LABELS_MAX];
    double penalty[FEATURES_MAX], weights[(FEATURES_MAX + 1) * LABELS_MAX];
    double last; /* the objective of the last iteration */
    int iterations;
};

static struct sample sample, other;

static double next_random(uint64_t *state) /* SplitMix64, in [0, 1) */
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

static void count_iteration(void *context, int iteration, double objective)
{
    struct sample *made = context;

    assert_int_equal(iteration, made->iterations + 1);
    assert_true(iteration == 1 || objective < made->last);
    made->iterations = iteration;
    made->last = objective;
}

static void add_value(struct sample *made, size_t feature, float value)
{
    size_t at = made->row_start[made->problem.rows + 1]++;

    made->feature[at] = (uint32_t)feature;
    made->value[at] = value;
}

static void end_row(struct sample *made)
{
    size_t row = ++made->problem.rows;

    if (row < ROWS_MAX)
        made->row_start[row + 1] = made->row_start[row];
}

/* Without rows yet: begin, then for each row its values, its targets, and end_row. */
static void begin(struct sample *made, size_t features, int labels, double penalty, double ridge)
{
    memset(made, 0, sizeof *made);
    made->problem = (struct solver_problem){
        .features = features,
        .labels = labels,
        .stride = (labels + 3) / 4 * 4,
        .row_start = made->row_start,
        .feature = made->feature,
        .value = made->value,
        .target = made->target,
        .penalty = made->penalty,
        .ridge = ridge,
        .iterations = 1000,
        .tolerance = 0,
        .threads = 2,
        .progress = count_iteration,
        .context = made,
        .result = &made->result,
    };
    for (size_t i = 0; i < features; i++)
        made->penalty[i] = penalty * (i % 2 ? 1.3 : 1);
}

static float *target_of(struct sample *made, size_t row)
{
    return made->target + row * (size_t)made->problem.stride;
}

/* Labels that hang on the features; feature 0 is in every row, every seventh row is empty else, and
 * every fifth has two labels. */
static void fill(struct sample *made, size_t rows, uint64_t seed)
{
    size_t features = made->problem.features, labels = (size_t)made->problem.labels;

    while (made->problem.rows < rows) {
        size_t row = made->problem.rows, label = (size_t)(next_random(&seed) * (double)labels);

        add_value(made, 0, 1);
        for (size_t i = 1; i < features && row % 7; i++) {
            bool fits = i % labels == label;

            if (next_random(&seed) * 20 < (fits ? 6 : 1))
                add_value(made, i, (float)(next_random(&seed) + 0.2));
        }
        target_of(made, row)[label] = 1;
        if (row % 5 == 0) {
            target_of(made, row)[label] = 0.5F;
            target_of(made, row)[(label + 1) % labels] = 0.5F;
        }
        end_row(made);
    }
}

static void run(struct sample *made)
{
    made->iterations = 0;
    assert_int_equal(solver_run(&made->problem, made->weights), ERROR_NONE);
    assert_int_equal(made->result.iterations, made->iterations);
}

/* ---- the same, slowly ---- */

/* The objective, by the C library; `gradient` [features + 1][stride] of all but the penalty. */
static double slow_objective(const struct solver_problem *problem, const double *weights,
                             double *gradient)
{
    size_t stride = (size_t)problem->stride, bias = problem->features * stride;
    double sum = 0;

    memset(gradient, 0, (bias + stride) * sizeof *gradient);
    for (size_t row = 0; row < problem->rows; row++) {
        const float *target = problem->target + row * stride;
        double score[LABELS_MAX], total = 0;

        for (int label = 0; label < problem->labels; label++) {
            score[label] = weights[bias + (size_t)label];
            for (size_t i = problem->row_start[row]; i < problem->row_start[row + 1]; i++)
                score[label] += (double)problem->value[i] *
                                weights[problem->feature[i] * stride + (size_t)label];
            total += exp(score[label]);
        }
        for (int label = 0; label < problem->labels; label++) {
            double residual = exp(score[label]) / total - (double)target[label];

            sum -= (double)target[label] * (score[label] - log(total));
            gradient[bias + (size_t)label] += residual;
            for (size_t i = problem->row_start[row]; i < problem->row_start[row + 1]; i++)
                gradient[problem->feature[i] * stride + (size_t)label] +=
                    (double)problem->value[i] * residual;
        }
    }
    for (size_t i = 0; i < bias; i++) {
        gradient[i] += problem->ridge * weights[i];
        sum += problem->penalty[i / stride] * fabs(weights[i]) +
               problem->ridge / 2 * weights[i] * weights[i];
    }
    return sum;
}

/* Plain proximal gradient descent, its step halved where it is too long. */
static double slow_minimum(const struct solver_problem *problem)
{
    static double weights[(FEATURES_MAX + 1) * LABELS_MAX], next[(FEATURES_MAX + 1) * LABELS_MAX];
    static double gradient[(FEATURES_MAX + 1) * LABELS_MAX],
        unused[(FEATURES_MAX + 1) * LABELS_MAX];
    size_t stride = (size_t)problem->stride, bias = problem->features * stride;
    double length = 1, value;

    memset(weights, 0, sizeof weights);
    value = slow_objective(problem, weights, gradient);
    for (int iteration = 0; iteration < 20000 && length > 1e-9;) {
        double tried;

        memset(next, 0, sizeof next);
        for (size_t i = 0; i < bias + stride; i++) {
            double cut = i < bias ? length * problem->penalty[i / stride] : 0;
            double to = weights[i] - length * gradient[i];

            next[i] = to > cut ? to - cut : to < -cut ? to + cut : 0;
        }
        tried = slow_objective(problem, next, unused);
        if (tried > value) {
            length /= 2;
            continue;
        }
        iteration++;
        memcpy(weights, next, sizeof weights);
        value = slow_objective(problem, weights, gradient);
    }
    return value;
}

/* ---- optimality ---- */

/* 0 is in the subdifferential of the objective at every weight. */
static void assert_optimal(const struct sample *made, double tolerance)
{
    static double gradient[(FEATURES_MAX + 1) * LABELS_MAX];
    const struct solver_problem *problem = &made->problem;
    size_t stride = (size_t)problem->stride;

    slow_objective(problem, made->weights, gradient);
    for (size_t i = 0; i < (problem->features + 1) * stride; i++) {
        double penalty = i < problem->features * stride ? problem->penalty[i / stride] : 0;

        if (i % stride >= (size_t)problem->labels)
            assert_true(made->weights[i] == 0);
        else if (made->weights[i] == 0)
            assert_true(fabs(gradient[i]) <= penalty + tolerance);
        else
            assert_true(fabs(gradient[i] + copysign(penalty, made->weights[i])) <= tolerance);
    }
}

static void test_optimum(void **state)
{
    static const struct {
        double penalty, ridge;
        int labels;
    } cases[] = {{2, 0, 3}, {0.5, 0, 3}, {0, 1, 3},   {0, 0.01, 2},
                 {1, 1, 5}, {0.1, 3, 2}, {0.7, 0, 12}};
    static double gradient[(FEATURES_MAX + 1) * LABELS_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double least, objective;

        begin(&sample, 25, cases[i].labels, cases[i].penalty, cases[i].ridge);
        fill(&sample, 150, i);
        run(&sample);
        assert_optimal(&sample, 2e-3);
        objective = slow_objective(&sample.problem, sample.weights, gradient);
        least = slow_minimum(&sample.problem);
        assert_true(fabs(sample.result.objective - objective) < 1e-9 * objective);
        assert_true(fabs(objective - least) < 1e-6 * least);
        assert_true(sample.result.gap < 1e-3 * objective);
        assert_true(objective - sample.result.gap <= least + 1e-6 * least);
    }
}

/* The gap bounds what is left to gain wherever the solver stops. */
static void test_gap_on_the_way(void **state)
{
    double least;

    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        begin(&sample, 40, 4, kind == 1 ? 0 : 0.5, kind == 0 ? 0 : 0.5);
        fill(&sample, 300, 5);
        run(&sample);
        least = sample.result.objective;
        for (int iterations = 0; iterations < 5; iterations++) {
            memset(sample.weights, 0, sizeof sample.weights);
            sample.problem.iterations = iterations;
            run(&sample);
            assert_int_equal(sample.result.iterations, iterations);
            assert_true(sample.result.objective > least);
            assert_true(sample.result.objective - sample.result.gap <= least * (1 + 1e-6));
        }
    }
}

static void test_threads_change_nothing(void **state)
{
    (void)state;
    begin(&other, 200, 7, 0.5, 0.1);
    fill(&other, ROWS_MAX, 11);
    other.problem.threads = 1;
    run(&other);
    for (int threads = 0; threads <= 4; threads += 2) {
        begin(&sample, 200, 7, 0.5, 0.1);
        fill(&sample, ROWS_MAX, 11);
        sample.problem.threads = threads;
        run(&sample);
        assert_memory_equal(sample.weights, other.weights, sizeof sample.weights);
        assert_memory_equal(&sample.result, &other.result, sizeof sample.result);
    }
}

static void test_warm_start(void **state)
{
    double cold;

    (void)state;
    begin(&sample, 60, 5, 0.4, 0);
    fill(&sample, 500, 3);
    run(&sample);
    cold = sample.result.objective;
    for (int way = 0; way < 3; way++) {
        if (way == 0) /* from the solution of another penalty */
            for (size_t i = 0; i < sample.problem.features; i++)
                sample.penalty[i] *= 3;
        if (way == 2) /* from anywhere */
            for (size_t i = 0; i < sample.problem.features * 8; i += 8)
                sample.weights[i] = 3;
        if (way == 1)
            for (size_t i = 0; i < sample.problem.features; i++)
                sample.penalty[i] /= 3;
        run(&sample);
        if (way > 0)
            assert_true(fabs(sample.result.objective - cold) < 1e-6 * cold);
    }
    run(&sample);
    assert_true(sample.result.iterations <= 1);
}

static void test_stops_by_tolerance(void **state)
{
    int iterations;

    (void)state;
    begin(&sample, 60, 5, 0.4, 0);
    fill(&sample, 500, 3);
    run(&sample);
    iterations = sample.result.iterations;
    memset(sample.weights, 0, sizeof sample.weights);
    sample.problem.tolerance = 1e-2;
    run(&sample);
    assert_true(sample.result.iterations > 0 && sample.result.iterations < iterations);
}

/* ---- what nobody asks for but may come ---- */

static void test_no_rows(void **state)
{
    (void)state;
    begin(&sample, 5, 3, 1, 0);
    run(&sample);
    assert_true(sample.result.objective == 0);
    for (size_t i = 0; i < sizeof sample.weights / sizeof *sample.weights; i++)
        assert_true(sample.weights[i] == 0);
}

static void test_one_row(void **state)
{
    (void)state;
    begin(&sample, 2, 2, 0.1, 0);
    add_value(&sample, 1, 1);
    target_of(&sample, 0)[1] = 1;
    end_row(&sample);
    run(&sample);
    assert_true(sample.result.objective >= 0 && sample.result.objective < 1e-2);
    assert_true(sample.weights[1] == 0 || isfinite(sample.weights[1]));
}

static void test_no_features(void **state)
{
    (void)state;
    begin(&sample, 0, 2, 0, 0);
    for (int i = 0; i < 4; i++) {
        target_of(&sample, sample.problem.rows)[i == 0] = 1;
        end_row(&sample);
    }
    run(&sample);
    assert_true(fabs(sample.weights[0] - sample.weights[1] - log(3)) < 1e-4);
    assert_true(sample.result.gap < 1e-4);
}

static void test_one_label(void **state)
{
    (void)state;
    begin(&sample, 3, 1, 0.5, 0);
    fill(&sample, 20, 1);
    for (size_t row = 0; row < 20; row++)
        target_of(&sample, row)[0] = 1;
    run(&sample);
    assert_true(sample.result.objective == 0);
}

/* Nothing keeps these from growing for ever; they end all the same, and nothing overflows. */
static void test_label_that_no_row_has(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        begin(&sample, 25, 4, kind == 1 ? 0 : 0.5, kind == 0 ? 0 : 0.5);
        fill(&sample, 150, 9);
        for (size_t row = 0; row < 150; row++) {
            target_of(&sample, row)[0] += target_of(&sample, row)[3];
            target_of(&sample, row)[3] = 0;
        }
        sample.problem.tolerance = 1e-7;
        run(&sample);
        assert_true(isfinite(sample.result.objective) && sample.result.objective > 0);
        assert_true(sample.weights[25 * 4 + 3] < sample.weights[25 * 4] - 5);
        assert_true(sample.result.gap >= 0 && sample.result.gap <= sample.result.objective);
    }
}

static void test_separable_without_penalty(void **state)
{
    (void)state;
    begin(&sample, 25, 3, 0, 0);
    fill(&sample, 40, 2);
    for (size_t row = 0; row < 40; row++) {
        memset(target_of(&sample, row), 0, 4 * sizeof(float));
        target_of(&sample, row)[row % 7 ? row % 3 : 0] = 1;
    }
    sample.problem.iterations = 50;
    run(&sample);
    assert_true(isfinite(sample.result.objective));
    for (size_t i = 0; i < 26 * 4; i++)
        assert_true(isfinite(sample.weights[i]));
}

/* Features that say the same, and one that is nowhere. */
static void test_twins_and_an_empty_column(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        begin(&sample, 5, 2, kind == 1 ? 0 : 0.5, kind == 0 ? 0 : 0.5);
        for (size_t row = 0; row < 60; row++) {
            for (size_t i = 0; i < 4; i++)
                if (row % 3 == i / 2)
                    add_value(&sample, i, 1);
            target_of(&sample, row)[row % 3 == 0 ? row % 2 : row % 5 == 0] = 1;
            end_row(&sample);
        }
        sample.weights[4 * 4] = 2; /* the empty column's: nothing but its cost speaks for 0 */
        run(&sample);
        assert_optimal(&sample, 2e-3);
        assert_true(fabs(sample.weights[4 * 4]) < 1e-3);
    }
}

static void test_scales(void **state)
{
    static const float scales[] = {1e-6F, 1e-3F, 1e3F, 1e6F, 1e9F};

    (void)state;
    begin(&other, 25, 3, 0.5, 0);
    fill(&other, 150, 4);
    run(&other);
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        begin(&sample, 25, 3, 0.5 * (double)scales[i], 0);
        fill(&sample, 150, 4);
        for (size_t k = 0; k < sample.row_start[150]; k++)
            sample.value[k] *= scales[i];
        run(&sample);
        assert_true(fabs(sample.result.objective - other.result.objective) <
                    1e-5 * other.result.objective);
    }
}

/* Values beyond all measure spoil the result, not the program. */
static void test_values_beyond_measure(void **state)
{
    static const float values[] = {3e38F, INFINITY, NAN};

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        begin(&sample, 25, 3, 0.5, i % 2 ? 1 : 0);
        fill(&sample, 50, 4);
        sample.value[20] = values[i];
        sample.problem.iterations = 20;
        assert_int_equal(solver_run(&sample.problem, sample.weights), ERROR_NONE);
    }
}

static void test_out_of_memory(void **state)
{
    int n;

    (void)state;
    for (n = 1;; n++) {
        enum error error;

        begin(&sample, 25, 3, 0.5, 0);
        fill(&sample, 50, 4);
        sample.weights[0] = 7;
        allocation_fail_at(n);
        error = solver_run(&sample.problem, sample.weights);
        if (!allocation_failed())
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
        assert_true(sample.weights[0] == 7);
    }
    allocation_fail_at(0);
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_optimum),
        cmocka_unit_test(test_gap_on_the_way),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_warm_start),
        cmocka_unit_test(test_stops_by_tolerance),
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_one_row),
        cmocka_unit_test(test_no_features),
        cmocka_unit_test(test_one_label),
        cmocka_unit_test(test_label_that_no_row_has),
        cmocka_unit_test(test_separable_without_penalty),
        cmocka_unit_test(test_twins_and_an_empty_column),
        cmocka_unit_test(test_scales),
        cmocka_unit_test(test_values_beyond_measure),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
