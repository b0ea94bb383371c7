#include "classifier/learner.h"

#include "classifier/learner_parts.h"
#include "classifier/lesson.h"
#include "classifier/model_parts.h"
#include "classifier/numeric.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* MODEL.md, "The personal layer". Tuned with `emotrack-lab personalize` on the dev split of
 * GoEmotions, and so that thousands of ratings of others' messages hardly lower the accuracy on
 * the rest of it. */
static const float RATE = 60;      /* weight by evidence, for a word that no training message had */
static const float CHANCE = 0.08F; /* less evidence than this is none */
static const float DOUBT = 0.6F;   /* evidence over CHANCE that counts half */
static const float CALM = 0.5F;    /* how fast the steps of a feature shrink */
static const float PULL = 0.02F;   /* part of the evidence that each further rating wipes out */
static const double SHARPNESS = 2; /* of the model's own guess, where the use of labels is told */

enum { ROWS_FIRST = 64 };

enum error learner_new(const struct model *model, struct learner **out)
{
    struct learner *learner = calloc(1, sizeof *learner);
    const struct model_parts *parts = model_parts(model);
    size_t features = (size_t)parts->vocabulary.count + OWN_WORDS_MAX;

    *out = NULL;
    if (!learner)
        return error_raise_plain(ERROR_NO_MEMORY);
    learner->model = model;
    learner->parts = parts;
    learner->rows.of = calloc(features, sizeof *learner->rows.of);
    if (!learner->rows.of) {
        learner_free(learner);
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    *out = learner;
    return ERROR_NONE;
}

void learner_free(struct learner *learner)
{
    if (!learner)
        return;
    features_free(learner->features);
    own_free(&learner->own);
    free(learner->rows.of);
    free(learner->rows.feature);
    free(learner->rows.times);
    free(learner->rows.evidence);
    free(learner);
}

void learner_reset(struct learner *learner)
{
    struct rows *rows = &learner->rows;

    for (uint32_t row = 0; row < rows->count; row++)
        rows->of[rows->feature[row]] = 0;
    rows->count = 0;
    learner->count = 0;
    own_clear(&learner->own);
    usage_clear(&learner->usage, (int)learner->parts->labels);
}

size_t learner_count(const struct learner *learner)
{
    return learner->count;
}

const struct own_words *learner_own(const struct learner *learner)
{
    return &learner->own;
}

/* ---- scores ---- */

/* What evidence is worth: the rarer the feature, the more. */
static float rate_of(const struct learner *learner, uint32_t feature)
{
    const struct vocabulary *vocabulary = &learner->parts->vocabulary;
    float rarity = 1;

    if (feature < vocabulary->count && vocabulary->unseen_idf > 0)
        rarity = fminf(fabsf(vocabulary->idf[feature]) / vocabulary->unseen_idf, 1);
    return RATE * rarity * rarity;
}

bool learner_weights(const struct learner *learner, uint32_t feature, float *weights)
{
    const struct rows *rows = &learner->rows;
    uint32_t row = rows->of[feature], labels = learner->parts->labels;
    float rate;

    if (row == 0)
        return false;
    rate = rate_of(learner, feature);
    for (uint32_t label = 0; label < labels; label++) {
        float evidence = (float)rows->evidence[(size_t)(row - 1) * labels + label] / EVIDENCE_UNIT;
        float size = fmaxf(fabsf(evidence) - CHANCE, 0);

        weights[label] = copysignf(rate * size * size / (size + DOUBT), evidence);
    }
    return true;
}

static void score_words(const struct learner *learner, const struct term *terms, size_t count,
                        float *score)
{
    float weights[LABELS_MAX];

    for (size_t i = 0; i < count; i++) {
        if (!learner_weights(learner, terms[i].feature, weights))
            continue;
        for (uint32_t label = 0; label < learner->parts->labels; label++)
            score[label] += terms[i].value * weights[label];
    }
}

/* What the model alone makes of a message, by its own scores. */
static void guess_alone(const struct learner *learner, const float *score, double *guess)
{
    numeric_probabilities(score, (int)learner->parts->labels,
                          SHARPNESS / (double)learner->parts->temperature, guess);
}

void learner_score(const struct learner *learner, const struct term *terms, size_t count,
                   float *score, float *offset)
{
    uint32_t labels = learner->parts->labels;
    double guess[LABELS_MAX];

    memset(offset, 0, labels * sizeof *offset);
    if (learner->usage.shifts) {
        guess_alone(learner, score, guess);
        usage_offset(&learner->usage, (int)labels, guess, offset);
    }
    score_words(learner, terms, count, score);
    for (uint32_t label = 0; label < labels; label++)
        score[label] += offset[label];
}

/* ---- learning ---- */

enum error learner_reserve(struct learner *learner, size_t extra)
{
    struct rows *rows = &learner->rows;
    size_t capacity = rows->capacity ? rows->capacity : ROWS_FIRST;
    uint32_t *feature;
    uint8_t *times;
    int8_t *evidence;

    while (capacity < rows->count + extra)
        capacity *= 2;
    if (capacity == rows->capacity)
        return ERROR_NONE;
    feature = realloc(rows->feature, capacity * sizeof *feature);
    rows->feature = feature ? feature : rows->feature;
    times = realloc(rows->times, capacity * sizeof *times);
    rows->times = times ? times : rows->times;
    evidence = realloc(rows->evidence, capacity * learner->parts->labels * sizeof *evidence);
    rows->evidence = evidence ? evidence : rows->evidence;
    if (!feature || !times || !evidence)
        return error_raise_plain(ERROR_NO_MEMORY);
    rows->capacity = capacity;
    return ERROR_NONE;
}

uint32_t learner_make_row(struct learner *learner, uint32_t feature)
{
    struct rows *rows = &learner->rows;
    uint32_t labels = learner->parts->labels, row = rows->count;

    if (rows->of[feature] != 0)
        return rows->of[feature] - 1;
    assert(row < rows->capacity);
    rows->feature[row] = feature;
    rows->times[row] = 0;
    memset(rows->evidence + (size_t)row * labels, 0, labels * sizeof *rows->evidence);
    rows->of[feature] = ++rows->count;
    return row;
}

/* Reads the message, its words that the model does not know becoming the user's own. */
static enum error read_message(struct learner *learner, const struct rated *rated)
{
    const struct model_parts *parts = learner->parts;
    const struct ngram *ngrams;
    enum error error = ERROR_NONE;
    size_t count;

    if (!learner->features)
        error = features_new(&parts->text, &parts->vocabulary, &learner->features);
    if (error)
        return error;
    features_scan(learner->features, rated->text, rated->length);
    ngrams = features_ngrams(learner->features, &count);
    error = learner_reserve(learner, count);
    if (!error)
        error = own_reserve(&learner->own, count);
    if (error)
        return error;
    for (size_t i = 0; i < count; i++)
        if (ngrams[i].kind == NGRAM_WORD &&
            vocabulary_find(&parts->vocabulary, ngrams[i].hash) == VOCABULARY_NONE)
            own_add(&learner->own, ngrams[i].hash);
    features_weigh(learner->features, &learner->own);
    return ERROR_NONE;
}

/* The nearest whole number that fits, halves away from 0. */
static int8_t whole(float value)
{
    return (int8_t)fmaxf(fminf(value + copysignf(0.5F, value), INT8_MAX), INT8_MIN);
}

static void descend(struct learner *learner, const struct term *terms, size_t count,
                    const float *slope)
{
    struct rows *rows = &learner->rows;
    uint32_t labels = learner->parts->labels;

    for (size_t i = 0; i < count; i++) {
        uint32_t row = learner_make_row(learner, terms[i].feature);
        int8_t *evidence = rows->evidence + (size_t)row * labels;
        float step;

        if (rows->times[row] < UINT8_MAX)
            rows->times[row]++;
        step = terms[i].value * EVIDENCE_UNIT / sqrtf(1 + CALM * (float)rows->times[row]);
        for (uint32_t label = 0; label < labels; label++)
            evidence[label] = whole((float)evidence[label] * (1 - PULL) - step * slope[label]);
    }
}

enum error learner_learn(struct learner *learner, const struct rated *rated)
{
    const struct model_parts *parts = learner->parts;
    int labels = (int)parts->labels;
    double scale = 1 / (double)parts->temperature, guess[LABELS_MAX], probability[LABELS_MAX];
    float score[LABELS_MAX], offset[LABELS_MAX], slope[LABELS_MAX];
    const struct term *terms;
    struct lesson lesson;
    enum error error;
    size_t count;

    if (!lesson_read(rated, labels, &lesson))
        return ERROR_NONE;
    error = read_message(learner, rated);
    if (error)
        return error;
    terms = features_terms(learner->features, &count);
    model_parts_score(parts, terms, count, score);
    guess_alone(learner, score, guess);
    score_words(learner, terms, count, score);
    if (lesson.example) {
        numeric_probabilities(score, labels, scale, probability);
        usage_add(&learner->usage, labels, guess, probability, lesson.label);
    }
    usage_offset(&learner->usage, labels, guess, offset);
    for (int label = 0; label < labels; label++)
        score[label] += offset[label];
    numeric_probabilities(score, labels, scale, probability);
    lesson_slope(&lesson, probability, labels, slope);
    descend(learner, terms, count, slope);
    learner->count++;
    return ERROR_NONE;
}
