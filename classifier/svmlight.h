#ifndef EMOTRACK_CLASSIFIER_SVMLIGHT_H
#define EMOTRACK_CLASSIFIER_SVMLIGHT_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Labelled rows of numbers, as SVMlight, LIBSVM and LIBLINEAR write them: one a line,
 *
 *     class feature:value feature:value ...
 *
 * the class a whole number, the features counted from 1 and in rising order; values that are not
 * named are 0. `#` begins a comment; lines with nothing else are passed over. Every other line that
 * is not so is an error that names file and line. */

enum {
    SVMLIGHT_FEATURES_MAX = 1 << 22,
    SVMLIGHT_CLASSES_MAX = 1024,
    SVMLIGHT_WEIGHTS_MAX = 1 << 25 /* features times classes */
};

#define SVMLIGHT_VALUE_MAX 1e9 /* of the absolute values */

struct svmlight {
    size_t rows, features; /* features: the greatest that is named */
    int classes;
    size_t *row_start;     /* [rows + 1] */
    uint32_t *feature;     /* [row_start[rows]], counted from 0 */
    float *value;          /* [row_start[rows]]; none is 0 */
    int *row_class;        /* [rows]: a place in class_number */
    int32_t *class_number; /* [classes], rising */
};

/* Reads a file of one row and two classes at least, and of 1 GiB at most. Freed by svmlight_free in
 * every case. */
enum error svmlight_read(const char *path, struct svmlight *out) MUST_CHECK;
void svmlight_free(struct svmlight *svmlight); /* safe on zeroed structs */

#endif
