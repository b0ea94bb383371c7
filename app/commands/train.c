#include "app/commands/commands.h"

#include "app/profile.h"
#include "base/file.h"
#include "base/utf8.h"
#include "classifier/model.h"
#include "classifier/train.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ORIGIN_MAX = 32 * 1024 /* bytes */ };

/* Lifts the rare labels' recall and the macro-F1, and costs no accuracy, on all that was tried. */
static const double RECALL = 0.1;

static void show_progress(const char *stage, int percent)
{
    fprintf(stderr, "\r\033[K%3d%%  %s", percent, stage);
}

static void end_progress(const struct train_settings *settings)
{
    if (settings->progress)
        fprintf(stderr, "\r\033[K");
}

/* The provenance's first lines: a file's, or made from the options. */
static enum error read_origin(const struct arguments *arguments, struct buffer *origin)
{
    static const char *const keys[] = {"corpus", "licence", "source"};
    const char *path = arguments_value(arguments, "provenance");
    enum error error = path ? file_read(path, origin) : ERROR_NONE;

    for (size_t i = 0; i < sizeof keys / sizeof *keys && !error; i++) {
        const char *value = arguments_value(arguments, keys[i]);

        if (value)
            error = buffer_format(origin, "%s: %s\n", keys[i], value);
    }
    if (!error && origin->length > 0 && origin->data[origin->length - 1] != '\n')
        error = buffer_append_byte(origin, '\n');
    if (!error && origin->length > 0 && !utf8_valid(origin->data, origin->length))
        error = error_raise(ERROR_INVALID, "the model cannot keep the text of --provenance, "
                                           "--corpus, --licence or --source: not all is UTF-8");
    return error;
}

/* A part, 0 to below 1; `out` stays as it is where the option is not given. */
static bool read_part(const struct arguments *arguments, const char *option, double *out)
{
    const char *text = arguments_value(arguments, option);
    char *end;

    if (!text)
        return true;
    *out = strtod(text, &end);
    return end != text && *end == '\0' && *out >= 0 && *out < 1;
}

static bool read_seed(const char *text, uint64_t *seed)
{
    char *end;

    errno = 0;
    *seed = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
}

static void print_report(const struct train_report *report, size_t size, const char *path)
{
    printf("%s: %zu bytes, %zu features, %zu non-zero weights, %s %.3f\n", path, size,
           report->features, report->nonzero, report->penalty > 0 ? "L1" : "ridge",
           report->penalty + report->ridge);
    printf("dev rows with one label %llu: accuracy %.4f, macro-F1 %.4f, UAR %.4f, NLL %.4f, "
           "ECE %.4f\n",
           (unsigned long long)report->dev.rows, metrics_accuracy(&report->dev),
           metrics_macro_f1(&report->dev), metrics_uar(&report->dev), metrics_nll(&report->dev),
           metrics_ece(&report->dev));
    printf("temperature %.4f, slope %.2f, \"can't tell\" below %.2f (%.1f%% of the dev rows)\n",
           report->temperature, report->slope, report->threshold, 100 * (1 - report->coverage));
}

/* A slip of the hand must not replace the data, or somebody's journal. */
static enum error check_output(const struct arguments *arguments, const char *path)
{
    static const char *const inputs[] = {"data", "dev", "map", "labels", "provenance"};

    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        const char *input = arguments_value(arguments, inputs[i]);

        if (input && file_same(input, path))
            return error_raise(ERROR_INVALID,
                               "--output '%s' is the file of --%s, and was left as it is; write to "
                               "another file",
                               path, inputs[i]);
    }
    return profile_guard(path);
}

static enum error train(const struct train_settings *settings, const char *path)
{
    struct train_report report;
    struct buffer file;
    enum error error;

    buffer_init(&file, MODEL_FILE_MAX);
    error = train_model(settings, &file, &report);
    end_progress(settings);
    if (!error)
        error = file_replace(path, file.data, file.length);
    if (!error)
        print_report(&report, file.length, path);
    buffer_free(&file);
    return error;
}

static int run(const struct arguments *arguments)
{
    const char *seed = arguments_value(arguments, "seed");
    const char *output = arguments_value(arguments, "output");
    struct train_settings settings = {
        .data = arguments_value(arguments, "data"),
        .dev = arguments_value(arguments, "dev"),
        .map = arguments_value(arguments, "map"),
        .labels = arguments_value(arguments, "labels"),
        .seed = 1,
        .recall = RECALL,
        .floats = arguments_has(arguments, "floats"),
        .progress = isatty(STDERR_FILENO) ? show_progress : NULL,
    };
    struct buffer origin;
    enum error error;

    if (!settings.data || !output)
        return report_usage(arguments, "train needs --data TSV and --output MODEL");
    if (!read_part(arguments, "recall", &settings.recall))
        return report_usage(arguments, "--recall takes a number from 0 to below 1");
    if (seed && !read_seed(seed, &settings.seed))
        return report_usage(arguments, "--seed takes a whole number, not '%s'", seed);
    buffer_init(&origin, ORIGIN_MAX);
    error = check_output(arguments, output);
    if (!error)
        error = read_origin(arguments, &origin);
    settings.origin = origin.data ? origin.data : "";
    if (!error)
        error = train(&settings, output);
    buffer_free(&origin);
    return error ? report_error(arguments) : EXIT_OK;
}

static const struct option options[] = {
    {"data", "TSV", NULL, "train on these rows"},
    {"dev", "TSV", NULL, "choose strength, temperature and thresholds by these, not by a tenth"},
    {"map", "TSV", NULL, "lead each label through this table: from, a tab, to"},
    {"labels", "TSV", NULL, "the labels' order, emoji and colours: name, emoji, colour"},
    {"provenance", "FILE", NULL, "\"key: value\" lines to keep in the model"},
    {"corpus", "TEXT", NULL, "the corpus's name, to keep in the model"},
    {"licence", "TEXT", NULL, "its licence, to keep in the model"},
    {"source", "TEXT", NULL, "where it comes from, to keep in the model"},
    {"recall", "PART", NULL, "favour rare labels, 0 to below 1 (default 0.1)"},
    {"floats", NULL, NULL, "keep weights of four bytes, not of one"},
    {"output", "MODEL", NULL, "write the model here"},
    {"seed", "N", NULL, "draw the tenth by this number (default 1)"},
    {0},
};

const struct command command_train = {
    .name = "train",
    .operands = "",
    .summary = "make a model from labelled messages",
    .details =
        "Each line of the data is a message, a tab, and one label or several with commas between; "
        "2 to 64 labels. The same files and options give the same model, byte for byte.\n\n"
        "The kind and the strength of regularisation are chosen by the messages held out, which "
        "are "
        "a tenth of the data where --dev names none; that tenth is trained on after the choice. "
        "--recall divides each probability by that power of its label's share of the rows.",
    .options = options,
    .run = run,
};
