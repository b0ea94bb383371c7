#include "classifier/model_parts.h"
#include "sync/manifest.h"
#include "sync/random.h"
#include "tests/allocation.h"
#include "tests/sync/sample.h"

#include <math.h>

static struct buffer document; /* of sample_manifest */

static void assert_same(const struct manifest *a, const struct manifest *b)
{
    assert_int_equal(a->sequence, b->sequence);
    assert_int_equal(a->round, b->round);
    assert_int_equal(a->open, b->open);
    assert_int_equal(a->mode, b->mode);
    assert_int_equal(a->model_version, b->model_version);
    assert_int_equal(a->model_size, b->model_size);
    assert_memory_equal(a->model_hash, b->model_hash, HASH_BYTES);
    assert_memory_equal(a->vocabulary_hash, b->vocabulary_hash, HASH_BYTES);
    assert_int_equal(a->labels, b->labels);
    for (uint32_t i = 0; i < a->labels; i++)
        assert_string_equal(a->label[i], b->label[i]);
    assert_int_equal(a->block, b->block);
    assert_int_equal(a->votes, b->votes);
    assert_true(a->noise == b->noise && a->participation == b->participation);
    assert_int_equal(a->minimum, b->minimum);
    assert_int_equal(a->contributions, b->contributions);
    assert_int_equal(a->training.passes, b->training.passes);
    assert_true(a->training.rate == b->training.rate && a->training.unit == b->training.unit);
    assert_int_equal(a->created, b->created);
    assert_int_equal(a->expires, b->expires);
}

static void assert_round_trip(const struct manifest *manifest)
{
    struct manifest read;
    struct buffer text;

    buffer_init(&text, MANIFEST_MAX);
    assert_int_equal(manifest_write(manifest, &text), ERROR_NONE);
    assert_int_equal(manifest_read(text.data, text.length, &read), ERROR_NONE);
    assert_same(manifest, &read);
    buffer_free(&text);
}

static void test_what_is_written_reads_back(void **state)
{
    struct manifest manifest = sample_manifest();

    (void)state;
    assert_round_trip(&manifest);
    manifest.open = false;
    manifest.noise = 0;
    manifest.participation = 1.0 / 3;
    manifest.training.rate = nextafter(0.1, 1);
    manifest.training.unit = 1e-9;
    assert_round_trip(&manifest);
}

static void test_the_largest_values_fit(void **state)
{
    struct manifest manifest = sample_manifest();

    (void)state;
    manifest.sequence = manifest.round = (UINT64_C(1) << 53) - 1;
    manifest.created = manifest.expires = (INT64_C(1) << 53) - 1;
    manifest.model_version = UINT32_MAX;
    manifest.model_size = MODEL_FILE_MAX;
    manifest.labels = LABELS_MAX;
    for (int i = 0; i < LABELS_MAX; i++) { /* the longest names, of what takes most room */
        snprintf(manifest.label[i], sizeof manifest.label[i], "%02d", i);
        for (size_t at = 2; at + 2 < LABEL_NAME_MAX; at += 2)
            memcpy(manifest.label[i] + at, "\xC2\x80", 3);
    }
    manifest.block = BLOCK_FEATURES_MAX;
    manifest.votes = VOTES_MAX;
    manifest.noise = NOISE_MAX;
    manifest.minimum = INT32_MAX;
    manifest.contributions = CONTRIBUTIONS_MAX;
    manifest.participation = 1;
    manifest.training = (struct training){TRAINING_PASSES_MAX, 1000, 1000};
    assert_round_trip(&manifest);
}

/* Each with one thing changed; the sentence names the field. */
static const struct {
    const char *from, *to, *names;
} bad[] = {
    {"manifest 1", "manifest 2", "'format'"},
    {"manifest 1", "envelope 1", "'format'"},
    {"\"format\"", "\"Format\"", "'format' is missing"},
    {"\"sequence\": 7", "\"sequence\": 0", "'sequence'"},
    {"\"sequence\": 7", "\"sequence\": -7", "'sequence'"},
    {"\"sequence\": 7", "\"sequence\": 7.5", "'sequence'"},
    {"\"sequence\": 7", "\"sequence\": \"7\"", "'sequence'"},
    {"\"sequence\": 7", "\"sequence\": null", "'sequence'"},
    {"\"sequence\": 7", "\"sequence\": [7]", "'sequence'"},
    {"\"sequence\": 7", "\"sequence\": true", "'sequence'"},
    {"\"sequence\": 7", "\"sequence\": 9007199254740992", "'sequence'"},
    {"\"sequence\": 7", "\"sequence\": 9007199254740993", "'sequence'"},
    {"\"sequence\": 7", "\"sequence\": 18446744073709551617", "'sequence'"},
    {"\"sequence\": 7", "\"sequence\": 1e999", "'sequence'"},
    {"\"sequence\": 7", "\"sequence\": 7, \"sequence\": 7", "'sequence' is there twice"},
    {"\"round\": 3", "\"round\": 0", "'round'"},
    {"\"round\": 3", "\"rounds\": 3", "'round' is missing"},
    {"\"open\": true", "\"open\": 1", "'open'"},
    {"\"open\": true", "\"open\": \"true\"", "'open'"},
    {"\"trusted\"", "\"split\"", "'mode'"},
    {"\"trusted\"", "\"Trusted\"", "'mode'"},
    {"\"trusted\"", "\"\"", "'mode'"},
    {"\"trusted\"", "0", "'mode'"},
    {"\"model_version\": 2", "\"model_version\": 0", "'model_version'"},
    {"\"model_version\": 2", "\"model_version\": 4294967296", "'model_version'"},
    {"\"model_size\": 123456", "\"model_size\": 0", "'model_size'"},
    {"\"model_size\": 123456", "\"model_size\": 67108865", "'model_size'"},
    {"\"model_size\": 123456", "\"model_size\": 10737418240", "'model_size'"},
    {"\"model_hash\": \"ab", "\"model_hash\": \"", "'model_hash'"},
    {"\"model_hash\": \"ab", "\"model_hash\": \"abab", "'model_hash'"},
    {"\"model_hash\": \"ab", "\"model_hash\": \"xy", "'model_hash'"},
    {"\"vocabulary_hash\": \"cd", "\"vocabulary_hash\": \"c", "'vocabulary_hash'"},
    {"\"joy\"", "\"\"", "'labels'"},
    {"\"joy\"", "\"fear\"", "'labels' has a name twice"},
    {"\"joy\"", "\"a,b\"", "'labels'"},
    {"\"joy\"", "\"a\\tb\"", "'labels'"},
    {"\"joy\"", "\"a\\u001bb\"", "'labels'"},
    {"\"joy\"", "1", "'labels'"},
    {"\"joy\"", "[\"joy\"]", "'labels'"},
    {"\"joy\"", "\"1234567890123456789012345678901234567890123456789012345678901234\"", "'labels'"},
    {"\"labels\": [", "\"labels\": [], \"names\": [", "'labels'"},
    {"\"labels\": [", "\"labels\": [\"joy\"], \"names\": [", "'labels'"},
    {"\"labels\": [", "\"labels\": {\"a\": \"b\", \"c\": \"d\"}, \"names\": [", "'labels'"},
    {"\"block\": 1000", "\"block\": 0", "'block'"},
    {"\"block\": 1000", "\"block\": 4097", "'block'"},
    {"\"votes\": 64", "\"votes\": 0", "'votes'"},
    {"\"votes\": 64", "\"votes\": 4097", "'votes'"},
    {"\"noise\": 4.25", "\"noise\": -1", "'noise'"},
    {"\"noise\": 4.25", "\"noise\": 1001", "'noise'"},
    {"\"noise\": 4.25", "\"noise\": \"4\"", "'noise'"},
    {"\"minimum\": 100", "\"minimum\": 0", "'minimum'"},
    {"\"minimum\": 100", "\"minimum\": 2147483648", "'minimum'"},
    {"\"contributions\": 4", "\"contributions\": 0", "'contributions'"},
    {"\"contributions\": 4", "\"contributions\": 1000001", "'contributions'"},
    {"\"participation\": 0.1", "\"participation\": 1.1", "'participation'"},
    {"\"participation\": 0.1", "\"participation\": -0.1", "'participation'"},
    {"\"passes\": 5", "\"passes\": 0", "'passes'"},
    {"\"passes\": 5", "\"passes\": 65", "'passes'"},
    {"\"rate\": 0.3", "\"rate\": 0", "'rate'"},
    {"\"rate\": 0.3", "\"rate\": 1001", "'rate'"},
    {"\"rate\": 0.3", "\"rate\": -0.3", "'rate'"},
    {"\"unit\": 0.05", "\"unit\": 0", "'unit'"},
    {"\"unit\": 0.05", "\"unit\": 1e300", "'unit'"},
    {"\"created\": 1790000000", "\"created\": -1", "'created'"},
    {"\"expires\": 1790600000", "\"expires\": 1.5", "'expires'"},
    /* no manifest at all */
    {"{", "[", "no JSON"},
    {"{", "", "no JSON"},
    {"{", "{{", "no JSON"},
    {"}", "", "no JSON"},
    {"}\n", "}x", "no JSON"},
    {"}\n", "}{}", "no JSON"},
    {"\"round\": 3", "\"round\": NaN", "no JSON"},
    {"\"round\": 3", "\"round\": 3,,", "no JSON"},
    {"\"joy\"", "\"jo\\u0000y\"", "no JSON"},
    {"\"joy\"", "\"\\ud800\"", "no JSON"},
    {"\"joy\"", "\"\xC3\"", "UTF-8"},
    {"\"joy\"", "\"\xED\xA0\x80\"", "UTF-8"},
};

static void test_one_wrong_field_is_named(void **state)
{
    struct manifest manifest;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *text = sample_replace(document.data, bad[i].from, bad[i].to);

        if (manifest_read(text, strlen(text), &manifest) != ERROR_INVALID)
            fail_msg("accepted: %s", bad[i].to);
        assert_sentence("the manifest is not valid");
        assert_sentence(bad[i].names);
        free(text);
    }
}

static void test_unknown_fields_are_passed_over(void **state)
{
    static const char *const extra[] = {
        "{\"new\": 1,",
        "{ \"Round\": -1, \"split\": {\"helper\": [1, {\"round\": 9}]},",
        "\r\n\t {",
    };
    struct manifest manifest = sample_manifest(), read;

    (void)state;
    for (size_t i = 0; i < sizeof extra / sizeof *extra; i++) {
        char *text = sample_replace(document.data, "{", extra[i]);

        assert_int_equal(manifest_read(text, strlen(text), &read), ERROR_NONE);
        assert_same(&manifest, &read);
        free(text);
    }
}

static void test_truncated_anywhere(void **state)
{
    struct manifest manifest;

    (void)state;
    for (size_t length = 0; length + 1 < document.length; length++) {
        char *bytes = malloc(length > 0 ? length : 1); /* a sanitizer sees who reads on */

        assert_non_null(bytes);
        memcpy(bytes, document.data, length);
        assert_int_equal(manifest_read(bytes, length, &manifest), ERROR_INVALID);
        free(bytes);
    }
    assert_int_equal(manifest_read(document.data, document.length - 1, &manifest), ERROR_NONE);
}

static void test_too_long_too_deep_and_nothing(void **state)
{
    struct manifest manifest;
    char *bytes = malloc(MANIFEST_MAX + 1);

    (void)state;
    assert_non_null(bytes);
    assert_int_equal(manifest_read("", 0, &manifest), ERROR_INVALID);
    memset(bytes, ' ', MANIFEST_MAX + 1);
    memcpy(bytes, document.data, document.length);
    assert_int_equal(manifest_read(bytes, MANIFEST_MAX, &manifest), ERROR_NONE);
    assert_int_equal(manifest_read(bytes, MANIFEST_MAX + 1, &manifest), ERROR_INVALID);
    assert_sentence("16384 bytes");
    bytes[document.length] = '\0';
    assert_int_equal(manifest_read(bytes, MANIFEST_MAX, &manifest), ERROR_INVALID);
    memset(bytes, '[', MANIFEST_MAX);
    assert_int_equal(manifest_read(bytes, MANIFEST_MAX, &manifest), ERROR_INVALID);
    memset(bytes, '{', MANIFEST_MAX);
    assert_int_equal(manifest_read(bytes, MANIFEST_MAX, &manifest), ERROR_INVALID);
    free(bytes);
}

static void test_out_of_memory(void **state)
{
    struct manifest manifest = sample_manifest();
    struct buffer text;

    (void)state;
    for (int n = 1;; n++) {
        enum error error;

        allocation_fail_at(n);
        error = manifest_read(document.data, document.length, &manifest);
        if (!allocation_failed())
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
    }
    for (int n = 1;; n++) {
        enum error error;

        buffer_init(&text, MANIFEST_MAX);
        allocation_fail_at(n);
        error = manifest_write(&manifest, &text);
        buffer_free(&text);
        if (!allocation_failed())
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
    }
    allocation_fail_at(0);
}

/* ---- one after another ---- */

static void assert_follows(struct manifest next, enum error expected, const char *words)
{
    struct manifest known = sample_manifest();

    assert_int_equal(manifest_check_follows(&known, &next), expected);
    if (expected)
        assert_sentence(words);
}

static void test_a_server_only_goes_on(void **state)
{
    struct manifest next = sample_manifest();

    (void)state;
    assert_follows(next, ERROR_NONE, "");
    next.open = false;
    assert_follows(next, ERROR_DENIED, "two different manifests as number 7");
    next.sequence = 8;
    assert_follows(next, ERROR_NONE, "");
    next.round = 4;
    next.model_version = 3;
    next.model_hash[0] = 0;
    assert_follows(next, ERROR_NONE, "");
    next.model_version = 2;
    assert_follows(next, ERROR_DENIED, "two different models as version 2");
    next.model_version = 1;
    assert_follows(next, ERROR_DENIED, "from model 2 to 1");
    next = sample_manifest();
    next.sequence = 6;
    assert_follows(next, ERROR_DENIED, "from manifest 7 to 6");
    next = sample_manifest();
    next.sequence = 8;
    next.round = 2;
    assert_follows(next, ERROR_DENIED, "from round 3 to 2");
}

/* ---- the model ---- */

static struct model *shipped;

static void of_shipped(struct manifest *manifest)
{
    *manifest = sample_manifest();
    manifest->labels = (uint32_t)model_label_count(shipped);
    for (uint32_t i = 0; i < manifest->labels; i++)
        snprintf(manifest->label[i], sizeof manifest->label[i], "%s",
                 model_label(shipped, (int)i)->name);
    assert_int_equal(manifest_vocabulary_hash(shipped, manifest->vocabulary_hash), ERROR_NONE);
}

static void test_a_model_fits_its_manifest(void **state)
{
    struct manifest manifest;

    (void)state;
    of_shipped(&manifest);
    assert_int_equal(manifest_check_model(&manifest, shipped), ERROR_NONE);
    manifest.block = model_feature_count(shipped) + 1;
    assert_int_equal(manifest_check_model(&manifest, shipped), ERROR_INVALID);
    assert_sentence("block");
    of_shipped(&manifest);
    manifest.labels--;
    assert_int_equal(manifest_check_model(&manifest, shipped), ERROR_INVALID);
    assert_sentence("emotions");
    of_shipped(&manifest);
    manifest.label[2][0] = 'X';
    assert_int_equal(manifest_check_model(&manifest, shipped), ERROR_INVALID);
    assert_sentence("emotion number 3");
    of_shipped(&manifest);
    manifest.vocabulary_hash[31] ^= 1;
    assert_int_equal(manifest_check_model(&manifest, shipped), ERROR_INVALID);
    assert_sentence("vocabulary");
}

static struct model *written(const struct model_parts *parts)
{
    struct buffer bytes;
    struct model *model;

    buffer_init(&bytes, MODEL_FILE_MAX);
    assert_int_equal(model_parts_write(parts, &bytes), ERROR_NONE);
    assert_int_equal(model_from_bytes(&bytes, "sample", &model), ERROR_NONE);
    return model;
}

/* Takes the model over. */
static bool same_vocabulary(struct model *model)
{
    unsigned char one[HASH_BYTES], other[HASH_BYTES];

    assert_int_equal(manifest_vocabulary_hash(shipped, one), ERROR_NONE);
    assert_int_equal(manifest_vocabulary_hash(model, other), ERROR_NONE);
    model_close(model);
    return memcmp(one, other, sizeof one) == 0;
}

static void test_the_vocabulary_hash_is_of_how_text_is_read(void **state)
{
    static const char negators[] = "never\0no"; /* fewer than the shipped model's */
    struct model_parts parts = *model_parts(shipped);
    float bias[LABELS_MAX] = {0}, *idf;

    (void)state;
    parts.version++;
    parts.bias = bias;
    parts.temperature *= 2;
    parts.origin = "";
    assert_true(same_vocabulary(written(&parts)));

    parts.text.negation_window++;
    assert_false(same_vocabulary(written(&parts)));
    parts.text = model_parts(shipped)->text;
    parts.text.negators = (struct text_strings){negators, sizeof negators};
    assert_false(same_vocabulary(written(&parts)));
    parts.text = model_parts(shipped)->text;
    parts.vocabulary.unseen_idf += 1;
    assert_false(same_vocabulary(written(&parts)));
    parts.vocabulary = model_parts(shipped)->vocabulary;
    idf = malloc(parts.vocabulary.count * sizeof *idf);
    assert_non_null(idf);
    memcpy(idf, parts.vocabulary.idf, parts.vocabulary.count * sizeof *idf);
    idf[parts.vocabulary.count - 1] += 1;
    parts.vocabulary.idf = idf;
    assert_false(same_vocabulary(written(&parts)));
    free(idf);
}

static void test_hashing_out_of_memory(void **state)
{
    unsigned char hash[HASH_BYTES];

    (void)state;
    for (int n = 1;; n++) {
        enum error error;

        allocation_fail_at(n);
        error = manifest_vocabulary_hash(shipped, hash);
        if (!allocation_failed())
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
    }
    allocation_fail_at(0);
}

static int set_up(void **state)
{
    struct manifest manifest = sample_manifest();

    (void)state;
    buffer_init(&document, MANIFEST_MAX);
    return random_ready() || manifest_write(&manifest, &document) ||
           model_open("assets/emotions.model", &shipped);
}

static int tear_down(void **state)
{
    (void)state;
    buffer_free(&document);
    model_close(shipped);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_reads_back),
        cmocka_unit_test(test_the_largest_values_fit),
        cmocka_unit_test(test_one_wrong_field_is_named),
        cmocka_unit_test(test_unknown_fields_are_passed_over),
        cmocka_unit_test(test_truncated_anywhere),
        cmocka_unit_test(test_too_long_too_deep_and_nothing),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_a_server_only_goes_on),
        cmocka_unit_test(test_a_model_fits_its_manifest),
        cmocka_unit_test(test_the_vocabulary_hash_is_of_how_text_is_read),
        cmocka_unit_test(test_hashing_out_of_memory),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
