#include "sync/server/conditional.h"
#include "sync/server/http_framing.h"
#include "sync/server/http_internal.h"
#include "sync/server/http_reply.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { BUSY_SECONDS = 10, CONTENT_RANGE_MAX = 80 };

#define CACHE_CHECK   "no-cache"
#define CACHE_FOREVER "public, max-age=31536000, immutable"

struct request *request_new(struct http *http, struct MHD_Connection *library, const char *target)
{
    struct request *request = calloc(1, sizeof *request);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(library, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    if (!request)
        return NULL;
    request->http = http;
    request->library = library;
    request->connection = info->socket_context;
    request->target = target;
    request->target_length = target ? strlen(target) : 0;
    request->target_plain = target && framing_target(target, request->target_length);
    return request;
}

void request_free(struct request *request)
{
    if (!request)
        return;
    free(request->body);
    free(request);
}

/* ---- replies, counted ---- */

static bool sent(struct request *request, int status, uint64_t bytes, bool queued)
{
    atomic_fetch_add(&request->http->replies[status / 100], 1);
    connection_sends(request->connection, request->head ? 0 : bytes);
    return queued;
}

static bool send_bytes(struct request *request, const struct reply *reply)
{
    return sent(request, reply->status, reply->length, reply_send(request->library, reply));
}

static bool send_problem(struct request *request, const struct reply *reply, const char *detail)
{
    return sent(request, reply->status, 0, reply_problem(request->library, reply, detail));
}

/* The connection ends: what follows on it is not to be trusted, or not wanted. */
static bool refuse(struct request *request, int status, const char *detail)
{
    return send_problem(request, &(struct reply){.status = status, .close = true}, detail);
}

static bool problem(struct request *request, int status, const char *detail)
{
    return send_problem(request, &(struct reply){.status = status}, detail);
}

static const char *field(struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->library, MHD_HEADER_KIND, name);
}

/* ---- what can be fetched ---- */

static bool send_document(struct request *request, struct reply *reply,
                          const struct buffer *document, enum error error)
{
    if (error)
        return problem(request, 500, error_sentence());
    reply->status = 200;
    reply->bytes = document->data;
    reply->length = document->length;
    return send_bytes(request, reply);
}

static void count(struct http *http, struct face_counts *out)
{
    connections_count(http->connections, &out->connections);
    out->turned_away = atomic_load(&http->turned_away);
    for (size_t i = 0; i < sizeof out->replies / sizeof *out->replies; i++)
        out->replies[i] = atomic_load(&http->replies[i]);
    for (size_t i = 0; i < EXPOSITION_OUTCOMES; i++)
        out->reports[i] = atomic_load(&http->reports[i]);
    out->waiting = intake_waiting(http->options.intake);
}

static enum error get_status(struct http *http, struct server_status **out)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return error_raise_plain(ERROR_NO_MEMORY);
    return http->options.status(http->options.context, *out);
}

static bool answer_page(struct request *request)
{
    struct reply reply = {
        .type = "text/html; charset=utf-8", .cache = CACHE_CHECK, .policy = request->http->policy};
    struct server_status *status;
    struct buffer document;
    enum error error;
    bool queued;

    buffer_init(&document, PAGE_MAX);
    error = get_status(request->http, &status);
    if (!error)
        error = page_write(status, &document);
    queued = send_document(request, &reply, &document, error);
    buffer_free(&document);
    free(status);
    return queued;
}

static bool answer_metrics(struct request *request)
{
    struct reply reply = {.type = EXPOSITION_TYPE};
    struct face_counts counts;
    struct server_status *status;
    struct buffer document;
    enum error error;
    bool queued;

    buffer_init(&document, EXPOSITION_MAX);
    count(request->http, &counts);
    error = get_status(request->http, &status);
    if (!error)
        error = exposition_write(status, &counts, &document);
    queued = send_document(request, &reply, &document, error);
    buffer_free(&document);
    free(status);
    return queued;
}

static bool answer_health(struct request *request)
{
    static const char fine[] = "ok\n";
    const struct reply reply = {.status = 200,
                                .type = "text/plain; charset=utf-8",
                                .bytes = fine,
                                .length = sizeof fine - 1};

    return send_bytes(request, &reply);
}

/* The client has it: what a 200 would say of it, without the thing itself. */
static bool send_unchanged(struct request *request, struct reply *reply)
{
    reply->status = 304;
    reply->type = NULL;
    return send_bytes(request, reply);
}

static bool answer_manifest(struct request *request, const struct publication *present)
{
    struct reply reply = {.type = ENVELOPE_TYPE, .cache = CACHE_CHECK, .tag = present->etag};

    if (conditional_has(field(request, MHD_HTTP_HEADER_IF_NONE_MATCH), present->etag))
        return send_unchanged(request, &reply);
    return send_document(request, &reply, &present->envelope, ERROR_NONE);
}

static const struct publication_model *find_model(const struct publication *present,
                                                  uint32_t version)
{
    for (size_t i = 0; i < present->count; i++)
        if (present->models[i].version == version)
            return &present->models[i];
    return NULL;
}

static bool send_model(struct request *request, const struct publication_model *model,
                       struct reply *reply, uint64_t first, uint64_t length)
{
    int descriptor = open(model->path, O_RDONLY | O_CLOEXEC);

    if (descriptor < 0)
        return problem(request, 500, "the model's file cannot be opened");
    return sent(request, reply->status, length,
                reply_file(request->library, reply, descriptor, first, length));
}

static bool answer_model(struct request *request, const struct publication *present)
{
    const struct publication_model *model = find_model(present, request->route.version);
    char content_range[CONTENT_RANGE_MAX];
    struct reply reply = {.type = MODEL_TYPE, .cache = CACHE_FOREVER, .ranges = true};
    uint64_t first = 0, last;

    if (!model)
        return problem(request, 404, "no model of this version was published");
    reply.tag = model->hash;
    if (conditional_has(field(request, MHD_HTTP_HEADER_IF_NONE_MATCH), model->hash))
        return send_unchanged(request, &reply);
    switch (conditional_range(field(request, MHD_HTTP_HEADER_RANGE),
                              field(request, MHD_HTTP_HEADER_IF_RANGE), model->hash, model->size,
                              &first, &last)) {
    case RANGE_PART:
        snprintf(content_range, sizeof content_range, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64,
                 first, last, model->size);
        reply.status = 206;
        reply.content_range = content_range;
        return send_model(request, model, &reply, first, last - first + 1);
    case RANGE_NONE:
        snprintf(content_range, sizeof content_range, "bytes */%" PRIu64, model->size);
        return send_problem(request, &(struct reply){.status = 416, .content_range = content_range},
                            "the model has no bytes there");
    default: reply.status = 200; return send_model(request, model, &reply, 0, model->size);
    }
}

/* ---- reports ---- */

/* Of the open round every report has the same length; what other rounds asked for nobody knows
 * here. */
static bool expect_report(struct request *request, const struct publication *present)
{
    const struct framing_verdict *head = &request->verdict;
    uint64_t least = report_length(0), most = REPORT_MAX;
    const char *type = field(request, MHD_HTTP_HEADER_CONTENT_TYPE);

    if (!head->has_length)
        return refuse(request, 411, "a report must come with its Content-Length");
    if (!type || strcasecmp(type, REPORT_TYPE) != 0)
        return refuse(request, 415, "a report is sent as " REPORT_TYPE);
    if (request->route.round == present->manifest.round)
        least = most = report_length(present->manifest.votes);
    if (head->length > most)
        return refuse(request, 413, "the report is longer than those of its round");
    if (head->length < least || head->length % 4 != 0)
        return refuse(request, 422, "the report is shorter than those of its round");
    request->body = malloc((size_t)head->length);
    return request->body != NULL;
}

/* From the intake, in its thread. When the connection is resumed the request may be gone at any
 * moment, and with the last ticket the face. */
static void take_outcome(void *context, enum intake_outcome outcome, const char *reason)
{
    struct request *request = context;
    struct http *http = request->http;

    request->outcome = outcome;
    request->answered = true;
    snprintf(request->reason, sizeof request->reason, "%s", reason ? reason : "");
    MHD_resume_connection(request->library);
    pthread_mutex_lock(&http->lock);
    if (--http->tickets == 0)
        pthread_cond_signal(&http->idle);
    pthread_mutex_unlock(&http->lock);
}

/* One more ticket; false: the server stops. */
static bool take_ticket(struct http *http)
{
    bool may;

    pthread_mutex_lock(&http->lock);
    may = !atomic_load(&http->stopping);
    http->tickets += may;
    pthread_mutex_unlock(&http->lock);
    return may;
}

static bool submit(struct request *request)
{
    struct http *http = request->http;
    struct intake_ticket *ticket = &request->ticket;

    if (!take_ticket(http))
        return refuse(request, 503, "the server is about to stop; try again later");
    ticket->round = request->route.round;
    memcpy(ticket->id, request->route.id, sizeof ticket->id);
    ticket->body = request->body;
    ticket->length = request->received;
    ticket->done = take_outcome;
    ticket->context = request;
    connection_works(request->connection);
    MHD_suspend_connection(request->library);
    intake_submit(http->options.intake, ticket);
    return true;
}

static bool accept_report(struct request *request, int status)
{
    return sent(request, status, 0,
                MHD_queue_response(request->library, (unsigned)status, request->http->accepted) ==
                    MHD_YES);
}

static bool answer_report(struct request *request)
{
    const char *reason = request->reason;

    atomic_fetch_add(&request->http->reports[request->outcome], 1);
    switch (request->outcome) {
    case INTAKE_STORED: return accept_report(request, 201);
    case INTAKE_KNOWN: return accept_report(request, 200);
    case INTAKE_CLOSED: return problem(request, 409, "the round takes no more reports");
    case INTAKE_NOT_FOUND: return problem(request, 404, "there is no such round yet");
    case INTAKE_INVALID:
        return problem(request, 422, reason[0] ? reason : "it is no report of this round");
    case INTAKE_BUSY:
        return send_problem(request, &(struct reply){.status = 503, .retry_after = BUSY_SECONDS},
                            "the server cannot take reports now; send it again later");
    default: return problem(request, 500, "the report could not be stored; send it again later");
    }
}

static bool take_piece(struct request *request, const char *piece, size_t *length)
{
    if (!request->body || *length > request->verdict.length - request->received)
        return false;
    memcpy(request->body + request->received, piece, *length);
    request->received += *length;
    *length = 0;
    return true;
}

/* ---- dispatch ---- */

/* What needs a publication, while there is one. */
static bool answer_published(struct request *request)
{
    struct publication *present = board_get(request->http->options.board);
    bool done;

    if (!present)
        return refuse(request, 503, "nothing is published yet");
    if (request->route.kind == ROUTE_MANIFEST)
        done = answer_manifest(request, present);
    else if (request->route.kind == ROUTE_MODEL)
        done = answer_model(request, present);
    else
        done = expect_report(request, present);
    publication_release(present);
    return done;
}

static bool (*const answers[])(struct request *request) = {
    [ROUTE_PAGE] = answer_page,       [ROUTE_HEALTH] = answer_health,
    [ROUTE_METRICS] = answer_metrics, [ROUTE_MANIFEST] = answer_published,
    [ROUTE_MODEL] = answer_published, [ROUTE_REPORT] = answer_published,
};

static bool takes_method(const struct request *request, const char *method)
{
    if (request->route.kind == ROUTE_REPORT)
        return strcmp(method, MHD_HTTP_METHOD_PUT) == 0;
    return request->head || strcmp(method, MHD_HTTP_METHOD_GET) == 0;
}

static bool answer(struct request *request, const char *method)
{
    bool body = request->verdict.length > 0;
    const char *expect = field(request, MHD_HTTP_HEADER_EXPECT);

    request->route = route_of(request->target, strcspn(request->target, "?"));
    request->head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
    if (request->route.kind == ROUTE_NONE)
        return send_problem(request, &(struct reply){.status = 404, .close = body},
                            "there is nothing at this address");
    if (!takes_method(request, method))
        return send_problem(request,
                            &(struct reply){.status = 405,
                                            .allow = route_methods(request->route.kind),
                                            .close = body},
                            "this address does not take that method");
    if (expect && strcasecmp(expect, "100-continue") != 0)
        return refuse(request, 417, "nothing but 100-continue can be expected");
    if (body && request->route.kind != ROUTE_REPORT)
        return refuse(request, 400, "a request that fetches something has no body");
    return answers[request->route.kind](request);
}

/* The head is there. What is replied to now the library takes for the end of the connection, as it
 * should be for a request with a body that nobody will read; where there is no body the answer
 * waits for the next call. */
static bool begin(struct request *request, const char *method, const char *version)
{
    struct http *http = request->http;
    struct framing framing = {.target = request->target,
                              .target_length = request->target_length,
                              .target_plain = request->target_plain};
    int wait;

    request->judged = true;
    http_framing(request->library, method, version, &framing);
    request->verdict = framing_judge(&framing);
    if (request->verdict.status)
        return refuse(request, request->verdict.status, request->verdict.detail);
    if (atomic_load(&http->stopping))
        return refuse(request, 503, "the server is about to stop; try again later");
    if (!rate_request(http->rate, &request->connection->address, clock_milliseconds(), &wait))
        return send_problem(request,
                            &(struct reply){.status = 429, .retry_after = wait, .close = true},
                            "there were too many requests from this address; try again later");
    return request->verdict.length == 0 || answer(request, method);
}

bool request_step(struct request *request, const char *method, const char *version,
                  const char *piece, size_t *length)
{
    if (!request->judged)
        return begin(request, method, version);
    if (*length > 0)
        return take_piece(request, piece, length);
    if (!request->body)
        return answer(request, method);
    if (request->answered)
        return answer_report(request);
    return submit(request);
}
