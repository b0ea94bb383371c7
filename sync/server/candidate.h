#ifndef EMOTRACK_SYNC_SERVER_CANDIDATE_H
#define EMOTRACK_SYNC_SERVER_CANDIDATE_H

#include "base/buffer.h"
#include "classifier/model.h"

#include <stdint.h>

/* The model that a step makes: appends a model file with the weights of features 0..block-1 and the
 * bias moved by `step` ([(block + 1) * labels], the manifest's coordinates; the model has so many
 * features) and the given version; everything else is the base's. Its provenance ends in the line
 * "version N: <origin>", in place of the base's own such line. Pure. ERROR_INVALID: the step leads
 * to weights that no model file can have. */
enum error candidate_make(const struct model *base, uint32_t block, const double *step,
                          uint32_t version, const char *origin, struct buffer *out) MUST_CHECK;

/* The same weights under another version (rollback). */
enum error candidate_renumber(const struct model *model, uint32_t version, const char *origin,
                              struct buffer *out) MUST_CHECK;

#endif
