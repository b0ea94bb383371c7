#ifndef EMOTRACK_SYNC_SERVER_GATE_H
#define EMOTRACK_SYNC_SERVER_GATE_H

#include "classifier/model.h"
#include "sync/server/config.h"
#include "sync/server/folder.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The gate between a candidate and the users: the operator's validation file. Rows with several
 * labels are passed over. */
struct gate_figures {
    double accuracy, macro_f1; /* NaN: no validation file is configured */
    uint64_t rows;
};

/* What a gate says that could not measure, ahead of why. Why is for the operator: it names files,
 * and quotes them. */
#define GATE_TROUBLE "the gate cannot judge"

/* How good a model is on the validation file. ERROR_INVALID: the file has no usable row; the errors
 * of corpus_read and table_read. */
enum error gate_measure(const struct config *config, const struct folder *folder,
                        const struct model *model, struct gate_figures *out) MUST_CHECK;

/* Whether the candidate may replace the present model; `words` says why, with figures. */
bool gate_passes(const struct config *config, const struct gate_figures *present,
                 const struct gate_figures *candidate, char *words, size_t size);

#endif
