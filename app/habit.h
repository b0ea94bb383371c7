#ifndef EMOTRACK_APP_HABIT_H
#define EMOTRACK_APP_HABIT_H

#include "classifier/corpus.h"
#include "classifier/predict.h"
#include "sync/random.h"

#include <stdbool.h>
#include <stddef.h>

/* Made-up people who do not write as others do, each with one habit, and what they write. Whoever
 * has the same model, rows and random stream gets the same people. */

enum habit_kind {
    HABIT_SLANG, /* words that nobody else has, each for one emotion */
    HABIT_IRONY, /* phrases that mean another emotion than their words say */
    HABIT_EMOJI, /* emoji for another emotion than others use them for */
    HABIT_LABEL, /* what others call by one label, this person calls by another */
    HABIT_KINDS,
};

enum {
    HABIT_CUES = 2,      /* words, phrases or emoji of one person */
    HABIT_RATED = 50,    /* messages that one person writes and rates */
    HABIT_HELD_OUT = 50, /* the most messages of the habit that are never rated */
};

extern const char *const habit_names[HABIT_KINDS];

struct habit_message {
    char *text;
    size_t length; /* bytes */
    int label;     /* what this person would call it */
    bool touched;  /* by the habit; else an ordinary message */
};

struct person {
    enum habit_kind kind;
    int from, to; /* HABIT_LABEL: the two labels; else from is -1 */
    struct habit_message rated[HABIT_RATED];
    struct habit_message held_out[HABIT_HELD_OUT]; /* each touched */
    size_t held_out_count;
    bool *used; /* [rows]: stands in a message of this person */
};

/* What people are made of; borrowed. */
struct habit_world {
    const struct model *model;
    struct predictor *predictor;   /* of the model alone */
    const struct corpus_row *rows; /* [count]: messages of others, with one label each */
    size_t count;
};

/* One person with a habit of this kind: half of the messages that are rated are touched by it.
 * ERROR_INVALID: the rows are too few, or all of one label. Freed by person_free in every case. */
enum error person_make(const struct habit_world *world, enum habit_kind kind, struct random *random,
                       struct person *out) MUST_CHECK;
void person_free(struct person *person); /* safe on zeroed structs */

#endif
