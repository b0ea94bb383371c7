#include "app/tui/worker.h"

#include "app/describe_sync.h"
#include "app/export.h"
#include "app/tui/thread.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_LIMIT = 1024 * 1024, FILTER_LIMIT = 4096 + 1 /* bytes */ };

struct worker {
    const char *profile, *model;
    const unsigned char *key;
    pthread_t thread;
    enum job job; /* under way; the screen's alone */
    bool now;
    char url[SYNC_URL_MAX], authority[WORKER_PATH_MAX];
    int64_t *ids; /* [count], the worker's own; NULL: none */
    size_t count;
    char path[WORKER_PATH_MAX], filter[FILTER_LIMIT];
    bool replace;
    atomic_bool cancel, ended;
    const char *_Atomic act; /* a literal */
    atomic_int stage, percent;
    struct worker_outcome outcome; /* the thread's until `ended` */
};

void preview_text_free(struct preview_text *preview)
{
    buffer_free(&preview->votes);
    buffer_free(&preview->page);
    buffer_free(&preview->bytes);
    *preview = (struct preview_text){0};
}

/* ---- in the thread ---- */

static void note_progress(void *context, enum sync_stage stage, int percent)
{
    struct worker *worker = context;

    atomic_store(&worker->stage, (int)stage);
    atomic_store(&worker->percent, percent);
}

static enum error tell_votes(const struct sync_preview *preview, struct buffer *out)
{
    enum error error = ERROR_NONE;

    for (size_t i = 0; !error && i < preview->count; i++) {
        error = describe_vote(&preview->votes[i], out);
        if (!error)
            error = buffer_append_byte(out, '\n');
    }
    return error;
}

/* The preview borrows from its journal: what the screen shows is made while that is open. */
static enum error tell_preview(const struct sync_preview *preview, struct preview_text *out)
{
    enum error error = tell_votes(preview, &out->votes);

    out->count = preview->count;
    out->epsilon_after = preview->epsilon_after;
    out->frozen = preview->frozen;
    snprintf(out->reason, sizeof out->reason, "%s", preview->reason ? preview->reason : "");
    if (!error)
        error = describe_preview(preview, &out->page);
    if (!error)
        error = buffer_append_byte(&out->page, '\n');
    if (!error)
        error = describe_bytes(preview, &out->page);
    return error ? error : buffer_append(&out->bytes, preview->bytes.data, preview->bytes.length);
}

static enum error make_preview(struct journal *journal, struct preview_text *out)
{
    struct sync_preview preview = {0};
    enum error error;

    buffer_init(&out->votes, PAGE_LIMIT);
    buffer_init(&out->page, PAGE_LIMIT);
    buffer_init(&out->bytes, PAGE_LIMIT);
    error = journal_sync_preview(journal, &preview);
    if (!error)
        error = tell_preview(&preview, out);
    sync_preview_clear(&preview);
    return error;
}

static enum error forget(struct worker *worker, struct journal *journal)
{
    struct worker_outcome *outcome = &worker->outcome;
    enum error error = journal_forget(journal, worker->ids, worker->count);

    outcome->count = worker->count;
    if (!error && journal_notice(journal))
        snprintf(outcome->notice, sizeof outcome->notice, "%s", journal_notice(journal));
    return error;
}

static enum error tell_exported(void *context, const char *act, uint64_t done, uint64_t total)
{
    struct worker *worker = context;

    (void)act;
    if (atomic_load(&worker->cancel))
        return error_raise(ERROR_CANCELLED, "The export is stopped; no file was written.");
    atomic_store(&worker->percent, total > 0 ? (int)(100 * done / total) : 0);
    return ERROR_NONE;
}

static enum error export_messages(struct worker *worker, struct journal *journal)
{
    struct worker_outcome *outcome = &worker->outcome;
    struct export_options options = {
        .format = export_format_of(worker->path),
        .filter = worker->filter,
        .ids = worker->ids,
        .count = worker->count,
        .watch = {.progress = tell_exported, .context = worker},
    };
    struct export_count count;
    enum error error;

    snprintf(outcome->path, sizeof outcome->path, "%s", worker->path);
    error = export_file(journal, worker->path, &options, &count);
    outcome->count = count.written;
    return error;
}

/* ---- backing up and restoring ---- */

static enum error tell_care(void *context, const char *act, uint64_t done, uint64_t total)
{
    struct worker *worker = context;

    if (atomic_load(&worker->cancel))
        return error_raise(ERROR_CANCELLED, "It is stopped; nothing was changed.");
    atomic_store(&worker->act, act);
    atomic_store(&worker->percent, total > 0 ? (int)(100 * done / total) : 0);
    return ERROR_NONE;
}

static enum error back_up(struct worker *worker, struct journal *journal)
{
    struct backup_options options = {
        .replace = worker->replace,
        .watch = {.progress = tell_care, .context = worker},
    };

    return journal_backup(journal, worker->path, &options, &worker->outcome.count);
}

/* A passphrase is asked for on the command line alone. */
static enum error check_not_sealed(const char *path)
{
    bool sealed;
    enum error error = sealed_is(path, &sealed);

    if (error || !sealed)
        return error;
    return error_raise(ERROR_INVALID,
                       "'%s' is sealed with a passphrase: `emotrack restore` asks for it", path);
}

static enum error ask_elsewhere(void *context, const char *what, bool again, struct passphrase *out)
{
    (void)context;
    (void)again;
    (void)out;
    return error_raise(ERROR_DENIED,
                       "%s is encrypted with another passphrase: `emotrack restore` asks for it",
                       what);
}

static enum error restore(struct worker *worker, struct journal *journal)
{
    struct journal_watch watch = {.progress = tell_care, .context = worker};
    struct worker_outcome *outcome = &worker->outcome;
    struct restore *restore = NULL;
    enum error error = check_not_sealed(worker->path);

    if (!error)
        error = journal_restore_open(journal, worker->path, NULL, &watch, &restore);
    if (!error) {
        outcome->found = *journal_restore_offer(restore);
        snprintf(outcome->kept, sizeof outcome->kept, "%s", outcome->found.kept);
        outcome->found.kept = NULL; /* it dies with the restore */
    }
    if (!error && worker->job == JOB_RESTORE)
        error = journal_restore(restore, worker->replace, &outcome->restored);
    journal_restore_free(restore);
    return error;
}

static enum error work(struct worker *worker, struct journal *journal)
{
    struct worker_outcome *outcome = &worker->outcome;
    struct sync_options options = {
        .now = worker->now,
        .cancel = &worker->cancel,
        .progress = note_progress,
        .context = worker,
    };
    struct join_options join = {
        .url = worker->url,
        .authority = worker->authority[0] ? worker->authority : NULL,
        .vocabulary = true, /* the screen shows what is new in it and asks */
        .cancel = &worker->cancel,
    };

    switch (worker->job) {
    case JOB_PREVIEW: return make_preview(journal, &outcome->preview);
    case JOB_OFFER: return journal_offer_fetch(journal, &join, &outcome->offer);
    case JOB_SYNC: return journal_sync(journal, &options, &outcome->result);
    case JOB_FORGET: return forget(worker, journal);
    case JOB_EXPORT: return export_messages(worker, journal);
    case JOB_BACKUP: return back_up(worker, journal);
    case JOB_INSPECT:
    case JOB_RESTORE: return restore(worker, journal);
    case JOB_NONE: break;
    }
    return ERROR_NONE;
}

static void *run(void *context)
{
    struct worker *worker = context;
    struct journal_options options = {
        .profile = worker->profile,
        .model = worker->model,
        .access = JOURNAL_WRITE,
        .key = worker->key,
        .ask = ask_elsewhere,
    };
    struct journal *journal = NULL;
    enum error error = journal_open(&options, &journal);

    if (!error)
        error = work(worker, journal);
    worker->outcome.error = error;
    if (error)
        snprintf(worker->outcome.sentence, sizeof worker->outcome.sentence, "%s", error_sentence());
    journal_close(journal);
    atomic_store(&worker->ended, true);
    return NULL;
}

/* ---- on the screen's side ---- */

enum error worker_new(const char *profile, const char *model, const unsigned char *key,
                      struct worker **out)
{
    struct worker *worker = calloc(1, sizeof *worker);

    *out = worker;
    if (!worker)
        return error_raise_plain(ERROR_NO_MEMORY);
    worker->profile = profile;
    worker->model = model;
    worker->key = key;
    return ERROR_NONE;
}

void worker_free(struct worker *worker)
{
    if (!worker)
        return;
    if (worker->job != JOB_NONE) {
        worker_cancel(worker);
        pthread_join(worker->thread, NULL);
        preview_text_free(&worker->outcome.preview);
        sync_offer_free(worker->outcome.offer);
    }
    free(worker->ids);
    free(worker);
}

/* The request's words and numbers, which live on while the work does. */
static enum error copy_request(struct worker *worker, const struct worker_request *request)
{
    free(worker->ids);
    worker->ids = request->ids ? malloc((request->count + 1) * sizeof *worker->ids) : NULL;
    if (request->ids && !worker->ids)
        return error_raise_plain(ERROR_NO_MEMORY);
    if (request->ids)
        memcpy(worker->ids, request->ids, request->count * sizeof *worker->ids);
    worker->count = request->count;
    worker->now = request->now;
    worker->replace = request->replace;
    snprintf(worker->url, sizeof worker->url, "%s", request->url ? request->url : "");
    snprintf(worker->authority, sizeof worker->authority, "%s",
             request->authority ? request->authority : "");
    snprintf(worker->path, sizeof worker->path, "%s", request->path ? request->path : "");
    snprintf(worker->filter, sizeof worker->filter, "%s", request->filter ? request->filter : "");
    return ERROR_NONE;
}

enum error worker_start(struct worker *worker, const struct worker_request *request)
{
    enum error error = ERROR_NONE;

    assert(worker->job == JOB_NONE && request->job != JOB_NONE);
    if (request->job == JOB_OFFER || request->job == JOB_SYNC)
        error = journal_sync_ready();
    if (!error)
        error = copy_request(worker, request);
    if (error)
        return error;
    worker->outcome = (struct worker_outcome){.job = request->job};
    snprintf(worker->outcome.path, sizeof worker->outcome.path, "%s", worker->path);
    atomic_store(&worker->act, "");
    atomic_store(&worker->cancel, false);
    atomic_store(&worker->ended, false);
    note_progress(worker, SYNC_MANIFEST, 0);
    worker->job = request->job;
    error = thread_start(&worker->thread, run, worker);
    if (error)
        worker->job = JOB_NONE;
    return error;
}

enum job worker_job(const struct worker *worker)
{
    return worker->job;
}

void worker_cancel(struct worker *worker)
{
    atomic_store(&worker->cancel, true);
}

void worker_progress(struct worker *worker, enum sync_stage *stage, int *percent)
{
    *stage = (enum sync_stage)atomic_load(&worker->stage);
    *percent = atomic_load(&worker->percent);
}

const char *worker_act(const struct worker *worker)
{
    return atomic_load(&worker->act);
}

bool worker_done(struct worker *worker, struct worker_outcome *out)
{
    if (worker->job == JOB_NONE || !atomic_load(&worker->ended))
        return false;
    pthread_join(worker->thread, NULL);
    *out = worker->outcome;
    worker->outcome = (struct worker_outcome){0};
    worker->job = JOB_NONE;
    return true;
}
