#include "app/commands/commands.h"

#include "classifier/model.h"

#include <stdio.h>

static void print_model(const struct model *model)
{
    printf("id: %s\nversion: %u\nsize: %zu bytes\nfeatures: %u\n", model_id(model),
           model_version(model), model_file_size(model), model_feature_count(model));
    printf("temperature: %.4f\nthreshold: %.2f\nlabels: %d\n", (double)model_temperature(model),
           (double)model_threshold(model), model_label_count(model));
    for (int i = 0; i < model_label_count(model); i++) {
        const struct label *label = model_label(model, i);

        printf("  %s\t%s\t%s\n", label->name, label->emoji, label->colour);
    }
    fputs(model_provenance(model), stdout);
}

static int run(const struct arguments *arguments)
{
    struct model *model = NULL;

    if (model_open(arguments->operand[0], &model))
        return report_error(arguments);
    print_model(model);
    model_close(model);
    return EXIT_OK;
}

static const struct option options[] = {{0}};

const struct command command_info = {
    .name = "info",
    .operands = "MODEL",
    .summary = "say what is in a model file",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
