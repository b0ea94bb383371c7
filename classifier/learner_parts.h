#ifndef EMOTRACK_CLASSIFIER_LEARNER_PARTS_H
#define EMOTRACK_CLASSIFIER_LEARNER_PARTS_H

#include "classifier/features.h"
#include "classifier/learner.h"
#include "classifier/usage.h"

/* What the predictor takes from the personal layer, and what the layer consists of. */

/* The user's own words. */
const struct own_words *learner_own(const struct learner *learner);

/* weights[labels]: the personal weights of a feature. False: it has none, and nothing was set. */
bool learner_weights(const struct learner *learner, uint32_t feature, float *weights);

/* Adds to the model's scores, [labels]. `offset`, [labels]: what of that is no feature's. */
void learner_score(const struct learner *learner, const struct term *terms, size_t count,
                   float *score, float *offset);

/* ---- for learner.c and learner_layer.c ---- */

/* Evidence is kept in bytes, in whole 1/EVIDENCE_UNIT: a saved layer is small, and soon read. */
enum { EVIDENCE_UNIT = 64 };

/* A feature that was in a rated message has a row. */
struct rows {
    uint32_t *of;      /* [features + OWN_WORDS_MAX]: a feature's row + 1, 0: none */
    uint32_t *feature; /* [capacity] */
    uint8_t *times;    /* [capacity]: ratings of messages with it, UINT8_MAX: or more */
    int8_t *evidence;  /* [capacity][labels]: for each label, against it below 0 */
    uint32_t count;
    size_t capacity;
};

struct learner {
    const struct model *model;
    const struct model_parts *parts;
    struct features *features; /* NULL until something is learnt */
    struct own_words own;
    struct rows rows;
    struct usage usage;
    size_t count;
};

/* Room for `extra` more rows, so that learner_make_row cannot fail. ERROR_NO_MEMORY. */
enum error learner_reserve(struct learner *learner, size_t extra) MUST_CHECK;

/* The row of a feature, made where there is none. */
uint32_t learner_make_row(struct learner *learner, uint32_t feature);

#endif
