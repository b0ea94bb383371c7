#include "sync/json.h"
#include "sync/manifest.h"
#include "sync/manifest_fields.h"

#include "base/utf8.h"

#include <assert.h>
#include <string.h>

#define FORMAT "emotrack envelope 1"

enum error envelope_sign(struct envelope *envelope, const struct key_pair *pair)
{
    const struct buffer *manifest = &envelope->manifest;

    hash_bytes(manifest->data, manifest->length, envelope->hash);
    return key_sign(pair, MANIFEST_PURPOSE, manifest->data, manifest->length, envelope->signature);
}

enum error envelope_write(const struct envelope *envelope, struct buffer *out)
{
    struct json_writer writer;

    assert(utf8_valid(envelope->manifest.data, envelope->manifest.length));
    json_start(&writer, out);
    json_put_text(&writer, "format", FORMAT);
    json_put_text(&writer, "manifest", envelope->manifest.data);
    json_put_hex(&writer, "signature", envelope->signature, SIGNATURE_BYTES);
    json_put_hex(&writer, "key", envelope->first, KEY_BYTES);
    json_open(&writer, "successions", '[');
    for (size_t i = 0; i < envelope->successions; i++) {
        json_open(&writer, NULL, '{');
        json_put_hex(&writer, "key", envelope->succession[i].key, KEY_BYTES);
        json_put_hex(&writer, "signature", envelope->succession[i].signature, SIGNATURE_BYTES);
        json_close(&writer, '}');
    }
    json_close(&writer, ']');
    return json_finish(&writer);
}

static void read_successions(struct json_reader *reader, struct envelope *out)
{
    out->successions = json_list(reader, "successions", 0, SUCCESSIONS_MAX);
    for (size_t i = 0; i < out->successions && !reader->error; i++) {
        struct json_reader item = json_item(reader, "successions", i);

        json_hex(&item, "key", out->succession[i].key, KEY_BYTES);
        json_hex(&item, "signature", out->succession[i].signature, SIGNATURE_BYTES);
        reader->error = item.error;
    }
}

static void read_manifest(struct json_reader *reader, struct envelope *out)
{
    const char *text = json_text(reader, "manifest", MANIFEST_MAX);

    if (!reader->error)
        reader->error = buffer_append_text(&out->manifest, text);
    if (!reader->error)
        hash_bytes(out->manifest.data, out->manifest.length, out->hash);
}

enum error envelope_read(const char *bytes, size_t length, struct envelope *out)
{
    struct json_reader reader = {.what = "answer"};
    struct cJSON *root;

    *out = (struct envelope){0};
    buffer_init(&out->manifest, MANIFEST_MAX);
    reader.error = json_parse(bytes, length, ENVELOPE_MAX, reader.what, &root);
    reader.object = root;
    manifest_read_format(&reader, FORMAT);
    read_manifest(&reader, out);
    json_hex(&reader, "signature", out->signature, SIGNATURE_BYTES);
    json_hex(&reader, "key", out->first, KEY_BYTES);
    read_successions(&reader, out);
    json_free(root);
    return reader.error;
}

void envelope_free(struct envelope *envelope)
{
    buffer_free(&envelope->manifest);
    envelope->successions = 0;
}

/* The key number `index`: the first, or a later one. */
static const unsigned char *key_at(const struct envelope *envelope, size_t index)
{
    return index == 0 ? envelope->first : envelope->succession[index - 1].key;
}

const unsigned char *envelope_key(const struct envelope *envelope)
{
    return key_at(envelope, envelope->successions);
}

static enum error denied(const char *why)
{
    return error_raise(ERROR_DENIED,
                       "the manifest is not signed by the server that was joined (%s); if its "
                       "operator says that the key was replaced, leave it and join it anew",
                       why);
}

enum error envelope_open(const struct envelope *envelope, const unsigned char pinned[KEY_BYTES],
                         struct manifest *out)
{
    const struct buffer *manifest = &envelope->manifest;
    size_t at = 0;

    *out = (struct manifest){0};
    while (at <= envelope->successions && memcmp(key_at(envelope, at), pinned, KEY_BYTES) != 0)
        at++;
    if (at > envelope->successions)
        return denied("it shows another key");
    for (; at < envelope->successions; at++)
        if (!key_verify(key_at(envelope, at), SUCCESSION_PURPOSE, key_at(envelope, at + 1),
                        KEY_BYTES, envelope->succession[at].signature))
            return denied("the key before did not sign its new key");
    if (!key_verify(envelope_key(envelope), MANIFEST_PURPOSE, manifest->data, manifest->length,
                    envelope->signature))
        return denied("the signature is wrong");
    return manifest_read(manifest->data, manifest->length, out);
}
