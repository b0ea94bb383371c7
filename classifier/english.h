#ifndef EMOTRACK_CLASSIFIER_ENGLISH_H
#define EMOTRACK_CLASSIFIER_ENGLISH_H

#include "classifier/text_settings.h"

/* How a model for English reads its text: what training writes into the file. */
extern const struct text_settings english_text_settings;

#endif
