#include "base/file.h"
#include "classifier/model.h"
#include "classifier/predict.h"
#include "classifier/train.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/emotrack-train-XXXXXX";
static char data_path[64], other_path[64];

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(data_path, sizeof data_path, "%s/data.tsv", folder);
    snprintf(other_path, sizeof other_path, "%s/other.tsv", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(data_path);
    unlink(other_path);
    return rmdir(folder);
}

static void write_file(const char *path, const char *content)
{
    assert_int_equal(file_replace(path, content, strlen(content)), ERROR_NONE);
}

/* `rows` rows over `labels` labels, each with a word of its own. */
static void write_corpus(int rows, int labels)
{
    struct buffer text;

    buffer_init(&text, 1024 * 1024);
    for (int i = 0; i < rows; i++)
        assert_int_equal(buffer_format(&text, "say word%d again number %d\tlabel%02d%s\n",
                                       i % labels, i, i % labels, i % 10 == 9 ? ",label00" : ""),
                         ERROR_NONE);
    write_file(data_path, text.data);
    buffer_free(&text);
}

static struct train_report report; /* of the last training */

static enum error train(struct train_settings settings, struct buffer *out)
{
    settings.data = data_path;
    if (!settings.origin)
        settings.origin = "";
    buffer_init(out, MODEL_FILE_MAX);
    return train_model(&settings, out, &report);
}

static void test_a_corpus_becomes_a_model(void **state)
{
    struct predictor *predictor;
    struct prediction prediction;
    struct buffer file;
    struct model *model;

    (void)state;
    write_corpus(600, 3);
    assert_int_equal(train((struct train_settings){.origin = "corpus: made up\n"}, &file),
                     ERROR_NONE);
    assert_int_equal(model_from_bytes(&file, "trained", &model), ERROR_NONE);
    assert_int_equal(model_label_count(model), 3);
    assert_string_equal(model_label(model, 2)->name, "label02");
    assert_string_equal(model_label(model, 0)->emoji, "");
    assert_non_null(strstr(model_provenance(model), "corpus: made up\n"));
    assert_int_equal(predictor_new(model, NULL, &predictor), ERROR_NONE);
    predictor_read(predictor, "say word2 again", 15, &prediction);
    assert_int_equal(prediction.label, 2);
    predictor_read(predictor, "word1", 5, &prediction);
    assert_int_equal(prediction.label, 1);
    predictor_free(predictor);
    model_close(model);
}

/* A part of the rows, and then all of them with the n-grams of the part. */
static void test_a_part_and_its_vocabulary(void **state)
{
    struct train_settings part = {.part = 0.3, .seed = 5}, all = {.seed = 5};
    struct model *model, *whole;
    struct buffer file;
    int taken = 0;

    (void)state;
    write_corpus(600, 3);
    for (size_t row = 0; row < 600; row++) {
        taken += train_takes(&part, row);
        assert_true(train_takes(&all, row));
    }
    assert_true(taken > 130 && taken < 230);
    assert_int_equal(train(part, &file), ERROR_NONE);
    assert_int_equal(model_from_bytes(&file, "part", &model), ERROR_NONE);
    all.vocabulary = model;
    assert_int_equal(train(all, &file), ERROR_NONE);
    assert_int_equal(model_from_bytes(&file, "whole", &whole), ERROR_NONE);
    assert_int_equal(model_feature_count(whole), model_feature_count(model));
    assert_string_not_equal(model_id(whole), model_id(model));
    assert_null(strstr(model_provenance(model), "training rows: 600\n"));
    assert_non_null(strstr(model_provenance(whole), "training rows: 600\n"));
    model_close(whole);
    model_close(model);
}

static void test_as_many_labels_as_there_may_be(void **state)
{
    static const int counts[] = {2, 8, 28, 64};

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct buffer file;
        struct model *model;

        write_corpus(counts[i] * 30, counts[i]);
        assert_int_equal(train((struct train_settings){.seed = 5}, &file), ERROR_NONE);
        assert_int_equal(model_from_bytes(&file, "trained", &model), ERROR_NONE);
        assert_int_equal(model_label_count(model), counts[i]);
        model_close(model);
    }
}

static void test_the_same_bytes_twice(void **state)
{
    struct buffer first, second;

    (void)state;
    write_corpus(500, 4);
    assert_int_equal(train((struct train_settings){.seed = 1}, &first), ERROR_NONE);
    assert_int_equal(train((struct train_settings){.seed = 1}, &second), ERROR_NONE);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.data, second.data, first.length);
    buffer_free(&second);
    assert_int_equal(train((struct train_settings){.seed = 2}, &second), ERROR_NONE);
    assert_true(first.length != second.length ||
                memcmp(first.data, second.data, first.length) != 0);
    buffer_free(&first);
    buffer_free(&second);
}

static uint32_t draw(uint32_t below)
{
    static uint64_t state = 1;

    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % below;
}

/* One word in a row tells the label, as a rule; the others tell nothing. */
static void append_telling_row(struct buffer *text, uint32_t label)
{
    for (int word = 0; word < 8; word++)
        assert_int_equal(buffer_format(text, "noise%u ", draw(200)), ERROR_NONE);
    assert_int_equal(buffer_format(text, "tell%u\tlabel%u\n", draw(4) > 0 ? label : draw(3), label),
                     ERROR_NONE);
}

/* Every word tells a little. */
static void append_weak_row(struct buffer *text, uint32_t label)
{
    for (int word = 0; word < 12; word++)
        assert_int_equal(
            buffer_format(text, "weak%u ", 3 * draw(150) + (draw(4) > 0 ? draw(3) : label)),
            ERROR_NONE);
    assert_int_equal(buffer_format(text, "\tlabel%u\n", label), ERROR_NONE);
}

static void write_rows(void (*append)(struct buffer *text, uint32_t label), int rows)
{
    struct buffer text;

    buffer_init(&text, 1024 * 1024);
    for (int i = 0; i < rows; i++)
        append(&text, draw(10) > 0 ? draw(2) : 2); /* the third label is rare */
    write_file(data_path, text.data);
    buffer_free(&text);
}

static struct model *trained(struct train_settings settings)
{
    struct model *model;
    struct buffer file;

    assert_int_equal(train(settings, &file), ERROR_NONE);
    assert_int_equal(model_from_bytes(&file, "trained", &model), ERROR_NONE);
    return model;
}

static void test_the_kind_is_chosen_by_what_is_held_out(void **state)
{
    (void)state;
    write_rows(append_telling_row, 3000);
    model_close(trained((struct train_settings){.seed = 1}));
    assert_true(report.penalty > 0 && report.ridge == 0);
    write_rows(append_weak_row, 3000);
    model_close(trained((struct train_settings){.seed = 1}));
    assert_true(report.penalty == 0 && report.ridge > 0);
}

/* Weak words, and three that are in this row and one other, which mostly has the same label. */
static void append_rare_row(struct buffer *text, uint32_t label)
{
    static uint32_t number;
    uint32_t pair = number++ % 750;

    label = draw(3) > 0 ? pair % 3 : label;
    for (int word = 0; word < 3; word++)
        assert_int_equal(buffer_format(text, "%c%u%c ", 'a' + word, pair, 'a' + word), ERROR_NONE);
    append_weak_row(text, label);
}

static void test_rare_words_are_learnt_where_they_tell(void **state)
{
    (void)state;
    write_rows(append_weak_row, 1500);
    model_close(trained((struct train_settings){.seed = 1}));
    assert_int_equal(report.rows_learnt, 2);
    write_rows(append_rare_row, 1500);
    model_close(trained((struct train_settings){.seed = 1}));
    assert_int_equal(report.rows_learnt, 1);
}

static void test_what_was_held_out_is_trained_on_afterwards(void **state)
{
    (void)state;
    write_corpus(600, 3);
    model_close(trained((struct train_settings){.seed = 1}));
    assert_int_equal(report.rows, 600);
    assert_true(report.dev_rows > 30 && report.dev_rows < 90);
    model_close(trained((struct train_settings){.seed = 1, .dev = data_path}));
    assert_int_equal(report.rows, 600);
    assert_int_equal(report.dev_rows, 600);
}

static void test_bytes_say_what_floats_say(void **state)
{
    static const char text[] = "noise1 noise7 tell1";
    struct model *bytes, *floats;
    struct prediction some, exact;
    struct predictor *predictor;

    (void)state;
    write_rows(append_telling_row, 1000);
    bytes = trained((struct train_settings){.seed = 1});
    floats = trained((struct train_settings){.seed = 1, .floats = true});
    assert_true(model_file_size(bytes) < model_file_size(floats));
    assert_int_equal(predictor_new(bytes, NULL, &predictor), ERROR_NONE);
    predictor_read(predictor, text, strlen(text), &some);
    predictor_free(predictor);
    assert_int_equal(predictor_new(floats, NULL, &predictor), ERROR_NONE);
    predictor_read(predictor, text, strlen(text), &exact);
    predictor_free(predictor);
    assert_int_equal(some.label, exact.label);
    for (int i = 0; i < 3; i++)
        assert_true(some.probability[i] - exact.probability[i] < 0.02F &&
                    exact.probability[i] - some.probability[i] < 0.02F);
    model_close(bytes);
    model_close(floats);
}

/* What nothing says anything about has the labels' shares for probabilities, or what recall makes
 * of them. */
static float rare_probability(double recall)
{
    struct model *model = trained((struct train_settings){.seed = 1, .recall = recall});
    struct predictor *predictor;
    struct prediction prediction;

    assert_int_equal(predictor_new(model, NULL, &predictor), ERROR_NONE);
    predictor_read(predictor, "", 0, &prediction);
    predictor_free(predictor);
    model_close(model);
    return prediction.probability[2];
}

static void test_recall_favours_rare_labels(void **state)
{
    (void)state;
    write_rows(append_telling_row, 1000);
    assert_true(rare_probability(0.2) > rare_probability(0));
    assert_true(rare_probability(0.5) > rare_probability(0.2));
}

/* What longer words begin with is known where the word is not. */
static void test_a_new_word_is_read_by_what_it_begins_with(void **state)
{
    static const char *const rows = "wonderful\tgood\nwonderfully\tgood\nwondrous\tgood\n"
                                    "miserable\tbad\nmiserably\tbad\nmisery\tbad\n";
    struct predictor *predictor;
    struct prediction prediction;
    struct model *model;
    struct buffer text;

    (void)state;
    buffer_init(&text, 65536);
    for (int i = 0; i < 40; i++)
        assert_int_equal(buffer_append_text(&text, rows), ERROR_NONE);
    write_file(data_path, text.data);
    buffer_free(&text);
    model = trained((struct train_settings){.seed = 1});
    assert_int_equal(predictor_new(model, NULL, &predictor), ERROR_NONE);
    predictor_read(predictor, "wonderland", 10, &prediction);
    assert_string_equal(model_label(model, prediction.label)->name, "good");
    predictor_read(predictor, "miser", 5, &prediction);
    assert_string_equal(model_label(model, prediction.label)->name, "bad");
    predictor_free(predictor);
    model_close(model);
}

static void test_the_label_table_gives_order_and_emoji(void **state)
{
    struct buffer file;
    struct model *model;

    (void)state;
    write_corpus(300, 3);
    write_file(other_path, "label02\t\xF0\x9F\x98\x8A\tbold red\nlabel00\t\tblue\n");
    assert_int_equal(train((struct train_settings){.labels = other_path}, &file), ERROR_NONE);
    assert_int_equal(model_from_bytes(&file, "trained", &model), ERROR_NONE);
    assert_string_equal(model_label(model, 0)->name, "label02");
    assert_string_equal(model_label(model, 0)->emoji, "\xF0\x9F\x98\x8A");
    assert_string_equal(model_label(model, 0)->colour, "bold red");
    assert_string_equal(model_label(model, 1)->name, "label00");
    assert_string_equal(model_label(model, 2)->name, "label01");
    model_close(model);
}

static void test_the_map_leads_to_fewer_labels(void **state)
{
    struct buffer file;
    struct model *model;

    (void)state;
    write_corpus(300, 3);
    write_file(other_path, "label00\tgood\r\nlabel01\tgood\r\n\r\nlabel02\tbad\r\n");
    assert_int_equal(train((struct train_settings){.map = other_path}, &file), ERROR_NONE);
    assert_int_equal(model_from_bytes(&file, "trained", &model), ERROR_NONE);
    assert_int_equal(model_label_count(model), 2);
    assert_int_equal(model_find_label(model, "bad"), 0);
    model_close(model);
}

struct bad_input {
    const char *data, *map, *labels; /* NULL: none */
    const char *sentence;            /* a part of it */
};

static void test_bad_rows_are_named(void **state)
{
    static const struct bad_input table[] = {
        {"", NULL, NULL, "data.tsv"},
        {"\n\n", NULL, NULL, "data.tsv"},
        {"fine\tjoy\nno tab here\n", NULL, NULL, "data.tsv:2:"},
        {"fine\tjoy\n\nno label\t\n", NULL, NULL, "data.tsv:3:"},
        {"fine\tjoy,\n", NULL, NULL, "data.tsv:1:"},
        {"fine\t,joy\n", NULL, NULL, "data.tsv:1:"},
        {"fine\tj\x01oy\n", NULL, NULL, "data.tsv:1:"},
        {"fine\tj\xFFoy\n", NULL, NULL, "data.tsv:1:"},
        {"fine\t0123456789012345678901234567890123456789012345678901234567890123\n", NULL, NULL,
         "data.tsv:1:"},
        {"fine\tjoy\nfine\tjoy\nfine\tjoy\n", NULL, NULL, "two labels"},
        {"fine\tjoy\nbad\tfear\n", "joy\tgood\n", NULL, "data.tsv:2:"},
        {"fine\tjoy\n", "joy\n", NULL, "other.tsv:1:"},
        {"fine\tjoy\n", "joy\tgood\tmore\n", NULL, "other.tsv:1:"},
        {"fine\tjoy\nbad\tfear\n", NULL, "joy\tx\tpink\n", "other.tsv"},
        {"fine\tjoy\nbad\tfear\n", NULL, "joy\tx\n", "other.tsv:1:"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *other = table[i].map ? table[i].map : table[i].labels;
        struct buffer file;

        write_file(data_path, table[i].data);
        if (other)
            write_file(other_path, other);
        assert_int_not_equal(
            train((struct train_settings){.dev = data_path,
                                          .map = table[i].map ? other_path : NULL,
                                          .labels = table[i].labels ? other_path : NULL},
                  &file),
            ERROR_NONE);
        assert_non_null(strstr(error_sentence(), table[i].sentence));
        buffer_free(&file);
    }
}

static void test_too_many_labels(void **state)
{
    struct buffer file;

    (void)state;
    write_corpus(130, 65);
    assert_int_equal(train((struct train_settings){0}, &file), ERROR_TOO_LARGE);
    assert_non_null(strstr(error_sentence(), "data.tsv:65:"));
    buffer_free(&file);
}

static void test_missing_files(void **state)
{
    struct buffer file;

    (void)state;
    write_corpus(20, 2);
    assert_int_equal(train((struct train_settings){.dev = "no/dev.tsv"}, &file), ERROR_NOT_FOUND);
    buffer_free(&file);
    assert_int_equal(train((struct train_settings){.map = "no/map.tsv"}, &file), ERROR_NOT_FOUND);
    buffer_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_corpus_becomes_a_model),
        cmocka_unit_test(test_a_part_and_its_vocabulary),
        cmocka_unit_test(test_as_many_labels_as_there_may_be),
        cmocka_unit_test(test_the_same_bytes_twice),
        cmocka_unit_test(test_the_kind_is_chosen_by_what_is_held_out),
        cmocka_unit_test(test_rare_words_are_learnt_where_they_tell),
        cmocka_unit_test(test_what_was_held_out_is_trained_on_afterwards),
        cmocka_unit_test(test_bytes_say_what_floats_say),
        cmocka_unit_test(test_recall_favours_rare_labels),
        cmocka_unit_test(test_a_new_word_is_read_by_what_it_begins_with),
        cmocka_unit_test(test_the_label_table_gives_order_and_emoji),
        cmocka_unit_test(test_the_map_leads_to_fewer_labels),
        cmocka_unit_test(test_bad_rows_are_named),
        cmocka_unit_test(test_too_many_labels),
        cmocka_unit_test(test_missing_files),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
