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

static enum error add_row(struct matrix *matrix, const struct term *terms, size_t count)
{
    size_t at = matrix->row_start[matrix->rows], capacity = 2 * (at + count) + 64;

    if (at + count > matrix->capacity) {
        uint32_t *feature = realloc(matrix->feature, capacity * sizeof *feature);
        float *value = feature ? realloc(matrix->value, capacity * sizeof *value) : NULL;

        if (feature)
            matrix->feature = feature;
        if (!value)
            return error_raise_plain(ERROR_NO_MEMORY);
        matrix->value = value;
        matrix->capacity = capacity;
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
    enum error error;

    matrix_free(matrix);
    matrix->row_start = calloc(corpus->count + 1, sizeof *matrix->row_start);
    if (!matrix->row_start)
        return error_raise_plain(ERROR_NO_MEMORY);
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
