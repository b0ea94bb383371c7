#ifndef EMOTRACK_SYNC_SERVER_ROUTE_H
#define EMOTRACK_SYNC_SERVER_ROUTE_H

#include "sync/report.h"

#include <stddef.h>
#include <stdint.h>

/* Which address means what (PROTOCOL.md, "HTTP"). Pure. */

enum route_kind {
    ROUTE_NONE,
    ROUTE_PAGE,     /* / */
    ROUTE_HEALTH,   /* /healthz */
    ROUTE_METRICS,  /* /metrics */
    ROUTE_MANIFEST, /* /v1/manifest */
    ROUTE_MODEL,    /* /v1/models/VERSION */
    ROUTE_REPORT,   /* /v1/rounds/ROUND/reports/ID */
};

struct route {
    enum route_kind kind;
    uint32_t version;
    uint64_t round;
    unsigned char id[REPORT_ID_BYTES];
};

/* Takes a path apart, without its query. Each thing has one address: numbers have no sign and no
 * zero in front, ids are in lower case. */
struct route route_of(const char *path, size_t length);

/* The methods that it takes, as Allow lists them. */
const char *route_methods(enum route_kind kind);

#endif
