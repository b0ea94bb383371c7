#include "sync/json.h"
#include "sync/manifest.h"
#include "sync/manifest_fields.h"

#include <string.h>

#define FORMAT "emotrack pins 1"

void pins_of(const struct manifest *manifest, struct pins *out)
{
    *out = (struct pins){
        .labels = manifest->labels,
        .mode = manifest->mode,
        .noise = manifest->noise,
        .minimum = manifest->minimum,
        .block = manifest->block,
        .votes = manifest->votes,
        .contributions = manifest->contributions,
    };
    memcpy(out->vocabulary_hash, manifest->vocabulary_hash, sizeof out->vocabulary_hash);
    memcpy(out->label, manifest->label, sizeof out->label);
}

enum error pins_write(const struct pins *pins, struct buffer *out)
{
    struct json_writer writer;

    json_start(&writer, out);
    json_put_text(&writer, "format", FORMAT);
    json_put_hex(&writer, "vocabulary_hash", pins->vocabulary_hash, HASH_BYTES);
    manifest_put_labels(&writer, pins->label, pins->labels);
    json_put_text(&writer, "mode", mode_names[pins->mode]);
    json_put_number(&writer, "noise", pins->noise);
    json_put_integer(&writer, "minimum", pins->minimum);
    json_put_integer(&writer, "block", pins->block);
    json_put_integer(&writer, "votes", pins->votes);
    json_put_integer(&writer, "contributions", pins->contributions);
    return json_finish(&writer);
}

enum error pins_read(const char *bytes, size_t length, struct pins *out)
{
    struct json_reader reader = {.what = "record of what was agreed to"};
    struct cJSON *root;

    *out = (struct pins){0};
    reader.error = json_parse(bytes, length, PINS_MAX, reader.what, &root);
    reader.object = root;
    manifest_read_format(&reader, FORMAT);
    json_hex(&reader, "vocabulary_hash", out->vocabulary_hash, HASH_BYTES);
    out->labels = manifest_read_labels(&reader, out->label);
    out->mode = manifest_read_mode(&reader);
    out->noise = json_number(&reader, "noise", 0, NOISE_MAX);
    out->minimum = manifest_read_u32(&reader, "minimum", INT32_MAX);
    out->block = manifest_read_u32(&reader, "block", BLOCK_FEATURES_MAX);
    out->votes = manifest_read_u32(&reader, "votes", VOTES_MAX);
    out->contributions = manifest_read_u32(&reader, "contributions", CONTRIBUTIONS_MAX);
    json_free(root);
    return reader.error;
}

static enum error weaker(const char *what, double agreed, double asked)
{
    return error_raise(ERROR_DENIED,
                       "the server now has %s of %.10g where %.10g was agreed to; nothing is sent "
                       "to it. To accept that, join it again",
                       what, asked, agreed);
}

static enum error another(const char *what)
{
    return error_raise(ERROR_DENIED,
                       "the server now has %s than was agreed to; nothing is sent to it. To "
                       "accept that, join it again",
                       what);
}

static bool same_labels(const struct pins *pins, const struct manifest *manifest)
{
    if (pins->labels != manifest->labels)
        return false;
    for (uint32_t i = 0; i < pins->labels; i++)
        if (strcmp(pins->label[i], manifest->label[i]) != 0)
            return false;
    return true;
}

enum error pins_check(const struct pins *pins, const struct manifest *manifest)
{
    if (memcmp(pins->vocabulary_hash, manifest->vocabulary_hash, HASH_BYTES) != 0)
        return another("another vocabulary");
    if (!same_labels(pins, manifest))
        return another("other emotions");
    if (manifest->mode != pins->mode)
        return another("another mode");
    if (manifest->noise < pins->noise)
        return weaker("a noise", pins->noise, manifest->noise);
    if (manifest->minimum < pins->minimum)
        return weaker("a least number of reports", pins->minimum, manifest->minimum);
    if (manifest->block < pins->block)
        return weaker("a block", pins->block, manifest->block);
    if (manifest->votes > pins->votes)
        return weaker("a number of votes", pins->votes, manifest->votes);
    if (manifest->contributions > pins->contributions)
        return weaker("a number of contributions", pins->contributions, manifest->contributions);
    return ERROR_NONE;
}
