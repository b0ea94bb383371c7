#include "app/tui/keeper.h"

#include "app/tui/claim.h"
#include "app/tui/thread.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    PAUSE = 40,       /* ms between two savings of drafts */
    RETRY = 100,      /* ms until what failed is tried again */
    PATIENCE = 50,    /* ms that the saving of a draft waits for other programs at a time */
    QUIET = 500,      /* ms without anything to do, until the journal is tidied */
    TIDY_EVERY = 500, /* savings after which the journal's WAL is folded in */
    DRAFT_LIMIT = 1024 * 1024,
};

struct kept {
    struct kept *next;
    int64_t id;         /* 0: it has none yet; else it is claimed */
    int64_t message;    /* whose new text it is; 0: none */
    struct buffer text; /* to be saved */
    bool unsaved;
    bool saving; /* the thread is at it, with a copy */
};

struct keeper {
    struct journal *journal;
    struct draft_keeper *drafts, *disk; /* each belongs to its thread */
    int claims;
    pthread_t scribe, settler;
    bool scribe_runs, settler_runs;
    pthread_mutex_t lock; /* over all below */
    pthread_cond_t changed;
    struct kept *first;
    struct buffer copy; /* of the text that is being saved; the scribe's alone */
    uint64_t asked;     /* acts that are to be durable */
    size_t saved;       /* drafts, since the journal was tidied */
    bool untidy;
    int64_t touched;      /* when something was last put or done (milliseconds) */
    bool ending, closing; /* the scribe's work ends, the settler's */
    bool given_up;        /* the scribe could not save all */
    bool hurry;           /* somebody waits for a draft */
    struct keeper_news news;
};

/* ---- waiting ---- */

/* Until something changes, or so many milliseconds have passed; with the lock. */
static void await(struct keeper *keeper, int milliseconds)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    until.tv_sec += milliseconds / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&keeper->changed, &keeper->lock, &until);
}

/* A rest between two savings. */
static void rest(struct keeper *keeper, int milliseconds)
{
    int64_t now = clock_milliseconds(), until = now + milliseconds;

    for (; now < until && !keeper->ending && !keeper->hurry; now = clock_milliseconds())
        await(keeper, (int)(until - now));
}

static void wake(struct keeper *keeper)
{
    pthread_cond_broadcast(&keeper->changed);
}

/* ---- the scribe: saves drafts ---- */

/* The one that was taken in hand first: what was typed last is saved last. */
static struct kept *find_unsaved(struct keeper *keeper)
{
    struct kept *found = NULL;

    for (struct kept *kept = keeper->first; kept; kept = kept->next) {
        if (kept->unsaved)
            found = kept;
    }
    return found;
}

/* A draft that has a number is claimed under it; one that has none any more is not. */
static void claim_anew(struct keeper *keeper, struct kept *kept, int64_t id)
{
    if (kept->id == id)
        return;
    if (kept->id)
        claim_drop(keeper->claims, kept->id);
    /* Where another window was quicker, it is theirs now, and this one goes on in a new one. */
    kept->id = id && claim_take(keeper->claims, id) ? id : 0;
}

static void note_saving(struct keeper *keeper, enum error error)
{
    struct keeper_news *news = &keeper->news;

    news->busy = error == ERROR_BUSY;
    if (error && error != ERROR_BUSY && error != news->draft) {
        news->draft = error;
        snprintf(news->draft_sentence, sizeof news->draft_sentence, "%s", error_sentence());
    }
    if (!error)
        news->draft = ERROR_NONE;
}

/* Saves one draft; with the lock, which it lets go meanwhile. */
static enum error save(struct keeper *keeper, struct kept *kept)
{
    int64_t id = kept->id;
    bool emptied = id && kept->text.length == 0;
    enum error error;

    buffer_clear(&keeper->copy);
    error = buffer_append(&keeper->copy, kept->text.data, kept->text.length);
    kept->unsaved = false;
    kept->saving = true;
    keeper->hurry = false;
    pthread_mutex_unlock(&keeper->lock);
    if (!error)
        error = draft_keeper_save(keeper->drafts, &id, kept->message,
                                  keeper->copy.data ? keeper->copy.data : "", keeper->copy.length);
    pthread_mutex_lock(&keeper->lock);
    kept->saving = false;
    kept->unsaved = kept->unsaved || error;
    if (!error)
        claim_anew(keeper, kept, id);
    note_saving(keeper, error);
    keeper->untidy = keeper->untidy || (!error && emptied) || ++keeper->saved >= TIDY_EVERY;
    wake(keeper);
    return error;
}

static void *write_drafts(void *context)
{
    struct keeper *keeper = context;
    int64_t deadline = 0;

    pthread_mutex_lock(&keeper->lock);
    while (!keeper->ending || find_unsaved(keeper)) {
        struct kept *kept = find_unsaved(keeper);
        enum error error = kept ? save(keeper, kept) : ERROR_NONE;

        if (keeper->ending && !deadline)
            deadline = clock_milliseconds() + KEEPER_PATIENCE;
        if (error && keeper->ending && (error != ERROR_BUSY || clock_milliseconds() >= deadline)) {
            keeper->given_up = true;
            break;
        }
        if (keeper->ending && error)
            await(keeper, RETRY);
        else if (kept)
            rest(keeper, error ? RETRY : PAUSE);
        else if (!keeper->ending)
            await(keeper, 1000);
    }
    pthread_mutex_unlock(&keeper->lock);
    return NULL;
}

/* ---- the settler: makes acts durable ---- */

static void note_disk(struct keeper *keeper, enum error error)
{
    if (error) {
        keeper->news.disk = error;
        snprintf(keeper->news.disk_sentence, sizeof keeper->news.disk_sentence, "%s",
                 error_sentence());
    }
}

/* With the lock, which it lets go meanwhile. */
static void settle(struct keeper *keeper)
{
    uint64_t asked = keeper->asked;
    enum error error;

    pthread_mutex_unlock(&keeper->lock);
    error = draft_keeper_sync(keeper->disk);
    pthread_mutex_lock(&keeper->lock);
    note_disk(keeper, error);
    keeper->untidy = true;
    /* What failed is not asked for again: a disk that has lost it would say that all is well. */
    if (error)
        keeper->asked = keeper->asked == asked ? keeper->news.durable : keeper->asked;
    else
        keeper->news.durable = asked;
    wake(keeper);
}

static void tidy(struct keeper *keeper)
{
    const char *notice = NULL;
    enum error error;

    keeper->untidy = false;
    keeper->saved = 0;
    pthread_mutex_unlock(&keeper->lock);
    error = draft_keeper_tidy(keeper->disk, &notice);
    pthread_mutex_lock(&keeper->lock);
    if (notice)
        snprintf(keeper->news.notice, sizeof keeper->news.notice, "%s", notice);
    (void)error; /* the next act, or the next start, tidies again */
}

/* How long until the journal is tidied, which may keep others from writing for a while (ms): not
 * while somebody is at it. */
static int until_tidy(const struct keeper *keeper)
{
    int64_t rested = clock_milliseconds() - keeper->touched;

    if (keeper->closing || keeper->saved >= TIDY_EVERY || rested >= QUIET)
        return 0;
    return (int)(QUIET - rested);
}

static void *settle_acts(void *context)
{
    struct keeper *keeper = context;

    pthread_mutex_lock(&keeper->lock);
    while (!keeper->closing || keeper->asked > keeper->news.durable || keeper->untidy) {
        if (keeper->asked > keeper->news.durable)
            settle(keeper);
        else if (keeper->untidy && until_tidy(keeper) == 0)
            tidy(keeper);
        else
            await(keeper, keeper->untidy ? until_tidy(keeper) : 1000);
    }
    pthread_mutex_unlock(&keeper->lock);
    return NULL;
}

/* ---- on the screens' side ---- */

static enum error start(struct keeper *keeper)
{
    enum error error = claims_open(journal_profile(keeper->journal), &keeper->claims);

    if (!error)
        error = draft_keeper_open(keeper->journal, &keeper->drafts);
    if (!error)
        error = draft_keeper_open(keeper->journal, &keeper->disk);
    if (!error)
        error = journal_set_durable(keeper->journal, false);
    if (error)
        return error;
    draft_keeper_set_patience(keeper->drafts, PATIENCE);
    error = thread_start(&keeper->scribe, write_drafts, keeper);
    keeper->scribe_runs = !error;
    if (!error)
        error = thread_start(&keeper->settler, settle_acts, keeper);
    keeper->settler_runs = keeper->scribe_runs && !error;
    return error;
}

enum error keeper_new(struct journal *journal, struct keeper **out)
{
    struct keeper *keeper = calloc(1, sizeof *keeper);
    pthread_condattr_t clock;
    enum error error;

    *out = keeper;
    if (!keeper)
        return error_raise_plain(ERROR_NO_MEMORY);
    keeper->journal = journal;
    keeper->claims = -1;
    keeper->asked = keeper->news.durable = journal_acts(journal);
    keeper->untidy = true; /* the first act after a start shall not wait for the disk either */
    buffer_init(&keeper->copy, DRAFT_LIMIT);
    pthread_mutex_init(&keeper->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&keeper->changed, &clock);
    pthread_condattr_destroy(&clock);
    error = start(keeper);
    if (error) {
        (void)!keeper_end(keeper);
        *out = NULL;
    }
    return error;
}

/* Ends a thread's work, which it finishes. */
static void join(struct keeper *keeper, bool *end, pthread_t thread, bool runs)
{
    pthread_mutex_lock(&keeper->lock);
    *end = true;
    wake(keeper);
    pthread_mutex_unlock(&keeper->lock);
    if (runs)
        pthread_join(thread, NULL);
}

static enum error outcome(const struct keeper *keeper)
{
    if (!keeper->given_up)
        return ERROR_NONE;
    if (keeper->news.busy)
        return error_raise(ERROR_BUSY, "another program is using the journal and did not finish in "
                                       "time: the draft is not kept as it was last");
    return error_raise(keeper->news.draft, "%s", keeper->news.draft_sentence);
}

enum error keeper_end(struct keeper *keeper)
{
    enum error error;

    if (!keeper)
        return ERROR_NONE;
    join(keeper, &keeper->ending, keeper->scribe, keeper->scribe_runs);
    join(keeper, &keeper->closing, keeper->settler, keeper->settler_runs);
    while (keeper->first)
        keeper_close(keeper, keeper->first);
    draft_keeper_close(keeper->drafts);
    draft_keeper_close(keeper->disk);
    if (keeper->claims >= 0)
        close(keeper->claims);
    error = journal_set_durable(keeper->journal, true);
    if (!error)
        error = outcome(keeper);
    buffer_free(&keeper->copy);
    pthread_cond_destroy(&keeper->changed);
    pthread_mutex_destroy(&keeper->lock);
    free(keeper);
    return error;
}

static struct kept *find(struct keeper *keeper, int64_t id)
{
    struct kept *kept = keeper->first;

    while (kept && kept->id != id)
        kept = kept->next;
    return kept;
}

bool keeper_free(struct keeper *keeper, int64_t id)
{
    bool is_free;

    pthread_mutex_lock(&keeper->lock);
    is_free = find(keeper, id) != NULL;
    if (!is_free && claim_take(keeper->claims, id)) {
        claim_drop(keeper->claims, id);
        is_free = true;
    }
    pthread_mutex_unlock(&keeper->lock);
    return is_free;
}

enum error keeper_open(struct keeper *keeper, int64_t id, int64_t message, struct kept **out)
{
    struct kept *kept = calloc(1, sizeof *kept);

    *out = NULL;
    if (!kept)
        return error_raise_plain(ERROR_NO_MEMORY);
    kept->id = id;
    kept->message = message;
    if (id && !claim_take(keeper->claims, id)) {
        free(kept);
        return error_raise(ERROR_BUSY, "another window of EmoTrack has this draft");
    }
    buffer_init(&kept->text, DRAFT_LIMIT);
    pthread_mutex_lock(&keeper->lock);
    kept->next = keeper->first;
    keeper->first = kept;
    pthread_mutex_unlock(&keeper->lock);
    *out = kept;
    return ERROR_NONE;
}

enum error keeper_put(struct keeper *keeper, struct kept *kept, const char *text, size_t length)
{
    enum error error;

    pthread_mutex_lock(&keeper->lock);
    buffer_clear(&kept->text);
    error = buffer_append(&kept->text, text, length);
    kept->unsaved = kept->unsaved || !error;
    keeper->touched = clock_milliseconds();
    wake(keeper);
    pthread_mutex_unlock(&keeper->lock);
    return error;
}

/* Waits until the scribe is not at this draft, nor about to be; with the lock. */
static enum error settle_draft(struct keeper *keeper, const struct kept *kept, bool saved)
{
    int64_t deadline = clock_milliseconds() + KEEPER_MOMENT, now;

    while (kept->saving || (saved && kept->unsaved)) {
        now = clock_milliseconds();
        if (now >= deadline)
            return error_raise(ERROR_BUSY, "another program is using the journal");
        await(keeper, (int)(deadline - now));
    }
    return ERROR_NONE;
}

enum error keeper_flush(struct keeper *keeper, struct kept *kept, int64_t *id)
{
    enum error error;

    pthread_mutex_lock(&keeper->lock);
    keeper->hurry = true;
    wake(keeper);
    error = settle_draft(keeper, kept, true);
    *id = kept->id;
    pthread_mutex_unlock(&keeper->lock);
    return error;
}

enum error keeper_stop(struct keeper *keeper, struct kept *kept, int64_t *id)
{
    enum error error;

    pthread_mutex_lock(&keeper->lock);
    error = settle_draft(keeper, kept, false);
    if (!error)
        kept->unsaved = false;
    *id = kept->id;
    pthread_mutex_unlock(&keeper->lock);
    return error;
}

static void unlink_kept(struct keeper *keeper, const struct kept *kept)
{
    struct kept **at = &keeper->first;

    while (*at != kept)
        at = &(*at)->next;
    *at = kept->next;
}

void keeper_close(struct keeper *keeper, struct kept *kept)
{
    if (!kept)
        return;
    pthread_mutex_lock(&keeper->lock);
    while (kept->saving)
        await(keeper, 1000);
    unlink_kept(keeper, kept);
    if (kept->id)
        claim_drop(keeper->claims, kept->id);
    pthread_mutex_unlock(&keeper->lock);
    buffer_free(&kept->text);
    free(kept);
}

void keeper_settle(struct keeper *keeper)
{
    uint64_t acts = journal_acts(keeper->journal);

    pthread_mutex_lock(&keeper->lock);
    if (acts > keeper->asked) {
        keeper->asked = acts;
        keeper->touched = clock_milliseconds();
        wake(keeper);
    }
    pthread_mutex_unlock(&keeper->lock);
}

void keeper_look(struct keeper *keeper, struct keeper_news *out)
{
    struct keeper_news *news = &keeper->news;

    pthread_mutex_lock(&keeper->lock);
    *out = *news;
    out->waiting = keeper->asked > news->durable || find_unsaved(keeper) != NULL;
    news->disk = ERROR_NONE;
    news->notice[0] = '\0';
    pthread_mutex_unlock(&keeper->lock);
}
