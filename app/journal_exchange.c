#include "app/describe_sync.h"
#include "app/sync_parts.h"
#include "base/clock.h"
#include "sync/privacy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One sync, from what waits in the outbox to the next contribution. Killed at any moment it leaves
 * a state from which the next one goes on: what is frozen is in the outbox until the server has
 * answered, and a model is there whole or not at all. */

enum {
    FREEZE_TRIES = 5, /* ratings may change while a contribution is made */
};

struct exchange {
    struct journal *journal;
    const struct sync_options *options;
    struct sync_result *result;
    struct task task;
    struct client *client;
    struct obstacle obstacle; /* what stands against a contribution */
    bool sent;                /* the server has acknowledged one */
    bool reached;             /* the server has answered */
    int retry_after;          /* seconds that it asked for */
};

static void note(struct exchange *exchange, const char *format, ...) PRINTF_LIKE(2, 3);
static void note(struct exchange *exchange, const char *format, ...)
{
    char *text = exchange->result->note;
    size_t used = strlen(text);
    va_list rest;

    if (used > 0 && used + 1 < SYNC_NOTE_MAX) {
        text[used++] = ' ';
        text[used] = '\0';
    }
    va_start(rest, format);
    vsnprintf(text + used, SYNC_NOTE_MAX - used, format, rest);
    va_end(rest);
}

/* Tells where it is; between steps it can be cancelled. */
static enum error step(const struct exchange *exchange, enum sync_stage stage)
{
    const struct sync_options *options = exchange->options;

    if (options->progress)
        options->progress(options->context, stage, 0);
    return check_cancelled(options->cancel);
}

static void tell_download(void *context, uint64_t done, uint64_t total)
{
    const struct sync_options *options = ((const struct exchange *)context)->options;

    if (options->progress && total > 0)
        options->progress(options->context, SYNC_MODEL, (int)(done * 100 / total));
}

/* ---- the outbox ---- */

static enum error finish(struct exchange *exchange, const struct outbox_item *item,
                         enum contribution_state state, const char *reason)
{
    return db_outbox_finish(exchange->journal->db, item->number, state, reason[0] ? reason : NULL);
}

static enum error take_answer(struct exchange *exchange, const struct outbox_item *item,
                              const struct client_reply *reply)
{
    const char *colon = reply->reason[0] ? ": " : "";

    switch (reply->answer) {
    case CLIENT_STORED:
        exchange->sent = true;
        note(exchange, "The contribution to round %" PRIu64 " was sent.", item->round);
        return finish(exchange, item, CONTRIBUTION_SENT, "");
    case CLIENT_CLOSED:
        note(exchange,
             "Round %" PRIu64 " was over before the contribution came; it does not count.",
             item->round);
        return finish(exchange, item, CONTRIBUTION_CLOSED, reply->reason);
    case CLIENT_REFUSED:
        note(exchange, "The server refused the contribution to round %" PRIu64 " (HTTP %d%s%s).",
             item->round, reply->status, colon, reply->reason);
        return finish(exchange, item, CONTRIBUTION_REFUSED, reply->reason);
    case CLIENT_LATER: break;
    }
    exchange->retry_after = reply->retry_after;
    return error_raise(ERROR_UNREACHABLE, "'%s' cannot take the contribution now (HTTP %d%s%s)",
                       exchange->task.membership.url, reply->status, colon, reply->reason);
}

static enum error send_one(struct exchange *exchange, const struct outbox_item *item)
{
    struct client_reply reply = {0};
    struct report report;
    enum error error = step(exchange, SYNC_SENDING);

    if (!error && !report_read(item->body.data, item->body.length, &report))
        exchange->result->votes = report.count;
    if (!error)
        error = client_report(exchange->client, item->round, item->id, item->body.data,
                              item->body.length, &reply);
    if (error)
        return error;
    exchange->reached = true;
    return take_answer(exchange, item, &reply);
}

static enum error send_waiting(struct exchange *exchange)
{
    enum error error = ERROR_NONE;

    while (!error) {
        struct outbox_item item;

        error = db_outbox_next(exchange->journal->db, &item);
        if (error == ERROR_NOT_FOUND)
            return ERROR_NONE;
        if (!error)
            error = send_one(exchange, &item);
        outbox_item_clear(&item);
    }
    return error;
}

/* ---- the manifest ---- */

static enum error check_manifest(const struct task *task, const struct envelope *envelope,
                                 struct manifest *manifest)
{
    enum error error = envelope_open(envelope, task->membership.key, manifest);

    if (!error)
        error = manifest_check_follows(&task->manifest, manifest);
    if (!error && manifest->sequence == task->manifest.sequence &&
        memcmp(envelope->hash, task->envelope.hash, HASH_BYTES) != 0)
        error = error_raise(ERROR_DENIED,
                            "'%s' shows two different manifests as number %" PRIu64
                            ": tell its operator",
                            task->membership.url, manifest->sequence);
    return error ? error : pins_check(&task->pins, manifest);
}

/* The manifest is the task's from here on; `envelope` is taken over. */
static enum error adopt(struct task *task, struct envelope *envelope,
                        const struct manifest *manifest)
{
    struct buffer text;
    enum error error;

    buffer_init(&text, ENVELOPE_MAX);
    error = envelope_write(envelope, &text);
    if (error) {
        buffer_free(&text);
        return error;
    }
    free(task->membership.envelope);
    task->membership.envelope = text.data;
    memcpy(task->membership.key, envelope_key(envelope), KEY_BYTES);
    task->membership.sequence = manifest->sequence;
    envelope_free(&task->envelope);
    task->envelope = *envelope;
    *envelope = (struct envelope){0};
    task->manifest = *manifest;
    return ERROR_NONE;
}

static bool is_known(const struct task *task, const struct envelope *envelope)
{
    return memcmp(envelope->hash, task->envelope.hash, HASH_BYTES) == 0 &&
           memcmp(envelope_key(envelope), task->membership.key, KEY_BYTES) == 0;
}

static enum error fetch_manifest(struct exchange *exchange)
{
    struct task *task = &exchange->task;
    struct envelope envelope = {0};
    struct manifest manifest;
    enum error error = step(exchange, SYNC_MANIFEST);

    if (!error)
        error = client_manifest(exchange->client, &envelope);
    exchange->reached = exchange->reached || !error;
    if (!error)
        error = check_manifest(task, &envelope, &manifest);
    if (!error && !is_known(task, &envelope)) {
        error = adopt(task, &envelope, &manifest);
        if (!error && !exchange->options->dry_run)
            error = db_membership_advance(exchange->journal->db, &task->membership);
    }
    envelope_free(&envelope);
    if (!error && task->manifest.expires < clock_wall() / 1000)
        note(exchange, "The server's description of the round has expired: either its operator has "
                       "not renewed it, or this device's clock is wrong.");
    return error;
}

/* ---- the model ---- */

static void tell_update(struct exchange *exchange, const struct update_outcome *outcome)
{
    uint32_t version = exchange->task.manifest.model_version;

    if (outcome->updated)
        note(exchange, "Model %" PRIu32 " is in use now.", version);
    else if (outcome->wanted)
        note(exchange, "Model %" PRIu32 " would be fetched.", version);
    else if (outcome->beside)
        note(exchange,
             "Model %" PRIu32 " was fetched and is kept beside: of %zu of your ratings the present "
             "one gets %zu right and the new one %zu. `emotrack sync --use-model` takes it.",
             version, outcome->rated, outcome->before, outcome->after);
}

static enum error fetch_model(struct exchange *exchange)
{
    const struct sync_options *options = exchange->options;
    struct update_outcome outcome;
    enum error error = step(exchange, SYNC_MODEL);

    if (error)
        return error;
    error = update_model(exchange->journal, &exchange->task.manifest,
                         options->dry_run ? NULL : exchange->client, options->use_model, &outcome);
    if (error)
        return error;
    exchange->result->updated = outcome.updated;
    if (options->dry_run && outcome.wanted)
        exchange->result->updated = true;
    tell_update(exchange, &outcome);
    return ERROR_NONE;
}

/* ---- the contribution ---- */

static enum error make_one(struct exchange *exchange, const struct model *base)
{
    struct drawn drawn;
    enum error error = contribution_draw(exchange->journal, &exchange->task, base,
                                         !exchange->options->dry_run, &drawn);

    if (!error) {
        exchange->result->votes = drawn.report.count;
        if (!exchange->options->dry_run)
            error = contribution_freeze(exchange->journal, &exchange->task, &drawn);
    }
    drawn_clear(&drawn);
    return error;
}

/* Another process may have been quicker, or a rating came in between: looked at anew. */
static bool is_overtaken(enum error error)
{
    return error == ERROR_BUSY || error == ERROR_EXISTS || error == ERROR_DENIED;
}

static enum error freeze(struct exchange *exchange, const struct model *base)
{
    const struct sync_options *options = exchange->options;
    enum error error = ERROR_BUSY;

    for (int i = 0; i < FREEZE_TRIES && is_overtaken(error); i++) {
        error = contribution_obstacle(exchange->journal, &exchange->task, options->now,
                                      !options->dry_run, &exchange->obstacle);
        if (!error && exchange->obstacle.status != SYNC_SENT)
            return ERROR_NONE;
        if (!error)
            error = check_cancelled(options->cancel);
        if (!error)
            error = make_one(exchange, base);
    }
    return error;
}

static enum error contribute(struct exchange *exchange)
{
    const struct sync_options *options = exchange->options;
    struct model *base = NULL;
    enum error error = contribution_obstacle(exchange->journal, &exchange->task, options->now,
                                             !options->dry_run, &exchange->obstacle);

    if (error || exchange->obstacle.status != SYNC_SENT)
        return error;
    error = step(exchange, SYNC_TRAINING);
    if (!error)
        error = base_model(exchange->journal, &exchange->task.manifest, &base);
    if (error == ERROR_NOT_FOUND && options->dry_run) {
        note(exchange, "Then a contribution would be made from it.");
        return ERROR_NONE;
    }
    if (!error)
        error = freeze(exchange, base);
    model_close(base);
    if (error || exchange->obstacle.status != SYNC_SENT || options->dry_run)
        return error;
    return send_waiting(exchange);
}

/* ---- all of it ---- */

static enum error run(struct exchange *exchange)
{
    const struct sync_options *options = exchange->options;
    struct client_options wishes = {
        .cancel = options->cancel, .progress = tell_download, .context = exchange};
    enum error error = client_of(&exchange->task, &wishes, &exchange->client);

    if (!error && !options->dry_run)
        error = send_waiting(exchange);
    if (!error)
        error = fetch_manifest(exchange);
    if (!error)
        error = fetch_model(exchange);
    if (!error)
        error = contribute(exchange);
    if (exchange->client && exchange->retry_after == 0)
        exchange->retry_after = client_retry_after(exchange->client);
    client_free(exchange->client);
    return error;
}

/* The words of a failure that will be made good: where the data is, and when it is tried again. */
static void promise_retry(const struct membership *membership)
{
    char when[MOMENT_TEXT_MAX];

    describe_moment(membership->retry_at, when);
    error_raise(ERROR_UNREACHABLE, "%s; your data is safe here, and it is tried again from %s on",
                error_sentence(), when);
}

static void set_retry(struct exchange *exchange)
{
    struct membership *membership = &exchange->task.membership;

    membership->tries++;
    membership->retry_at =
        clock_wall() + 1000 * client_backoff(membership->tries, exchange->retry_after);
    promise_retry(membership);
}

/* Keeps how it went for the next sync and for the screen. The error that is told is that of the
 * sync. */
static enum error keep_outcome(struct exchange *exchange, enum error error)
{
    struct membership *membership = &exchange->task.membership;
    char sentence[1024];
    enum error result;

    if (error == ERROR_CANCELLED)
        return error;
    if (exchange->reached)
        membership->contacted = clock_wall();
    if (error == ERROR_UNREACHABLE) {
        set_retry(exchange);
    } else {
        membership->tries = 0;
        membership->retry_at = 0;
        if (error == ERROR_DENIED || error == ERROR_INVALID)
            error_raise(error, "%s; your data is safe here", error_sentence());
    }
    free(membership->failure);
    membership->failure = error ? strdup(error_sentence()) : NULL;
    snprintf(sentence, sizeof sentence, "%s", error ? error_sentence() : "");
    result = db_membership_note(exchange->journal->db, membership);
    if (error)
        error_raise(error, "%s", sentence);
    return error ? error : result;
}

static enum sync_status status_of(const struct exchange *exchange, enum error error)
{
    const struct sync_result *result = exchange->result;

    if (error)
        return result->queued > 0 ? SYNC_QUEUED : SYNC_WAITING;
    if (exchange->sent)
        return SYNC_SENT;
    if (result->queued > 0)
        return SYNC_QUEUED;
    if (result->updated)
        return SYNC_UPDATED;
    /* What was made now and did not come to be counted, or would be sent but for the dry run. */
    return exchange->obstacle.status == SYNC_SENT ? SYNC_WAITING : exchange->obstacle.status;
}

static void tell_rest(struct exchange *exchange, enum error error)
{
    struct sync_result *result = exchange->result;

    if (error)
        snprintf(result->note, sizeof result->note, "%s", error_sentence());
    else if (exchange->obstacle.status != SYNC_SENT && !exchange->sent)
        note(exchange, "%s", exchange->obstacle.sentence);
    else if (exchange->options->dry_run && result->queued == 0)
        note(exchange, "%" PRIu32 " votes would be sent; nothing was.", result->votes);
}

static enum error fill_result(struct exchange *exchange, enum error error)
{
    struct sync_result *result = exchange->result;
    struct ledger ledger;
    char sentence[1024];
    enum error failed;

    snprintf(sentence, sizeof sentence, "%s", error ? error_sentence() : "");
    failed = db_ledger(exchange->journal->db, NULL, 0, &ledger);
    result->queued = ledger.waiting;
    result->epsilon = privacy_epsilon(ledger.rho, PRIVACY_DELTA);
    result->model_version = model_version(exchange->journal->model);
    result->retry_at = exchange->task.membership.retry_at;
    if (error)
        error_raise(error, "%s", sentence);
    tell_rest(exchange, error);
    result->status = status_of(exchange, error);
    return error ? error : failed;
}

static enum error check_joined(const struct journal *journal)
{
    struct membership membership = {0};
    enum error error =
        journal->db ? db_membership_get(journal->db, &membership) : raise_not_joined();

    membership_clear(&membership);
    return error;
}

static enum error sync_locked(struct exchange *exchange)
{
    enum error error = task_load(exchange->journal, &exchange->task);

    if (!error) {
        error = run(exchange);
        if (!exchange->options->dry_run)
            error = keep_outcome(exchange, error);
    }
    error = fill_result(exchange, error);
    task_clear(&exchange->task);
    return error;
}

/* A profile that was deleted while it was synced leaves nothing behind. */
static enum error sweep(const struct journal *journal, enum error error)
{
    bool gone = access(journal->path.data, F_OK) != 0 && errno == ENOENT;
    enum error swept = gone ? profile_sweep(journal->profile) : ERROR_NONE;

    return swept ? swept : error;
}

enum error journal_sync(struct journal *journal, const struct sync_options *options,
                        struct sync_result *result)
{
    struct exchange exchange = {.journal = journal, .options = options, .result = result};
    int lock = -1;
    enum error error = check_joined(journal);

    *result = (struct sync_result){.status = SYNC_WAITING,
                                   .model_version = model_version(journal->model)};
    exchange.obstacle.status = SYNC_WAITING;
    if (!error && !options->dry_run)
        error = sync_lock(journal, options->cancel, &lock);
    if (!error)
        error = sync_locked(&exchange);
    if (lock >= 0)
        error = sweep(journal, error);
    sync_unlock(lock);
    if (options->progress)
        options->progress(options->context, SYNC_DONE, 100);
    return error;
}
