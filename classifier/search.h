#ifndef EMOTRACK_CLASSIFIER_SEARCH_H
#define EMOTRACK_CLASSIFIER_SEARCH_H

#include "classifier/fitting.h"

/* The recipe whose weights lose least on dev: L1, which a few telling words answer to, or, where
 * `ridge_too`, ridge, which many weak ones do, each at half a dozen strengths. `fitting` has taken
 * a vocabulary, and ends with the weights of the recipe that was found. Without dev rows it is a
 * middling L1. ERROR_NO_MEMORY. */
enum error search_recipe(struct fitting *fitting, bool ridge_too, struct recipe *out) MUST_CHECK;

#endif
