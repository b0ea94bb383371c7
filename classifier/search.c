#include "classifier/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Close enough to tell strengths apart. */
static const double TOLERANCE = 1e-3;

/* Losses on a path have one valley, with some noise in it: a path ends where it has become worse by
 * more than noise, or twice. The ridge path ends at once where it is far from the L1 path's best,
 * as those of noisy labels are. */
static const double NOISE = 1.002, FAR = 1.02;

/* From strong to weak, so that each fit starts near its end; each weaker by the square root of 2,
 * or by 2. */
static const double penalties[] = {1.414, 1, 0.707, 0.5, 0.354, 0.25, 0.177, 0.125, 0.088};
static const double ridges[] = {0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125};

enum { PENALTIES = sizeof penalties / sizeof *penalties, RIDGES = sizeof ridges / sizeof *ridges };

struct search {
    struct fitting *fitting;
    struct recipe recipe; /* the best so far */
    double loss;
    double *weights; /* its weights, [features + 1][stride] */
};

static size_t weights_size(const struct fitting *fitting)
{
    return (fitting->vocabulary.count + 1) * fitting->stride * sizeof *fitting->weights;
}

static enum error try_recipe(struct search *search, const struct recipe *recipe, double *loss)
{
    struct fitting *fitting = search->fitting;
    enum error error = fitting_run(fitting, recipe, TOLERANCE);

    if (error)
        return error;
    fitting_score(fitting);
    *loss = fitting_loss(fitting);
    if (*loss < search->loss) {
        search->loss = *loss;
        search->recipe = *recipe;
        memcpy(search->weights, fitting->weights, weights_size(fitting));
    }
    return ERROR_NONE;
}

static enum error walk(struct search *search, const double *strengths, size_t count, bool ridge)
{
    double best = INFINITY, others = search->loss, loss;
    enum error error = ERROR_NONE;
    int worse = 0;

    for (size_t i = 0; i < count && worse < 2 && !error; i++) {
        struct recipe recipe = {ridge ? 0 : strengths[i], ridge ? strengths[i] : 0};

        error = try_recipe(search, &recipe, &loss);
        if (error || loss > best * NOISE || loss > others * FAR)
            break;
        worse = loss < best ? 0 : worse + 1;
        best = loss < best ? loss : best;
    }
    return error;
}

enum error search_recipe(struct fitting *fitting, unsigned kinds, struct recipe *out, double *loss)
{
    struct search search = {.fitting = fitting, .loss = INFINITY};
    enum error error = ERROR_NONE;

    *loss = 0;
    *out = (struct recipe){.penalty = penalties[PENALTIES / 3]};
    if (fitting->dev.rows == 0)
        return fitting_run(fitting, out, TOLERANCE);
    search.weights = malloc(weights_size(fitting));
    if (!search.weights)
        return error_raise_plain(ERROR_NO_MEMORY);
    if (kinds & SEARCH_L1)
        error = walk(&search, penalties, PENALTIES, false);
    if (!error && kinds & SEARCH_RIDGE)
        error = walk(&search, ridges, RIDGES, true);
    if (!error) {
        memcpy(fitting->weights, search.weights, weights_size(fitting));
        *out = search.recipe;
        *loss = search.loss;
    }
    free(search.weights);
    return error;
}
