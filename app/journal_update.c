#include "app/sync_parts.h"

#include "app/assets.h"
#include "base/file.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the files ---- */

enum error model_file_matches(const char *path, uint64_t size, const unsigned char hash[HASH_BYTES],
                              struct buffer *out, bool *matches)
{
    unsigned char own[HASH_BYTES];
    struct buffer bytes;
    struct stat status;
    enum error error;

    *matches = false;
    if (stat(path, &status) != 0 || (uint64_t)status.st_size != size)
        return ERROR_NONE;
    buffer_init(&bytes, MODEL_FILE_MAX);
    error = file_read(path, &bytes);
    if (!error && bytes.length == size) {
        hash_bytes(bytes.data, bytes.length, own);
        *matches = memcmp(own, hash, HASH_BYTES) == 0;
    }
    if (*matches && out) {
        *out = bytes;
    } else {
        buffer_free(&bytes);
    }
    /* A file that cannot be read, or has changed meanwhile, is not the one that is sought. */
    return error == ERROR_NO_MEMORY ? error : ERROR_NONE;
}

static enum error file_matches(const struct journal *journal, enum profile_file file,
                               const struct manifest *manifest, struct buffer *out, bool *matches)
{
    struct buffer path;
    enum error error = file_of(journal, file, &path);

    *matches = false;
    if (!error)
        error =
            model_file_matches(path.data, manifest->model_size, manifest->model_hash, out, matches);
    buffer_free(&path);
    return error;
}

static enum error shipped_matches(const struct manifest *manifest, struct buffer *out,
                                  bool *matches)
{
    struct buffer path;
    enum error error;

    *matches = false;
    buffer_init(&path, PATH_MAX);
    error = assets_model_path(&path);
    if (!error)
        error =
            model_file_matches(path.data, manifest->model_size, manifest->model_hash, out, matches);
    buffer_free(&path);
    return error == ERROR_NOT_FOUND ? ERROR_NONE : error;
}

/* Takes the bytes over. */
static enum error open_checked(struct buffer *bytes, const struct manifest *manifest,
                               struct model **out)
{
    enum error error = model_from_bytes(bytes, "the server's model", out);

    if (!error)
        error = manifest_check_model(manifest, *out);
    if (!error && model_version(*out) != manifest->model_version)
        error = error_raise(ERROR_INVALID, "the model says that it is version %u, the manifest %u",
                            model_version(*out), manifest->model_version);
    if (error) {
        model_close(*out);
        *out = NULL;
    }
    return error;
}

enum error base_model(const struct journal *journal, const struct manifest *manifest,
                      struct model **out)
{
    struct buffer bytes = {0};
    bool found = false;
    enum error error = file_matches(journal, PROFILE_MODEL, manifest, &bytes, &found);

    *out = NULL;
    if (!error && !found)
        error = file_matches(journal, PROFILE_BESIDE, manifest, &bytes, &found);
    if (!error && !found)
        error = shipped_matches(manifest, &bytes, &found);
    if (!error && !found)
        error = error_raise(ERROR_NOT_FOUND,
                            "model %u, on which the round rests, was not fetched yet; `emotrack "
                            "sync` fetches it",
                            manifest->model_version);
    return error ? error : open_checked(&bytes, manifest, out);
}

/* ---- comparing ---- */

enum { COMPARED_LEAST = 10 /* ratings: fewer say nothing */ };

struct comparison {
    const struct model *model[2];
    struct predictor *predictor[2];
    size_t right[2], rated;
};

static enum error compare_one(void *context, const struct entry *entry)
{
    struct comparison *comparison = context;
    const char *truth = entry->verdict == VERDICT_RIGHT ? entry->guess : entry->label;

    if (!truth)
        return ERROR_NONE;
    comparison->rated++;
    for (int i = 0; i < 2; i++) {
        struct prediction prediction;

        predictor_read(comparison->predictor[i], entry->text, strlen(entry->text), &prediction);
        comparison->right[i] += prediction.label == model_find_label(comparison->model[i], truth);
    }
    return ERROR_NONE;
}

/* How often the model in use and the new one, each alone, say what the user has said. */
static enum error compare(struct journal *journal, const struct model *candidate,
                          struct update_outcome *out)
{
    struct comparison comparison = {.model = {journal->model, candidate}};
    enum error error = ERROR_NONE;

    for (int i = 0; i < 2 && !error; i++)
        error = predictor_new(comparison.model[i], NULL, &comparison.predictor[i]);
    if (!error)
        error = db_each_rating(journal->db, NULL, compare_one, &comparison);
    for (int i = 0; i < 2; i++)
        predictor_free(comparison.predictor[i]);
    out->rated = comparison.rated;
    out->before = comparison.right[0];
    out->after = comparison.right[1];
    return error;
}

/* More than a quarter of the ratings go wrong that were right. */
static bool is_much_worse(const struct update_outcome *outcome)
{
    return outcome->rated >= COMPARED_LEAST && outcome->before > outcome->after &&
           (outcome->before - outcome->after) * 4 > outcome->rated;
}

/* ---- fetching ---- */

static enum error raise_unfit(void)
{
    return error_raise(ERROR_DENIED,
                       "the model that the server has signed cannot be used, and the present one "
                       "stays: %s",
                       error_sentence());
}

/* What an earlier try has left may be of another model: then it is begun anew. */
static enum error download(struct client *client, const struct manifest *manifest, const char *part)
{
    bool resumed = access(part, F_OK) == 0;
    enum error error = client_model(client, manifest->model_version, manifest->model_size,
                                    manifest->model_hash, part);

    if (error == ERROR_DENIED && resumed) {
        unlink(part);
        error = client_model(client, manifest->model_version, manifest->model_size,
                             manifest->model_hash, part);
    }
    return error;
}

enum error model_fetch(const struct journal *journal, const struct manifest *manifest,
                       struct client *client, struct model **out)
{
    struct buffer part, bytes = {0};
    bool matches = false;
    enum error error = file_of(journal, PROFILE_PART, &part);

    *out = NULL;
    if (!error)
        error = download(client, manifest, part.data);
    if (!error)
        error = model_file_matches(part.data, manifest->model_size, manifest->model_hash, &bytes,
                                   &matches);
    if (!error && !matches)
        error = error_raise(ERROR_IO,
                            "the fetched model '%s' was changed by another program; sync "
                            "again",
                            part.data);
    if (!error) {
        error = open_checked(&bytes, manifest, out);
        if (error && error != ERROR_NO_MEMORY) {
            unlink(part.data);
            error = raise_unfit();
        }
    }
    buffer_free(&part);
    return error;
}

/* ---- taking into use ---- */

static enum error move_file(const struct journal *journal, enum profile_file from,
                            enum profile_file to)
{
    struct buffer old, new = {0};
    enum error error = file_of(journal, from, &old);

    if (!error)
        error = file_of(journal, to, &new);
    if (!error)
        error = file_move(old.data, new.data);
    buffer_free(&old);
    buffer_free(&new);
    return error;
}

static enum error install(struct journal *journal, enum profile_file from,
                          struct update_outcome *out)
{
    struct buffer beside;
    enum error error = move_file(journal, from, PROFILE_MODEL);

    if (error)
        return error;
    if (!file_of(journal, PROFILE_BESIDE, &beside))
        unlink(beside.data);
    buffer_free(&beside);
    return journal_look_at_model(journal, &out->updated);
}

static enum error settle(struct journal *journal, const struct model *candidate,
                         enum profile_file from, bool use_anyway, struct update_outcome *out)
{
    enum error error = compare(journal, candidate, out);

    if (error)
        return error;
    if (use_anyway || !is_much_worse(out))
        return install(journal, from, out);
    out->beside = true;
    return from == PROFILE_BESIDE ? ERROR_NONE : move_file(journal, from, PROFILE_BESIDE);
}

/* The model is in use already: fetched, or shipped with nothing fetched in its place. */
static enum error is_in_use(const struct journal *journal, const struct manifest *manifest,
                            bool *in_use)
{
    struct buffer own;
    enum error error = file_of(journal, PROFILE_MODEL, &own);
    bool fetched = !error && access(own.data, F_OK) == 0;

    *in_use = false;
    if (!error)
        error = fetched ? file_matches(journal, PROFILE_MODEL, manifest, NULL, in_use)
                        : shipped_matches(manifest, NULL, in_use);
    buffer_free(&own);
    return error;
}

enum error update_model(struct journal *journal, const struct manifest *manifest,
                        struct client *client, bool use_anyway, struct update_outcome *out)
{
    struct buffer bytes = {0};
    struct model *candidate = NULL;
    bool in_use, beside = false;
    enum error error = is_in_use(journal, manifest, &in_use);

    *out = (struct update_outcome){0};
    if (error || in_use)
        return error ? error : journal_look_at_model(journal, &out->updated);
    error = file_matches(journal, PROFILE_BESIDE, manifest, &bytes, &beside);
    out->beside = beside && !client;
    out->wanted = !beside && !client;
    if (!error && beside && client)
        error = open_checked(&bytes, manifest, &candidate);
    else if (!error && client)
        error = model_fetch(journal, manifest, client, &candidate);
    if (!error && client)
        error = settle(journal, candidate, beside ? PROFILE_BESIDE : PROFILE_PART, use_anyway, out);
    buffer_free(&bytes);
    model_close(candidate);
    return error;
}
