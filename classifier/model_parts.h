#ifndef EMOTRACK_CLASSIFIER_MODEL_PARTS_H
#define EMOTRACK_CLASSIFIER_MODEL_PARTS_H

#include "base/buffer.h"
#include "classifier/features.h"
#include "classifier/label.h"

#include <stdint.h>

/* What a model consists of: for the predictor, the learner and the trainer. */
struct model_parts {
    uint32_t version; /* the number that the UI shows */
    uint32_t labels, stride;
    struct text_settings text;
    struct vocabulary vocabulary;
    const struct label *label; /* [labels] */
    const char *strings;       /* the vocabulary's n-grams, each with its NUL */
    const uint32_t *offsets;   /* [features + 1]: where each begins in `strings` */
    const float *bias;         /* [stride], 0 from `labels` on */
    const float *weights;      /* [feature][stride], 0 from `labels` on */
    /* [stride]: what the weights of a label are whole multiples of, -127 to 127 times; the file
     * then has a byte a weight. NULL: the file has each weight as a float. */
    const float *scale;
    float temperature, slope; /* how scores become probabilities (calibration.h) */
    float threshold;          /* the least probability that is not "can't tell" */
    /* [stride]: the least probability of each label at which it is named beside others. */
    const float *label_threshold;
    const char *origin; /* "key: value" lines, NUL-terminated */
};

struct model;

/* The parts of a model that was read; they live as long as it. */
const struct model_parts *model_parts(const struct model *model);

/* score = bias + weights x, [stride] each. */
void model_parts_score(const struct model_parts *parts, const struct term *terms, size_t count,
                       float *score);

/* Appends a whole model file. The same parts give the same bytes. The index of the vocabulary is
 * not in it: its reader makes one. ERROR_INVALID: a weight is no multiple of its scale. */
enum error model_parts_write(const struct model_parts *parts, struct buffer *out) MUST_CHECK;

#endif
