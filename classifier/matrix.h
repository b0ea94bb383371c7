#ifndef EMOTRACK_CLASSIFIER_MATRIX_H
#define EMOTRACK_CLASSIFIER_MATRIX_H

#include "classifier/corpus.h"
#include "classifier/text.h"
#include "classifier/vocabulary.h"

/* A corpus as numbers: a row a message, of those features that are in it. */
struct matrix {
    size_t rows;
    size_t *row_start; /* [rows + 1] */
    uint32_t *feature; /* [row_start[rows]] */
    float *value;      /* [row_start[rows]] */
    size_t capacity;   /* of the two */
};

/* Fills it anew. Freed by matrix_free in every case. ERROR_NO_MEMORY. */
enum error matrix_fill(struct matrix *matrix, const struct text_settings *settings,
                       const struct vocabulary *vocabulary, const struct corpus *corpus) MUST_CHECK;
void matrix_free(struct matrix *matrix); /* safe on zeroed structs */

/* The scores of all rows, [rows][stride], from weights [features + 1][stride], the bias last. */
void matrix_score(const struct matrix *matrix, const float *weights, size_t features,
                  uint32_t stride, float *score);

#endif
