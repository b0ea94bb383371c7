#ifndef EMOTRACK_SYNC_SERVER_OPTIMIZER_H
#define EMOTRACK_SYNC_SERVER_OPTIMIZER_H

#include "base/buffer.h"
#include "base/error.h"
#include "classifier/model.h"
#include "sync/manifest.h"

#include <stdbool.h>
#include <stdint.h>

/* The server's step from the mean change (a pseudo-gradient): Reddi et al., "Adaptive Federated
 * Optimization" (2021), Algorithm 2; and Kalman, "A New Approach to Linear Filtering and Prediction
 * Problems" (1960), for sums whose noise is known. Pure.
 *
 * OPTIMIZER_KALMAN takes a coordinate's mean for c d + noise: d, how far the weight still is from
 * the best one, is Gaussian around 0, at first of deviation tau |weight of the first base model|; c
 * follows from how frequent the n-gram is. It moves the weight by `rate` of what it then expects of
 * d, and is surer of d each time. A loss's slopes sum to 0 over the labels, so the mean over an
 * n-gram's labels is noise, and taken off. What the first model gives no weight, and the bias,
 * stay. */

enum optimizer_kind {
    OPTIMIZER_FEDAVG,  /* w += rate mean */
    OPTIMIZER_FEDAVGM, /* m = beta1 m + mean;  w += rate m */
    OPTIMIZER_FEDADAM,
    OPTIMIZER_FEDYOGI,
    OPTIMIZER_KALMAN,
};
extern const char *const optimizer_names[]; /* "fedavg" ..., by kind; NULL ends it */

struct optimizer_settings {
    enum optimizer_kind kind;
    double rate, beta1, beta2, tau;
};

/* Kept across rounds. */
struct optimizer {
    struct optimizer_settings settings;
    uint32_t coordinates;
    uint64_t steps;
    double *m, *v; /* [coordinates] each, owned; OPTIMIZER_KALMAN: v is the variance of d */
    double *slope; /* [coordinates], owned: c; of the present round, as */
    double noise;  /* the variance of the noise */
    uint32_t labels;
};

enum error optimizer_init(struct optimizer *optimizer, const struct optimizer_settings *settings,
                          uint32_t coordinates) MUST_CHECK;
void optimizer_free(struct optimizer *optimizer); /* safe on zeroed structs */

/* What a round's mean is to be judged by, before each step: OPTIMIZER_KALMAN needs it, the others
 * do not look at it. `base` is the round's base model, and has the manifest's coordinates. */
void optimizer_look(struct optimizer *optimizer, const struct model *base,
                    const struct manifest *manifest, uint64_t reports);

/* step[i] is what to add to coordinate i. */
void optimizer_step(struct optimizer *optimizer, const double *mean, double *step);

/* The state as bytes; false: they are not this optimizer's (other settings or size): start anew. */
enum error optimizer_save(const struct optimizer *optimizer, struct buffer *out) MUST_CHECK;
bool optimizer_restore(struct optimizer *optimizer, const void *bytes, size_t length) MUST_CHECK;

#endif
