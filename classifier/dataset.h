#ifndef EMOTRACK_CLASSIFIER_DATASET_H
#define EMOTRACK_CLASSIFIER_DATASET_H

#include "classifier/corpus.h"
#include "classifier/train.h"

/* What a model is trained on: messages to fit the weights to, messages held out, and the labels,
 * in the order of the label table, those that it lacks by name after them. */
struct dataset {
    struct table map, table;
    struct label_set set;
    struct label labels[LABELS_MAX];
    struct corpus data, dev;
    bool drawn; /* dev is a tenth of the data and borrows its text */
};

/* Freed by dataset_free in every case. The errors of corpus_read and table_read; ERROR_INVALID
 * where there are fewer than two labels or rows, ERROR_NO_MEMORY. */
enum error dataset_read(const struct train_settings *settings, struct dataset *out) MUST_CHECK;
void dataset_free(struct dataset *dataset); /* safe on zeroed structs */

/* Gives the data its tenth back, so that the last fit is of all rows; dev stays what it was. */
void dataset_rejoin(struct dataset *dataset);

/* What training wants of a row: 1/k for each of its k labels, [stride]. */
void dataset_target(const struct corpus_row *row, uint32_t stride, float *target);

#endif
