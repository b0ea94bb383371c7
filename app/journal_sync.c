#include "app/journal_sync.h"

#include "app/profile.h"
#include "app/sync_parts.h"
#include "sync/privacy.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *const sync_status_names[] = {
    [SYNC_SENT] = "sent",     [SYNC_QUEUED] = "queued",   [SYNC_UPDATED] = "updated",
    [SYNC_CAPPED] = "capped", [SYNC_WAITING] = "waiting", [SYNC_NOTHING_NEW] = "nothing-new",
};

static const char *const state_names[] = {
    [CONTRIBUTION_WAITING] = "waiting",     [CONTRIBUTION_SENT] = "sent",
    [CONTRIBUTION_CLOSED] = "closed",       [CONTRIBUTION_REFUSED] = "refused",
    [CONTRIBUTION_WITHDRAWN] = "withdrawn",
};

/* ---- the joined server ---- */

void task_clear(struct task *task)
{
    membership_clear(&task->membership);
    envelope_free(&task->envelope);
}

enum error raise_not_joined(void)
{
    return error_raise(ERROR_NOT_FOUND, "no server is joined; `emotrack join URL` joins one");
}

enum error task_load(struct journal *journal, struct task *out)
{
    const struct membership *membership = &out->membership;
    enum error error;

    *out = (struct task){0};
    if (!journal->db)
        return raise_not_joined();
    error = db_membership_get(journal->db, &out->membership);
    if (!error)
        error = random_ready();
    if (!error)
        error = envelope_read(membership->envelope, strlen(membership->envelope), &out->envelope);
    if (!error)
        error = manifest_read(out->envelope.manifest.data, out->envelope.manifest.length,
                              &out->manifest);
    if (!error)
        error = pins_read(membership->pins, strlen(membership->pins), &out->pins);
    return error;
}

enum error terms_fill(const struct journal *journal, const char *url,
                      const unsigned char key[KEY_BYTES], const struct manifest *manifest,
                      struct sync_terms *out)
{
    unsigned char vocabulary[HASH_BYTES];
    double rho = privacy_rho(manifest->noise);
    enum error error = manifest_vocabulary_hash(journal->model, vocabulary);

    *out = (struct sync_terms){
        .mode = mode_names[manifest->mode],
        .noise = manifest->noise,
        .votes = manifest->votes,
        .contributions = manifest->contributions,
        .minimum = manifest->minimum,
        .block = manifest->block,
        .epsilon_each = privacy_epsilon(rho, PRIVACY_DELTA),
        .epsilon_all = privacy_epsilon(rho * manifest->contributions, PRIVACY_DELTA),
        .model_version = manifest->model_version,
    };
    snprintf(out->url, sizeof out->url, "%s", url);
    hex_write(key, KEY_BYTES, out->key);
    key_fingerprint(key, out->fingerprint);
    if (!error)
        out->own_vocabulary = memcmp(vocabulary, manifest->vocabulary_hash, HASH_BYTES) == 0;
    return error;
}

enum error check_cancelled(const atomic_bool *cancel)
{
    return cancel && atomic_load(cancel) ? error_raise_plain(ERROR_CANCELLED) : ERROR_NONE;
}

enum error file_of(const struct journal *journal, enum profile_file file, struct buffer *path)
{
    buffer_init(path, PATH_MAX);
    return profile_file(journal->profile, file, path);
}

enum error client_of(const struct task *task, const struct client_options *options,
                     struct client **out)
{
    struct client_options own = *options;

    own.url = task->membership.url;
    own.authority = task->membership.authority;
    return client_new(&own, out);
}

/* ---- the state ---- */

static bool is_there(const struct journal *journal, enum profile_file file)
{
    struct buffer path;
    bool there = !file_of(journal, file, &path) && access(path.data, F_OK) == 0;

    buffer_free(&path);
    return there;
}

static enum error fill_joined(struct journal *journal, const struct task *task,
                              struct sync_state *out)
{
    const struct membership *membership = &task->membership;

    out->joined = true;
    out->open = task->manifest.open;
    out->round = task->manifest.round;
    out->contacted = membership->contacted;
    out->retry_at = membership->retry_at;
    out->model_beside = is_there(journal, PROFILE_BESIDE);
    snprintf(out->failure, sizeof out->failure, "%s",
             membership->failure ? membership->failure : "");
    return terms_fill(journal, membership->url, membership->key, &task->manifest, &out->terms);
}

static enum error fill_state(struct journal *journal, struct sync_state *out)
{
    struct rating_state ratings;
    struct ledger ledger;
    enum error error = db_ledger(journal->db, NULL, 0, &ledger);

    if (!error)
        error = db_rating_state(journal->db, &ratings);
    if (error)
        return error;
    out->queued = ledger.waiting;
    out->spent = ledger.spent;
    out->epsilon = privacy_epsilon(ledger.rho, PRIVACY_DELTA);
    out->ratings = ratings.live;
    out->fresh = ratings.fresh;
    return ERROR_NONE;
}

enum error journal_sync_state(struct journal *journal, struct sync_state *out)
{
    struct task task;
    enum error error;

    *out = (struct sync_state){.model_version = model_version(journal->model)};
    if (!journal->db)
        return ERROR_NONE;
    error = fill_state(journal, out);
    if (error)
        return error;
    error = task_load(journal, &task);
    if (!error)
        error = fill_joined(journal, &task, out);
    task_clear(&task);
    return error == ERROR_NOT_FOUND ? ERROR_NONE : error;
}

enum error journal_queued(struct journal *journal, size_t *queued)
{
    *queued = 0;
    return journal->db ? db_outbox_count(journal->db, queued) : ERROR_NONE;
}

enum error journal_sync_ready(void)
{
    enum error error = random_ready();

    return error ? error : client_ready();
}

/* ---- leaving ---- */

static void remove_file(const struct journal *journal, enum profile_file file)
{
    struct buffer path;

    if (!file_of(journal, file, &path))
        unlink(path.data);
    buffer_free(&path);
}

enum error journal_leave(struct journal *journal)
{
    enum error error = journal->db ? db_membership_remove(journal->db) : raise_not_joined();

    if (!error) {
        remove_file(journal, PROFILE_PART);
        remove_file(journal, PROFILE_BESIDE);
    }
    return error;
}

/* ---- the log of every upload ---- */

struct uploads {
    journal_upload_visit *visit;
    void *context;
};

static enum error visit_upload(void *context, const struct ledger_entry *entry)
{
    const struct uploads *uploads = context;
    struct sync_upload upload = {
        .number = entry->number,
        .created = entry->created,
        .finished = entry->finished,
        .url = entry->url,
        .mode = entry->mode,
        .state = state_names[entry->state],
        .round = entry->round,
        .model_version = entry->model_version,
        .votes = entry->votes,
        .votes_max = entry->votes_max,
        .noise = entry->noise,
        .length = entry->length,
        .answer = entry->answer,
    };

    hex_write(entry->digest, sizeof entry->digest, upload.digest);
    return uploads->visit(uploads->context, &upload);
}

enum error journal_each_upload(struct journal *journal, journal_upload_visit *visit, void *context)
{
    struct uploads uploads = {.visit = visit, .context = context};

    return journal->db ? db_each_contribution(journal->db, visit_upload, &uploads) : ERROR_NONE;
}
