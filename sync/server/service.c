#include "sync/server/service.h"

#include "base/clock.h"
#include "base/file.h"
#include "sync/server/certificate.h"
#include "sync/server/descriptors.h"
#include "sync/server/http.h"
#include "sync/server/intake.h"
#include "sync/server/publisher.h"
#include "sync/server/round.h"
#include "sync/server/seal.h"
#include "sync/server/status.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    TICK = 100,            /* ms between two looks at the store */
    PATIENCE_FAILED = 10,  /* seconds until what failed is tried again */
    QUEUE_MAX = 16384,     /* reports that may wait */
    PEM_MAX = 1024 * 1024, /* bytes */
    LINE_MAX_BYTES = 1024,
};

struct service {
    struct server *server;
    struct intake *intake;
    struct board *board;
    struct http *http;
    pthread_t keeper; /* this thread */

    uint64_t version;         /* of the store, when it was last shown */
    struct store_round shown; /* the round that was last logged */
    uint32_t model;           /* and the model */
    int64_t rest_until;       /* ms: after a failure nothing is tried before */
    bool forgetting;          /* ids of old rounds may be left */

    pthread_mutex_t lock;
    struct server_status status; /* under `lock`: all but the count of reports */
};

/* ---- the log ---- */

static void note(const char *format, ...) PRINTF_LIKE(1, 2);
static void note(const char *format, ...)
{
    char line[LINE_MAX_BYTES], stamp[32];
    time_t now = time(NULL);
    struct tm parts;
    va_list rest;

    gmtime_r(&now, &parts);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &parts);
    va_start(rest, format);
    vsnprintf(line, sizeof line, format, rest);
    va_end(rest);
    fprintf(stderr, "%s %s\n", stamp, line);
}

static void note_round(struct service *service, const struct store_round *round)
{
    if (round->state == ROUND_OPEN)
        note("round %" PRIu64 " is open, on model %u", round->round, round->model);
    else if (round->state == ROUND_CLOSING)
        note("round %" PRIu64 " closes with %" PRIu64 " reports", round->round, round->reports);
    else if (round->round > 0)
        note("round %" PRIu64 " is closed, %" PRIu64 " reports: %s", round->round, round->reports,
             round->outcome);
    service->shown = *round;
}

/* ---- what is shown ---- */

static enum error give_status(void *context, struct server_status *out)
{
    struct service *service = context;
    uint64_t round, reports;

    pthread_mutex_lock(&service->lock);
    *out = service->status;
    pthread_mutex_unlock(&service->lock);
    intake_count(service->intake, &round, &reports);
    if (round == out->round && reports > out->reports)
        out->reports = reports;
    return ERROR_NONE;
}

static enum error refresh_status(struct service *service)
{
    struct server_status *status = malloc(sizeof *status);
    enum error error;

    if (!status)
        return error_raise_plain(ERROR_NO_MEMORY);
    error = status_read(service->server, status);
    pthread_mutex_lock(&service->lock);
    if (!error)
        service->status = *status;
    pthread_mutex_unlock(&service->lock);
    free(status);
    return error;
}

/* The last round may have been closed by others, and the next opened, between two looks. */
static enum error note_changes(struct service *service)
{
    struct store *store = service->server->store;
    struct store_round round, last;
    struct store_state state = {0};
    enum error error = round_present(service->server, &round);

    if (!error)
        error = store->state(store, &state);
    if (error)
        return error;
    if (service->shown.round && round.round != service->shown.round &&
        service->shown.state != ROUND_CLOSED) {
        error = store->round(store, service->shown.round, &last);
        if (!error)
            note_round(service, &last);
    }
    if (round.round != service->shown.round || round.state != service->shown.state)
        note_round(service, &round);
    if (service->model && state.model != service->model)
        note("model %u is published", state.model);
    service->model = state.model;
    return error;
}

/* Shows what the store and the keys say now. */
static enum error show(struct service *service)
{
    struct publication *publication;
    enum error error = server_read_keys(service->server);

    if (!error)
        error = publisher_publication(service->server, &publication);
    if (error)
        return error;
    board_set(service->board, publication);
    service->forgetting = true;
    error = refresh_status(service);
    return error ? error : note_changes(service);
}

/* ---- the keeper ---- */

static bool due(const struct service *service, const struct store_round *round)
{
    const struct config *config = &service->server->config;
    const struct server_status *status = &service->status;
    uint64_t counted, reports;

    intake_count(service->intake, &counted, &reports);
    if (counted != round->round)
        reports = 0;
    if (status->close_reports && reports >= status->close_reports)
        return true;
    return config->close_seconds && reports >= status->minimum &&
           server_now() - round->opened >= config->close_seconds;
}

/* Whether there is something to do with the round. */
static bool wanted(const struct service *service, const struct store_round *round)
{
    if (round->state == ROUND_OPEN)
        return due(service, round);
    return round->state == ROUND_CLOSING || service->server->config.continuous;
}

/* The next step of the present round, if there is one to take. */
static enum error advance(struct service *service, bool *changed)
{
    struct server *server = service->server;
    struct store_round round = {0};
    enum error error = round_present(server, &round);

    if (error || !wanted(service, &round))
        return error;
    *changed = true;
    switch (round.state) {
    case ROUND_OPEN: error = round_close(server); break;
    case ROUND_CLOSING: error = round_finish(server); break;
    case ROUND_CLOSED:
    default: error = round_open(server); break;
    }
    return error;
}

static enum error work(struct service *service, bool *changed)
{
    enum error error;

    *changed = false;
    if (!wanted(service, &service->shown))
        return ERROR_NONE;
    error = folder_work(&service->server->folder, false);
    if (error == ERROR_BUSY)
        return ERROR_NONE; /* a command is at it */
    if (error)
        return error;
    error = advance(service, changed);
    folder_rest(&service->server->folder);
    return error;
}

static enum error forget(struct service *service)
{
    struct store *store = service->server->store;
    uint64_t round = service->shown.round;
    enum error error;

    if (!service->forgetting || round <= STORE_ROUNDS_KEPT)
        return ERROR_NONE;
    error = store->begin(store);
    if (error)
        return error;
    error = store->forget_reports(store, round - STORE_ROUNDS_KEPT, &service->forgetting);
    return store->end(store, error);
}

static enum error noted(enum error error)
{
    if (error)
        note("%s", error_sentence());
    return error;
}

static enum error tick(struct service *service, bool *changed)
{
    struct store *store = service->server->store;
    uint64_t version = service->version;
    enum error worked = noted(work(service, changed)), error = store->version(store, &version);

    /* Where the work has failed too: it may have got half-way. */
    if (!error && (*changed || version != service->version))
        error = show(service);
    if (!error)
        service->version = version;
    if (!error && !worked)
        error = forget(service);
    return noted(error) ? error : worked;
}

/* A failure is no end: reports are taken in as long as the store takes them. True: there may be
 * more to do at once. */
static bool tick_patiently(struct service *service)
{
    int64_t now = clock_milliseconds();
    bool failed, changed = false;
    char trouble[LINE_MAX_BYTES];

    if (now < service->rest_until)
        return false;
    failed = tick(service, &changed) != ERROR_NONE;
    intake_trouble(service->intake, trouble, sizeof trouble);
    if (trouble[0])
        note("reports could not be stored: %s", trouble);
    if (failed || trouble[0])
        service->rest_until = now + PATIENCE_FAILED * 1000;
    return changed && !failed;
}

static void keep(struct service *service, const sigset_t *signals)
{
    struct timespec pause;
    int signal;

    do {
        pause = (struct timespec){.tv_nsec = tick_patiently(service) ? 0 : TICK * 1000000L};
        signal = sigtimedwait(signals, NULL, &pause);
    } while (signal < 0 || signal == SIGUSR1);
    note("stopping (%s)", signal == SIGTERM ? "SIGTERM" : "SIGINT");
}

/* ---- starting and stopping ---- */

/* A round whose sum cannot be read any more can take no reports. */
static enum error check_sum(struct server *server, const struct store_round *round)
{
    unsigned char hash[HASH_BYTES];
    struct aggregate sum = {0};
    struct manifest manifest;
    enum error error = publisher_manifest(server, &manifest, hash);

    if (!error)
        error = round_sum(server->store, &server->folder, round->round,
                          manifest_coordinates(&manifest), &sum);
    aggregate_free(&sum);
    if (error != ERROR_NOT_FOUND && error != ERROR_DAMAGED)
        return error;
    note("%s", error_sentence());
    return round_close(server);
}

/* What devices would fetch and refuse, and no round could build on. */
static enum error check_model(const struct server *server)
{
    struct store_state state = {0};
    struct model *model = NULL;
    enum error error = server->store->state(server->store, &state);

    if (!error)
        error = server_model(server, state.model, &model);
    model_close(model);
    return error;
}

/* What a crash may have left: a round half closed, a key that should be gone. */
static enum error settle(struct service *service)
{
    struct server *server = service->server;
    struct store_round round = {0};
    enum error error = folder_work(&server->folder, true);

    if (!error)
        error = check_model(server);
    if (!error)
        error = round_present(server, &round);
    if (!error)
        error = seal_destroy(&server->folder, round.state == ROUND_OPEN ? round.round : 0);
    if (!error && round.state == ROUND_OPEN)
        error = check_sum(server, &round);
    if (!error && round.state == ROUND_CLOSED && server->config.continuous)
        error = round_open(server);
    folder_rest(&server->folder);
    return error ? error : server->store->version(server->store, &service->version);
}

/* A full round is closed at once. */
static void wake(void *context)
{
    const struct service *service = context;

    pthread_kill(service->keeper, SIGUSR1);
}

static enum error start_intake(struct service *service)
{
    struct server *server = service->server;
    struct intake_options options = {
        .folder = &server->folder,
        .close_reports = server->config.close_reports,
        .queue = QUEUE_MAX,
        .full = wake,
        .context = service,
    };
    char path[FOLDER_PATH_MAX];
    enum error error = folder_file(&server->folder, "server.db", path);

    if (!error)
        error = store_open_sqlite(path, STORE_LIVE, &options.store);
    return error ? error : intake_start(&options, &service->intake);
}

static enum error read_pem(const struct server *server, const char *name, struct buffer *out)
{
    char path[FOLDER_PATH_MAX];
    enum error error = folder_file(&server->folder, name, path);

    if (!error)
        error = file_read(path, out);
    if (error == ERROR_NOT_FOUND)
        error = error_raise(ERROR_NOT_FOUND,
                            "there is no '%s', and the server speaks HTTPS only: put a certificate "
                            "and its key there, name others in config.json, or make a server of "
                            "your own CA: emotrack-server init --self-signed",
                            path);
    return error;
}

static void limit_connections(struct config *config)
{
    uint32_t allowed = descriptors_allow(config->connections);

    if (allowed < config->connections)
        note("the limit of open files leaves room for %u connections at once, not for %u: raise it "
             "(ulimit -n, or LimitNOFILE of the service)",
             allowed, config->connections);
    config->connections = allowed;
}

static enum error start_http(struct service *service)
{
    struct http_options options = {
        .config = &service->server->config,
        .board = service->board,
        .intake = service->intake,
        .status = give_status,
        .context = service,
    };
    struct buffer certificate, private_key;
    enum error error;

    buffer_init(&certificate, PEM_MAX);
    buffer_init(&private_key, PEM_MAX);
    limit_connections(&service->server->config);
    error = read_pem(service->server, service->server->config.certificate, &certificate);
    if (!error)
        error = read_pem(service->server, service->server->config.private_key, &private_key);
    options.certificate = certificate.data ? certificate.data : "";
    options.private_key = private_key.data ? private_key.data : "";
    if (!error && certificate_check(&certificate, &private_key, server_now()))
        note("%s", error_sentence());
    if (!error)
        error = http_start(&options, &service->http);
    if (private_key.data)
        explicit_bzero(private_key.data, private_key.capacity);
    buffer_free(&private_key);
    buffer_free(&certificate);
    return error;
}

static enum error start(struct service *service)
{
    struct server *server = service->server;
    char url[CONFIG_ADDRESS_MAX + 16];
    enum error error = settle(service);

    if (!error)
        error = board_new(&service->board);
    if (!error)
        error = start_intake(service);
    if (!error)
        error = show(service);
    if (!error)
        error = start_http(service);
    if (error)
        return error;
    server_url(&server->config, http_port(service->http), url, sizeof url);
    error = folder_announce(&server->folder, url);
    note("listening: %s", url);
    return error ? error : refresh_status(service);
}

static void stop(struct service *service)
{
    http_stop(service->http);
    intake_stop(service->intake);
    board_free(service->board);
}

enum error service_run(struct server *server)
{
    struct service service = {
        .server = server, .keeper = pthread_self(), .lock = PTHREAD_MUTEX_INITIALIZER};
    sigset_t signals;
    enum error error = folder_lock(&server->folder);

    if (!error)
        error = server_check_mark(server);
    if (error)
        return error;
    /* Before any thread is there, so that all of them leave the signals to the keeper. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    error = start(&service);
    if (!error)
        keep(&service, &signals);
    stop(&service);
    return error;
}
