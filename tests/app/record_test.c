#include "app/record.h"

#include "tests/allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FFFD  "\xEF\xBF\xBD"
#define EPOCH "1970-01-01T00:00:00.000+00:00"
#define START "7,2026-11-21T23:41:05.250+01:00,"

struct row {
    const char *text;
    const char *guarded; /* the text's cell */
    const char *raw;     /* NULL: the same */
};

static const struct row rows[] = {
    {"plain", "plain", NULL},
    {"a,b", "\"a,b\"", NULL},
    {"say \"hi\"", "\"say \"\"hi\"\"\"", NULL},
    {"\"", "\"\"\"\"", NULL},
    {"two\nlines", "\"two\nlines\"", NULL},
    {"cr\rinside", "\"cr\rinside\"", NULL},
    {"=1+1", "'=1+1", "=1+1"},
    {"+1", "'+1", "+1"},
    {"-1", "'-1", "-1"},
    {"@x", "'@x", "@x"},
    {"'x", "''x", "'x"},
    {"\tx", "'\tx", "\tx"},
    {"\rx", "\"'\rx\"", "\"\rx\""},
    {"=\"a\",b", "\"'=\"\"a\"\",b\"", "\"=\"\"a\"\",b\""},
    {" =1", " =1", NULL},
    {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80", NULL},
};

static void check_csv(const struct row *row, bool raw)
{
    const char *cell = raw && row->raw ? row->raw : row->guarded;
    char *text = strdup(row->text), model[] = "m";
    struct entry entry = {.id = 7, .text = text, .model = model, .probability = 0.25};
    struct buffer out, wanted;

    entry.created = 1795300865250;
    entry.offset = 60;
    buffer_init(&out, RECORD_MAX);
    buffer_init(&wanted, RECORD_MAX);
    assert_int_equal(record_csv(&entry, raw, &out), ERROR_NONE);
    assert_int_equal(buffer_format(&wanted, START "%s,,0.25,,,m\r\n", cell), ERROR_NONE);
    assert_string_equal(out.data, wanted.data);
    buffer_free(&out);
    buffer_free(&wanted);
    free(text);
}

static void test_csv(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_csv(&rows[i], false);
        check_csv(&rows[i], true);
    }
}

/* Text of a damaged journal is repaired; what a terminal would obey is escaped in JSON. */
static void test_any_bytes(void **state)
{
    static const struct {
        const char *text, *csv, *json;
    } cases[] = {
        {"\xFF=\"\xC3\"\xE2\x80,", "\"" FFFD "=\"\"" FFFD "\"\"" FFFD FFFD ",\"",
         FFFD "=\\\"" FFFD "\\\"" FFFD FFFD ","},
        {"\x1B\x7F\xC2\x80\xC2\x9F\xC2\xA0", "\x1B\x7F\xC2\x80\xC2\x9F\xC2\xA0",
         "\\u001b\\u007f\\u0080\\u009f\xC2\xA0"},
        {"\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA\xE2\x80\xAE\xE2\x80\xAF",
         "\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA\xE2\x80\xAE\xE2\x80\xAF",
         "\\u2028\\u2029\\u202a\\u202e\xE2\x80\xAF"},
        {"\xE2\x81\xA6\xE2\x81\xA9", "\xE2\x81\xA6\xE2\x81\xA9", "\\u2066\\u2069"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = strdup(cases[i].text), guess[] = "\xFF", model[] = "m\xC2";
        struct entry entry = {.id = 7, .text = text, .guess = guess, .model = model};
        struct buffer out, wanted;

        buffer_init(&out, RECORD_MAX);
        buffer_init(&wanted, RECORD_MAX);
        assert_int_equal(record_csv(&entry, false, &out), ERROR_NONE);
        assert_int_equal(record_json(&entry, &out), ERROR_NONE);
        assert_int_equal(buffer_format(&wanted,
                                       "7," EPOCH ",%s," FFFD ",0,,,m" FFFD "\r\n"
                                       "{\"id\":7,\"created_at\":\"" EPOCH "\",\"text\":\"%s\","
                                       "\"guess\":\"" FFFD "\",\"probability\":0,\"rating\":null,"
                                       "\"label\":null,\"model\":\"m" FFFD "\"}\n",
                                       cases[i].csv, cases[i].json),
                         ERROR_NONE);
        assert_string_equal(out.data, wanted.data);
        buffer_free(&out);
        buffer_free(&wanted);
        free(text);
    }
}

static void test_ratings_and_times(void **state)
{
    char text[] = "x", guess[] = "anger", label[] = "fear", model[] = "m";
    struct entry entry = {.id = INT64_MAX,
                          .created = -1,
                          .offset = -210,
                          .text = text,
                          .guess = guess,
                          .model = model,
                          .verdict = VERDICT_WRONG,
                          .label = label};
    struct buffer out;

    (void)state;
    buffer_init(&out, RECORD_MAX);
    assert_int_equal(record_csv(&entry, false, &out), ERROR_NONE);
    assert_string_equal(out.data, "9223372036854775807,1969-12-31T20:29:59.999-03:30,x,anger,0,"
                                  "wrong,fear,m\r\n");
    buffer_clear(&out);
    entry.verdict = VERDICT_RIGHT;
    entry.label = NULL;
    assert_int_equal(record_json(&entry, &out), ERROR_NONE);
    assert_string_equal(out.data,
                        "{\"id\":9223372036854775807,"
                        "\"created_at\":\"1969-12-31T20:29:59.999-03:30\",\"text\":\"x\","
                        "\"guess\":\"anger\",\"probability\":0,\"rating\":\"right\",\"label\":null,"
                        "\"model\":\"m\"}\n");
    buffer_free(&out);
}

static void test_any_time_can_be_written(void **state)
{
    static const int64_t times[] = {INT64_MIN,       INT64_MIN / 2, -62167219200001, 0,
                                    253402300800000, INT64_MAX / 2, INT64_MAX};
    char text[] = "x", model[] = "m";

    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct entry entry = {.id = 1, .text = text, .model = model, .created = times[i]};
        struct buffer out;

        entry.offset = i % 2 ? INT32_MAX : INT32_MIN;
        buffer_init(&out, RECORD_MAX);
        assert_int_equal(record_json(&entry, &out), ERROR_NONE);
        buffer_free(&out);
    }
}

static void test_no_memory(void **state)
{
    char text[] = "=\"a text that is long enough for the buffer to grow, and then to grow again\"";
    char model[] = "m";
    struct entry entry = {.id = 1, .text = text, .model = model};

    (void)state;
    for (int n = 1;; n++) {
        struct buffer out;
        enum error error;

        buffer_init(&out, RECORD_MAX);
        allocation_fail_at(n);
        error = record_csv(&entry, false, &out);
        if (!error)
            error = record_json(&entry, &out);
        allocation_fail_at(0);
        buffer_free(&out);
        if (!error)
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_ratings_and_times),
        cmocka_unit_test(test_any_time_can_be_written),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
