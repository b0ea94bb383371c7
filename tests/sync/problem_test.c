#include "base/utf8.h"
#include "sync/problem.h"
#include "tests/sync/sample.h"

static void test_what_is_written_reads_back(void **state)
{
    static const char *const details[] = {
        "The round is over.",
        "\"quoted\" \\ and h\xC3\xA9llo \xF0\x9F\x98\x80",
        "x",
    };
    char reason[256];
    struct buffer text;

    (void)state;
    for (size_t i = 0; i < sizeof details / sizeof *details; i++) {
        buffer_init(&text, PROBLEM_MAX);
        assert_int_equal(problem_write(409, "Conflict", details[i], &text), ERROR_NONE);
        problem_read(text.data, text.length, reason, sizeof reason);
        assert_string_equal(reason, details[i]);
        buffer_free(&text);
    }
}

static void test_any_document_gives_a_safe_line(void **state)
{
    static const struct {
        const char *document, *reason;
    } cases[] = {
        {"{\"detail\":\"a\",\"title\":\"b\"}", "a"},
        {"{\"title\":\"b\"}", "b"},
        {"{\"detail\":\"\",\"title\":\"b\"}", "b"},
        {"{\"detail\":1,\"title\":\"b\"}", "b"},
        {"{\"detail\":1,\"title\":[]}", ""},
        {"{}", ""},
        {"", ""},
        {"[]", ""},
        {"\"a\"", ""},
        {"{\"detail\":\"a\"", ""},
        {"{\"detail\":\"a\"}{}", ""},
        {"<html><body>nginx</body></html>", ""},
        {"{\"detail\":\"a\\u0000b\"}", ""},
        {"{\"detail\":\"\xFF\"}", ""},
        /* what a terminal would obey */
        {"{\"detail\":\"a\\u001b[31mb\"}", "a [31mb"},
        {"{\"detail\":\"a\\r\\nb\\tc\"}", "a  b c"},
        {"{\"detail\":\"a\\u007fb\\u009bc\"}", "a\xEF\xBF\xBD"
                                               "b\xEF\xBF\xBD"
                                               "c"},
        {"{\"detail\":\"a\\u202eb\\u2028c\"}", "a\xEF\xBF\xBD"
                                               "b\xEF\xBF\xBD"
                                               "c"},
    };
    char reason[256];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        problem_read(cases[i].document, strlen(cases[i].document), reason, sizeof reason);
        assert_string_equal(reason, cases[i].reason);
    }
}

static void test_it_is_cut_at_a_character(void **state)
{
    static const char document[] = "{\"detail\":\"a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z\"}";
    char reason[16];

    (void)state;
    for (size_t size = 1; size <= sizeof reason; size++) {
        memset(reason, '#', sizeof reason);
        problem_read(document, strlen(document), reason, size);
        assert_true(strlen(reason) < size);
        assert_true(utf8_valid(reason, strlen(reason)));
        assert_true(size < 12 || strlen(reason) == 11);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_reads_back),
        cmocka_unit_test(test_any_document_gives_a_safe_line),
        cmocka_unit_test(test_it_is_cut_at_a_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
