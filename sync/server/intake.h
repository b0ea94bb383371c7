#ifndef EMOTRACK_SYNC_SERVER_INTAKE_H
#define EMOTRACK_SYNC_SERVER_INTAKE_H

#include "base/error.h"
#include "sync/report.h"
#include "sync/server/folder.h"
#include "sync/server/store.h"

#include <stddef.h>
#include <stdint.h>

/* Takes reports from any thread, sums them up and makes them durable, many in one transaction; who
 * brought one is told when it is on the disk (or refused), from the intake's own thread. */
struct intake;

enum intake_outcome {
    INTAKE_STORED,    /* 201 */
    INTAKE_KNOWN,     /* 200: it was counted before */
    INTAKE_CLOSED,    /* 409: the round takes no more reports */
    INTAKE_NOT_FOUND, /* 404: no such round yet */
    INTAKE_INVALID,   /* 422: `reason` */
    INTAKE_BUSY,      /* 503: the queue is full, or the server stops */
    INTAKE_FAILED,    /* 500: the disk; not counted */
};

typedef void intake_done(void *context, enum intake_outcome outcome, const char *reason);

/* One report on its way. The caller owns it, fills in the first part, and keeps it until `done` was
 * called, which is exactly once for each submitted ticket (maybe before intake_submit returns). */
struct intake_ticket {
    uint64_t round; /* of the address */
    unsigned char id[REPORT_ID_BYTES];
    const void *body; /* [length], borrowed until done */
    size_t length;
    intake_done *done;
    void *context;
    struct intake_ticket *next; /* the intake's own */
};

void intake_submit(struct intake *intake, struct intake_ticket *ticket);

/* Reports that wait now; for the metrics. */
size_t intake_waiting(struct intake *intake);

struct intake_options {
    struct store *store;         /* the intake's own; taken over by intake_start in every case */
    const struct folder *folder; /* where the rounds' keys are; outlives it */
    uint32_t close_reports;      /* see round_limit; 0: a round takes any number */
    size_t queue;                /* reports that may wait; more are told INTAKE_BUSY */
    void (*full)(void *context); /* called in its thread when a round is full; or NULL */
    void *context;
};

/* Starts its thread. */
enum error intake_start(const struct intake_options *options, struct intake **out) MUST_CHECK;

/* Finishes what waits, and ends. No more tickets may be submitted. NULL is safe. */
void intake_stop(struct intake *intake);

/* The round that it last took reports for, and how many are in its sum (durably). */
void intake_count(struct intake *intake, uint64_t *round, uint64_t *reports);

/* Why reports could not be stored since this was last asked, in `out` (`size` bytes); "": all
 * were. */
void intake_trouble(struct intake *intake, char *out, size_t size);

#endif
