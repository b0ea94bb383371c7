#include "classifier/predict.h"

#include "classifier/calibration.h"
#include "classifier/learner_parts.h"
#include "classifier/model_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* "not:" and a NUL beside the bytes of each of a user's own words */
    NAMES_MAX = TOKENS_MAX * (sizeof TEXT_NEGATED + 1),
};

struct predictor {
    const struct model *model;
    const struct model_parts *parts;
    const struct learner *learner; /* NULL: none */
    struct features *features;
    struct calibration calibration;
    int label;                /* of the message read last */
    float offset[LABELS_MAX]; /* [labels]: what its scores have from the layer, but by no feature */

    /* Its why. Memory that is reserved and seldom touched. */
    struct contribution *items; /* [TERMS_MAX] */
    char *names;                /* [NAMES_MAX]; of the user's own words */
};

enum error predictor_new(const struct model *model, const struct learner *learner,
                         struct predictor **out)
{
    struct predictor *predictor = calloc(1, sizeof *predictor);
    const struct model_parts *parts = model_parts(model);

    *out = NULL;
    if (!predictor)
        return error_raise_plain(ERROR_NO_MEMORY);
    predictor->model = model;
    predictor->parts = parts;
    predictor->learner = learner;
    predictor->calibration = (struct calibration){parts->temperature, parts->slope};
    predictor->items = calloc(TERMS_MAX, sizeof *predictor->items);
    predictor->names = calloc(NAMES_MAX, 1);
    if (!predictor->items || !predictor->names ||
        features_new(&parts->text, &parts->vocabulary, &predictor->features)) {
        predictor_free(predictor);
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    features_prefetch(predictor->features, parts->weights, parts->stride * sizeof *parts->weights);
    *out = predictor;
    return ERROR_NONE;
}

enum error predictor_twin(const struct predictor *predictor, struct predictor **out)
{
    return predictor_new(predictor->model, predictor->learner, out);
}

void predictor_free(struct predictor *predictor)
{
    if (!predictor)
        return;
    features_free(predictor->features);
    free(predictor->items);
    free(predictor->names);
    free(predictor);
}

/* The learner, if it has anything to say. */
static const struct learner *teacher(const struct predictor *predictor)
{
    return predictor->learner && learner_count(predictor->learner) > 0 ? predictor->learner : NULL;
}

/* The likeliest label, and those to be named. No branch asks for a probability: it would hold up
 * the next message until this one's are known. */
static void choose_labels(const struct model_parts *parts, const double *probability,
                          struct prediction *out)
{
    double most = probability[0];
    uint64_t named = 0;
    int best = 0;

    for (uint32_t i = 0; i < parts->labels; i++) {
        bool more = probability[i] > most;

        out->probability[i] = (float)probability[i];
        named |= (uint64_t)(out->probability[i] >= parts->label_threshold[i]) << i;
        best = more ? (int)i : best;
        most = more ? probability[i] : most;
    }
    out->label = best;
    out->labels = named | UINT64_C(1) << best;
}

void predictor_read(struct predictor *predictor, const char *text, size_t length,
                    struct prediction *out)
{
    const struct model_parts *parts = predictor->parts;
    const struct learner *learner = teacher(predictor);
    struct features *features = predictor->features;
    double probability[LABELS_MAX];
    float score[LABELS_MAX];
    const struct term *terms;
    size_t count;

    features_scan(features, text, length);
    features_weigh(features, learner ? learner_own(learner) : NULL);
    terms = features_terms(features, &count);
    model_parts_score(parts, terms, count, score);
    memset(predictor->offset, 0, parts->labels * sizeof *predictor->offset);
    if (learner)
        learner_score(learner, terms, count, score, predictor->offset);
    calibration_probabilities(&predictor->calibration, score, (int)parts->labels, probability);
    choose_labels(parts, probability, out);
    predictor->label = out->label;
    out->can_tell =
        features_telling(features) > 0 && out->probability[out->label] >= parts->threshold;
    out->known = features_known(features);
    text_tokens(features_text(features), &count);
    out->tokens = (uint32_t)count;
}

/* One label's value less the mean of the others'. */
static float relative(const float *values, const struct predictor *predictor)
{
    float others = 0;

    for (int i = 0; i < (int)predictor->parts->labels; i++)
        if (i != predictor->label)
            others += values[i];
    return values[predictor->label] - others / (float)(predictor->parts->labels - 1);
}

/* What a term adds to the winning label, relative to the others. */
static float contribution_of(const struct predictor *predictor, const struct term *term)
{
    const struct model_parts *parts = predictor->parts;
    const struct learner *learner = teacher(predictor);
    float personal[LABELS_MAX], value = 0;

    if (term->feature < parts->vocabulary.count)
        value = relative(parts->weights + (size_t)term->feature * parts->stride, predictor);
    if (learner && learner_weights(learner, term->feature, personal))
        value += relative(personal, predictor);
    return value * term->value;
}

static void find_range(const struct predictor *predictor, const struct ngram *ngram,
                       struct contribution *out)
{
    const struct token *tokens;
    size_t count, first = ngram->place, last = first;

    tokens = text_tokens(features_text(predictor->features), &count);
    out->start = out->end = 0;
    if (ngram->kind == NGRAM_FLAG || count == 0)
        return;
    if (ngram->kind == NGRAM_BIGRAM && first > 0)
        first--;
    if (last == count)
        last--;
    out->start = tokens[first].start;
    out->end = tokens[last].end;
}

static int compare(const void *left, const void *right)
{
    const struct contribution *a = left, *b = right;
    float size_a = fabsf(a->value), size_b = fabsf(b->value);

    if (size_a != size_b)
        return size_a < size_b ? 1 : -1;
    if (a->start != b->start)
        return a->start > b->start ? 1 : -1;
    return strcmp(a->feature, b->feature);
}

void predictor_why(struct predictor *predictor, struct why *out)
{
    const struct model_parts *parts = predictor->parts;
    char *name = predictor->names, *end = predictor->names + NAMES_MAX;
    const struct ngram *ngrams;
    const struct term *terms;
    size_t count, ignored;

    ngrams = features_ngrams(predictor->features, &ignored);
    terms = features_terms(predictor->features, &count);
    *out = (struct why){.items = predictor->items,
                        .bias = relative(parts->bias, predictor) +
                                relative(predictor->offset, predictor)};
    out->score = out->bias;
    for (size_t i = 0; i < count; i++) {
        struct contribution *item = &predictor->items[out->count];
        const struct ngram *ngram = &ngrams[terms[i].ngram];

        item->value = contribution_of(predictor, &terms[i]);
        if (item->value == 0)
            continue;
        out->score += item->value;
        out->count++;
        find_range(predictor, ngram, item);
        item->personal = terms[i].feature >= parts->vocabulary.count;
        item->feature = name;
        if (item->personal)
            name += features_name(predictor->features, ngram, name, (size_t)(end - name)) + 1;
        else
            item->feature = parts->strings + parts->offsets[terms[i].feature];
    }
    qsort(predictor->items, out->count, sizeof *predictor->items, compare);
}
