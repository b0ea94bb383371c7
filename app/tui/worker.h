#ifndef EMOTRACK_APP_TUI_WORKER_H
#define EMOTRACK_APP_TUI_WORKER_H

#include "app/journal_care.h"
#include "app/journal_sync.h"

#include <stdbool.h>

/* Work that takes its time (the network, training, overwriting what is deleted), in a thread of its
 * own with a journal of its own, so that the screen never waits. One piece at a time; the screen
 * asks how it goes. */

enum job {
    JOB_NONE,
    JOB_PREVIEW, /* what would be sent */
    JOB_OFFER,   /* ask a server for its terms */
    JOB_SYNC,
    JOB_FORGET,  /* delete messages */
    JOB_EXPORT,  /* write messages to a file */
    JOB_BACKUP,  /* write the journal to a file */
    JOB_INSPECT, /* read and check a backup, and say what is in it */
    JOB_RESTORE, /* put it in the journal's place */
};

struct worker_request {
    enum job job;
    bool now;              /* JOB_SYNC: few new ratings are enough */
    const char *url;       /* JOB_OFFER */
    const char *authority; /* JOB_OFFER: a PEM file, or "" */
    const int64_t *ids; /* [count]. JOB_FORGET: these; JOB_EXPORT: these in this order, NULL: what
                           the filter lets through */
    size_t count;
    const char *path;   /* of the file; JOB_EXPORT: its name says the format */
    const char *filter; /* JOB_EXPORT */
    bool replace;       /* JOB_BACKUP: a file that is there; JOB_RESTORE: what is kept already */
};

/* What would be sent, in words that outlive the worker's journal. */
struct preview_text {
    struct buffer votes; /* a line each: "+ cancelled -> sadness" */
    struct buffer page;  /* all about it, with the bytes in hex */
    struct buffer bytes; /* the report */
    size_t count;        /* of votes */
    double epsilon_after;
    bool frozen;
    char reason[SYNC_NOTE_MAX]; /* why it would not be sent now; "": it would be */
};
void preview_text_free(struct preview_text *preview); /* safe on zeroed structs */

enum { WORKER_PATH_MAX = 4096 /* bytes */ };

/* How a piece of work ended. */
struct worker_outcome {
    enum job job;
    enum error error;
    char sentence[1024];            /* of the error; "": none */
    struct preview_text preview;    /* JOB_PREVIEW */
    struct sync_offer *offer;       /* JOB_OFFER; NULL after an error */
    struct sync_result result;      /* JOB_SYNC; after an error too */
    size_t count;                   /* JOB_FORGET, JOB_EXPORT, JOB_BACKUP: messages */
    char path[WORKER_PATH_MAX];     /* JOB_EXPORT, JOB_BACKUP, JOB_INSPECT */
    struct restore_offer found;     /* JOB_INSPECT, JOB_RESTORE: what the backup holds */
    char kept[WORKER_PATH_MAX];     /* ... and where the present journal will be, or is kept */
    struct restore_result restored; /* JOB_RESTORE */
    char notice[512];               /* JOB_FORGET: of the journal; "": none */
};

struct worker;

/* `profile`, `model`, `key`: as in journal_options; they must outlive it. ERROR_NO_MEMORY. */
enum error worker_new(const char *profile, const char *model, const unsigned char *key,
                      struct worker **out) MUST_CHECK;
void worker_free(struct worker *worker); /* cancels and waits; NULL is safe */

/* Starts, where no other work is under way. ERROR_NO_MEMORY: no thread; what client_ready says. */
enum error worker_start(struct worker *worker, const struct worker_request *request) MUST_CHECK;

/* What is under way; JOB_NONE: nothing. */
enum job worker_job(const struct worker *worker);

/* Asks the work to end soon, with ERROR_CANCELLED; JOB_FORGET is done all the same, and so is a
 * JOB_RESTORE that has begun to replace. */
void worker_cancel(struct worker *worker);

/* Where a sync is; `*percent` of an export, a backup and a restore too. */
void worker_progress(struct worker *worker, enum sync_stage *stage, int *percent);

/* What a backup or a restore does now, "copying"; "": nothing yet. */
const char *worker_act(const struct worker *worker);

/* Whether the work has ended: once, with its outcome, which is the caller's from then on. */
bool worker_done(struct worker *worker, struct worker_outcome *out);

#endif
