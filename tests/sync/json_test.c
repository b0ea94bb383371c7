#include "sync/json.h"
#include "tests/allocation.h"
#include "tests/sync/sample.h"

#include <float.h>

enum { LIMIT = 4096 };

static void write_everything(struct json_writer *writer, struct buffer *out)
{
    json_start(writer, out);
    json_put_text(writer, "text", "a \"b\" \\ c\nd");
    json_put_integer(writer, "integer", JSON_INTEGER_MAX);
    json_put_number(writer, "number", 0.1);
    json_put_boolean(writer, "boolean", false);
    json_put_hex(writer, "hex", (const unsigned char *)"\0\xFF", 2);
    json_open(writer, "list", '[');
    json_put_text(writer, NULL, "x");
    json_open(writer, NULL, '{');
    json_put_integer(writer, "in", 1);
    json_close(writer, '}');
    json_close(writer, ']');
    json_open(writer, "empty", '[');
    json_close(writer, ']');
}

static void test_objects_are_written_for_people(void **state)
{
    struct json_writer writer;
    struct buffer out;

    (void)state;
    buffer_init(&out, LIMIT);
    write_everything(&writer, &out);
    assert_int_equal(json_finish(&writer), ERROR_NONE);
    assert_string_equal(out.data, "{\n"
                                  "  \"text\": \"a \\\"b\\\" \\\\ c\\nd\",\n"
                                  "  \"integer\": 9007199254740991,\n"
                                  "  \"number\": 0.1,\n"
                                  "  \"boolean\": false,\n"
                                  "  \"hex\": \"00ff\",\n"
                                  "  \"list\": [\n"
                                  "    \"x\",\n"
                                  "    {\n"
                                  "      \"in\": 1\n"
                                  "    }\n"
                                  "  ],\n"
                                  "  \"empty\": []\n"
                                  "}\n");
    buffer_clear(&out);
    json_start(&writer, &out);
    assert_int_equal(json_finish(&writer), ERROR_NONE);
    assert_string_equal(out.data, "{}\n");
    buffer_free(&out);
}

static void test_text_is_safe_and_reads_back(void **state)
{
    static const struct {
        const char *text, *written, *read;
    } cases[] = {
        {"", "\"\"", ""},
        {"h\xC3\xA9 \xF0\x9F\x98\x80", "\"h\xC3\xA9 \xF0\x9F\x98\x80\"",
         "h\xC3\xA9 \xF0\x9F\x98\x80"},
        {"\x1b[31m", "\"\\u001b[31m\"", "\x1b[31m"},
        {"\x7f", "\"\\u007f\"", "\x7f"},
        {"\xC2\x9B", "\"\\u009b\"", "\xC2\x9B"},
        {"\xE2\x80\xAE", "\"\\u202e\"", "\xE2\x80\xAE"},
        {"\xE2\x80\xA8", "\"\\u2028\"", "\xE2\x80\xA8"},
        {"\t\r", "\"\\u0009\\u000d\"", "\t\r"},
        {"\xFF", "\"\xEF\xBF\xBD\"", "\xEF\xBF\xBD"},
        {"\xE2\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"", "\xEF\xBF\xBD\xEF\xBF\xBD"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json_reader reader = {.what = "test"};
        struct json_writer writer;
        struct cJSON *root;
        struct buffer out;

        buffer_init(&out, LIMIT);
        json_start(&writer, &out);
        json_put_text(&writer, "t", cases[i].text);
        assert_int_equal(json_finish(&writer), ERROR_NONE);
        assert_non_null(strstr(out.data, cases[i].written));
        assert_int_equal(json_parse(out.data, out.length, LIMIT, "test", &root), ERROR_NONE);
        reader.object = root;
        assert_string_equal(json_text(&reader, "t", LIMIT), cases[i].read);
        assert_int_equal(reader.error, ERROR_NONE);
        json_free(root);
        buffer_free(&out);
    }
}

static void test_numbers_read_back_to_the_bit(void **state)
{
    static const double numbers[] = {0,     1,       -1,      0.1,  1.0 / 3, 1e-9,
                                     4.25,  DBL_MAX, DBL_MIN, 1e22, 1e23,    123456789.123456789,
                                     5e-324};

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct json_reader reader = {.what = "test"};
        struct json_writer writer;
        struct cJSON *root;
        struct buffer out;

        buffer_init(&out, LIMIT);
        json_start(&writer, &out);
        json_put_number(&writer, "n", numbers[i]);
        assert_int_equal(json_finish(&writer), ERROR_NONE);
        assert_int_equal(json_parse(out.data, out.length, LIMIT, "test", &root), ERROR_NONE);
        reader.object = root;
        assert_true(json_number(&reader, "n", -DBL_MAX, DBL_MAX) == numbers[i]);
        json_free(root);
        buffer_free(&out);
    }
}

/* What was read after the first error is nothing, and its sentence stays. */
static void test_the_first_error_stays(void **state)
{
    static const char document[] =
        "{\"a\": 1, \"b\": \"x\", \"c\": [\"y\", {\"d\": 2}], \"e\": {}}";
    struct json_reader reader = {.what = "test"}, item;
    unsigned char bytes[2] = {7, 7};
    struct cJSON *root;

    (void)state;
    assert_int_equal(json_parse(document, strlen(document), LIMIT, "test", &root), ERROR_NONE);
    reader.object = root;
    assert_int_equal(json_integer(&reader, "a", 0, 9), 1);
    assert_int_equal(json_list(&reader, "c", 1, 2), 2);
    assert_string_equal(json_item_text(&reader, "c", 0, 1), "y");
    item = json_item(&reader, "c", 1);
    assert_int_equal(json_integer(&item, "d", 0, 9), 2);
    assert_int_equal(reader.error, ERROR_NONE);
    assert_int_equal(json_integer(&reader, "b", 5, 9), 5);
    assert_int_equal(reader.error, ERROR_INVALID);
    assert_int_equal(json_integer(&reader, "a", 0, 9), 0);
    assert_true(json_number(&reader, "a", -3, 9) == -3);
    assert_false(json_boolean(&reader, "missing"));
    assert_string_equal(json_text(&reader, "b", 9), "");
    json_hex(&reader, "b", bytes, sizeof bytes);
    assert_int_equal(bytes[0], 7);
    assert_int_equal(json_list(&reader, "c", 1, 2), 0);
    assert_string_equal(json_item_text(&reader, "c", 0, 1), "");
    assert_int_equal(json_item(&reader, "c", 1).error, ERROR_INVALID);
    assert_sentence("the test is not valid: 'b' must be a whole number from 5 to 9");
    json_free(root);
}

static void test_items_of_another_type(void **state)
{
    static const char document[] = "{\"c\": [1, \"long\", {}]}";
    struct cJSON *root;

    (void)state;
    assert_int_equal(json_parse(document, strlen(document), LIMIT, "test", &root), ERROR_NONE);
    for (size_t i = 0; i < 3; i++) {
        struct json_reader texts = {.what = "test", .object = root}, objects = texts;

        (void)json_item_text(&texts, "c", i, 3);
        assert_int_equal(texts.error, ERROR_INVALID);
        assert_int_equal(json_item(&objects, "c", i).error, i == 2 ? ERROR_NONE : ERROR_INVALID);
    }
    json_free(root);
}

static void test_a_full_buffer_and_no_memory(void **state)
{
    struct json_writer writer;
    struct buffer out;

    (void)state;
    for (size_t limit = 0; limit < 150; limit += 7) {
        buffer_init(&out, limit);
        write_everything(&writer, &out);
        assert_int_equal(json_finish(&writer), ERROR_TOO_LARGE);
        buffer_free(&out);
    }
    for (int n = 1;; n++) {
        enum error error;

        buffer_init(&out, LIMIT);
        allocation_fail_at(n);
        write_everything(&writer, &out);
        error = json_finish(&writer);
        buffer_free(&out);
        if (!allocation_failed())
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
    }
    allocation_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects_are_written_for_people),
        cmocka_unit_test(test_text_is_safe_and_reads_back),
        cmocka_unit_test(test_numbers_read_back_to_the_bit),
        cmocka_unit_test(test_the_first_error_stays),
        cmocka_unit_test(test_items_of_another_type),
        cmocka_unit_test(test_a_full_buffer_and_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
