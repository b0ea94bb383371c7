#include "base/bytes.h"
#include "classifier/crc32c.h"
#include "classifier/english.h"
#include "classifier/model.h"
#include "classifier/model_format.h"
#include "classifier/model_parts.h"
#include "tests/allocation.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LABELS = 3, STRIDE = 4, FEATURES = 5 };

static const struct label labels[LABELS] = {
    {"calm", "", "cyan"}, {"glad", "\xF0\x9F\x98\x80", "bold yellow"}, {"sad", ":(", "blue"}};
static const char strings[] = "good\0not:good\0<s> good\0\xC3\xA9t\xC3\xA9\0happi*";
static const uint32_t offsets[FEATURES + 1] = {0, 5, 14, 23, 29, sizeof strings};
static const float idf[FEATURES] = {1, 2.5F, 3, 7, 7.5F};
static const float bias[STRIDE] = {0.25F, -1, 1e6F};
static const float thresholds[STRIDE] = {0, 0.3F, 1};
static const float scales[STRIDE] = {0.01F, 0, 7e3F};
static const signed char steps[FEATURES][STRIDE] = {
    {1, 0, 127}, {-127, 0, 5}, {0}, {99, 0, -64}, {7}};

static float floats[FEATURES * STRIDE]; /* the steps times the scales */

static int set_up(void **state)
{
    (void)state;
    for (int feature = 0; feature < FEATURES; feature++)
        for (int label = 0; label < STRIDE; label++)
            floats[feature * STRIDE + label] = (float)steps[feature][label] * scales[label];
    return 0;
}

static struct model_parts sample(const float *scale)
{
    return (struct model_parts){
        .version = 9,
        .labels = LABELS,
        .stride = STRIDE,
        .text = english_text_settings,
        .vocabulary = {.idf = idf, .count = FEATURES, .unseen_idf = 6.5F, .norm_floor = 2.5F},
        .label = labels,
        .strings = strings,
        .offsets = offsets,
        .bias = bias,
        .weights = floats,
        .scale = scale,
        .temperature = 1.25F,
        .slope = 0.0625F,
        .threshold = 0.375F,
        .label_threshold = thresholds,
        .origin = "corpus: none\n",
    };
}

static struct buffer write(const struct model_parts *parts)
{
    struct buffer file;

    buffer_init(&file, MODEL_FILE_MAX);
    assert_int_equal(model_parts_write(parts, &file), ERROR_NONE);
    return file;
}

static void assert_refused(struct buffer file)
{
    struct model *model;

    assert_int_equal(model_from_bytes(&file, "a model", &model), ERROR_DAMAGED);
    assert_null(model);
    assert_non_null(strstr(error_sentence(), "'a model' is damaged"));
}

static void assert_same_strings(const struct text_strings *a, const struct text_strings *b)
{
    assert_int_equal(a->length, b->length);
    assert_memory_equal(a->bytes, b->bytes, b->length);
}

static void assert_same_text(const struct text_settings *a, const struct text_settings *b)
{
    assert_int_equal(a->negation_window, b->negation_window);
    assert_int_equal(a->prefixes, b->prefixes);
    assert_same_strings(&a->negators, &b->negators);
    assert_same_strings(&a->suffixes, &b->suffixes);
    assert_same_strings(&a->forms, &b->forms);
    assert_same_strings(&a->emoticons, &b->emoticons);
}

static void assert_same_vocabulary(const struct model_parts *a, const struct model_parts *b)
{
    assert_int_equal(a->vocabulary.count, FEATURES);
    assert_true(a->vocabulary.unseen_idf == b->vocabulary.unseen_idf);
    assert_true(a->vocabulary.norm_floor == b->vocabulary.norm_floor);
    assert_true(a->slope == b->slope);
    assert_memory_equal(a->vocabulary.idf, b->vocabulary.idf, sizeof idf);
    assert_memory_equal(a->offsets, b->offsets, sizeof offsets);
    assert_memory_equal(a->strings, b->strings, sizeof strings);
    for (uint32_t i = 0; i < FEATURES; i++) {
        const char *name = strings + offsets[i];
        uint64_t hash = features_hash(name, strlen(name));

        assert_int_equal(vocabulary_find(&a->vocabulary, hash), i);
        assert_int_equal(vocabulary_find(&a->vocabulary, hash + 1), VOCABULARY_NONE);
    }
}

/* Bit by bit, 0 from the last label on. */
static void assert_same_rows(const struct model_parts *a, const struct model_parts *b)
{
    assert_memory_equal(a->weights, b->weights, sizeof floats);
    assert_memory_equal(a->bias, b->bias, sizeof bias);
    assert_memory_equal(a->label_threshold, b->label_threshold, sizeof thresholds);
    assert_int_equal(a->scale != NULL, b->scale != NULL);
    if (b->scale)
        assert_memory_equal(a->scale, b->scale, sizeof scales);
}

/* As it was written it is read, and written again it has the same bytes. */
static void check_round_trip(const float *scale)
{
    struct model_parts parts = sample(scale);
    struct buffer file = write(&parts), again;
    const struct model_parts *got;
    struct model *model;
    size_t length = file.length;
    char *copy = malloc(length);

    assert_non_null(copy);
    memcpy(copy, file.data, length);
    assert_int_equal(model_from_bytes(&file, "sample", &model), ERROR_NONE);
    got = model_parts(model);
    assert_int_equal(got->version, 9);
    assert_int_equal(got->labels, LABELS);
    assert_int_equal(got->stride, STRIDE);
    assert_true(got->temperature == parts.temperature && got->threshold == parts.threshold);
    assert_string_equal(got->origin, parts.origin);
    for (int i = 0; i < LABELS; i++) {
        assert_string_equal(got->label[i].name, labels[i].name);
        assert_string_equal(got->label[i].emoji, labels[i].emoji);
        assert_string_equal(got->label[i].colour, labels[i].colour);
    }
    assert_same_text(&got->text, &parts.text);
    assert_same_vocabulary(got, &parts);
    assert_same_rows(got, &parts);
    again = write(got);
    assert_int_equal(again.length, length);
    assert_memory_equal(again.data, copy, length);
    buffer_free(&again);
    model_close(model);
    free(copy);
}

static void test_round_trip_of_floats(void **state)
{
    (void)state;
    check_round_trip(NULL);
}

static void test_round_trip_of_bytes(void **state)
{
    (void)state;
    check_round_trip(scales);
}

static void test_a_byte_a_weight(void **state)
{
    struct model_parts parts = sample(NULL);
    struct buffer wide = write(&parts), narrow;
    size_t entry = MODEL_ALIGNMENT + SECTION_WEIGHTS * MODEL_ENTRY + ENTRY_LENGTH;

    (void)state;
    parts.scale = scales;
    narrow = write(&parts);
    assert_int_equal(bytes_get_u64(wide.data + entry), FEATURES * LABELS * 4);
    assert_int_equal(bytes_get_u64(narrow.data + entry), FEATURES * LABELS);
    buffer_free(&narrow);
    buffer_free(&wide);
}

/* Whatever the scale, each multiple is found again. */
static void test_every_multiple_of_a_scale(void **state)
{
    static const float some[] = {1,    0.1F,   1.0F / 3, 0x1.fffffep-20F, 0.0123456789F,
                                 7873, 1e-38F, 1e-43F};

    (void)state;
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        for (int from = -WEIGHT_STEPS; from <= WEIGHT_STEPS; from++) {
            float scale[STRIDE] = {some[i], some[i], some[i]}, weights[FEATURES * STRIDE] = {0};
            struct model_parts parts = sample(scale);
            struct buffer file;
            struct model *model;

            weights[STRIDE + 1] = (float)from * some[i];
            parts.weights = weights;
            file = write(&parts);
            assert_int_equal(model_from_bytes(&file, "sample", &model), ERROR_NONE);
            assert_memory_equal(model_parts(model)->weights, weights, sizeof weights);
            model_close(model);
        }
}

static void test_no_multiples(void **state)
{
    static const struct {
        float weight, scale;
    } table[] = {
        {0.5F, 1},      {1.0000001F, 1}, {128, 1},       {-128, 1},     {1, 0},
        {1, -1},        {0, -1},         {1, NAN},       {0, NAN},      {NAN, 1},
        {HUGE_VALF, 1}, {1, HUGE_VALF},  {0, HUGE_VALF}, {0.35F, 0.1F}, {1e-30F, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        float scale[STRIDE] = {1, table[i].scale, 1}, weights[FEATURES * STRIDE] = {0};
        struct model_parts parts = sample(scale);
        struct buffer file;

        weights[1 * STRIDE + 1] = table[i].weight;
        parts.weights = weights;
        buffer_init(&file, MODEL_FILE_MAX);
        assert_int_equal(model_parts_write(&parts, &file), ERROR_INVALID);
        assert_non_null(strstr(error_sentence(), "'glad'"));
        buffer_free(&file);
    }
}

/* ---- what the reader refuses ---- */

static void seal(struct buffer *file)
{
    bytes_put_u32(file->data + HEADER_CHECKSUM, 0);
    bytes_put_u32(file->data + HEADER_CHECKSUM, crc32c(0, file->data, file->length));
}

/* Puts a number into a section of a file that is otherwise right. */
static struct buffer patched(const float *scale, enum section section, size_t at, uint32_t value)
{
    struct model_parts parts = sample(scale);
    struct buffer file = write(&parts);
    size_t start =
        bytes_get_u64(file.data + MODEL_ALIGNMENT + (size_t)section * MODEL_ENTRY + ENTRY_OFFSET);

    bytes_put_u32(file.data + start + at, value);
    seal(&file);
    return file;
}

static void test_bad_numbers(void **state)
{
    static const uint32_t not_numbers[] = {0x7F800000, 0xFF800000, 0x7FC00000, 0x7F7FFFFF};
    static const struct {
        const float *scale;
        enum section section;
    } places[] = {{NULL, SECTION_BIAS},       {NULL, SECTION_IDF},      {NULL, SECTION_WEIGHTS},
                  {NULL, SECTION_THRESHOLDS}, {scales, SECTION_SCALES}, {scales, SECTION_BIAS}};

    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        for (size_t j = 0; j < sizeof not_numbers / sizeof *not_numbers; j++)
            for (size_t label = 0; label < LABELS; label++)
                assert_refused(
                    patched(places[i].scale, places[i].section, 4 * label, not_numbers[j]));
    assert_refused(patched(scales, SECTION_SCALES, 0, 0xBF800000)); /* -1 */
    assert_refused(patched(scales, SECTION_SCALES, 8, 0x45F610CD)); /* 127 times it: over 10^6 */
    assert_refused(patched(NULL, SECTION_THRESHOLDS, 0, 0xBDCCCCCD));
    assert_refused(patched(NULL, SECTION_THRESHOLDS, 8, 0x3F800001));
    for (size_t at = 0; at + 4 <= FEATURES * LABELS; at += 4)
        assert_refused(patched(scales, SECTION_WEIGHTS, at, 0x00800000)); /* -128 */
}

/* The section of scales cut to nothing and made from nothing: the weights then have the wrong
 * length. */
static void test_the_other_encoding(void **state)
{
    struct model_parts parts = sample(scales);
    struct buffer file = write(&parts);
    size_t at = MODEL_ALIGNMENT + SECTION_SCALES * MODEL_ENTRY + ENTRY_LENGTH;

    (void)state;
    bytes_put_u64(file.data + at, 0);
    seal(&file);
    assert_refused(file);
    parts.scale = NULL;
    file = write(&parts);
    bytes_put_u64(file.data + at, sizeof scales - 4);
    seal(&file);
    assert_refused(file);
}

static void test_too_many_labels(void **state)
{
    static struct label many[LABELS_MAX + 1];
    static char names[LABELS_MAX + 1][8];
    static float rows[(LABELS_MAX + 4) * FEATURES];
    struct model_parts parts = sample(NULL);

    (void)state;
    for (int i = 0; i <= LABELS_MAX; i++) {
        names[i][0] = (char)('0' + i);
        many[i] = (struct label){names[i], "", "red"};
    }
    parts.label = many;
    parts.weights = parts.bias = parts.label_threshold = rows;
    parts.labels = LABELS_MAX + 1;
    parts.stride = model_stride(parts.labels);
    assert_refused(write(&parts));
    parts.labels = 1;
    parts.stride = model_stride(1);
    assert_refused(write(&parts));
}

static void test_bad_vocabularies(void **state)
{
    static const struct {
        const char *strings;
        size_t length;
    } table[] = {
        {"a\0b\0c\0d\0a", 10},       /* one twice */
        {"a\0b\0\0d\0e", 9},         /* one empty */
        {"a\0b\0c\0d\0\xC3", 10},    /* no UTF-8 */
        {"a\0b\0c\0\xC3\0\xA9", 10}, /* nor here */
        {"a\0b\0c\0d\0e\0f", 12},    /* one too many */
        {"a\0b\0c\0d", 8},           /* one too few */
        {"a\0b\0c\0d\0e", 9},        /* without its end */
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct model_parts parts = sample(NULL);
        uint32_t ends[FEATURES + 1] = {[FEATURES] = (uint32_t)table[i].length};

        parts.strings = table[i].strings;
        parts.offsets = ends;
        assert_refused(write(&parts));
    }
}

#define TWELVE(a) a a a a a a a a a a a a

static void test_bad_text_settings(void **state)
{
    static const char many[] = TWELVE(TWELVE("a\0b\0"));
    static const struct {
        const char *bytes;
        size_t length;
        char list; /* n, s, f, e */
    } table[] = {
        {"not", 3, 'n'},
        {"not\0\0", 5, 'n'},
        {"", 1, 'n'},
        {"no t", 5, 'n'},
        {"n\tt", 4, 'n'},
        {"n\x7Ft", 4, 'n'},
        {"\xFF", 2, 'n'},
        {"\xC3\0\xA9", 4, 'n'},
        {"123456789012345678901234", 25, 'n'},
        {many, 2 * 288, 'n'},
        {"ing", 4, 's'},
        {"'S", 3, 's'},
        {"'\xC3\xA9", 4, 's'},
        {"n't\0's", 6, 's'},
        {"can't", 6, 'f'},
        {"can't\0can\0won't", 16, 'f'},
        {"can't\0", 7, 'f'},
        {":)", 3, 'e'},
        {":)\0:)\0:(", 9, 'e'},
        {":\0:)", 5, 'e'},
        {"XD\0:D", 6, 'e'},
        {"8)\0:)", 6, 'e'},
        {"\xE2\x98\xBA\0:)", 7, 'e'},
        {":)\0a b", 7, 'e'},
        {many, 2 * 288, 'e'},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct text_strings list = {table[i].bytes, table[i].length};
        struct model_parts parts = sample(NULL);

        switch (table[i].list) {
        case 'n': parts.text.negators = list; break;
        case 's': parts.text.suffixes = list; break;
        case 'f': parts.text.forms = list; break;
        default: parts.text.emoticons = list; break;
        }
        assert_refused(write(&parts));
    }
}

static void test_no_text_settings(void **state)
{
    struct model_parts parts = sample(NULL);
    struct buffer file;
    struct model *model;

    (void)state;
    parts.text = (struct text_settings){0};
    file = write(&parts);
    assert_int_equal(model_from_bytes(&file, "sample", &model), ERROR_NONE);
    assert_int_equal(model_parts(model)->text.suffixes.length, 0);
    model_close(model);
}

static void test_no_memory(void **state)
{
    struct model *model = NULL;

    (void)state;
    for (int n = 1;; n++) {
        struct model_parts parts = sample(n % 2 ? scales : NULL);
        struct buffer file = write(&parts);
        enum error error;

        allocation_fail_at(n);
        error = model_from_bytes(&file, "sample", &model);
        if (!allocation_failed())
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
        assert_null(model);
        assert_null(file.data);
    }
    allocation_fail_at(0);
    model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip_of_floats),
        cmocka_unit_test(test_round_trip_of_bytes),
        cmocka_unit_test(test_a_byte_a_weight),
        cmocka_unit_test(test_every_multiple_of_a_scale),
        cmocka_unit_test(test_no_multiples),
        cmocka_unit_test(test_bad_numbers),
        cmocka_unit_test(test_the_other_encoding),
        cmocka_unit_test(test_too_many_labels),
        cmocka_unit_test(test_bad_vocabularies),
        cmocka_unit_test(test_bad_text_settings),
        cmocka_unit_test(test_no_text_settings),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests_name("model_write", tests, set_up, NULL);
}
