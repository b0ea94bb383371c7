#ifndef EMOTRACK_CLASSIFIER_LEARNER_PARTS_H
#define EMOTRACK_CLASSIFIER_LEARNER_PARTS_H

#include "classifier/features.h"
#include "classifier/learner.h"

/* What the predictor takes from the personal layer. */

/* The user's own words. */
const struct own_words *learner_own(const struct learner *learner);

/* The personal weights of a feature, [stride], or NULL. Borrowed until the learner learns. */
const float *learner_row(const struct learner *learner, uint32_t feature);

/* score += personal weights x, [stride]. */
void learner_score(const struct learner *learner, const struct term *terms, size_t count,
                   float *score);

#endif
