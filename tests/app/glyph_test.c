#include "app/glyph.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Built with the program's own locale: widths come from the C library. */
static int utf8_locale(void **state)
{
    (void)state;
    return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

static void clusters_have_bytes_and_columns(void **state)
{
    static const struct {
        const char *text;
        size_t length; /* bytes of the first cluster */
        int columns;
        const wchar_t *shown;
    } cases[] = {
        {"a", 1, 1, L"a"},
        {"ab", 1, 1, L"a"},
        {"\t", 1, 1, L" "},
        {"\n", 1, 0, L""},
        {"\r\nx", 2, 0, L""},
        {"e\u0301x", 3, 1, L"e\u0301"},
        {"日本", 3, 2, L"日"},
        {"👍🏽x", 8, 2, L"👍"},
        {"👨‍👩‍👧‍👦", 25, 2, L"👨"},
        {"❤️", 6, 2, L"❤"},
        {"🇩🇪🇫🇷", 8, 2, L"🇩🇪"},
        {"\033[31m", 1, 1, L"\uFFFD"},
        {"\x7f", 1, 1, L"\uFFFD"},
        {"\xC2\x9B", 2, 1, L"\uFFFD"}, /* CSI as one C1 control */
        {"\xff\xfe", 1, 1, L"\uFFFD"},
        {"\xE2\x80\xAE", 3, 0, L""},  /* U+202E */
        {"\xE2\x81\xA6", 3, 0, L""},  /* U+2066 */
        {"\u0301", 2, 1, L" \u0301"}, /* a mark alone */
        {"\u200b", 3, 0, L""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct glyph glyph;

        glyph_read(cases[i].text, strlen(cases[i].text), &glyph);
        assert_int_equal(glyph.length, cases[i].length);
        assert_int_equal(glyph.columns, cases[i].columns);
        assert_int_equal(wcscmp(glyph.shown, cases[i].shown), 0);
    }
}

static void whole_texts_have_columns(void **state)
{
    (void)state;
    assert_int_equal(glyph_columns("", 0), 0);
    assert_int_equal(glyph_columns("abc", 3), 3);
    assert_int_equal(glyph_columns("日本語 ok", strlen("日本語 ok")), 9);
}

static void a_cluster_is_found_from_behind(void **state)
{
    const char *text = "ab\ne\u0301👍🏽\n";

    (void)state;
    assert_int_equal(glyph_before(text, 1), 0);
    assert_int_equal(glyph_before(text, 3), 2);  /* the newline */
    assert_int_equal(glyph_before(text, 6), 3);  /* e with its accent */
    assert_int_equal(glyph_before(text, 14), 6); /* the thumb with its tone */
    assert_int_equal(glyph_before(text, 15), 14);
}

static void lines_are_broken(void **state)
{
    static const struct {
        const char *text;
        int width;
        const char *lines[6]; /* NULL ends */
    } cases[] = {
        {"one two three", 80, {"one two three"}},
        {"one two three", 8, {"one two ", "three"}},
        {"one two", 3, {"one ", "two"}}, /* the blank hangs over the edge */
        {"abcdefgh", 3, {"abc", "def", "gh"}},
        {"a\n\nb", 5, {"a", "", "b"}},
        {"日本語", 4, {"日本", "語"}},
        {"日", 1, {"日"}}, /* wider than the line: still goes on */
        {"ab", 1, {"a", "b"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = strlen(cases[i].text);
        struct wrapped line = {0};
        int number = 0;

        for (size_t at = 0; at < length; at = line.next, number++) {
            const char *expected = cases[i].lines[number];

            assert_non_null(expected);
            glyph_wrap(cases[i].text, length, at, cases[i].width, &line);
            assert_int_equal(line.end - at, strlen(expected));
            assert_memory_equal(cases[i].text + at, expected, strlen(expected));
            assert_true(line.next > at);
        }
        assert_null(cases[i].lines[number]);
    }
}

/* Any bytes: reading ends, takes at least a byte a time, and shows nothing that steers a terminal.
 */
static void no_bytes_harm(void **state)
{
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[24];
        size_t length = 1 + (size_t)round % sizeof text;

        for (size_t i = 0; i < length; i++) {
            seed = seed * 1664525u + 1013904223u;
            text[i] = (char)(seed >> 24);
        }
        for (size_t at = 0; at < length;) {
            struct glyph glyph;

            glyph_read(text + at, length - at, &glyph);
            assert_in_range(glyph.length, 1, length - at);
            for (const wchar_t *shown = glyph.shown; *shown; shown++)
                assert_true(*shown >= L' ' && !(*shown >= 0x7F && *shown < 0xA0));
            at += glyph.length;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clusters_have_bytes_and_columns),
        cmocka_unit_test(whole_texts_have_columns),
        cmocka_unit_test(a_cluster_is_found_from_behind),
        cmocka_unit_test(lines_are_broken),
        cmocka_unit_test(no_bytes_harm),
    };

    return cmocka_run_group_tests(tests, utf8_locale, NULL);
}
