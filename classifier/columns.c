#include "classifier/columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void fill(struct columns *columns, const size_t *row_start, const uint32_t *feature,
                 const float *value)
{
    size_t bias = columns->count - 1, total = 0, *start = columns->start;

    for (size_t i = 0; i < row_start[columns->rows]; i++)
        start[feature[i]]++;
    for (size_t column = 0; column <= bias; column++) {
        size_t values = column < bias ? start[column] : columns->rows;

        start[column] = total;
        total += values;
    }
    for (size_t row = 0; row < columns->rows; row++) {
        for (size_t i = row_start[row]; i < row_start[row + 1]; i++) {
            size_t at = start[feature[i]]++;

            columns->row[at] = (uint32_t)row;
            columns->value[at] = value[i];
            columns->largest[feature[i]] = fmaxf(columns->largest[feature[i]], fabsf(value[i]));
        }
        columns->row[start[bias]] = (uint32_t)row;
        columns->value[start[bias]++] = 1;
    }
    columns->largest[bias] = 1;
    memmove(start + 1, start, columns->count * sizeof *start);
    start[0] = 0;
}

enum error columns_make(size_t rows, size_t features, const size_t *row_start,
                        const uint32_t *feature, const float *value, struct columns *out)
{
    size_t values = row_start[rows] + rows + 1;

    *out = (struct columns){.rows = rows, .count = features + 1};
    out->start = calloc(out->count + 1, sizeof *out->start);
    out->row = malloc(values * sizeof *out->row);
    out->value = malloc(values * sizeof *out->value);
    out->largest = calloc(out->count, sizeof *out->largest);
    if (!out->start || !out->row || !out->value || !out->largest)
        return error_raise_plain(ERROR_NO_MEMORY);
    fill(out, row_start, feature, value);
    return ERROR_NONE;
}

void columns_free(struct columns *columns)
{
    free(columns->start);
    free(columns->row);
    free(columns->value);
    free(columns->largest);
    *columns = (struct columns){0};
}
