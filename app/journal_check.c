#include "app/journal_care.h"
#include "app/journal_parts.h"
#include "app/profile.h"
#include "db/backup.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LAYER_MAX = 64 * 1024 * 1024 /* bytes, far more than a layer has */ };

struct check {
    journal_find_fault *found;
    void *context;
    const char *subject; /* what is looked at now */
    struct journal_options reading;
    unsigned char key[JOURNAL_KEY]; /* of an encrypted journal: `reading` names it then */
    bool sound;
};

static void report(struct check *check, const char *fault, const char *note)
{
    struct finding finding = {check->subject, fault, note};

    check->sound = check->sound && !fault;
    check->found(check->context, &finding);
}

static void report_fault(void *context, const char *sentence)
{
    report(context, sentence, NULL);
}

/* What is wrong with the thing itself is a finding; memory and the like end the check. */
static enum error settle(struct check *check, enum error error)
{
    if (error == ERROR_NONE || error == ERROR_NO_MEMORY || error == ERROR_BUSY ||
        error == ERROR_INVALID || error == ERROR_CANCELLED)
        return error;
    report(check, error_sentence(), NULL);
    return ERROR_NONE;
}

/* ---- the model ---- */

static enum error check_model(struct check *check, const struct journal_options *options)
{
    struct journal_options alone = *options;
    struct journal *journal = NULL;
    enum error error;

    check->subject = "model";
    alone.access = JOURNAL_NONE;
    error = journal_open(&alone, &journal);
    if (!error && journal_notice(journal))
        report(check, journal_notice(journal), NULL);
    else if (!error)
        report(check, NULL, model_id(journal_model(journal)));
    journal_close(journal);
    return settle(check, error);
}

/* ---- the journal ---- */

enum { NOTE_MAX = 128 };

static enum error look_at_tables(struct check *check, struct db *db, char note[NOTE_MAX])
{
    size_t messages = 0, ratings = 0;
    enum error error = db_check(db, report_fault, check);

    if (!error)
        error = db_count(db, &messages);
    if (!error)
        error = db_rating_count(db, &ratings);
    snprintf(note, NOTE_MAX, "%zu message%s, %zu rating%s%s", messages, messages == 1 ? "" : "s",
             ratings, ratings == 1 ? "" : "s",
             db_encrypted(db) ? "; encrypted, all texts open" : "");
    return error;
}

/* Opens every text of an encrypted journal; what comes later opens it with the same key. */
static enum error look_at_texts(struct check *check, struct db *db)
{
    struct journal_options *reading = &check->reading;
    char what[PROFILE_NAME_MAX + 32];
    enum error error;

    if (!db_encrypted(db))
        return ERROR_NONE;
    snprintf(what, sizeof what, "the journal '%s'", profile_choose(reading->profile));
    error = journal_unlock(db, what, reading->ask, reading->context);
    if (error)
        return error;
    memcpy(check->key, db_key(db), sizeof check->key);
    reading->key = check->key;
    return settle(check, db_check_texts(db, report_fault, check));
}

static enum error look_at_pages(struct check *check, const char *path)
{
    struct db *db = NULL;
    char note[NOTE_MAX] = "";
    bool before = check->sound;
    enum error error = db_open(path, DB_READ, &db);

    check->sound = true;
    if (!error)
        error = look_at_tables(check, db, note);
    error = settle(check, error);
    if (!error && check->sound)
        error = look_at_texts(check, db);
    db_close(db);
    if (!error && check->sound)
        report(check, NULL, note);
    check->sound = check->sound && before;
    return error;
}

static enum error check_pages(struct check *check, const char *profile)
{
    struct buffer path;
    enum error error = profile_check(profile);

    check->subject = "journal";
    buffer_init(&path, PATH_MAX);
    if (!error)
        error = profile_path(profile, &path);
    if (!error && access(path.data, F_OK) != 0)
        report(check, NULL, "nothing was written yet");
    else if (!error)
        error = look_at_pages(check, path.data);
    buffer_free(&path);
    return error;
}

/* ---- the personal layer ---- */

struct fold {
    const struct model *model;
    struct learner *learner;
};

static enum error learn(void *context, const struct entry *entry)
{
    struct fold *fold = context;
    struct rated rated = journal_rated(fold->model, entry);

    return learner_learn(fold->learner, &rated);
}

/* Learns all ratings from the first on, and compares with what the journal has opened with. */
static enum error compare_layers(struct journal *journal, bool *same)
{
    struct fold fold = {.model = journal->model};
    struct buffer opened, anew;
    enum error error = learner_new(journal->model, &fold.learner);

    buffer_init(&opened, LAYER_MAX);
    buffer_init(&anew, LAYER_MAX);
    if (!error)
        error = db_each_rating(journal->db, NULL, learn, &fold);
    if (!error)
        error = learner_save(fold.learner, &anew);
    if (!error)
        error = learner_save(journal->learner, &opened);
    *same = !error && anew.length == opened.length &&
            (anew.length == 0 || memcmp(anew.data, opened.data, anew.length) == 0);
    learner_free(fold.learner);
    buffer_free(&opened);
    buffer_free(&anew);
    return error;
}

static enum error check_layer(struct check *check)
{
    struct journal *journal = NULL;
    bool same = true;
    enum error error;

    check->subject = "layer";
    error = journal_open(&check->reading, &journal);
    if (!error && journal->db)
        error = compare_layers(journal, &same);
    if (!error)
        report(check,
               same ? NULL
                    : "what is kept of the learning is not what the ratings teach; undo and redo "
                      "a rating, and it is learnt anew",
               same ? "is what the ratings teach" : NULL);
    journal_close(journal);
    return settle(check, error);
}

enum error journal_check(const struct journal_options *options, journal_find_fault *found,
                         void *context, bool *sound)
{
    struct check check = {.found = found, .context = context, .sound = true};
    enum error error = check_model(&check, options);
    bool model = check.sound;

    check.reading = *options;
    check.reading.access = JOURNAL_READ;
    if (!error)
        error = check_pages(&check, profile_choose(options->profile));
    /* What does not open would only be said twice. */
    if (!error && check.sound && model)
        error = check_layer(&check);
    explicit_bzero(check.key, sizeof check.key);
    *sound = check.sound;
    return error;
}
