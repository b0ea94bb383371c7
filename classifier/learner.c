#include "classifier/learner.h"

#include "base/bytes.h"
#include "classifier/crc32c.h"
#include "classifier/learner_parts.h"
#include "classifier/lesson.h"
#include "classifier/model_parts.h"
#include "classifier/numeric.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* One rating is one step of gradient descent. A message's vector has norm 1, so that rating it
 * moves its own score by up to RATE; OWN_RATE is for the user's own words, of which the model says
 * nothing that could be unlearnt; PULL is the part of the way back to the model that each feature
 * of the message goes first. With these 200 ratings of others' messages do not lower the accuracy
 * on the dev split of GoEmotions. */
static const float RATE = 2, OWN_RATE = 4, PULL = 0.05F;

enum { ROWS_FIRST = 64 };

struct learner {
    const struct model *model;
    const struct model_parts *parts;
    struct features *features;
    struct own_words own;
    uint32_t *row_of; /* [features + OWN_WORDS_MAX]: a feature's row + 1, 0: none */
    uint32_t *used;   /* [rows]: the feature of each row */
    float *rows;      /* [rows][stride] */
    size_t row_count, row_capacity;
    size_t count;
};

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
    learner->row_of = calloc(features, sizeof *learner->row_of);
    if (!learner->row_of || features_new(&parts->text, &parts->vocabulary, &learner->features)) {
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
    free(learner->row_of);
    free(learner->used);
    free(learner->rows);
    free(learner);
}

void learner_reset(struct learner *learner)
{
    for (size_t row = 0; row < learner->row_count; row++)
        learner->row_of[learner->used[row]] = 0;
    learner->row_count = 0;
    learner->count = 0;
    own_clear(&learner->own);
}

size_t learner_count(const struct learner *learner)
{
    return learner->count;
}

const struct own_words *learner_own(const struct learner *learner)
{
    return &learner->own;
}

const float *learner_row(const struct learner *learner, uint32_t feature)
{
    uint32_t row = learner->row_of[feature];

    return row == 0 ? NULL : learner->rows + (size_t)(row - 1) * learner->parts->stride;
}

void learner_score(const struct learner *learner, const struct term *terms, size_t count,
                   float *score)
{
    for (size_t i = 0; i < count; i++) {
        const float *row = learner_row(learner, terms[i].feature);

        for (uint32_t label = 0; row && label < learner->parts->labels; label++)
            score[label] += terms[i].value * row[label];
    }
}

static enum error reserve_rows(struct learner *learner, size_t extra)
{
    size_t capacity = learner->row_capacity ? learner->row_capacity : ROWS_FIRST;
    uint32_t *used;
    float *rows;

    while (capacity < learner->row_count + extra)
        capacity *= 2;
    if (capacity == learner->row_capacity)
        return ERROR_NONE;
    used = realloc(learner->used, capacity * sizeof *used);
    if (used)
        learner->used = used;
    rows = used ? realloc(learner->rows, capacity * learner->parts->stride * sizeof *rows) : NULL;
    if (!rows)
        return error_raise_plain(ERROR_NO_MEMORY);
    learner->rows = rows;
    learner->row_capacity = capacity;
    return ERROR_NONE;
}

/* The weights of a feature, new ones at 0; there is room. */
static float *make_row(struct learner *learner, uint32_t feature)
{
    size_t stride = learner->parts->stride;
    uint32_t *row = &learner->row_of[feature];

    assert(learner->rows);
    if (*row == 0) {
        learner->used[learner->row_count] = feature;
        *row = (uint32_t)++learner->row_count;
        memset(learner->rows + (*row - 1) * stride, 0, stride * sizeof *learner->rows);
    }
    return learner->rows + (*row - 1) * stride;
}

/* Reads the message, its words that the model does not know becoming the user's own. */
static enum error read_message(struct learner *learner, const struct rated *rated)
{
    const struct ngram *ngrams;
    enum error error;
    size_t count;

    features_scan(learner->features, rated->text, rated->length);
    ngrams = features_ngrams(learner->features, &count);
    error = reserve_rows(learner, count);
    if (!error)
        error = own_reserve(&learner->own, count);
    if (error)
        return error;
    for (size_t i = 0; i < count; i++)
        if (ngrams[i].kind == NGRAM_WORD &&
            vocabulary_find(&learner->parts->vocabulary, ngrams[i].hash) == VOCABULARY_NONE)
            own_add(&learner->own, ngrams[i].hash);
    features_weigh(learner->features, &learner->own);
    return ERROR_NONE;
}

static void descend(struct learner *learner, const struct term *terms, size_t count,
                    const float *slope)
{
    for (size_t i = 0; i < count; i++) {
        bool own = terms[i].feature >= learner->parts->vocabulary.count;
        float *row = make_row(learner, terms[i].feature);
        float step = (own ? OWN_RATE : RATE) * terms[i].value;

        for (uint32_t label = 0; label < learner->parts->labels; label++)
            row[label] = row[label] * (1 - PULL) - step * slope[label];
    }
}

enum error learner_learn(struct learner *learner, const struct rated *rated)
{
    const struct model_parts *parts = learner->parts;
    int labels = (int)parts->labels;
    double probability[LABELS_MAX];
    float score[LABELS_MAX], slope[LABELS_MAX] = {0};
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
    learner_score(learner, terms, count, score);
    numeric_softmax(score, labels, 1 / (double)parts->temperature, probability);
    lesson_slope(&lesson, probability, labels, slope);
    descend(learner, terms, count, slope);
    learner->count++;
    return ERROR_NONE;
}

/* ---- the layer as bytes ----
 *
 * head     { magic, RATE, OWN_RATE, PULL, ratings, own words, rows, stride: u32 or f32 each },
 *          model id, padded to MODEL_ID_SIZE
 * own      u64 a word's hash, in the order of their numbers
 * used     u32 a row's feature
 * rows     f32 [rows][stride]
 * check    u32 CRC-32C of all before */

enum {
    LAYER_MAGIC = 0x32594C45, /* "ELY2"; another number whenever learning follows other rules */
    MODEL_ID_SIZE = 32,
    HEAD_SIZE = 8 * 4 + MODEL_ID_SIZE,
    CHECK_SIZE = 4,
};

static size_t layer_size(size_t own, size_t rows, size_t stride)
{
    return HEAD_SIZE + own * 8 + rows * 4 + rows * stride * 4 + CHECK_SIZE;
}

static void put_head(const struct learner *learner, char *head)
{
    memset(head, 0, HEAD_SIZE);
    bytes_put_u32(head, LAYER_MAGIC);
    bytes_put_f32(head + 4, RATE);
    bytes_put_f32(head + 8, OWN_RATE);
    bytes_put_f32(head + 12, PULL);
    bytes_put_u32(head + 16, (uint32_t)learner->count);
    bytes_put_u32(head + 20, learner->own.count);
    bytes_put_u32(head + 24, (uint32_t)learner->row_count);
    bytes_put_u32(head + 28, learner->parts->stride);
    strncpy(head + 32, model_id(learner->model), MODEL_ID_SIZE);
}

enum error learner_save(const struct learner *learner, struct buffer *out)
{
    const struct own_words *own = &learner->own;
    size_t stride = learner->parts->stride, rows = learner->row_count;
    size_t size = layer_size(own->count, rows, stride);
    enum error error = buffer_reserve(out, size);
    char *layer, *used, *weights;

    if (error)
        return error;
    layer = out->data + out->length;
    used = layer + HEAD_SIZE + (size_t)own->count * 8;
    weights = used + rows * 4;
    put_head(learner, layer);
    for (uint32_t slot = 0; own->count > 0 && slot <= own->mask; slot++)
        if (own->numbers[slot] != 0)
            bytes_put_u64(layer + HEAD_SIZE + (size_t)(own->numbers[slot] - 1) * 8,
                          own->keys[slot]);
    for (size_t row = 0; row < rows; row++)
        bytes_put_u32(used + row * 4, learner->used[row]);
    for (size_t i = 0; i < rows * stride; i++)
        bytes_put_f32(weights + i * 4, learner->rows[i]);
    bytes_put_u32(layer + size - CHECK_SIZE, crc32c(0, layer, size - CHECK_SIZE));
    out->length += size;
    out->data[out->length] = '\0';
    return ERROR_NONE;
}

/* Whether the bytes are whole and were saved under the same rules, with the same model. */
static bool layer_fits(const struct learner *learner, const char *layer, size_t length)
{
    char head[HEAD_SIZE];

    if (length < HEAD_SIZE + CHECK_SIZE)
        return false;
    put_head(learner, head);
    memcpy(head + 16, layer + 16, 12); /* the counts are the layer's own */
    return memcmp(head, layer, HEAD_SIZE) == 0 && bytes_get_u32(layer + 20) <= OWN_WORDS_MAX &&
           bytes_get_u32(layer + 24) <= learner->parts->vocabulary.count + OWN_WORDS_MAX &&
           length == layer_size(bytes_get_u32(layer + 20), bytes_get_u32(layer + 24),
                                learner->parts->stride) &&
           bytes_get_u32(layer + length - CHECK_SIZE) == crc32c(0, layer, length - CHECK_SIZE);
}

/* False where two words or two rows are the same, or a row is of no feature. */
static bool fill(struct learner *learner, const char *layer)
{
    uint32_t own = bytes_get_u32(layer + 20), rows = bytes_get_u32(layer + 24);
    size_t stride = learner->parts->stride;
    const char *used = layer + HEAD_SIZE + (size_t)own * 8, *weights = used + (size_t)rows * 4;

    for (uint32_t i = 0; i < own; i++)
        if (own_add(&learner->own, bytes_get_u64(layer + HEAD_SIZE + (size_t)i * 8)) != i)
            return false;
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t feature = bytes_get_u32(used + (size_t)i * 4);
        float *row;

        if (feature >= learner->parts->vocabulary.count + own || learner_row(learner, feature))
            return false;
        row = make_row(learner, feature);
        for (size_t j = 0; j < stride; j++, weights += 4)
            row[j] = bytes_get_f32(weights);
    }
    learner->count = bytes_get_u32(layer + 16);
    return true;
}

bool learner_restore(struct learner *learner, const void *bytes, size_t length)
{
    const char *layer = bytes;

    learner_reset(learner);
    if (!layer_fits(learner, layer, length) || reserve_rows(learner, bytes_get_u32(layer + 24)) ||
        own_reserve(&learner->own, bytes_get_u32(layer + 20)))
        return false;
    if (fill(learner, layer))
        return true;
    learner_reset(learner);
    return false;
}
