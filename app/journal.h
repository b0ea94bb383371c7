#ifndef EMOTRACK_APP_JOURNAL_H
#define EMOTRACK_APP_JOURNAL_H

#include "base/buffer.h"
#include "base/secret.h"
#include "classifier/batch.h"
#include "db/entry.h"
#include "db/mood.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What EmoTrack does for one user. The terminal UI and the commands are two faces of it: they call
 * this and never the database or the network themselves. Joins the model, the personal layer and
 * the user's database. One thread at a time. */
struct journal;

enum journal_access {
    JOURNAL_NONE,  /* no database: the model alone (predict --no-personal) */
    JOURNAL_READ,  /* a default profile that was never used reads as empty and is not made */
    JOURNAL_WRITE, /* the default profile is made where it is not there; any other must exist */
};

/* Asks for the passphrase of an encrypted journal; `what` says of which ("the journal 'alex'").
 * `again`: the last one was wrong, as error_sentence says. An error ends it and is returned. */
typedef enum error journal_ask(void *context, const char *what, bool again, struct passphrase *out);

enum { JOURNAL_KEY = 32 /* bytes */ };

struct journal_options {
    const char *profile; /* NULL: $EMOTRACK_PROFILE, else "default" */
    const char *model;   /* path; NULL: $EMOTRACK_MODEL, else the model that was fetched for the
                            profile (a damaged one: journal_notice), else the shipped one */
    enum journal_access access;
    const unsigned char *key; /* [JOURNAL_KEY] journal_key of the same journal; NULL: `ask` */
    journal_ask *ask;         /* NULL: there is nobody to ask. It is called later too, before
                                 another journal's texts are read (a backup's) */
    void *context;            /* of `ask` */
};

/* ERROR_NOT_FOUND (no such profile, no model file), ERROR_DENIED (it is encrypted, and its key was
 * not to be had), and what model_open and db_open return. */
enum error journal_open(const struct journal_options *options, struct journal **out) MUST_CHECK;
void journal_close(struct journal *journal); /* NULL is safe */

const char *journal_profile(const struct journal *journal); /* "alex" */
const char *journal_path(const struct journal *journal);    /* the database's file */
/* What another journal of this process opens the same profile with; NULL: it is not encrypted.
 * Lives as long as the journal. */
const unsigned char *journal_key(const struct journal *journal);
/* For labels and its id. Lives until another one is taken into use: by journal_refresh, and by what
 * refreshes (journal_write, journal_edit, journal_sync). */
const struct model *journal_model(const struct journal *journal);
size_t journal_rating_count(const struct journal *journal); /* that the guesses rest on */
/* Worth telling, or NULL; lives until messages are next deleted or edited. */
const char *journal_notice(const struct journal *journal);

/* How long calls wait for other programs that write, from now on (30 seconds else), ms: a face that
 * somebody types into would rather tell ERROR_BUSY. */
void journal_set_patience(struct journal *journal, int milliseconds);

/* Takes in what other programs have changed since (ratings: the personal layer is recomputed; the
 * profile's model: it is taken into use). `*changed`: whether anything was. Cheap when nothing was.
 */
enum error journal_refresh(struct journal *journal, bool *changed) MUST_CHECK;

/* ---- guessing ---- */

/* Guesses; stores nothing; cannot fail. `why` (may be NULL) is borrowed until the next guess. */
void journal_guess(struct journal *journal, const char *text, size_t length,
                   struct prediction *prediction, struct why *why);

/* For guesses of many messages on up to `threads` threads (0: as many as there are processors).
 * Until it is freed the journal is only read from. ERROR_NO_MEMORY. */
enum error journal_batch(struct journal *journal, int threads, struct batch **out) MUST_CHECK;

/* ---- messages: the caller clears every entry that it is given (entry_clear) ---- */

/* Guesses and saves a message, dated now; when it returns ERROR_NONE the message is on the disk.
 * Invalid UTF-8 and NUL are stored as U+FFFD. ERROR_INVALID: nothing but blanks. ERROR_TOO_LARGE:
 * over TEXT_MAX bytes. `draft`: the draft that became the message, which is removed in the same
 * act; 0: none. */
enum error journal_write(struct journal *journal, const char *text, size_t length, int64_t draft,
                         struct entry *out) MUST_CHECK;

/* A part of a text that is not the caller's alone. */
struct passage {
    const char *text;
    size_t length;
};

/* The same for several, in one act, in which the draft that they are taken from becomes `rest` (id
 * 0: there is none; empty: it is removed). Those that are nothing but blanks are left out;
 * `*count`: how many were not. `last`: the last of them; id 0: all were. */
enum error journal_write_all(struct journal *journal, const struct passage *passages, size_t *count,
                             const struct draft *rest, struct entry *last) MUST_CHECK;

enum error journal_get(struct journal *journal, int64_t id, struct entry *out) MUST_CHECK;

/* Changes a message's text and guesses anew. The emotion that the user has given it stays true: the
 * rating is restated against the new guess (right if they agree now, else wrong with that label);
 * a bare "wrong" stays only where the guess is the same. */
enum error journal_edit(struct journal *journal, int64_t id, const char *text, size_t length,
                        struct entry *out) MUST_CHECK;

/* All or none; their bytes too. ERROR_NOT_FOUND names the first id that is not there. */
enum error journal_forget(struct journal *journal, const int64_t *ids, size_t count) MUST_CHECK;
enum error journal_forget_all(struct journal *journal, size_t *count) MUST_CHECK;

/* ---- ratings: the next guess has learnt from it ---- */

/* `label`: what it is instead (VERDICT_WRONG), or NULL. A label equal to the guess rates it right.
 * ERROR_INVALID: a label that the model does not know (the sentence lists those it knows), or
 * "right" where the guess was "can't tell". ERROR_NOT_FOUND: no such message. */
enum error journal_rate(struct journal *journal, int64_t id, enum verdict verdict,
                        const char *label) MUST_CHECK;

/* `*id`: the message whose rating was taken back / brought back. ERROR_NOT_FOUND: nothing to. */
enum error journal_undo(struct journal *journal, int64_t *id) MUST_CHECK;
enum error journal_redo(struct journal *journal, int64_t *id) MUST_CHECK;

/* Ratings of several messages that are one act. */
struct rating_act {
    size_t count;   /* of them */
    size_t skipped; /* messages that were passed over: "right" where there is no guess */
    int64_t first;  /* what journal_turn_act knows them by */
};

/* Rates each of the messages as journal_rate does, all or none. */
enum error journal_rate_all(struct journal *journal, const int64_t *ids, size_t count,
                            enum verdict verdict, const char *label,
                            struct rating_act *out) MUST_CHECK;

/* Takes all ratings of the act back, or brings them back (`undo` false). ERROR_NOT_FOUND: something
 * else was rated since; then journal_undo and journal_redo go on rating by rating. */
enum error journal_turn_act(struct journal *journal, const struct rating_act *act,
                            bool undo) MUST_CHECK;

/* ---- the history; `filter` is a filter line (db/filter.h), NULL or "" for everything ---- */

typedef enum error journal_visit(void *context, const struct entry *entry);

/* ERROR_INVALID: the filter was not understood, or names an emotion that neither the model nor the
 * history knows. */
enum error journal_each(struct journal *journal, const char *filter, bool newest_first,
                        size_t limit, journal_visit *visit, void *context) MUST_CHECK;

/* `*ids` is malloc'ed, the caller frees it. ERROR_CANCELLED: the search was abandoned. */
enum error journal_find(struct journal *journal, const char *filter, const struct search *search,
                        int64_t **ids, size_t *count) MUST_CHECK;

/* What a filter can name. Each of the arrays is malloc'ed. */
struct filter_names {
    char **emotions; /* [emotion_count]: the model's, then others of the history */
    size_t emotion_count;
    char (*months)[8]; /* [month_count]: "2026-11", those with messages, newest first */
    size_t month_count;
};
enum error journal_filter_names(struct journal *journal, struct filter_names *out) MUST_CHECK;
void filter_names_free(struct filter_names *names); /* safe on zeroed structs */

/* How many messages there are, without a filter. */
enum error journal_count(struct journal *journal, size_t *count) MUST_CHECK;

/* Every message and every rating without the texts (db/mood.h). */
enum error journal_each_mood(struct journal *journal, mood_visit *message,
                             mood_rating_visit *rating, void *context) MUST_CHECK;

/* ---- drafts: what stands in a text box of the terminal UI ---- */

/* Keeps it as the draft *id: 0 is a new one, which is given its number then; one that is gone is
 * made anew. An empty text removes it, its bytes too, and *id becomes 0. */
enum error journal_draft_save(struct journal *journal, int64_t *id, const char *text,
                              size_t length) MUST_CHECK;

/* The one that was saved last comes first. The caller frees them: drafts_free. */
enum error journal_draft_list(struct journal *journal, struct draft **out,
                              size_t *count) MUST_CHECK;

/* Saves drafts of a journal beside it, from another thread: it has a connection of its own and
 * nothing else, and does not wait for the disk, so that a draft can be saved with every word. What
 * it has saved outlives the program, however it ends; a power cut may take the last moments. */
struct draft_keeper;

/* Of a journal with JOURNAL_WRITE, in the journal's thread; then it belongs to one thread at a time
 * and needs the journal no more. What db_open returns. */
enum error draft_keeper_open(const struct journal *journal, struct draft_keeper **out) MUST_CHECK;
void draft_keeper_close(struct draft_keeper *keeper); /* NULL is safe */

/* As journal_draft_save. `message`: the message whose new text it is, as long as that is there; 0:
 * none. */
enum error draft_keeper_save(struct draft_keeper *keeper, int64_t *id, int64_t message,
                             const char *text, size_t length) MUST_CHECK;

/* `durable` false: what is done through this journal no longer waits for the disk. It outlives the
 * program, however it ends, and is safe from a power cut when draft_keeper_sync has returned. */
enum error journal_set_durable(struct journal *journal, bool durable) MUST_CHECK;

/* How many calls through this journal have changed something; drafts do not count. */
uint64_t journal_acts(const struct journal *journal);

/* All that was done through the journal is on the disk. ERROR_IO: it may be lost. */
enum error draft_keeper_sync(struct draft_keeper *keeper) MUST_CHECK;

/* Overwrites what was deleted meanwhile. `*notice`: why that could not be done yet, or NULL; lives
 * until the next call. */
enum error draft_keeper_tidy(struct draft_keeper *keeper, const char **notice) MUST_CHECK;

/* As journal_set_patience. */
void draft_keeper_set_patience(struct draft_keeper *keeper, int milliseconds);

#endif
