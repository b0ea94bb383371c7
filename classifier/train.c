#include "classifier/train.h"

#include "base/file.h"
#include "classifier/english.h"
#include "classifier/lexicon.h"
#include "classifier/model_format.h"
#include "classifier/model_parts.h"
#include "classifier/numeric.h"
#include "classifier/solver.h"

#include <stdlib.h>
#include <string.h>

/* Tuned on the dev split of GoEmotions. */
static const double PENALTY = 1 / 1.4, BIGRAM_PENALTY = 1.5;

enum { ROWS_MIN = 2, ITERATIONS = 400, DEV_PART = 10 };

/* A corpus as numbers. */
struct matrix {
    size_t rows;
    size_t *row_start; /* [rows + 1] */
    uint32_t *feature; /* [row_start[rows]] */
    float *value;      /* [row_start[rows]] */
    size_t capacity;
};

struct training {
    const struct train_settings *settings;
    struct table map, table;
    struct label_set set;
    struct corpus data, dev;
    struct lexicon lexicon;       /* in the making; unused where a model gives the vocabulary */
    struct vocabulary vocabulary; /* the present one */
    const char *strings;
    const uint32_t *offsets;
    struct matrix matrix;
    double *weights; /* [features + 1][stride], the bias last */
    float *target;   /* [rows][stride] */
    double *penalty; /* [features] */
    float *rounded;  /* [features + 1][stride]: as the file has them */
    float label_threshold[LABELS_MAX];
    struct label labels[LABELS_MAX];
    struct buffer origin;
    struct model_parts parts;
    int base, span; /* percent of the present stage: where it begins, how much it is */
    const char *stage;
};

static void report_stage(struct training *training, const char *stage, int base, int span)
{
    training->stage = stage;
    training->base = base;
    training->span = span;
    if (training->settings->progress)
        training->settings->progress(stage, base);
}

static void report_iteration(void *context, int iteration, double objective)
{
    struct training *training = context;

    (void)objective;
    if (training->settings->progress)
        training->settings->progress(training->stage,
                                     training->base + training->span * iteration / ITERATIONS);
}

static void *allocate(size_t count, size_t size, enum error *error)
{
    void *memory = calloc(count > 0 ? count : 1, size);

    if (!memory && !*error)
        *error = error_raise_plain(ERROR_NO_MEMORY);
    return memory;
}

static uint64_t next_random(uint64_t *state) /* SplitMix64 */
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

bool train_takes(const struct train_settings *settings, size_t row)
{
    uint64_t state = settings->seed ^ row * UINT64_C(0x9E3779B97F4A7C15);

    return settings->part <= 0 || (double)(next_random(&state) >> 11) * 0x1p-53 < settings->part;
}

static void keep_part(struct training *training)
{
    struct corpus *data = &training->data;
    size_t kept = 0;

    for (size_t row = 0; row < data->count; row++)
        if (train_takes(training->settings, row))
            data->rows[kept++] = data->rows[row];
    data->count = kept;
}

/* Moves a tenth of the rows to dev, which borrows their text. */
static enum error split_dev(struct training *training)
{
    struct corpus *data = &training->data, *dev = &training->dev;
    uint64_t state = training->settings->seed;
    enum error error = ERROR_NONE;
    size_t kept = 0;

    dev->rows = allocate(data->count, sizeof *dev->rows, &error);
    for (size_t i = 0; i < data->count && !error; i++) {
        if (next_random(&state) % DEV_PART == 0)
            dev->rows[dev->count++] = data->rows[i];
        else
            data->rows[kept++] = data->rows[i];
    }
    if (!error)
        data->count = kept;
    return error;
}

struct named {
    const struct label_set *set;
    const struct table *table;
};

/* Labels go by their place in the label table, those that it lacks by name after them. */
static int compare_labels(const void *left, const void *right, void *context)
{
    const struct named *named = context;
    const char *a = named->set->names[*(const int *)left];
    const char *b = named->set->names[*(const int *)right];
    char *const *row_a = table_find(named->table, a, strlen(a));
    char *const *row_b = table_find(named->table, b, strlen(b));

    if (row_a && row_b)
        return (row_a > row_b) - (row_a < row_b);
    if (row_a || row_b)
        return row_a ? -1 : 1;
    return strcmp(a, b);
}

static void renumber(struct corpus *corpus, const int *place, int count)
{
    for (size_t row = 0; row < corpus->count; row++) {
        uint64_t labels = 0;

        for (int i = 0; i < count; i++)
            if (corpus->rows[row].labels >> i & 1)
                labels |= UINT64_C(1) << place[i];
        corpus->rows[row].labels = labels;
    }
}

static void order_labels(struct training *training)
{
    struct named named = {&training->set, &training->table};
    struct label_set ordered = {.count = training->set.count};
    int order[LABELS_MAX] = {0}, place[LABELS_MAX] = {0}, i;

    for (i = 0; i < training->set.count; i++)
        order[i] = i;
    qsort_r(order, (size_t)training->set.count, sizeof *order, compare_labels, &named);
    for (i = 0; i < training->set.count; i++) {
        place[order[i]] = i;
        memcpy(ordered.names[i], training->set.names[order[i]], sizeof ordered.names[i]);
    }
    training->set = ordered;
    renumber(&training->data, place, ordered.count);
    renumber(&training->dev, place, ordered.count);
}

static enum error describe_labels(struct training *training)
{
    static const char *const colours[] = {"red", "green", "yellow", "blue", "magenta", "cyan"};

    for (int i = 0; i < training->set.count; i++) {
        const char *name = training->set.names[i];
        char *const *row = table_find(&training->table, name, strlen(name));

        training->labels[i] = (struct label){name, "", colours[i % 6]};
        if (!row)
            continue;
        if (!label_emoji_valid(row[1]) || !label_colour_valid(row[2]))
            return error_raise(ERROR_INVALID, "%s: '%s' needs an emoji or nothing, and a colour",
                               training->settings->labels, name);
        training->labels[i].emoji = row[1];
        training->labels[i].colour = row[2];
    }
    return ERROR_NONE;
}

static enum error read_inputs(struct training *training)
{
    const struct train_settings *settings = training->settings;
    const struct table *map = settings->map ? &training->map : NULL;
    enum error error = ERROR_NONE;

    if (map)
        error = table_read(settings->map, 2, &training->map);
    if (!error && settings->labels)
        error = table_read(settings->labels, 3, &training->table);
    if (!error)
        error = corpus_read(settings->data, map, true, &training->set, &training->data);
    if (!error && settings->dev)
        error = corpus_read(settings->dev, map, true, &training->set, &training->dev);
    if (!error)
        keep_part(training);
    if (!error && !settings->dev)
        error = split_dev(training);
    if (!error && (training->set.count < 2 || training->data.count < ROWS_MIN))
        error = error_raise(ERROR_INVALID, "%s: training needs two labels and a few rows each",
                            settings->data);
    if (error)
        return error;
    order_labels(training);
    return describe_labels(training);
}

static void free_matrix(struct matrix *matrix)
{
    free(matrix->row_start);
    free(matrix->feature);
    free(matrix->value);
    *matrix = (struct matrix){0};
}

static enum error add_row(struct matrix *matrix, const struct term *terms, size_t count)
{
    size_t at = matrix->row_start[matrix->rows], capacity = 2 * (at + count) + 64;

    if (at + count > matrix->capacity) {
        uint32_t *feature = realloc(matrix->feature, capacity * sizeof *feature);
        float *value = feature ? realloc(matrix->value, capacity * sizeof *value) : NULL;

        if (feature)
            matrix->feature = feature;
        if (!value)
            return error_raise_plain(ERROR_NO_MEMORY);
        matrix->value = value;
        matrix->capacity = capacity;
    }
    for (size_t i = 0; i < count; i++) {
        matrix->feature[at + i] = terms[i].feature;
        matrix->value[at + i] = terms[i].value;
    }
    matrix->row_start[++matrix->rows] = at + count;
    return ERROR_NONE;
}

static enum error fill_matrix(const struct corpus *corpus, const struct vocabulary *vocabulary,
                              struct matrix *matrix)
{
    struct features *features = NULL;
    enum error error = features_new(&english_text_settings, vocabulary, &features);

    free_matrix(matrix);
    matrix->row_start = allocate(corpus->count + 1, sizeof *matrix->row_start, &error);
    for (size_t row = 0; row < corpus->count && !error; row++) {
        const struct term *terms;
        size_t count;

        features_scan(features, corpus->rows[row].text, corpus->rows[row].length);
        features_weigh(features, NULL);
        terms = features_terms(features, &count);
        error = add_row(matrix, terms, count);
    }
    features_free(features);
    return error;
}

/* A row with k labels counts 1/k for each. */
static void fill_targets(struct training *training, uint32_t stride)
{
    for (size_t row = 0; row < training->data.count; row++) {
        uint64_t labels = training->data.rows[row].labels;
        float share = 1 / (float)__builtin_popcountll(labels);

        for (uint32_t label = 0; label < stride; label++)
            training->target[row * stride + label] = labels >> label & 1 ? share : 0;
    }
}

static bool is_bigram(const struct training *training, size_t feature)
{
    return strchr(training->strings + training->offsets[feature], ' ') != NULL;
}

/* Fits the weights to the present vocabulary. */
static enum error fit(struct training *training, uint32_t stride, double tolerance)
{
    struct solver_problem problem = {
        .rows = training->data.count,
        .features = training->vocabulary.count,
        .labels = training->set.count,
        .stride = (int)stride,
        .target = training->target,
        .penalty = training->penalty,
        .iterations = ITERATIONS,
        .tolerance = tolerance,
        .progress = report_iteration,
        .context = training,
    };
    enum error error = fill_matrix(&training->data, &training->vocabulary, &training->matrix);

    if (error)
        return error;
    problem.row_start = training->matrix.row_start;
    problem.feature = training->matrix.feature;
    problem.value = training->matrix.value;
    for (size_t i = 0; i < problem.features; i++)
        training->penalty[i] = is_bigram(training, i) ? PENALTY * BIGRAM_PENALTY : PENALTY;
    return solver_run(&problem, training->weights);
}

static bool is_frequent(const void *context, const struct lexicon_entry *entry, size_t place)
{
    (void)context;
    (void)place;
    return entry->rows >= 2;
}

/* Unigrams stay even without weights: a word that was seen in training is a known word. */
static bool is_useful(const struct training *training, size_t place, uint32_t stride)
{
    const double *row = training->weights + place * stride;
    bool useful = training->lexicon.entries[place].kind != NGRAM_BIGRAM;

    for (uint32_t label = 0; label < stride; label++)
        useful |= row[label] != 0;
    return useful;
}

static void use_lexicon(struct training *training)
{
    training->vocabulary = training->lexicon.vocabulary;
    training->strings = training->lexicon.strings.data;
    training->offsets = training->lexicon.offsets;
}

static bool is_marked(const void *context, const struct lexicon_entry *entry, size_t place)
{
    const bool *marks = context;

    (void)entry;
    return marks[place];
}

/* Drops the bigrams without weights. The order of what stays does not change, and its weights move
 * along. */
static enum error prune(struct training *training, uint32_t stride)
{
    size_t count = training->lexicon.count, kept = 0, row = stride * sizeof *training->weights;
    enum error error = ERROR_NONE;
    bool *marks = allocate(count + 1, sizeof *marks, &error);

    if (error)
        return error;
    for (size_t place = 0; place < count; place++) {
        marks[place] = is_useful(training, place, stride);
        if (marks[place])
            memmove(training->weights + kept++ * stride, training->weights + place * stride, row);
    }
    memmove(training->weights + kept * stride, training->weights + count * stride, row);
    error = lexicon_select(&training->lexicon, training->data.count, is_marked, marks);
    use_lexicon(training);
    free(marks);
    return error;
}

/* The n-grams that are fitted first: of the model that is given, else all that are frequent. */
static enum error choose_vocabulary(struct training *training)
{
    enum error error;

    if (training->settings->vocabulary) {
        const struct model_parts *parts = model_parts(training->settings->vocabulary);

        training->vocabulary = parts->vocabulary;
        training->strings = parts->strings;
        training->offsets = parts->offsets;
        return ERROR_NONE;
    }
    error = lexicon_count(&training->lexicon, &english_text_settings, &training->data);
    if (!error)
        error = lexicon_select(&training->lexicon, training->data.count, is_frequent, NULL);
    use_lexicon(training);
    return error;
}

static enum error fit_all(struct training *training, uint32_t stride)
{
    enum error error = ERROR_NONE;
    size_t cells = ((size_t)training->vocabulary.count + 1) * stride;

    training->weights = allocate(cells, sizeof *training->weights, &error);
    training->rounded = allocate(cells, sizeof *training->rounded, &error);
    training->target = allocate(training->data.count * stride, sizeof *training->target, &error);
    training->penalty = allocate(training->vocabulary.count + 1, sizeof *training->penalty, &error);
    if (error)
        return error;
    fill_targets(training, stride);
    if (training->settings->vocabulary) {
        report_stage(training, "fitting the vocabulary that is given", 10, 85);
        return fit(training, stride, 1e-5);
    }
    report_stage(training, "fitting all word pairs", 10, 60);
    error = fit(training, stride, 1e-4);
    if (!error)
        error = prune(training, stride);
    report_stage(training, "fitting the pairs that matter", 70, 25);
    return error ? error : fit(training, stride, 1e-5);
}

static void fill_parts(struct training *training, uint32_t stride)
{
    size_t weights = (size_t)training->vocabulary.count * stride, cells = weights + stride;

    for (size_t i = 0; i < cells; i++)
        training->rounded[i] = (float)training->weights[i];
    for (int i = 0; i < LABELS_MAX; i++)
        training->label_threshold[i] = 0.5F;
    training->parts = (struct model_parts){
        .version = 1,
        .labels = (uint32_t)training->set.count,
        .stride = stride,
        .text = english_text_settings,
        .vocabulary = training->vocabulary,
        .label = training->labels,
        .strings = training->strings,
        .offsets = training->offsets,
        .bias = training->rounded + weights,
        .weights = training->rounded,
        .temperature = 1,
        .threshold = 0,
        .label_threshold = training->label_threshold,
    };
}

static int single_label(uint64_t labels)
{
    return (labels & (labels - 1)) == 0 ? __builtin_ctzll(labels) : -1;
}

/* The scores of all dev rows, [rows][stride]. */
static enum error score_dev(struct training *training, float *scores)
{
    struct features *features = NULL;
    enum error error = features_new(&english_text_settings, &training->vocabulary, &features);

    for (size_t row = 0; row < training->dev.count && !error; row++) {
        const struct term *terms;
        size_t count;

        features_scan(features, training->dev.rows[row].text, training->dev.rows[row].length);
        features_weigh(features, NULL);
        terms = features_terms(features, &count);
        model_parts_score(&training->parts, terms, count, scores + row * training->parts.stride);
    }
    features_free(features);
    return error;
}

static void measure(const struct training *training, const float *scores, double temperature,
                    struct metrics *metrics)
{
    const struct model_parts *parts = &training->parts;
    double probability[LABELS_MAX];
    float rounded[LABELS_MAX];

    metrics_init(metrics, (int)parts->labels);
    for (size_t row = 0; row < training->dev.count; row++) {
        int label = single_label(training->dev.rows[row].labels);

        if (label < 0)
            continue;
        numeric_softmax(scores + row * parts->stride, (int)parts->labels, 1 / temperature,
                        probability);
        for (uint32_t i = 0; i < parts->labels; i++)
            rounded[i] = (float)probability[i];
        metrics_add(metrics, label, rounded);
    }
}

/* Golden-section search for the temperature of the least loss (Guo et al., 2017). */
static double fit_temperature(const struct training *training, const float *scores)
{
    const double ratio = 0.6180339887498949;
    double low = 0.5, high = 2;
    struct metrics left, right;

    for (int i = 0; i < 24; i++) {
        double a = high - ratio * (high - low), b = low + ratio * (high - low);

        measure(training, scores, a, &left);
        measure(training, scores, b, &right);
        if (left.loss <= right.loss)
            high = b;
        else
            low = a;
    }
    return (low + high) / 2;
}

/* "Can't tell" is for the messages whose best guess would be right less than once in three times;
 * at most one in twenty, and none that is more likely than not. */
static double choose_threshold(const struct training *training, const float *scores,
                               double temperature, double *coverage)
{
    enum { STEPS = 100 };
    size_t rows[STEPS + 1] = {0}, right[STEPS + 1] = {0}, total = 0, below = 0, hits = 0;
    const struct model_parts *parts = &training->parts;
    double probability[LABELS_MAX], threshold = 0;

    for (size_t row = 0; row < training->dev.count; row++) {
        int best = 0, step;

        numeric_softmax(scores + row * parts->stride, (int)parts->labels, 1 / temperature,
                        probability);
        for (int i = 1; i < (int)parts->labels; i++)
            if (probability[i] > probability[best])
                best = i;
        step = (int)(probability[best] * STEPS);
        rows[step]++;
        right[step] += training->dev.rows[row].labels >> best & 1;
        total++;
    }
    *coverage = 1;
    for (int step = 0; step < STEPS / 2; step++) {
        below += rows[step];
        hits += right[step];
        if (20 * below > total)
            break;
        if (below == 0 || 3 * hits > below)
            continue;
        threshold = (double)(step + 1) / STEPS;
        *coverage = total > 0 ? 1 - (double)below / (double)total : 1;
    }
    return threshold;
}

static size_t count_nonzero(const struct training *training)
{
    size_t cells = (size_t)training->vocabulary.count * training->parts.stride, nonzero = 0;

    for (size_t i = 0; i < cells; i++)
        nonzero += training->rounded[i] != 0;
    return nonzero;
}

static enum error write_origin(struct training *training, const struct train_report *report)
{
    struct buffer *origin = &training->origin;
    enum error error = buffer_append_text(origin, training->settings->origin);

    if (!error)
        error = buffer_format(origin,
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
    if (!error)
        error = buffer_format(origin,
                              "learner: multinomial logistic regression, L1, OWL-QN\n"
                              "features: word 1-2-grams, sublinear TF-IDF, L2 norm\n"
                              "penalty: %.6f, bigrams times %.1f\n"
                              "non-zero weights: %zu\n"
                              "trainer: EmoTrack %s\n"
                              "seed: %llu\n",
                              PENALTY, BIGRAM_PENALTY, report->nonzero, EMOTRACK_VERSION,
                              (unsigned long long)training->settings->seed);
    return error;
}

/* Fits what is fitted on dev, and puts the file together. */
static enum error finish(struct training *training, struct buffer *out, struct train_report *report)
{
    enum error error = ERROR_NONE;
    struct model_parts *parts = &training->parts;
    float *scores = allocate(training->dev.count * parts->stride + 1, sizeof *scores, &error);

    report_stage(training, "measuring", 95, 5);
    if (!error)
        error = score_dev(training, scores);
    if (error) {
        free(scores);
        return error;
    }
    report->temperature = (double)(float)fit_temperature(training, scores);
    report->threshold = choose_threshold(training, scores, report->temperature, &report->coverage);
    measure(training, scores, report->temperature, &report->dev);
    free(scores);
    report->rows = training->data.count;
    report->dev_rows = training->dev.count;
    report->features = training->vocabulary.count;
    report->nonzero = count_nonzero(training);
    error = write_origin(training, report);
    parts->temperature = (float)report->temperature;
    parts->threshold = (float)report->threshold;
    parts->origin = training->origin.data;
    return error ? error : model_parts_write(parts, out);
}

static void free_training(struct training *training)
{
    table_free(&training->map);
    table_free(&training->table);
    corpus_free(&training->data);
    corpus_free(&training->dev);
    lexicon_free(&training->lexicon);
    free_matrix(&training->matrix);
    free(training->weights);
    free(training->target);
    free(training->penalty);
    free(training->rounded);
    buffer_free(&training->origin);
    free(training);
}

enum { ORIGIN_MAX = 64 * 1024 /* bytes */ };

enum error train_model(const struct train_settings *settings, struct buffer *out,
                       struct train_report *report)
{
    enum error error = ERROR_NONE;
    struct training *training = allocate(1, sizeof *training, &error);
    uint32_t stride;

    if (error)
        return error;
    training->settings = settings;
    buffer_init(&training->origin, ORIGIN_MAX);
    *report = (struct train_report){0};
    report_stage(training, "reading", 0, 10);
    error = read_inputs(training);
    stride = model_stride((uint32_t)training->set.count);
    if (!error)
        error = choose_vocabulary(training);
    if (!error)
        error = fit_all(training, stride);
    if (!error) {
        fill_parts(training, stride);
        error = finish(training, out, report);
    }
    free_training(training);
    return error;
}
