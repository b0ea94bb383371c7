/* Any bytes as an envelope, as a manifest and as pins. What is accepted is in range and reads the
 * same after it was written. */
#include "sync/manifest.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int good)
{
    if (!good)
        abort();
}

static void check_labels(uint32_t labels, const char (*label)[LABEL_NAME_MAX + 1])
{
    check(labels >= 2 && labels <= LABELS_MAX);
    for (uint32_t i = 0; i < labels; i++)
        check(label_name_valid(label[i], strlen(label[i])));
}

static void read_manifest(const char *bytes, size_t size)
{
    struct manifest manifest, again;
    struct buffer one, other;

    if (manifest_read(bytes, size, &manifest))
        return;
    check_labels(manifest.labels, manifest.label);
    check(manifest_coordinates(&manifest) <= (BLOCK_FEATURES_MAX + 1) * LABELS_MAX);
    check(manifest.votes >= 1 && manifest.votes <= VOTES_MAX && manifest.mode == MODE_TRUSTED);
    check(manifest.noise >= 0 && manifest.participation <= 1 && manifest.training.unit > 0);
    buffer_init(&one, MANIFEST_MAX);
    buffer_init(&other, MANIFEST_MAX);
    check(!manifest_write(&manifest, &one) && !manifest_read(one.data, one.length, &again));
    check(!manifest_write(&again, &other) && strcmp(one.data, other.data) == 0);
    check(!manifest_check_follows(&manifest, &again));
    buffer_free(&one);
    buffer_free(&other);
}

static void read_envelope(const char *bytes, size_t size)
{
    struct envelope envelope, again;
    struct manifest manifest;
    struct buffer text;

    buffer_init(&text, ENVELOPE_MAX);
    if (!envelope_read(bytes, size, &envelope)) {
        check(envelope.successions <= SUCCESSIONS_MAX);
        check(!envelope_write(&envelope, &text));
        check(!envelope_read(text.data, text.length, &again));
        check(strcmp(envelope.manifest.data, again.manifest.data) == 0);
        (void)!envelope_open(&envelope, envelope.first, &manifest);
        read_manifest(envelope.manifest.data, envelope.manifest.length);
        envelope_free(&again);
    }
    envelope_free(&envelope);
    buffer_free(&text);
}

static void read_pins(const char *bytes, size_t size)
{
    struct pins pins;

    if (!pins_read(bytes, size, &pins))
        check_labels(pins.labels, pins.label);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_envelope((const char *)data, size);
    read_manifest((const char *)data, size);
    read_pins((const char *)data, size);
    return 0;
}
