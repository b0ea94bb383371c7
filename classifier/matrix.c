#include "classifier/matrix.h"

#include "classifier/features.h"

#include <stdlib.h>
#include <string.h>

void matrix_free(struct matrix *matrix)
{
    free(matrix->row_start);
    free(matrix->feature);
    free(matrix->value);
    *matrix = (struct matrix){0};
}

static enum error grow(struct matrix *matrix, size_t capacity)
{
    uint32_t *feature = realloc(matrix->feature, capacity * sizeof *feature);
    float *value;

    if (!feature)
        return error_raise_plain(ERROR_NO_MEMORY);
    matrix->feature = feature;
    value = realloc(matrix->value, capacity * sizeof *value);
    if (!value)
        return error_raise_plain(ERROR_NO_MEMORY);
    matrix->value = value;
    matrix->capacity = capacity;
    return ERROR_NONE;
}

static enum error add_row(struct matrix *matrix, const struct term *terms, size_t count)
{
    size_t at = matrix->row_start[matrix->rows];

    if (at + count > matrix->capacity) {
        enum error error = grow(matrix, 2 * (at + count) + 64);

        if (error)
            return error;
    }
    for (size_t i = 0; i < count; i++) {
        matrix->feature[at + i] = terms[i].feature;
        matrix->value[at + i] = terms[i].value;
    }
    matrix->row_start[++matrix->rows] = at + count;
    return ERROR_NONE;
}

enum error matrix_fill(struct matrix *matrix, const struct text_settings *settings,
                       const struct vocabulary *vocabulary, const struct corpus *corpus)
{
    struct features *features = NULL;
    size_t *row_start;
    enum error error;

    row_start = realloc(matrix->row_start, (corpus->count + 1) * sizeof *row_start);
    if (!row_start)
        return error_raise_plain(ERROR_NO_MEMORY);
    row_start[0] = 0;
    matrix->row_start = row_start;
    matrix->rows = 0;
    error = features_new(settings, vocabulary, &features);
    for (size_t row = 0; row < corpus->count && !error; row++) {
        const struct term *terms;
        size_t count;

        features_scan(features, corpus->rows[row].text, corpus->rows[row].length);
        features_weigh(features, NULL);
        terms = features_terms(features, &count);
        error = add_row(matrix, terms, count);
    }
    features_free(features);
    return error;
}

void matrix_score(const struct matrix *matrix, const float *weights, size_t features,
                  uint32_t stride, float *score)
{
    for (size_t row = 0; row < matrix->rows; row++, score += stride) {
        memcpy(score, weights + features * stride, stride * sizeof *score);
        for (size_t i = matrix->row_start[row]; i < matrix->row_start[row + 1]; i++) {
            const float *from = weights + (size_t)matrix->feature[i] * stride;

            for (uint32_t lane = 0; lane < stride; lane++)
                score[lane] += matrix->value[i] * from[lane];
        }
    }
}
