#ifndef EMOTRACK_CLASSIFIER_COLUMNS_H
#define EMOTRACK_CLASSIFIER_COLUMNS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* A sparse matrix by columns, each with its rows in order, and one column more that holds a 1 in
 * every row: the bias's. Beside it stand dense matrices of one line a row or one a column, whose
 * lines are filled with zeros to a multiple of EIGHT, so that they are worked on in vectors. */

enum { EIGHT = 8 };

typedef float four __attribute__((vector_size(16), may_alias));

struct columns {
    size_t rows, count; /* count: the bias's column too */
    size_t *start;      /* [count + 1] */
    uint32_t *row;      /* [start[count]] */
    float *value;       /* [start[count]] */
    float *largest;     /* [count]: of the column's absolute values */
};

/* From a matrix by rows of `features` columns (the shapes are solver.h's). ERROR_NO_MEMORY. */
enum error columns_make(size_t rows, size_t features, const size_t *row_start,
                        const uint32_t *feature, const float *value,
                        struct columns *out) MUST_CHECK;

/* Safe on zeroed structs. */
void columns_free(struct columns *columns);

#endif
