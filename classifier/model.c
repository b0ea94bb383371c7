#include "classifier/model.h"

#include "base/bytes.h"
#include "base/file.h"
#include "classifier/model_format.h"
#include "classifier/model_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum error model_from_bytes(struct buffer *bytes, const char *name, struct model **out)
{
    struct model *model = calloc(1, sizeof *model);
    enum error error;

    *out = NULL;
    if (!model) {
        buffer_free(bytes);
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    model->file = *bytes;
    buffer_init(bytes, bytes->limit);
    error = model_read(model, name);
    if (error) {
        model_close(model);
        return error;
    }
    snprintf(model->id, sizeof model->id, "v%u-%08x", model->parts.version,
             bytes_get_u32(model->file.data + HEADER_CHECKSUM));
    *out = model;
    return ERROR_NONE;
}

enum error model_open(const char *path, struct model **out)
{
    struct buffer bytes;
    enum error error;

    *out = NULL;
    buffer_init(&bytes, MODEL_FILE_MAX);
    error = file_read(path, &bytes);
    if (error) {
        buffer_free(&bytes);
        return error_raise(error, "no model: %s; " MODEL_REMEDY, error_sentence());
    }
    return model_from_bytes(&bytes, path, out);
}

void model_close(struct model *model)
{
    if (!model)
        return;
    buffer_free(&model->file);
    free(model->weights);
    free(model->offsets);
    free(model->slots);
    free(model->hashes);
    free(model);
}

const struct model_parts *model_parts(const struct model *model)
{
    return &model->parts;
}

int model_label_count(const struct model *model)
{
    return (int)model->parts.labels;
}

const struct label *model_label(const struct model *model, int index)
{
    return &model->labels[index];
}

int model_find_label(const struct model *model, const char *name)
{
    for (uint32_t i = 0; i < model->parts.labels; i++)
        if (strcmp(model->labels[i].name, name) == 0)
            return (int)i;
    return -1;
}

const char *model_id(const struct model *model)
{
    return model->id;
}

uint32_t model_version(const struct model *model)
{
    return model->parts.version;
}

const char *model_provenance(const struct model *model)
{
    return model->parts.origin;
}

uint32_t model_feature_count(const struct model *model)
{
    return model->parts.vocabulary.count;
}

float model_temperature(const struct model *model)
{
    return model->parts.temperature;
}

float model_threshold(const struct model *model)
{
    return model->parts.threshold;
}

float model_label_threshold(const struct model *model, int index)
{
    return model->parts.label_threshold[index];
}

size_t model_file_size(const struct model *model)
{
    return model->file.length;
}

/* A vector register's worth everywhere. */
typedef float block __attribute__((vector_size(sizeof(float) * STRIDE_STEP)));

enum { BLOCKS = 2 }; /* that are summed at once */

static block block_at(const float *from)
{
    block read;

    memcpy(&read, from, sizeof read);
    return read;
}

/* The scores of some blocks, BLOCKS at most, of which the first begins at the label `from`. */
static inline void score_blocks(const struct model_parts *parts, const struct term *terms,
                                size_t count, uint32_t from, uint32_t blocks, float *score)
{
    const float *weights = parts->weights + from, *bias = parts->bias + from;
    uint32_t features = parts->vocabulary.count, stride = parts->stride, i;
    block sum[BLOCKS];

    for (i = 0; i < blocks; i++)
        sum[i] = block_at(bias + i * STRIDE_STEP);
    for (const struct term *term = terms; term < terms + count; term++) {
        const float *row = weights + (size_t)term->feature * stride;

        if (term->feature < features)
            for (i = 0; i < blocks; i++)
                sum[i] += term->value * block_at(row + i * STRIDE_STEP);
    }
    memcpy(score + from, sum, blocks * sizeof *sum);
}

void model_parts_score(const struct model_parts *parts, const struct term *terms, size_t count,
                       float *score)
{
    uint32_t from = 0;

    for (; from + BLOCKS * STRIDE_STEP <= parts->stride; from += BLOCKS * STRIDE_STEP)
        score_blocks(parts, terms, count, from, BLOCKS, score);
    for (; from < parts->stride; from += STRIDE_STEP)
        score_blocks(parts, terms, count, from, 1, score);
}
