#include "app/sync_parts.h"

#include "classifier/model_parts.h"
#include "sync/privacy.h"
#include "sync/update.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODE_MAX = 16 /* bytes of a mode's name */ };

/* ---- drawing ---- */

/* What was drawn for the manifest and the ratings as they are now. */
static enum error draw_of(struct journal *journal, const struct task *task, bool keep,
                          struct draw *out)
{
    struct draw fresh = {.round = task->manifest.round};
    struct rating_state ratings;
    enum error error = db_rating_state(journal->db, &ratings);

    if (error)
        return error;
    fresh.revision = ratings.revision;
    memcpy(fresh.manifest_hash, task->envelope.hash, sizeof fresh.manifest_hash);
    random_bytes(fresh.seed, sizeof fresh.seed);
    random_bytes(fresh.lot, sizeof fresh.lot);
    return db_draw(journal->db, &fresh, keep, out);
}

/* The device draws its lot itself: the server cannot know it, nor have it drawn again. */
static enum error takes_part(struct journal *journal, const struct task *task, bool keep, bool *out)
{
    struct random random;
    struct draw draw;
    enum error error = draw_of(journal, task, keep, &draw);

    if (error)
        return error;
    random_start_seeded(&random, draw.lot);
    *out = random_unit(&random) < task->manifest.participation;
    random_wipe(&random);
    return ERROR_NONE;
}

struct lesson_walk {
    const struct model *model;
    struct update *update;
};

static enum error add_rating(void *context, const struct entry *entry)
{
    struct lesson_walk *walk = context;
    struct rated rated = journal_rated(walk->model, entry);

    return update_add(walk->update, &rated);
}

static enum error train(struct journal *journal, const struct model *base, struct update *update,
                        const float **change)
{
    struct lesson_walk walk = {.model = base, .update = update};
    enum error error = db_each_rating(journal->db, NULL, add_rating, &walk);

    return error ? error : update_train(update, change);
}

/* The report's number comes from the seed too, so that what was previewed is what is sent. */
static enum error draw_votes(const struct manifest *manifest, const unsigned char *seed,
                             const float *change, struct report *report)
{
    uint32_t coordinates = manifest_coordinates(manifest);
    uint32_t *scratch = calloc(coordinates, sizeof *scratch);
    struct random random;

    if (!scratch)
        return error_raise_plain(ERROR_NO_MEMORY);
    random_start_seeded(&random, seed);
    for (size_t i = 0; i < REPORT_ID_BYTES; i++)
        report->id[i] = (unsigned char)random_below(&random, 256);
    report->count = update_draw(&random, change, coordinates, manifest->training.unit,
                                manifest->votes, scratch, report->vote);
    random_wipe(&random);
    free(scratch);
    return ERROR_NONE;
}

enum error contribution_draw(struct journal *journal, const struct task *task,
                             const struct model *base, bool keep, struct drawn *out)
{
    struct update *update = NULL;
    const float *change = NULL;
    struct draw draw;
    enum error error = draw_of(journal, task, keep, &draw);

    *out = (struct drawn){.report.round = task->manifest.round};
    buffer_init(&out->body, REPORT_MAX);
    if (!error)
        error = update_new(base, &task->manifest, &update);
    if (!error)
        error = train(journal, base, update, &change);
    if (!error) {
        out->revision = draw.revision;
        memcpy(out->report.manifest_hash, task->envelope.hash, HASH_BYTES);
        error = draw_votes(&task->manifest, draw.seed, change, &out->report);
    }
    update_free(update);
    explicit_bzero(&draw, sizeof draw);
    return error ? error : report_write(&out->report, task->manifest.votes, &out->body);
}

void drawn_clear(struct drawn *drawn)
{
    buffer_free(&drawn->body);
}

enum error contribution_freeze(struct journal *journal, const struct task *task,
                               const struct drawn *drawn)
{
    const struct manifest *manifest = &task->manifest;
    char mode[MODE_MAX];
    struct ledger_entry entry = {
        .url = task->membership.url,
        .round = manifest->round,
        .model_version = manifest->model_version,
        .mode = mode,
        .noise = manifest->noise,
        .votes_max = manifest->votes,
        .votes = drawn->report.count,
        .length = drawn->body.length,
    };

    snprintf(mode, sizeof mode, "%s", mode_names[manifest->mode]);
    memcpy(entry.key, task->envelope.first, sizeof entry.key);
    hash_bytes(drawn->body.data, drawn->body.length, entry.digest);
    return db_contribution_freeze(journal->db, &entry, drawn->report.id, drawn->body.data,
                                  drawn->revision, manifest->contributions);
}

/* ---- what stands against it ---- */

static enum error stop(struct obstacle *out, enum sync_status status, const char *format, ...)
    PRINTF_LIKE(3, 4);
static enum error stop(struct obstacle *out, enum sync_status status, const char *format, ...)
{
    va_list rest;

    out->status = status;
    va_start(rest, format);
    vsnprintf(out->sentence, sizeof out->sentence, format, rest);
    va_end(rest);
    return ERROR_NONE;
}

static enum error check_ratings(const struct rating_state *ratings, bool now, struct obstacle *out)
{
    if (ratings->fresh < SYNC_LEAST_RATINGS && !now)
        return stop(out, SYNC_WAITING,
                    "%zu of %d new ratings so far: a contribution waits for %d, unless it is asked "
                    "for now.",
                    ratings->fresh, SYNC_LEAST_RATINGS, SYNC_LEAST_RATINGS);
    return ERROR_NONE;
}

static enum error check_round(struct journal *journal, const struct task *task, bool done,
                              bool keep, struct obstacle *out)
{
    const struct manifest *manifest = &task->manifest;
    bool part = true;
    enum error error;

    if (!manifest->open)
        return stop(out, SYNC_WAITING, "The server has no round open now.");
    if (done)
        return stop(out, SYNC_WAITING,
                    "Round %" PRIu64 " has a contribution of yours; the next one goes into the "
                    "next round.",
                    manifest->round);
    error = takes_part(journal, task, keep, &part);
    if (!error && !part)
        return stop(out, SYNC_WAITING,
                    "This device's lot leaves it out of round %" PRIu64 "; the next round draws "
                    "anew.",
                    manifest->round);
    return error;
}

enum error contribution_obstacle(struct journal *journal, const struct task *task, bool now,
                                 bool keep, struct obstacle *out)
{
    const struct manifest *manifest = &task->manifest;
    struct rating_state ratings;
    struct ledger ledger;
    enum error error = db_ledger(journal->db, task->envelope.first, manifest->round, &ledger);

    *out = (struct obstacle){.status = SYNC_SENT};
    if (!error)
        error = db_rating_state(journal->db, &ratings);
    if (error)
        return error;
    if (ledger.spent >= manifest->contributions)
        return stop(out, SYNC_CAPPED,
                    "%zu contributions were made, and %" PRIu32 " are the most that you agreed to: "
                    "nothing more is sent, and new models are still fetched.",
                    ledger.spent, manifest->contributions);
    if (!ratings.changed)
        return stop(out, SYNC_NOTHING_NEW, "No rating has %s.",
                    ledger.spent > 0 ? "changed since the last contribution" : "been given yet");
    error = check_round(journal, task, ledger.round_done, keep, out);
    if (!error && out->status == SYNC_SENT)
        error = check_ratings(&ratings, now, out);
    return error;
}

/* ---- the preview ---- */

static struct sync_vote name_vote(const struct model *model, uint32_t block, uint32_t vote)
{
    const struct model_parts *parts = model_parts(model);
    uint32_t coordinate = vote_coordinate(vote), feature = coordinate / parts->labels;
    bool bias = feature == block || feature >= parts->vocabulary.count;

    return (struct sync_vote){
        .sign = vote_sign(vote),
        .feature = bias ? "(any message)" : parts->strings + parts->offsets[feature],
        .label = parts->label[coordinate % parts->labels].name,
    };
}

static enum error name_votes(const struct report *report, uint32_t block, struct sync_preview *out)
{
    out->votes = calloc((size_t)report->count + 1, sizeof *out->votes);
    if (!out->votes)
        return error_raise_plain(ERROR_NO_MEMORY);
    out->count = report->count;
    for (uint32_t i = 0; i < report->count; i++)
        out->votes[i] = name_vote(out->model, block, report->vote[i]);
    return ERROR_NONE;
}

static enum error preview_waiting(struct outbox_item *item, const struct task *task,
                                  struct sync_preview *out)
{
    struct report report;
    enum error error = report_read(item->body.data, item->body.length, &report);

    if (error)
        return error;
    out->frozen = true;
    out->round = item->round;
    out->bytes = item->body;
    buffer_init(&item->body, 0);
    return name_votes(&report, task->manifest.block, out);
}

static enum error preview_next(struct journal *journal, const struct task *task,
                               struct sync_preview *out)
{
    bool keep = journal->access == JOURNAL_WRITE;
    struct obstacle obstacle;
    struct drawn drawn;
    enum error error = contribution_obstacle(journal, task, false, keep, &obstacle);

    if (error)
        return error;
    if (obstacle.status != SYNC_SENT) {
        out->note = strdup(obstacle.sentence);
        out->reason = out->note;
        if (!out->note)
            return error_raise_plain(ERROR_NO_MEMORY);
    }
    error = contribution_draw(journal, task, out->model, keep, &drawn);
    out->round = task->manifest.round;
    if (!error)
        error = name_votes(&drawn.report, task->manifest.block, out);
    if (!error) {
        out->bytes = drawn.body;
        buffer_init(&drawn.body, 0);
    }
    drawn_clear(&drawn);
    return error;
}

static enum error preview(struct journal *journal, const struct task *task,
                          struct sync_preview *out)
{
    struct outbox_item item = {0};
    enum error error = base_model(journal, &task->manifest, &out->model);

    if (error)
        return error;
    error = db_outbox_next(journal->db, &item);
    if (!error)
        error = preview_waiting(&item, task, out);
    else if (error == ERROR_NOT_FOUND)
        error = preview_next(journal, task, out);
    outbox_item_clear(&item);
    return error;
}

static enum error fill_budget(struct journal *journal, const struct task *task,
                              struct sync_preview *out)
{
    double rho = privacy_rho(task->manifest.noise);
    struct ledger ledger;
    enum error error = db_ledger(journal->db, NULL, 0, &ledger);

    out->spent = (uint32_t)(ledger.spent - (out->frozen && ledger.spent > 0));
    out->cap = task->manifest.contributions;
    out->epsilon_now = privacy_epsilon(ledger.rho, PRIVACY_DELTA);
    out->epsilon_after =
        out->frozen ? out->epsilon_now : privacy_epsilon(ledger.rho + rho, PRIVACY_DELTA);
    return error;
}

enum error journal_sync_preview(struct journal *journal, struct sync_preview *out)
{
    struct task task;
    enum error error = task_load(journal, &task);

    *out = (struct sync_preview){0};
    if (!error)
        error = preview(journal, &task, out);
    if (!error)
        error = fill_budget(journal, &task, out);
    task_clear(&task);
    if (error)
        sync_preview_clear(out);
    return error;
}

void sync_preview_clear(struct sync_preview *preview)
{
    free(preview->votes);
    free(preview->note);
    buffer_free(&preview->bytes);
    model_close(preview->model);
    *preview = (struct sync_preview){0};
}
