#include "sync/server/round.h"

#include "base/clock.h"
#include "sync/server/candidate.h"
#include "sync/server/gate.h"
#include "sync/server/publisher.h"
#include "sync/server/seal.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_STEP = 20 /* ms */ };

uint32_t round_limit(uint32_t close_reports, uint32_t minimum)
{
    return close_reports && close_reports < minimum ? minimum : close_reports;
}

enum error round_present(struct server *server, struct store_round *out)
{
    struct store_state state = {0};
    enum error error = server->store->state(server->store, &state);

    *out = (struct store_round){.state = ROUND_CLOSED};
    return error || state.round == 0 ? error
                                     : server->store->round(server->store, state.round, out);
}

/* ---- opening ---- */

/* At most one a second, so that a restored database can tell how many there may have been since. A
 * clock that was set back is not waited for. */
static void wait_for_second(int64_t touched)
{
    while (server_now() == touched)
        clock_sleep(WAIT_STEP);
}

static enum error store_opening(struct server *server, const struct model *model,
                                struct store_state *state)
{
    struct store_round round = {
        .round = state->round + 1,
        .state = ROUND_OPEN,
        .model = state->model,
        .opened = server_now(),
    };
    enum error error = seal_make(&server->folder, round.round);

    state->round = round.round;
    state->touched = round.opened;
    if (!error)
        error = publisher_add_manifest(server, model, true, state);
    if (!error)
        error = server->store->set_round(server->store, &round);
    return error ? error : server->store->set_state(server->store, state);
}

static enum error open_next(struct server *server)
{
    struct store_round last = {0};
    struct store_state state = {0};
    struct model *model = NULL;
    enum error error = round_present(server, &last);

    if (!error && last.state != ROUND_CLOSED)
        error = error_raise(ERROR_EXISTS, "round %" PRIu64 " is open already", last.round);
    if (!error)
        error = server->store->state(server->store, &state);
    if (!error)
        error = server_model(server, state.model, &model);
    if (!error)
        error = store_opening(server, model, &state);
    model_close(model);
    return error;
}

enum error round_open(struct server *server)
{
    struct store_state state = {0};
    enum error error = server->store->state(server->store, &state);

    if (error)
        return error;
    wait_for_second(state.touched);
    error = server->store->begin(server->store);
    if (!error)
        error = server->store->end(server->store, open_next(server));
    return error ? error : server_set_mark(server);
}

/* ---- the sum ---- */

struct gathering {
    struct aggregate aggregate;
    const unsigned char *key;
    uint64_t round;
};

static enum error gather_shard(void *context, uint32_t shard, uint64_t reports, const void *sealed,
                               size_t length)
{
    struct gathering *gathering = context;

    (void)reports;
    return seal_open(gathering->key, gathering->round, shard, sealed, length,
                     &gathering->aggregate);
}

static enum error count_shard(void *context, uint32_t shard, uint64_t reports, const void *sealed,
                              size_t length)
{
    (void)shard;
    (void)sealed;
    (void)length;
    *(uint64_t *)context += reports;
    return ERROR_NONE;
}

enum error round_reports(struct server *server, uint64_t round, uint64_t *out)
{
    *out = 0;
    return server->store->sums(server->store, round, count_shard, out);
}

enum error round_sum(struct store *store, const struct folder *folder, uint64_t round,
                     uint32_t coordinates, struct aggregate *out)
{
    struct gathering gathering = {.round = round};
    unsigned char key[SEAL_KEY_BYTES];
    enum error error = seal_key(folder, round, key);

    *out = (struct aggregate){0};
    if (error)
        return error;
    gathering.key = key;
    error = aggregate_init(&gathering.aggregate, coordinates);
    if (!error)
        error = store->sums(store, round, gather_shard, &gathering);
    seal_wipe(key);
    *out = gathering.aggregate;
    return error;
}

/* ---- closing ---- */

/* Ends a round without a model: what was sent to it is never opened. */
static enum error end_void(struct server *server, struct store_round *round, const char *why)
{
    enum error error = server->store->drop_sums(server->store, round->round);

    round->state = ROUND_CLOSED;
    round->closed = server_now();
    snprintf(round->outcome, sizeof round->outcome, "void: %s", why);
    if (!error)
        error = server->store->set_blob(server->store, STORE_MEAN, NULL, 0);
    return error ? error : server->store->set_round(server->store, round);
}

/* The manifest that says that no reports are taken now. */
static enum error store_closed(struct server *server, const struct model *model,
                               struct store_state *state)
{
    enum error error = publisher_add_manifest(server, model, false, state);

    return error ? error : server->store->set_state(server->store, state);
}

static enum error close_void(struct server *server, struct store_round *round, const char *why)
{
    struct store_state state = {0};
    struct model *model = NULL;
    enum error error = end_void(server, round, why);

    if (!error)
        error = server->store->state(server->store, &state);
    if (!error)
        error = server_model(server, state.model, &model);
    if (!error)
        error = store_closed(server, model, &state);
    model_close(model);
    return error;
}

/* The noise is drawn here, once. */
static enum error store_mean(struct server *server, const struct aggregate *aggregate,
                             const struct manifest *manifest)
{
    size_t size = aggregate->coordinates * sizeof(double);
    double *mean = malloc(size);
    struct random random;
    enum error error;

    if (!mean)
        return error_raise_plain(ERROR_NO_MEMORY);
    random_start(&random);
    error = aggregate_open(aggregate, manifest, &random, mean);
    random_wipe(&random);
    if (!error)
        error = server->store->set_blob(server->store, STORE_MEAN, mean, size);
    free(mean);
    return error;
}

static enum error close_with(struct server *server, struct store_round *round,
                             const struct aggregate *aggregate, const struct manifest *manifest)
{
    enum error error;

    if (aggregate->reports < manifest->minimum)
        return error_raise(ERROR_INVALID,
                           "round %" PRIu64 " has %" PRIu64 " reports, and nothing is opened below "
                           "%u: wait for more, or leave it open",
                           round->round, aggregate->reports, manifest->minimum);
    error = store_mean(server, aggregate, manifest);
    if (!error)
        error = server->store->drop_sums(server->store, round->round);
    round->state = ROUND_CLOSING;
    round->closed = server_now();
    round->reports = aggregate->reports;
    return error ? error : server->store->set_round(server->store, round);
}

static enum error close_open(struct server *server)
{
    unsigned char hash[HASH_BYTES];
    struct aggregate aggregate = {0};
    struct manifest manifest;
    struct store_round round = {0};
    enum error error = round_present(server, &round);

    if (!error && round.state != ROUND_OPEN)
        error = error_raise(ERROR_NOT_FOUND, "no round is open");
    if (!error)
        error = publisher_manifest(server, &manifest, hash);
    if (error)
        return error;
    error = round_sum(server->store, &server->folder, round.round, manifest_coordinates(&manifest),
                      &aggregate);
    if (error == ERROR_NOT_FOUND || error == ERROR_DAMAGED)
        error = close_void(server, &round, "the key of its sum is lost");
    else if (!error)
        error = close_with(server, &round, &aggregate, &manifest);
    aggregate_free(&aggregate);
    return error;
}

enum error round_close(struct server *server)
{
    enum error error = server->store->begin(server->store);

    if (!error)
        error = server->store->end(server->store, close_open(server));
    if (!error)
        error = seal_destroy(&server->folder, 0);
    return error ? error : server_set_mark(server);
}

/* ---- the model of a round ---- */

/* All that comes between a mean and a published model; owned. */
struct making {
    struct store_round round;
    struct manifest manifest;
    struct optimizer optimizer;
    struct model *base, *candidate;
    struct buffer bytes; /* of the candidate */
    struct gate_figures present, figures;
    uint32_t version;
    char origin[ORIGIN_MAX];
    char gate[OUTCOME_MAX / 2]; /* its words */
    bool publish;
};

static void making_free(struct making *making)
{
    optimizer_free(&making->optimizer);
    model_close(making->base);
    model_close(making->candidate);
    buffer_free(&making->bytes);
}

static enum error restore_optimizer(struct server *server, struct making *making)
{
    uint32_t coordinates = manifest_coordinates(&making->manifest);
    struct buffer state;
    enum error error = optimizer_init(&making->optimizer, &server->config.optimizer, coordinates);

    buffer_init(&state, STORE_BLOB_MAX);
    if (!error)
        error = server->store->blob(server->store, STORE_OPTIMIZER, &state);
    /* Bytes of other settings or another block: it starts anew. */
    if (!error && state.length > 0 &&
        !optimizer_restore(&making->optimizer, state.data, state.length)) {
        optimizer_free(&making->optimizer);
        error = optimizer_init(&making->optimizer, &server->config.optimizer, coordinates);
    }
    buffer_free(&state);
    return error;
}

static enum error read_mean(struct server *server, uint32_t coordinates, double *mean)
{
    size_t size = coordinates * sizeof *mean;
    struct buffer bytes;
    enum error error;

    buffer_init(&bytes, STORE_BLOB_MAX);
    error = server->store->blob(server->store, STORE_MEAN, &bytes);
    if (!error && bytes.length != size)
        error = error_raise(ERROR_DAMAGED, "what the closing round has learnt is damaged in the "
                                           "database; restore a backup");
    if (!error)
        memcpy(mean, bytes.data, size);
    buffer_free(&bytes);
    return error;
}

static enum error step(struct server *server, struct making *making)
{
    uint32_t coordinates = manifest_coordinates(&making->manifest);
    double *numbers = calloc(2 * (size_t)coordinates, sizeof *numbers);
    enum error error;

    if (!numbers)
        return error_raise_plain(ERROR_NO_MEMORY);
    error = read_mean(server, coordinates, numbers);
    if (!error) {
        optimizer_look(&making->optimizer, making->base, &making->manifest, making->round.reports);
        optimizer_step(&making->optimizer, numbers, numbers + coordinates);
        error = candidate_make(making->base, making->manifest.block, numbers + coordinates,
                               making->version, making->origin, &making->bytes);
    }
    free(numbers);
    return error;
}

static enum error open_candidate(struct making *making)
{
    struct buffer copy;
    enum error error;

    buffer_init(&copy, MODEL_FILE_MAX);
    error = buffer_append(&copy, making->bytes.data, making->bytes.length);
    if (error) {
        buffer_free(&copy);
        return error;
    }
    return model_from_bytes(&copy, making->origin, &making->candidate);
}

/* A gate that cannot judge keeps the round waiting, and `status` says why. */
static enum error note_trouble(struct server *server, enum error cause)
{
    char words[OUTCOME_MAX];
    enum error error = server->store->begin(server->store);

    snprintf(words, sizeof words, GATE_TROUBLE ": %.400s", error_sentence());
    if (!error)
        error = server->store->end(server->store, server->store->set_blob(server->store, STORE_GATE,
                                                                          words, strlen(words)));
    return error ? error : error_raise(cause, "%s", words);
}

static enum error judge(struct server *server, struct making *making)
{
    char *outcome = making->round.outcome;
    enum error error =
        gate_measure(&server->config, &server->folder, making->base, &making->present);

    if (!error)
        error = gate_measure(&server->config, &server->folder, making->candidate, &making->figures);
    if (error)
        return note_trouble(server, error);
    making->publish = gate_passes(&server->config, &making->present, &making->figures, making->gate,
                                  sizeof making->gate);
    if (!making->publish)
        snprintf(outcome, OUTCOME_MAX, "kept model %u; gate: %s", making->round.model,
                 making->gate);
    else if (isnan(making->figures.accuracy))
        snprintf(outcome, OUTCOME_MAX, "published model %u", making->version);
    else
        snprintf(outcome, OUTCOME_MAX, "published model %u; gate: %s", making->version,
                 making->gate);
    return ERROR_NONE;
}

/* From the mean to a candidate and its judgement. */
static enum error make(struct server *server, struct making *making)
{
    enum error error = restore_optimizer(server, making);

    if (!error)
        error = step(server, making);
    if (error == ERROR_INVALID) { /* weights that no model can have */
        snprintf(making->round.outcome, OUTCOME_MAX, "kept model %u: %s", making->round.model,
                 error_sentence());
        return ERROR_NONE;
    }
    if (!error)
        error = open_candidate(making);
    return error ? error : judge(server, making);
}

static enum error store_optimizer(struct server *server, const struct optimizer *optimizer)
{
    struct buffer state;
    enum error error;

    buffer_init(&state, STORE_BLOB_MAX);
    error = optimizer_save(optimizer, &state);
    if (!error)
        error = server->store->set_blob(server->store, STORE_OPTIMIZER, state.data, state.length);
    buffer_free(&state);
    return error;
}

static enum error store_made(struct server *server, struct making *making)
{
    struct store *store = server->store;
    struct store_round present;
    struct store_state state = {0};
    enum error error = round_present(server, &present);

    if (!error && (present.round != making->round.round || present.state != ROUND_CLOSING))
        return ERROR_NONE; /* somebody has published another model meanwhile: it is void */
    if (!error)
        error = store->state(store, &state);
    if (!error && making->publish)
        error = publisher_add_model(server, making->version, &making->bytes, &making->figures,
                                    making->origin, &state);
    if (!error && making->publish)
        error = store_optimizer(server, &making->optimizer);
    if (!error)
        error = store->set_blob(store, STORE_MEAN, NULL, 0);
    if (!error)
        error = store->set_blob(store, STORE_GATE, making->gate, strlen(making->gate));
    if (!error)
        error = store->set_round(store, &making->round);
    return error ? error
                 : store_closed(server, making->publish ? making->candidate : making->base, &state);
}

static enum error finish(struct server *server, struct making *making)
{
    enum error error = make(server, making);

    making->round.state = ROUND_CLOSED;
    if (!error && making->publish)
        error = publisher_write_model(server, making->version, &making->bytes);
    if (!error)
        error = server->store->begin(server->store);
    if (!error)
        error = server->store->end(server->store, store_made(server, making));
    return error ? error : server_set_mark(server);
}

enum error round_finish(struct server *server)
{
    struct making making = {0};
    unsigned char hash[HASH_BYTES];
    enum error error = round_present(server, &making.round);

    if (error || making.round.state != ROUND_CLOSING)
        return error;
    buffer_init(&making.bytes, MODEL_FILE_MAX);
    making.version = making.round.model + 1;
    snprintf(making.origin, sizeof making.origin, "round %" PRIu64, making.round.round);
    error = publisher_manifest(server, &making.manifest, hash);
    if (!error)
        error = server_model(server, making.round.model, &making.base);
    if (!error)
        error = finish(server, &making);
    making_free(&making);
    return error;
}

/* ---- a model that no round has made ---- */

static enum error store_replacement(struct server *server, const struct making *making)
{
    struct store_round round = {0};
    struct store_state state = {0};
    char why[ORIGIN_MAX + 64];
    enum error error = round_present(server, &round);

    snprintf(why, sizeof why, "model %u was published (%s)", making->version, making->origin);
    if (!error && round.state != ROUND_CLOSED)
        error = end_void(server, &round, why);
    if (!error)
        error = server->store->state(server->store, &state);
    state.touched = server_now();
    if (!error)
        error = publisher_add_model(server, making->version, &making->bytes, &making->figures,
                                    making->origin, &state);
    if (!error)
        error = server->store->set_blob(server->store, STORE_OPTIMIZER, NULL, 0);
    return error ? error : store_closed(server, making->candidate, &state);
}

static enum error replace(struct server *server, const struct model *model, struct making *making)
{
    enum error error = manifest_check_model(&making->manifest, model);

    if (!error)
        error = candidate_renumber(model, making->version, making->origin, &making->bytes);
    if (!error)
        error = open_candidate(making);
    /* A validation file that cannot be read must not be in the way of a rollback. */
    if (!error &&
        gate_measure(&server->config, &server->folder, making->candidate, &making->figures))
        making->figures = (struct gate_figures){.accuracy = NAN, .macro_f1 = NAN};
    if (!error)
        error = publisher_write_model(server, making->version, &making->bytes);
    if (!error)
        error = server->store->begin(server->store);
    if (!error)
        error = server->store->end(server->store, store_replacement(server, making));
    if (!error)
        error = seal_destroy(&server->folder, 0);
    return error ? error : server_set_mark(server);
}

enum error round_replace_model(struct server *server, const struct model *model, const char *origin,
                               uint32_t floor)
{
    struct making making = {0};
    unsigned char hash[HASH_BYTES];
    struct store_state state = {0};
    enum error error = server->store->state(server->store, &state);

    if (error)
        return error;
    wait_for_second(state.touched);
    buffer_init(&making.bytes, MODEL_FILE_MAX);
    making.version = state.model + 1 > floor ? state.model + 1 : floor;
    snprintf(making.origin, sizeof making.origin, "%s", origin);
    error = publisher_manifest(server, &making.manifest, hash);
    if (!error)
        error = replace(server, model, &making);
    making_free(&making);
    return error;
}

/* ---- after a restoration ---- */

#define RESTORED "the database was restored"

static enum error skip(struct server *server, uint64_t number, uint64_t sequence)
{
    struct store_round round = {0};
    struct store_state state = {0};
    enum error error = round_present(server, &round);

    if (!error && round.state != ROUND_CLOSED)
        error = end_void(server, &round, RESTORED);
    if (!error)
        error = server->store->state(server->store, &state);
    if (error)
        return error;
    round = (struct store_round){.round = number, .model = state.model, .opened = server_now()};
    state.round = number;
    state.sequence = sequence;
    error = end_void(server, &round, RESTORED ", and rounds up to this one may have been used");
    return error ? error : server->store->set_state(server->store, &state);
}

enum error round_skip(struct server *server, uint64_t round, uint64_t sequence)
{
    enum error error = server->store->begin(server->store);

    if (!error)
        error = server->store->end(server->store, skip(server, round, sequence));
    return error ? error : seal_destroy(&server->folder, 0);
}
