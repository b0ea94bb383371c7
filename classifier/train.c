#include "classifier/train.h"

#include "classifier/calibration.h"
#include "classifier/english.h"
#include "classifier/features.h"
#include "classifier/lexicon.h"
#include "classifier/model_format.h"
#include "classifier/model_parts.h"
#include "classifier/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROWS_LEARNT = 2, /* at least, for an n-gram to be learnt, unless those of one row help */
    ROWS_KNOWN = 3,  /* at least, for a token to be a known one though it says nothing */
    CELLS_MAX = 8 * 1024 * 1024, /* of weights, for those of one row to be tried */
};

/* The last fit's: what a gain of less would move no probability to be seen. */
static const double TOLERANCE = 1e-5, FIRST_TOLERANCE = 1e-3;

/* Of a loss: what is not below is no gain to pay for with a larger file. */
static const double CLEARLY = 0.995;

/* What has been fitted, beside weights and bias. */
struct fitted {
    uint32_t rows_learnt;      /* ROWS_LEARNT or 1 */
    struct recipe first, last; /* before n-grams without weights are dropped, and after */
    float scale[LABELS_MAX], label_threshold[LABELS_MAX];
    double temperature;
    struct train_report report;
};

struct training {
    const struct train_settings *settings;
    struct dataset dataset;
    struct lexicon lexicon; /* unused where a model gives the vocabulary */
    struct fitting fitting;
    struct fitted fitted;
    struct buffer origin;
    const char *stage; /* of the work, which begins at `base` percent and takes `span` */
    int base, span;
};

static void report_stage(struct training *training, const char *stage, int base, int span)
{
    training->stage = stage;
    training->base = base;
    training->span = span;
    if (training->settings->progress)
        training->settings->progress(stage, base);
}

/* Nobody knows how many iterations it takes: each goes a part of the way that is left. */
static void report_iteration(void *context, int iteration, double objective)
{
    const struct training *training = context;

    (void)objective;
    if (training->settings->progress)
        training->settings->progress(training->stage,
                                     training->base + training->span * iteration / (iteration + 8));
}

/* ---- the vocabulary ---- */

static bool is_frequent(const void *context, const struct lexicon_entry *entry, size_t place)
{
    const uint32_t *least = context;

    (void)place;
    return entry->rows >= *least;
}

static enum error take_lexicon(struct training *training)
{
    const struct lexicon *lexicon = &training->lexicon;

    return fitting_take(&training->fitting, &lexicon->vocabulary, lexicon->strings.data,
                        lexicon->offsets);
}

/* The n-grams that are fitted first: of the model that is given, else all that are frequent. */
static enum error take_vocabulary(struct training *training)
{
    const struct dataset *dataset = &training->dataset;
    struct fitting *fitting = &training->fitting;
    enum error error;

    *fitting = (struct fitting){
        .dataset = dataset,
        .settings = &english_text_settings,
        .progress = report_iteration,
        .context = training,
        .stride = model_stride((uint32_t)dataset->set.count),
    };
    if (training->settings->vocabulary) {
        const struct model_parts *parts = model_parts(training->settings->vocabulary);

        fitting->settings = &parts->text;
        return fitting_take(fitting, &parts->vocabulary, parts->strings, parts->offsets);
    }
    error = lexicon_count(&training->lexicon, fitting->settings, &dataset->data);
    if (!error)
        error = lexicon_select(&training->lexicon, dataset->data.count, is_frequent,
                               &training->fitted.rows_learnt);
    return error ? error : take_lexicon(training);
}

/* Tokens that were seen often stay even without weights: they are known words. */
static bool is_useful(const struct training *training, size_t place)
{
    const struct fitting *fitting = &training->fitting;
    const struct lexicon_entry *entry = &training->lexicon.entries[place];
    const double *row = fitting->weights + place * fitting->stride;
    bool useful = entry->kind <= NGRAM_SIGN && entry->rows >= ROWS_KNOWN;

    for (uint32_t label = 0; label < fitting->stride; label++)
        useful |= row[label] != 0;
    return useful;
}

static bool is_marked(const void *context, const struct lexicon_entry *entry, size_t place)
{
    const bool *marks = context;

    (void)entry;
    return marks[place];
}

/* Drops what has no weights. The order of what stays does not change, and its weights move along.
 */
static enum error prune(struct training *training)
{
    struct fitting *fitting = &training->fitting;
    size_t count = training->lexicon.count, kept = 0, stride = fitting->stride;
    size_t row = stride * sizeof *fitting->weights;
    bool *marks = calloc(count + 1, sizeof *marks);
    enum error error;

    if (!marks)
        return error_raise_plain(ERROR_NO_MEMORY);
    for (size_t place = 0; place < count; place++) {
        marks[place] = is_useful(training, place);
        if (marks[place])
            memmove(fitting->weights + kept++ * stride, fitting->weights + place * stride, row);
    }
    memmove(fitting->weights + kept * stride, fitting->weights + count * stride, row);
    error = lexicon_select(&training->lexicon, training->dataset.data.count, is_marked, marks);
    free(marks);
    return error ? error : take_lexicon(training);
}

/* ---- the weights ---- */

/* L1 leaves most n-grams without weights. They go, and with them their part in the norms, which
 * makes every other value larger: the strength is chosen anew. */
static bool is_sparse(const struct training *training)
{
    return training->fitted.first.penalty > 0 && !training->settings->vocabulary;
}

/* All anew, with n-grams of so many rows at least. */
static enum error take_again(struct training *training, uint32_t rows_learnt)
{
    training->fitted.rows_learnt = rows_learnt;
    fitting_free(&training->fitting);
    lexicon_free(&training->lexicon);
    return take_vocabulary(training);
}

/* Where many words tell a little, those that are seen once may, too; where labels are noisy they
 * mislead. */
static enum error try_rare(struct training *training, double loss)
{
    struct fitted *fitted = &training->fitted;
    struct recipe with_rare = fitted->first;
    double rare_loss = INFINITY;
    enum error error;

    report_stage(training, "trying rare words", 50, 15);
    error = take_again(training, 1);
    if (!error && (size_t)training->fitting.vocabulary.count * training->fitting.stride < CELLS_MAX)
        error = search_recipe(&training->fitting, SEARCH_RIDGE, &with_rare, &rare_loss);
    if (!error && rare_loss < loss * CLEARLY)
        fitted->first = with_rare;
    else if (!error)
        error = take_again(training, ROWS_LEARNT);
    return error;
}

static enum error fit_chosen(struct training *training)
{
    struct fitted *fitted = &training->fitted;
    bool own = !training->settings->vocabulary && training->dataset.dev.count > 0;
    enum error error;
    double loss;

    report_stage(training, "trying strengths", 10, 40);
    error = search_recipe(&training->fitting, SEARCH_L1 | SEARCH_RIDGE, &fitted->first, &loss);
    if (!error && own && fitted->first.ridge > 0)
        error = try_rare(training, loss);
    fitted->last = fitted->first;
    report_stage(training, "trying strengths for what matters", 50, 15);
    if (!error && is_sparse(training)) {
        error = prune(training);
        if (!error)
            error = search_recipe(&training->fitting, SEARCH_L1, &fitted->last, &loss);
    }
    report_stage(training, "fitting what matters", 65, 10);
    return error ? error : fitting_run(&training->fitting, &fitted->last, TOLERANCE);
}

/* The same once more, with the rows that the choice was made by. */
static enum error fit_all_rows(struct training *training)
{
    struct fitted *fitted = &training->fitted;
    enum error error;

    report_stage(training, "fitting all rows", 80, 15);
    dataset_rejoin(&training->dataset);
    error = take_again(training, fitted->rows_learnt);
    if (!error)
        error = fitting_run(&training->fitting, &fitted->first, FIRST_TOLERANCE);
    if (!error && is_sparse(training))
        error = prune(training);
    return error ? error : fitting_run(&training->fitting, &fitted->last, TOLERANCE);
}

/* Rounds each label's weights to whole multiples of a 127th of the largest. */
static void round_weights(struct training *training)
{
    const struct fitting *fitting = &training->fitting;
    size_t features = fitting->vocabulary.count, stride = fitting->stride;

    for (int label = 0; label < training->dataset.set.count; label++) {
        double largest = 0;
        float scale;

        for (size_t i = 0; i < features; i++)
            largest = fmax(largest, fabs(fitting->weights[i * stride + (size_t)label]));
        scale = (float)(largest / WEIGHT_STEPS);
        training->fitted.scale[label] = scale;
        for (size_t i = 0; i < features && scale > 0; i++) {
            double *weight = &fitting->weights[i * stride + (size_t)label];
            double steps = fmin(fmax(round(*weight / (double)scale), -WEIGHT_STEPS), WEIGHT_STEPS);

            *weight = (double)((float)steps * scale);
        }
    }
}

/* Favours rare labels as far as was asked for. */
static void favour(struct training *training)
{
    const struct fitting *fitting = &training->fitting;
    double *bias = fitting->weights + (size_t)fitting->vocabulary.count * fitting->stride;
    float shifted[LABELS_MAX];
    int label, labels = training->dataset.set.count;

    for (label = 0; label < labels; label++)
        shifted[label] = (float)bias[label];
    calibration_recall(fitting->share, labels, training->settings->recall,
                       training->fitted.temperature, shifted);
    for (label = 0; label < labels; label++)
        bias[label] = (double)shifted[label];
}

/* ---- what is fitted and measured on dev ---- */

static void measure(const struct scored *scored, const struct calibration *calibration,
                    struct metrics *metrics)
{
    double probability[LABELS_MAX];
    float rounded[LABELS_MAX];

    metrics_init(metrics, scored->labels);
    for (size_t row = 0; row < scored->rows; row++) {
        int label = label_single(scored->truth[row]);

        if (label < 0)
            continue;
        calibration_probabilities(calibration, scored->score + row * (size_t)scored->stride,
                                  scored->labels, probability);
        for (int i = 0; i < scored->labels; i++)
            rounded[i] = (float)probability[i];
        metrics_add(metrics, label, rounded);
    }
}

static void calibrate(struct training *training)
{
    struct fitting *fitting = &training->fitting;
    struct fitted *fitted = &training->fitted;
    struct train_report *report = &fitted->report;
    struct scored scored = {fitting->dev.rows, training->dataset.set.count, (int)fitting->stride,
                            fitting->score, fitting->truth};
    struct calibration calibration;

    report_stage(training, "measuring", 75, 5);
    fitting_score(fitting);
    fitted->temperature = calibration_temperature(&scored);
    favour(training);
    fitting_score(fitting);
    calibration = calibration_fit(&scored);
    report->temperature = (double)calibration.temperature;
    report->slope = (double)calibration.slope;
    report->threshold = calibration_threshold(&scored, &calibration, &report->coverage);
    calibration_label_thresholds(&scored, &calibration, fitted->label_threshold);
    measure(&scored, &calibration, &report->dev);
}

/* ---- the file ---- */

static size_t count_nonzero(const struct fitting *fitting)
{
    size_t cells = (size_t)fitting->vocabulary.count * fitting->stride, nonzero = 0;

    for (size_t i = 0; i < cells; i++)
        nonzero += fitting->rounded[i] != 0;
    return nonzero;
}

static void fill_report(struct training *training)
{
    struct train_report *report = &training->fitted.report;

    report->rows = training->dataset.data.count;
    report->dev_rows = training->dataset.dev.count;
    report->features = training->fitting.vocabulary.count;
    report->nonzero = count_nonzero(&training->fitting);
    report->penalty = training->fitted.last.penalty;
    report->ridge = training->fitted.last.ridge;
    report->rows_learnt = training->fitted.rows_learnt;
}

static enum error write_measures(struct buffer *origin, const struct train_report *report)
{
    return buffer_format(origin,
                         "training rows: %zu\n"
                         "dev rows with one label: %llu\n"
                         "dev accuracy: %.4f\n"
                         "dev macro-F1: %.4f\n"
                         "dev UAR: %.4f\n"
                         "dev NLL: %.4f\n"
                         "dev ECE: %.4f\n",
                         report->rows, (unsigned long long)report->dev.rows,
                         metrics_accuracy(&report->dev), metrics_macro_f1(&report->dev),
                         metrics_uar(&report->dev), metrics_nll(&report->dev),
                         metrics_ece(&report->dev));
}

static enum error write_origin(struct training *training)
{
    const struct train_settings *settings = training->settings;
    const struct train_report *report = &training->fitted.report;
    struct buffer *origin = &training->origin;
    enum error error = buffer_append_text(origin, settings->origin);

    if (!error)
        error = write_measures(origin, report);
    if (!error)
        error = buffer_format(origin,
                              "learner: multinomial logistic regression\n"
                              "features: words, prefixes and word pairs, sublinear TF-IDF\n"
                              "L1 penalty: %.6g\n"
                              "ridge: %.6g\n"
                              "recall: %.6g\n"
                              "non-zero weights: %zu\n"
                              "trainer: EmoTrack %s\n"
                              "seed: %llu\n",
                              report->penalty, report->ridge, settings->recall, report->nonzero,
                              EMOTRACK_VERSION, (unsigned long long)settings->seed);
    return error;
}

static enum error write_model(struct training *training, struct buffer *out)
{
    const struct fitting *fitting = &training->fitting;
    const struct fitted *fitted = &training->fitted;
    struct model_parts parts = {
        .version = 1,
        .labels = (uint32_t)training->dataset.set.count,
        .stride = fitting->stride,
        .text = *fitting->settings,
        .vocabulary = fitting->vocabulary,
        .label = training->dataset.labels,
        .strings = fitting->strings,
        .offsets = fitting->offsets,
        .bias = fitting->rounded + (size_t)fitting->vocabulary.count * fitting->stride,
        .weights = fitting->rounded,
        .scale = training->settings->floats ? NULL : fitted->scale,
        .temperature = (float)fitted->report.temperature,
        .slope = (float)fitted->report.slope,
        .threshold = (float)fitted->report.threshold,
        .label_threshold = fitted->label_threshold,
        .origin = training->origin.data,
    };

    return model_parts_write(&parts, out);
}

static enum error train(struct training *training)
{
    enum error error;

    report_stage(training, "reading", 0, 10);
    error = dataset_read(training->settings, &training->dataset);
    if (!error)
        error = take_vocabulary(training);
    if (!error)
        error = fit_chosen(training);
    if (error)
        return error;
    if (!training->settings->floats)
        round_weights(training);
    calibrate(training);
    if (!training->dataset.drawn)
        return ERROR_NONE;
    error = fit_all_rows(training);
    if (error)
        return error;
    if (!training->settings->floats)
        round_weights(training);
    favour(training);
    fitting_score(&training->fitting);
    return ERROR_NONE;
}

enum { ORIGIN_MAX = 64 * 1024 /* bytes */ };

enum error train_model(const struct train_settings *settings, struct buffer *out,
                       struct train_report *report)
{
    struct training *training = calloc(1, sizeof *training);
    enum error error;

    if (!training)
        return error_raise_plain(ERROR_NO_MEMORY);
    training->settings = settings;
    training->fitted.rows_learnt = ROWS_LEARNT;
    buffer_init(&training->origin, ORIGIN_MAX);
    error = train(training);
    if (!error) {
        fill_report(training);
        error = write_origin(training);
    }
    if (!error)
        error = write_model(training, out);
    *report = training->fitted.report;
    dataset_free(&training->dataset);
    lexicon_free(&training->lexicon);
    fitting_free(&training->fitting);
    buffer_free(&training->origin);
    free(training);
    return error;
}
