#include "sync/server/status.h"

#include "sync/privacy.h"
#include "sync/server/publisher.h"
#include "sync/server/round.h"

#include <stdio.h>
#include <string.h>

static enum error add_round(void *context, const struct store_round *round)
{
    struct server_status *out = context;
    struct status_round *line = &out->rounds[out->round_count++];

    *line = (struct status_round){.round = round->round,
                                  .reports = round->reports,
                                  .opened = round->opened,
                                  .closed = round->closed};
    _Static_assert((int)STATUS_TEXT_MAX == (int)OUTCOME_MAX, "an outcome fits");
    memcpy(line->outcome, round->outcome, sizeof line->outcome);
    return ERROR_NONE;
}

static enum error add_model(void *context, const struct store_model *model)
{
    struct server_status *out = context;
    struct status_model *line = &out->models[out->model_count++];

    *line = (struct status_model){.version = model->version,
                                  .current = model->version == out->model,
                                  .published = model->published,
                                  .accuracy = model->accuracy,
                                  .macro_f1 = model->macro_f1};
    memcpy(line->origin, model->origin, sizeof line->origin);
    return ERROR_NONE;
}

static void describe_terms(const struct manifest *manifest, const struct config *config,
                           struct server_status *out)
{
    double rho = privacy_rho(manifest->noise);

    out->minimum = manifest->minimum;
    out->noise = manifest->noise;
    out->epsilon_each = privacy_epsilon(rho, PRIVACY_DELTA);
    out->epsilon_all = privacy_epsilon(rho * manifest->contributions, PRIVACY_DELTA);
    out->close_reports = round_limit(config->close_reports, manifest->minimum);
    out->gated = config->validation[0] != '\0';
}

static const char *state_of(const struct server_status *status, const struct store_round *round)
{
    static const char *const names[] = {
        [ROUND_OPEN] = "open", [ROUND_CLOSING] = "closing", [ROUND_CLOSED] = "closed"};

    return status->running ? names[round->state] : "stopped";
}

/* What the gate said last: its trouble now, else its last judgement. */
static enum error read_gate(struct server *server, struct server_status *out)
{
    struct buffer trouble;
    enum error error;

    buffer_init(&trouble, STATUS_TEXT_MAX);
    error = server->store->blob(server->store, STORE_GATE, &trouble);
    if (!error && trouble.length > 0)
        snprintf(out->gate, sizeof out->gate, "%s", trouble.data);
    buffer_free(&trouble);
    return error;
}

static enum error read_present(struct server *server, struct server_status *out)
{
    struct store_round round = {0};
    enum error error = round_present(server, &round);

    if (error)
        return error;
    out->state = state_of(out, &round);
    out->round = round.round;
    out->reports = round.reports;
    return round.state == ROUND_OPEN ? round_reports(server, round.round, &out->reports)
                                     : ERROR_NONE;
}

enum error status_read(struct server *server, struct server_status *out)
{
    struct store *store = server->store;
    struct store_state state = {0};
    struct manifest manifest;
    unsigned char hash[HASH_BYTES];
    enum error error;

    *out = (struct server_status){0};
    out->running = folder_runs(&server->folder, out->url, sizeof out->url);
    if (!out->url[0])
        snprintf(out->url, sizeof out->url, "%s", server->config.url);
    memcpy(out->key, server->signer.pair.public, KEY_BYTES);
    error = publisher_manifest(server, &manifest, hash);
    if (!error)
        error = read_present(server, out);
    if (!error)
        error = store->state(store, &state);
    if (error)
        return error;
    describe_terms(&manifest, &server->config, out);
    out->model = state.model;
    error = read_gate(server, out);
    if (!error)
        error = store->models(store, STATUS_MODELS_MAX, add_model, out);
    return error ? error : store->rounds(store, STATUS_ROUNDS_MAX, add_round, out);
}
