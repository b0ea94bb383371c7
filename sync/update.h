#ifndef EMOTRACK_SYNC_UPDATE_H
#define EMOTRACK_SYNC_UPDATE_H

#include "base/error.h"
#include "classifier/learner.h"
#include "sync/manifest.h"
#include "sync/random.h"

/* From ratings to votes (DESIGN "Contribution", 3): local SGD from the round's base model, the
 * change of the block's weights, clipped, and drawn as votes. Sees public features alone: the
 * user's own words have no coordinate. */
struct update;

/* `model` (the manifest's base model) must outlive it. ERROR_NO_MEMORY. */
enum error update_new(const struct model *model, const struct manifest *manifest,
                      struct update **out) MUST_CHECK;
void update_free(struct update *update); /* NULL is safe; wipes what it learnt */

/* Back to no ratings; wipes what it learnt. */
void update_reset(struct update *update);

/* Adds one live rating, in the order of rating (the text is taken apart at once and not kept).
 * What a rating teaches is as in learner_learn. ERROR_NO_MEMORY. */
enum error update_add(struct update *update, const struct rated *rated) MUST_CHECK;

/* Trains: the change of each coordinate, each within +-u, the whole scaled to an L1 norm of at most
 * w u. Borrowed, [manifest_coordinates]; the same ratings give the same bits. ERROR_NO_MEMORY. */
enum error update_train(struct update *update, const float **change) MUST_CHECK;

/* Votes of a change (each |change| <= unit, sum |change| <= votes * unit): the coordinates are
 * shuffled, then sampled systematically (Madow 1949; one uniform a, coordinate i is voted when
 * floor(a + cumulative |change| / unit) steps), in integers: the expected vote is change / unit cut
 * to a multiple of 2^-32, exactly, and no draw has more than `votes`. Writes them to `vote`
 * [votes], coordinates ascending; returns how many. `scratch`: [coordinates]. */
uint32_t update_draw(struct random *random, const float *change, uint32_t coordinates, double unit,
                     uint32_t votes, uint32_t *scratch, uint32_t *vote);

#endif
