#include "tests/sync/server/house.h"

#include "base/file.h"
#include "sync/server/signer.h"

static struct signer signer;
static char path[512];

static void start(struct house *house, int rotations)
{
    snprintf(path, sizeof path, "%s/signing.key", house->folder);
    signer_make(&signer);
    for (int i = 0; i < rotations; i++)
        assert_ok(signer_rotate(&signer));
    assert_ok(signer_write(&signer, path));
}

static void what_is_written_reads_back(void **state)
{
    struct signer again;

    for (int rotations = 0; rotations <= SUCCESSIONS_MAX; rotations += 8) {
        start(*state, rotations);
        assert_ok(signer_read(path, &again));
        assert_memory_equal(&again.pair, &signer.pair, sizeof signer.pair);
        assert_memory_equal(again.first, signer.first, KEY_BYTES);
        assert_int_equal(again.successions, rotations);
    }
    assert_error(signer_rotate(&signer), ERROR_TOO_LARGE);
}

/* A device that knows any of the keys believes what the last has signed, and nobody else. */
static void every_key_leads_to_the_last(void **state)
{
    struct manifest manifest = {.sequence = 1,
                                .round = 1,
                                .model_version = 1,
                                .model_size = 1,
                                .labels = 2,
                                .label = {"a", "b"},
                                .block = 1,
                                .votes = 1,
                                .minimum = 1,
                                .contributions = 1,
                                .participation = 1,
                                .training = {1, 1, 1},
                                .created = 1,
                                .expires = 2};
    struct envelope envelope;
    struct manifest seen;
    struct buffer text;
    struct signer other;

    start(*state, 3);
    buffer_init(&text, MANIFEST_MAX);
    assert_ok(manifest_write(&manifest, &text));
    assert_ok(signer_sign(&signer, text.data, text.length, &envelope));
    assert_ok(envelope_open(&envelope, signer.first, &seen));
    for (size_t i = 0; i < 3; i++)
        assert_ok(envelope_open(&envelope, signer.succession[i].key, &seen));
    signer_make(&other);
    assert_error(envelope_open(&envelope, other.first, &seen), ERROR_DENIED);
    envelope_free(&envelope);
    buffer_free(&text);
}

/* Any digit that is another one, and any part that is missing. */
static void a_damaged_file_is_refused(void **state)
{
    struct buffer text;
    struct signer again;
    size_t start_at;

    start(*state, 1);
    buffer_init(&text, 1 << 16);
    assert_ok(file_read(path, &text));
    start_at = (size_t)(strstr(text.data, "first ") - text.data);
    for (size_t i = start_at; i + 1 < text.length; i += 7) {
        char was = text.data[i];

        text.data[i] = was == '0' ? '1' : '0';
        assert_ok(file_replace(path, text.data, text.length));
        /* The seed in the secret half is the one part that nothing else in the file vouches for. */
        if (i < (size_t)(strstr(text.data, "\nsecr") - text.data))
            assert_error(signer_read(path, &again), ERROR_DAMAGED);
        text.data[i] = was;
    }
    for (size_t length = 0; length + 1 < text.length; length += 11) {
        assert_ok(file_replace(path, text.data, length));
        assert_error(signer_read(path, &again), ERROR_DAMAGED);
    }
    assert_error(signer_read("nowhere", &again), ERROR_NOT_FOUND);
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        house_test(what_is_written_reads_back),
        house_test(every_key_leads_to_the_last),
        house_test(a_damaged_file_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
