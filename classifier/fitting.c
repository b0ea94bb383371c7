#include "classifier/fitting.h"

#include "classifier/calibration.h"
#include "classifier/features.h"
#include "classifier/numeric.h"
#include "classifier/solver.h"

#include <stdlib.h>
#include <string.h>

/* Tuned on the dev split of GoEmotions: rarer kinds of evidence must earn more. */
static const double BIGRAM_PENALTY = 1.4, PREFIX_PENALTY = 1.2;

enum { ITERATIONS = 400 };

/* Targets, and the labels' shares of them. */
static void fill_targets(struct fitting *fitting)
{
    const struct corpus *data = &fitting->dataset->data;

    for (size_t row = 0; row < data->count; row++) {
        float *target = fitting->target + row * fitting->stride;

        dataset_target(&data->rows[row], fitting->stride, target);
        for (uint32_t label = 0; label < fitting->stride; label++)
            fitting->share[label] += (double)target[label] / (double)data->count;
    }
}

static double relative_penalty(const char *ngram)
{
    switch (features_kind(ngram)) {
    case NGRAM_BIGRAM: return BIGRAM_PENALTY;
    case NGRAM_PREFIX: return PREFIX_PENALTY;
    default: return 1;
    }
}

static bool failed(void *memory)
{
    return memory == NULL;
}

/* What depends on the rows and the first, largest vocabulary. */
static enum error begin(struct fitting *fitting)
{
    const struct dataset *dataset = fitting->dataset;
    size_t stride = fitting->stride, features = fitting->vocabulary.count + 1;
    size_t rows = dataset->data.count + 1, dev_rows = dataset->dev.count + 1;
    bool short_of_memory = failed(fitting->share = calloc(stride, sizeof *fitting->share));

    short_of_memory |= failed(fitting->target = calloc(rows * stride, sizeof *fitting->target));
    short_of_memory |= failed(fitting->penalty = calloc(features, sizeof *fitting->penalty));
    short_of_memory |= failed(fitting->weights = calloc(features * stride, sizeof(double)));
    short_of_memory |= failed(fitting->rounded = calloc(features * stride, sizeof(float)));
    short_of_memory |= failed(fitting->score = calloc(dev_rows * stride, sizeof *fitting->score));
    short_of_memory |= failed(fitting->truth = calloc(dev_rows, sizeof *fitting->truth));
    if (short_of_memory)
        return error_raise_plain(ERROR_NO_MEMORY);
    fill_targets(fitting);
    for (size_t row = 0; row < dataset->dev.count; row++)
        fitting->truth[row] = dataset->dev.rows[row].labels;
    return ERROR_NONE;
}

enum error fitting_take(struct fitting *fitting, const struct vocabulary *vocabulary,
                        const char *strings, const uint32_t *offsets)
{
    const struct dataset *dataset = fitting->dataset;
    enum error error = ERROR_NONE;

    fitting->vocabulary = *vocabulary;
    fitting->strings = strings;
    fitting->offsets = offsets;
    if (!fitting->weights)
        error = begin(fitting);
    if (!error)
        error = matrix_fill(&fitting->data, fitting->settings, vocabulary, &dataset->data);
    if (!error)
        error = matrix_fill(&fitting->dev, fitting->settings, vocabulary, &dataset->dev);
    return error;
}

enum error fitting_run(struct fitting *fitting, const struct recipe *recipe, double tolerance)
{
    struct solver_problem problem = {
        .rows = fitting->data.rows,
        .features = fitting->vocabulary.count,
        .labels = fitting->dataset->set.count,
        .stride = (int)fitting->stride,
        .row_start = fitting->data.row_start,
        .feature = fitting->data.feature,
        .value = fitting->data.value,
        .target = fitting->target,
        .penalty = fitting->penalty,
        .ridge = recipe->ridge,
        .iterations = ITERATIONS,
        .tolerance = tolerance,
        .progress = fitting->progress,
        .context = fitting->context,
    };

    for (size_t i = 0; i < problem.features; i++)
        fitting->penalty[i] =
            recipe->penalty * relative_penalty(fitting->strings + fitting->offsets[i]);
    return solver_run(&problem, fitting->weights);
}

void fitting_score(struct fitting *fitting)
{
    size_t features = fitting->vocabulary.count, cells = (features + 1) * fitting->stride;

    for (size_t i = 0; i < cells; i++)
        fitting->rounded[i] = (float)fitting->weights[i];
    matrix_score(&fitting->dev, fitting->rounded, features, fitting->stride, fitting->score);
}

double fitting_loss(const struct fitting *fitting)
{
    size_t rows = fitting->dev.rows;
    int labels = fitting->dataset->set.count;
    struct scored scored = {rows, labels, (int)fitting->stride, fitting->score, fitting->truth};
    double temperature = calibration_temperature(&scored), probability[LABELS_MAX], loss = 0;
    float target[LABELS_MAX];

    for (size_t row = 0; row < rows; row++) {
        const float *score = fitting->score + row * fitting->stride;

        dataset_target(&fitting->dataset->dev.rows[row], fitting->stride, target);
        loss += numeric_softmax(score, labels, 1 / temperature, probability);
        for (int label = 0; label < labels; label++)
            loss -= (double)target[label] * (double)score[label] / temperature;
    }
    return rows > 0 ? loss / (double)rows : 0;
}

void fitting_free(struct fitting *fitting)
{
    matrix_free(&fitting->data);
    matrix_free(&fitting->dev);
    free(fitting->share);
    free(fitting->target);
    free(fitting->penalty);
    free(fitting->weights);
    free(fitting->rounded);
    free(fitting->score);
    free(fitting->truth);
    *fitting = (struct fitting){0};
}
