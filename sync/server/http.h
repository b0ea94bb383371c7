#ifndef EMOTRACK_SYNC_SERVER_HTTP_H
#define EMOTRACK_SYNC_SERVER_HTTP_H

#include "base/buffer.h"
#include "sync/server/config.h"
#include "sync/server/intake.h"
#include "sync/server/publication.h"
#include "sync/server/status.h"

#include <stdint.h>

/* The server's face: HTTPS by libmicrohttpd, with a stricter reading of HTTP/1.1 than its own, and
 * limits (PROTOCOL.md, "HTTP"). Knows nothing of rounds: it hands reports to the intake and shows
 * what hangs on the board. */
struct http;

/* What the face counts, for /metrics. */
struct http_options {
    const struct config *config;           /* outlives it */
    const char *certificate, *private_key; /* PEM texts */
    struct board *board;
    struct intake *intake;
    /* Fills in what the status page and the metrics show; called in the face's threads. */
    enum error (*status)(void *context, struct server_status *out);
    void *context;
};

/* Listens and serves, in threads of its own. ERROR_BUSY: the address is in use; ERROR_INVALID: the
 * certificate or key. */
enum error http_start(const struct http_options *options, struct http **out) MUST_CHECK;
/* The port that it listens on. */
uint16_t http_port(const struct http *http);
/* Takes no new connections; ends those that are; every ticket is done by then. */
void http_stop(struct http *http); /* NULL is safe */

#endif
