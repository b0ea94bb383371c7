#include "app/commands/commands.h"

#include "classifier/corpus.h"
#include "classifier/metrics.h"
#include "classifier/model.h"
#include "classifier/predict.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

struct evaluation {
    struct model *model;
    struct metrics metrics;
    size_t skipped; /* rows with several labels */
    size_t told;    /* rows that are not "can't tell" */
};

static void list_labels(const struct model *model, struct label_set *set)
{
    set->count = model_label_count(model);
    for (int i = 0; i < set->count; i++)
        snprintf(set->names[i], sizeof set->names[i], "%s", model_label(model, i)->name);
}

static enum error measure(struct evaluation *evaluation, const struct corpus *corpus)
{
    struct predictor *predictor = NULL;
    enum error error = predictor_new(evaluation->model, NULL, &predictor);

    metrics_init(&evaluation->metrics, model_label_count(evaluation->model));
    for (size_t i = 0; i < corpus->count && !error; i++) {
        const struct corpus_row *row = &corpus->rows[i];
        struct prediction prediction;

        if ((row->labels & (row->labels - 1)) != 0) {
            evaluation->skipped++;
            continue;
        }
        predictor_read(predictor, row->text, row->length, &prediction);
        metrics_add(&evaluation->metrics, __builtin_ctzll(row->labels), prediction.probability);
        evaluation->told += prediction.can_tell;
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

static void print_table(const struct evaluation *evaluation)
{
    const struct metrics *metrics = &evaluation->metrics;

    printf("rows %llu, skipped %zu (several labels)\n", (unsigned long long)metrics->rows,
           evaluation->skipped);
    printf("accuracy %.4f  macro-F1 %.4f  UAR %.4f  ECE %.4f  NLL %.4f  coverage %.4f\n\n",
           metrics_accuracy(metrics), metrics_macro_f1(metrics), metrics_uar(metrics),
           metrics_ece(metrics), metrics_nll(metrics), coverage(evaluation));
    printf("%-16s %9s %9s %9s %9s\n", "label", "precision", "recall", "F1", "rows");
    for (int i = 0; i < metrics->labels; i++) {
        struct label_metrics label = metrics_label(metrics, i);

        printf("%-16s %9.4f %9.4f %9.4f %9llu\n", model_label(evaluation->model, i)->name,
               label.precision, label.recall, label.f1, (unsigned long long)label.support);
    }
}

static bool add_label(cJSON *per_label, const struct evaluation *evaluation, int index)
{
    struct label_metrics label = metrics_label(&evaluation->metrics, index);
    cJSON *item = cJSON_AddObjectToObject(per_label, model_label(evaluation->model, index)->name);

    return item && cJSON_AddNumberToObject(item, "precision", label.precision) &&
           cJSON_AddNumberToObject(item, "recall", label.recall) &&
           cJSON_AddNumberToObject(item, "f1", label.f1) &&
           cJSON_AddNumberToObject(item, "support", (double)label.support);
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

static enum error print_json(const struct evaluation *evaluation)
{
    cJSON *object = cJSON_CreateObject();
    bool complete = object && add_figures(object, evaluation);
    cJSON *per_label = complete ? cJSON_AddObjectToObject(object, "per_label") : NULL;
    cJSON *confusion = per_label ? cJSON_AddObjectToObject(object, "confusion") : NULL;
    char *text;

    complete = confusion != NULL;
    for (int i = 0; i < evaluation->metrics.labels && complete; i++)
        complete = add_label(per_label, evaluation, i) && add_confusion(confusion, evaluation, i);
    text = complete ? cJSON_PrintUnformatted(object) : NULL;
    if (text)
        puts(text);
    cJSON_free(text);
    cJSON_Delete(object);
    return text ? ERROR_NONE : error_raise_plain(ERROR_NO_MEMORY);
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
        print_table(&evaluation);
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
        "Rows that carry several labels, after mapping and without duplicates, are skipped and "
        "counted. The most probable label counts even where EmoTrack would say \"can't tell\"; "
        "coverage is the part of the rows where it would not.",
    .options = options,
    .run = run,
};
