#include "sync/server/publisher.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A device that has not heard of its server for so long says so. */
enum { MANIFEST_SECONDS = 90 * 24 * 3600 };

enum error publisher_write_model(const struct server *server, uint32_t version,
                                 const struct buffer *bytes)
{
    char path[FOLDER_PATH_MAX];
    enum error error = folder_model(&server->folder, version, path);

    return error ? error : file_replace(path, bytes->data, bytes->length);
}

enum error publisher_add_model(const struct server *server, uint32_t version,
                               const struct buffer *bytes, const struct gate_figures *figures,
                               const char *origin, struct store_state *state)
{
    struct store_model row = {
        .version = version,
        .size = bytes->length,
        .published = server_now(),
        .accuracy = figures->accuracy,
        .macro_f1 = figures->macro_f1,
    };

    hash_bytes(bytes->data, bytes->length, row.hash);
    snprintf(row.origin, sizeof row.origin, "%s", origin);
    state->model = version;
    return server->store->add_model(server->store, &row);
}

/* ---- manifests ---- */

/* Milliseconds, which no server reaches by counting: a database from a backup goes on above what
 * was signed after it. */
static uint64_t next_sequence(uint64_t last)
{
    struct timespec now;
    uint64_t present;

    clock_gettime(CLOCK_REALTIME, &now);
    present = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    return present > last ? present : last + 1;
}

static enum error describe_model(const struct server *server, const struct model *model,
                                 uint32_t version, struct manifest *out)
{
    struct store_model row = {0};
    enum error error = server->store->model(server->store, version, &row);

    if (error)
        return error;
    out->model_version = version;
    out->model_size = row.size;
    memcpy(out->model_hash, row.hash, HASH_BYTES);
    out->labels = (uint32_t)model_label_count(model);
    for (uint32_t i = 0; i < out->labels; i++)
        snprintf(out->label[i], sizeof out->label[i], "%s", model_label(model, (int)i)->name);
    return manifest_vocabulary_hash(model, out->vocabulary_hash);
}

static void describe_terms(const struct config *config, const struct model *model,
                           struct manifest *out)
{
    uint32_t features = model_feature_count(model);

    out->mode = MODE_TRUSTED;
    out->block = config->block < features ? config->block : features;
    out->votes = config->votes;
    out->noise = config->noise;
    out->minimum = config->minimum;
    out->contributions = config->contributions;
    out->participation = config->participation;
    out->training = config->training;
}

enum error publisher_add_manifest(const struct server *server, const struct model *model, bool open,
                                  struct store_state *state)
{
    struct manifest manifest = {.open = open, .round = state->round ? state->round : 1};
    struct buffer text;
    enum error error;

    state->sequence = next_sequence(state->sequence);
    manifest.sequence = state->sequence;
    manifest.created = server_now();
    manifest.expires = manifest.created + MANIFEST_SECONDS;
    describe_terms(&server->config, model, &manifest);
    buffer_init(&text, MANIFEST_MAX);
    error = describe_model(server, model, state->model, &manifest);
    if (!error)
        error = manifest_write(&manifest, &text);
    if (!error)
        error = server->store->set_blob(server->store, STORE_MANIFEST, text.data, text.length);
    buffer_free(&text);
    return error;
}

static enum error read_manifest(const struct server *server, struct buffer *text,
                                struct manifest *out)
{
    enum error error = server->store->blob(server->store, STORE_MANIFEST, text);

    return error ? error : manifest_read(text->data ? text->data : "", text->length, out);
}

enum error publisher_manifest(const struct server *server, struct manifest *out,
                              unsigned char hash[HASH_BYTES])
{
    struct buffer text;
    enum error error;

    buffer_init(&text, MANIFEST_MAX);
    error = read_manifest(server, &text, out);
    if (!error)
        hash_bytes(text.data, text.length, hash);
    buffer_free(&text);
    return error;
}

/* ---- publications ---- */

struct list {
    const struct server *server;
    struct publication *out;
    size_t room;
};

static enum error list_model(void *context, const struct store_model *row)
{
    struct list *list = context;
    struct publication *out = list->out;
    struct publication_model *model;

    if (out->count == list->room) {
        size_t room = list->room ? 2 * list->room : 16;
        struct publication_model *models = realloc(out->models, room * sizeof *models);

        if (!models)
            return error_raise_plain(ERROR_NO_MEMORY);
        out->models = models;
        list->room = room;
    }
    model = &out->models[out->count++];
    *model = (struct publication_model){.version = row->version, .size = row->size};
    hex_write(row->hash, HASH_BYTES, model->hash);
    _Static_assert(sizeof model->path >= FOLDER_PATH_MAX, "a path fits");
    return folder_model(&list->server->folder, row->version, model->path);
}

static enum error sign(const struct server *server, struct publication *out)
{
    unsigned char hash[HASH_BYTES];
    struct envelope envelope = {0};
    struct buffer text;
    enum error error;

    buffer_init(&text, MANIFEST_MAX);
    error = read_manifest(server, &text, &out->manifest);
    if (!error)
        error = signer_sign(&server->signer, text.data, text.length, &envelope);
    if (!error)
        error = envelope_write(&envelope, &out->envelope);
    if (!error) {
        memcpy(out->manifest_hash, envelope.hash, HASH_BYTES);
        hash_bytes(out->envelope.data, out->envelope.length, hash);
        hex_write(hash, HASH_BYTES, out->etag);
    }
    envelope_free(&envelope);
    buffer_free(&text);
    return error;
}

enum error publisher_publication(const struct server *server, struct publication **out)
{
    struct publication *publication = calloc(1, sizeof *publication);
    struct list list = {.server = server, .out = publication};
    enum error error;

    *out = NULL;
    if (!publication)
        return error_raise_plain(ERROR_NO_MEMORY);
    buffer_init(&publication->envelope, ENVELOPE_MAX);
    error = sign(server, publication);
    if (!error)
        error = server->store->models(server->store, SIZE_MAX, list_model, &list);
    if (error)
        publication_release(publication);
    else
        *out = publication;
    return error;
}
