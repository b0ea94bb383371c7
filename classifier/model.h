#ifndef EMOTRACK_CLASSIFIER_MODEL_H
#define EMOTRACK_CLASSIFIER_MODEL_H

#include "base/buffer.h"
#include "classifier/label.h"

#include <stddef.h>
#include <stdint.h>

/* The model file (MODEL.md, byte by byte): read whole into memory, checked once and never changed.
 * A model may be shared between threads. */
struct model;

enum { MODEL_FILE_MAX = 64 * 1024 * 1024 /* bytes */ };

/* Reads and checks a model file. ERROR_NOT_FOUND, ERROR_DAMAGED (truncated, any byte changed, not a
 * model at all), ERROR_VERSION (made for another version of the format), ERROR_TOO_LARGE, ERROR_IO;
 * each sentence names the file and says what to do. */
enum error model_open(const char *path, struct model **out) MUST_CHECK;

/* The same from bytes, which it takes over whether it succeeds or not. `name` is for sentences. */
enum error model_from_bytes(struct buffer *bytes, const char *name, struct model **out) MUST_CHECK;

void model_close(struct model *model); /* NULL is safe */

int model_label_count(const struct model *model); /* 2 to LABELS_MAX */
/* Borrowed: lives as long as the model. `index` in 0..count. */
const struct label *model_label(const struct model *model, int index);
/* The index of the label of this name, or -1. */
int model_find_label(const struct model *model, const char *name);

/* What a prediction is stored with: "v<version>-<checksum, 8 hex digits>". Lives as long as the
 * model; different for different bytes. */
const char *model_id(const struct model *model);
uint32_t model_version(const struct model *model); /* the number that the UI shows, 1 and up */

/* Where it comes from: lines "key: value", UTF-8, ending in a newline (corpus, licence, rows, dev
 * metrics, settings, seed). Lives as long as the model. */
const char *model_provenance(const struct model *model);

uint32_t model_feature_count(const struct model *model); /* n-grams in the vocabulary */
float model_temperature(const struct model *model);      /* scores are divided by it */
float model_threshold(const struct model *model);        /* less probable: "can't tell" */
size_t model_file_size(const struct model *model);       /* bytes */

/* Less probable: the label is not named beside others. `index` in 0..count. */
float model_label_threshold(const struct model *model, int index);

#endif
