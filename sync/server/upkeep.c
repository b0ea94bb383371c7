#include "sync/server/upkeep.h"

#include "base/file.h"
#include "sync/server/certificate.h"
#include "sync/server/publisher.h"
#include "sync/server/round.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_PREFIX "file:" /* of the blobs of a backup that are files */

enum { NAME_SIZE = CONFIG_PATH_MAX + sizeof FILE_PREFIX };

/* ---- what a backup holds beside the database ---- */

/* Those of the folder; a file that is named by another path is not the server's. */
struct belongings {
    const char *name[6];
    size_t count;
};

static void list_belongings(const struct config *config, struct belongings *out)
{
    const char *const named[] = {config->certificate, config->private_key, config->validation,
                                 config->validation_map};

    *out = (struct belongings){.name = {"signing.key", "ca.pem"}, .count = 2};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i][0] && named[i][0] != '/' && !strstr(named[i], ".."))
            out->name[out->count++] = named[i];
}

static enum error pack(const struct folder *folder, const char *name, struct store *to)
{
    char path[FOLDER_PATH_MAX], blob[NAME_SIZE];
    struct buffer bytes;
    enum error error = folder_file(folder, name, path);

    if (error || (access(path, F_OK) != 0 && errno == ENOENT))
        return error;
    buffer_init(&bytes, MODEL_FILE_MAX);
    snprintf(blob, sizeof blob, FILE_PREFIX "%s", name);
    error = file_read(path, &bytes);
    if (!error)
        error = to->set_blob(to, blob, bytes.data, bytes.length);
    if (bytes.data)
        explicit_bzero(bytes.data, bytes.capacity);
    buffer_free(&bytes);
    return error;
}

/* Puts a file of the backup into the folder, where the backup has it. */
static enum error unpack(struct store *from, const char *name, const struct folder *folder)
{
    char path[FOLDER_PATH_MAX], blob[NAME_SIZE];
    struct buffer bytes;
    enum error error = folder_file(folder, name, path);

    buffer_init(&bytes, MODEL_FILE_MAX);
    snprintf(blob, sizeof blob, FILE_PREFIX "%s", name);
    if (!error)
        error = from->blob(from, blob, &bytes);
    if (!error && bytes.length > 0)
        error = file_replace(path, bytes.data, bytes.length);
    if (bytes.data)
        explicit_bzero(bytes.data, bytes.capacity);
    buffer_free(&bytes);
    return error;
}

static void model_name(uint32_t version, char out[32])
{
    snprintf(out, 32, "models/%u.model", version);
}

struct moving {
    const struct folder *folder;
    struct store *backup, *store;
};

static enum error pack_model(void *context, const struct store_model *model)
{
    const struct moving *moving = context;
    char name[32];

    model_name(model->version, name);
    return pack(moving->folder, name, moving->backup);
}

static enum error unpack_model(void *context, const struct store_model *model)
{
    const struct moving *moving = context;
    char name[32], blob[NAME_SIZE];
    enum error error;

    model_name(model->version, name);
    error = unpack(moving->backup, name, moving->folder);
    snprintf(blob, sizeof blob, FILE_PREFIX "%s", name);
    return error ? error : moving->store->set_blob(moving->store, blob, NULL, 0);
}

/* ---- backup ---- */

static enum error pack_all(struct server *server, struct store *backup)
{
    struct moving moving = {.folder = &server->folder, .backup = backup};
    struct belongings belongings;
    enum error error = pack(&server->folder, "config.json", backup);

    list_belongings(&server->config, &belongings);
    for (size_t i = 0; i < belongings.count && !error; i++)
        error = pack(&server->folder, belongings.name[i], backup);
    return error ? error : backup->models(backup, SIZE_MAX, pack_model, &moving);
}

enum error upkeep_backup(struct server *server, const char *path)
{
    struct store *backup = NULL;
    enum error error;

    if (access(path, F_OK) == 0)
        return error_raise(ERROR_EXISTS,
                           "there is a file '%s', and it was left as it is; name a "
                           "new one",
                           path);
    error = server->store->copy(server->store, path);
    if (!error)
        error = store_open_sqlite(path, STORE_BACKUP, &backup);
    if (!error)
        error = backup->begin(backup);
    if (!error)
        error = backup->end(backup, pack_all(server, backup));
    store_close(backup);
    if (error)
        unlink(path);
    return error;
}

/* ---- restoration ---- */

static enum error unpack_store(struct store *backup, struct server *server)
{
    char path[FOLDER_PATH_MAX];
    enum error error = folder_file(&server->folder, "server.db", path);

    if (!error)
        error = backup->copy(backup, path);
    return error ? error : store_open_sqlite(path, STORE_LIVE, &server->store);
}

static enum error unpack_files(struct store *backup, struct server *server)
{
    struct moving moving = {&server->folder, backup, server->store};
    struct belongings belongings;
    char blob[NAME_SIZE];
    enum error error = ERROR_NONE;

    list_belongings(&server->config, &belongings);
    for (size_t i = 0; i < belongings.count && !error; i++) {
        error = unpack(backup, belongings.name[i], &server->folder);
        snprintf(blob, sizeof blob, FILE_PREFIX "%s", belongings.name[i]);
        if (!error)
            error = server->store->set_blob(server->store, blob, NULL, 0);
    }
    if (!error)
        error = server->store->set_blob(server->store, FILE_PREFIX "config.json", NULL, 0);
    return error ? error : backup->models(backup, SIZE_MAX, unpack_model, &moving);
}

static enum error read_settings(struct store *backup, const char *path, struct config *out)
{
    struct buffer text;
    enum error error;

    buffer_init(&text, CONFIG_FILE_MAX);
    error = backup->blob(backup, FILE_PREFIX "config.json", &text);
    if (!error && text.length == 0)
        error = error_raise(ERROR_INVALID, "'%s' is no backup of an EmoTrack server", path);
    if (!error)
        error = config_parse(text.data, text.length, "config.json", out);
    buffer_free(&text);
    return error;
}

/* Ahead of the database: nothing serves it before upkeep_renew has gone through. */
static enum error set_trap(const struct server *server)
{
    struct store_state state = {0};
    enum error error = server->store->state(server->store, &state);

    return error ? error
                 : folder_write_mark(&server->folder,
                                     &(struct mark){state.round + 1, state.sequence, state.model});
}

static enum error fill(struct store *backup, struct server *server)
{
    enum error error = unpack_store(backup, server);

    if (!error)
        error = server->store->begin(server->store);
    if (!error)
        error = server->store->end(server->store, unpack_files(backup, server));
    if (!error)
        error = server_read_keys(server);
    if (!error)
        error = server_write_keys(server);
    if (!error)
        error = set_trap(server);
    /* The settings come last: a folder without them is no server. */
    return error ? error : unpack(backup, "config.json", &server->folder);
}

enum error upkeep_restore(const char *path, const char *dir, struct server *out)
{
    struct store *backup = NULL;
    enum error error = server_prepare(dir, out);

    if (!error)
        error = store_open_sqlite(path, STORE_BACKUP, &backup);
    if (!error)
        error = read_settings(backup, path, &out->config);
    if (!error)
        error = folder_make(&out->folder);
    if (!error) {
        error = fill(backup, out);
        if (!error)
            error = folder_work(&out->folder, true);
        if (!error)
            error = upkeep_renew(out);
        if (error) {
            store_close(out->store);
            out->store = NULL;
            folder_clear(&out->folder);
        }
    }
    store_close(backup);
    return error;
}

enum error upkeep_renew(struct server *server)
{
    struct store_state state = {0};
    struct model *model = NULL;
    struct mark mark = {0};
    uint64_t passed, versions;
    int64_t now = server_now();
    enum error error = server->store->state(server->store, &state);

    if (!error)
        error = folder_read_mark(&server->folder, &mark);
    if (!error)
        error = server_model(server, state.model, &model);
    if (error)
        return error;
    passed = now > state.touched ? (uint64_t)(now - state.touched) + 1 : 1;
    versions = (mark.model > state.model ? mark.model : state.model) + passed;
    if (versions >= UINT32_MAX)
        error = error_raise(ERROR_TOO_LARGE, "no versions are left for models; does the clock show "
                                             "the right time?");
    if (!error)
        error = round_skip(server, (mark.round > state.round ? mark.round : state.round) + passed,
                           mark.sequence > state.sequence ? mark.sequence : state.sequence);
    if (!error)
        error = round_replace_model(server, model, "restored", (uint32_t)versions);
    model_close(model);
    return error;
}

/* ---- checks ---- */

struct checking {
    struct server *server;
    upkeep_tell *tell;
    void *context;
};

static void tell(const struct checking *checking, const char *what, enum error error)
{
    checking->tell(checking->context, what, error ? error_sentence() : "");
}

/* Keys are their owner's alone. */
static void check_mode(const struct checking *checking, const char *name)
{
    char path[FOLDER_PATH_MAX];
    struct stat status;
    enum error error = folder_file(&checking->server->folder, name, path);

    if (!error && stat(path, &status) != 0)
        error = error_raise_errno("open", path);
    if (!error && (status.st_mode & 077) != 0)
        error =
            error_raise(ERROR_DENIED, "others may read '%s'; close it: chmod go= %s", path, path);
    tell(checking, name[0] == '.' ? "the folder" : name, error);
}

static enum error check_model(void *context, const struct store_model *row)
{
    const struct checking *checking = context;
    struct model *model = NULL;
    char what[32];

    snprintf(what, sizeof what, "model %u", row->version);
    tell(checking, what, server_model(checking->server, row->version, &model));
    model_close(model);
    return ERROR_NONE;
}

static enum error check_certificate(const struct server *server)
{
    char path[FOLDER_PATH_MAX];
    struct buffer certificate, private_key;
    enum error error = folder_file(&server->folder, server->config.certificate, path);

    buffer_init(&certificate, MODEL_FILE_MAX);
    buffer_init(&private_key, MODEL_FILE_MAX);
    if (!error)
        error = file_read(path, &certificate);
    if (!error)
        error = folder_file(&server->folder, server->config.private_key, path);
    if (!error)
        error = file_read(path, &private_key);
    if (!error)
        error = certificate_check(&certificate, &private_key, server_now());
    if (private_key.data)
        explicit_bzero(private_key.data, private_key.capacity);
    buffer_free(&private_key);
    buffer_free(&certificate);
    return error;
}

/* That a device which joined with the first key would believe what it is shown. */
static enum error check_publication(const struct server *server)
{
    struct publication *publication = NULL;
    struct envelope envelope = {0};
    struct store_state state = {0};
    struct manifest manifest;
    enum error error = publisher_publication(server, &publication);

    if (!error)
        error = envelope_read(publication->envelope.data, publication->envelope.length, &envelope);
    if (!error)
        error = envelope_open(&envelope, server->signer.first, &manifest);
    if (!error)
        error = server->store->state(server->store, &state);
    if (!error && (manifest.model_version != state.model || manifest.sequence != state.sequence))
        error = error_raise(ERROR_DAMAGED, "the manifest is not that of the database's state");
    envelope_free(&envelope);
    publication_release(publication);
    return error;
}

/* The sum of an open round, which only its key opens. */
static enum error check_sum(struct server *server)
{
    unsigned char hash[HASH_BYTES];
    struct aggregate sum = {0};
    struct manifest manifest;
    struct store_round round = {0};
    enum error error = round_present(server, &round);

    if (!error && round.state == ROUND_OPEN)
        error = publisher_manifest(server, &manifest, hash);
    if (!error && round.state == ROUND_OPEN)
        error = round_sum(server->store, &server->folder, round.round,
                          manifest_coordinates(&manifest), &sum);
    aggregate_free(&sum);
    return error;
}

enum error upkeep_check(struct server *server, upkeep_tell *say, void *context)
{
    struct checking checking = {server, say, context};

    tell(&checking, "the database", server->store->check(server->store));
    tell(&checking, "the mark", server_check_mark(server));
    tell(&checking, "the manifest and its signature", check_publication(server));
    tell(&checking, "the round's sum", check_sum(server));
    tell(&checking, "the certificate", check_certificate(server));
    check_mode(&checking, ".");
    check_mode(&checking, "signing.key");
    check_mode(&checking, server->config.private_key);
    return server->store->models(server->store, SIZE_MAX, check_model, &checking);
}

/* ---- keys ---- */

enum error upkeep_rotate(struct server *server)
{
    struct store *store = server->store;
    /* Another process may have rotated while this one waited for the lock. */
    enum error error = server_read_keys(server);

    if (!error)
        error = signer_rotate(&server->signer);
    if (!error)
        error = server_write_keys(server);
    /* A server that runs looks at its keys anew when the store changes. */
    if (!error)
        error = store->begin(store);
    return error ? error
                 : store->end(store, store->set_blob(store, STORE_KEY, server->signer.pair.public,
                                                     KEY_BYTES));
}
