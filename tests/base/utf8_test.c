#include "base/utf8.h"

#include "tests/allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FFFD "\xEF\xBF\xBD"

static void test_valid_sequences(void **state)
{
    static const struct {
        const char *text;
        int32_t codepoint;
    } cases[] = {
        {"a", 'a'},
        {"\x7F", 0x7F},
        {"\xC2\x80", 0x80},
        {"\xC3\xA9", 0xE9},
        {"\xDF\xBF", 0x7FF},
        {"\xE0\xA0\x80", 0x800},
        {"\xED\x9F\xBF", 0xD7FF}, /* the last before the surrogates */
        {"\xEE\x80\x80", 0xE000}, /* the first after them */
        {FFFD, 0xFFFD},
        {"\xEF\xBF\xBF", 0xFFFF},
        {"\xF0\x90\x80\x80", 0x10000},
        {"\xF0\x9F\x98\x80", 0x1F600},
        {"\xF4\x8F\xBF\xBF", 0x10FFFF},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t length = strlen(cases[i].text);
        int32_t codepoint = -1;
        char out[4];

        assert_int_equal(utf8_decode(cases[i].text, length, &codepoint), length);
        assert_int_equal(codepoint, cases[i].codepoint);
        assert_int_equal(utf8_encode(codepoint, out), length);
        assert_memory_equal(out, cases[i].text, length);
        assert_true(utf8_valid(cases[i].text, length));
    }
}

/* RFC 3629, section 4: what no code point is written as. */
static const struct {
    const char *text;
    size_t length;
    const char *repaired;
} invalid[] = {
    {"\x80", 1, FFFD},                            /* a continuation alone */
    {"\xBF", 1, FFFD},                            /* the last of them */
    {"\xC3", 1, FFFD},                            /* cut after the first byte */
    {"\xC3(", 2, FFFD "("},                       /* not continued */
    {"\xC0\x80", 2, FFFD FFFD},                   /* NUL, overlong */
    {"\xC1\xBF", 2, FFFD FFFD},                   /* 0x7F, overlong */
    {"\xE0\x9F\xBF", 3, FFFD FFFD FFFD},          /* 0x7FF, overlong */
    {"\xF0\x8F\xBF\xBF", 4, FFFD FFFD FFFD FFFD}, /* 0xFFFF, overlong */
    {"\xED\xA0\x80", 3, FFFD FFFD FFFD},          /* the first surrogate */
    {"\xED\xBF\xBF", 3, FFFD FFFD FFFD},          /* the last surrogate */
    {"\xF4\x90\x80\x80", 4, FFFD FFFD FFFD FFFD}, /* 0x110000 */
    {"\xF5\x80\x80\x80", 4, FFFD FFFD FFFD FFFD}, /* beyond any */
    {"\xF8\x88\x80\x80\x80", 5, FFFD FFFD FFFD FFFD FFFD},
    {"\xFE", 1, FFFD},
    {"\xFF\xFF", 2, FFFD FFFD},
    {"\xE2\x82", 2, FFFD FFFD},          /* the euro sign, cut */
    {"\xF0\x9F\x98", 3, FFFD FFFD FFFD}, /* an emoji, cut */
    {"\xF0\x9F\x98!", 4, FFFD FFFD FFFD "!"},
    {"\0", 1, FFFD}, /* NUL cannot be stored */
    {"a\0b", 3, "a" FFFD "b"},
    {"ok \xC3\xA9 \xFF end", 11, "ok \xC3\xA9 " FFFD " end"},
};

static void test_invalid_bytes_are_replaced_one_by_one(void **state)
{
    struct buffer out;

    (void)state;
    buffer_init(&out, 1000);
    for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
        assert_false(utf8_valid(invalid[i].text, invalid[i].length));
        buffer_clear(&out);
        assert_int_equal(utf8_repair(invalid[i].text, invalid[i].length, &out), ERROR_NONE);
        assert_string_equal(out.data, invalid[i].repaired);
        assert_int_equal(out.length, strlen(invalid[i].repaired));
        assert_true(utf8_valid(out.data, out.length));
    }
    buffer_free(&out);
}

/* Every string of up to three bytes: reading always gets on, never beyond the end, and agrees with
 * RFC 3629's table of byte ranges. */
static bool by_the_table(const unsigned char *b, size_t length)
{
    if (length == 1)
        return b[0] < 0x80;
    if (length == 2)
        return b[0] >= 0xC2 && b[0] <= 0xDF && (b[1] & 0xC0) == 0x80;
    return b[0] >= 0xE0 && b[0] <= 0xEF && (b[1] & 0xC0) == 0x80 && (b[2] & 0xC0) == 0x80 &&
           (b[0] != 0xE0 || b[1] >= 0xA0) && (b[0] != 0xED || b[1] <= 0x9F);
}

static void test_every_string_of_three_bytes(void **state)
{
    (void)state;
    for (uint32_t value = 0; value < 1u << 24; value += value < 0x10000 ? 1 : 61) {
        unsigned char b[3] = {(unsigned char)(value >> 16), (unsigned char)(value >> 8),
                              (unsigned char)value};
        int32_t codepoint;
        size_t taken = utf8_decode((const char *)b, sizeof b, &codepoint);

        if (taken < 1 || taken > 3 || codepoint < 0 || codepoint > 0xFFFF)
            fail_msg("%06x: %zu bytes, U+%04X", value, taken, (unsigned)codepoint);
        if (codepoint == UTF8_REPLACEMENT && taken == 1) {
            for (size_t length = 1; length <= sizeof b; length++)
                assert_false(by_the_table(b, length));
        } else if (!by_the_table(b, taken)) {
            fail_msg("%06x is read as U+%04X", value, (unsigned)codepoint);
        }
    }
}

/* Runs of ASCII are passed over eight bytes at a time: each place in and around such a run. */
static void test_one_bad_byte_anywhere(void **state)
{
    static const char bad[] = {'\0', '\x80', '\xC3', '\xFF'};
    char text[40];

    (void)state;
    for (size_t length = 1; length <= sizeof text; length++)
        for (size_t at = 0; at < length; at++)
            for (size_t i = 0; i < sizeof bad; i++) {
                memset(text, i % 2 ? '\x01' : '\x7F', sizeof text);
                assert_true(utf8_valid(text, length));
                text[at] = bad[i];
                assert_false(utf8_valid(text, length));
                assert_true(utf8_valid(text, at));
            }
}

static void test_nothing_is_valid_and_stays_nothing(void **state)
{
    struct buffer out;

    (void)state;
    buffer_init(&out, 10);
    assert_true(utf8_valid("", 0));
    assert_int_equal(utf8_repair("", 0, &out), ERROR_NONE);
    assert_int_equal(out.length, 0);
    buffer_free(&out);
}

static void test_repair_appends_and_keeps_to_the_limit(void **state)
{
    struct buffer out;

    (void)state;
    buffer_init(&out, 7);
    assert_int_equal(buffer_append_text(&out, "> "), ERROR_NONE);
    assert_int_equal(utf8_repair("a\xFF", 2, &out), ERROR_NONE);
    assert_string_equal(out.data, "> a" FFFD);
    assert_int_equal(utf8_repair("ab", 2, &out), ERROR_TOO_LARGE);
    assert_int_equal(utf8_repair("\xFF", 1, &out), ERROR_TOO_LARGE);
    buffer_free(&out);
}

static void test_repair_out_of_memory(void **state)
{
    char text[300];

    (void)state;
    memset(text, 0xFF, sizeof text);
    for (int n = 1;; n++) {
        struct buffer out;
        enum error error;

        buffer_init(&out, 1000);
        allocation_fail_at(n);
        error = utf8_repair(text, sizeof text, &out);
        buffer_free(&out);
        if (!allocation_failed()) {
            assert_int_equal(error, ERROR_NONE);
            assert_true(n > 1);
            return;
        }
        assert_int_equal(error, ERROR_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid_sequences),
        cmocka_unit_test(test_invalid_bytes_are_replaced_one_by_one),
        cmocka_unit_test(test_every_string_of_three_bytes),
        cmocka_unit_test(test_one_bad_byte_anywhere),
        cmocka_unit_test(test_nothing_is_valid_and_stays_nothing),
        cmocka_unit_test(test_repair_appends_and_keeps_to_the_limit),
        cmocka_unit_test(test_repair_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
