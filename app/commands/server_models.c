#include "app/commands/commands.h"
#include "app/commands/server_acts.h"
#include "sync/server/round.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static enum error print_model(void *context, const struct store_model *model)
{
    const struct store_state *state = context;
    time_t published = (time_t)model->published;
    char when[32];
    struct tm parts;

    localtime_r(&published, &parts);
    strftime(when, sizeof when, "%Y-%m-%d %H:%M", &parts);
    printf("%c %5u  %s  %-16s", model->version == state->model ? '*' : ' ', model->version, when,
           model->origin);
    if (!isnan(model->accuracy))
        printf("  accuracy %.4f  macro-F1 %.4f", model->accuracy, model->macro_f1);
    printf("\n");
    return ERROR_NONE;
}

static enum error list(struct server *server, const char *operand)
{
    struct store_state state = {0};
    enum error error = server->store->state(server->store, &state);

    (void)operand;
    return error ? error : server->store->models(server->store, SIZE_MAX, print_model, &state);
}

/* Publishes, says so, and opens the next round where one was open or is wanted. */
static enum error replace(struct server *server, const struct model *model, const char *origin)
{
    struct store_round before = {0};
    struct store_state state = {0};
    bool voided;
    enum error error = round_present(server, &before);

    voided = before.state != ROUND_CLOSED;
    if (!error)
        error = round_replace_model(server, model, origin, 0);
    if (!error)
        error = server->store->state(server->store, &state);
    if (error)
        return error;
    printf("published model %u (%s)\n", state.model, origin);
    if (voided)
        printf("round %llu is void: its reports were for the model before, and are never opened\n",
               (unsigned long long)before.round);
    return voided || server->config.continuous ? round_open(server) : ERROR_NONE;
}

static enum error publish(struct server *server, const char *operand)
{
    struct model *model = NULL;
    enum error error = model_open(operand, &model);

    if (!error)
        error = replace(server, model, "publish");
    model_close(model);
    return error;
}

static enum error roll_back(struct server *server, const char *operand)
{
    char *end, origin[ORIGIN_MAX];
    unsigned long version = strtoul(operand, &end, 10);
    struct model *model = NULL;
    enum error error;

    if (operand[0] < '0' || operand[0] > '9' || *end || version > UINT32_MAX)
        return error_raise(ERROR_USAGE,
                           "'models rollback' takes a version, not '%s'; 'models "
                           "list' shows them",
                           operand);
    error = server_model(server, (uint32_t)version, &model);
    snprintf(origin, sizeof origin, "rollback to %lu", version);
    if (!error)
        error = replace(server, model, origin);
    model_close(model);
    return error;
}

static const struct server_act acts[] = {
    {"list", NULL, true, list},
    {"publish", "a model's file", false, publish},
    {"rollback", "a version", false, roll_back},
};

static int run(const struct arguments *arguments)
{
    return server_act(arguments, acts, sizeof acts / sizeof *acts);
}

static const struct option options[] = {
    {"dir", "DIR", NULL, server_dir_help},
    {0},
};

const struct command command_server_models = {
    .name = "models",
    .operands = "list|publish|rollback [FILE|VERSION]",
    .summary = "list the models, publish one from a file, or bring an older one back",
    .details =
        "Devices only go forward, so an older model comes back under a new version: `rollback 2` "
        "publishes the weights of version 2 as the next. `publish FILE` does the same with a model "
        "from a file, which must have the same vocabulary and labels; it does not ask the gate.\n\n"
        "Either ends the open round as void: its reports were made for the model before, and are "
        "never opened. The optimizer starts anew.\n\n"
        "    emotrack-server models list --dir server\n"
        "    emotrack-server models rollback 2 --dir server",
    .options = options,
    .operands_min = 1,
    .operands_max = 2,
    .run = run,
};
