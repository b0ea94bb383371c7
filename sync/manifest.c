#include "sync/manifest.h"

#include "base/bytes.h"
#include "classifier/model_parts.h"
#include "sync/json.h"
#include "sync/manifest_fields.h"

#include <inttypes.h>
#include <string.h>

#define FORMAT     "emotrack manifest 1"
#define VOCABULARY "emotrack vocabulary 2"

/* The least rate and unit; 0 would be no training at all. */
#define TRAINING_LEAST 1e-9

const char *const mode_names[] = {"trusted", "split", NULL};

/* ---- the vocabulary's hash ---- */

static enum error append_u32(struct buffer *out, uint32_t value)
{
    char bytes[4];

    bytes_put_u32(bytes, value);
    return buffer_append(out, bytes, sizeof bytes);
}

static enum error append_f32(struct buffer *out, float value)
{
    char bytes[4];

    bytes_put_f32(bytes, value);
    return buffer_append(out, bytes, sizeof bytes);
}

static enum error append_strings(struct buffer *out, const struct text_strings *strings)
{
    enum error error = append_u32(out, (uint32_t)strings->length);

    return error ? error : buffer_append(out, strings->bytes, strings->length);
}

static enum error append_text_settings(struct buffer *out, const struct text_settings *text)
{
    enum error error = append_u32(out, TEXT_RULES);

    if (!error)
        error = append_u32(out, text->negation_window);
    if (!error)
        error = append_u32(out, text->prefixes);
    if (!error)
        error = append_strings(out, &text->negators);
    if (!error)
        error = append_strings(out, &text->suffixes);
    if (!error)
        error = append_strings(out, &text->forms);
    return error ? error : append_strings(out, &text->emoticons);
}

static enum error append_vocabulary(struct buffer *out, const struct model_parts *parts)
{
    uint32_t count = parts->vocabulary.count;
    enum error error = append_u32(out, count);

    if (!error)
        error = buffer_append(out, parts->strings, parts->offsets[count]);
    if (!error)
        error = append_f32(out, parts->vocabulary.unseen_idf);
    if (!error)
        error = append_f32(out, parts->vocabulary.norm_floor);
    for (uint32_t i = 0; i < count && !error; i++)
        error = append_f32(out, parts->vocabulary.idf[i]);
    return error;
}

enum error manifest_vocabulary_hash(const struct model *model, unsigned char out[HASH_BYTES])
{
    const struct model_parts *parts = model_parts(model);
    struct buffer bytes;
    enum error error;

    buffer_init(&bytes, 2 * (size_t)MODEL_FILE_MAX);
    error = buffer_append(&bytes, VOCABULARY, sizeof VOCABULARY);
    if (!error)
        error = append_text_settings(&bytes, &parts->text);
    if (!error)
        error = append_vocabulary(&bytes, parts);
    if (!error)
        hash_bytes(bytes.data, bytes.length, out);
    buffer_free(&bytes);
    return error;
}

enum error manifest_check_model(const struct manifest *manifest, const struct model *model)
{
    unsigned char hash[HASH_BYTES];
    enum error error;

    if ((uint32_t)model_label_count(model) != manifest->labels)
        return error_raise(ERROR_INVALID, "the model knows %d emotions and the manifest %u",
                           model_label_count(model), manifest->labels);
    for (uint32_t i = 0; i < manifest->labels; i++)
        if (strcmp(model_label(model, (int)i)->name, manifest->label[i]) != 0)
            return error_raise(ERROR_INVALID,
                               "the model's emotion number %u is '%s', and the manifest's '%s'",
                               i + 1, model_label(model, (int)i)->name, manifest->label[i]);
    if (model_feature_count(model) < manifest->block)
        return error_raise(ERROR_INVALID,
                           "the model's vocabulary has %u n-grams and the manifest's block %u",
                           model_feature_count(model), manifest->block);
    error = manifest_vocabulary_hash(model, hash);
    if (error)
        return error;
    if (memcmp(hash, manifest->vocabulary_hash, sizeof hash) != 0)
        return error_raise(ERROR_INVALID, "the model's vocabulary is not the manifest's");
    return ERROR_NONE;
}

/* ---- one manifest after another ---- */

static enum error goes_back(const char *what, uint64_t known, uint64_t next)
{
    return error_raise(ERROR_DENIED,
                       "the server has gone back from %s %" PRIu64 " to %" PRIu64
                       "; it may have been restored "
                       "from an old backup: tell its operator",
                       what, known, next);
}

/* Whether all that both say is the same; the text of both decides. */
static enum error same(const struct manifest *a, const struct manifest *b, bool *out)
{
    struct buffer one, other;
    enum error error;

    buffer_init(&one, MANIFEST_MAX);
    buffer_init(&other, MANIFEST_MAX);
    error = manifest_write(a, &one);
    if (!error)
        error = manifest_write(b, &other);
    *out = !error && one.length == other.length && memcmp(one.data, other.data, one.length) == 0;
    buffer_free(&one);
    buffer_free(&other);
    return error;
}

enum error manifest_check_follows(const struct manifest *known, const struct manifest *next)
{
    bool equal = true;
    enum error error = ERROR_NONE;

    if (next->sequence < known->sequence)
        return goes_back("manifest", known->sequence, next->sequence);
    if (next->round < known->round)
        return goes_back("round", known->round, next->round);
    if (next->model_version < known->model_version)
        return goes_back("model", known->model_version, next->model_version);
    if (next->model_version == known->model_version &&
        memcmp(next->model_hash, known->model_hash, HASH_BYTES) != 0)
        return error_raise(ERROR_DENIED,
                           "the server shows two different models as version %u: tell its operator",
                           next->model_version);
    if (next->sequence == known->sequence)
        error = same(known, next, &equal);
    if (error || equal)
        return error;
    return error_raise(ERROR_DENIED,
                       "the server shows two different manifests as number %" PRIu64
                       ": tell its operator",
                       next->sequence);
}

/* ---- as JSON ---- */

void manifest_put_labels(struct json_writer *writer, const char (*label)[LABEL_NAME_MAX + 1],
                         uint32_t count)
{
    json_open(writer, "labels", '[');
    for (uint32_t i = 0; i < count; i++)
        json_put_text(writer, NULL, label[i]);
    json_close(writer, ']');
}

enum error manifest_write(const struct manifest *manifest, struct buffer *out)
{
    const struct training *training = &manifest->training;
    struct json_writer writer;

    json_start(&writer, out);
    json_put_text(&writer, "format", FORMAT);
    json_put_integer(&writer, "sequence", manifest->sequence);
    json_put_integer(&writer, "round", manifest->round);
    json_put_boolean(&writer, "open", manifest->open);
    json_put_text(&writer, "mode", mode_names[manifest->mode]);
    json_put_integer(&writer, "model_version", manifest->model_version);
    json_put_integer(&writer, "model_size", manifest->model_size);
    json_put_hex(&writer, "model_hash", manifest->model_hash, HASH_BYTES);
    json_put_hex(&writer, "vocabulary_hash", manifest->vocabulary_hash, HASH_BYTES);
    manifest_put_labels(&writer, manifest->label, manifest->labels);
    json_put_integer(&writer, "block", manifest->block);
    json_put_integer(&writer, "votes", manifest->votes);
    json_put_number(&writer, "noise", manifest->noise);
    json_put_integer(&writer, "minimum", manifest->minimum);
    json_put_integer(&writer, "contributions", manifest->contributions);
    json_put_number(&writer, "participation", manifest->participation);
    json_put_integer(&writer, "passes", training->passes);
    json_put_number(&writer, "rate", training->rate);
    json_put_number(&writer, "unit", training->unit);
    json_put_integer(&writer, "created", (uint64_t)manifest->created);
    json_put_integer(&writer, "expires", (uint64_t)manifest->expires);
    return json_finish(&writer);
}

void manifest_read_format(struct json_reader *reader, const char *format)
{
    if (strcmp(json_text(reader, "format", LABEL_NAME_MAX), format) != 0)
        json_refuse(reader, "format", "is another one; update EmoTrack");
}

enum mode manifest_read_mode(struct json_reader *reader)
{
    if (strcmp(json_text(reader, "mode", LABEL_NAME_MAX), mode_names[MODE_TRUSTED]) != 0)
        json_refuse(reader, "mode", "is one that this EmoTrack does not know; update EmoTrack");
    return MODE_TRUSTED;
}

uint32_t manifest_read_labels(struct json_reader *reader, char (*label)[LABEL_NAME_MAX + 1])
{
    size_t count = json_list(reader, "labels", 2, LABELS_MAX);

    for (size_t i = 0; i < count && !reader->error; i++) {
        const char *name = json_item_text(reader, "labels", i, LABEL_NAME_MAX);

        if (!label_name_valid(name, strlen(name)))
            json_refuse(reader, "labels", "has a name that no emotion can have");
        memcpy(label[i], name, strlen(name) + 1);
        for (size_t before = 0; before < i; before++)
            if (strcmp(label[before], label[i]) == 0)
                json_refuse(reader, "labels", "has a name twice");
    }
    return (uint32_t)count;
}

uint32_t manifest_read_u32(struct json_reader *reader, const char *name, uint32_t most)
{
    return (uint32_t)json_integer(reader, name, 1, most);
}

static void read_model(struct json_reader *reader, struct manifest *out)
{
    out->model_version = manifest_read_u32(reader, "model_version", UINT32_MAX);
    out->model_size = json_integer(reader, "model_size", 1, MODEL_FILE_MAX);
    json_hex(reader, "model_hash", out->model_hash, HASH_BYTES);
    json_hex(reader, "vocabulary_hash", out->vocabulary_hash, HASH_BYTES);
    out->labels = manifest_read_labels(reader, out->label);
}

static void read_terms(struct json_reader *reader, struct manifest *out)
{
    out->block = manifest_read_u32(reader, "block", BLOCK_FEATURES_MAX);
    out->votes = manifest_read_u32(reader, "votes", VOTES_MAX);
    out->noise = json_number(reader, "noise", 0, NOISE_MAX);
    out->minimum = manifest_read_u32(reader, "minimum", INT32_MAX);
    out->contributions = manifest_read_u32(reader, "contributions", CONTRIBUTIONS_MAX);
    out->participation = json_number(reader, "participation", 0, 1);
    out->training.passes = manifest_read_u32(reader, "passes", TRAINING_PASSES_MAX);
    out->training.rate = json_number(reader, "rate", TRAINING_LEAST, TRAINING_RATE_MAX);
    out->training.unit = json_number(reader, "unit", TRAINING_LEAST, TRAINING_RATE_MAX);
}

enum error manifest_read(const char *bytes, size_t length, struct manifest *out)
{
    struct json_reader reader = {.what = "manifest"};
    struct cJSON *root;

    *out = (struct manifest){0};
    reader.error = json_parse(bytes, length, MANIFEST_MAX, reader.what, &root);
    reader.object = root;
    manifest_read_format(&reader, FORMAT);
    out->sequence = json_integer(&reader, "sequence", 1, JSON_INTEGER_MAX);
    out->round = json_integer(&reader, "round", 1, JSON_INTEGER_MAX);
    out->open = json_boolean(&reader, "open");
    out->mode = manifest_read_mode(&reader);
    read_model(&reader, out);
    read_terms(&reader, out);
    out->created = (int64_t)json_integer(&reader, "created", 0, JSON_INTEGER_MAX);
    out->expires = (int64_t)json_integer(&reader, "expires", 0, JSON_INTEGER_MAX);
    json_free(root);
    return reader.error;
}
