#ifndef EMOTRACK_SYNC_SERVER_AGGREGATE_H
#define EMOTRACK_SYNC_SERVER_AGGREGATE_H

#include "base/error.h"
#include "sync/manifest.h"
#include "sync/random.h"
#include "sync/report.h"

#include <stdint.h>

/* The sum of a round's votes. Pure: the server and the simulation use the same. */
struct aggregate {
    uint64_t reports;     /* summed up, the empty ones too */
    uint32_t coordinates; /* of `sum` */
    int32_t *sum;         /* [coordinates], owned */
};

/* All zero. ERROR_NO_MEMORY. */
enum error aggregate_init(struct aggregate *aggregate, uint32_t coordinates) MUST_CHECK;
void aggregate_free(struct aggregate *aggregate); /* safe on zeroed structs */

/* The report must have passed report_check. At most INT32_MAX reports. */
void aggregate_add(struct aggregate *aggregate, const struct report *report);

/* What the round learnt: noise of scale z sqrt(w) on every sum, then the mean change,
 * [coordinates] = (sum + noise) * u / reports. ERROR_NO_MEMORY; at least one report. */
enum error aggregate_open(const struct aggregate *aggregate, const struct manifest *manifest,
                          struct random *random, double *mean) MUST_CHECK;

#endif
