#include "sync/server/route.h"

#include "sync/server/conditional.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ID "00112233445566778899aabbccddeeff"

static void test_addresses(void **state)
{
    static const struct {
        const char *path;
        enum route_kind kind;
        uint64_t number;
    } cases[] = {
        {"/", ROUTE_PAGE, 0},
        {"/healthz", ROUTE_HEALTH, 0},
        {"/metrics", ROUTE_METRICS, 0},
        {"/v1/manifest", ROUTE_MANIFEST, 0},
        {"/v1/models/1", ROUTE_MODEL, 1},
        {"/v1/models/4294967295", ROUTE_MODEL, UINT32_MAX},
        {"/v1/rounds/1/reports/" ID, ROUTE_REPORT, 1},
        {"/v1/rounds/9223372036854775807/reports/" ID, ROUTE_REPORT, INT64_MAX},
        {"", ROUTE_NONE, 0},
        {"//", ROUTE_NONE, 0},
        {"/healthz/", ROUTE_NONE, 0},
        {"/Healthz", ROUTE_NONE, 0},
        {"/v1", ROUTE_NONE, 0},
        {"/v1/manifest/", ROUTE_NONE, 0},
        {"/v1/models/", ROUTE_NONE, 0},
        {"/v1/models/0", ROUTE_NONE, 0},
        {"/v1/models/01", ROUTE_NONE, 0},
        {"/v1/models/+1", ROUTE_NONE, 0},
        {"/v1/models/-1", ROUTE_NONE, 0},
        {"/v1/models/1 ", ROUTE_NONE, 0},
        {"/v1/models/1/", ROUTE_NONE, 0},
        {"/v1/models/1x", ROUTE_NONE, 0},
        {"/v1/models/0x1", ROUTE_NONE, 0},
        {"/v1/models/4294967296", ROUTE_NONE, 0},
        {"/v1/models/99999999999999999999999999", ROUTE_NONE, 0},
        {"/v1/models/..", ROUTE_NONE, 0},
        {"/v1/rounds/1", ROUTE_NONE, 0},
        {"/v1/rounds//reports/" ID, ROUTE_NONE, 0},
        {"/v1/rounds/0/reports/" ID, ROUTE_NONE, 0},
        {"/v1/rounds/9223372036854775808/reports/" ID, ROUTE_NONE, 0},
        {"/v1/rounds/18446744073709551617/reports/" ID, ROUTE_NONE, 0},
        {"/v1/rounds/1/reports/", ROUTE_NONE, 0},
        {"/v1/rounds/1/reports/" ID "/", ROUTE_NONE, 0},
        {"/v1/rounds/1/reports/" ID "0", ROUTE_NONE, 0},
        {"/v1/rounds/1/reports/0112233445566778899aabbccddeeff", ROUTE_NONE, 0},
        {"/v1/rounds/1/reports/00112233445566778899AABBCCDDEEFF", ROUTE_NONE, 0},
        {"/v1/rounds/1/reports/00112233445566778899aabbccddeefg", ROUTE_NONE, 0},
        {"/v1/rounds/1/report/" ID, ROUTE_NONE, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct route route = route_of(cases[i].path, strlen(cases[i].path));

        if (route.kind != cases[i].kind)
            fail_msg("%s: %d", cases[i].path, route.kind);
        if (route.kind == ROUTE_MODEL)
            assert_int_equal(route.version, cases[i].number);
        if (route.kind == ROUTE_REPORT) {
            assert_true(route.round == cases[i].number);
            assert_memory_equal(route.id,
                                "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
                                REPORT_ID_BYTES);
        }
    }
}

static void test_what_the_client_has(void **state)
{
    static const struct {
        const char *field;
        bool has;
    } cases[] = {
        {"\"abc\"", true},
        {"W/\"abc\"", true},
        {"\"x\", \"abc\"", true},
        {"\"x\",W/\"abc\"", true},
        {"*", true},
        {" \"abc\" ", true},
        {NULL, false},
        {"", false},
        {"abc", false},
        {"\"ab\"", false},
        {"\"abcd\"", false},
        {"\"abc", false},
        {"abc\"", false},
        {"\"ABC\"", false},
        {"W/", false},
        {"**", false},
        {", ,,", false},
        {"\"", false},
        {"w/\"abc\"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (conditional_has(cases[i].field, "abc") != cases[i].has)
            fail_msg("%s", cases[i].field ? cases[i].field : "none");
}

static void test_ranges(void **state)
{
    static const struct {
        const char *range, *if_range;
        uint64_t size;
        enum range outcome;
        uint64_t first, last;
    } cases[] = {
        {"bytes=0-0", NULL, 10, RANGE_PART, 0, 0},
        {"bytes=3-", NULL, 10, RANGE_PART, 3, 9},
        {"bytes=3-5", "\"abc\"", 10, RANGE_PART, 3, 5},
        {"BYTES=3-5", NULL, 10, RANGE_PART, 3, 5},
        {"bytes=3-99", NULL, 10, RANGE_PART, 3, 9},
        {"bytes=9-9", NULL, 10, RANGE_PART, 9, 9},
        {"bytes=-3", NULL, 10, RANGE_PART, 7, 9},
        {"bytes=-99", NULL, 10, RANGE_PART, 0, 9},
        {"bytes=0-99999999999999999999999999", NULL, 10, RANGE_PART, 0, 9},
        {"bytes=10-", NULL, 10, RANGE_NONE, 0, 0},
        {"bytes=10-20", NULL, 10, RANGE_NONE, 0, 0},
        {"bytes=99999999999999999999999999-", NULL, 10, RANGE_NONE, 0, 0},
        {"bytes=-0", NULL, 10, RANGE_NONE, 0, 0},
        {"bytes=0-", NULL, 0, RANGE_NONE, 0, 0},
        {"bytes=-1", NULL, 0, RANGE_NONE, 0, 0},
        {NULL, NULL, 10, RANGE_ALL, 0, 0},
        {"", NULL, 10, RANGE_ALL, 0, 0},
        {"bytes", NULL, 10, RANGE_ALL, 0, 0},
        {"bytes=", NULL, 10, RANGE_ALL, 0, 0},
        {"bytes=-", NULL, 10, RANGE_ALL, 0, 0},
        {"bytes=a-b", NULL, 10, RANGE_ALL, 0, 0},
        {"bytes=5-3", NULL, 10, RANGE_ALL, 0, 0},
        {"bytes=1-2,4-5", NULL, 10, RANGE_ALL, 0, 0},
        {"bytes=1-2 ", NULL, 10, RANGE_ALL, 0, 0},
        {"bytes= 1-2", NULL, 10, RANGE_ALL, 0, 0},
        {"bytes=+1-2", NULL, 10, RANGE_ALL, 0, 0},
        {"bytes=1--2", NULL, 10, RANGE_ALL, 0, 0},
        {"bytes=--2", NULL, 10, RANGE_ALL, 0, 0},
        {"lines=1-2", NULL, 10, RANGE_ALL, 0, 0},
        {"bytes=3-5", "\"other\"", 10, RANGE_ALL, 0, 0},
        {"bytes=3-5", "W/\"abc\"", 10, RANGE_ALL, 0, 0},
        {"bytes=3-5", "abc", 10, RANGE_ALL, 0, 0},
        {"bytes=3-5", "Sun, 06 Nov 1994 08:49:37 GMT", 10, RANGE_ALL, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t first = 0, last = 0;
        enum range outcome = conditional_range(cases[i].range, cases[i].if_range, "abc",
                                               cases[i].size, &first, &last);

        if (outcome != cases[i].outcome)
            fail_msg("%s: %d", cases[i].range ? cases[i].range : "none", outcome);
        if (outcome == RANGE_PART) {
            assert_true(first == cases[i].first);
            assert_true(last == cases[i].last);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_what_the_client_has),
        cmocka_unit_test(test_ranges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
