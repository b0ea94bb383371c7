#ifndef EMOTRACK_CLASSIFIER_PREDICT_H
#define EMOTRACK_CLASSIFIER_PREDICT_H

#include "base/error.h"
#include "classifier/label.h"
#include "classifier/learner.h"
#include "classifier/model.h"
#include "classifier/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct prediction {
    int label;                     /* index of the most probable label */
    bool can_tell;                 /* false: "can't tell" (nothing known, or below the threshold) */
    uint64_t labels;               /* bit i: label i is the most probable, or as probable as its own
                                      threshold wants; worth naming where can_tell is true */
    uint32_t tokens;               /* words and signs in the message */
    uint32_t known;                /* of those, how many the model or the user's ratings know */
    float probability[LABELS_MAX]; /* [labels], sums to 1; softmax with the model's temperature */
};

/* One feature's part in the winning score. */
struct contribution {
    const char
        *feature; /* as in the vocabulary: "love", "not:good", "looking forward", "<shout>" */
    float value;  /* x * (w[label] - mean of w[others]), before temperature */
    uint32_t start,
        end;       /* the bytes of the message that it stands for; start == end: none (flags) */
    bool personal; /* true: a word of the user's own, not in the public vocabulary */
};

/* Why the label won: score == bias + the sum of all contributions (within float rounding). */
struct why {
    const struct contribution *items; /* largest |value| first; only those that are not 0 */
    size_t count;
    float bias;  /* b[label] - mean of b[others]; and that of what ratings teach of the labels */
    float score; /* score[label] - mean of the other scores */
};

/* The likeliest of a set of labels that is not empty; ties in the model's order. */
static inline int prediction_likeliest(const struct prediction *prediction, uint64_t labels)
{
    int best = __builtin_ctzll(labels);

    for (labels &= labels - 1; labels; labels &= labels - 1) {
        int label = __builtin_ctzll(labels);

        if (prediction->probability[label] > prediction->probability[best])
            best = label;
    }
    return best;
}

/* The workspace of one thread: allocated once, so that reading a message allocates nothing and
 * cannot fail. */
struct predictor;

/* `model` and `learner` (NULL: the model alone) must outlive it; the learner may learn meanwhile.
 * ERROR_NO_MEMORY. */
enum error predictor_new(const struct model *model, const struct learner *learner,
                         struct predictor **out) MUST_CHECK;
/* Another for the same model and learner. ERROR_NO_MEMORY. */
enum error predictor_twin(const struct predictor *predictor, struct predictor **out) MUST_CHECK;
void predictor_free(struct predictor *predictor); /* NULL is safe */

/* Reads one message: any bytes, invalid UTF-8 and NUL included. The result depends on the bytes,
 * the model and the learner's ratings alone, to the last bit. */
void predictor_read(struct predictor *predictor, const char *text, size_t length,
                    struct prediction *out);

/* The why of the message read last, for its winning label. Borrowed: lives until the predictor
 * reads the next message. */
void predictor_why(struct predictor *predictor, struct why *out);

#endif
