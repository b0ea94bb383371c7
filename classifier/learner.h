#ifndef EMOTRACK_CLASSIFIER_LEARNER_H
#define EMOTRACK_CLASSIFIER_LEARNER_H

#include "base/buffer.h"
#include "classifier/model.h"

#include <stdbool.h>
#include <stddef.h>

/* The personal layer: sparse weights beside the model's, over the public vocabulary and over the
 * user's own words (hashed; they are nowhere but in this memory). It is a fold over ratings in the
 * order in which they were given: the same model and ratings give the same bits. */
struct learner;

/* One rating of one message. Labels are indices into the model's labels, -1 for none. */
struct rated {
    const char *text; /* borrowed for the call */
    size_t length;    /* bytes */
    int guess;        /* what was guessed when it was stored; -1: "can't tell", or a label that
                         this model does not know */
    bool right;       /* the user said that the guess is right */
    int label;        /* the emotion that the user picked instead; -1: none was picked */
};

/* `model` must outlive it. ERROR_NO_MEMORY. */
enum error learner_new(const struct model *model, struct learner **out) MUST_CHECK;
void learner_free(struct learner *learner); /* NULL is safe */

/* Learns from one rating: right -> an example of the guess; wrong with a label -> an example of
 * that label; wrong alone -> -log(1 - p[guess]) (complementary label). A rating that names no label
 * of this model teaches nothing. ERROR_NO_MEMORY: nothing was learnt. */
enum error learner_learn(struct learner *learner, const struct rated *rated) MUST_CHECK;

/* Appends the layer as it is, as bytes for learner_restore: a shorter way than learning from the
 * same ratings again, to the same bits. They hold hashes of the user's own words. ERROR_NO_MEMORY,
 * ERROR_TOO_LARGE. */
enum error learner_save(const struct learner *learner, struct buffer *out) MUST_CHECK;

/* Takes a saved layer in place of what it has learnt. False, and nothing learnt, where the bytes
 * are not a layer that this learner saved for this model, or memory is short: then the ratings
 * themselves must be learnt. */
bool learner_restore(struct learner *learner, const void *bytes, size_t length) MUST_CHECK;

/* Back to the model alone. */
void learner_reset(struct learner *learner);

/* How many ratings it has learnt from. */
size_t learner_count(const struct learner *learner);

#endif
