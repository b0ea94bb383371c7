#include "sync/server/gate.h"

#include "classifier/corpus.h"
#include "classifier/metrics.h"
#include "classifier/predict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static enum error read_rows(const struct config *config, const struct folder *folder,
                            const struct model *model, struct corpus *out)
{
    char path[FOLDER_PATH_MAX], map_path[FOLDER_PATH_MAX];
    struct label_set set = {.count = model_label_count(model)};
    struct table map = {0};
    bool mapped = config->validation_map[0] != '\0';
    enum error error = folder_file(folder, config->validation, path);

    for (int i = 0; i < set.count; i++)
        snprintf(set.names[i], sizeof set.names[i], "%s", model_label(model, i)->name);
    if (!error && mapped)
        error = folder_file(folder, config->validation_map, map_path);
    if (!error && mapped)
        error = table_read(map_path, 2, &map);
    if (!error)
        error = corpus_read(path, mapped ? &map : NULL, false, &set, out);
    table_free(&map);
    return error;
}

static enum error measure(const struct corpus *corpus, const struct model *model,
                          struct metrics *out)
{
    struct predictor *predictor = NULL;
    enum error error = predictor_new(model, NULL, &predictor);

    metrics_init(out, model_label_count(model));
    for (size_t i = 0; i < corpus->count && !error; i++) {
        const struct corpus_row *row = &corpus->rows[i];
        struct prediction prediction;

        if (label_single(row->labels) < 0)
            continue;
        predictor_read(predictor, row->text, row->length, &prediction);
        metrics_add(out, __builtin_ctzll(row->labels), prediction.probability);
    }
    predictor_free(predictor);
    return error;
}

enum error gate_measure(const struct config *config, const struct folder *folder,
                        const struct model *model, struct gate_figures *out)
{
    struct corpus corpus = {0};
    struct metrics metrics;
    enum error error;

    *out = (struct gate_figures){.accuracy = NAN, .macro_f1 = NAN};
    if (!config->validation[0])
        return ERROR_NONE;
    error = read_rows(config, folder, model, &corpus);
    if (!error)
        error = measure(&corpus, model, &metrics);
    corpus_free(&corpus);
    if (error)
        return error;
    if (metrics.rows == 0)
        return error_raise(
            ERROR_INVALID,
            "the validation file '%s' has no row with one label; the gate needs some",
            config->validation);
    *out =
        (struct gate_figures){metrics_accuracy(&metrics), metrics_macro_f1(&metrics), metrics.rows};
    return ERROR_NONE;
}

bool gate_passes(const struct config *config, const struct gate_figures *present,
                 const struct gate_figures *candidate, char *words, size_t size)
{
    double loss =
        fmax(present->accuracy - candidate->accuracy, present->macro_f1 - candidate->macro_f1);
    bool passes = !(loss > config->gate_loss); /* without figures too */

    if (isnan(candidate->accuracy)) {
        snprintf(words, size, "no validation file is configured: every model is published");
        return true;
    }
    snprintf(words, size,
             "%s: accuracy %.4f -> %.4f, macro-F1 %.4f -> %.4f on %llu rows; a loss of more than "
             "%.4f is not published",
             passes ? "passed" : "refused", present->accuracy, candidate->accuracy,
             present->macro_f1, candidate->macro_f1, (unsigned long long)candidate->rows,
             config->gate_loss);
    return passes;
}
