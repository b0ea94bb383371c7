#include "app/glyph.h"
#include "app/locale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Built with the program's own locale: widths come from the C library. */
static int choose_locale(void **state)
{
    (void)state;
    locale_choose();
    return 0;
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
        /* letters with marks */
        {"e\u0301x", 3, 1, L"e\u0301"},
        {"\u0301", 2, 1, L" \u0301"},
        {"日\u0301本", 5, 2, L"日\u0301"},
        {"日本", 3, 2, L"日"},
        {"Ａ", 3, 2, L"Ａ"},
        {"ｶ", 3, 1, L"ｶ"},
        {"±", 2, 1, L"±"},
        {"한", 3, 2, L"한"},
        {"\u1112\u1161\u11AB.", 9, 2, L"\u1112\u1161\u11AB"},
        {"\u1161", 3, 1, L" \u1161"},
        {"ที่น", 9, 1, L"ที่"},
        {"กำ", 6, 2, L"กำ"},
        {"क्षि", 6, 1, L"क्"},
        {"षि", 6, 2, L"षि"},
        {"ک\u200Cک", 5, 1, L"ک\u200C"},
        {"שָ", 4, 1, L"שָ"},
        {"葛\U000E0100", 7, 2, L"葛\U000E0100"},
        /* emoji */
        {"👍🏽x", 8, 2, L"👍"},
        {"🏽", 4, 2, L"🏽"},
        {"a🏽", 5, 3, L"a🏽"},
        {"👨‍👩‍👧‍👦", 25, 2, L"👨"},
        {"🏳️‍🌈", 14, 2, L"🏳"},
        {"\u2764\uFE0F.", 6, 2, L"\u2764"},
        {"\u2764", 3, 1, L"\u2764"},
        {"\u2764\uFE0E", 6, 1, L"\u2764"},
        {"\u231A\uFE0E", 6, 2, L"\u231A"},
        {"1\uFE0F\u20E3", 7, 2, L"1\u20E3"},
        {"1\u20E3", 4, 1, L"1\u20E3"},
        {"1\uFE0F", 4, 1, L"1"},
        {"a\uFE0F", 4, 1, L"a"},
        {"日\uFE0F", 6, 2, L"日"},
        {"🇩🇪🇫🇷", 8, 2, L"🇩🇪"},
        {"🇩x", 4, 1, L"🇩"},
        {"🏴\U000E0067\U000E0062\U000E007F", 16, 2, L"🏴"},
        /* what has no shape */
        {"\u200D", 3, 0, L""},
        {"\u200C", 3, 0, L""},
        {"\u200B", 3, 0, L""},
        {"\u00AD", 2, 0, L""},
        {"\u200E", 3, 0, L""},
        {"\uFEFF", 3, 0, L""},
        {"\uFE0F", 3, 0, L""},
        {"\U000E0041", 4, 0, L""},
        {"\xE2\x80\xAE", 3, 0, L""}, /* U+202E */
        {"\xE2\x81\xA6", 3, 0, L""}, /* U+2066 */
        /* what a terminal must not be sent */
        {"\033[31m", 1, 1, L"\uFFFD"},
        {"\x7f", 1, 1, L"\uFFFD"},
        {"\xC2\x9B", 2, 1, L"\uFFFD"}, /* CSI as one C1 control */
        {"\xff\xfe", 1, 1, L"\uFFFD"},
        {"\xEF\xBF\xBF", 3, 1, L"\uFFFD"}, /* U+FFFF */
        {"\u0378", 2, 1, L"\uFFFD"},
        {"\uE000", 3, 1, L"\uFFFD"},
        {"\u2028", 3, 1, L"\uFFFD"},
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

/* Two columns, whether the C library knows it yet or not. */
static void a_new_emoji_has_its_columns(void **state)
{
    static const char shaking[] = "\U0001FAE8";
    struct glyph glyph;

    (void)state;
    glyph_read(shaking, strlen(shaking), &glyph);
    assert_int_equal(glyph.length, 4);
    assert_int_equal(glyph.columns, 2);
    assert_int_equal(glyph.shown[0], wcwidth(0x1FAE8) == 2 ? 0x1FAE8 : 0xFFFD);
    assert_int_equal(glyph.shown[1], 0);
}

static void marks_beyond_measure_are_left_out(void **state)
{
    char zalgo[1 + 2 * 50 + 1] = "a";
    struct glyph glyph;

    (void)state;
    for (size_t i = 1; i + 1 < sizeof zalgo; i += 2)
        memcpy(zalgo + i, "\u0301", 2);
    glyph_read(zalgo, sizeof zalgo - 1, &glyph);
    assert_int_equal(glyph.length, sizeof zalgo - 1);
    assert_int_equal(glyph.columns, 1);
    assert_int_equal(wcslen(glyph.shown), GLYPH_CODEPOINTS);
}

static void what_is_shown_takes_its_columns(void **state)
{
    static const struct {
        const char *text, *bytes;
    } cases[] = {
        {"a", "a"},
        {"日本", "日"},
        {"\u2764\uFE0F", "\u2764 "},
        {"1\uFE0F\u20E3", "1\u20E3 "},
        {"👨‍👩‍👧", "👨"},
        {"\n", " "},
        {"\t", " "},
        {"\033", "\uFFFD"},
        {"\u200B", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bytes[GLYPH_BYTES + 1];
        struct glyph glyph;

        glyph_read(cases[i].text, strlen(cases[i].text), &glyph);
        bytes[glyph_encode(&glyph, bytes)] = '\0';
        assert_string_equal(bytes, cases[i].bytes);
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
            char bytes[GLYPH_BYTES];
            struct glyph glyph;
            int width = 0;

            glyph_read(text + at, length - at, &glyph);
            assert_in_range(glyph.length, 1, length - at);
            assert_true(glyph_encode(&glyph, bytes) <= sizeof bytes);
            for (const wchar_t *shown = glyph.shown; *shown; shown++) {
                assert_true(*shown >= L' ' && !(*shown >= 0x7F && *shown < 0xA0));
                width += wcwidth(*shown);
            }
            assert_in_range(glyph.columns, width, width + 1);
            at += glyph.length;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clusters_have_bytes_and_columns),
        cmocka_unit_test(a_new_emoji_has_its_columns),
        cmocka_unit_test(marks_beyond_measure_are_left_out),
        cmocka_unit_test(what_is_shown_takes_its_columns),
        cmocka_unit_test(whole_texts_have_columns),
        cmocka_unit_test(a_cluster_is_found_from_behind),
        cmocka_unit_test(lines_are_broken),
        cmocka_unit_test(no_bytes_harm),
    };

    return cmocka_run_group_tests(tests, choose_locale, NULL);
}
