#include "app/display.h"

#include "tests/allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row {
    const char *text;
    const char *line;  /* what DISPLAY_LINE makes of it */
    const char *lines; /* what DISPLAY_LINES makes of it; NULL: the same */
};

#define FFFD "\xEF\xBF\xBD"

static const struct row rows[] = {
    {"", "", NULL},
    {"plain ~", "plain ~", NULL},
    {"caf\xC3\xA9 \xF0\x9F\x98\x80 \xE6\x88\x91", "caf\xC3\xA9 \xF0\x9F\x98\x80 \xE6\x88\x91",
     NULL},
    {"a\nb\tc", "a b c", "a\nb\tc"},
    {"a\r\nb\r", "a  b ", "a \nb "},
    {"\x1b[31mred\x1b[0m", FFFD "[31mred" FFFD "[0m", NULL},
    {"bell\a back\b del\x7F", "bell" FFFD " back" FFFD " del" FFFD, NULL},
    {"c1 \xC2\x9B"
     "31m \xC2\x85",
     "c1 " FFFD "31m " FFFD, NULL},
    {"bad \xFF \xC3 \xED\xA0\x80", "bad " FFFD " " FFFD " " FFFD FFFD FFFD, NULL},
    {"overlong \xC0\xAF", "overlong " FFFD FFFD, NULL},
    {"cut \xF0\x9F\x98", "cut " FFFD FFFD FFFD, NULL},
    {"nonchar \xEF\xBF\xBE \xEF\xB7\x90 \xF4\x8F\xBF\xBF", "nonchar " FFFD " " FFFD " " FFFD, NULL},
    {"bidi \xE2\x80\xAA\xE2\x80\xAE\xE2\x80\xAC\xE2\x80\xAC\xE2\x81\xA6\xE2\x81\xA9.", "bidi .",
     NULL},
    {"marks \xE2\x80\x8E\xE2\x80\x8F.", "marks \xE2\x80\x8E\xE2\x80\x8F.", NULL},
    {"joined \xE2\x80\x8D.", "joined \xE2\x80\x8D.", NULL},
    {"sep \xE2\x80\xA8\xE2\x80\xA9.", "sep   .", "sep \n\n."},
};

static void check(const struct row *row, enum display_breaks breaks, const char *wanted)
{
    struct buffer out;

    buffer_init(&out, 3 * strlen(row->text));
    assert_int_equal(display_safe(row->text, strlen(row->text), breaks, &out), ERROR_NONE);
    assert_string_equal(out.data ? out.data : "", wanted);
    buffer_free(&out);
}

static void test_safe(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(&rows[i], DISPLAY_LINE, rows[i].line);
        check(&rows[i], DISPLAY_LINES, rows[i].lines ? rows[i].lines : rows[i].line);
    }
}

static void test_nul_and_every_byte(void **state)
{
    struct buffer out;
    char bytes[256];

    (void)state;
    for (int i = 0; i < 256; i++)
        bytes[i] = (char)i;
    buffer_init(&out, 3 * sizeof bytes);
    assert_int_equal(display_safe(bytes, sizeof bytes, DISPLAY_LINE, &out), ERROR_NONE);
    assert_int_equal(strlen(out.data), out.length);
    for (size_t i = 0; i < out.length; i++)
        assert_true((unsigned char)out.data[i] >= 0x20 && out.data[i] != 0x7F);
    buffer_free(&out);
}

static void test_no_memory(void **state)
{
    static const char text[] = "some text\x1b that is longer than a buffer's first step is, and "
                               "so grows it \xF0\x9F\x98\x80 twice or more often, to be sure of it";

    (void)state;
    for (int n = 1;; n++) {
        struct buffer out;
        enum error error;

        buffer_init(&out, 1024);
        allocation_fail_at(n);
        error = display_safe(text, sizeof text - 1, DISPLAY_LINE, &out);
        allocation_fail_at(0);
        buffer_free(&out);
        if (!error)
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
    }
}

static void test_width(void **state)
{
    static const struct {
        const char *text;
        size_t width;
    } widths[] = {{"", 0}, {"abc", 3}, {"\xE6\x88\x91", 2}, {"e\xCC\x81", 1}, {"\xC3\xA9", 1}};

    (void)state;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        assert_int_equal(display_width(widths[i].text, strlen(widths[i].text)), widths[i].width);
}

static void test_fit(void **state)
{
    static const char text[] = "ab\xE6\x88\x91"
                               "e\xCC\x81z";
    static const size_t fits[] = {0, 1, 2, 2, 5, 8, 9, 9};

    (void)state;
    for (size_t columns = 0; columns < sizeof fits / sizeof *fits; columns++)
        assert_int_equal(display_fit(text, sizeof text - 1, columns), fits[columns]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_safe),      cmocka_unit_test(test_nul_and_every_byte),
        cmocka_unit_test(test_no_memory), cmocka_unit_test(test_width),
        cmocka_unit_test(test_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
