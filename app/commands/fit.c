#include "app/commands/commands.h"
#include "app/commands/object.h"

#include "app/output.h"
#include "app/profile.h"
#include "base/clock.h"
#include "classifier/parallel.h"
#include "classifier/solver.h"
#include "classifier/svmlight.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ITERATIONS = 1000, WEIGHT_MAX = 128 };

struct fit {
    struct svmlight data;
    struct solver_problem problem;
    struct solver_result result;
    float *target;   /* [rows][classes] */
    double *penalty; /* [features] */
    double *weights; /* [features + 1][classes] */
    double seconds;
};

static enum error take_number(const struct arguments *arguments, const char *name, double least,
                              double most, double *out)
{
    const char *text = arguments_value(arguments, name);
    char *end;

    if (!text)
        return ERROR_NONE;
    errno = 0;
    *out = strtod(text, &end);
    if (text[0] < '0' || text[0] > '9' || *end || errno || !(*out >= least && *out <= most))
        return error_raise(ERROR_USAGE, "--%s takes a number from %g to %g, not '%s'", name, least,
                           most, text);
    return ERROR_NONE;
}

/* The matrix is there; the rest of the problem follows from it and the options. */
static enum error prepare(const struct arguments *arguments, double c, struct fit *fit)
{
    size_t classes = (size_t)fit->data.classes;
    bool square = strcmp(arguments_value(arguments, "penalty"), "l2") == 0;

    fit->target = calloc(fit->data.rows * classes, sizeof *fit->target);
    fit->penalty = calloc(fit->data.features + 1, sizeof *fit->penalty);
    fit->weights = calloc((fit->data.features + 1) * classes, sizeof *fit->weights);
    if (!fit->target || !fit->penalty || !fit->weights)
        return error_raise_plain(ERROR_NO_MEMORY);
    for (size_t row = 0; row < fit->data.rows; row++)
        fit->target[row * classes + (size_t)fit->data.row_class[row]] = 1;
    for (size_t feature = 0; feature < fit->data.features && !square; feature++)
        fit->penalty[feature] = 1 / c;
    fit->problem.rows = fit->data.rows;
    fit->problem.features = fit->data.features;
    fit->problem.labels = fit->problem.stride = fit->data.classes;
    fit->problem.row_start = fit->data.row_start;
    fit->problem.feature = fit->data.feature;
    fit->problem.value = fit->data.value;
    fit->problem.target = fit->target;
    fit->problem.penalty = fit->penalty;
    fit->problem.ridge = square ? 1 / c : 0;
    fit->problem.iterations = ITERATIONS;
    fit->problem.result = &fit->result;
    return ERROR_NONE;
}

static enum error solve(struct fit *fit)
{
    int64_t begin = clock_milliseconds();
    enum error error = solver_run(&fit->problem, fit->weights);

    fit->seconds = (double)(clock_milliseconds() - begin) / 1000;
    return error;
}

static size_t count_nonzero(const struct fit *fit)
{
    size_t cells = fit->data.features * (size_t)fit->data.classes, nonzero = 0;

    for (size_t i = 0; i < cells; i++)
        nonzero += fit->weights[i] != 0;
    return nonzero;
}

static void print_table(const struct fit *fit)
{
    printf("rows %zu, features %zu, classes %d\n", fit->data.rows, fit->data.features,
           fit->data.classes);
    printf("objective %.6f, at most %.3g above the least\n", fit->result.objective,
           fit->result.gap);
    printf("%d iterations, %.3f seconds, %zu non-zero weights\n", fit->result.iterations,
           fit->seconds, count_nonzero(fit));
}

static enum error print_json(const struct fit *fit)
{
    cJSON *object = cJSON_CreateObject();
    bool complete = cJSON_AddNumberToObject(object, "rows", (double)fit->data.rows) &&
                    cJSON_AddNumberToObject(object, "features", (double)fit->data.features) &&
                    cJSON_AddNumberToObject(object, "classes", fit->data.classes) &&
                    cJSON_AddNumberToObject(object, "objective", fit->result.objective) &&
                    cJSON_AddNumberToObject(object, "gap", fit->result.gap) &&
                    cJSON_AddNumberToObject(object, "iterations", fit->result.iterations) &&
                    cJSON_AddNumberToObject(object, "seconds", fit->seconds) &&
                    cJSON_AddNumberToObject(object, "nonzero", (double)count_nonzero(fit));

    return object_print(object, complete);
}

/* `feature class weight` for each weight that is not 0; feature 0 is the bias. */
static enum error write_weights(const struct fit *fit, const char *path)
{
    size_t classes = (size_t)fit->data.classes, features = fit->data.features;
    struct output output = {0};
    enum error error = output_open(&output, path);

    for (size_t line = 0; line <= features && !error; line++) {
        const double *weights = fit->weights + (line > 0 ? line - 1 : features) * classes;

        for (size_t i = 0; i < classes && !error; i++) {
            char text[WEIGHT_MAX];
            int length = snprintf(text, sizeof text, "%zu\t%d\t%.9g\n", line,
                                  fit->data.class_number[i], weights[i]);

            if (weights[i] != 0)
                error = output_add(&output, text, (size_t)length);
        }
    }
    return output_close(&output, error);
}

static void free_fit(struct fit *fit)
{
    svmlight_free(&fit->data);
    free(fit->target);
    free(fit->penalty);
    free(fit->weights);
}

static enum error check_output(const char *input, const char *path)
{
    if (path && file_same(input, path))
        return error_raise(ERROR_INVALID,
                           "--output '%s' is the file of --libsvm, and was left as it is; write to "
                           "another file",
                           path);
    return path ? profile_guard(path) : ERROR_NONE;
}

static int run(const struct arguments *arguments)
{
    const char *path = arguments_value(arguments, "libsvm");
    const char *output = arguments_value(arguments, "output");
    double c = 1, threads = parallel_processors();
    struct fit fit = {.problem.tolerance = 1e-8};
    enum error error;

    if (!path || !arguments_has(arguments, "penalty"))
        return report_usage(arguments, "fit needs --libsvm FILE and --penalty l1 or l2");
    error = take_number(arguments, "C", 1e-6, 1e6, &c);
    if (!error)
        error = take_number(arguments, "threads", 1, PARALLEL_MAX, &threads);
    if (!error)
        error = take_number(arguments, "tolerance", 0, 1, &fit.problem.tolerance);
    if (!error && threads != rint(threads))
        error = error_raise(ERROR_USAGE, "--threads takes a whole number, not '%s'",
                            arguments_value(arguments, "threads"));
    fit.problem.threads = (int)threads;
    if (!error)
        error = check_output(path, output);
    if (!error)
        error = svmlight_read(path, &fit.data);
    if (!error)
        error = prepare(arguments, c, &fit);
    if (!error)
        error = solve(&fit);
    if (!error && output)
        error = write_weights(&fit, output);
    if (!error && arguments_has(arguments, "json"))
        error = print_json(&fit);
    else if (!error)
        print_table(&fit);
    free_fit(&fit);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"libsvm", "FILE", NULL, "fit these rows: \"class feature:value ...\", features from 1"},
    {"penalty", "l1|l2", "l1|l2", "what weights cost: their absolute value, or half their square"},
    {"C", "NUMBER", NULL, "what a row's loss weighs against that (default 1)"},
    {"threads", "N", NULL, "work on so many threads (default: one a processor)"},
    {"tolerance", "PART", NULL,
     "stop where an iteration gains less than this part of the objective (default 1e-8)"},
    {"output", "FILE", NULL,
     "write the weights that are not 0: feature (0: the bias), class, weight"},
    {"json", NULL, NULL, "print one JSON object"},
    {0},
};

const struct command command_fit = {
    .name = "fit",
    .operands = "",
    .summary = "run the trainer's solver alone, on features that are numbers already",
    .details =
        "Fits multinomial logistic regression with a free bias to a file in the format of SVMlight "
        "and LIBSVM, to be compared with other solvers on equal terms. The objective is the sum of "
        "the rows' losses and of what the weights cost, divided by C: scikit-learn's, divided by "
        "C. The threads change the time alone, not a bit of the result.\n\n"
        "The gap is a bound, by Fenchel's dual, of how far the objective is above the least that "
        "there is. The seconds are those of the fit, without reading the file.\n\n"
        "The object of --json has: rows, features, classes, objective, gap, iterations, seconds, "
        "nonzero.",
    .options = options,
    .run = run,
};
