#include "sync/update.h"

#include "classifier/lesson.h"
#include "classifier/model_parts.h"
#include "classifier/numeric.h"
#include "sync/report.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The bias learns so much slower than a feature of value 1: every rating pulls at it, so that it
 * would take a good part of the votes, and clipping it favours the labels that are frequent. */
static const float BIAS_PART = 0.1F;

/* Where there is noise, labels whose scores a rating would move less than this (in probability) are
 * not learnt from it: there are many of them, and their shares of votes would stand in the way of
 * the others'. Without noise votes cost nothing. */
static const float SLOPE_LEAST = 0.1F;

/* One feature of a message that can be voted on. */
struct input {
    uint32_t feature;
    float value;
};

struct example {
    struct lesson lesson;
    size_t first, count;     /* its inputs */
    float score[LABELS_MAX]; /* by the base model */
};

struct update {
    const struct model_parts *parts;
    struct training training;
    uint32_t block, votes;
    float slope_least;
    struct features *features;
    struct example *examples; /* [example_count] */
    size_t example_count, example_capacity;
    struct input *inputs; /* [input_count] */
    size_t input_count, input_capacity;
    float *change; /* [block + 1][labels], the bias last; NULL before the first training */
};

static size_t coordinates(const struct update *update)
{
    return ((size_t)update->block + 1) * update->parts->labels;
}

enum error update_new(const struct model *model, const struct manifest *manifest,
                      struct update **out)
{
    struct update *update = calloc(1, sizeof *update);

    *out = NULL;
    if (!update)
        return error_raise_plain(ERROR_NO_MEMORY);
    update->parts = model_parts(model);
    update->training = manifest->training;
    update->block = manifest->block;
    update->votes = manifest->votes;
    update->slope_least = manifest->noise > 0 ? SLOPE_LEAST : 0;
    assert(manifest->labels == update->parts->labels);
    if (features_new(&update->parts->text, &update->parts->vocabulary, &update->features)) {
        update_free(update);
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    *out = update;
    return ERROR_NONE;
}

void update_reset(struct update *update)
{
    if (update->examples)
        explicit_bzero(update->examples, update->example_count * sizeof *update->examples);
    if (update->inputs)
        explicit_bzero(update->inputs, update->input_count * sizeof *update->inputs);
    if (update->change)
        explicit_bzero(update->change, coordinates(update) * sizeof *update->change);
    update->example_count = 0;
    update->input_count = 0;
}

void update_free(struct update *update)
{
    if (!update)
        return;
    update_reset(update);
    features_free(update->features);
    free(update->examples);
    free(update->inputs);
    free(update->change);
    free(update);
}

/* ---- ratings ---- */

/* Moves what there is to a larger place, and leaves nothing of it in the old one. */
static void *enlarge(void *old, size_t size, size_t count, size_t *capacity)
{
    size_t larger = *capacity ? 2 * *capacity : 64;
    void *new;

    while (larger < count)
        larger *= 2;
    new = malloc(larger * size);
    if (!new)
        return NULL;
    if (old) {
        memcpy(new, old, *capacity * size);
        explicit_bzero(old, *capacity * size);
        free(old);
    }
    *capacity = larger;
    return new;
}

static enum error reserve(struct update *update, size_t inputs)
{
    if (update->example_count == update->example_capacity) {
        void *examples = enlarge(update->examples, sizeof *update->examples,
                                 update->example_count + 1, &update->example_capacity);

        if (!examples)
            return error_raise_plain(ERROR_NO_MEMORY);
        update->examples = examples;
    }
    if (update->input_count + inputs > update->input_capacity) {
        void *larger = enlarge(update->inputs, sizeof *update->inputs, update->input_count + inputs,
                               &update->input_capacity);

        if (!larger)
            return error_raise_plain(ERROR_NO_MEMORY);
        update->inputs = larger;
    }
    return ERROR_NONE;
}

enum error update_add(struct update *update, const struct rated *rated)
{
    struct lesson lesson;
    struct example *example;
    const struct term *terms;
    enum error error;
    size_t count;

    if (!lesson_read(rated, (int)update->parts->labels, &lesson))
        return ERROR_NONE;
    features_scan(update->features, rated->text, rated->length);
    features_weigh(update->features, NULL);
    terms = features_terms(update->features, &count);
    error = reserve(update, count);
    if (error)
        return error;
    example = &update->examples[update->example_count++];
    *example = (struct example){.lesson = lesson, .first = update->input_count};
    model_parts_score(update->parts, terms, count, example->score);
    for (size_t i = 0; i < count; i++)
        if (terms[i].feature < update->block)
            update->inputs[update->input_count++] =
                (struct input){terms[i].feature, terms[i].value};
    example->count = update->input_count - example->first;
    return ERROR_NONE;
}

/* ---- training ---- */

static void take_slope(const struct update *update, const struct lesson *lesson,
                       const double *probability, float *slope)
{
    size_t labels = update->parts->labels;

    lesson_slope(lesson, probability, (int)labels, slope);
    for (size_t label = 0; label < labels; label++)
        if (fabsf(slope[label]) < update->slope_least)
            slope[label] = 0;
}

/* One step of gradient descent, of the block alone. */
static void descend(struct update *update, const struct example *example)
{
    const struct input *inputs = update->inputs + example->first;
    size_t labels = update->parts->labels;
    float *bias = update->change + update->block * labels;
    float score[LABELS_MAX] = {0}, slope[LABELS_MAX], rate = (float)update->training.rate;
    double probability[LABELS_MAX];

    for (size_t label = 0; label < labels; label++)
        score[label] = example->score[label] + bias[label];
    for (size_t i = 0; i < example->count; i++) {
        const float *row = update->change + inputs[i].feature * labels;

        for (size_t label = 0; label < labels; label++)
            score[label] += inputs[i].value * row[label];
    }
    numeric_softmax(score, (int)labels, 1 / (double)update->parts->temperature, probability);
    take_slope(update, &example->lesson, probability, slope);
    for (size_t i = 0; i < example->count; i++) {
        float *row = update->change + inputs[i].feature * labels;

        for (size_t label = 0; label < labels; label++)
            row[label] -= rate * inputs[i].value * slope[label];
    }
    for (size_t label = 0; label < labels; label++)
        bias[label] -= BIAS_PART * rate * slope[label];
}

/* The part of a vote that a change is, in 2^-32: at most 2^32 where |change| <= unit. */
static uint64_t share_of(float change, double unit)
{
    return (uint64_t)(fabs((double)change) / unit * 0x1p32);
}

/* Clips each coordinate; returns the sum of the shares. Most changes are 0. */
static uint64_t clip(float *change, size_t count, double unit)
{
    float limit = (float)unit;
    uint64_t total = 0;

    if ((double)limit > unit)
        limit = nextafterf(limit, 0);
    for (size_t i = 0; i < count; i++) {
        if (change[i] == 0)
            continue;
        if (change[i] > limit)
            change[i] = limit;
        if (change[i] < -limit)
            change[i] = -limit;
        total += share_of(change[i], unit);
    }
    return total;
}

/* Shrinks the whole from `total` votes, in 2^-32, to `votes`. What is taken off beyond that, a
 * millionth, is more than the products' rounding can add. */
static void scale(float *change, size_t count, uint64_t total, uint32_t votes)
{
    uint64_t most = (uint64_t)votes << 32;
    float factor;

    if (total <= most)
        return;
    factor = (float)((double)most / (double)total * (1 - 0x1p-20));
    for (size_t i = 0; i < count; i++)
        change[i] *= factor;
}

enum error update_train(struct update *update, const float **change)
{
    size_t count = coordinates(update);
    uint64_t total;

    if (!update->change)
        update->change = malloc(count * sizeof *update->change);
    *change = update->change;
    if (!update->change)
        return error_raise_plain(ERROR_NO_MEMORY);
    memset(update->change, 0, count * sizeof *update->change);
    for (uint32_t pass = 0; pass < update->training.passes; pass++)
        for (size_t i = 0; i < update->example_count; i++)
            descend(update, &update->examples[i]);
    total = clip(update->change, count, update->training.unit);
    scale(update->change, count, total, update->votes);
    return ERROR_NONE;
}

/* ---- votes ---- */

static int compare_votes(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    return (a > b) - (a < b);
}

uint32_t update_draw(struct random *random, const float *change, uint32_t coordinates, double unit,
                     uint32_t votes, uint32_t *scratch, uint32_t *vote)
{
    uint64_t place = random_u64(random) >> 32; /* where sampling starts, then where it stands */
    uint32_t used = 0, count = 0;

    for (uint32_t i = 0; i < coordinates; i++)
        if (change[i] != 0)
            scratch[used++] = i;
    for (uint32_t left = used; left > 0; left--) {
        uint32_t at = (uint32_t)random_below(random, left), coordinate = scratch[at];
        uint64_t next = place + share_of(change[coordinate], unit);

        scratch[at] = scratch[left - 1];
        if (next >> 32 != place >> 32) {
            assert(count < votes);
            vote[count++] = vote_make(coordinate, change[coordinate] < 0);
        }
        place = next;
    }
    qsort(vote, count, sizeof *vote, compare_votes);
    return count;
}
