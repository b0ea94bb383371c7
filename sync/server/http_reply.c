#include "sync/server/http_reply.h"

#include "base/buffer.h"
#include "sync/problem.h"

#include <microhttpd.h>
#include <stdio.h>
#include <unistd.h>

enum { VALUE_MAX = 160 };

static bool add(struct MHD_Response *response, const char *name, const char *value)
{
    return !value || MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_always(struct MHD_Response *response)
{
    return add(response, "X-Content-Type-Options", "nosniff") &&
           add(response, "Referrer-Policy", "no-referrer");
}

static bool add_fields(struct MHD_Response *response, const struct reply *reply)
{
    char tag[VALUE_MAX], retry_after[VALUE_MAX];

    snprintf(tag, sizeof tag, "\"%s\"", reply->tag ? reply->tag : "");
    snprintf(retry_after, sizeof retry_after, "%d", reply->retry_after);
    return add_always(response) && add(response, "Content-Type", reply->type) &&
           add(response, "Cache-Control", reply->cache ? reply->cache : "no-store") &&
           add(response, "ETag", reply->tag ? tag : NULL) &&
           add(response, "Content-Security-Policy", reply->policy) &&
           add(response, "Allow", reply->allow) &&
           add(response, "Content-Range", reply->content_range) &&
           add(response, "Accept-Ranges", reply->ranges ? "bytes" : NULL) &&
           add(response, "Retry-After", reply->retry_after > 0 ? retry_after : NULL) &&
           add(response, "Connection", reply->close ? "close" : NULL);
}

static bool queue(struct MHD_Connection *connection, const struct reply *reply,
                  struct MHD_Response *response)
{
    bool queued;

    if (!response)
        return false;
    queued = add_fields(response, reply) &&
             MHD_queue_response(connection, (unsigned)reply->status, response) == MHD_YES;
    MHD_destroy_response(response);
    return queued;
}

bool reply_send(struct MHD_Connection *connection, const struct reply *reply)
{
    /* It copies what it is given; its parameter is not const for the sake of other modes. */
    union {
        const void *given;
        void *taken;
    } bytes = {.given = reply->bytes};

    return queue(
        connection, reply,
        MHD_create_response_from_buffer(reply->length, bytes.taken, MHD_RESPMEM_MUST_COPY));
}

bool reply_file(struct MHD_Connection *connection, const struct reply *reply, int descriptor,
                uint64_t offset, uint64_t length)
{
    struct MHD_Response *response =
        MHD_create_response_from_fd_at_offset64(length, descriptor, offset);

    if (!response)
        close(descriptor);
    return queue(connection, reply, response);
}

/* RFC 9110, 15, and RFC 6585. */
static const char *title_of(int status)
{
    switch (status) {
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Internal Server Error";
    }
}

bool reply_problem(struct MHD_Connection *connection, const struct reply *reply, const char *detail)
{
    struct reply whole = *reply;
    struct buffer document;
    bool sent = false;

    buffer_init(&document, PROBLEM_MAX);
    if (!problem_write(reply->status, title_of(reply->status), detail, &document)) {
        whole.bytes = document.data;
        whole.length = document.length;
        whole.type = PROBLEM_TYPE;
        sent = reply_send(connection, &whole);
    }
    buffer_free(&document);
    return sent;
}

struct MHD_Response *reply_prepare(void)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);

    if (!response)
        return NULL;
    if (add_always(response) && add(response, "Cache-Control", "no-store"))
        return response;
    MHD_destroy_response(response);
    return NULL;
}
