#include "app/commands/commands.h"
#include "app/commands/object.h"

#include "app/simulation.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SETTINGS_MAX = 8 * 1024 /* bytes */, USERS_MAX = 10 * 1000 * 1000, ROUNDS_MAX = 10000 };

/* What is shown, as a table or as JSON. */
struct output {
    struct simulation *simulation;
    cJSON *rounds; /* NULL: a table */
    struct simulation_round last;
    bool complete; /* no memory ran out on the way */
};

static void show_progress(const char *stage, int percent)
{
    fprintf(stderr, "\r\033[K%3d%%  %s", percent, stage);
}

/* ---- what is asked for ---- */

static bool read_number(const struct arguments *arguments, const char *option, double most,
                        double *out)
{
    const char *text = arguments_value(arguments, option);
    char *end;

    if (!text)
        return true;
    errno = 0;
    *out = strtod(text, &end);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *out > 0 &&
           *out <= most;
}

static bool read_count(const struct arguments *arguments, const char *option, double most,
                       uint32_t *out)
{
    double number = *out;

    if (!read_number(arguments, option, most, &number) || number != floor(number))
        return false;
    *out = (uint32_t)number;
    return true;
}

/* SETTING=VALUE as a line of a configuration file: numbers as they are, words in quotes. */
static enum error append_setting(const char *operand, bool first, struct buffer *out)
{
    size_t name = strcspn(operand, "=");
    const char *value = operand + name + 1;
    bool word;

    if (operand[name] != '=' || strpbrk(operand, "\"\\\n"))
        return error_raise(ERROR_USAGE, "'%s' is not SETTING=VALUE", operand);
    word = !strchr("-.0123456789", value[0]) && strcmp(value, "true") != 0 &&
           strcmp(value, "false") != 0;
    return buffer_format(out, "%s\"%.*s\": %s%s%s", first ? "{" : ",\n", (int)name, operand,
                         word ? "\"" : "", value, word ? "\"" : "");
}

static enum error read_config(const struct arguments *arguments, struct config *out)
{
    const char *path = arguments_value(arguments, "config");
    enum error error = ERROR_NONE;
    struct buffer text;
    bool half = true;

    if (path && arguments->operands > 0)
        return error_raise(ERROR_USAGE, "settings come from --config or from SETTING=VALUE");
    if (path)
        return config_read(path, out);
    config_default(out);
    buffer_init(&text, SETTINGS_MAX);
    for (int i = 0; i < arguments->operands && !error; i++) {
        error = append_setting(arguments->operand[i], i == 0, &text);
        half &= strncmp(arguments->operand[i], "participation=", 14) != 0;
    }
    if (!error && text.length > 0)
        error = buffer_append_text(&text, "}");
    if (!error && text.length > 0)
        error = config_parse(text.data, text.length, "SETTING=VALUE", out);
    if (half)
        out->participation = 0.5;
    buffer_free(&text);
    return error;
}

/* ---- what is shown ---- */

static double closed(const struct output *output, struct simulation_score score)
{
    double from = simulation_base(output->simulation).macro_f1;
    double to = simulation_central(output->simulation).macro_f1;

    return to > from ? (score.macro_f1 - from) / (to - from) : 0;
}

static void print_row(const struct output *output, const char *name, struct simulation_score score,
                      const char *rest)
{
    printf("%-9s accuracy %.4f  macro-F1 %.4f  closed %4.0f%%%s\n", name, score.accuracy,
           score.macro_f1, 100 * closed(output, score), rest);
}

static bool add_score(cJSON *object, const struct output *output, struct simulation_score score)
{
    return object && cJSON_AddNumberToObject(object, "accuracy", score.accuracy) &&
           cJSON_AddNumberToObject(object, "macro_f1", score.macro_f1) &&
           cJSON_AddNumberToObject(object, "closed", closed(output, score));
}

/* null: no guarantee */
static bool add_epsilon(cJSON *object, double epsilon)
{
    return isinf(epsilon) ? cJSON_AddNullToObject(object, "epsilon") != NULL
                          : cJSON_AddNumberToObject(object, "epsilon", epsilon) != NULL;
}

static void show_round(void *context, const struct simulation_round *round)
{
    struct output *output = context;
    cJSON *object;
    char name[32], rest[128], epsilon[32] = "none";

    output->last = *round;
    if (output->rounds) {
        object = cJSON_CreateObject();
        output->complete = output->complete && cJSON_AddItemToArray(output->rounds, object) &&
                           cJSON_AddNumberToObject(object, "round", round->round) &&
                           cJSON_AddNumberToObject(object, "reports", (double)round->reports) &&
                           cJSON_AddNumberToObject(object, "votes", round->votes) &&
                           add_score(object, output, round->score) &&
                           add_epsilon(object, round->epsilon);
        return;
    }
    if (!isinf(round->epsilon))
        snprintf(epsilon, sizeof epsilon, "%.2f", round->epsilon);
    snprintf(name, sizeof name, "round %u", round->round);
    snprintf(rest, sizeof rest, "  epsilon %s  reports %llu, %.1f votes each", epsilon,
             (unsigned long long)round->reports, round->votes);
    print_row(output, name, round->score, rest);
    fflush(stdout);
}

static void show_difference(const char *name, const struct simulation_difference *difference)
{
    printf("last round against base: %-8s %+.4f, 95%% interval %+.4f to %+.4f, p %s%.3f\n", name,
           difference->by, difference->low, difference->high, difference->p < 0.001 ? "< " : "= ",
           difference->p < 0.001 ? 0.001 : difference->p);
}

/* By a paired bootstrap; of the NLL less is better. */
static void show_gain(const struct simulation_gain *gain)
{
    show_difference("macro-F1", &gain->macro_f1);
    show_difference("accuracy", &gain->accuracy);
    show_difference("NLL", &gain->nll);
}

static bool add_difference(cJSON *object, const char *name,
                           const struct simulation_difference *difference)
{
    cJSON *item = cJSON_AddObjectToObject(object, name);

    return item && cJSON_AddNumberToObject(item, "by", difference->by) &&
           cJSON_AddNumberToObject(item, "low", difference->low) &&
           cJSON_AddNumberToObject(item, "high", difference->high) &&
           cJSON_AddNumberToObject(item, "p", difference->p);
}

/* Takes the object over. */
static enum error print_json(struct output *output, cJSON *object,
                             const struct simulation_gain *gain)
{
    const struct simulation *simulation = output->simulation;
    cJSON *difference = cJSON_AddObjectToObject(object, "gain");
    bool complete =
        output->complete &&
        add_score(cJSON_AddObjectToObject(object, "base"), output, simulation_base(simulation)) &&
        add_score(cJSON_AddObjectToObject(object, "central"), output,
                  simulation_central(simulation)) &&
        add_epsilon(object, output->last.epsilon) && difference &&
        add_difference(difference, "macro_f1", &gain->macro_f1) &&
        add_difference(difference, "accuracy", &gain->accuracy) &&
        add_difference(difference, "nll", &gain->nll);

    return object_print(object, complete);
}

static enum error simulate(struct output *output, const struct config *config,
                           struct simulation_plan *plan, bool json)
{
    struct simulation_gain gain = {0};
    cJSON *object = json ? cJSON_CreateObject() : NULL;
    enum error error;

    output->complete = true;
    output->rounds = json ? cJSON_AddArrayToObject(object, "rounds") : NULL;
    if (json && !output->rounds) {
        cJSON_Delete(object);
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    if (!json) {
        print_row(output, "base", simulation_base(output->simulation), "");
        print_row(output, "central", simulation_central(output->simulation), "");
    }
    plan->visit = show_round;
    plan->context = output;
    error = simulation_run(output->simulation, config, plan, &gain);
    if (!error && json)
        return print_json(output, object, &gain);
    if (!error)
        show_gain(&gain);
    cJSON_Delete(object);
    return error;
}

static int run(const struct arguments *arguments)
{
    struct simulation_settings settings = {
        .data = arguments_value(arguments, "data"),
        .dev = arguments_value(arguments, "dev"),
        .map = arguments_value(arguments, "map"),
        .part = 0.2,
        .progress = isatty(STDERR_FILENO) ? show_progress : NULL,
    };
    struct simulation_plan plan = {.users = 8000, .rounds = 8};
    struct output output = {0};
    struct config config;
    uint32_t seed = 1;
    enum error error;

    if (!settings.data || !settings.dev)
        return report_usage(arguments, "simulate needs --data TSV and --dev TSV");
    if (!read_number(arguments, "part", 1, &settings.part) ||
        !read_count(arguments, "users", USERS_MAX, &plan.users) ||
        !read_count(arguments, "rounds", ROUNDS_MAX, &plan.rounds) ||
        !read_count(arguments, "seed", UINT32_MAX, &seed))
        return report_usage(arguments, "--part takes a number up to 1, --users, --rounds and "
                                       "--seed whole numbers from 1");
    settings.seed = plan.seed = seed;
    error = read_config(arguments, &config);
    if (!error)
        error = simulation_new(&settings, &output.simulation);
    if (settings.progress)
        fprintf(stderr, "\r\033[K");
    if (!error)
        error = simulate(&output, &config, &plan, arguments_has(arguments, "json"));
    simulation_free(output.simulation);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"data", "TSV", NULL, "rows for the base model and for the users"},
    {"dev", "TSV", NULL, "measure on these rows"},
    {"map", "TSV", NULL, "lead each label through this table: from, a tab, to"},
    {"part", "PART", NULL, "train the base on this part of the rows (default 0.2)"},
    {"users", "N", NULL, "deal the other rows out to so many users (default 8000)"},
    {"rounds", "N", NULL, "play so many rounds (default 8)"},
    {"seed", "N", NULL, "draw everything by this number (default 1)"},
    {"config", "FILE", NULL, "a server's settings"},
    {"json", NULL, NULL, "print one JSON object"},
    {0},
};

const struct command command_simulate = {
    .name = "simulate",
    .operands = "[SETTING=VALUE...]",
    .summary = "what federated learning would make of a corpus",
    .details =
        "Trains a base model on a part of the rows and lets simulated users rate its guesses on "
        "the others: right, or wrong with the right label. In each round some of them contribute, "
        "by the code that devices run; the code of the server makes the next model. Beside each "
        "model's figures on the dev rows stand the part of the distance between the base and a "
        "model trained on all rows that it has closed, and the epsilon (delta 1e-6) that the user "
        "who took part most often has spent.\n\n"
        "Settings are those of the server's configuration: block, votes, noise, contributions, "
        "participation (here 0.5), training_passes, training_rate, unit, optimizer, "
        "optimizer_rate, optimizer_beta1, optimizer_beta2, optimizer_tau, minimum.\n\n"
        "    emotrack-lab simulate --data train.tsv --dev dev.tsv noise=4 votes=64",
    .options = options,
    .operands_max = -1,
    .run = run,
};
