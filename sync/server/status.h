#ifndef EMOTRACK_SYNC_SERVER_STATUS_H
#define EMOTRACK_SYNC_SERVER_STATUS_H

#include "base/error.h"
#include "sync/key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an operator sees: `emotrack-server status`, the status page and the metrics show the same
 * struct. Nothing in it is about a single report. */

enum { STATUS_ROUNDS_MAX = 32, STATUS_MODELS_MAX = 64, STATUS_TEXT_MAX = 512 };

struct status_model {
    uint32_t version;
    bool current;
    int64_t published;         /* seconds since 1970 UTC */
    double accuracy, macro_f1; /* on the validation file; NaN: there is none */
    char origin[64];           /* "init", "round 3", "rollback to 2", "publish" */
};

struct status_round {
    uint64_t round;
    uint64_t reports;
    int64_t opened, closed;        /* closed 0: it is open */
    char outcome[STATUS_TEXT_MAX]; /* "published model 4", "gate: ...", "void: ..." */
};

struct server_status {
    char url[512];
    unsigned char key[KEY_BYTES]; /* that signs now */
    bool running;
    const char *state;       /* "open", "closed", "stopped" */
    uint64_t round, reports; /* the present round's */
    uint32_t minimum, close_reports;
    double noise, epsilon_each, epsilon_all;       /* infinite: no guarantee */
    uint32_t model;                                /* version */
    bool gated;                                    /* a validation file is configured */
    char gate[STATUS_TEXT_MAX];                    /* what the gate last said; "": nothing yet */
    struct status_model models[STATUS_MODELS_MAX]; /* the newest, version ascending */
    size_t model_count;
    struct status_round rounds[STATUS_ROUNDS_MAX]; /* the newest, round ascending */
    size_t round_count;
};

struct server;

/* What the server's store and settings say, whether it runs or not. */
enum error status_read(struct server *server, struct server_status *out) MUST_CHECK;

#endif
