#ifndef EMOTRACK_SYNC_SERVER_OPTIMIZER_H
#define EMOTRACK_SYNC_SERVER_OPTIMIZER_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* The server's step from the mean change (a pseudo-gradient): Reddi et al., "Adaptive Federated
 * Optimization" (2021), Algorithm 2. Pure. */

enum optimizer_kind {
    OPTIMIZER_FEDAVG,  /* w += rate mean */
    OPTIMIZER_FEDAVGM, /* m = beta1 m + mean;  w += rate m */
    OPTIMIZER_FEDADAM,
    OPTIMIZER_FEDYOGI,
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
    double *m, *v; /* [coordinates] each, owned */
};

enum error optimizer_init(struct optimizer *optimizer, const struct optimizer_settings *settings,
                          uint32_t coordinates) MUST_CHECK;
void optimizer_free(struct optimizer *optimizer); /* safe on zeroed structs */

/* step[i] is what to add to coordinate i. */
void optimizer_step(struct optimizer *optimizer, const double *mean, double *step);

/* The state as bytes; false: they are not this optimizer's (other settings or size): start anew. */
enum error optimizer_save(const struct optimizer *optimizer, struct buffer *out) MUST_CHECK;
bool optimizer_restore(struct optimizer *optimizer, const void *bytes, size_t length) MUST_CHECK;

#endif
