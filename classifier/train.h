#ifndef EMOTRACK_CLASSIFIER_TRAIN_H
#define EMOTRACK_CLASSIFIER_TRAIN_H

#include "base/buffer.h"
#include "classifier/metrics.h"
#include "classifier/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Corpus in, model file out. The same files and settings give the same bytes. */

struct train_settings {
    const char *data;   /* paths; `text<TAB>label[,label...]` */
    const char *dev;    /* held out, to choose by; NULL: a tenth of data, which is trained on after
                           the choice */
    const char *map;    /* `from<TAB>to`; NULL: labels as they are */
    const char *labels; /* `name<TAB>emoji<TAB>colour`; NULL: no emoji, colours in turn */
    const char *origin; /* "key: value" lines to put first into the provenance, or "" */
    uint64_t seed;      /* of the tenth, and of the part */
    double part;        /* of the rows of data that are used (train_takes); 0: all of them */
    double recall;      /* how far rare labels are favoured (calibration_recall), 0 to 1 */
    bool floats;        /* keep weights of four bytes, not of one */
    /* Whose n-grams to fit, in place of those of the data; its labels must be theirs. NULL: none */
    const struct model *vocabulary;
    /* Where the work is, in percent; NULL: nobody asks. */
    void (*progress)(const char *stage, int percent);
};

struct train_report {
    size_t rows, dev_rows, features, nonzero;
    double penalty, ridge; /* as they were chosen; one of them is 0 */
    uint32_t rows_learnt;  /* n-grams of so many rows and more were, 2 or 1 */
    struct metrics dev;    /* of the dev rows with one label */
    double coverage;       /* the part of those that is not "can't tell" */
    double threshold, temperature, slope;
};

/* Whether a row of data, counted from 0, is in the part that is used. */
bool train_takes(const struct train_settings *settings, size_t row);

/* Appends the model file to `out`. */
enum error train_model(const struct train_settings *settings, struct buffer *out,
                       struct train_report *report) MUST_CHECK;

#endif
