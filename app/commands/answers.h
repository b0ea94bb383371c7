#ifndef EMOTRACK_APP_COMMANDS_ANSWERS_H
#define EMOTRACK_APP_COMMANDS_ANSWERS_H

#include "base/buffer.h"
#include "classifier/predict.h"

#include <stdbool.h>
#include <stddef.h>

/* How `predict` writes what was guessed. Safe to use on several threads at once. */
struct answers {
    const struct model *model;
    bool json, why, all, terminal; /* terminal: text is made safe for it */
    bool lines;                    /* no text has a line break */
    struct {
        char bytes[LABEL_NAME_MAX + 1]; /* copied whole, which needs no branch */
        size_t length;
    } names[LABELS_MAX];
};

/* Fills the names of `model`, which must outlive it. */
void answers_init(struct answers *answers, const struct model *model);

enum { ANSWER_MAX = 8 * 1024 * 1024 /* bytes: RECORD_MAX */ };

/* Guesses one message and appends the answer, with its line break. ERROR_NO_MEMORY,
 * ERROR_TOO_LARGE. */
enum error answers_append(const struct answers *answers, struct predictor *predictor,
                          const char *text, size_t length, struct prediction *prediction,
                          struct buffer *out) MUST_CHECK;

#endif
