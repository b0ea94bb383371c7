#ifndef EMOTRACK_CLASSIFIER_FITTING_H
#define EMOTRACK_CLASSIFIER_FITTING_H

#include "classifier/dataset.h"
#include "classifier/matrix.h"

/* Weights fitted to a dataset, for one vocabulary after the other and one recipe after the other:
 * each fit starts where the last one ended. */

/* How much weights cost: the L1 penalty of a word's (prefixes and bigrams cost more), or half their
 * square times `ridge`. */
struct recipe {
    double penalty, ridge;
};

struct fitting {
    const struct dataset *dataset;
    const struct text_settings *settings;
    void (*progress)(void *context, int iteration, double objective); /* NULL: none */
    void *context;

    struct vocabulary vocabulary; /* the present one, and its n-grams as they are written */
    const char *strings;
    const uint32_t *offsets; /* [features] */

    uint32_t stride;
    struct matrix data, dev;
    double *share;   /* [stride]: of the data's labels */
    float *target;   /* [rows][stride] */
    double *penalty; /* [features] */
    double *weights; /* [features + 1][stride], the bias last */
    float *rounded;  /* [features + 1][stride]: the weights as they were scored last */
    float *score;    /* [dev rows][stride] */
    uint64_t *truth; /* [dev rows] */
};

/* Takes a vocabulary (borrowed): reads the messages anew. The weights are 0 the first time; later
 * vocabularies are the first one's without some n-grams, and the caller moves `weights` along.
 * ERROR_NO_MEMORY. */
enum error fitting_take(struct fitting *fitting, const struct vocabulary *vocabulary,
                        const char *strings, const uint32_t *offsets) MUST_CHECK;

/* Fits `weights`, until an iteration gains less than `tolerance` of the objective. */
enum error fitting_run(struct fitting *fitting, const struct recipe *recipe,
                       double tolerance) MUST_CHECK;

/* Rounds the weights to floats, and scores dev with them. */
void fitting_score(struct fitting *fitting);

/* The mean loss of dev as it was scored last, at the best temperature: cross-entropy against 1/k
 * for each of a row's k labels. 0 where there are no rows. */
double fitting_loss(const struct fitting *fitting);

void fitting_free(struct fitting *fitting); /* safe on zeroed structs */

#endif
