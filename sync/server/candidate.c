#include "sync/server/candidate.h"

#include "classifier/model_parts.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The line of the provenance that says how a version came to be. */
#define ORIGIN_KEY "version "

enum { ORIGIN_MAX = 64 * 1024 /* bytes */ };
static const double WEIGHT_MAX = 1e6; /* the model file's own bound */

/* The provenance without the line of the version before, and with this one's. */
static enum error write_origin(const char *old, uint32_t version, const char *origin,
                               struct buffer *out)
{
    enum error error = ERROR_NONE;

    while (*old && !error) {
        size_t length = strcspn(old, "\n");

        if (strncmp(old, ORIGIN_KEY, strlen(ORIGIN_KEY)) != 0) {
            error = buffer_append(out, old, length);
            if (!error)
                error = buffer_append_byte(out, '\n');
        }
        old += length + (old[length] == '\n');
    }
    return error ? error : buffer_format(out, ORIGIN_KEY "%u: %s\n", version, origin);
}

static enum error write_parts(struct model_parts *parts, uint32_t version, const char *origin,
                              struct buffer *out)
{
    struct buffer lines;
    enum error error;

    buffer_init(&lines, ORIGIN_MAX);
    error = write_origin(parts->origin, version, origin, &lines);
    parts->version = version;
    parts->origin = lines.data;
    if (!error)
        error = model_parts_write(parts, out);
    buffer_free(&lines);
    return error;
}

/* `weights`: [features + 1][stride], the bias last. */
static enum error move(const struct model_parts *parts, uint32_t block, const double *step,
                       float *weights)
{
    for (uint32_t feature = 0; feature <= block; feature++) {
        size_t row = feature < block ? feature : parts->vocabulary.count;

        for (uint32_t label = 0; label < parts->labels; label++) {
            float *weight = &weights[row * parts->stride + label];
            double moved = (double)*weight + step[(size_t)feature * parts->labels + label];

            if (!(fabs(moved) <= WEIGHT_MAX))
                return error_raise(ERROR_INVALID,
                                   "the optimizer's step leads to weights that no model can have; "
                                   "lower its rate");
            *weight = (float)moved;
        }
    }
    return ERROR_NONE;
}

enum error candidate_make(const struct model *base, uint32_t block, const double *step,
                          uint32_t version, const char *origin, struct buffer *out)
{
    struct model_parts parts = *model_parts(base);
    size_t features = parts.vocabulary.count, cells = features * parts.stride;
    float *weights = malloc((cells + parts.stride) * sizeof *weights);
    enum error error;

    assert(block <= features);
    if (!weights)
        return error_raise_plain(ERROR_NO_MEMORY);
    memcpy(weights, parts.weights, cells * sizeof *weights);
    memcpy(weights + cells, parts.bias, parts.stride * sizeof *weights);
    error = move(&parts, block, step, weights);
    parts.weights = weights;
    parts.bias = weights + cells;
    parts.scale = NULL; /* a step is smaller */
    if (!error)
        error = write_parts(&parts, version, origin, out);
    free(weights);
    return error;
}

enum error candidate_renumber(const struct model *model, uint32_t version, const char *origin,
                              struct buffer *out)
{
    struct model_parts parts = *model_parts(model);

    return write_parts(&parts, version, origin, out);
}
