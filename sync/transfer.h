#ifndef EMOTRACK_SYNC_TRANSFER_H
#define EMOTRACK_SYNC_TRANSFER_H

#include "sync/reply.h"

/* One request and its reply at a time, over a connection to one server that is kept: libcurl is in
 * here, and nowhere else. Errors as in client.h. */
struct transfer;

/* See client_ready. */
enum error transfer_ready(void) MUST_CHECK;

/* `server`: an address that client_url made; `authority` as in client.h. Both are copied. */
enum error transfer_new(const char *server, const char *authority, const atomic_bool *cancel,
                        struct transfer **out) MUST_CHECK;
void transfer_free(struct transfer *transfer); /* NULL is safe */

const char *transfer_server(const struct transfer *transfer); /* as it was given */

enum { TRANSFER_FIELDS_MAX = 4 };

struct exchange {
    const char *path; /* what follows the server's address: "/v1/manifest" */
    const char
        *fields[TRANSFER_FIELDS_MAX]; /* of the request's head, "Accept: ..."; NULL ends it */
    const void *body;                 /* of a PUT; NULL: a GET */
    size_t length;                    /* of `body` */
    uint64_t limit;                   /* bytes that the reply's body may have */
    int64_t deadline;                 /* by clock_milliseconds */
    /* Takes a piece of the reply's body. Its error ends the exchange and is returned. */
    enum error (*take)(void *context, const struct reply *reply, const void *bytes, size_t length);
    void *context;

    struct reply reply; /* out: its head */
};

/* ERROR_NONE: the reply has come in full, whatever its status is. */
enum error transfer_make(struct transfer *transfer, struct exchange *exchange) MUST_CHECK;

#endif
