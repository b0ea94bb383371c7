#ifndef EMOTRACK_CLASSIFIER_BATCH_H
#define EMOTRACK_CLASSIFIER_BATCH_H

#include "classifier/predict.h"

#include <stddef.h>

/* Many messages at once, on several threads. No result depends on how many there are. The learner
 * must not learn meanwhile. */
struct batch;

enum {
    BATCH_RANGE = 16, /* messages that a thread takes at a time */
};

/* `predictor` is the calling thread's, which does its share; it must outlive the batch and is not
 * to be used between batch_start and batch_finish. `threads`: the calling one and those that are
 * started once there is work for them; 0: as many as there are processors. ERROR_NO_MEMORY. */
enum error batch_new(struct predictor *predictor, int threads, struct batch **out) MUST_CHECK;
void batch_free(struct batch *batch); /* NULL is safe; what was started must be finished */

/* Does the messages from `from` to `to`, which begins at a multiple of BATCH_RANGE, with a
 * predictor that is no other thread's meanwhile. */
typedef void batch_work(void *context, struct predictor *predictor, size_t from, size_t to);

/* Begins to call `work` until every one of [0, count) is in one range, and returns; the calling
 * thread can prepare what is next. Where threads or their memory cannot be had, fewer do it all. */
void batch_start(struct batch *batch, batch_work *work, void *context, size_t count);

/* Does what nobody has begun, and waits until all is done. */
void batch_finish(struct batch *batch);

/* predictor_read of `count` messages. */
struct message {
    const char *text; /* borrowed for the call */
    size_t length;    /* bytes */
};
void batch_read(struct batch *batch, const struct message *messages, size_t count,
                struct prediction *out);

#endif
