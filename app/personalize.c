#include "app/personalize.h"

#include "base/bytes.h"
#include "classifier/learner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RESAMPLES = 1000,
    GAIN_AFTER = 2, /* blocks */
    BARE_WRONG = 5, /* one in so many corrections names no emotion */
};

/* One person's part in the bootstrap. */
struct sample {
    struct personalize_tally gain, harm;
};

struct play {
    const struct personalize_settings *settings;
    const struct model *model;
    struct corpus corpus;
    struct corpus_row *rows; /* [world.count] */
    int *alone;              /* [world.count]: what the model says without a layer */
    struct habit_world world;
    struct predictor *plain, *personal;
    struct learner *learner;
    struct random random;
    struct sample *samples; /* [HABIT_KINDS * people] */
};

/* ---- what is read ---- */

static enum error read_rows(struct play *play)
{
    const char *map_path = play->settings->map;
    struct label_set set = {.count = model_label_count(play->model)};
    struct table map = {0};
    enum error error = map_path ? table_read(map_path, 2, &map) : ERROR_NONE;

    for (int i = 0; i < set.count; i++)
        snprintf(set.names[i], sizeof set.names[i], "%s", model_label(play->model, i)->name);
    if (!error)
        error =
            corpus_read(play->settings->data, map_path ? &map : NULL, false, &set, &play->corpus);
    table_free(&map);
    return error;
}

static int guess(struct predictor *predictor, const char *text, size_t length)
{
    struct prediction prediction;

    predictor_read(predictor, text, length, &prediction);
    return prediction.label;
}

/* Rows with one label, and what the model alone makes of them. */
static enum error take_rows(struct play *play)
{
    size_t count = play->corpus.count;

    play->rows = calloc(count + 1, sizeof *play->rows);
    play->alone = calloc(count + 1, sizeof *play->alone);
    if (!play->rows || !play->alone)
        return error_raise_plain(ERROR_NO_MEMORY);
    for (size_t i = 0; i < count; i++) {
        const struct corpus_row *row = &play->corpus.rows[i];

        if (label_single(row->labels) < 0)
            continue;
        play->alone[play->world.count] = guess(play->plain, row->text, row->length);
        play->rows[play->world.count++] = *row;
    }
    play->world.model = play->model;
    play->world.predictor = play->plain;
    play->world.rows = play->rows;
    return play->world.count > 0
               ? ERROR_NONE
               : error_raise(ERROR_INVALID, "'%s' has no row with one label", play->settings->data);
}

static enum error begin(struct play *play)
{
    unsigned char seed[RANDOM_SEED_BYTES] = {'p', 'e', 'o', 'p', 'l', 'e'};
    enum error error = random_ready();

    bytes_put_u64(seed + 8, play->settings->seed);
    random_start_seeded(&play->random, seed);
    if (!error)
        error = learner_new(play->model, &play->learner);
    if (!error)
        error = predictor_new(play->model, NULL, &play->plain);
    if (!error)
        error = predictor_new(play->model, play->learner, &play->personal);
    if (!error)
        error = read_rows(play);
    if (!error)
        error = take_rows(play);
    play->samples = calloc((size_t)HABIT_KINDS * play->settings->people, sizeof *play->samples);
    return error || play->samples ? error : error_raise_plain(ERROR_NO_MEMORY);
}

static void end(struct play *play)
{
    predictor_free(play->personal);
    predictor_free(play->plain);
    learner_free(play->learner);
    corpus_free(&play->corpus);
    free(play->samples);
    free(play->alone);
    free(play->rows);
}

/* ---- one person ---- */

static void count(struct personalize_tally *tally, int label, int with, int without)
{
    tally->messages++;
    tally->with += with == label;
    tally->without += without == label;
}

static void add(struct personalize_tally *to, const struct personalize_tally *tally)
{
    to->messages += tally->messages;
    to->with += tally->with;
    to->without += tally->without;
}

/* Guesses one message, and learns from what the person says of the guess. */
static enum error rate(struct play *play, const struct habit_message *message,
                       struct personalize_tally *touched)
{
    struct rated rated = {.text = message->text, .length = message->length, .label = -1};
    bool names = random_below(&play->random, BARE_WRONG) != 0;
    struct prediction prediction;

    predictor_read(play->personal, message->text, message->length, &prediction);
    if (message->touched)
        count(touched, message->label, prediction.label,
              guess(play->plain, message->text, message->length));
    rated.guess = prediction.can_tell ? prediction.label : -1;
    rated.right = rated.guess == message->label;
    if (!rated.right && names)
        rated.label = message->label;
    return learner_learn(play->learner, &rated);
}

static void measure_held_out(struct play *play, const struct person *person,
                             struct personalize_tally *tally)
{
    for (size_t i = 0; i < person->held_out_count; i++) {
        const struct habit_message *message = &person->held_out[i];

        count(tally, message->label, guess(play->personal, message->text, message->length),
              guess(play->plain, message->text, message->length));
    }
}

static void measure_ordinary(struct play *play, const struct person *person,
                             struct personalize_tally *tally)
{
    for (size_t i = 0; i < play->world.count; i++) {
        const struct corpus_row *row = &play->rows[i];
        int label = __builtin_ctzll(row->labels);

        if (!person->used[i] && label != person->from)
            count(tally, label, guess(play->personal, row->text, row->length), play->alone[i]);
    }
}

/* The person's ratings from the first to the last. */
static enum error live(struct play *play, const struct person *person,
                       struct personalize_result *result, struct sample *sample)
{
    struct personalize_tally held_out[PERSONALIZE_BLOCKS + 1] = {0};
    enum error error = ERROR_NONE;

    learner_reset(play->learner);
    measure_held_out(play, person, &held_out[0]);
    for (size_t i = 0; i < HABIT_RATED && !error; i++) {
        size_t block = i / PERSONALIZE_BLOCK;

        error = rate(play, &person->rated[i], &result->block[block]);
        if (!error && (i + 1) % PERSONALIZE_BLOCK == 0)
            measure_held_out(play, person, &held_out[block + 1]);
    }
    if (error)
        return error;
    measure_ordinary(play, person, &sample->harm);
    sample->gain = held_out[GAIN_AFTER];
    for (size_t i = 0; i <= PERSONALIZE_BLOCKS; i++)
        add(&result->held_out[i], &held_out[i]);
    add(&result->ordinary, &sample->harm);
    result->people++;
    return ERROR_NONE;
}

static enum error play_habit(struct play *play, enum habit_kind kind,
                             struct personalize_result *result)
{
    enum error error = ERROR_NONE;

    for (uint32_t i = 0; i < play->settings->people && !error; i++) {
        struct person person;

        error = person_make(&play->world, kind, &play->random, &person);
        if (!error)
            error = live(play, &person, result,
                         &play->samples[(size_t)kind * play->settings->people + i]);
        person_free(&person);
    }
    return error;
}

/* ---- all of them ---- */

double personalize_accuracy(uint64_t right, const struct personalize_tally *tally)
{
    return tally->messages > 0 ? (double)right / (double)tally->messages : 0;
}

static double difference(const struct personalize_tally *tally)
{
    return personalize_accuracy(tally->with, tally) - personalize_accuracy(tally->without, tally);
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static struct personalize_difference judge(double by, double drawn[RESAMPLES])
{
    qsort(drawn, RESAMPLES, sizeof *drawn, compare);
    return (struct personalize_difference){by, drawn[RESAMPLES / 40],
                                           drawn[RESAMPLES - 1 - RESAMPLES / 40]};
}

/* Draws as many of the people as there are, some more than once, again and again. */
static void judge_people(struct play *play, const struct sample *samples,
                         struct personalize_result *result)
{
    double gain[RESAMPLES], harm[RESAMPLES];

    for (size_t draw = 0; draw < RESAMPLES; draw++) {
        struct sample sum = {0};

        for (size_t i = 0; i < result->people; i++) {
            const struct sample *drawn = &samples[random_below(&play->random, result->people)];

            add(&sum.gain, &drawn->gain);
            add(&sum.harm, &drawn->harm);
        }
        gain[draw] = difference(&sum.gain);
        harm[draw] = difference(&sum.harm);
    }
    result->gain = judge(difference(&result->held_out[GAIN_AFTER]), gain);
    result->harm = judge(difference(&result->ordinary), harm);
}

static void add_result(struct personalize_result *to, const struct personalize_result *result)
{
    to->people += result->people;
    for (size_t i = 0; i < PERSONALIZE_BLOCKS; i++)
        add(&to->block[i], &result->block[i]);
    for (size_t i = 0; i <= PERSONALIZE_BLOCKS; i++)
        add(&to->held_out[i], &result->held_out[i]);
    add(&to->ordinary, &result->ordinary);
}

enum error personalize(const struct model *model, const struct personalize_settings *settings,
                       struct personalize_result results[HABIT_KINDS + 1])
{
    struct play play = {.settings = settings, .model = model};
    enum error error = begin(&play);

    memset(results, 0, (HABIT_KINDS + 1) * sizeof *results);
    for (int kind = 0; kind < HABIT_KINDS && !error; kind++)
        error = play_habit(&play, (enum habit_kind)kind, &results[kind]);
    for (int kind = 0; kind < HABIT_KINDS && !error; kind++) {
        add_result(&results[HABIT_KINDS], &results[kind]);
        judge_people(&play, play.samples + (size_t)kind * settings->people, &results[kind]);
    }
    if (!error)
        judge_people(&play, play.samples, &results[HABIT_KINDS]);
    end(&play);
    return error;
}
