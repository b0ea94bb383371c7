#include "sync/manifest.h"
#include "sync/random.h"
#include "tests/allocation.h"
#include "tests/sync/sample.h"

/* A server whose keys have followed each other: the keys 0 to KEYS - 1. */
enum { KEYS = 4 };

static struct key_pair key[KEYS], stranger;
static struct buffer document; /* of sealed(KEYS - 1) */

/* The sample manifest in an envelope signed by key number `last`. */
static void sealed(struct envelope *envelope, size_t last)
{
    struct manifest manifest = sample_manifest();

    *envelope = (struct envelope){.successions = last};
    buffer_init(&envelope->manifest, MANIFEST_MAX);
    assert_int_equal(manifest_write(&manifest, &envelope->manifest), ERROR_NONE);
    memcpy(envelope->first, key[0].public, KEY_BYTES);
    for (size_t i = 0; i < last; i++) {
        memcpy(envelope->succession[i].key, key[i + 1].public, KEY_BYTES);
        assert_int_equal(key_sign(&key[i], SUCCESSION_PURPOSE, key[i + 1].public, KEY_BYTES,
                                  envelope->succession[i].signature),
                         ERROR_NONE);
    }
    assert_int_equal(envelope_sign(envelope, &key[last]), ERROR_NONE);
}

static void assert_opens(const struct envelope *envelope, const struct key_pair *pinned)
{
    struct manifest manifest;

    assert_int_equal(envelope_open(envelope, pinned->public, &manifest), ERROR_NONE);
    assert_int_equal(manifest.sequence, 7);
}

static void assert_denied(const struct envelope *envelope, const struct key_pair *pinned)
{
    struct manifest manifest;

    assert_int_equal(envelope_open(envelope, pinned->public, &manifest), ERROR_DENIED);
    assert_sentence("not signed by the server that was joined");
    assert_int_equal(manifest.sequence, 0);
}

static void test_what_is_written_reads_back(void **state)
{
    struct envelope envelope, read;
    struct buffer text;

    (void)state;
    for (size_t last = 0; last < KEYS; last++) {
        sealed(&envelope, last);
        buffer_init(&text, ENVELOPE_MAX);
        assert_int_equal(envelope_write(&envelope, &text), ERROR_NONE);
        assert_int_equal(envelope_read(text.data, text.length, &read), ERROR_NONE);
        assert_string_equal(read.manifest.data, envelope.manifest.data);
        assert_memory_equal(read.hash, envelope.hash, HASH_BYTES);
        assert_memory_equal(read.signature, envelope.signature, SIGNATURE_BYTES);
        assert_memory_equal(read.first, envelope.first, KEY_BYTES);
        assert_int_equal(read.successions, last);
        assert_memory_equal(read.succession, envelope.succession,
                            last * sizeof *envelope.succession);
        assert_memory_equal(envelope_key(&read), key[last].public, KEY_BYTES);
        envelope_free(&read);
        envelope_free(&envelope);
        buffer_free(&text);
    }
}

static void test_any_key_that_was_pinned_on_the_way_opens_it(void **state)
{
    struct envelope envelope;

    (void)state;
    for (size_t last = 0; last < KEYS; last++) {
        sealed(&envelope, last);
        for (size_t pinned = 0; pinned < KEYS; pinned++) {
            if (pinned <= last)
                assert_opens(&envelope, &key[pinned]);
            else /* a server that shows an older state than was seen */
                assert_denied(&envelope, &key[pinned]);
        }
        assert_denied(&envelope, &stranger);
        envelope_free(&envelope);
    }
}

static void test_any_byte_changed_closes_it(void **state)
{
    struct envelope envelope;

    (void)state;
    sealed(&envelope, KEYS - 1);
    for (size_t i = 0; i < envelope.manifest.length; i++) {
        envelope.manifest.data[i] ^= 1;
        assert_denied(&envelope, &key[0]);
        envelope.manifest.data[i] ^= 1;
    }
    for (size_t i = 0; i < SIGNATURE_BYTES; i++) {
        envelope.signature[i] ^= 1;
        assert_denied(&envelope, &key[0]);
        envelope.signature[i] ^= 1;
    }
    for (size_t i = 0; i < KEYS - 1; i++) {
        envelope.succession[i].signature[40] ^= 1;
        assert_denied(&envelope, &key[0]);
        assert_denied(&envelope, &key[i]);
        assert_opens(&envelope, &key[i + 1]); /* what was before the pinned key is nobody's */
        envelope.succession[i].signature[40] ^= 1;
    }
    assert_opens(&envelope, &key[0]);
    envelope_free(&envelope);
}

static void test_keys_that_nobody_signed(void **state)
{
    struct envelope envelope;

    (void)state;
    /* a stranger's key at the end, signed by itself */
    sealed(&envelope, 1);
    memcpy(envelope.succession[1].key, stranger.public, KEY_BYTES);
    envelope.successions = 2;
    assert_int_equal(key_sign(&stranger, SUCCESSION_PURPOSE, stranger.public, KEY_BYTES,
                              envelope.succession[1].signature),
                     ERROR_NONE);
    assert_int_equal(envelope_sign(&envelope, &stranger), ERROR_NONE);
    assert_denied(&envelope, &key[0]);
    assert_denied(&envelope, &key[1]);
    envelope_free(&envelope);
    /* a key in between left out */
    sealed(&envelope, 3);
    envelope.succession[1] = envelope.succession[2];
    envelope.successions = 2;
    assert_denied(&envelope, &key[0]);
    assert_opens(&envelope, &key[3]);
    envelope_free(&envelope);
    /* signed by a key that has been followed */
    sealed(&envelope, 2);
    assert_int_equal(envelope_sign(&envelope, &key[1]), ERROR_NONE);
    assert_denied(&envelope, &key[0]);
    assert_denied(&envelope, &key[2]);
    envelope_free(&envelope);
}

static void test_a_signature_for_another_purpose(void **state)
{
    struct envelope envelope;

    (void)state;
    sealed(&envelope, 1);
    assert_int_equal(key_sign(&key[1], SUCCESSION_PURPOSE, envelope.manifest.data,
                              envelope.manifest.length, envelope.signature),
                     ERROR_NONE);
    assert_denied(&envelope, &key[0]);
    envelope_free(&envelope);
    sealed(&envelope, 1);
    assert_int_equal(key_sign(&key[0], MANIFEST_PURPOSE, key[1].public, KEY_BYTES,
                              envelope.succession[0].signature),
                     ERROR_NONE);
    assert_denied(&envelope, &key[0]);
    envelope_free(&envelope);
}

static void test_signed_nonsense_is_no_manifest(void **state)
{
    struct manifest manifest;
    struct envelope envelope;

    (void)state;
    sealed(&envelope, 0);
    buffer_clear(&envelope.manifest);
    assert_int_equal(buffer_append_text(&envelope.manifest, "{}"), ERROR_NONE);
    assert_int_equal(envelope_sign(&envelope, &key[0]), ERROR_NONE);
    assert_int_equal(envelope_open(&envelope, key[0].public, &manifest), ERROR_INVALID);
    assert_sentence("the manifest is not valid");
    envelope_free(&envelope);
}

static void test_one_wrong_field_is_named(void **state)
{
    static const struct {
        const char *from, *to, *names;
    } bad[] = {
        {"envelope 1", "envelope 2", "'format'"},
        {"\"manifest\": \"", "\"manifest\": 1, \"old\": \"", "'manifest'"},
        {"\"manifest\"", "\"Manifest\"", "'manifest' is missing"},
        {"\"signature\": \"", "\"signature\": \"0", "'signature'"},
        {"\"signature\": \"", "\"signature\": \" ", "'signature'"},
        {"\"signature\": \"", "\"signature\": null, \"s\": \"", "'signature'"},
        {"\"key\": \"", "\"key\": \"00", "'key'"},
        {"\"key\": \"", "\"key\": \"\", \"k\": \"", "'key'"},
        {"\"successions\": [", "\"successions\": [1,", "'successions'"},
        {"\"successions\": [", "\"successions\": [{},", "'key'"},
        {"\"successions\": [", "\"successions\": [[],", "'successions'"},
        {"\"successions\": [", "\"successions\": 3, \"s\": [", "'successions'"},
        {"\"successions\": [", "\"successions\": {}, \"s\": [", "'successions'"},
        {"\"successions\": [", "\"successions\": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,",
         "'successions'"},
        {"\"successions\"", "\"succession\"", "'successions' is missing"},
        {"{", "<html>", "no JSON"},
        {"{", "", "no JSON"},
        {"}\n", "}}", "no JSON"},
    };
    struct envelope envelope;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *text = sample_replace(document.data, bad[i].from, bad[i].to);

        if (envelope_read(text, strlen(text), &envelope) != ERROR_INVALID)
            fail_msg("accepted: %s", bad[i].to);
        assert_sentence(bad[i].names);
        envelope_free(&envelope);
        free(text);
    }
}

static void test_truncated_anywhere(void **state)
{
    struct envelope envelope;

    (void)state;
    for (size_t length = 0; length + 1 < document.length; length++) {
        char *bytes = malloc(length > 0 ? length : 1);

        assert_non_null(bytes);
        memcpy(bytes, document.data, length);
        assert_int_equal(envelope_read(bytes, length, &envelope), ERROR_INVALID);
        envelope_free(&envelope);
        free(bytes);
    }
}

static void test_sizes_are_capped(void **state)
{
    struct envelope envelope;
    struct buffer text;

    (void)state;
    /* a manifest of one byte too many */
    buffer_init(&text, ENVELOPE_MAX);
    assert_int_equal(buffer_append_text(&text, "{\"format\": \"emotrack envelope 1\","
                                               "\"manifest\": \""),
                     ERROR_NONE);
    for (int i = 0; i <= MANIFEST_MAX; i++)
        assert_int_equal(buffer_append_byte(&text, 'x'), ERROR_NONE);
    assert_int_equal(buffer_append_text(&text, "\"}"), ERROR_NONE);
    assert_int_equal(envelope_read(text.data, text.length, &envelope), ERROR_INVALID);
    assert_sentence("'manifest' must be text of at most 16384 bytes");
    envelope_free(&envelope);
    buffer_free(&text);
    /* the whole of one byte too many, and nothing but depth */
    buffer_init(&text, ENVELOPE_MAX + 1);
    assert_int_equal(buffer_append(&text, document.data, document.length), ERROR_NONE);
    while (text.length <= ENVELOPE_MAX)
        assert_int_equal(buffer_append_byte(&text, ' '), ERROR_NONE);
    assert_int_equal(envelope_read(text.data, text.length - 1, &envelope), ERROR_NONE);
    envelope_free(&envelope);
    assert_int_equal(envelope_read(text.data, text.length, &envelope), ERROR_INVALID);
    envelope_free(&envelope);
    memset(text.data, '[', text.length);
    assert_int_equal(envelope_read(text.data, text.length - 1, &envelope), ERROR_INVALID);
    envelope_free(&envelope);
    buffer_free(&text);
}

static void test_out_of_memory(void **state)
{
    struct envelope envelope;

    (void)state;
    for (int n = 1;; n++) {
        enum error error;

        allocation_fail_at(n);
        error = envelope_read(document.data, document.length, &envelope);
        envelope_free(&envelope);
        if (!allocation_failed())
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
    }
    allocation_fail_at(0);
    envelope_free(&(struct envelope){0});
}

static int set_up(void **state)
{
    struct envelope envelope;

    (void)state;
    if (random_ready())
        return -1;
    for (size_t i = 0; i < KEYS; i++)
        key_make(&key[i]);
    key_make(&stranger);
    sealed(&envelope, KEYS - 1);
    buffer_init(&document, ENVELOPE_MAX);
    assert_int_equal(envelope_write(&envelope, &document), ERROR_NONE);
    envelope_free(&envelope);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buffer_free(&document);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_reads_back),
        cmocka_unit_test(test_any_key_that_was_pinned_on_the_way_opens_it),
        cmocka_unit_test(test_any_byte_changed_closes_it),
        cmocka_unit_test(test_keys_that_nobody_signed),
        cmocka_unit_test(test_a_signature_for_another_purpose),
        cmocka_unit_test(test_signed_nonsense_is_no_manifest),
        cmocka_unit_test(test_one_wrong_field_is_named),
        cmocka_unit_test(test_truncated_anywhere),
        cmocka_unit_test(test_sizes_are_capped),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
