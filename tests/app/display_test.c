#include "app/display.h"
#include "app/locale.h"

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

static const char heart[] = "\u2764\uFE0F", family[] = "👨‍👩‍👧";

static void test_cell(void **state)
{
    static const struct {
        const char *text;
        size_t columns;
        const char *cell;
    } cases[] = {
        {"", 0, ""},
        {"", 3, "   "},
        {"joy", 5, "joy  "},
        {"joy", 3, "joy"},
        {"sadness", 3, "sa~"},
        {"怒り", 6, "怒り  "},
        {"怒り", 4, "怒り"},
        {"怒り", 3, "怒~"},
        {"怒り", 2, "~ "},
        {"e\u0301a", 3, "e\u0301a "},
        {heart, 3, "\u2764  "},
        {family, 2, "👨"},
        {family, 1, "~"},
        {"a\nb\tc", 6, "a b c "},
        {"\033[m\u202Ex", 4, FFFD "[mx"},
        {"x", 0, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char cell[DISPLAY_CELL_MAX];

        assert_string_equal(display_cell(cases[i].text, cases[i].columns, cell), cases[i].cell);
    }
}

/* Marks take bytes and no columns. */
static void test_a_cell_of_marks_has_an_end(void **state)
{
    char text[3 * DISPLAY_CELL_MAX + 1], cell[DISPLAY_CELL_MAX];

    (void)state;
    for (size_t i = 0; i + 3 < sizeof text; i += 3)
        memcpy(text + i, "a\xCC\x81", 3);
    text[sizeof text - 1] = '\0';
    for (size_t columns = 0; columns < 2 * DISPLAY_CELL_MAX; columns++) {
        display_cell(text, columns, cell);
        assert_true(strlen(cell) < DISPLAY_CELL_MAX);
    }
    memset(text, '\x01', sizeof text - 1);
    display_cell(text, DISPLAY_CELL_MAX, cell);
    assert_true(strlen(cell) < DISPLAY_CELL_MAX);
}

static void test_line(void **state)
{
    static const char text[] = "ab我e\xCC\x81z";
    static const char *const lines[] = {
        "", "~", "a~", "ab~", "ab~", "ab我~", "ab我e\xCC\x81z", "ab我e\xCC\x81z"};

    (void)state;
    for (size_t columns = 0; columns < sizeof lines / sizeof *lines; columns++) {
        struct buffer out;

        buffer_init(&out, 64);
        assert_int_equal(buffer_append_text(&out, ""), ERROR_NONE);
        assert_int_equal(display_line(text, sizeof text - 1, columns, &out), ERROR_NONE);
        assert_string_equal(out.data, lines[columns]);
        buffer_free(&out);
    }
}

/* Built with the program's own locale: widths come from the C library. */
static int choose_locale(void **state)
{
    (void)state;
    locale_choose();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_safe),      cmocka_unit_test(test_nul_and_every_byte),
        cmocka_unit_test(test_no_memory), cmocka_unit_test(test_cell),
        cmocka_unit_test(test_line),      cmocka_unit_test(test_a_cell_of_marks_has_an_end),
    };

    return cmocka_run_group_tests(tests, choose_locale, NULL);
}
