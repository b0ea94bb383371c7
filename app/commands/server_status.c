#include "app/commands/commands.h"
#include "app/commands/object.h"
#include "app/commands/server_acts.h"
#include "sync/server/status.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* ---- JSON ---- */

/* Infinite and not a number are null. */
static bool add_number(cJSON *object, const char *name, double value)
{
    return isfinite(value) ? cJSON_AddNumberToObject(object, name, value) != NULL
                           : cJSON_AddNullToObject(object, name) != NULL;
}

static bool add_model(cJSON *list, const struct status_model *model)
{
    cJSON *item = cJSON_CreateObject();

    if (!cJSON_AddItemToArray(list, item)) {
        cJSON_Delete(item);
        return false;
    }
    return add_number(item, "version", model->version) &&
           cJSON_AddBoolToObject(item, "current", model->current) &&
           add_number(item, "published", (double)model->published) &&
           add_number(item, "accuracy", model->accuracy) &&
           add_number(item, "macro_f1", model->macro_f1) &&
           cJSON_AddStringToObject(item, "origin", model->origin);
}

static bool add_round(cJSON *list, const struct status_round *round)
{
    cJSON *item = cJSON_CreateObject();

    if (!cJSON_AddItemToArray(list, item)) {
        cJSON_Delete(item);
        return false;
    }
    return add_number(item, "round", (double)round->round) &&
           add_number(item, "reports", (double)round->reports) &&
           add_number(item, "opened", (double)round->opened) &&
           (round->closed ? add_number(item, "closed", (double)round->closed)
                          : cJSON_AddNullToObject(item, "closed") != NULL) &&
           cJSON_AddStringToObject(item, "outcome", round->outcome);
}

static bool add_figures(cJSON *object, const struct server_status *status)
{
    char key[2 * KEY_BYTES + 1], fingerprint[FINGERPRINT_MAX];

    hex_write(status->key, KEY_BYTES, key);
    key_fingerprint(status->key, fingerprint);
    return cJSON_AddStringToObject(object, "url", status->url) &&
           cJSON_AddStringToObject(object, "key", key) &&
           cJSON_AddStringToObject(object, "fingerprint", fingerprint) &&
           cJSON_AddBoolToObject(object, "running", status->running) &&
           cJSON_AddStringToObject(object, "state", status->state) &&
           add_number(object, "round", (double)status->round) &&
           add_number(object, "reports", (double)status->reports) &&
           add_number(object, "minimum", status->minimum) &&
           add_number(object, "close_reports", status->close_reports) &&
           add_number(object, "model", status->model) &&
           add_number(object, "noise", status->noise) &&
           add_number(object, "epsilon_each", status->epsilon_each) &&
           add_number(object, "epsilon_all", status->epsilon_all) &&
           cJSON_AddBoolToObject(object, "gated", status->gated) &&
           cJSON_AddStringToObject(object, "gate", status->gate);
}

static enum error print_json(const struct server_status *status)
{
    cJSON *object = cJSON_CreateObject();
    bool complete = object && add_figures(object, status);
    cJSON *models = complete ? cJSON_AddArrayToObject(object, "models") : NULL;
    cJSON *rounds = models ? cJSON_AddArrayToObject(object, "rounds") : NULL;

    complete = rounds != NULL;
    for (size_t i = 0; i < status->model_count && complete; i++)
        complete = add_model(models, &status->models[i]);
    for (size_t i = 0; i < status->round_count && complete; i++)
        complete = add_round(rounds, &status->rounds[i]);
    return object_print(object, complete);
}

/* ---- for people ---- */

static void write_time(int64_t seconds, char out[32])
{
    time_t time = (time_t)seconds;
    struct tm parts;

    localtime_r(&time, &parts);
    strftime(out, 32, "%Y-%m-%d %H:%M", &parts);
}

static void print_privacy(const struct server_status *status)
{
    if (isfinite(status->epsilon_each))
        printf("noise    z = %g: epsilon %.2f for one contribution, %.2f for all of a device\n",
               status->noise, status->epsilon_each, status->epsilon_all);
    else
        printf("noise    none: users have no guarantee but their trust in you\n");
}

static void print_models(const struct server_status *status)
{
    printf("\nmodels\n");
    for (size_t i = 0; i < status->model_count; i++) {
        const struct status_model *model = &status->models[i];
        char when[32];

        write_time(model->published, when);
        printf("%c %5u  %s  %-16s", model->current ? '*' : ' ', model->version, when,
               model->origin);
        if (!isnan(model->accuracy))
            printf("  accuracy %.4f  macro-F1 %.4f", model->accuracy, model->macro_f1);
        printf("\n");
    }
}

static void print_rounds(const struct server_status *status)
{
    if (status->round_count > 0)
        printf("\nrounds\n");
    for (size_t i = 0; i < status->round_count; i++) {
        const struct status_round *round = &status->rounds[i];
        bool present = round->round == status->round;
        char when[32];

        write_time(round->opened, when);
        printf("  %5llu  %s  %7llu reports  %s\n", (unsigned long long)round->round, when,
               (unsigned long long)(present ? status->reports : round->reports),
               round->closed ? round->outcome : "open");
    }
}

static void print_table(const struct server_status *status)
{
    char fingerprint[FINGERPRINT_MAX];

    key_fingerprint(status->key, fingerprint);
    printf("%s  %s\n", status->url[0] ? status->url : "(no address while it is stopped)",
           status->running ? "running" : "stopped");
    printf("key      %s\n", fingerprint);
    printf("round    %llu (%s): %llu reports; not opened below %u",
           (unsigned long long)status->round, status->state, (unsigned long long)status->reports,
           status->minimum);
    if (status->close_reports)
        printf(", closes at %u", status->close_reports);
    printf("\nmodel    %u\n", status->model);
    print_privacy(status);
    printf("gate     %s\n", status->gate[0] ? status->gate
                            : status->gated ? "has judged nothing so far"
                                            : "no validation file is configured: every model is "
                                              "published");
    print_models(status);
    print_rounds(status);
}

static int run(const struct arguments *arguments)
{
    struct server_status *status = malloc(sizeof *status);
    struct server server = {.folder = {.lock = -1, .work = -1}};
    enum error error = status ? server_of(arguments, &server) : error_raise_plain(ERROR_NO_MEMORY);

    if (!error)
        error = status_read(&server, status);
    if (!error && arguments_has(arguments, "json"))
        error = print_json(status);
    else if (!error)
        print_table(status);
    server_close(&server);
    free(status);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"dir", "DIR", NULL, server_dir_help},
    {"json", NULL, NULL, "print one JSON object"},
    {0},
};

const struct command command_server_status = {
    .name = "status",
    .operands = "",
    .summary = "show the address, the key, the round, the models, and what the gate said",
    .details = "Works while the server runs and while it is stopped. The status page that the "
               "server shows at its address says the same.\n\n"
               "The keys of --json: url, key, fingerprint, running, state (open, closing, closed "
               "or stopped), round, reports, minimum, close_reports, model, noise, epsilon_each "
               "and epsilon_all (null: no guarantee), gated, gate, models and rounds. Times are "
               "seconds since 1970 UTC.",
    .options = options,
    .run = run,
};
