#ifndef EMOTRACK_APP_PERSONALIZE_H
#define EMOTRACK_APP_PERSONALIZE_H

#include "app/habit.h"

#include <stddef.h>
#include <stdint.h>

/* What the personal layer is worth: made-up people with habits (app/habit.h) rate their own
 * messages, one after the other, and each guess is counted before it is learnt from. */

enum { PERSONALIZE_BLOCK = 10 /* ratings */, PERSONALIZE_BLOCKS = HABIT_RATED / PERSONALIZE_BLOCK };

/* How many of the guesses are what the person would say: of the model with the layer, and alone. */
struct personalize_tally {
    uint64_t messages, with, without;
};

/* A difference between two accuracies, with its 95 % interval by a bootstrap over the people (Efron
 * and Tibshirani 1993). */
struct personalize_difference {
    double by, low, high;
};

struct personalize_result {
    uint32_t people;
    /* Messages that the habit touches: those rated, ten ratings of any message a block. */
    struct personalize_tally block[PERSONALIZE_BLOCKS];
    /* And those that are never rated: after 0, 10, ... 50 ratings. */
    struct personalize_tally held_out[PERSONALIZE_BLOCKS + 1];
    /* Messages of others that the person has not rated, after the last rating. */
    struct personalize_tally ordinary;
    struct personalize_difference gain; /* on those held out, within the first 20 ratings */
    struct personalize_difference harm; /* on the ordinary ones */
};

struct personalize_settings {
    const char *data; /* path; `text<TAB>label[,label...]` */
    const char *map;  /* `from<TAB>to`; NULL: labels as they are */
    uint32_t people;  /* with each habit */
    uint64_t seed;    /* of the people, of what they say of the guesses, and the bootstrap */
};

/* results[HABIT_KINDS] is of all people together. The same model, data and settings give the same
 * results. ERROR_INVALID: the rows are too few. */
enum error personalize(const struct model *model, const struct personalize_settings *settings,
                       struct personalize_result results[HABIT_KINDS + 1]) MUST_CHECK;

double personalize_accuracy(uint64_t right, const struct personalize_tally *tally);

#endif
