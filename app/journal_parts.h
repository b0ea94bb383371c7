#ifndef EMOTRACK_APP_JOURNAL_PARTS_H
#define EMOTRACK_APP_JOURNAL_PARTS_H

#include "app/journal_care.h"
#include "db/db.h"
#include "db/vault.h"

#include <sys/types.h>
#include <time.h>

/* What the files of the journal share and nobody else sees. */

/* A file as it was when it was looked at: another one in its place is told from it. */
struct journal_stamp {
    bool there;
    dev_t device;
    ino_t number;
    off_t size;
    struct timespec changed;
};

struct journal {
    char *profile;
    struct buffer path; /* of the database */
    char *named;        /* path of the model that the caller or $EMOTRACK_MODEL named; NULL: none */
    struct journal_stamp fetched; /* of the profile's own model file, as it was opened */
    struct model *model;
    struct learner *learner;     /* the fold over the live ratings */
    struct predictor *predictor; /* of model and learner */
    size_t unsaved;              /* ratings learnt since the layer was saved */
    enum journal_access access;
    journal_ask *ask; /* NULL: nobody is asked */
    void *context;    /* of `ask` */
    struct db *db;    /* NULL: nothing is stored (JOURNAL_NONE, or nothing there yet) */
    char notice[512]; /* about the model; "": none */
};

/* Gives `db`, where it is encrypted, the key that is asked for; `what` as in journal_ask. */
enum error journal_unlock(struct db *db, const char *what, journal_ask *ask,
                          void *context) MUST_CHECK;

/* Removes what a backup or a restore that was cut off has left of an encrypted journal. */
void journal_sweep(const struct journal *journal);

/* What an entry's rating says in the terms of a model; the text is borrowed from the entry. */
struct rated journal_rated(const struct model *model, const struct entry *entry);

/* The text as it is stored: malloc'ed, valid UTF-8, no NUL, up to three times as long.
 * ERROR_INVALID: nothing but blanks. ERROR_TOO_LARGE: over `most` bytes. */
enum error journal_storable(const char *text, size_t length, size_t most, char **out) MUST_CHECK;

/* Gives the entry, which owns its text, the guess of the model in use. */
enum error journal_guess_entry(struct journal *journal, struct entry *entry) MUST_CHECK;

/* Turns what the user said of a message into what is stored: right without a label, wrong with one,
 * in the model's spelling, or none. ERROR_INVALID: as journal_rate. */
enum error journal_settle(const struct journal *journal, const struct entry *entry,
                          enum verdict *verdict, const char **label) MUST_CHECK;

/* The personal layer from the ratings as they are now. */
enum error journal_relearn(struct journal *journal) MUST_CHECK;

/* Where the profile's own model file is another one than that in use, takes it into use. */
enum error journal_look_at_model(struct journal *journal, bool *changed) MUST_CHECK;

/* One part of a long act, and whom to tell how far it is. */
struct journal_stage {
    const struct journal_watch *watch;
    const char *act; /* "copying" */
};

/* Tells it; an error ends the act. `context`: the stage. */
enum error journal_step(void *context, uint64_t done, uint64_t total) MUST_CHECK;

#endif
