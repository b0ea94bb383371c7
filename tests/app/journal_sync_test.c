#include "app/journal_sync.h"

#include "app/assets.h"
#include "app/journal_care.h"
#include "app/profile.h"
#include "classifier/model_parts.h"
#include "sync/client.h"
#include "sync/random.h"
#include "tests/allocation.h"
#include "tests/db/scratch.h"

#include <limits.h>
#include <math.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* Syncing against a server that stands in this file in place of sync/client: what it answers, and
 * where the program is killed, is the test's to say. Its memory is shared with forked processes. */

#define URL "https://server.example"

enum { REPORTS_MAX = 64, MODELS = 4, RATINGS = 24 };

enum call { CALL_NEW, CALL_MANIFEST, CALL_MODEL, CALL_REPORT, CALLS };

struct stored {
    unsigned char id[REPORT_ID_BYTES];
    uint64_t round;
    size_t length;
    unsigned char body[REPORT_MAX];
};

struct server {
    struct manifest manifest;
    struct key_pair key[2];
    int signer;                  /* the key that signs; 1: with a succession */
    bool forged;                 /* signed by nobody */
    struct buffer model[MODELS]; /* by version; [0] is none */
    enum error error[CALLS];     /* that the call returns */
    enum client_answer answer;
    int retry_after;
    bool loses_answers; /* a report is stored, and the line is cut */
    int calls[CALLS];
    int kill_at; /* the process is killed at so many steps; 0: never */
    atomic_bool *cancel_at[CALLS];
    bool deleted_at[CALLS]; /* the profile, by another process */
    struct stored stored[REPORTS_MAX];
    size_t count;
    int took; /* PUT requests */
};

static struct server *server;
static char shipped[4200];

/* ---- in place of app/assets ---- */

enum error assets_model_path(struct buffer *out)
{
    return buffer_append_text(out, shipped);
}

/* ---- in place of sync/client ---- */

struct client {
    int unused;
};

/* A step of the conversation at which a process may end. */
static void may_die(void)
{
    if (server->kill_at > 0 && --server->kill_at == 0)
        raise(SIGKILL);
}

/* EmoTrack's own deletion leaves a journal alone that is in use; other programs may not. */
static void delete_files(void)
{
    struct buffer path;

    assert_error(profile_delete(PROFILE_DEFAULT), ERROR_BUSY);
    buffer_init(&path, PATH_MAX);
    assert_ok(profile_path(PROFILE_DEFAULT, &path));
    assert_ok(profile_sweep(PROFILE_DEFAULT));
    assert_ok(db_destroy(path.data));
    buffer_free(&path);
}

static enum error called(enum call call)
{
    may_die();
    server->calls[call]++;
    if (server->cancel_at[call])
        atomic_store(server->cancel_at[call], true);
    if (server->deleted_at[call])
        delete_files();
    if (server->error[call])
        return error_raise(server->error[call], "the server fails");
    return ERROR_NONE;
}

enum error client_url(const char *url, char *out)
{
    if (strncmp(url, "https://", 8) != 0)
        return error_raise(ERROR_INVALID, "no address");
    snprintf(out, CLIENT_URL_MAX, "%s", url);
    return ERROR_NONE;
}

enum error client_ready(void)
{
    return ERROR_NONE;
}

enum error client_new(const struct client_options *options, struct client **out)
{
    enum error error = called(CALL_NEW);

    (void)options;
    *out = error ? NULL : calloc(1, sizeof **out);
    return error || *out ? error : error_raise_plain(ERROR_NO_MEMORY);
}

void client_free(struct client *client)
{
    free(client);
}

static void sign(struct envelope *envelope)
{
    const struct key_pair *first = &server->key[0], *second = &server->key[1];

    memcpy(envelope->first, first->public, KEY_BYTES);
    if (server->signer > 0) {
        envelope->successions = 1;
        memcpy(envelope->succession[0].key, second->public, KEY_BYTES);
        assert_ok(key_sign(first, "emotrack key 1", second->public, KEY_BYTES,
                           envelope->succession[0].signature));
    }
    assert_ok(envelope_sign(envelope, &server->key[server->signer]));
    if (server->forged)
        envelope->signature[5] ^= 1;
}

enum error client_manifest(struct client *client, struct envelope *out)
{
    enum error error = called(CALL_MANIFEST);

    (void)client;
    *out = (struct envelope){0};
    buffer_init(&out->manifest, MANIFEST_MAX);
    if (!error)
        error = manifest_write(&server->manifest, &out->manifest);
    if (!error)
        sign(out);
    may_die();
    return error;
}

/* Goes on where a part ends, as the real one does. */
enum error client_model(struct client *client, uint32_t version, uint64_t size,
                        const unsigned char hash[HASH_BYTES], const char *path)
{
    const struct buffer *model = &server->model[version < MODELS ? version : 0];
    unsigned char own[HASH_BYTES];
    struct buffer bytes;
    enum error error = called(CALL_MODEL);
    bool fits;

    (void)client;
    buffer_init(&bytes, MODEL_FILE_MAX);
    if (!error && access(path, F_OK) == 0)
        error = file_read(path, &bytes);
    if (!error && bytes.length < size && bytes.length < model->length)
        error = buffer_append(&bytes, model->data + bytes.length, model->length - bytes.length);
    if (!error)
        error = file_replace(path, bytes.data, bytes.length / 2);
    may_die();
    if (!error)
        error = file_replace(path, bytes.data, bytes.length);
    may_die();
    if (!error)
        hash_bytes(bytes.data, bytes.length, own);
    fits = !error && bytes.length == size && memcmp(own, hash, HASH_BYTES) == 0;
    buffer_free(&bytes);
    if (error || fits)
        return error;
    unlink(path);
    return error_raise(ERROR_DENIED, "the model is not what was signed");
}

static void store(uint64_t round, const unsigned char *id, const void *bytes, size_t length)
{
    struct stored *stored;

    for (size_t i = 0; i < server->count; i++)
        if (memcmp(server->stored[i].id, id, REPORT_ID_BYTES) == 0) {
            assert_memory_equal(server->stored[i].body, bytes, length);
            return;
        }
    assert_true(server->count < REPORTS_MAX);
    stored = &server->stored[server->count++];
    memcpy(stored->id, id, REPORT_ID_BYTES);
    memcpy(stored->body, bytes, length);
    stored->length = length;
    stored->round = round;
}

enum error client_report(struct client *client, uint64_t round,
                         const unsigned char id[REPORT_ID_BYTES], const void *bytes, size_t length,
                         struct client_reply *reply)
{
    enum error error = called(CALL_REPORT);

    (void)client;
    if (error)
        return error;
    *reply = (struct client_reply){.answer = server->answer,
                                   .status = 418,
                                   .reason = "because",
                                   .retry_after = server->retry_after};
    if (server->answer == CLIENT_STORED)
        store(round, id, bytes, length);
    server->took++;
    may_die();
    if (server->loses_answers)
        return error_raise(ERROR_UNREACHABLE, "the line was cut");
    return ERROR_NONE;
}

int client_retry_after(const struct client *client)
{
    (void)client;
    return 0;
}

int64_t client_backoff(uint32_t tries, int retry_after)
{
    return retry_after > 0 ? retry_after : 100 * (int64_t)tries;
}

/* ---- a home, a server, a user ---- */

static struct model *shipped_model(void)
{
    struct model *model = NULL;

    assert_ok(model_open(shipped, &model));
    return model;
}

/* A model that says that it is of this version, and of messages the same as the shipped one, or
 * always the same emotion. */
static void make_model_as(int slot, uint32_t version, bool dull)
{
    struct model *model = shipped_model();
    struct model_parts parts = *model_parts(model);
    size_t count = (size_t)parts.vocabulary.count * parts.stride;
    float *zeros = calloc(count, sizeof *zeros), bias[LABELS_MAX] = {0};
    int last = (int)parts.labels - 1;

    parts.version = version;
    if (dull) {
        bias[last] = 5;
        parts.weights = zeros;
        parts.bias = bias;
    }
    buffer_free(&server->model[slot]);
    buffer_init(&server->model[slot], MODEL_FILE_MAX);
    assert_ok(model_parts_write(&parts, &server->model[slot]));
    free(zeros);
    model_close(model);
}

static void make_model(uint32_t version, bool dull)
{
    make_model_as((int)version, version, dull);
}

/* The server's next manifest: the model of this version is the base. */
static void publish(uint32_t version)
{
    const struct buffer *bytes = &server->model[version];

    server->manifest.sequence++;
    server->manifest.model_version = version;
    server->manifest.model_size = bytes->length;
    hash_bytes(bytes->data, bytes->length, server->manifest.model_hash);
}

static void next_round(void)
{
    server->manifest.sequence++;
    server->manifest.round++;
}

static void start_server(void)
{
    struct model *model = shipped_model();
    struct manifest *manifest = &server->manifest;

    *manifest = (struct manifest){
        .sequence = 1,
        .round = 1,
        .open = true,
        .labels = (uint32_t)model_label_count(model),
        .block = 1000,
        .votes = 16,
        .noise = 4,
        .minimum = 2,
        .contributions = 4,
        .participation = 1,
        .training = {.passes = 5, .rate = 0.3, .unit = 0.05},
        .created = 1790000000,
        .expires = 4000000000,
    };
    for (uint32_t i = 0; i < manifest->labels; i++)
        snprintf(manifest->label[i], sizeof manifest->label[i], "%s",
                 model_label(model, (int)i)->name);
    assert_ok(manifest_vocabulary_hash(model, manifest->vocabulary_hash));
    model_close(model);
    key_make(&server->key[0]);
    key_make(&server->key[1]);
    buffer_init(&server->model[1], MODEL_FILE_MAX);
    assert_ok(file_read(shipped, &server->model[1]));
    publish(1);
}

static int enter(void **state)
{
    char folder[4200];

    if (scratch_enter(state) != 0)
        return -1;
    snprintf(shipped, sizeof shipped, "%s/assets/emotions.model", scratch_before);
    snprintf(folder, sizeof folder, "%s/data", scratch_folder);
    setenv("XDG_DATA_HOME", folder, 1);
    unsetenv("EMOTRACK_PROFILE");
    unsetenv("EMOTRACK_MODEL");
    server = mmap(NULL, sizeof *server, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, 0, 0);
    if (server == MAP_FAILED || random_ready())
        return -1;
    start_server();
    return 0;
}

static int leave_home(void **state)
{
    for (int i = 0; i < MODELS; i++)
        buffer_free(&server->model[i]);
    munmap(server, sizeof *server);
    return scratch_leave(state);
}

#define sync_test(test) cmocka_unit_test_setup_teardown(test, enter, leave_home)

static struct journal *open_journal(void)
{
    const struct journal_options options = {.access = JOURNAL_WRITE};
    struct journal *journal = NULL;

    assert_ok(journal_open(&options, &journal));
    return journal;
}

static void rate_messages(struct journal *journal, int count)
{
    static const char *const words[] = {"what a lovely day", "I love this", "I am angry",
                                        "this makes me so angry"};
    struct entry entry;

    for (int i = 0; i < count; i++) {
        const char *text = words[i % 4];

        assert_ok(journal_write(journal, text, strlen(text), 0, &entry));
        assert_ok(journal_rate(journal, entry.id, VERDICT_WRONG, i % 4 < 2 ? "joy" : "anger"));
        entry_clear(&entry);
    }
}

static enum error join_as(struct journal *journal, const char *url, const char *key)
{
    const struct join_options options = {.url = url, .key = key};
    struct sync_offer *offer = NULL;
    enum error error = journal_offer_fetch(journal, &options, &offer);

    if (!error)
        error = journal_join(journal, offer);
    sync_offer_free(offer);
    return error;
}

/* The file of a journal with RATINGS ratings, made once: rating waits for the disk each time. */
static struct buffer rated_file;

static struct journal *open_rated(void)
{
    static const char path[] = "data/emotrack/default.db";
    struct journal *journal;

    if (rated_file.length > 0) {
        mkdir("data", 0700);
        mkdir("data/emotrack", 0700);
        assert_ok(file_replace(path, rated_file.data, rated_file.length));
        return open_journal();
    }
    journal = open_journal();
    rate_messages(journal, RATINGS);
    journal_close(journal);
    buffer_init(&rated_file, MODEL_FILE_MAX);
    assert_ok(file_read(path, &rated_file));
    return open_journal();
}

/* A journal with ratings, of a user who has joined. */
static struct journal *open_joined(int ratings)
{
    struct journal *journal = ratings == RATINGS ? open_rated() : open_journal();

    if (ratings != RATINGS)
        rate_messages(journal, ratings);
    assert_ok(join_as(journal, URL, NULL));
    return journal;
}

static enum error sync_as(struct journal *journal, struct sync_options options,
                          struct sync_result *result)
{
    return journal_sync(journal, &options, result);
}

static struct sync_result sync_well(struct journal *journal)
{
    struct sync_result result;

    assert_ok(sync_as(journal, (struct sync_options){.now = true}, &result));
    return result;
}

static struct sync_state state_of(struct journal *journal)
{
    struct sync_state state;

    assert_ok(journal_sync_state(journal, &state));
    return state;
}

static enum error take_state(void *context, const struct sync_upload *upload)
{
    snprintf(context, 16, "%s", upload->state);
    return ERROR_CANCELLED;
}

static void assert_upload(struct journal *journal, const char *expected)
{
    char state[16] = "none";

    assert_error(journal_each_upload(journal, take_state, state), ERROR_CANCELLED);
    assert_string_equal(state, expected);
}

static bool is_there(const char *file)
{
    char path[4300];

    snprintf(path, sizeof path, "data/emotrack/%s", file);
    return access(path, F_OK) == 0;
}

/* ---- joining ---- */

static void nobody_is_contacted_before_joining(void **state)
{
    struct journal *journal = open_journal();
    struct sync_preview preview;
    struct sync_result result;
    size_t queued;

    (void)state;
    rate_messages(journal, RATINGS);
    assert_error(sync_as(journal, (struct sync_options){.now = true}, &result), ERROR_NOT_FOUND);
    assert_error(journal_sync_preview(journal, &preview), ERROR_NOT_FOUND);
    assert_error(journal_leave(journal), ERROR_NOT_FOUND);
    assert_ok(journal_queued(journal, &queued));
    assert_int_equal(queued, 0);
    assert_false(state_of(journal).joined);
    assert_int_equal(state_of(journal).fresh, RATINGS);
    assert_int_equal(server->calls[CALL_NEW], 0);
    journal_close(journal);
}

static void joining_shows_the_terms_and_keeps_them(void **state)
{
    const struct join_options options = {.url = URL};
    struct journal *journal = open_journal();
    const struct sync_terms *terms;
    struct sync_offer *offer;

    (void)state;
    assert_ok(journal_offer_fetch(journal, &options, &offer));
    terms = sync_offer_terms(offer);
    assert_string_equal(terms->url, URL);
    assert_int_equal(strlen(terms->key), 64);
    assert_int_equal(terms->votes, 16);
    assert_int_equal(terms->contributions, 4);
    assert_true(terms->own_vocabulary);
    assert_true(fabs(terms->epsilon_all - 2.42) < 0.005);
    assert_true(terms->epsilon_each < terms->epsilon_all);
    assert_false(state_of(journal).joined);
    assert_ok(journal_join(journal, offer));
    assert_true(state_of(journal).joined);
    assert_string_equal(state_of(journal).terms.key, terms->key);
    sync_offer_free(offer);
    assert_ok(join_as(journal, URL, NULL));
    assert_error(join_as(journal, "https://other.example", NULL), ERROR_EXISTS);
    assert_ok(journal_leave(journal));
    assert_ok(join_as(journal, "https://other.example", NULL));
    journal_close(journal);
}

static void no_noise_is_no_bound(void **state)
{
    struct journal *journal = open_journal();

    (void)state;
    server->manifest.noise = 0;
    assert_ok(join_as(journal, URL, NULL));
    assert_true(isinf(state_of(journal).terms.epsilon_each));
    assert_true(state_of(journal).epsilon == 0);
    journal_close(journal);
}

static void join_with_key(struct journal *journal, int which, enum error expected)
{
    char hex[2 * KEY_BYTES + 1], fingerprint[FINGERPRINT_MAX];

    hex_write(server->key[which].public, KEY_BYTES, hex);
    key_fingerprint(server->key[which].public, fingerprint);
    assert_error(join_as(journal, URL, hex), expected);
    assert_error(join_as(journal, URL, fingerprint), expected);
}

static void the_key_that_was_named_must_be_the_servers(void **state)
{
    struct journal *journal = open_journal();

    (void)state;
    join_with_key(journal, 1, ERROR_DENIED);
    assert_error(join_as(journal, URL, "1234"), ERROR_DENIED);
    assert_error(join_as(journal, URL, ""), ERROR_DENIED);
    assert_false(state_of(journal).joined);
    server->signer = 1;
    join_with_key(journal, 0, ERROR_NONE);
    join_with_key(journal, 1, ERROR_NONE);
    journal_close(journal);
}

static void offer_forged(void)
{
    server->forged = true;
}

static void offer_split(void)
{
    server->manifest.mode = MODE_SPLIT;
}

static void offer_other_vocabulary(void)
{
    server->manifest.vocabulary_hash[0] ^= 1;
}

static void offer_failing(void)
{
    server->error[CALL_MANIFEST] = ERROR_UNREACHABLE;
}

static const struct {
    void (*make)(void);
    enum error error;
} offers[] = {
    {offer_forged, ERROR_DENIED},
    {offer_split, ERROR_INVALID},           /* not known yet */
    {offer_other_vocabulary, ERROR_DENIED}, /* and its model is not of that vocabulary either */
    {offer_failing, ERROR_UNREACHABLE},
};

static void a_bad_offer_joins_nothing(void **state)
{
    struct journal *journal = open_journal();

    (void)state;
    for (size_t i = 0; i < sizeof offers / sizeof *offers; i++) {
        struct server before = *server;

        enum error error;

        offers[i].make();
        error = join_as(journal, URL, NULL);
        if (error != offers[i].error)
            fail_msg("%zu: %d %s", i, (int)error, error_sentence());
        assert_false(state_of(journal).joined);
        *server = before;
    }
    assert_error(join_as(journal, "http://server.example", NULL), ERROR_INVALID);
    assert_false(is_there("default.model.part"));
    journal_close(journal);
}

static void a_certificate_must_be_one(void **state)
{
    struct join_options options = {.url = URL, .authority = "ca.pem"};
    struct journal *journal = open_journal();
    struct sync_offer *offer;

    (void)state;
    assert_error(journal_offer_fetch(journal, &options, &offer), ERROR_NOT_FOUND);
    assert_ok(file_replace("ca.pem", "not", 3));
    assert_error(journal_offer_fetch(journal, &options, &offer), ERROR_INVALID);
    assert_ok(file_replace("ca.pem", "-----BEGIN\0", 11));
    assert_error(journal_offer_fetch(journal, &options, &offer), ERROR_INVALID);
    assert_int_equal(server->calls[CALL_NEW], 0);
    assert_ok(file_replace("ca.pem", "-----BEGIN", 10));
    assert_ok(journal_offer_fetch(journal, &options, &offer));
    sync_offer_free(offer);
    journal_close(journal);
}

/* ---- contributing ---- */

static void what_is_previewed_is_sent(void **state)
{
    struct journal *journal = open_joined(RATINGS);
    struct sync_preview preview, again;
    struct sync_result result;

    (void)state;
    assert_ok(journal_sync_preview(journal, &preview));
    assert_ok(journal_sync_preview(journal, &again));
    assert_null(preview.reason);
    assert_false(preview.frozen);
    assert_int_equal(preview.spent, 0);
    assert_int_equal(preview.cap, 4);
    assert_true(preview.epsilon_now == 0 && preview.epsilon_after > 0);
    assert_true(preview.count > 0 && preview.count <= 16);
    assert_int_equal(preview.bytes.length, report_length(16));
    assert_memory_equal(preview.bytes.data, again.bytes.data, preview.bytes.length);
    result = sync_well(journal);
    assert_int_equal(result.status, SYNC_SENT);
    assert_int_equal(result.votes, preview.count);
    assert_int_equal(result.queued, 0);
    assert_true(fabs(result.epsilon - preview.epsilon_after) < 1e-9);
    assert_int_equal(server->count, 1);
    assert_int_equal(server->stored[0].length, preview.bytes.length);
    assert_memory_equal(server->stored[0].body, preview.bytes.data, preview.bytes.length);
    assert_upload(journal, "sent");
    assert_int_equal(sync_well(journal).status, SYNC_NOTHING_NEW);
    sync_preview_clear(&preview);
    sync_preview_clear(&again);
    journal_close(journal);
}

/* The texts are the same: encrypting them changes nothing of what is sent. */
static void an_encrypted_journal_sends_the_same(void **state)
{
    static const struct passphrase passphrase = {.bytes = "q7w3", .length = 4};
    static const struct journal_watch watch = {0};
    struct journal *journal = open_joined(RATINGS), *other;
    struct journal_options options = {.access = JOURNAL_WRITE};
    struct sync_preview before, after;

    (void)state;
    assert_ok(journal_sync_preview(journal, &before));
    assert_ok(journal_encrypt(journal, &passphrase, false, &watch));
    assert_error(journal_open(&options, &other), ERROR_DENIED);
    options.key = journal_key(journal);
    assert_ok(journal_open(&options, &other));
    assert_ok(journal_sync_preview(other, &after));
    assert_int_equal(after.bytes.length, before.bytes.length);
    assert_memory_equal(after.bytes.data, before.bytes.data, before.bytes.length);
    assert_int_equal(sync_well(other).status, SYNC_SENT);
    assert_memory_equal(server->stored[0].body, before.bytes.data, before.bytes.length);
    sync_preview_clear(&before);
    sync_preview_clear(&after);
    journal_close(other);
    journal_close(journal);
}

static void other_ratings_draw_other_votes(void **state)
{
    struct journal *journal = open_joined(RATINGS);
    struct sync_preview preview, again;
    int64_t id;

    (void)state;
    assert_ok(journal_sync_preview(journal, &preview));
    assert_ok(journal_undo(journal, &id));
    assert_ok(journal_sync_preview(journal, &again));
    assert_memory_not_equal(preview.bytes.data, again.bytes.data, preview.bytes.length);
    sync_preview_clear(&preview);
    sync_preview_clear(&again);
    journal_close(journal);
}

/* What stands against a contribution, one thing after the other. */

static void round_closed(void)
{
    server->manifest.open = false;
    server->manifest.sequence++;
}

static void nobody_drawn(void)
{
    server->manifest.participation = 0;
    server->manifest.sequence++;
}

static void all_is_well(void)
{
}

static const struct {
    void (*make)(void);
    int ratings;
    bool now;
    enum sync_status status;
} obstacles[] = {
    {all_is_well, RATINGS, false, SYNC_SENT},     {all_is_well, 20, false, SYNC_SENT},
    {all_is_well, 19, false, SYNC_WAITING},       {all_is_well, 1, true, SYNC_SENT},
    {all_is_well, 0, true, SYNC_NOTHING_NEW},     {all_is_well, 0, false, SYNC_NOTHING_NEW},
    {round_closed, RATINGS, true, SYNC_WAITING},  {nobody_drawn, RATINGS, true, SYNC_WAITING},
    {round_closed, RATINGS, false, SYNC_WAITING},
};

static void a_contribution_waits_for_its_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof obstacles / sizeof *obstacles; i++) {
        struct journal *journal = open_joined(obstacles[i].ratings);
        struct server before = *server;
        struct sync_result result;

        obstacles[i].make();
        assert_ok(sync_as(journal, (struct sync_options){.now = obstacles[i].now}, &result));
        if (result.status != obstacles[i].status)
            fail_msg("%zu: %s: %s", i, sync_status_names[result.status], result.note);
        assert_true(result.note[0]);
        assert_int_equal(server->count, result.status == SYNC_SENT);
        journal_close(journal);
        assert_ok(profile_delete("default"));
        *server = before;
    }
}

static void a_round_has_one_contribution(void **state)
{
    struct journal *journal = open_joined(RATINGS);

    (void)state;
    assert_int_equal(sync_well(journal).status, SYNC_SENT);
    rate_messages(journal, RATINGS);
    assert_int_equal(sync_well(journal).status, SYNC_WAITING);
    server->signer = 1; /* a new key makes no new round */
    server->manifest.sequence++;
    assert_int_equal(sync_well(journal).status, SYNC_WAITING);
    next_round();
    assert_int_equal(sync_well(journal).status, SYNC_SENT);
    assert_int_equal(server->count, 2);
    assert_int_equal(server->stored[1].round, 2);
    journal_close(journal);
}

static void the_cap_holds_and_models_still_come(void **state)
{
    struct journal *journal = open_joined(RATINGS);

    (void)state;
    make_model(2, false);
    server->manifest.contributions = 2;
    for (int i = 0; i < 2; i++) {
        next_round();
        rate_messages(journal, 1);
        assert_int_equal(sync_well(journal).status, SYNC_SENT);
    }
    rate_messages(journal, 1);
    next_round();
    assert_int_equal(sync_well(journal).status, SYNC_CAPPED);
    assert_ok(journal_leave(journal));
    assert_ok(join_as(journal, URL, NULL));
    assert_int_equal(sync_well(journal).status, SYNC_CAPPED);
    publish(2);
    assert_int_equal(sync_well(journal).status, SYNC_UPDATED);
    assert_int_equal(model_version(journal_model(journal)), 2);
    assert_int_equal(state_of(journal).spent, 2);
    assert_int_equal(server->count, 2);
    journal_close(journal);
}

/* ---- a server that fails ---- */

static const struct {
    enum client_answer answer;
    enum error error; /* of the call */
    enum error expected;
    enum sync_status status;
    const char *state;
} answers[] = {
    {CLIENT_STORED, ERROR_NONE, ERROR_NONE, SYNC_SENT, "sent"},
    {CLIENT_CLOSED, ERROR_NONE, ERROR_NONE, SYNC_WAITING, "closed"},
    {CLIENT_REFUSED, ERROR_NONE, ERROR_NONE, SYNC_WAITING, "refused"},
    {CLIENT_LATER, ERROR_NONE, ERROR_UNREACHABLE, SYNC_QUEUED, "waiting"},
    {CLIENT_STORED, ERROR_UNREACHABLE, ERROR_UNREACHABLE, SYNC_QUEUED, "waiting"},
    {CLIENT_STORED, ERROR_DENIED, ERROR_DENIED, SYNC_QUEUED, "waiting"},
    {CLIENT_STORED, ERROR_INVALID, ERROR_INVALID, SYNC_QUEUED, "waiting"},
    {CLIENT_STORED, ERROR_CANCELLED, ERROR_CANCELLED, SYNC_QUEUED, "waiting"},
};

static void every_answer_is_taken_as_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        bool waits = strcmp(answers[i].state, "waiting") == 0;
        struct journal *journal = open_joined(RATINGS);
        struct sync_result result;

        server->answer = answers[i].answer;
        server->error[CALL_REPORT] = answers[i].error;
        assert_error(sync_as(journal, (struct sync_options){0}, &result), answers[i].expected);
        assert_int_equal(result.status, answers[i].status);
        assert_upload(journal, answers[i].state);
        assert_int_equal(result.queued, waits);
        assert_int_equal(state_of(journal).queued, waits);
        assert_int_equal(state_of(journal).spent, 1);
        assert_int_equal(result.retry_at > 0, answers[i].expected == ERROR_UNREACHABLE);
        assert_int_equal(state_of(journal).failure[0] != '\0',
                         waits && answers[i].expected != ERROR_CANCELLED);
        server->answer = CLIENT_STORED;
        server->error[CALL_REPORT] = ERROR_NONE;
        server->count = 0;
        assert_int_equal(sync_well(journal).status, waits                        ? SYNC_SENT
                                                    : result.status == SYNC_SENT ? SYNC_NOTHING_NEW
                                                                                 : SYNC_WAITING);
        assert_int_equal(server->count, waits);
        assert_string_equal(state_of(journal).failure, "");
        assert_int_equal(state_of(journal).retry_at, 0);
        journal_close(journal);
        assert_ok(profile_delete("default"));
    }
}

/* When to try unasked is kept; whoever asks is not kept waiting. */
static void a_retry_has_its_time(void **state)
{
    struct journal *journal = open_joined(RATINGS);
    struct sync_result result;
    int64_t first;

    (void)state;
    server->answer = CLIENT_LATER;
    server->retry_after = 7000;
    assert_error(sync_as(journal, (struct sync_options){0}, &result), ERROR_UNREACHABLE);
    assert_non_null(strstr(error_sentence(), "your data is safe here"));
    first = state_of(journal).retry_at;
    assert_int_equal(first, result.retry_at);
    server->retry_after = 9000;
    assert_error(sync_as(journal, (struct sync_options){0}, &result), ERROR_UNREACHABLE);
    assert_true(state_of(journal).retry_at > first);
    server->answer = CLIENT_STORED;
    assert_ok(sync_as(journal, (struct sync_options){0}, &result));
    assert_int_equal(result.status, SYNC_SENT);
    assert_int_equal(state_of(journal).retry_at, 0);
    journal_close(journal);
}

/* The answer is lost: the same bytes again, counted once. */
static void a_lost_answer_counts_once(void **state)
{
    struct journal *journal = open_joined(RATINGS);
    struct sync_result result;

    (void)state;
    server->loses_answers = true;
    for (int i = 0; i < 3; i++)
        assert_error(sync_as(journal, (struct sync_options){.now = true}, &result),
                     ERROR_UNREACHABLE);
    server->loses_answers = false;
    assert_int_equal(sync_well(journal).status, SYNC_SENT);
    assert_int_equal(server->took, 4);
    assert_int_equal(server->count, 1);
    journal_close(journal);
}

static void a_frozen_report_is_shown_as_it_is(void **state)
{
    struct journal *journal = open_joined(RATINGS);
    struct sync_preview before, after;
    struct sync_result result;

    (void)state;
    assert_ok(journal_sync_preview(journal, &before));
    server->error[CALL_REPORT] = ERROR_UNREACHABLE;
    assert_error(sync_as(journal, (struct sync_options){0}, &result), ERROR_UNREACHABLE);
    rate_messages(journal, 3);
    assert_ok(journal_sync_preview(journal, &after));
    assert_true(after.frozen);
    assert_int_equal(after.count, before.count);
    assert_memory_equal(after.bytes.data, before.bytes.data, before.bytes.length);
    for (size_t i = 0; i < after.count; i++) {
        assert_string_equal(after.votes[i].feature, before.votes[i].feature);
        assert_string_equal(after.votes[i].label, before.votes[i].label);
    }
    sync_preview_clear(&before);
    sync_preview_clear(&after);
    journal_close(journal);
}

static void a_deleted_message_takes_the_report_along(void **state)
{
    struct journal *journal = open_joined(RATINGS);
    struct sync_result result;
    const int64_t id = 3;

    (void)state;
    server->error[CALL_REPORT] = ERROR_UNREACHABLE;
    assert_error(sync_as(journal, (struct sync_options){0}, &result), ERROR_UNREACHABLE);
    assert_ok(journal_forget(journal, &id, 1));
    assert_upload(journal, "withdrawn");
    server->error[CALL_REPORT] = ERROR_NONE;
    assert_int_equal(sync_well(journal).status, SYNC_WAITING);
    assert_int_equal(server->count, 0);
    assert_int_equal(state_of(journal).spent, 1);
    journal_close(journal);
}

/* ---- a server that is not to be trusted: each changes what was accepted ---- */

static void attack_forged(void)
{
    server->manifest.sequence++;
    server->forged = true;
}

static void attack_other_key(void)
{
    server->manifest.sequence++;
    key_make(&server->key[0]);
}

static void attack_older(void)
{
    server->manifest.sequence--;
}

static void attack_same_number(void)
{
    server->manifest.expires++;
}

static void attack_older_round(void)
{
    server->manifest.sequence++;
    server->manifest.round--;
}

static void attack_older_model(void)
{
    publish(1);
}

static void attack_other_model(void)
{
    server->manifest.sequence++;
    server->manifest.model_hash[0] ^= 1;
}

static void attack_less_noise(void)
{
    server->manifest.sequence++;
    server->manifest.noise = 3.5;
}

static void attack_more_votes(void)
{
    server->manifest.sequence++;
    server->manifest.votes++;
}

static void attack_more_contributions(void)
{
    server->manifest.sequence++;
    server->manifest.contributions++;
}

static void attack_smaller_minimum(void)
{
    server->manifest.sequence++;
    server->manifest.minimum--;
}

static void attack_vocabulary(void)
{
    server->manifest.sequence++;
    server->manifest.vocabulary_hash[3] ^= 1;
}

static void attack_labels(void)
{
    server->manifest.sequence++;
    snprintf(server->manifest.label[0], sizeof server->manifest.label[0], "zeal");
}

static void attack_mode(void)
{
    server->manifest.sequence++;
    server->manifest.mode = MODE_SPLIT;
}

/* Signed, and yet not a model of that version. */
static void attack_wrong_version(void)
{
    make_model_as(3, 7, false);
    publish(3);
}

static void attack_no_model(void)
{
    buffer_clear(&server->model[3]);
    assert_ok(buffer_append_text(&server->model[3], "this is no model"));
    publish(3);
}

static void attack_other_bytes(void)
{
    make_model(3, false);
    publish(3);
    server->model[3].data[5000] ^= 1;
}

static const struct {
    const char *name;
    void (*make)(void);
    enum error error;
} attacks[] = {
    {"forged", attack_forged, ERROR_DENIED},
    {"another key", attack_other_key, ERROR_DENIED},
    {"an older manifest", attack_older, ERROR_DENIED},
    {"another manifest of the same number", attack_same_number, ERROR_DENIED},
    {"an older round", attack_older_round, ERROR_DENIED},
    {"an older model", attack_older_model, ERROR_DENIED},
    {"another model of the same version", attack_other_model, ERROR_DENIED},
    {"less noise", attack_less_noise, ERROR_DENIED},
    {"more votes", attack_more_votes, ERROR_DENIED},
    {"more contributions", attack_more_contributions, ERROR_DENIED},
    {"a smaller minimum", attack_smaller_minimum, ERROR_DENIED},
    {"another vocabulary", attack_vocabulary, ERROR_DENIED},
    {"other labels", attack_labels, ERROR_DENIED},
    {"another mode", attack_mode, ERROR_INVALID},
    {"a model that says another version", attack_wrong_version, ERROR_DENIED},
    {"no model at all", attack_no_model, ERROR_DENIED},
    {"a model with other bytes", attack_other_bytes, ERROR_DENIED},
};

static void attacks_are_refused_and_change_nothing(void **state)
{
    struct journal *journal = open_joined(RATINGS);

    (void)state;
    make_model(2, false);
    server->manifest.round = 5;
    publish(2);
    assert_int_equal(sync_well(journal).status, SYNC_SENT);
    rate_messages(journal, RATINGS);
    buffer_init(&server->model[3], MODEL_FILE_MAX);
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        struct sync_result result;
        struct server before = *server;
        enum error error;

        attacks[i].make();
        error = sync_as(journal, (struct sync_options){.now = true}, &result);
        if (error != attacks[i].error)
            fail_msg("%s: %d %s", attacks[i].name, (int)error, result.note);
        assert_int_equal(server->count, 1);
        assert_int_equal(state_of(journal).spent, 1);
        assert_int_equal(model_version(journal_model(journal)), 2);
        assert_false(is_there("default.model.part"));
        assert_string_not_equal(state_of(journal).failure, "");
        before.model[3] = server->model[3];
        *server = before;
    }
    journal_close(journal);
}

/* ---- models ---- */

static void a_new_model_is_taken_into_use(void **state)
{
    struct journal *journal = open_joined(RATINGS), *other = open_journal();
    struct sync_result result;
    struct prediction prediction;
    bool changed;

    (void)state;
    make_model(2, false);
    publish(2);
    result = sync_well(journal);
    assert_int_equal(result.status, SYNC_SENT);
    assert_true(result.updated);
    assert_int_equal(result.model_version, 2);
    assert_int_equal(model_version(journal_model(journal)), 2);
    assert_int_equal(journal_rating_count(journal), RATINGS);
    assert_true(is_there("default.model") && !is_there("default.model.part"));
    assert_int_equal(model_version(journal_model(other)), 1);
    assert_ok(journal_refresh(other, &changed));
    assert_true(changed);
    assert_int_equal(model_version(journal_model(other)), 2);
    assert_int_equal(journal_rating_count(other), RATINGS);
    journal_guess(other, "I love this", 11, &prediction, NULL);
    assert_string_equal(model_label(journal_model(other), prediction.label)->name, "joy");
    assert_ok(journal_refresh(other, &changed));
    assert_false(changed);
    journal_close(other);
    assert_int_equal(sync_well(journal).status, SYNC_NOTHING_NEW);
    assert_int_equal(server->calls[CALL_MODEL], 1);
    journal_close(journal);
}

/* The server's first model may be another than the shipped one, and no newer. */
static void the_servers_lineage_is_its_own(void **state)
{
    struct journal *journal = open_joined(0);

    (void)state;
    make_model(1, true);
    publish(1);
    assert_ok(journal_leave(journal));
    assert_ok(join_as(journal, URL, NULL));
    assert_int_equal(sync_well(journal).status, SYNC_UPDATED);
    assert_true(is_there("default.model"));
    journal_close(journal);
}

static void a_much_worse_model_waits_beside(void **state)
{
    struct journal *journal = open_joined(RATINGS);
    struct sync_result result;

    (void)state;
    rate_messages(journal, RATINGS);
    make_model(2, true);
    publish(2);
    result = sync_well(journal);
    assert_int_equal(result.status, SYNC_SENT); /* the round's base it is all the same */
    assert_false(result.updated);
    assert_int_equal(result.model_version, 1);
    assert_non_null(strstr(result.note, "beside"));
    assert_true(is_there("default.model.beside") && !is_there("default.model"));
    assert_true(state_of(journal).model_beside);
    assert_false(sync_well(journal).updated);
    assert_int_equal(server->calls[CALL_MODEL], 1);
    assert_ok(sync_as(journal, (struct sync_options){.use_model = true}, &result));
    assert_int_equal(result.status, SYNC_UPDATED);
    assert_int_equal(model_version(journal_model(journal)), 2);
    assert_false(is_there("default.model.beside"));
    assert_int_equal(server->calls[CALL_MODEL], 1);
    journal_close(journal);
}

static void a_better_model_takes_the_place_of_one_beside(void **state)
{
    struct journal *journal = open_joined(RATINGS);

    (void)state;
    make_model(2, true);
    make_model(3, false);
    publish(2);
    assert_false(sync_well(journal).updated);
    publish(3);
    assert_true(sync_well(journal).updated);
    assert_int_equal(model_version(journal_model(journal)), 3);
    assert_false(is_there("default.model.beside"));
    journal_close(journal);
}

static void few_ratings_judge_no_model(void **state)
{
    struct journal *journal = open_joined(9);

    (void)state;
    make_model(2, true);
    publish(2);
    assert_true(sync_well(journal).updated);
    journal_close(journal);
}

static void a_damaged_model_is_told_and_fetched_again(void **state)
{
    struct journal *journal = open_joined(RATINGS);

    (void)state;
    make_model(2, false);
    publish(2);
    assert_true(sync_well(journal).updated);
    assert_null(journal_notice(journal));
    journal_close(journal);
    assert_ok(file_replace("data/emotrack/default.model", "damaged", 7));
    journal = open_journal();
    assert_int_equal(model_version(journal_model(journal)), 1);
    assert_non_null(journal_notice(journal));
    assert_true(sync_well(journal).updated);
    assert_int_equal(model_version(journal_model(journal)), 2);
    assert_null(journal_notice(journal));
    journal_close(journal);
}

static void a_part_of_another_model_is_begun_anew(void **state)
{
    struct journal *journal = open_joined(RATINGS);

    (void)state;
    make_model(2, false);
    publish(2);
    assert_ok(file_replace("data/emotrack/default.model.part", "of another model", 16));
    assert_true(sync_well(journal).updated);
    assert_int_equal(server->calls[CALL_MODEL], 2);
    journal_close(journal);
}

static void a_named_model_stays_in_use(void **state)
{
    struct journal_options options = {.access = JOURNAL_WRITE, .model = shipped};
    struct journal *journal = open_joined(RATINGS);

    (void)state;
    journal_close(journal);
    make_model(2, false);
    publish(2);
    assert_ok(journal_open(&options, &journal));
    assert_false(sync_well(journal).updated);
    assert_int_equal(model_version(journal_model(journal)), 1);
    assert_true(is_there("default.model"));
    journal_close(journal);
    journal = open_journal();
    assert_int_equal(model_version(journal_model(journal)), 2);
    journal_close(journal);
}

static void a_profile_takes_its_model_along(void **state)
{
    struct journal *journal = open_joined(RATINGS);

    (void)state;
    make_model(2, false);
    publish(2);
    assert_true(sync_well(journal).updated);
    journal_close(journal);
    assert_ok(profile_rename("default", "ann"));
    assert_true(is_there("ann.model") && !is_there("default.model"));
    assert_ok(profile_delete("ann"));
    assert_false(is_there("ann.model") || is_there("ann.sync") || is_there("default.sync"));
}

/* ---- cancelled, tried, killed ---- */

static void a_deleted_profile_leaves_no_model(void **state)
{
    (void)state;
    for (int call = 0; call < CALLS; call++) {
        struct journal *journal;
        struct sync_result result;

        if (call > 0)
            enter(state);
        make_model(2, false);
        publish(2);
        journal = open_joined(RATINGS);
        server->deleted_at[call] = true;
        assert_int_not_equal(sync_as(journal, (struct sync_options){.now = true}, &result),
                             ERROR_NONE);
        server->deleted_at[call] = false;
        assert_false(is_there("default.db"));
        assert_false(is_there("default.model"));
        assert_false(is_there("default.model.part"));
        assert_false(is_there("default.sync"));
        journal_close(journal);
        if (call < CALLS - 1)
            leave_home(state);
    }
}

static void a_sync_can_be_cancelled_anywhere(void **state)
{
    (void)state;
    make_model(2, false);
    publish(2);
    for (int call = CALL_NEW; call < CALLS; call++) {
        struct journal *journal = open_joined(RATINGS);
        atomic_bool cancel = false;
        struct sync_result result;
        enum error error;

        server->count = 0;
        server->cancel_at[call] = &cancel;
        error = sync_as(journal, (struct sync_options){.now = true, .cancel = &cancel}, &result);
        server->cancel_at[call] = NULL;
        assert_error(error, call == CALL_REPORT ? ERROR_NONE : ERROR_CANCELLED);
        assert_string_equal(state_of(journal).failure, "");
        sync_well(journal);
        assert_int_equal(server->count, 1);
        assert_int_equal(state_of(journal).spent, 1);
        assert_int_equal(model_version(journal_model(journal)), 2);
        journal_close(journal);
        assert_ok(profile_delete("default"));
    }
}

static void a_dry_run_changes_nothing(void **state)
{
    struct journal *journal = open_joined(RATINGS);
    struct sync_state before = state_of(journal), after;
    struct sync_result result;

    (void)state;
    make_model(2, false);
    assert_ok(sync_as(journal, (struct sync_options){.dry_run = true}, &result));
    assert_int_equal(result.status, SYNC_WAITING);
    assert_true(result.votes > 0);
    publish(2);
    next_round();
    assert_ok(sync_as(journal, (struct sync_options){.dry_run = true}, &result));
    assert_int_equal(result.status, SYNC_UPDATED);
    assert_int_equal(result.model_version, 1);
    server->forged = true;
    assert_error(sync_as(journal, (struct sync_options){.dry_run = true}, &result), ERROR_DENIED);
    after = state_of(journal);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(server->took, 0);
    assert_int_equal(server->calls[CALL_MODEL], 0);
    assert_false(is_there("default.sync"));
    journal_close(journal);
}

/* A process of its own, which syncs once. */
static pid_t sync_apart(void)
{
    pid_t child = fork();

    if (child == 0) {
        const struct journal_options options = {.access = JOURNAL_WRITE};
        const struct sync_options now = {.now = true};
        struct sync_result result;
        struct journal *journal;

        if (journal_open(&options, &journal) || journal_sync(journal, &now, &result))
            _exit(1);
        _exit(0);
    }
    assert_true(child > 0);
    return child;
}

/* Killed at every step in turn: nothing is lost, nothing counts twice. */
static void a_killed_sync_is_gone_on_with(void **state)
{
    int status = 0;

    (void)state;
    make_model(2, false);
    publish(2);
    for (int step = 1; !WIFEXITED(status) || step == 1; step++) {
        struct journal *journal = open_joined(RATINGS);

        journal_close(journal);
        server->count = 0;
        server->kill_at = step;
        assert_true(waitpid(sync_apart(), &status, 0) > 0);
        assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
        server->kill_at = 0;
        journal = open_journal();
        sync_well(journal);
        assert_int_equal(server->count, 1);
        assert_int_equal(state_of(journal).spent, 1);
        assert_int_equal(state_of(journal).queued, 0);
        assert_upload(journal, "sent");
        assert_int_equal(model_version(journal_model(journal)), 2);
        assert_false(is_there("default.model.part"));
        journal_close(journal);
        assert_ok(profile_delete("default"));
    }
}

static void many_at_once_spend_once(void **state)
{
    enum { PROCESSES = 6 };
    struct journal *journal = open_joined(RATINGS);

    (void)state;
    make_model(2, false);
    publish(2);
    for (int i = 0; i < PROCESSES; i++)
        sync_apart();
    for (int i = 0; i < PROCESSES; i++) {
        int status;

        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    assert_int_equal(server->count, 1);
    assert_int_equal(state_of(journal).spent, 1);
    assert_int_equal(state_of(journal).queued, 0);
    journal_close(journal);
}

enum { SPARSE_FROM = 100, SPARSE = 17 };

static void too_little_memory_spends_nothing_twice(void **state)
{
    struct journal *journal = open_joined(RATINGS);
    struct sync_result result;

    (void)state;
    make_model(2, false);
    publish(2);
    for (int n = 1;; n += n < SPARSE_FROM ? 1 : SPARSE) {
        enum error error;

        allocation_fail_at(n);
        error = sync_as(journal, (struct sync_options){.now = true}, &result);
        if (!allocation_failed()) {
            assert_ok(error);
            break;
        }
        assert_true(error == ERROR_NONE || error == ERROR_NO_MEMORY);
    }
    assert_int_equal(server->count, 1);
    assert_int_equal(state_of(journal).spent, 1);
    assert_int_equal(state_of(journal).queued, 0);
    assert_int_equal(model_version(journal_model(journal)), 2);
    journal_close(journal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        sync_test(nobody_is_contacted_before_joining),
        sync_test(joining_shows_the_terms_and_keeps_them),
        sync_test(no_noise_is_no_bound),
        sync_test(the_key_that_was_named_must_be_the_servers),
        sync_test(a_bad_offer_joins_nothing),
        sync_test(a_certificate_must_be_one),
        sync_test(what_is_previewed_is_sent),
        sync_test(an_encrypted_journal_sends_the_same),
        sync_test(other_ratings_draw_other_votes),
        sync_test(a_contribution_waits_for_its_time),
        sync_test(a_round_has_one_contribution),
        sync_test(the_cap_holds_and_models_still_come),
        sync_test(every_answer_is_taken_as_it_is),
        sync_test(a_retry_has_its_time),
        sync_test(a_lost_answer_counts_once),
        sync_test(a_frozen_report_is_shown_as_it_is),
        sync_test(a_deleted_message_takes_the_report_along),
        sync_test(attacks_are_refused_and_change_nothing),
        sync_test(a_new_model_is_taken_into_use),
        sync_test(the_servers_lineage_is_its_own),
        sync_test(a_much_worse_model_waits_beside),
        sync_test(a_better_model_takes_the_place_of_one_beside),
        sync_test(few_ratings_judge_no_model),
        sync_test(a_damaged_model_is_told_and_fetched_again),
        sync_test(a_part_of_another_model_is_begun_anew),
        sync_test(a_named_model_stays_in_use),
        sync_test(a_profile_takes_its_model_along),
        sync_test(a_deleted_profile_leaves_no_model),
        sync_test(a_sync_can_be_cancelled_anywhere),
        sync_test(a_dry_run_changes_nothing),
        sync_test(a_killed_sync_is_gone_on_with),
        sync_test(many_at_once_spend_once),
        sync_test(too_little_memory_spends_nothing_twice),
    };

    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    buffer_free(&rated_file);
    return failed;
}
