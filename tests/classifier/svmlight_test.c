#include "base/file.h"
#include "classifier/svmlight.h"
#include "tests/allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/emotrack-svmlight-XXXXXX";
static char path[64];

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/data.svm", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static enum error read_bytes(const void *bytes, size_t length, struct svmlight *out)
{
    assert_int_equal(file_replace(path, bytes, length), ERROR_NONE);
    return svmlight_read(path, out);
}

static void test_a_file(void **state)
{
    static const char text[] = "# made by hand\n"
                               "\n"
                               "+2 1:0.5 3:-1e-1 # a comment\n"
                               "  -1\t2:3\t \r\n"
                               "10\n"
                               "2.0 1:0 2:1e-60 4:7."; /* no newline at the end */
    static const size_t row_start[] = {0, 2, 3, 3, 4};
    static const uint32_t feature[] = {0, 2, 1, 3};
    static const float value[] = {0.5F, -0.1F, 3, 7};
    static const int row_class[] = {1, 0, 2, 1};
    static const int32_t class_number[] = {-1, 2, 10};
    struct svmlight read;

    (void)state;
    assert_int_equal(read_bytes(text, sizeof text - 1, &read), ERROR_NONE);
    assert_int_equal(read.rows, 4);
    assert_int_equal(read.features, 4);
    assert_int_equal(read.classes, 3);
    assert_memory_equal(read.row_start, row_start, sizeof row_start);
    assert_memory_equal(read.feature, feature, sizeof feature);
    assert_memory_equal(read.value, value, sizeof value);
    assert_memory_equal(read.row_class, row_class, sizeof row_class);
    assert_memory_equal(read.class_number, class_number, sizeof class_number);
    svmlight_free(&read);
    svmlight_free(&read);
}

#define A_CLASS  "a line begins with its class, a whole number"
#define A_PAIR   "behind the class stand features and values: 'feature:value'"
#define A_PLACE  "a feature is a whole number from 1 to 4,194,304"
#define AN_ORDER "the features of a line are in rising order"
#define A_VALUE  "a value is a number from -1e9 to 1e9"

static void test_rubbish(void **state)
{
    static const struct {
        const char *line, *what;
    } cases[] = {
        {"joy 1:1", A_CLASS},
        {"1,2 1:1", A_CLASS},
        {"1.5 1:1", A_CLASS},
        {"1:1 2:1", A_CLASS},
        {"nan 1:1", A_CLASS},
        {"inf 1:1", A_CLASS},
        {"0x10 1:1", A_CLASS},
        {"3000000000 1:1", A_CLASS},
        {"1e 1:1", A_CLASS},
        {"- 1:1", A_CLASS},
        {"1 qid:1 1:1", A_PAIR},
        {"1 1", A_PAIR},
        {"1 1 :1", A_PAIR},
        {"1 :1", A_PAIR},
        {"1 a:1", A_PAIR},
        {"1 nan:1", A_PAIR},
        {"1 0:1", A_PLACE},
        {"1 -1:1", A_PLACE},
        {"1 1.5:1", A_PLACE},
        {"1 4194305:1", A_PLACE},
        {"1 1e300:1", A_PLACE},
        {"1 2:1 1:1", AN_ORDER},
        {"1 2:1 2:1", AN_ORDER},
        {"1 1:", A_VALUE},
        {"1 1: 2", A_VALUE},
        {"1 1:x", A_VALUE},
        {"1 1:nan", A_VALUE},
        {"1 1:-inf", A_VALUE},
        {"1 1:1e400", A_VALUE},
        {"1 1:1.1e9", A_VALUE},
        {"1 1:1:2", A_VALUE},
        {"1 1:1,2", A_VALUE},
        {"1 1:0x1", A_VALUE},
        {"1 1:1;2:3", A_VALUE},
        {"1 1:\xF0\x9F\x98\x80", A_VALUE},
    };
    char text[128], expected[256];
    struct svmlight read;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int length = snprintf(text, sizeof text, "1 1:1\n\n%s\n2 1:1\n", cases[i].line);

        snprintf(expected, sizeof expected, "%s:3: %s", path, cases[i].what);
        assert_int_equal(read_bytes(text, (size_t)length, &read), ERROR_INVALID);
        assert_string_equal(error_sentence(), expected);
        svmlight_free(&read);
    }
}

static void test_a_nul(void **state)
{
    char expected[128];
    struct svmlight read;

    (void)state;
    snprintf(expected, sizeof expected, "%s:2: there is a NUL; is this a text file?", path);
    assert_int_equal(read_bytes("1 1:1\n2 1\0:1\n", 13, &read), ERROR_INVALID);
    assert_string_equal(error_sentence(), expected);
    svmlight_free(&read);
}

static void test_nothing_to_tell_apart(void **state)
{
    static const char *const texts[] = {"", "\n", "# nothing", "1 1:1\n1 2:1\n"};
    struct svmlight read;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(read_bytes(texts[i], strlen(texts[i]), &read), ERROR_INVALID);
        assert_non_null(strstr(error_sentence(), "nothing to tell apart"));
        svmlight_free(&read);
    }
}

static void test_there_are_limits(void **state)
{
    struct buffer text;
    struct svmlight read;

    (void)state;
    buffer_init(&text, 64 * 1024);
    for (int i = 0; i < SVMLIGHT_CLASSES_MAX; i++)
        assert_int_equal(buffer_format(&text, "%d\n", -i), ERROR_NONE);
    assert_int_equal(read_bytes(text.data, text.length, &read), ERROR_NONE);
    assert_int_equal(read.classes, SVMLIGHT_CLASSES_MAX);
    assert_int_equal(read.row_class[0], SVMLIGHT_CLASSES_MAX - 1);
    svmlight_free(&read);
    assert_int_equal(buffer_append_text(&text, "0 32768:1\n"), ERROR_NONE);
    assert_int_equal(read_bytes(text.data, text.length, &read), ERROR_NONE);
    svmlight_free(&read);
    assert_int_equal(buffer_append_text(&text, "0 32769:1\n"), ERROR_NONE);
    assert_int_equal(read_bytes(text.data, text.length, &read), ERROR_TOO_LARGE);
    svmlight_free(&read);
    assert_int_equal(buffer_append_text(&text, "1\n"), ERROR_NONE);
    assert_int_equal(read_bytes(text.data, text.length, &read), ERROR_TOO_LARGE);
    assert_non_null(strstr(error_sentence(), "classes"));
    assert_null(strstr(error_sentence(), "times"));
    svmlight_free(&read);
    buffer_free(&text);
}

static void test_no_file(void **state)
{
    struct svmlight read;

    (void)state;
    assert_int_equal(svmlight_read("/nowhere/at/all", &read), ERROR_NOT_FOUND);
    svmlight_free(&read);
}

static void test_out_of_memory(void **state)
{
    static const char text[] = "1 1:1\n2 2:1\n";
    struct svmlight read;
    int n;

    (void)state;
    assert_int_equal(file_replace(path, text, sizeof text - 1), ERROR_NONE);
    for (n = 1;; n++) {
        enum error error;

        allocation_fail_at(n);
        error = svmlight_read(path, &read);
        svmlight_free(&read);
        if (!allocation_failed())
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
    }
    allocation_fail_at(0);
    assert_true(n > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file),
        cmocka_unit_test(test_rubbish),
        cmocka_unit_test(test_a_nul),
        cmocka_unit_test(test_nothing_to_tell_apart),
        cmocka_unit_test(test_there_are_limits),
        cmocka_unit_test(test_no_file),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
