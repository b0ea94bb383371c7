#include "app/journal.h"

#include "app/assets.h"
#include "app/journal_parts.h"
#include "app/now.h"
#include "app/profile.h"
#include "base/utf8.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utf8proc.h>

enum {
    UNSAVED_MAX = 20,             /* ratings that a start may have to learn again */
    LAYER_MAX = 64 * 1024 * 1024, /* bytes of a saved layer, far more than one has */
};

/* ---- the model: named, else fetched for the profile, else shipped ---- */

static void close_model(struct journal *journal)
{
    predictor_free(journal->predictor);
    learner_free(journal->learner);
    model_close(journal->model);
    journal->predictor = NULL;
    journal->learner = NULL;
    journal->model = NULL;
}

static void take_stamp(const char *path, struct journal_stamp *out)
{
    struct stat status;

    *out = (struct journal_stamp){0};
    if (stat(path, &status) != 0)
        return;
    *out = (struct journal_stamp){.there = true,
                                  .device = status.st_dev,
                                  .number = status.st_ino,
                                  .size = status.st_size,
                                  .changed = status.st_mtim};
}

static bool same_stamp(const struct journal_stamp *a, const struct journal_stamp *b)
{
    return a->there == b->there && a->device == b->device && a->number == b->number &&
           a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}

/* The profile's own model; none where there is none, or it is of no use: that is worth telling. */
static enum error open_fetched(struct journal *journal)
{
    struct buffer path;
    enum error error;

    journal->fetched = (struct journal_stamp){0};
    buffer_init(&path, PATH_MAX);
    error = profile_file(journal->profile, PROFILE_MODEL, &path);
    if (!error)
        take_stamp(path.data, &journal->fetched);
    if (!error && journal->fetched.there)
        error = model_open(path.data, &journal->model);
    if (error && error != ERROR_NO_MEMORY && journal->fetched.there)
        snprintf(
            journal->notice, sizeof journal->notice,
            "the fetched model '%.300s' cannot be used, so the one that comes with EmoTrack is: "
            "`emotrack sync` fetches it again",
            path.data);
    buffer_free(&path);
    return error == ERROR_NO_MEMORY ? error : ERROR_NONE;
}

static enum error open_shipped(struct journal *journal)
{
    struct buffer path;
    enum error error;

    buffer_init(&path, PATH_MAX);
    error = assets_model_path(&path);
    if (!error)
        error = model_open(path.data, &journal->model);
    buffer_free(&path);
    return error;
}

static enum error open_model(struct journal *journal)
{
    enum error error =
        journal->named ? model_open(journal->named, &journal->model) : open_fetched(journal);

    if (!error && !journal->model)
        error = open_shipped(journal);
    if (!error)
        error = learner_new(journal->model, &journal->learner);
    if (!error)
        error = predictor_new(journal->model, journal->learner, &journal->predictor);
    return error;
}

static enum error name_model(struct journal *journal, const char *path)
{
    const char *environment = getenv("EMOTRACK_MODEL");
    const char *named = path ? path : environment;

    if (!named || (!path && !*named))
        return ERROR_NONE;
    journal->named = strdup(named);
    return journal->named ? ERROR_NONE : error_raise_plain(ERROR_NO_MEMORY);
}

/* ---- the personal layer ---- */

struct rated journal_rated(const struct model *model, const struct entry *entry)
{
    return (struct rated){
        .text = entry->text,
        .length = strlen(entry->text),
        .guess = entry->guess ? model_find_label(model, entry->guess) : -1,
        .right = entry->verdict == VERDICT_RIGHT,
        .label = entry->label ? model_find_label(model, entry->label) : -1,
    };
}

static enum error learn_one(void *context, const struct entry *entry)
{
    struct journal *journal = context;
    struct rated rated = journal_rated(journal->model, entry);

    journal->unsaved++;
    return learner_learn(journal->learner, &rated);
}

static bool restore_layer(void *context, const void *bytes, size_t length)
{
    struct journal *journal = context;

    return learner_restore(journal->learner, bytes, length);
}

/* The personal layer from the ratings, from the first, or those that the saved layer has not seen,
 * to the last. */
static enum error refold(struct journal *journal)
{
    learner_reset(journal->learner);
    journal->unsaved = 0;
    return db_each_rating(journal->db, restore_layer, learn_one, journal);
}

/* Makes the next start short. A layer that is not saved costs time and nothing else: what failed
 * before the close is what is told after it. */
static void save_layer(struct journal *journal)
{
    char failure[1024];
    struct buffer layer;

    snprintf(failure, sizeof failure, "%s", error_sentence());
    buffer_init(&layer, LAYER_MAX);
    if (learner_save(journal->learner, &layer) ||
        db_layer_save(journal->db, layer.data, layer.length))
        error_raise(ERROR_NONE, "%s", failure);
    buffer_free(&layer);
}

/* ---- opening ---- */

static enum error unlock(struct journal *journal, const struct journal_options *options)
{
    char what[PROFILE_NAME_MAX + 32];

    if (db_encrypted(journal->db) && options->key)
        return db_unlock_with(journal->db, options->key);
    snprintf(what, sizeof what, "the journal '%s'", journal->profile);
    return journal_unlock(journal->db, what, options->ask, options->context);
}

static enum error open_database(struct journal *journal, const struct journal_options *options)
{
    bool read = options->access == JOURNAL_READ;
    enum error error = profile_check(journal->profile);

    if (!error)
        error = profile_path(journal->profile, &journal->path);
    if (error)
        return error;
    if (read && access(journal->path.data, F_OK) != 0)
        return ERROR_NONE;
    error = db_open(journal->path.data, read ? DB_READ : DB_CREATE, &journal->db);
    if (!error)
        error = unlock(journal, options);
    if (!error && !read && journal_key(journal))
        journal_sweep(journal);
    return error ? error : refold(journal);
}

enum error journal_open(const struct journal_options *options, struct journal **out)
{
    struct journal *journal = calloc(1, sizeof *journal);
    enum error error;

    *out = NULL;
    if (!journal)
        return error_raise_plain(ERROR_NO_MEMORY);
    journal->access = options->access;
    journal->ask = options->ask;
    journal->context = options->context;
    buffer_init(&journal->path, PATH_MAX);
    journal->profile = strdup(profile_choose(options->profile));
    error =
        journal->profile ? name_model(journal, options->model) : error_raise_plain(ERROR_NO_MEMORY);
    if (!error)
        error = open_model(journal);
    if (!error && options->access != JOURNAL_NONE)
        error = open_database(journal, options);
    if (error) {
        journal_close(journal);
        return error;
    }
    *out = journal;
    return ERROR_NONE;
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    if (journal->db && journal->access == JOURNAL_WRITE && journal->unsaved >= UNSAVED_MAX)
        save_layer(journal);
    db_close(journal->db);
    close_model(journal);
    buffer_free(&journal->path);
    free(journal->named);
    free(journal->profile);
    free(journal);
}

const char *journal_profile(const struct journal *journal)
{
    return journal->profile;
}

const char *journal_path(const struct journal *journal)
{
    return journal->path.data;
}

const unsigned char *journal_key(const struct journal *journal)
{
    return journal->db ? db_key(journal->db) : NULL;
}

const struct model *journal_model(const struct journal *journal)
{
    return journal->model;
}

size_t journal_rating_count(const struct journal *journal)
{
    return learner_count(journal->learner);
}

const char *journal_notice(const struct journal *journal)
{
    const char *notice = journal->db ? db_notice(journal->db) : NULL;

    return notice || !journal->notice[0] ? notice : journal->notice;
}

void journal_set_patience(struct journal *journal, int milliseconds)
{
    if (journal->db)
        db_set_patience(journal->db, milliseconds);
}

/* All or nothing: where the other model cannot be used, what there was stays in use. */
static enum error reopen_model(struct journal *journal)
{
    struct journal before = *journal;
    enum error error;

    journal->model = NULL;
    journal->learner = NULL;
    journal->predictor = NULL;
    journal->notice[0] = '\0';
    error = open_model(journal);
    if (!error && journal->db)
        error = refold(journal);
    if (error) {
        close_model(journal);
        *journal = before;
    } else {
        close_model(&before);
    }
    return error;
}

enum error journal_look_at_model(struct journal *journal, bool *changed)
{
    struct journal_stamp now;
    struct buffer path;
    enum error error;

    *changed = false;
    if (journal->named)
        return ERROR_NONE;
    buffer_init(&path, PATH_MAX);
    error = profile_file(journal->profile, PROFILE_MODEL, &path);
    if (!error)
        take_stamp(path.data, &now);
    buffer_free(&path);
    if (error || same_stamp(&now, &journal->fetched))
        return error;
    *changed = true;
    return reopen_model(journal);
}

enum error journal_relearn(struct journal *journal)
{
    bool changed;
    enum error error = db_changed(journal->db, &changed);

    return error ? error : refold(journal);
}

enum error journal_refresh(struct journal *journal, bool *changed)
{
    bool rated;
    enum error error;

    *changed = false;
    if (!journal->db)
        return ERROR_NONE;
    error = db_changed(journal->db, &rated);
    if (!error)
        error = journal_look_at_model(journal, changed);
    if (!error && rated && !*changed)
        error = refold(journal);
    *changed = *changed || rated;
    return error;
}

/* ---- guessing ---- */

void journal_guess(struct journal *journal, const char *text, size_t length,
                   struct prediction *prediction, struct why *why)
{
    predictor_read(journal->predictor, text, length, prediction);
    if (why)
        predictor_why(journal->predictor, why);
}

enum error journal_batch(struct journal *journal, int threads, struct batch **out)
{
    return batch_new(journal->predictor, threads, out);
}

/* ---- messages ---- */

static bool blank(const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        int32_t codepoint;

        at += utf8_decode(text + at, length - at, &codepoint);
        switch (utf8proc_category(codepoint)) {
        case UTF8PROC_CATEGORY_ZS:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
        case UTF8PROC_CATEGORY_CC:
        case UTF8PROC_CATEGORY_CF: break;
        default: return false;
        }
    }
    return true;
}

enum error journal_storable(const char *text, size_t length, size_t most, char **out)
{
    struct buffer repaired;
    enum error error;

    *out = NULL;
    if (length > most)
        return error_raise(ERROR_TOO_LARGE,
                           "a message of %zu bytes was not saved: the most is %zu bytes; split it",
                           length, most);
    if (blank(text, length))
        return error_raise(ERROR_INVALID, "an empty message was not saved: write some words");
    buffer_init(&repaired, 3 * most);
    error = utf8_repair(text, length, &repaired);
    if (error)
        buffer_free(&repaired);
    *out = repaired.data;
    return error;
}

enum error journal_guess_entry(struct journal *journal, struct entry *entry)
{
    struct prediction prediction;

    journal_guess(journal, entry->text, strlen(entry->text), &prediction, NULL);
    entry->probability = (double)prediction.probability[prediction.label];
    entry->model = strdup(model_id(journal->model));
    if (prediction.can_tell)
        entry->guess = strdup(model_label(journal->model, prediction.label)->name);
    if (!entry->model || (prediction.can_tell && !entry->guess))
        return error_raise_plain(ERROR_NO_MEMORY);
    return ERROR_NONE;
}

static void stamp(struct entry *entry)
{
    entry->created = now_milliseconds();
    entry->offset = now_offset(entry->created);
}

enum error journal_write(struct journal *journal, const char *text, size_t length, int64_t draft,
                         struct entry *out)
{
    bool changed;
    enum error error = journal_refresh(journal, &changed);

    *out = (struct entry){0};
    stamp(out);
    if (!error)
        error = journal_storable(text, length, TEXT_MAX, &out->text);
    if (!error)
        error = journal_guess_entry(journal, out);
    if (!error)
        error = db_add(journal->db, out, draft, &out->id);
    if (error)
        entry_clear(out);
    return error;
}

static void clear_all(struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        entry_clear(&entries[i]);
    free(entries);
}

/* What is nothing but blanks is left out. */
static enum error prepare_all(struct journal *journal, const struct passage *passages,
                              size_t *count, struct entry *entries)
{
    size_t made = 0;
    enum error error = ERROR_NONE;

    for (size_t i = 0; i < *count && !error; i++) {
        struct entry *entry = &entries[made];

        stamp(entry);
        error = journal_storable(passages[i].text, passages[i].length, TEXT_MAX, &entry->text);
        made += !error;
        if (!error)
            error = journal_guess_entry(journal, entry);
        else if (error == ERROR_INVALID)
            error = ERROR_NONE;
    }
    *count = made;
    return error;
}

enum error journal_write_all(struct journal *journal, const struct passage *passages, size_t *count,
                             const struct draft *rest, struct entry *last)
{
    size_t room = *count;
    struct entry *entries = calloc(room + 1, sizeof *entries);
    bool changed;
    enum error error =
        entries ? journal_refresh(journal, &changed) : error_raise_plain(ERROR_NO_MEMORY);

    *last = (struct entry){0};
    if (!error)
        error = prepare_all(journal, passages, count, entries);
    if (!error)
        error = db_add_all(journal->db, entries, *count, rest);
    if (!error && *count > 0) {
        *last = entries[*count - 1];
        entries[*count - 1] = (struct entry){0};
    }
    clear_all(entries, entries ? room : 0);
    return error;
}

static enum error no_message(int64_t id)
{
    return error_raise(ERROR_NOT_FOUND, "there is no message %lld; `emotrack history` lists them",
                       (long long)id);
}

enum error journal_get(struct journal *journal, int64_t id, struct entry *out)
{
    *out = (struct entry){0};
    return journal->db ? db_get(journal->db, id, out) : no_message(id);
}

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* Restates what the user has said of `old` against the guess of `new`. */
static enum error restate(const struct entry *old, struct entry *new)
{
    const char *truth = old->verdict == VERDICT_RIGHT ? old->guess : old->label;

    new->verdict = VERDICT_NONE;
    if (old->verdict == VERDICT_NONE)
        return ERROR_NONE;
    if (!truth) {
        if (same(old->guess, new->guess))
            new->verdict = VERDICT_WRONG;
        return ERROR_NONE;
    }
    new->verdict = same(truth, new->guess) ? VERDICT_RIGHT : VERDICT_WRONG;
    if (new->verdict == VERDICT_WRONG) {
        new->label = strdup(truth);
        if (!new->label)
            return error_raise_plain(ERROR_NO_MEMORY);
    }
    return ERROR_NONE;
}

enum error journal_edit(struct journal *journal, int64_t id, const char *text, size_t length,
                        struct entry *out)
{
    struct entry old = {0};
    bool changed;
    enum error error = journal_refresh(journal, &changed);

    if (!error)
        error = journal_get(journal, id, &old);
    *out = (struct entry){.id = id, .created = old.created, .offset = old.offset};
    if (!error)
        error = journal_storable(text, length, TEXT_MAX, &out->text);
    if (!error)
        error = journal_guess_entry(journal, out);
    if (!error)
        error = restate(&old, out);
    journal->notice[0] = '\0';
    if (!error)
        error = db_edit(journal->db, out);
    if (!error && old.verdict != VERDICT_NONE)
        error = refold(journal);
    entry_clear(&old);
    if (error)
        entry_clear(out);
    return error;
}

enum error journal_forget(struct journal *journal, const int64_t *ids, size_t count)
{
    enum error error;

    if (!journal->db)
        return count > 0 ? no_message(ids[0]) : ERROR_NONE;
    journal->notice[0] = '\0';
    error = db_delete(journal->db, ids, count);
    return error ? error : refold(journal);
}

enum error journal_forget_all(struct journal *journal, size_t *count)
{
    enum error error;

    *count = 0;
    if (!journal->db)
        return ERROR_NONE;
    journal->notice[0] = '\0';
    error = db_delete_all(journal->db, count);
    return error ? error : refold(journal);
}

/* ---- ratings ---- */

static enum error unknown_label(const struct journal *journal, const char *label)
{
    struct buffer names;
    enum error error = ERROR_NONE;

    buffer_init(&names, (LABEL_NAME_MAX + 2) * LABELS_MAX);
    for (int i = 0; !error && i < model_label_count(journal->model); i++)
        error = buffer_format(&names, "%s%s", i ? ", " : "", model_label(journal->model, i)->name);
    if (!error)
        error = error_raise(ERROR_INVALID, "'%s' is not an emotion that the model knows: %s", label,
                            names.data);
    buffer_free(&names);
    return error;
}

/* The model's own spelling of a label's name, whatever its case. */
static const char *spelling(const struct model *model, const char *label)
{
    for (int i = 0; i < model_label_count(model); i++) {
        if (strcasecmp(model_label(model, i)->name, label) == 0)
            return model_label(model, i)->name;
    }
    return NULL;
}

enum error journal_settle(const struct journal *journal, const struct entry *entry,
                          enum verdict *verdict, const char **label)
{
    if (*label) {
        const char *name = spelling(journal->model, *label);

        if (!name)
            return unknown_label(journal, *label);
        if (*verdict == VERDICT_RIGHT && !same(name, entry->guess))
            return error_raise(ERROR_INVALID,
                               "message %lld was guessed as %s, not %s: rate it wrong, with %s as "
                               "the right emotion",
                               (long long)entry->id, entry->guess ? entry->guess : "\"can't tell\"",
                               name, name);
        *verdict = same(name, entry->guess) ? VERDICT_RIGHT : VERDICT_WRONG;
        *label = *verdict == VERDICT_WRONG ? name : NULL;
        return ERROR_NONE;
    }
    if (!entry->guess)
        return error_raise(ERROR_INVALID,
                           "message %lld has no guess to rate: say which emotion it is, by rating "
                           "it wrong with a label",
                           (long long)entry->id);
    return ERROR_NONE;
}

/* A first rating of a message comes last in the fold: it is learnt on top. Anything else changes
 * the middle of the fold. */
static enum error learn(struct journal *journal, struct entry *entry, enum verdict verdict,
                        const char *label)
{
    bool first = entry->verdict == VERDICT_NONE;
    bool changed;
    enum error error = db_changed(journal->db, &changed);

    if (error)
        return error;
    if (!first || changed)
        return refold(journal);
    free(entry->label);
    entry->verdict = verdict;
    entry->label = label ? strdup(label) : NULL;
    if (label && !entry->label)
        return error_raise_plain(ERROR_NO_MEMORY);
    return learn_one(journal, entry);
}

enum error journal_rate(struct journal *journal, int64_t id, enum verdict verdict,
                        const char *label)
{
    struct entry entry;
    enum error error = journal_get(journal, id, &entry);

    if (!error)
        error = journal_settle(journal, &entry, &verdict, &label);
    if (!error)
        error = db_rate(journal->db, id, verdict, label);
    if (!error)
        error = learn(journal, &entry, verdict, label);
    entry_clear(&entry);
    return error;
}

static enum error nothing_to(const char *act)
{
    return error_raise(ERROR_NOT_FOUND, "there is no rating to %s", act);
}

enum error journal_undo(struct journal *journal, int64_t *id)
{
    enum error error = journal->db ? db_undo(journal->db, id) : nothing_to("undo");

    return error ? error : refold(journal);
}

enum error journal_redo(struct journal *journal, int64_t *id)
{
    enum error error = journal->db ? db_redo(journal->db, id) : nothing_to("redo");

    return error ? error : refold(journal);
}

/* ---- the history ---- */

/* An emotion in a filter is the model's, or one that an older model has left in the history. */
static enum error check_emotion(struct journal *journal, char *name, const struct filter *only,
                                const struct search *search)
{
    const char *known = spelling(journal->model, name);
    int64_t *ids;
    size_t count;
    enum error error;

    if (known) {
        memcpy(name, known, strlen(known) + 1);
        return ERROR_NONE;
    }
    error = db_find(journal->db, only, search, &ids, &count);
    free(ids);
    return error || count > 0 ? error : unknown_label(journal, name);
}

static enum error check_emotions(struct journal *journal, struct filter *filter,
                                 const struct search *search)
{
    struct filter only;
    enum error error = ERROR_NONE;

    filter_init(&only);
    if (filter->emotion[0] && strcmp(filter->emotion, "none") != 0) {
        memcpy(only.emotion, filter->emotion, sizeof only.emotion);
        error = check_emotion(journal, filter->emotion, &only, search);
        only.emotion[0] = '\0';
    }
    if (!error && filter->you[0]) {
        memcpy(only.you, filter->you, sizeof only.you);
        error = check_emotion(journal, filter->you, &only, search);
    }
    return error;
}

static enum error read_filter(struct journal *journal, const char *line,
                              const struct search *search, struct filter *out)
{
    enum error error;

    filter_init(out);
    if (!line)
        return ERROR_NONE;
    error = filter_parse(line, strlen(line), now_milliseconds(), out);
    if (!error && journal->db)
        error = check_emotions(journal, out, search);
    return error;
}

enum error journal_each(struct journal *journal, const char *filter, bool newest_first,
                        size_t limit, journal_visit *visit, void *context)
{
    static const struct search any = {.order = DB_OLDEST_FIRST};
    struct filter parsed;
    enum error error = read_filter(journal, filter, &any, &parsed);

    if (!error && journal->db)
        error = db_each(journal->db, &parsed, newest_first ? DB_NEWEST_FIRST : DB_OLDEST_FIRST,
                        limit, visit, context);
    filter_clear(&parsed);
    return error;
}

enum error journal_find(struct journal *journal, const char *filter, const struct search *search,
                        int64_t **ids, size_t *count)
{
    struct filter parsed;
    enum error error = read_filter(journal, filter, search, &parsed);

    *ids = NULL;
    *count = 0;
    if (!error && journal->db)
        error = db_find(journal->db, &parsed, search, ids, count);
    filter_clear(&parsed);
    return error;
}

enum error journal_count(struct journal *journal, size_t *count)
{
    *count = 0;
    return journal->db ? db_count(journal->db, count) : ERROR_NONE;
}

enum error journal_each_mood(struct journal *journal, mood_visit *message,
                             mood_rating_visit *rating, void *context)
{
    return journal->db ? db_each_mood(journal->db, message, rating, context) : ERROR_NONE;
}
