#include "classifier/svmlight.h"

#include "base/file.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1024 * 1024 * 1024 /* bytes */ };

/* Where the reader is. */
struct place {
    const char *path;
    size_t line;
    char *at, *end; /* the rest of the line; *end is a NUL */
};

static enum error refuse(const struct place *place, const char *what)
{
    return error_raise(ERROR_INVALID, "%s:%zu: %s", place->path, place->line, what);
}

static void skip_blanks(struct place *place)
{
    while (*place->at == ' ' || *place->at == '\t')
        place->at++;
}

/* A number written as `strtod` reads it, of digits, sign, point and exponent alone. */
static bool read_number(struct place *place, double *out)
{
    size_t length = strspn(place->at, "0123456789+-.eE");
    char *end;

    errno = 0;
    *out = strtod(place->at, &end);
    if (end == place->at || end != place->at + length || !isfinite(*out))
        return false;
    place->at = end;
    return true;
}

static enum error read_class(struct place *place, int32_t *out)
{
    double number;

    if (!read_number(place, &number) || number != rint(number) || fabs(number) > 1e9 ||
        !(*place->at == '\0' || *place->at == ' ' || *place->at == '\t'))
        return refuse(place, "a line begins with its class, a whole number");
    *out = (int32_t)number;
    return ERROR_NONE;
}

/* Appends a feature and its value to the row, unless the value is 0. */
static enum error read_value(struct place *place, struct svmlight *out, size_t *before)
{
    size_t *count = &out->row_start[out->rows];
    double index, value;

    if (!read_number(place, &index) || *place->at != ':')
        return refuse(place, "behind the class stand features and values: 'feature:value'");
    if (index != rint(index) || index < 1 || index > SVMLIGHT_FEATURES_MAX)
        return refuse(place, "a feature is a whole number from 1 to 4,194,304");
    if ((size_t)index <= *before)
        return refuse(place, "the features of a line are in rising order");
    place->at++;
    if (!read_number(place, &value) || fabs(value) > SVMLIGHT_VALUE_MAX ||
        !(*place->at == '\0' || *place->at == ' ' || *place->at == '\t'))
        return refuse(place, "a value is a number from -1e9 to 1e9");
    *before = (size_t)index;
    if (out->features < (size_t)index)
        out->features = (size_t)index;
    out->feature[*count] = (uint32_t)index - 1;
    out->value[*count] = (float)value;
    *count += (float)value != 0;
    return ERROR_NONE;
}

static enum error read_line(struct place *place, struct svmlight *out)
{
    size_t before = 0;
    enum error error;

    skip_blanks(place);
    if (*place->at == '\0')
        return ERROR_NONE;
    out->row_start[out->rows + 1] = out->row_start[out->rows];
    out->rows++;
    error = read_class(place, &out->class_number[out->rows - 1]);
    for (skip_blanks(place); !error && *place->at; skip_blanks(place))
        error = read_value(place, out, &before);
    return error;
}

/* The bytes become lines, comments fall away. */
static enum error read_lines(const char *path, struct buffer *bytes, struct svmlight *out)
{
    struct place place = {.path = path};
    char *next = bytes->data, *end = bytes->data + bytes->length;
    enum error error = ERROR_NONE;

    while (next < end && !error) {
        char *stop = memchr(next, '\n', (size_t)(end - next));

        place.line++;
        place.at = next;
        place.end = stop ? stop : end;
        next = place.end + 1;
        if (memchr(place.at, '\0', (size_t)(place.end - place.at)))
            return refuse(&place, "there is a NUL; is this a text file?");
        *place.end = '\0';
        if (place.end > place.at && place.end[-1] == '\r')
            place.end[-1] = '\0';
        place.at[strcspn(place.at, "#")] = '\0';
        error = read_line(&place, out);
    }
    return error;
}

static enum error make_room(const struct buffer *bytes, struct svmlight *out)
{
    size_t lines = 1, values = 1;

    for (size_t i = 0; i < bytes->length; i++) {
        lines += bytes->data[i] == '\n';
        values += bytes->data[i] == ':';
    }
    out->row_start = calloc(lines + 1, sizeof *out->row_start);
    out->row_class = calloc(lines, sizeof *out->row_class);
    out->class_number = calloc(lines, sizeof *out->class_number);
    out->feature = calloc(values, sizeof *out->feature);
    out->value = calloc(values, sizeof *out->value);
    if (!out->row_start || !out->row_class || !out->class_number || !out->feature || !out->value)
        return error_raise_plain(ERROR_NO_MEMORY);
    return ERROR_NONE;
}

static int compare_numbers(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;

    return (a > b) - (a < b);
}

/* class_number, which holds every row's, becomes the list of them. */
static enum error number_classes(const char *path, struct svmlight *out)
{
    int32_t list[SVMLIGHT_CLASSES_MAX];
    int count = 0;

    for (size_t row = 0; row < out->rows; row++) {
        int32_t number = out->class_number[row];
        int place = 0;

        while (place < count && list[place] != number)
            place++;
        if (place == SVMLIGHT_CLASSES_MAX)
            return error_raise(ERROR_TOO_LARGE, "%s: there are more than %d classes", path,
                               SVMLIGHT_CLASSES_MAX);
        if (place == count)
            list[count++] = number;
    }
    if (count < 2)
        return error_raise(ERROR_INVALID, "%s: there is nothing to tell apart: %d classes", path,
                           count);
    if (out->features > SVMLIGHT_WEIGHTS_MAX / (size_t)count)
        return error_raise(ERROR_TOO_LARGE, "%s: %zu features times %d classes are more than %d",
                           path, out->features, count, SVMLIGHT_WEIGHTS_MAX);
    qsort(list, (size_t)count, sizeof *list, compare_numbers);
    for (size_t row = 0; row < out->rows; row++) {
        const int32_t *found =
            bsearch(&out->class_number[row], list, (size_t)count, sizeof *list, compare_numbers);

        out->row_class[row] = (int)(found - list);
    }
    memcpy(out->class_number, list, (size_t)count * sizeof *list);
    out->classes = count;
    return ERROR_NONE;
}

enum error svmlight_read(const char *path, struct svmlight *out)
{
    struct buffer bytes;
    enum error error;

    *out = (struct svmlight){0};
    buffer_init(&bytes, FILE_MAX);
    error = file_read(path, &bytes);
    if (!error)
        error = make_room(&bytes, out);
    if (!error && bytes.length > 0)
        error = read_lines(path, &bytes, out);
    if (!error)
        error = number_classes(path, out);
    buffer_free(&bytes);
    return error;
}

void svmlight_free(struct svmlight *svmlight)
{
    free(svmlight->row_start);
    free(svmlight->feature);
    free(svmlight->value);
    free(svmlight->row_class);
    free(svmlight->class_number);
    *svmlight = (struct svmlight){0};
}
