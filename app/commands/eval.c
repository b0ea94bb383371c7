#include "app/commands/commands.h"
#include "app/commands/object.h"
#include "app/describe.h"
#include "app/display.h"

#include "classifier/corpus.h"
#include "classifier/metrics.h"
#include "classifier/model.h"
#include "classifier/predict.h"

#include <stdio.h>
#include <string.h>

enum { LABEL_COLUMNS = 16 /* at least */ };

struct evaluation {
    struct model *model;
    struct metrics metrics;       /* of the rows with one label */
    struct multilabel multilabel; /* of all rows */
    size_t skipped;               /* rows with several labels */
    size_t told;                  /* rows with one label that are not "can't tell" */
};

static void list_labels(const struct model *model, struct label_set *set)
{
    set->count = model_label_count(model);
    for (int i = 0; i < set->count; i++)
        snprintf(set->names[i], sizeof set->names[i], "%s", model_label(model, i)->name);
}

static void measure_row(struct evaluation *evaluation, uint64_t labels,
                        const struct prediction *prediction)
{
    multilabel_add(&evaluation->multilabel, labels, prediction->labels);
    if (label_single(labels) < 0) {
        evaluation->skipped++;
        return;
    }
    metrics_add(&evaluation->metrics, __builtin_ctzll(labels), prediction->probability);
    evaluation->told += prediction->can_tell;
}

static enum error measure(struct evaluation *evaluation, const struct corpus *corpus)
{
    struct predictor *predictor = NULL;
    enum error error = predictor_new(evaluation->model, NULL, &predictor);

    metrics_init(&evaluation->metrics, model_label_count(evaluation->model));
    multilabel_init(&evaluation->multilabel, model_label_count(evaluation->model));
    for (size_t i = 0; i < corpus->count && !error; i++) {
        struct prediction prediction;

        predictor_read(predictor, corpus->rows[i].text, corpus->rows[i].length, &prediction);
        measure_row(evaluation, corpus->rows[i].labels, &prediction);
    }
    predictor_free(predictor);
    return error;
}

static double coverage(const struct evaluation *evaluation)
{
    return evaluation->metrics.rows > 0
               ? (double)evaluation->told / (double)evaluation->metrics.rows
               : 0;
}

static int label_columns(const struct evaluation *evaluation)
{
    int columns = (int)describe_guess_columns(evaluation->model);

    return columns > LABEL_COLUMNS ? columns : LABEL_COLUMNS;
}

static void print_single(const struct evaluation *evaluation)
{
    const struct metrics *metrics = &evaluation->metrics;
    int columns = label_columns(evaluation);

    printf("rows %llu, skipped %zu (several labels)\n", (unsigned long long)metrics->rows,
           evaluation->skipped);
    printf("accuracy %.4f  macro-F1 %.4f  UAR %.4f  ECE %.4f  NLL %.4f  coverage %.4f\n\n",
           metrics_accuracy(metrics), metrics_macro_f1(metrics), metrics_uar(metrics),
           metrics_ece(metrics), metrics_nll(metrics), coverage(evaluation));
    printf("%-*s %9s %9s %9s %9s\n", columns, "label", "precision", "recall", "F1", "rows");
    for (int i = 0; i < metrics->labels; i++) {
        struct label_metrics label = metrics_label(metrics, i);
        char name[DISPLAY_CELL_MAX];

        display_cell(model_label(evaluation->model, i)->name, (size_t)columns, name);
        printf("%s %9.4f %9.4f %9.4f %9llu\n", name, label.precision, label.recall, label.f1,
               (unsigned long long)label.support);
    }
}

static void print_reliability(const struct metrics *metrics)
{
    printf("\n%-16s %9s %9s %9s\n", "probability", "mean", "accuracy", "rows");
    for (int bin = 0; bin < METRICS_BINS; bin++) {
        struct reliability part = metrics_reliability(metrics, bin);

        if (part.rows > 0)
            printf("%.2f to %-8.2f %9.4f %9.4f %9llu\n", part.from, part.to, part.probability,
                   part.accuracy, (unsigned long long)part.rows);
    }
}

static void print_multilabel(const struct evaluation *evaluation)
{
    const struct multilabel *multilabel = &evaluation->multilabel;
    int columns = label_columns(evaluation);

    printf("\nseveral labels, all %llu rows\n", (unsigned long long)multilabel->rows);
    printf("macro-F1 %.4f  micro-F1 %.4f  exact %.4f\n\n", multilabel_macro_f1(multilabel),
           multilabel_micro_f1(multilabel), multilabel_exact(multilabel));
    printf("%-*s %9s %9s %9s %9s %9s\n", columns, "label", "precision", "recall", "F1", "rows",
           "threshold");
    for (int i = 0; i < multilabel->labels; i++) {
        struct label_metrics label = multilabel_label(multilabel, i);
        char name[DISPLAY_CELL_MAX];

        display_cell(model_label(evaluation->model, i)->name, (size_t)columns, name);
        printf("%s %9.4f %9.4f %9.4f %9llu %9.4f\n", name, label.precision, label.recall, label.f1,
               (unsigned long long)label.support,
               (double)model_label_threshold(evaluation->model, i));
    }
}

static void print_tables(const struct evaluation *evaluation)
{
    print_single(evaluation);
    print_reliability(&evaluation->metrics);
    print_multilabel(evaluation);
}

static bool add_figures_of(cJSON *item, struct label_metrics label)
{
    return cJSON_AddNumberToObject(item, "precision", label.precision) &&
           cJSON_AddNumberToObject(item, "recall", label.recall) &&
           cJSON_AddNumberToObject(item, "f1", label.f1) &&
           cJSON_AddNumberToObject(item, "support", (double)label.support);
}

static bool add_label(cJSON *per_label, const struct evaluation *evaluation, int index)
{
    cJSON *item = cJSON_AddObjectToObject(per_label, model_label(evaluation->model, index)->name);

    return item && add_figures_of(item, metrics_label(&evaluation->metrics, index));
}

/* {"joy": {"joy": 10, "anger": 1}}: the true label, then the predicted one. */
static bool add_confusion(cJSON *confusion, const struct evaluation *evaluation, int truth)
{
    cJSON *row = cJSON_AddObjectToObject(confusion, model_label(evaluation->model, truth)->name);
    bool complete = row != NULL;

    for (int guess = 0; guess < evaluation->metrics.labels && complete; guess++)
        complete = cJSON_AddNumberToObject(row, model_label(evaluation->model, guess)->name,
                                           (double)evaluation->metrics.confusion[truth][guess]);
    return complete;
}

static bool add_figures(cJSON *object, const struct evaluation *evaluation)
{
    const struct metrics *metrics = &evaluation->metrics;

    return cJSON_AddNumberToObject(object, "rows", (double)metrics->rows) &&
           cJSON_AddNumberToObject(object, "skipped", (double)evaluation->skipped) &&
           cJSON_AddNumberToObject(object, "accuracy", metrics_accuracy(metrics)) &&
           cJSON_AddNumberToObject(object, "macro_f1", metrics_macro_f1(metrics)) &&
           cJSON_AddNumberToObject(object, "uar", metrics_uar(metrics)) &&
           cJSON_AddNumberToObject(object, "ece", metrics_ece(metrics)) &&
           cJSON_AddNumberToObject(object, "nll", metrics_nll(metrics)) &&
           cJSON_AddNumberToObject(object, "coverage", coverage(evaluation));
}

static bool add_single(cJSON *object, const struct evaluation *evaluation)
{
    bool complete = object && add_figures(object, evaluation);
    cJSON *per_label = complete ? cJSON_AddObjectToObject(object, "per_label") : NULL;
    cJSON *confusion = per_label ? cJSON_AddObjectToObject(object, "confusion") : NULL;

    complete = confusion != NULL;
    for (int i = 0; i < evaluation->metrics.labels && complete; i++)
        complete = add_label(per_label, evaluation, i) && add_confusion(confusion, evaluation, i);
    return complete;
}

static bool add_reliability(cJSON *object, const struct metrics *metrics)
{
    cJSON *list = cJSON_AddArrayToObject(object, "reliability");
    bool complete = list != NULL;

    for (int bin = 0; bin < METRICS_BINS && complete; bin++) {
        struct reliability part = metrics_reliability(metrics, bin);
        cJSON *item = part.rows > 0 ? cJSON_CreateObject() : NULL;

        if (part.rows == 0)
            continue;
        complete = item && cJSON_AddNumberToObject(item, "from", part.from) &&
                   cJSON_AddNumberToObject(item, "to", part.to) &&
                   cJSON_AddNumberToObject(item, "rows", (double)part.rows) &&
                   cJSON_AddNumberToObject(item, "probability", part.probability) &&
                   cJSON_AddNumberToObject(item, "accuracy", part.accuracy) &&
                   cJSON_AddItemToArray(list, item);
        if (!complete)
            cJSON_Delete(item);
    }
    return complete;
}

static bool add_multilabel(cJSON *object, const struct evaluation *evaluation)
{
    const struct multilabel *multilabel = &evaluation->multilabel;
    cJSON *all = cJSON_AddObjectToObject(object, "multilabel"), *per_label = NULL;
    bool complete = all && cJSON_AddNumberToObject(all, "rows", (double)multilabel->rows) &&
                    cJSON_AddNumberToObject(all, "macro_f1", multilabel_macro_f1(multilabel)) &&
                    cJSON_AddNumberToObject(all, "micro_f1", multilabel_micro_f1(multilabel)) &&
                    cJSON_AddNumberToObject(all, "exact", multilabel_exact(multilabel)) &&
                    (per_label = cJSON_AddObjectToObject(all, "per_label"));

    for (int i = 0; i < multilabel->labels && complete; i++) {
        cJSON *item = cJSON_AddObjectToObject(per_label, model_label(evaluation->model, i)->name);

        complete = item && add_figures_of(item, multilabel_label(multilabel, i)) &&
                   cJSON_AddNumberToObject(item, "threshold",
                                           (double)model_label_threshold(evaluation->model, i));
    }
    return complete;
}

static enum error print_json(const struct evaluation *evaluation)
{
    cJSON *object = cJSON_CreateObject();
    bool complete = add_single(object, evaluation) &&
                    add_reliability(object, &evaluation->metrics) &&
                    add_multilabel(object, evaluation);

    return object_print(object, complete);
}

static enum error read_corpus(const struct arguments *arguments, const struct model *model,
                              struct corpus *corpus)
{
    const char *map_path = arguments_value(arguments, "map");
    struct label_set set = {0};
    struct table map = {0};
    enum error error = map_path ? table_read(map_path, 2, &map) : ERROR_NONE;

    list_labels(model, &set);
    if (!error)
        error = corpus_read(arguments_value(arguments, "data"), map_path ? &map : NULL, false, &set,
                            corpus);
    table_free(&map);
    return error;
}

static int run(const struct arguments *arguments)
{
    const char *path = arguments_value(arguments, "model");
    struct evaluation evaluation = {0};
    struct corpus corpus = {0};
    enum error error;

    if (!path || !arguments_has(arguments, "data"))
        return report_usage(arguments, "eval needs --model MODEL and --data TSV");
    error = model_open(path, &evaluation.model);
    if (!error)
        error = read_corpus(arguments, evaluation.model, &corpus);
    if (!error)
        error = measure(&evaluation, &corpus);
    if (!error && arguments_has(arguments, "json"))
        error = print_json(&evaluation);
    else if (!error)
        print_tables(&evaluation);
    corpus_free(&corpus);
    model_close(evaluation.model);
    return error ? report_error(arguments) : EXIT_OK;
}

static const struct option options[] = {
    {"model", "MODEL", NULL, "measure this model"},
    {"data", "TSV", NULL, "on these rows"},
    {"map", "TSV", NULL, "lead each label through this table: from, a tab, to"},
    {"json", NULL, NULL, "print one JSON object"},
    {0},
};

const struct command command_eval = {
    .name = "eval",
    .operands = "",
    .summary = "measure a model on labelled messages",
    .details =
        "First, of the rows that carry one label, how often the most probable label is that one. "
        "Rows that carry several, after mapping and without duplicates, are skipped there and "
        "counted. The most probable label counts even where EmoTrack would say \"can't tell\"; "
        "coverage is the part of the rows where it would not.\n\n"
        "Then, of the same rows, how far a probability can be believed: the guesses by their "
        "probability, its mean, and how many of them are right. ECE is the mean distance of the "
        "two.\n\n"
        "Last, of all rows, how good it is to name every label that is at least as probable as its "
        "threshold in the model, again whether EmoTrack would say \"can't tell\" or not: F1 of "
        "each label, their mean (macro-F1), F1 of all labels' counts together (micro-F1), and the "
        "part of the rows whose labels are named exactly.\n\n"
        "The object of --json has: rows, skipped, accuracy, macro_f1, uar, ece, nll, coverage, "
        "per_label (precision, recall, f1, support), confusion (by the row's label, then by the "
        "guess), reliability (a list of from, to, rows, probability and accuracy) and multilabel "
        "(rows, macro_f1, micro_f1, exact, and per_label with each label's threshold).",
    .options = options,
    .run = run,
};
