#include "db/filter.h"

#include "tests/allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* 2026-03-15T12:00:00Z */
#define NOW INT64_C(1773576000000)

static void use_zone(const char *zone)
{
    setenv("TZ", zone, 1);
    tzset();
}

static void assert_all(const struct filter *filter)
{
    assert_int_equal(filter->rated, FILTER_ANY);
    assert_false(filter->wrong);
    assert_false(filter->right);
    assert_string_equal(filter->emotion, "");
    assert_string_equal(filter->you, "");
    assert_true(filter->after == INT64_MIN);
    assert_true(filter->before == INT64_MAX);
    assert_int_equal(filter->hour, -1);
    assert_int_equal(filter->weekday, -1);
    assert_int_equal(filter->terms, 0);
}

static void parse(const char *line, struct filter *filter)
{
    if (filter_parse(line, strlen(line), NOW, filter))
        fail_msg("%s: %s", line, error_sentence());
}

static void empty_lines(void **state)
{
    static const char *const lines[] = {"", " ", "\t \r\n\v\f "};
    struct filter filter;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        parse(lines[i], &filter);
        assert_all(&filter);
    }
    assert_int_equal(filter_parse(NULL, 0, NOW, &filter), ERROR_NONE);
    filter_clear(&filter);
}

static void keywords(void **state)
{
    struct filter filter;

    (void)state;
    parse("Rated wrong rated emotion:Joy YOU:fear emotion:joy", &filter);
    assert_int_equal(filter.rated, FILTER_RATED);
    assert_true(filter.wrong);
    assert_false(filter.right);
    assert_string_equal(filter.emotion, "joy");
    assert_string_equal(filter.you, "fear");
    filter_clear(&filter);
    assert_all(&filter);
    parse("right\tRATED you:joy", &filter);
    assert_int_equal(filter.rated, FILTER_RATED);
    assert_true(filter.right);
    filter_clear(&filter);
    parse("not:rated  emotion:none not:Rated", &filter);
    assert_int_equal(filter.rated, FILTER_NOT_RATED);
    assert_string_equal(filter.emotion, "none");
    filter_clear(&filter);
    parse("emotion:123456789-123456789-123456789-123456789-123456789-123456789-123", &filter);
    assert_int_equal(strlen(filter.emotion), FILTER_NAME_MAX);
    filter_clear(&filter);
    parse("hour:9 weekday:SU hour:09 Weekday:sunday", &filter);
    assert_int_equal(filter.hour, 9);
    assert_int_equal(filter.weekday, 0);
    filter_clear(&filter);
    parse("you:\"very sad\" emotion:\"a:b c\"gig before:\"2026\"", &filter);
    assert_string_equal(filter.you, "very sad");
    assert_string_equal(filter.emotion, "a:b c");
    assert_true(filter.before < INT64_MAX);
    assert_string_equal(filter.term[0], "gig");
    filter_clear(&filter);
    parse("hour:23 weekday:sat", &filter);
    assert_int_equal(filter.hour, 23);
    assert_int_equal(filter.weekday, 6);
}

/* line -> terms, separated by '|' */
static void terms(void **state)
{
    static const char *const cases[][2] = {
        {"gig", "gig"},
        {"Gig SICK", "gig|sick"},
        {"\"Totally Sick\" gig", "totally sick|gig"},
        {"\"rated\" \"emotion:joy\"", "rated|emotion:joy"},
        {"\"one\"\"two\"three", "one|two|three"},
        {"say\"so", "say\"so"},
        {"http://x.y/z", "http://x.y/z"},
        {"10:30 :) :-( D: note: ::", "10:30|:)|:-(|d:|note:|::"},
        {"a1:b caf\xC3\xA9:x", "a1:b|caf\xC3\xA9:x"},
        {"\xC3\x89T\xC3\x89 E\xCC\x81", "\xC3\xA9t\xC3\xA9|\xC3\xA9"},
        {"Stra\xC3\x9F"
         "e",
         "strasse"},
        {"a\xFF"
         "b",
         "a\xEF\xBF\xBD"
         "b"},
        {"notrated emotion rated:", NULL},
        {"not rated-ness", "not|rated-ness"},
        {"\" \"", " "},
        {"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", "1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16"},
        {"\xE6\xAD\xA3", "\xE6\xAD\xA3"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct filter filter;
        char joined[256] = "";
        size_t at = 0;

        parse(cases[i][0], &filter);
        for (int k = 0; k < filter.terms; k++)
            at += (size_t)snprintf(joined + at, sizeof joined - at, "%s%s", k ? "|" : "",
                                   filter.term[k]);
        assert_string_equal(joined, cases[i][1] ? cases[i][1] : "notrated|emotion|rated:");
        filter_clear(&filter);
    }
}

static void a_nul_is_text(void **state)
{
    struct filter filter;

    (void)state;
    assert_int_equal(filter_parse("a\0b", 3, NOW, &filter), ERROR_NONE);
    assert_string_equal(filter.term[0], "a\xEF\xBF\xBD"
                                        "b");
    filter_clear(&filter);
}

static void bad_lines(void **state)
{
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"foo:bar", "'foo:bar'"},
        {"emotoin:joy", "'emotoin:joy'"},
        {"x rated:yes", "'rated:yes'"},
        {"wrong:no", "'wrong:no'"},
        {"D:D", "in quotes"},
        {"emotion:", "behind the colon"},
        {"you:", "behind the colon"},
        {"not:", "behind the colon"},
        {"after:", "behind the colon"},
        {"before: 2026", "behind the colon"},
        {"not:wrong", "'not:'"},
        {"rated not:rated", "'not:rated' contradicts"},
        {"not:rated rated", "'rated' contradicts"},
        {"right wrong", "'wrong' contradicts"},
        {"wrong you:joy Right", "'Right' contradicts"},
        {"not:rated right", "'right' contradicts"},
        {"wrong NOT:rated", "'NOT:rated' contradicts"},
        {"not:rated words you:joy", "'you:joy' contradicts"},
        {"you:joy not:rated", "'not:rated' contradicts"},
        {"emotion:joy emotion:sadness", "second emotion"},
        {"you:joy you:fear", "second emotion"},
        {"emotion:1234567890123456789012345678901234567890123456789012345678901234", "too long"},
        {"you:1234567890123456789012345678901234567890123456789012345678901234", "too long"},
        {"hour:24", "'24' is no hour"},
        {"hour:-1", "'-1' is no hour"},
        {"hour:009", "'009' is no hour"},
        {"hour:9 hour:10", "second"},
        {"hour:", "behind the colon"},
        {"weekday:s", "'s' is no day"},
        {"weekday:mondays", "'mondays' is no day"},
        {"weekday:sun weekday:mon", "second"},
        {"\"", "closing quote"},
        {"a \"b", "closing quote"},
        {"\"\"", "nothing to look for"},
        {"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", "'17' is one word too many"},
        {"after:x", "'x' is no date"},
        {"after:2026-02-30", "no date"},
        {"after:2025-02-29", "no date"},
        {"after:2026-13", "no date"},
        {"after:2026-00", "no date"},
        {"after:2026-01-00", "no date"},
        {"after:2026-01-32", "no date"},
        {"after:2026-1-1", "no date"},
        {"after:2026-01-1", "no date"},
        {"after:2026-01-", "no date"},
        {"after:2026-", "no date"},
        {"after:26", "no date"},
        {"after:20260101", "no date"},
        {"after:2026-01-01T00:00", "no date"},
        {"after:2026-01-01-01", "no date"},
        {"after:+026", "no date"},
        {"after:-2026", "no date"},
        {"after:2026/01/01", "no date"},
        {"after:tomorrow", "no date"},
        {"before:todayish", "no date"},
        {"before:\"2026", "closing quote"},
        {"you:\"very sad", "closing quote"},
        {"emotion:\"", "closing quote"},
        {"emotion:\"\"", "behind the colon"},
        {"emotion:\" \" emotion:joy", "second emotion"},
        {"note:\"very sad\"", "not known"},
        {"before:\xFF", "no date"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct filter filter;

        if (filter_parse(cases[i].line, strlen(cases[i].line), NOW, &filter) != ERROR_INVALID)
            fail_msg("%s was understood", cases[i].line);
        if (!strstr(error_sentence(), cases[i].says) || !strstr(error_sentence(), "not:rated"))
            fail_msg("%s: %s", cases[i].line, error_sentence());
        assert_all(&filter);
    }
}

static void sentences_are_harmless(void **state)
{
    struct filter filter;
    char line[FILTER_TEXT_MAX + 1];

    (void)state;
    assert_int_equal(filter_parse("a:\x1B[2J\xC2\x9Bx\x7F", 10, NOW, &filter), ERROR_INVALID);
    for (const char *c = error_sentence(); *c; c++)
        assert_false((unsigned char)*c < 0x20 || *c == 0x7F);
    assert_null(strstr(error_sentence(), "\xC2\x9B"));
    memset(line, 'x', sizeof line);
    assert_int_equal(filter_parse(line, sizeof line, NOW, &filter), ERROR_INVALID);
    line[1] = ':';
    assert_int_equal(filter_parse(line, FILTER_TEXT_MAX, NOW, &filter), ERROR_INVALID);
    assert_non_null(strstr(error_sentence(), "xxx...'"));
    memset(line, 0xFF, sizeof line);
    assert_int_equal(filter_parse(line, FILTER_TEXT_MAX, NOW, &filter), ERROR_NONE);
    filter_clear(&filter);
}

static void dates(void **state)
{
    static const struct {
        const char *zone, *line;
        int64_t start; /* seconds */
    } cases[] = {
        {"UTC", "after:1970", 0},
        {"UTC", "after:1970-01", 0},
        {"UTC", "after:1970-01-01", 0},
        {"UTC", "after:1969-12-31", -86400},
        {"UTC", "after:2026-03-15", 1773532800},
        {"UTC", "after:Today", 1773532800},
        {"UTC", "after:yesterday", 1773446400},
        {"UTC", "after:2024-02-29", 1709164800},
        {"UTC", "after:9999-12-31", 253402214400},
        {"UTC", "after:2026-03-01 after:2026-03-15 after:2025", 1773532800},
        /* A day is the same on every writer's clock; which is today, the user's clock tells. */
        {"Europe/Berlin", "after:2026-03-15", 1773532800},
        {"Asia/Kathmandu", "after:1990", 631152000},
        {"Pacific/Kiritimati", "after:today", 1773619200}, /* it is the 16th there */
        {"Pacific/Kiritimati", "after:yesterday", 1773532800},
        {"America/Sao_Paulo", "after:2017-10-15", 1508025600}, /* had no 0:00 there */
        {"UTC", "before:2026-03-15", 1773532800},
        {"UTC", "before:2026-03-15 before:2027", 1773532800},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool before = strncmp(cases[i].line, "before", 6) == 0;
        struct filter filter;

        use_zone(cases[i].zone);
        parse(cases[i].line, &filter);
        if ((before ? filter.before : filter.after) != cases[i].start * 1000)
            fail_msg("%s %s: %lld", cases[i].zone, cases[i].line,
                     (long long)((before ? filter.before : filter.after) / 1000));
        assert_true(before ? filter.after == INT64_MIN : filter.before == INT64_MAX);
    }
    use_zone("UTC");
}

static void clocks_that_are_wrong(void **state)
{
    static const int64_t clocks[] = {INT64_MIN, -1, 0, INT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        struct filter filter;
        enum error error = filter_parse("after:yesterday", 15, clocks[i], &filter);

        assert_true(error == ERROR_NONE || error == ERROR_INVALID);
        if (clocks[i] == -1)
            assert_true(filter.after == -2 * 86400000);
    }
}

static void memory_is_short(void **state)
{
    static const char line[] = "one \"two three\" rated emotion:joy four";

    (void)state;
    for (int n = 1;; n++) {
        struct filter filter;
        enum error error;

        allocation_fail_at(n);
        error = filter_parse(line, sizeof line - 1, NOW, &filter);
        if (!allocation_failed()) {
            assert_int_equal(error, ERROR_NONE);
            filter_clear(&filter);
            return;
        }
        assert_int_equal(error, ERROR_NO_MEMORY);
        assert_all(&filter);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_lines),     cmocka_unit_test(keywords),
        cmocka_unit_test(terms),           cmocka_unit_test(a_nul_is_text),
        cmocka_unit_test(bad_lines),       cmocka_unit_test(sentences_are_harmless),
        cmocka_unit_test(dates),           cmocka_unit_test(clocks_that_are_wrong),
        cmocka_unit_test(memory_is_short),
    };

    use_zone("UTC");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
