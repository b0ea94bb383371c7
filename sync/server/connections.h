#ifndef EMOTRACK_SYNC_SERVER_CONNECTIONS_H
#define EMOTRACK_SYNC_SERVER_CONNECTIONS_H

#include "base/error.h"
#include "sync/server/rate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which connections there are, and how long each may go on. A peer has so many seconds for its next
 * request, from the accept or the end of the one before to its last byte, whether it sleeps or
 * sends a byte a second; and for a reply as long as its size deserves. Who takes longer is shut
 * down by a thread of its own. When a connection comes and there are as many as there may be, the
 * one that has kept the server waiting longest makes room. Any thread may call. */
struct connections;

struct connection {
    struct connections *all;
    int socket; /* the library's: shut down here, closed there, after connections_remove */
    struct address address;
    bool waits;       /* for a request, or the rest of one: it may have to make room */
    bool shut;        /* it was shut down, and will soon be removed */
    int64_t deadline; /* ms; INT64_MAX: none */
    struct connection *older, *newer; /* by when they began what they do */
};

/* Starts the thread. At most `limit` connections, `seconds` for a request. */
enum error connections_new(size_t limit, uint32_t seconds, struct connections **out) MUST_CHECK;
void connections_free(struct connections *connections); /* none are left; NULL is safe */

/* Takes in a new connection, which waits (or is shut down at once: there is no room). NULL: no
 * memory. connections_remove frees it. */
struct connection *connections_add(struct connections *connections, int socket,
                                   const struct address *address);
void connections_remove(struct connection *connection); /* NULL is safe */

/* What the connection does from now on. */
void connection_waits(struct connection *connection); /* for the next request */
void connection_works(
    struct connection *connection); /* it has sent all; the reply is ours to make */
void connection_sends(struct connection *connection, uint64_t bytes); /* a reply of this size */

struct connections_counts {
    size_t now;
    uint64_t accepted, late, displaced; /* late: shut down at their deadline */
};
void connections_count(struct connections *connections, struct connections_counts *out);

/* Returns when no connection works or sends, or after so many ms. */
void connections_drain(struct connections *connections, int milliseconds);

#endif
