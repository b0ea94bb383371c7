#include "sync/manifest.h"
#include "tests/allocation.h"
#include "tests/sync/sample.h"

static struct pins sample_pins(void)
{
    struct manifest manifest = sample_manifest();
    struct pins pins;

    pins_of(&manifest, &pins);
    return pins;
}

static void test_what_is_written_reads_back(void **state)
{
    struct pins pins = sample_pins(), read;
    struct buffer text;

    (void)state;
    buffer_init(&text, PINS_MAX);
    assert_int_equal(pins_write(&pins, &text), ERROR_NONE);
    assert_int_equal(pins_read(text.data, text.length, &read), ERROR_NONE);
    assert_memory_equal(read.vocabulary_hash, pins.vocabulary_hash, HASH_BYTES);
    assert_int_equal(read.labels, pins.labels);
    for (uint32_t i = 0; i < pins.labels; i++)
        assert_string_equal(read.label[i], pins.label[i]);
    assert_int_equal(read.mode, pins.mode);
    assert_true(read.noise == pins.noise);
    assert_int_equal(read.minimum, pins.minimum);
    assert_int_equal(read.block, pins.block);
    assert_int_equal(read.votes, pins.votes);
    assert_int_equal(read.contributions, pins.contributions);
    buffer_free(&text);
}

static void test_one_wrong_field_is_named(void **state)
{
    static const struct {
        const char *from, *to, *names;
    } bad[] = {
        {"pins 1", "pins 2", "'format'"},
        {"\"vocabulary_hash\": \"cd", "\"vocabulary_hash\": \"", "'vocabulary_hash'"},
        {"\"joy\"", "\"fear\"", "'labels'"},
        {"\"trusted\"", "\"split\"", "'mode'"},
        {"\"noise\": 4.25", "\"noise\": -4.25", "'noise'"},
        {"\"noise\"", "\"nois\"", "'noise' is missing"},
        {"\"minimum\": 100", "\"minimum\": 0", "'minimum'"},
        {"\"block\": 1000", "\"block\": 4097", "'block'"},
        {"\"votes\": 64", "\"votes\": 64.5", "'votes'"},
        {"\"contributions\": 4", "\"contributions\": \"4\"", "'contributions'"},
        {"}", "", "no JSON"},
    };
    struct pins pins = sample_pins(), read;
    struct buffer text;

    (void)state;
    buffer_init(&text, PINS_MAX);
    assert_int_equal(pins_write(&pins, &text), ERROR_NONE);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *changed = sample_replace(text.data, bad[i].from, bad[i].to);

        assert_int_equal(pins_read(changed, strlen(changed), &read), ERROR_INVALID);
        assert_sentence(bad[i].names);
        free(changed);
    }
    assert_int_equal(pins_read("", 0, &read), ERROR_INVALID);
    buffer_free(&text);
}

enum change {
    NOTHING,
    STRONGER,
    ROUND,
    VOCABULARY,
    FEWER_LABELS,
    OTHER_LABELS,
    ORDER_OF_LABELS,
    MODE,
    NOISE,
    NO_NOISE,
    MINIMUM,
    BLOCK,
    VOTES,
    CONTRIBUTIONS,
};

static void change_labels(struct manifest *manifest, enum change change)
{
    char first[LABEL_NAME_MAX + 1];

    if (change == FEWER_LABELS)
        manifest->labels--;
    if (change == OTHER_LABELS)
        manifest->label[1][0] = 'F';
    if (change != ORDER_OF_LABELS)
        return;
    memcpy(first, manifest->label[0], sizeof first);
    memcpy(manifest->label[0], manifest->label[1], sizeof first);
    memcpy(manifest->label[1], first, sizeof first);
}

static void apply(struct manifest *manifest, enum change change)
{
    switch (change) {
    case NOTHING: break;
    case STRONGER:
        manifest->noise *= 2;
        manifest->minimum++;
        manifest->block++;
        manifest->votes--;
        manifest->contributions--;
        break;
    case ROUND:
        manifest->round++;
        manifest->sequence++;
        manifest->model_version++;
        manifest->open = false;
        manifest->training.unit *= 2;
        break;
    case VOCABULARY: manifest->vocabulary_hash[31] ^= 1; break;
    case FEWER_LABELS:
    case OTHER_LABELS:
    case ORDER_OF_LABELS: change_labels(manifest, change); break;
    case MODE: manifest->mode = MODE_SPLIT; break;
    case NOISE: manifest->noise -= 0.25; break;
    case NO_NOISE: manifest->noise = 0; break;
    case MINIMUM: manifest->minimum--; break;
    case BLOCK: manifest->block--; break;
    case VOTES: manifest->votes++; break;
    case CONTRIBUTIONS: manifest->contributions++; break;
    }
}

static void test_a_weaker_manifest_is_refused(void **state)
{
    static const struct {
        enum change change;
        const char *words; /* NULL: it is accepted */
    } cases[] = {
        {NOTHING, NULL},
        {STRONGER, NULL},
        {ROUND, NULL},
        {VOCABULARY, "another vocabulary"},
        {FEWER_LABELS, "other emotions"},
        {OTHER_LABELS, "other emotions"},
        {ORDER_OF_LABELS, "other emotions"},
        {MODE, "another mode"},
        {NOISE, "a noise of 4 where 4.25 was agreed to"},
        {NO_NOISE, "a noise of 0 where 4.25 was agreed to"},
        {MINIMUM, "a least number of reports of 99 where 100 was agreed to"},
        {BLOCK, "a block of 999 where 1000 was agreed to"},
        {VOTES, "a number of votes of 65 where 64 was agreed to"},
        {CONTRIBUTIONS, "a number of contributions of 5 where 4 was agreed to"},
    };
    struct pins pins = sample_pins();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct manifest manifest = sample_manifest();

        apply(&manifest, cases[i].change);
        assert_int_equal(pins_check(&pins, &manifest), cases[i].words ? ERROR_DENIED : ERROR_NONE);
        if (cases[i].words)
            assert_sentence(cases[i].words);
    }
}

static void test_out_of_memory(void **state)
{
    struct pins pins = sample_pins(), read;
    struct buffer text;

    (void)state;
    buffer_init(&text, PINS_MAX);
    assert_int_equal(pins_write(&pins, &text), ERROR_NONE);
    for (int n = 1;; n++) {
        enum error error;

        allocation_fail_at(n);
        error = pins_read(text.data, text.length, &read);
        if (!allocation_failed())
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
    }
    allocation_fail_at(0);
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_reads_back),
        cmocka_unit_test(test_one_wrong_field_is_named),
        cmocka_unit_test(test_a_weaker_manifest_is_refused),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
