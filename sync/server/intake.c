#include "sync/server/intake.h"

#include "sync/server/aggregate.h"
#include "sync/server/round.h"
#include "sync/server/seal.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BATCH_MAX = 4096, /* reports in one transaction */
    SHARD = 0,        /* the only one that this store has */
    TROUBLE_MAX = 512,
};

/* The round whose reports are added up. */
struct counting {
    bool valid; /* `aggregate` is what the store has; else it is read anew */
    uint64_t round;
    bool open;
    struct manifest manifest;
    unsigned char hash[HASH_BYTES]; /* of the manifest */
    unsigned char key[SEAL_KEY_BYTES];
    struct aggregate aggregate;
};

struct intake {
    struct intake_options options;
    pthread_t thread;

    pthread_mutex_t lock; /* of what follows, up to the blank line */
    pthread_cond_t filled;
    struct intake_ticket *first, **last; /* those that wait */
    size_t waiting;
    bool stopping;
    char trouble[TROUBLE_MAX]; /* of intake_trouble */

    /* the thread's own */
    struct counting counting;
    struct report report; /* being looked at */
    struct buffer sealed;
    struct intake_ticket *batch[BATCH_MAX]; /* those that the transaction decides on */
    enum intake_outcome outcome[BATCH_MAX];
    size_t count;

    atomic_uint_fast64_t round, reports; /* durable, for intake_count */
};

/* ---- the queue ---- */

void intake_submit(struct intake *intake, struct intake_ticket *ticket)
{
    bool full;

    ticket->next = NULL;
    pthread_mutex_lock(&intake->lock);
    full = intake->stopping || intake->waiting >= intake->options.queue;
    if (!full) {
        *intake->last = ticket;
        intake->last = &ticket->next;
        if (intake->waiting++ == 0)
            pthread_cond_signal(&intake->filled);
    }
    pthread_mutex_unlock(&intake->lock);
    if (full)
        ticket->done(ticket->context, INTAKE_BUSY,
                     "the server has more reports than it can take "
                     "in; try again later");
}

size_t intake_waiting(struct intake *intake)
{
    size_t waiting;

    pthread_mutex_lock(&intake->lock);
    waiting = intake->waiting;
    pthread_mutex_unlock(&intake->lock);
    return waiting;
}

void intake_count(struct intake *intake, uint64_t *round, uint64_t *reports)
{
    *round = atomic_load(&intake->round);
    *reports = atomic_load(&intake->reports);
}

void intake_trouble(struct intake *intake, char *out, size_t size)
{
    pthread_mutex_lock(&intake->lock);
    snprintf(out, size, "%s", intake->trouble);
    intake->trouble[0] = '\0';
    pthread_mutex_unlock(&intake->lock);
}

static void note_trouble(struct intake *intake)
{
    pthread_mutex_lock(&intake->lock);
    snprintf(intake->trouble, sizeof intake->trouble, "%s", error_sentence());
    pthread_mutex_unlock(&intake->lock);
}

/* Waits for tickets and takes up to a batch of them; NULL: it is to end. */
static struct intake_ticket *take(struct intake *intake)
{
    struct intake_ticket *first, **end;
    size_t count = 0;

    pthread_mutex_lock(&intake->lock);
    while (!intake->first && !intake->stopping)
        pthread_cond_wait(&intake->filled, &intake->lock);
    first = intake->first;
    for (end = &first; *end && count < BATCH_MAX; end = &(*end)->next)
        count++;
    intake->waiting -= count;
    intake->first = *end;
    *end = NULL;
    if (!intake->first)
        intake->last = &intake->first;
    pthread_mutex_unlock(&intake->lock);
    return first;
}

/* ---- the round ---- */

static void forget(struct counting *counting)
{
    aggregate_free(&counting->aggregate);
    seal_wipe(counting->key);
    counting->valid = false;
}

static enum error read_manifest(struct store *store, struct counting *counting)
{
    struct buffer text;
    enum error error;

    buffer_init(&text, MANIFEST_MAX);
    error = store->blob(store, STORE_MANIFEST, &text);
    if (!error)
        error = manifest_read(text.data ? text.data : "", text.length, &counting->manifest);
    if (!error)
        hash_bytes(text.data, text.length, counting->hash);
    buffer_free(&text);
    return error;
}

static enum error read_counting(struct intake *intake, struct counting *counting)
{
    struct store *store = intake->options.store;
    enum error error = read_manifest(store, counting);

    if (!error)
        error = seal_key(intake->options.folder, counting->round, counting->key);
    if (!error)
        error = round_sum(store, intake->options.folder, counting->round,
                          manifest_coordinates(&counting->manifest), &counting->aggregate);
    if (error)
        forget(counting);
    else
        counting->valid = true;
    return error;
}

/* In the transaction: what the store says of the round now. */
static enum error look(struct intake *intake)
{
    struct store *store = intake->options.store;
    struct counting *counting = &intake->counting;
    struct store_round round = {.state = ROUND_CLOSED};
    struct store_state state = {0};
    enum error error = store->state(store, &state);

    if (!error && state.round > 0)
        error = store->round(store, state.round, &round);
    if (error)
        return error;
    if (counting->valid && (counting->round != state.round || round.state != ROUND_OPEN))
        forget(counting);
    counting->round = state.round;
    counting->open = round.state == ROUND_OPEN;
    return counting->open && !counting->valid ? read_counting(intake, counting) : ERROR_NONE;
}

static void show_count(struct intake *intake)
{
    const struct counting *counting = &intake->counting;

    atomic_store(&intake->round, counting->round);
    atomic_store(&intake->reports, counting->valid ? counting->aggregate.reports : 0);
}

/* What was counted before this process. */
static enum error start_counting(struct intake *intake)
{
    struct store *store = intake->options.store;
    enum error error = store->begin(store);

    if (!error)
        error = store->end(store, look(intake));
    if (!error)
        show_count(intake);
    return error;
}

/* ---- one report ---- */

static bool is_full(const struct intake *intake)
{
    const struct counting *counting = &intake->counting;
    uint64_t limit = round_limit(intake->options.close_reports, counting->manifest.minimum);
    uint64_t reports = counting->aggregate.reports;

    return (limit && reports >= limit) || reports >= INT32_MAX;
}

/* Whether the body is a report for this address; else the error's sentence says why not. */
static enum error check_body(struct intake *intake, const struct intake_ticket *ticket)
{
    struct report *report = &intake->report;
    enum error error = report_read(ticket->body, ticket->length, report);

    if (error)
        return error;
    if (report->round != ticket->round)
        return error_raise(ERROR_INVALID, "the report is for another round than its address");
    if (memcmp(report->id, ticket->id, REPORT_ID_BYTES) != 0)
        return error_raise(ERROR_INVALID, "the report has another id than its address");
    return ERROR_NONE;
}

/* Adds a report of the open round, unless it is there. */
static enum error add(struct intake *intake, const struct intake_ticket *ticket,
                      enum intake_outcome *outcome)
{
    struct store *store = intake->options.store;
    struct counting *counting = &intake->counting;
    bool known;
    enum error error = is_full(intake)
                           ? store->has_report(store, ticket->round, ticket->id, &known)
                           : store->add_report(store, ticket->round, ticket->id, &known);

    if (error)
        return error;
    *outcome = known ? INTAKE_KNOWN : is_full(intake) ? INTAKE_CLOSED : INTAKE_STORED;
    if (*outcome == INTAKE_STORED)
        aggregate_add(&counting->aggregate, &intake->report);
    return ERROR_NONE;
}

/* What becomes of a ticket, if the transaction is committed. An error is the transaction's. */
static enum error judge(struct intake *intake, const struct intake_ticket *ticket,
                        enum intake_outcome *outcome)
{
    struct store *store = intake->options.store;
    struct counting *counting = &intake->counting;
    bool known;
    enum error error;

    if (check_body(intake, ticket)) {
        *outcome = INTAKE_INVALID;
        return ERROR_NONE;
    }
    if (ticket->round == counting->round && counting->open) {
        if (!report_check(&intake->report, ticket->length, &counting->manifest, counting->hash))
            return add(intake, ticket, outcome);
        *outcome = INTAKE_INVALID;
        return ERROR_NONE;
    }
    if (ticket->round > counting->round) {
        *outcome = INTAKE_NOT_FOUND;
        return ERROR_NONE;
    }
    error = store->has_report(store, ticket->round, ticket->id, &known);
    *outcome = known ? INTAKE_KNOWN : INTAKE_CLOSED;
    return error;
}

static const char *reason_of(enum intake_outcome outcome)
{
    static const char *const reasons[] = {
        [INTAKE_STORED] = "",
        [INTAKE_KNOWN] = "",
        [INTAKE_CLOSED] = "the round takes no more reports",
        [INTAKE_NOT_FOUND] = "there is no such round yet",
        [INTAKE_INVALID] = "the report is not valid",
        [INTAKE_BUSY] = "the server is busy; try again later",
        [INTAKE_FAILED] = "the server could not store the report; try again later",
    };

    return reasons[outcome];
}

/* ---- a batch ---- */

/* Judges each ticket. Those that are refused whatever becomes of the transaction are told at once,
 * while their sentence is there. */
static enum error judge_all(struct intake *intake, struct intake_ticket *ticket, bool *changed)
{
    enum error error = look(intake);

    for (struct intake_ticket *next; ticket; ticket = next) {
        enum intake_outcome outcome = INTAKE_FAILED;

        next = ticket->next;
        if (!error)
            error = judge(intake, ticket, &outcome);
        if (!error && outcome == INTAKE_INVALID) {
            ticket->done(ticket->context, outcome, error_sentence());
            continue;
        }
        *changed = *changed || outcome == INTAKE_STORED;
        intake->batch[intake->count] = ticket;
        intake->outcome[intake->count++] = outcome;
    }
    return error;
}

static enum error store_sum(struct intake *intake)
{
    struct store *store = intake->options.store;
    const struct counting *counting = &intake->counting;
    enum error error;

    buffer_clear(&intake->sealed);
    error =
        seal_close(counting->key, counting->round, SHARD, &counting->aggregate, &intake->sealed);
    return error ? error
                 : store->set_sum(store, counting->round, SHARD, counting->aggregate.reports,
                                  intake->sealed.data, intake->sealed.length);
}

/* One transaction for all; then everybody is told. */
static void commit(struct intake *intake, struct intake_ticket *tickets)
{
    struct store *store = intake->options.store;
    bool changed = false;
    enum error begun = store->begin(store), error = begun;

    intake->count = 0;
    if (error) {
        for (; tickets; tickets = tickets->next)
            intake->batch[intake->count++] = tickets;
    } else {
        error = judge_all(intake, tickets, &changed);
        if (!error && changed)
            error = store_sum(intake);
        error = store->end(store, error);
    }
    if (error) {
        note_trouble(intake);
        forget(&intake->counting); /* what is in memory goes back to what is on the disk */
    } else {
        show_count(intake);
    }
    /* Before anybody is told: who sent the last report may look for what became of it. */
    if (!error && changed && intake->options.full && is_full(intake))
        intake->options.full(intake->options.context);
    for (size_t i = 0; i < intake->count; i++) {
        enum intake_outcome outcome = error ? INTAKE_FAILED : intake->outcome[i];
        struct intake_ticket *ticket = intake->batch[i];

        ticket->done(ticket->context, outcome, reason_of(outcome));
    }
}

static void *run(void *context)
{
    struct intake *intake = context;
    struct intake_ticket *tickets;

    while ((tickets = take(intake)) != NULL)
        commit(intake, tickets);
    return NULL;
}

/* ---- its life ---- */

static void intake_free(struct intake *intake)
{
    forget(&intake->counting);
    sodium_memzero(&intake->report, sizeof intake->report);
    buffer_free(&intake->sealed);
    pthread_cond_destroy(&intake->filled);
    pthread_mutex_destroy(&intake->lock);
    store_close(intake->options.store);
    free(intake);
}

enum error intake_start(const struct intake_options *options, struct intake **out)
{
    struct intake *intake = calloc(1, sizeof *intake);
    enum error error;

    *out = NULL;
    if (!intake) {
        store_close(options->store);
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    intake->options = *options;
    intake->last = &intake->first;
    buffer_init(&intake->sealed, STORE_BLOB_MAX);
    pthread_mutex_init(&intake->lock, NULL);
    pthread_cond_init(&intake->filled, NULL);
    error = start_counting(intake);
    if (!error && pthread_create(&intake->thread, NULL, run, intake) != 0)
        error = error_raise(ERROR_NO_MEMORY, "no thread can be started: close other programs");
    if (error)
        intake_free(intake);
    else
        *out = intake;
    return error;
}

void intake_stop(struct intake *intake)
{
    if (!intake)
        return;
    pthread_mutex_lock(&intake->lock);
    intake->stopping = true;
    pthread_cond_signal(&intake->filled);
    pthread_mutex_unlock(&intake->lock);
    pthread_join(intake->thread, NULL);
    intake_free(intake);
}
