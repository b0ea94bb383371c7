#ifndef EMOTRACK_CLASSIFIER_SEARCH_H
#define EMOTRACK_CLASSIFIER_SEARCH_H

#include "classifier/fitting.h"

/* The kinds of regularisation: L1, which a few telling words answer to, and ridge, which many weak
 * ones do. */
enum { SEARCH_L1 = 1, SEARCH_RIDGE = 2 };

/* The recipe, of these kinds and half a dozen strengths each, whose weights lose least on dev, and
 * that loss. `fitting` has taken a vocabulary, and ends with the weights of the recipe that was
 * found. Without dev rows it is a middling L1. ERROR_NO_MEMORY. */
enum error search_recipe(struct fitting *fitting, unsigned kinds, struct recipe *out,
                         double *loss) MUST_CHECK;

#endif
