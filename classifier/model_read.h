#ifndef EMOTRACK_CLASSIFIER_MODEL_READ_H
#define EMOTRACK_CLASSIFIER_MODEL_READ_H

#include "classifier/model.h"
#include "classifier/model_parts.h"

/* What a model keeps, for model.c alone. */
struct model {
    struct buffer file; /* strings and idf are used in place */
    struct model_parts parts;
    struct label labels[LABELS_MAX];
    float bias[LABELS_MAX], scale[LABELS_MAX], label_threshold[LABELS_MAX];
    float *weights;    /* [feature][stride] */
    uint32_t *offsets; /* [features + 1] */
    uint32_t *slots;   /* of the vocabulary, as the hashes */
    uint64_t *hashes;  /* [features] */
    char id[32];
};

/* What a model that cannot be read is answered with, at the end of a sentence. */
#define MODEL_REMEDY "reinstall EmoTrack, or name another model with --model"

/* Checks `model->file` and fills in the rest; what is there after an error is still to be freed.
 * `name` is for sentences. ERROR_DAMAGED, ERROR_VERSION, ERROR_NO_MEMORY. */
enum error model_read(struct model *model, const char *name) MUST_CHECK;

#endif
