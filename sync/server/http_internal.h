#ifndef EMOTRACK_SYNC_SERVER_HTTP_INTERNAL_H
#define EMOTRACK_SYNC_SERVER_HTTP_INTERNAL_H

#include "sync/server/connections.h"
#include "sync/server/exposition.h"
#include "sync/server/framing.h"
#include "sync/server/http.h"
#include "sync/server/page.h"
#include "sync/server/rate.h"
#include "sync/server/route.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Between http.c (listening, connections) and http_request.c (requests). */

struct MHD_Connection;
struct MHD_Daemon;
struct MHD_Response;

struct http {
    struct http_options options;
    struct MHD_Daemon *daemon;
    uint16_t port;
    struct rate *rate;
    struct connections *connections;
    struct MHD_Response *accepted; /* to a report that counts: no body */
    char policy[PAGE_POLICY_MAX];

    atomic_bool stopping;
    pthread_mutex_t lock; /* of the two below */
    pthread_cond_t idle;  /* no tickets */
    size_t tickets;       /* reports that the intake has */

    atomic_uint_fast64_t turned_away, replies[6], reports[EXPOSITION_OUTCOMES];
};

/* One request, from its first line to the end of its reply. */
struct request {
    struct http *http;
    struct MHD_Connection *library; /* the library's connection */
    struct connection *connection;
    const char *target; /* the library cuts it at its query */
    size_t target_length;
    bool target_plain;
    struct framing_verdict verdict;
    struct route route;
    bool judged, head; /* HEAD: the library drops the body of the reply */

    /* a report */
    unsigned char *body; /* [verdict.length] */
    size_t received;
    bool answered; /* by the intake */
    enum intake_outcome outcome;
    char reason[256];
    struct intake_ticket ticket;
};

/* NULL: no memory. `target`: as it was sent; NULL: none. */
struct request *request_new(struct http *http, struct MHD_Connection *library, const char *target);
void request_free(struct request *request); /* NULL is safe */

/* The library calls when it has read the head, for each piece of a body (`*length` > 0: it is taken
 * in, and set to 0), at its end, and after a suspension. False: the connection is to be closed. */
bool request_step(struct request *request, const char *method, const char *version,
                  const char *piece, size_t *length);

#endif
