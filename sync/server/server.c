#include "sync/server/server.h"

#include "base/file.h"
#include "sync/random.h"
#include "sync/server/certificate.h"
#include "sync/server/gate.h"
#include "sync/server/publisher.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int64_t server_now(void)
{
    return (int64_t)time(NULL);
}

/* ---- opening ---- */

static enum error open_store(struct server *server, enum store_mode mode)
{
    char path[FOLDER_PATH_MAX];
    enum error error = folder_file(&server->folder, "server.db", path);

    return error ? error : store_open_sqlite(path, mode, &server->store);
}

enum error server_prepare(const char *path, struct server *out)
{
    enum error error = random_ready();

    *out = (struct server){.folder = {.lock = -1, .work = -1}};
    return error ? error : folder_init(&out->folder, path);
}

enum error server_read_keys(struct server *server)
{
    char path[FOLDER_PATH_MAX];
    struct signer signer = {0};
    enum error error = folder_file(&server->folder, "signing.key", path);

    if (!error)
        error = signer_read(path, &signer);
    if (!error)
        server->signer = signer;
    signer_wipe(&signer);
    return error;
}

enum error server_open(const char *path, struct server *out)
{
    char file[FOLDER_PATH_MAX];
    enum error error = server_prepare(path, out);

    if (!error)
        error = folder_check(&out->folder);
    if (!error)
        error = folder_file(&out->folder, "config.json", file);
    if (!error)
        error = config_read(file, &out->config);
    if (!error)
        error = server_read_keys(out);
    return error ? error : open_store(out, STORE_LIVE);
}

void server_close(struct server *server)
{
    store_close(server->store);
    server->store = NULL;
    signer_wipe(&server->signer);
    folder_close(&server->folder);
}

/* ---- the mark ---- */

enum error server_check_mark(const struct server *server)
{
    struct store_state state = {0};
    struct mark mark = {0};
    enum error error = folder_read_mark(&server->folder, &mark);

    if (!error)
        error = server->store->state(server->store, &state);
    if (error ||
        (state.round >= mark.round && state.sequence >= mark.sequence && state.model >= mark.model))
        return error;
    return error_raise(ERROR_DAMAGED,
                       "the database in '%s' is an old one: it knows rounds up to %llu and models "
                       "up to %u, and rounds up to %llu and models up to %llu were used; so that "
                       "none is used twice, run: emotrack-server check --restored --dir %s",
                       server->folder.path, (unsigned long long)state.round, state.model,
                       (unsigned long long)mark.round, (unsigned long long)mark.model,
                       server->folder.path);
}

enum error server_set_mark(const struct server *server)
{
    struct store_state state = {0};
    enum error error = server->store->state(server->store, &state);

    return error ? error
                 : folder_write_mark(&server->folder,
                                     &(struct mark){state.round, state.sequence, state.model});
}

/* ---- models ---- */

static enum error raise_other_model(const char *path)
{
    return error_raise(ERROR_DAMAGED,
                       "'%s' is not the model that was published under this version; restore it "
                       "from a backup",
                       path);
}

enum error server_model(const struct server *server, uint32_t version, struct model **out)
{
    unsigned char hash[HASH_BYTES];
    char path[FOLDER_PATH_MAX];
    struct store_model row = {0};
    struct buffer bytes;
    enum error error = server->store->model(server->store, version, &row);

    *out = NULL;
    buffer_init(&bytes, MODEL_FILE_MAX);
    if (!error)
        error = folder_model(&server->folder, version, path);
    if (!error)
        error = file_read(path, &bytes);
    if (!error)
        hash_bytes(bytes.data, bytes.length, hash);
    if (!error && (bytes.length != row.size || memcmp(hash, row.hash, sizeof hash) != 0))
        error = raise_other_model(path);
    if (!error)
        return model_from_bytes(&bytes, path, out);
    buffer_free(&bytes);
    return error;
}

/* ---- addresses ---- */

/* The host of "host:port" or "https://host:port/path": where it starts and how long it is. */
static const char *host_of(const char *address, size_t *length)
{
    const char *scheme = strstr(address, "://");
    const char *host = scheme ? scheme + 3 : address;

    if (host[0] == '[') {
        host++;
        *length = strcspn(host, "]");
    } else {
        *length = strcspn(host, ":/");
    }
    return host;
}

void server_url(const struct config *config, uint16_t port, char *out, size_t size)
{
    size_t length;
    const char *host = host_of(config->listen, &length);
    bool brackets = host > config->listen, any;
    char name[CONFIG_ADDRESS_MAX];

    snprintf(name, sizeof name, "%.*s", (int)length, host);
    /* What listens everywhere is reached under the machine's name. */
    any = strcmp(name, "0.0.0.0") == 0 || strcmp(name, "::") == 0;
    if (any && gethostname(name, sizeof name) != 0)
        snprintf(name, sizeof name, "localhost");
    if (config->url[0])
        snprintf(out, size, "%s", config->url);
    else
        snprintf(out, size, brackets && !any ? "https://[%s]:%u" : "https://%s:%u", name,
                 (unsigned)port);
}

/* ---- making ---- */

static enum error write_file(const struct server *server, const char *name,
                             const struct buffer *bytes)
{
    char path[FOLDER_PATH_MAX];
    enum error error = folder_file(&server->folder, name, path);

    return error ? error : file_replace(path, bytes->data, bytes->length);
}

static enum error make_certificate(const struct server *server)
{
    char url[CONFIG_ADDRESS_MAX + 16], host[CONFIG_ADDRESS_MAX];
    struct certificate made = {0};
    size_t length;
    const char *at;
    enum error error;

    server_url(&server->config, 0, url, sizeof url);
    at = host_of(url, &length);
    snprintf(host, sizeof host, "%.*s", (int)length, at);
    error = certificate_make(host, server_now(), &made);
    if (!error)
        error = write_file(server, "ca.pem", &made.authority);
    if (!error)
        error = write_file(server, server->config.certificate, &made.certificate);
    if (!error)
        error = write_file(server, server->config.private_key, &made.private_key);
    certificate_free(&made);
    return error;
}

enum error server_write_keys(const struct server *server)
{
    char path[FOLDER_PATH_MAX];
    enum error error = folder_file(&server->folder, "signing.key", path);

    if (!error)
        error = signer_write(&server->signer, path);
    if (!error)
        error = folder_file(&server->folder, "key", path);
    return error ? error : signer_show(&server->signer, path);
}

static enum error store_first(struct server *server, const struct model *model,
                              const struct buffer *bytes, const struct gate_figures *figures)
{
    struct store_state state = {0};
    enum error error = server->store->begin(server->store);

    if (error)
        return error;
    error = publisher_add_model(server, model_version(model), bytes, figures, "init", &state);
    if (!error)
        error = publisher_add_manifest(server, model, false, &state);
    if (!error)
        error = server->store->set_state(server->store, &state);
    return server->store->end(server->store, error);
}

static enum error make_store(struct server *server, const struct model *model,
                             const struct buffer *bytes)
{
    struct gate_figures figures;
    enum error error = gate_measure(&server->config, &server->folder, model, &figures);

    if (!error)
        error = open_store(server, STORE_NEW);
    if (!error)
        error = publisher_write_model(server, model_version(model), bytes);
    return error ? error : store_first(server, model, bytes, &figures);
}

static enum error make_config(const struct server *server)
{
    struct buffer text;
    enum error error;

    buffer_init(&text, CONFIG_FILE_MAX);
    error = config_write(&server->config, &text);
    if (!error)
        error = write_file(server, "config.json", &text);
    buffer_free(&text);
    return error;
}

/* The settings come last: a folder without them is no server. */
static enum error fill(struct server *server, const struct server_plan *plan,
                       const struct model *model, const struct buffer *bytes)
{
    enum error error;

    signer_make(&server->signer);
    error = server_write_keys(server);
    if (!error && plan->self_signed)
        error = make_certificate(server);
    if (!error)
        error = make_store(server, model, bytes);
    if (!error)
        error = server_set_mark(server);
    return error ? error : make_config(server);
}

static enum error fill_folder(struct server *server, const struct server_plan *plan,
                              const struct model *model, const struct buffer *bytes)
{
    enum error error;

    if (model_feature_count(model) < server->config.block)
        server->config.block = model_feature_count(model);
    error = folder_make(&server->folder);
    if (error)
        return error;
    error = fill(server, plan, model, bytes);
    if (error)
        folder_clear(&server->folder);
    return error;
}

/* What was asked for is checked as if it had been written into config.json by hand. */
static enum error check_plan(const struct server_plan *plan, struct config *out)
{
    struct buffer text;
    enum error error;

    buffer_init(&text, CONFIG_FILE_MAX);
    error = config_write(&plan->config, &text);
    if (!error)
        error = config_parse(text.data, text.length, "config.json", out);
    buffer_free(&text);
    return error;
}

enum error server_make(const char *path, const struct server_plan *plan, struct server *out)
{
    struct model *model = NULL;
    struct buffer bytes, copy;
    enum error error = server_prepare(path, out);

    buffer_init(&bytes, MODEL_FILE_MAX);
    buffer_init(&copy, MODEL_FILE_MAX);
    if (!error)
        error = check_plan(plan, &out->config);
    if (!error)
        error = file_read(plan->model, &bytes);
    if (!error)
        error = buffer_append(&copy, bytes.data, bytes.length);
    if (!error)
        error = model_from_bytes(&copy, plan->model, &model);
    if (!error)
        error = fill_folder(out, plan, model, &bytes);
    model_close(model);
    buffer_free(&bytes);
    return error;
}
