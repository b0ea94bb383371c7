#ifndef EMOTRACK_APP_SIMULATION_H
#define EMOTRACK_APP_SIMULATION_H

#include "sync/server/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Federated learning in one process, through the code that devices and server run: a base model
 * trained on a part of a corpus, simulated users who rate its guesses on the rest, and rounds of
 * contributions. Nothing but the network, the disk and the signatures is left out. */
struct simulation;

struct simulation_settings {
    const char *data, *dev; /* paths; `text<TAB>label[,label...]` */
    const char *map;        /* `from<TAB>to`; NULL: labels as they are */
    double part;            /* of the rows of data that the base model is trained on */
    uint64_t seed;          /* of the part, and of who gets which rows */
    void (*progress)(const char *stage, int percent); /* NULL: nobody asks */
};

struct simulation_score {
    double accuracy, macro_f1, nll; /* on the dev rows with one label; nll: nats a row */
};

struct simulation_round {
    uint32_t round; /* 1 and up */
    uint64_t reports;
    double votes;   /* in a report, on average */
    double epsilon; /* spent by the user who took part most often; infinite: no guarantee */
    struct simulation_score score;
};

/* The last model against the base in one figure, by a paired bootstrap over the dev rows (Efron and
 * Tibshirani 1993). */
struct simulation_difference {
    double by;        /* last - base */
    double low, high; /* its 95 % interval */
    double p;         /* two-sided, of no difference */
};

struct simulation_gain {
    struct simulation_difference macro_f1, accuracy, nll;
};

/* Trains the base and, on all rows with the base's n-grams and the same penalty, the central model;
 * reads the rest and takes each user's ratings down. */
enum error simulation_new(const struct simulation_settings *settings,
                          struct simulation **out) MUST_CHECK;
void simulation_free(struct simulation *simulation); /* NULL is safe */

/* Rows that the users rate: those with one label that the base was not trained on. */
size_t simulation_ratings(const struct simulation *simulation);
struct simulation_score simulation_base(const struct simulation *simulation);
struct simulation_score simulation_central(const struct simulation *simulation);

typedef void simulation_visit(void *context, const struct simulation_round *round);

struct simulation_plan {
    uint32_t users, rounds;
    uint64_t seed; /* of lots, draws, noise and the bootstrap */
    simulation_visit *visit;
    void *context;
};

/* Runs the rounds from the base model under a server's configuration (`block` to `training`, and
 * `optimizer`), the ratings dealt out to the users; calls `visit` after each. The same settings
 * give the same figures. ERROR_INVALID: a round with fewer reports than the minimum, or a
 * configuration that does not go with the model. */
enum error simulation_run(struct simulation *simulation, const struct config *config,
                          const struct simulation_plan *plan,
                          struct simulation_gain *gain) MUST_CHECK;

#endif
