#ifndef EMOTRACK_SYNC_SERVER_RATE_H
#define EMOTRACK_SYNC_SERVER_RATE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What each address has in use: how many connections it holds, and how fast it asks (token
 * buckets: `rate` a second, at most `burst` at once). It remembers so many addresses and no more:
 * the one that was quiet longest is forgotten first, one that holds connections never. Any
 * thread may call. */

/* Who asks: an IPv4 address, or the /64 network of an IPv6 address, which is what one customer of
 * a provider gets. */
struct address {
    unsigned char bytes[16]; /* IPv6, IPv4 mapped into it; the last 8 of a true IPv6 are zero */
    bool loopback;
};

struct sockaddr;
/* All zero where it is of no such family. */
struct address address_of(const struct sockaddr *from);

struct rate_limits {
    uint32_t rate, burst; /* rate 0: no limit */
    uint32_t connections; /* at once; 0: no limit */
    bool loopback;        /* both hold for loopback (a proxy's address) too */
    size_t addresses;     /* to remember; more than there can be connections */
};

struct rate;
enum error rate_new(const struct rate_limits *limits, struct rate **out) MUST_CHECK;
void rate_free(struct rate *rate); /* NULL is safe */

/* Whether the address may open another connection now (it has a bucket for these too: each costs
 * the server a handshake); true: it is counted, until rate_disconnect. `now`: ms. */
bool rate_connect(struct rate *rate, const struct address *address, int64_t now);
void rate_disconnect(struct rate *rate, const struct address *address);

/* Whether the address may ask now; false: in `*wait` seconds (at least 1) it may. */
bool rate_request(struct rate *rate, const struct address *address, int64_t now, int *wait);

#endif
