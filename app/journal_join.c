#include "app/sync_parts.h"

#include "app/describe.h"
#include "base/clock.h"
#include "base/file.h"
#include "classifier/model_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { AUTHORITY_MAX = 1024 * 1024 /* bytes of a PEM file */ };

struct sync_offer {
    struct sync_terms terms;
    bool vocabulary;  /* another one is accepted */
    struct task task; /* as it will be joined */
};

const struct sync_terms *sync_offer_terms(const struct sync_offer *offer)
{
    return &offer->terms;
}

void sync_offer_free(struct sync_offer *offer)
{
    if (!offer)
        return;
    task_clear(&offer->task);
    free(offer);
}

/* ---- what is asked, and of whom ---- */

/* `known`: the server as it is joined; all zero where none is. */
static enum error check_known(struct journal *journal, const char *url, struct task *known)
{
    enum error error = task_load(journal, known);

    if (error == ERROR_NOT_FOUND)
        return ERROR_NONE;
    if (!error && strcmp(known->membership.url, url) != 0)
        error = error_raise(ERROR_EXISTS,
                            "this profile has joined '%s'; one server at a time: `emotrack leave` "
                            "leaves it",
                            known->membership.url);
    return error;
}

static enum error read_authority(const char *path, char **out)
{
    struct buffer pem;
    enum error error;

    if (!path)
        return ERROR_NONE;
    buffer_init(&pem, AUTHORITY_MAX);
    error = file_read(path, &pem);
    if (!error &&
        (!pem.length || strlen(pem.data) != pem.length || !strstr(pem.data, "-----BEGIN")))
        error = error_raise(ERROR_INVALID,
                            "'%s' is not a certificate in PEM form; ask the operator for the "
                            "server's ca.pem",
                            path);
    if (error)
        buffer_free(&pem);
    *out = pem.data;
    return error;
}

/* ---- the server's key ---- */

static enum error raise_other_key(const struct envelope *envelope, const char *url)
{
    char fingerprint[FINGERPRINT_MAX];

    key_fingerprint(envelope_key(envelope), fingerprint);
    return error_raise(ERROR_DENIED,
                       "the key of '%s' is %s, not the one that was named: do not join before its "
                       "operator says which is right",
                       url, fingerprint);
}

/* The server's key that was named; NULL: it has none such. */
static const unsigned char *find_key(const struct envelope *envelope, const char *named)
{
    if (!named)
        return envelope_key(envelope);
    if (key_matches(envelope->first, named))
        return envelope->first;
    for (size_t i = 0; i < envelope->successions; i++)
        if (key_matches(envelope->succession[i].key, named))
            return envelope->succession[i].key;
    return NULL;
}

/* The manifest, if it is signed by the key that was named, and by the one that was joined. */
static enum error open_offered(const struct task *known, const char *named, struct task *task)
{
    const struct envelope *envelope = &task->envelope;
    const unsigned char *key = find_key(envelope, named);
    enum error error;

    if (!key)
        return raise_other_key(envelope, task->membership.url);
    error = envelope_open(envelope, key, &task->manifest);
    if (error || !known->membership.url)
        return error;
    error = envelope_open(envelope, known->membership.key, &task->manifest);
    return error ? error : manifest_check_follows(&known->manifest, &task->manifest);
}

/* ---- the vocabulary ---- */

static enum error name_foreign(const struct model *own, const struct model *offered,
                               struct buffer *words, size_t *count)
{
    const struct model_parts *parts = model_parts(offered);
    enum error error = ERROR_NONE;

    for (uint32_t i = 0; i < parts->vocabulary.count && !error; i++) {
        const char *feature = parts->strings + parts->offsets[i];

        if (vocabulary_find(&model_parts(own)->vocabulary, parts->vocabulary.hashes[i]) !=
            VOCABULARY_NONE)
            continue;
        if (++*count > 1 && !error)
            error = buffer_append_text(words, ", ");
        if (!error)
            error = describe_feature(feature, words);
    }
    return error;
}

/* Of the first that fit: they are the most frequent, which can be voted on. */
static enum error list_foreign(const struct model *own, const struct model *offered,
                               struct sync_terms *terms)
{
    struct buffer words;
    enum error error;

    buffer_init(&words, MODEL_FILE_MAX);
    error = name_foreign(own, offered, &words, &terms->foreign);
    if (!error && words.length < sizeof terms->words) {
        snprintf(terms->words, sizeof terms->words, "%s", words.data ? words.data : "");
    } else if (!error) {
        words.data[sizeof terms->words - sizeof ", ..."] = '\0';
        *strrchr(words.data, ',') = '\0';
        snprintf(terms->words, sizeof terms->words, "%s, ...", words.data);
    }
    buffer_free(&words);
    return error;
}

/* The model is fetched for this alone: it has no place yet. */
static enum error look_at_model(struct journal *journal, struct client *client,
                                struct sync_offer *offer)
{
    struct model *model = NULL;
    struct buffer part;
    enum error error = model_fetch(journal, &offer->task.manifest, client, &model);

    if (!error)
        error = list_foreign(journal->model, model, &offer->terms);
    model_close(model);
    if (!file_of(journal, PROFILE_PART, &part))
        unlink(part.data);
    buffer_free(&part);
    return error;
}

static enum error look_at_vocabulary(struct journal *journal, const struct join_options *options,
                                     struct client *client, struct sync_offer *offer)
{
    int lock = -1;
    enum error error;

    if (offer->terms.own_vocabulary)
        return ERROR_NONE;
    error = sync_lock(journal, options->cancel, &lock);
    if (!error)
        error = look_at_model(journal, client, offer);
    sync_unlock(lock);
    return error;
}

/* ---- the offer ---- */

static enum error write_texts(struct task *task)
{
    struct buffer pins, envelope;
    enum error error;

    buffer_init(&pins, MANIFEST_MAX);
    buffer_init(&envelope, ENVELOPE_MAX);
    pins_of(&task->manifest, &task->pins);
    error = pins_write(&task->pins, &pins);
    task->membership.pins = pins.data;
    if (!error)
        error = envelope_write(&task->envelope, &envelope);
    task->membership.envelope = envelope.data;
    return error;
}

static enum error ask(struct journal *journal, const struct join_options *options,
                      const struct task *known, struct sync_offer *offer)
{
    const struct client_options wishes = {.cancel = options->cancel};
    struct task *task = &offer->task;
    struct client *client = NULL;
    enum error error = client_of(task, &wishes, &client);

    if (!error)
        error = client_manifest(client, &task->envelope);
    if (!error)
        error = open_offered(known, options->key, task);
    if (!error)
        error = terms_fill(journal, task->membership.url, envelope_key(&task->envelope),
                           &task->manifest, &offer->terms);
    if (!error)
        error = look_at_vocabulary(journal, options, client, offer);
    client_free(client);
    return error;
}

static enum error prepare(const struct join_options *options, const char *url,
                          const struct task *known, struct sync_offer *offer)
{
    struct membership *membership = &offer->task.membership;
    const char *authority = known->membership.authority;

    offer->vocabulary = options->vocabulary;
    membership->url = strdup(url);
    if (!membership->url)
        return error_raise_plain(ERROR_NO_MEMORY);
    if (options->authority || !authority)
        return read_authority(options->authority, &membership->authority);
    membership->authority = strdup(authority);
    return membership->authority ? ERROR_NONE : error_raise_plain(ERROR_NO_MEMORY);
}

static void seal(struct membership *membership, const struct task *task)
{
    memcpy(membership->key, envelope_key(&task->envelope), sizeof membership->key);
    membership->sequence = task->manifest.sequence;
    membership->joined = membership->contacted = clock_wall();
}

enum error journal_offer_fetch(struct journal *journal, const struct join_options *options,
                               struct sync_offer **out)
{
    struct sync_offer *offer = calloc(1, sizeof *offer);
    struct task known = {0};
    char url[CLIENT_URL_MAX];
    enum error error = offer ? ERROR_NONE : error_raise_plain(ERROR_NO_MEMORY);

    *out = NULL;
    if (!error)
        error = client_url(options->url, url);
    if (!error)
        error = random_ready();
    if (!error)
        error = check_known(journal, url, &known);
    if (!error)
        error = prepare(options, url, &known, offer);
    if (!error)
        error = ask(journal, options, &known, offer);
    if (!error)
        error = write_texts(&offer->task);
    task_clear(&known);
    if (error) {
        sync_offer_free(offer);
        return error;
    }
    seal(&offer->task.membership, &offer->task);
    *out = offer;
    return ERROR_NONE;
}

enum error journal_join(struct journal *journal, const struct sync_offer *offer)
{
    if (!offer->terms.own_vocabulary && !offer->vocabulary)
        return error_raise(ERROR_DENIED,
                           "the server's vocabulary is not that of the model that you use, and it "
                           "was not accepted (--accept-vocabulary); nothing was joined");
    return db_membership_set(journal->db, &offer->task.membership);
}
