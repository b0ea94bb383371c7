#include "base/bytes.h"
#include "base/file.h"
#include "classifier/crc32c.h"
#include "classifier/model.h"
#include "classifier/model_format.h"
#include "classifier/predict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char shipped_path[] = "assets/emotions.model";
static struct buffer shipped;

static int set_up(void **state)
{
    (void)state;
    buffer_init(&shipped, MODEL_FILE_MAX);
    return file_read(shipped_path, &shipped) ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    buffer_free(&shipped);
    return 0;
}

static void copy(struct buffer *out, size_t length)
{
    buffer_init(out, MODEL_FILE_MAX);
    assert_int_equal(buffer_append(out, shipped.data, length), ERROR_NONE);
}

/* Takes the bytes over. The sentence must name the file and a way out. */
static void assert_refused(struct buffer *bytes, enum error expected)
{
    struct model *model;

    assert_int_equal(model_from_bytes(bytes, "broken.model", &model), expected);
    assert_null(model);
    assert_null(bytes->data);
    assert_non_null(strstr(error_sentence(), "broken.model"));
    assert_non_null(strstr(error_sentence(), "--model"));
}

static void seal(struct buffer *file)
{
    bytes_put_u32(file->data + HEADER_CHECKSUM, 0);
    bytes_put_u32(file->data + HEADER_CHECKSUM, crc32c(0, file->data, file->length));
}

static size_t section_offset(const char *file, enum section section)
{
    return (size_t)bytes_get_u64(file + MODEL_ALIGNMENT + section * MODEL_ENTRY + ENTRY_OFFSET);
}

static void test_the_shipped_model(void **state)
{
    struct model *model;

    (void)state;
    assert_int_equal(model_open(shipped_path, &model), ERROR_NONE);
    assert_int_equal(model_label_count(model), 7);
    assert_true(model_file_size(model) <= 512 * 1024);
    assert_int_equal(model_version(model), 1);
    assert_int_equal(model_find_label(model, "joy"), 3);
    assert_int_equal(model_find_label(model, "boredom"), -1);
    for (int i = 0; i < model_label_count(model); i++)
        assert_true(*model_label(model, i)->emoji != '\0');
    assert_non_null(strstr(model_provenance(model), "GoEmotions"));
    assert_non_null(strstr(model_provenance(model), "licence: "));
    assert_int_equal(strlen(model_id(model)), strlen("v1-01234567"));
    model_close(model);
    model_close(NULL);
}

static void test_truncated_anywhere(void **state)
{
    struct buffer file;
    size_t step = 1;

    (void)state;
    for (size_t length = 0; length < shipped.length; length += step) {
        copy(&file, length);
        assert_refused(&file, ERROR_DAMAGED);
        step = length < 1024 || shipped.length - length < 1024 ? 1 : 997;
    }
    copy(&file, shipped.length);
    assert_int_equal(buffer_append_byte(&file, '\0'), ERROR_NONE);
    assert_refused(&file, ERROR_DAMAGED);
}

static void test_any_byte_changed(void **state)
{
    struct buffer file;
    size_t step = 1;

    (void)state;
    for (size_t at = 0; at < shipped.length; at += step) {
        copy(&file, shipped.length);
        file.data[at] = (char)(file.data[at] ^ (1 << at % 8));
        assert_refused(&file, ERROR_DAMAGED);
        step = at < 512 ? 1 : 1499;
    }
}

static void test_another_version(void **state)
{
    struct buffer file;

    (void)state;
    copy(&file, shipped.length);
    bytes_put_u32(file.data + HEADER_FORMAT, MODEL_FORMAT + 1);
    seal(&file);
    assert_refused(&file, ERROR_VERSION);
    copy(&file, shipped.length);
    bytes_put_u32(file.data + section_offset(file.data, SECTION_SETTINGS) + SETTING_TEXT_RULES, 2);
    seal(&file);
    assert_refused(&file, ERROR_VERSION);
}

static void test_foreign_files(void **state)
{
    static const char *const texts[] = {"", "text\n", "EMOMODEL", "{\"model\": 1}",
                                        "a text file that is longer than the header of a model is"};
    struct buffer file;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        buffer_init(&file, MODEL_FILE_MAX);
        assert_int_equal(buffer_append_text(&file, texts[i]), ERROR_NONE);
        assert_refused(&file, ERROR_DAMAGED);
    }
}

static void test_no_file(void **state)
{
    struct model *model;

    (void)state;
    assert_int_equal(model_open("nowhere/no.model", &model), ERROR_NOT_FOUND);
    assert_null(model);
    assert_non_null(strstr(error_sentence(), "nowhere/no.model"));
    assert_non_null(strstr(error_sentence(), "--model"));
    assert_int_not_equal(model_open("tests", &model), ERROR_NONE);
    assert_int_equal(model_open("/dev/zero", &model), ERROR_TOO_LARGE);
}

/* One wrong number each, under a right checksum. */
static const struct {
    enum section section; /* SECTION_COUNT: the header */
    size_t offset;
    uint32_t value;
} changes[] = {
    {SECTION_COUNT, HEADER_SECTIONS, 3},
    {SECTION_COUNT, HEADER_SECTIONS, 0xFFFFFFFF},
    {SECTION_COUNT, HEADER_VERSION, 0},
    {SECTION_COUNT, MODEL_ALIGNMENT + ENTRY_NAME, 0},
    {SECTION_COUNT, MODEL_ALIGNMENT + ENTRY_OFFSET, 1},
    {SECTION_COUNT, MODEL_ALIGNMENT + ENTRY_OFFSET, 0},
    {SECTION_COUNT, MODEL_ALIGNMENT + ENTRY_OFFSET, 0xFFFFFFC0},
    {SECTION_COUNT, MODEL_ALIGNMENT + ENTRY_OFFSET + 4, 0xFFFFFFFF},
    {SECTION_COUNT, MODEL_ALIGNMENT + ENTRY_LENGTH, 0xFFFFFFFF},
    {SECTION_COUNT, MODEL_ALIGNMENT + ENTRY_LENGTH + 4, 0xFFFFFFFF},
    {SECTION_COUNT, MODEL_ALIGNMENT + MODEL_ENTRY *SECTION_ORIGIN + ENTRY_LENGTH, 0},
    {SECTION_COUNT, MODEL_ALIGNMENT + MODEL_ENTRY *SECTION_WEIGHTS + ENTRY_LENGTH, 64},
    {SECTION_SETTINGS, SETTING_LABELS, 1},
    {SECTION_SETTINGS, SETTING_LABELS, 65},
    {SECTION_SETTINGS, SETTING_LABELS, 6},
    {SECTION_SETTINGS, SETTING_FEATURES, 0},
    {SECTION_SETTINGS, SETTING_FEATURES, 0xFFFFFFFF},
    {SECTION_SETTINGS, SETTING_TEMPERATURE, 0},
    {SECTION_SETTINGS, SETTING_TEMPERATURE, 0x7FC00000},
    {SECTION_SETTINGS, SETTING_TEMPERATURE, 0xBF800000},
    {SECTION_SETTINGS, SETTING_THRESHOLD, 0x40000000},
    {SECTION_SETTINGS, SETTING_THRESHOLD, 0x7F800000},
    {SECTION_SETTINGS, SETTING_SLOPE, 0x40000000},
    {SECTION_SETTINGS, SETTING_SLOPE, 0x7FC00000},
    {SECTION_SETTINGS, SETTING_UNSEEN_IDF, 0xFF800000},
    {SECTION_SETTINGS, SETTING_NORM_FLOOR, 0xBF800000},
    {SECTION_SETTINGS, SETTING_NORM_FLOOR, 0x7FC00000},
    {SECTION_SETTINGS, SETTING_NORM_FLOOR, 0x7F800000},
    {SECTION_SETTINGS, SETTING_PREFIXES, 1},
    {SECTION_SETTINGS, SETTING_PREFIXES, 1 << (TEXT_PREFIX_MIN - 1)},
    {SECTION_SETTINGS, SETTING_PREFIXES, 2 << TEXT_PREFIX_MAX},
    {SECTION_SETTINGS, SETTING_PREFIXES, 0xFFFFFFFF},
    {SECTION_LABELS, 0, 0},
    {SECTION_LABELS, 0, 0x0A0A0A0A},
    {SECTION_LABELS, 0, 0x2C2C2C2C},
    {SECTION_LABELS, 0, 0xFFFFFFFF},
    {SECTION_NEGATORS, 0, 0},
    {SECTION_NEGATORS, 0, 0xFFFFFFFF},
    {SECTION_SUFFIXES, 0, 0x41414141},
    {SECTION_FORMS, 0, 0x20202020},
    {SECTION_EMOTICONS, 0, 0x61616161},
    {SECTION_ORIGIN, 0, 0xFFFFFFFF},
    {SECTION_STRINGS, 0, 0xFFFFFFFF},
    {SECTION_STRINGS, 0, 0},
    {SECTION_IDF, 0, 0x7F800000},
    {SECTION_IDF, 0, 0x7FC00000},
    {SECTION_BIAS, 0, 0x7F800000},
    {SECTION_BIAS, 4, 0x7F000000},
    {SECTION_THRESHOLDS, 0, 0x7FC00000},
    {SECTION_THRESHOLDS, 4, 0xBF800000},
    {SECTION_THRESHOLDS, 8, 0x3F800001},
};

static void test_crafted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        size_t start = 0;
        struct buffer file;

        copy(&file, shipped.length);
        if (changes[i].section != SECTION_COUNT)
            start = section_offset(file.data, changes[i].section);
        bytes_put_u32(file.data + start + changes[i].offset, changes[i].value);
        seal(&file);
        assert_refused(&file, ERROR_DAMAGED);
    }
}

/* One byte less and one more, under a right checksum. */
static void test_sections_of_another_length(void **state)
{
    (void)state;
    for (int section = 0; section < SECTION_COUNT; section++)
        for (int change = -1; change <= 1; change += 2) {
            size_t at = MODEL_ALIGNMENT + (size_t)section * MODEL_ENTRY + ENTRY_LENGTH;
            struct buffer file;

            copy(&file, shipped.length);
            bytes_put_u64(file.data + at,
                          bytes_get_u64(file.data + at) + (uint64_t)(int64_t)change);
            seal(&file);
            assert_refused(&file, ERROR_DAMAGED);
        }
}

/* Whatever is wrong under a right checksum: refused, or used without harm. */
static void test_crafted_at_random(void **state)
{
    uint32_t seed = 3;

    (void)state;
    for (int round = 0; round < 300; round++) {
        struct prediction prediction;
        struct predictor *predictor;
        struct buffer file;
        struct model *model;

        copy(&file, shipped.length);
        for (int change = 0; change < 3; change++) {
            seed = seed * 1664525 + 1013904223;
            file.data[MODEL_ALIGNMENT + (seed >> 8) % (round % 2 ? 800 : shipped.length - 64)] ^=
                (char)(seed >> 3);
        }
        seal(&file);
        if (model_from_bytes(&file, "crafted", &model))
            continue;
        assert_int_equal(predictor_new(model, NULL, &predictor), ERROR_NONE);
        predictor_read(predictor, "I love this so much!", 20, &prediction);
        assert_in_range(prediction.label, 0, model_label_count(model) - 1);
        predictor_free(predictor);
        model_close(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_shipped_model), cmocka_unit_test(test_truncated_anywhere),
        cmocka_unit_test(test_any_byte_changed),  cmocka_unit_test(test_another_version),
        cmocka_unit_test(test_foreign_files),     cmocka_unit_test(test_no_file),
        cmocka_unit_test(test_crafted),           cmocka_unit_test(test_sections_of_another_length),
        cmocka_unit_test(test_crafted_at_random),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
