#include "app/simulation.h"

#include "base/bytes.h"
#include "classifier/corpus.h"
#include "classifier/predict.h"
#include "classifier/train.h"
#include "sync/privacy.h"
#include "sync/server/aggregate.h"
#include "sync/server/candidate.h"
#include "sync/update.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The model's view of the dev rows with one label. */
struct view {
    struct metrics metrics;
    unsigned char *guess; /* [dev rows] */
    double *loss;         /* [dev rows]: -ln p of the true label */
};

struct simulation {
    struct simulation_settings settings;
    struct model *base;
    struct corpus data, dev;
    struct rated *ratings; /* [rating_count], in the order of the users */
    size_t rating_count;
    unsigned char *truth; /* [dev_count] */
    size_t dev_count;
    struct view base_view, central_view;
};

/* ---- what is trained and read ---- */

static enum error train(const struct simulation *simulation, const struct model *vocabulary,
                        struct model **out)
{
    const struct simulation_settings *settings = &simulation->settings;
    struct train_settings training = {
        .data = settings->data,
        .dev = settings->dev,
        .map = settings->map,
        .origin = "",
        .seed = settings->seed,
        .part = vocabulary ? 0 : settings->part,
        .vocabulary = vocabulary,
        .progress = settings->progress,
    };
    struct train_report report;
    struct buffer file;
    enum error error;

    buffer_init(&file, MODEL_FILE_MAX);
    error = train_model(&training, &file, &report);
    if (!error)
        return model_from_bytes(&file, vocabulary ? "central" : "base", out);
    buffer_free(&file);
    return error;
}

static enum error read_rows(struct simulation *simulation)
{
    const struct simulation_settings *settings = &simulation->settings;
    const struct model *base = simulation->base;
    struct label_set set = {.count = model_label_count(base)};
    struct table map = {0};
    enum error error = settings->map ? table_read(settings->map, 2, &map) : ERROR_NONE;

    for (int i = 0; i < set.count; i++)
        snprintf(set.names[i], sizeof set.names[i], "%s", model_label(base, i)->name);
    if (!error)
        error = corpus_read(settings->data, settings->map ? &map : NULL, false, &set,
                            &simulation->data);
    if (!error)
        error =
            corpus_read(settings->dev, settings->map ? &map : NULL, false, &set, &simulation->dev);
    table_free(&map);
    return error;
}

/* The user sees the base model's guess and says what is right. */
static struct rated rate(struct predictor *predictor, const struct corpus_row *row)
{
    struct rated rated = {.text = row->text, .length = row->length, .label = -1};
    struct prediction prediction;

    predictor_read(predictor, row->text, row->length, &prediction);
    rated.guess = prediction.can_tell ? prediction.label : -1;
    rated.right = rated.guess == label_single(row->labels);
    if (!rated.right)
        rated.label = label_single(row->labels);
    return rated;
}

static void shuffle(struct rated *ratings, size_t count, uint64_t seed)
{
    unsigned char bytes[RANDOM_SEED_BYTES] = {'u', 's', 'e', 'r', 's'};
    struct random random;

    bytes_put_u64(bytes + 8, seed);
    random_start_seeded(&random, bytes);
    for (size_t left = count; left > 1; left--) {
        size_t at = (size_t)random_below(&random, left);
        struct rated moved = ratings[at];

        ratings[at] = ratings[left - 1];
        ratings[left - 1] = moved;
    }
}

static enum error rate_rest(struct simulation *simulation)
{
    const struct corpus *data = &simulation->data;
    struct train_settings part = {.seed = simulation->settings.seed,
                                  .part = simulation->settings.part};
    struct predictor *predictor = NULL;
    enum error error = predictor_new(simulation->base, NULL, &predictor);

    simulation->ratings = calloc(data->count, sizeof *simulation->ratings);
    if (!error && !simulation->ratings)
        error = error_raise_plain(ERROR_NO_MEMORY);
    for (size_t row = 0; row < data->count && !error; row++)
        if (!train_takes(&part, row) && label_single(data->rows[row].labels) >= 0)
            simulation->ratings[simulation->rating_count++] = rate(predictor, &data->rows[row]);
    if (!error)
        shuffle(simulation->ratings, simulation->rating_count, simulation->settings.seed);
    predictor_free(predictor);
    return error;
}

/* ---- how good a model is ---- */

static enum error take_view(const struct simulation *simulation, const struct model *model,
                            struct view *view)
{
    struct predictor *predictor = NULL;
    enum error error = predictor_new(model, NULL, &predictor);
    size_t at = 0;
    double loss;

    metrics_init(&view->metrics, model_label_count(model));
    if (!view->guess)
        view->guess = malloc(simulation->dev_count);
    if (!view->loss)
        view->loss = malloc(simulation->dev_count * sizeof *view->loss);
    if (!error && (!view->guess || !view->loss))
        error = error_raise_plain(ERROR_NO_MEMORY);
    for (size_t row = 0; row < simulation->dev.count && !error; row++) {
        const struct corpus_row *message = &simulation->dev.rows[row];
        struct prediction prediction;

        if (label_single(message->labels) < 0)
            continue;
        predictor_read(predictor, message->text, message->length, &prediction);
        loss = view->metrics.loss;
        metrics_add(&view->metrics, simulation->truth[at], prediction.probability);
        view->loss[at] = view->metrics.loss - loss;
        view->guess[at++] = (unsigned char)prediction.label;
    }
    predictor_free(predictor);
    return error;
}

static void free_view(struct view *view)
{
    free(view->guess);
    free(view->loss);
}

static enum error take_truth(struct simulation *simulation)
{
    const struct corpus *dev = &simulation->dev;

    simulation->truth = malloc(dev->count + 1);
    if (!simulation->truth)
        return error_raise_plain(ERROR_NO_MEMORY);
    for (size_t row = 0; row < dev->count; row++)
        if (label_single(dev->rows[row].labels) >= 0)
            simulation->truth[simulation->dev_count++] =
                (unsigned char)label_single(dev->rows[row].labels);
    return simulation->dev_count > 0 && simulation->rating_count > 0
               ? ERROR_NONE
               : error_raise(ERROR_INVALID,
                             "there is nothing to simulate with: both files need rows with one "
                             "label, and some of the data must be left to the users");
}

static struct simulation_score score_of(const struct view *view)
{
    return (struct simulation_score){metrics_accuracy(&view->metrics),
                                     metrics_macro_f1(&view->metrics), metrics_nll(&view->metrics)};
}

enum error simulation_new(const struct simulation_settings *settings, struct simulation **out)
{
    struct simulation *simulation = calloc(1, sizeof *simulation);
    struct model *central = NULL;
    enum error error;

    *out = NULL;
    if (!simulation)
        return error_raise_plain(ERROR_NO_MEMORY);
    simulation->settings = *settings;
    error = random_ready();
    if (!error)
        error = train(simulation, NULL, &simulation->base);
    if (!error)
        error = train(simulation, simulation->base, &central);
    if (!error)
        error = read_rows(simulation);
    if (!error)
        error = rate_rest(simulation);
    if (!error)
        error = take_truth(simulation);
    if (!error)
        error = take_view(simulation, simulation->base, &simulation->base_view);
    if (!error)
        error = take_view(simulation, central, &simulation->central_view);
    model_close(central);
    if (error)
        simulation_free(simulation);
    else
        *out = simulation;
    return error;
}

void simulation_free(struct simulation *simulation)
{
    if (!simulation)
        return;
    model_close(simulation->base);
    corpus_free(&simulation->data);
    corpus_free(&simulation->dev);
    free(simulation->ratings);
    free(simulation->truth);
    free_view(&simulation->base_view);
    free_view(&simulation->central_view);
    free(simulation);
}

size_t simulation_ratings(const struct simulation *simulation)
{
    return simulation->rating_count;
}

struct simulation_score simulation_base(const struct simulation *simulation)
{
    return score_of(&simulation->base_view);
}

struct simulation_score simulation_central(const struct simulation *simulation)
{
    return score_of(&simulation->central_view);
}

/* ---- rounds ---- */

struct run {
    struct simulation *simulation;
    const struct config *config;
    struct manifest manifest;
    unsigned char manifest_hash[HASH_BYTES];
    const struct simulation_plan *plan;
    uint32_t *spent; /* [users]: contributions */
    struct model *model;
    struct update *update;
    struct aggregate aggregate;
    struct optimizer optimizer;
    struct random random;
    uint64_t votes;        /* of the round */
    uint32_t *scratch;     /* [coordinates] */
    double *mean, *step;   /* [coordinates] */
    struct buffer wire;    /* one report */
    struct report out, in; /* as the device wrote it, as the server read it */
    struct view view;
};

static void start_manifest(struct run *run)
{
    const struct config *config = run->config;

    run->manifest = (struct manifest){
        .open = true,
        .labels = (uint32_t)model_label_count(run->simulation->base),
        .block = config->block,
        .votes = config->votes,
        .noise = config->noise,
        .minimum = config->minimum,
        .contributions = config->contributions,
        .participation = config->participation,
        .training = config->training,
    };
}

static enum error begin(struct run *run)
{
    unsigned char seed[RANDOM_SEED_BYTES] = {'r', 'o', 'u', 'n', 'd', 's'};
    uint32_t coordinates;
    enum error error;

    if (run->config->block > model_feature_count(run->simulation->base))
        return error_raise(ERROR_INVALID, "the base model has %u n-grams, fewer than the block",
                           model_feature_count(run->simulation->base));
    bytes_put_u64(seed + 8, run->plan->seed);
    random_start_seeded(&run->random, seed);
    start_manifest(run);
    coordinates = manifest_coordinates(&run->manifest);
    buffer_init(&run->wire, REPORT_MAX);
    run->spent = calloc(run->plan->users, sizeof *run->spent);
    run->scratch = calloc(coordinates, sizeof *run->scratch);
    run->mean = calloc(coordinates, sizeof *run->mean);
    run->step = calloc(coordinates, sizeof *run->step);
    error = optimizer_init(&run->optimizer, &run->config->optimizer, coordinates);
    if (!error && (!run->spent || !run->scratch || !run->mean || !run->step))
        error = error_raise_plain(ERROR_NO_MEMORY);
    return error;
}

static void end(struct run *run)
{
    if (run->model != run->simulation->base)
        model_close(run->model);
    update_free(run->update);
    aggregate_free(&run->aggregate);
    optimizer_free(&run->optimizer);
    buffer_free(&run->wire);
    free(run->spent);
    free(run->scratch);
    free(run->mean);
    free(run->step);
    free_view(&run->view);
}

/* The device's side: ratings to the bytes of a report. */
static enum error contribute(struct run *run, uint32_t user)
{
    const struct manifest *manifest = &run->manifest;
    size_t count = run->simulation->rating_count;
    size_t from = count * user / run->plan->users, to = count * (user + 1) / run->plan->users;
    const float *change;
    enum error error = ERROR_NONE;

    update_reset(run->update);
    for (size_t i = from; i < to && !error; i++)
        error = update_add(run->update, &run->simulation->ratings[i]);
    if (!error)
        error = update_train(run->update, &change);
    if (error)
        return error;
    run->out.round = manifest->round;
    memcpy(run->out.manifest_hash, run->manifest_hash, HASH_BYTES);
    bytes_put_u64(run->out.id, random_u64(&run->random));
    bytes_put_u64(run->out.id + 8, random_u64(&run->random));
    run->out.count =
        update_draw(&run->random, change, manifest_coordinates(manifest), manifest->training.unit,
                    manifest->votes, run->scratch, run->out.vote);
    buffer_clear(&run->wire);
    return report_write(&run->out, manifest->votes, &run->wire);
}

/* The server's side. */
static enum error take_in(struct run *run)
{
    enum error error = report_read(run->wire.data, run->wire.length, &run->in);

    if (!error)
        error = report_check(&run->in, run->wire.length, &run->manifest, run->manifest_hash);
    if (error)
        return error;
    aggregate_add(&run->aggregate, &run->in);
    run->votes += run->in.count;
    return ERROR_NONE;
}

static enum error collect(struct run *run)
{
    enum error error = aggregate_init(&run->aggregate, manifest_coordinates(&run->manifest));

    run->votes = 0;
    if (!error)
        error = update_new(run->model, &run->manifest, &run->update);
    for (uint32_t user = 0; user < run->plan->users && !error; user++) {
        if (random_unit(&run->random) >= run->manifest.participation ||
            run->spent[user] == run->manifest.contributions)
            continue;
        error = contribute(run, user);
        if (!error)
            error = take_in(run);
        run->spent[user]++;
    }
    update_free(run->update);
    run->update = NULL;
    return error;
}

/* The model that the round's reports make takes the place of the one before. */
static enum error learn(struct run *run)
{
    enum error error = aggregate_open(&run->aggregate, &run->manifest, &run->random, run->mean);
    struct model *model = NULL;
    struct buffer file;

    if (error)
        return error;
    optimizer_look(&run->optimizer, run->model, &run->manifest, run->aggregate.reports);
    optimizer_step(&run->optimizer, run->mean, run->step);
    buffer_init(&file, MODEL_FILE_MAX);
    error = candidate_make(run->model, run->manifest.block, run->step,
                           run->manifest.model_version + 1, "simulation", &file);
    if (!error)
        error = model_from_bytes(&file, "candidate", &model);
    buffer_free(&file);
    if (error)
        return error;
    if (run->model != run->simulation->base)
        model_close(run->model);
    run->model = model;
    return ERROR_NONE;
}

static double spent_epsilon(const struct run *run)
{
    uint32_t most = 0;

    for (uint32_t user = 0; user < run->plan->users; user++)
        most = run->spent[user] > most ? run->spent[user] : most;
    return privacy_epsilon(most * privacy_rho(run->config->noise), PRIVACY_DELTA);
}

static enum error play_round(struct run *run, uint32_t number, struct simulation_round *out)
{
    enum error error;

    run->manifest.sequence = run->manifest.round = number;
    run->manifest.model_version = model_version(run->model);
    hash_bytes(&run->manifest.round, sizeof run->manifest.round, run->manifest_hash);
    error = collect(run);
    *out = (struct simulation_round){.round = number, .reports = run->aggregate.reports};
    if (!error && out->reports < run->manifest.minimum)
        error = error_raise(ERROR_INVALID,
                            "round %u has %llu reports, and the minimum is %u: more users, or "
                            "fewer rounds for so many contributions",
                            number, (unsigned long long)out->reports, run->manifest.minimum);
    if (!error)
        error = learn(run);
    aggregate_free(&run->aggregate);
    if (!error)
        error = take_view(run->simulation, run->model, &run->view);
    if (error)
        return error;
    out->votes = (double)run->votes / (double)out->reports;
    out->epsilon = spent_epsilon(run);
    out->score = score_of(&run->view);
    return ERROR_NONE;
}

/* ---- the bootstrap ---- */

enum { RESAMPLES = 2000 };

struct counts {
    int labels;
    uint32_t support[LABELS_MAX], right[LABELS_MAX], named[LABELS_MAX];
};

/* As metrics_macro_f1. */
static double macro_f1(const struct counts *counts, const uint32_t *support)
{
    double sum = 0;
    int labels = 0;

    for (int i = 0; i < counts->labels; i++) {
        if (support[i] + counts->named[i] == 0)
            continue;
        sum += 2.0 * counts->right[i] / (support[i] + counts->named[i]);
        labels++;
    }
    return labels > 0 ? sum / labels : 0;
}

/* What is told of one resample: last - base. */
enum figure { MACRO_F1, ACCURACY, NLL, FIGURES };

static void resample(const struct run *run, struct random *random, double out[FIGURES])
{
    const struct simulation *simulation = run->simulation;
    const struct view *was = &simulation->base_view, *is = &run->view;
    struct counts base = {.labels = model_label_count(simulation->base)}, last = base;
    double rows = (double)simulation->dev_count, right = 0, loss = 0;

    for (size_t i = 0; i < simulation->dev_count; i++) {
        size_t row = (size_t)random_below(random, simulation->dev_count);
        int truth = simulation->truth[row];

        base.support[truth]++;
        base.named[was->guess[row]]++;
        base.right[truth] += was->guess[row] == truth;
        last.named[is->guess[row]]++;
        last.right[truth] += is->guess[row] == truth;
        right += (is->guess[row] == truth) - (was->guess[row] == truth);
        loss += is->loss[row] - was->loss[row];
    }
    out[MACRO_F1] = macro_f1(&last, base.support) - macro_f1(&base, base.support);
    out[ACCURACY] = right / rows;
    out[NLL] = loss / rows;
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

/* `drawn`: [RESAMPLES], which are sorted. */
static struct simulation_difference judge(double by, double *drawn)
{
    struct simulation_difference difference = {.by = by};
    int below = 0, above = 0;

    for (int i = 0; i < RESAMPLES; i++) {
        below += drawn[i] <= 0;
        above += drawn[i] >= 0;
    }
    qsort(drawn, RESAMPLES, sizeof *drawn, compare_doubles);
    difference.low = drawn[RESAMPLES / 40];
    difference.high = drawn[RESAMPLES - 1 - RESAMPLES / 40];
    difference.p = fmin(1, 2.0 * ((below < above ? below : above) + 1) / (RESAMPLES + 1));
    return difference;
}

static enum error measure_gain(struct run *run, struct simulation_gain *out)
{
    struct simulation_score was = simulation_base(run->simulation), is = score_of(&run->view);
    double(*drawn)[RESAMPLES] = malloc(FIGURES * sizeof *drawn), figures[FIGURES];

    if (!drawn)
        return error_raise_plain(ERROR_NO_MEMORY);
    for (int i = 0; i < RESAMPLES; i++) {
        resample(run, &run->random, figures);
        for (int figure = 0; figure < FIGURES; figure++)
            drawn[figure][i] = figures[figure];
    }
    out->macro_f1 = judge(is.macro_f1 - was.macro_f1, drawn[MACRO_F1]);
    out->accuracy = judge(is.accuracy - was.accuracy, drawn[ACCURACY]);
    out->nll = judge(is.nll - was.nll, drawn[NLL]);
    free(drawn);
    return ERROR_NONE;
}

enum error simulation_run(struct simulation *simulation, const struct config *config,
                          const struct simulation_plan *plan, struct simulation_gain *gain)
{
    struct run run = {
        .simulation = simulation, .config = config, .plan = plan, .model = simulation->base};
    enum error error;

    assert(plan->users > 0 && plan->rounds > 0);
    error = begin(&run);
    for (uint32_t number = 1; number <= plan->rounds && !error; number++) {
        struct simulation_round round;

        error = play_round(&run, number, &round);
        if (!error)
            plan->visit(plan->context, &round);
    }
    if (!error)
        error = measure_gain(&run, gain);
    end(&run);
    return error;
}
