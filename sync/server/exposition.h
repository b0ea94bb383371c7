#ifndef EMOTRACK_SYNC_SERVER_EXPOSITION_H
#define EMOTRACK_SYNC_SERVER_EXPOSITION_H

#include "base/buffer.h"
#include "sync/server/connections.h"
#include "sync/server/intake.h"
#include "sync/server/status.h"

#include <stddef.h>
#include <stdint.h>

/* What GET /metrics shows, in Prometheus' text exposition format (version 0.0.4). Sums over all
 * users alone: nothing is about an address or a single report. */

#define EXPOSITION_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum { EXPOSITION_MAX = 64 * 1024, EXPOSITION_OUTCOMES = INTAKE_FAILED + 1 };

/* What the HTTP face has counted since it started. */
struct face_counts {
    struct connections_counts connections;
    uint64_t turned_away;                  /* connections, by their address's limits */
    uint64_t replies[6];                   /* by the first digit of their status */
    uint64_t reports[EXPOSITION_OUTCOMES]; /* by enum intake_outcome */
    size_t waiting;                        /* reports, now */
};

/* Appends it. ERROR_TOO_LARGE, ERROR_NO_MEMORY. */
enum error exposition_write(const struct server_status *status, const struct face_counts *counts,
                            struct buffer *out) MUST_CHECK;

#endif
