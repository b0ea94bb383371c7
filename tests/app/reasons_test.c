#include "app/reasons.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char text[] = "not a wonderful misadventure this";

static void expect(const struct reason *reason, const char *words, float value)
{
    struct buffer out;

    buffer_init(&out, 256);
    assert_int_equal(reasons_describe(reason, text, &out), ERROR_NONE);
    assert_string_equal(out.data, words);
    assert_true(fabsf(reason->value - value) < 1e-6F);
    buffer_free(&out);
}

/* A word is one reason with what it begins with, a pair of words its own, and a mark none. */
static void a_word_is_one_reason(void **state)
{
    static const struct contribution items[] = {
        {"misad*", 2, 16, 28, false},          {"wonder*", 1.5F, 6, 15, false},
        {"a wonderful", -1.25F, 4, 15, false}, {"not:wonderful", -1, 6, 15, false},
        {"<length:3>", 0.9F, 0, 0, false},     {"<s> not", 0.8F, 0, 3, false},
        {"misa*", 0.25F, 16, 28, false},       {"this </s>", 0.2F, 29, 33, false},
        {"this", -0.1F, 29, 33, true},
    };
    const struct why why = {.items = items, .count = sizeof items / sizeof *items};
    struct reason reasons[REASONS_MAX];

    (void)state;
    assert_int_equal(reasons_list(&why, reasons), 4);
    expect(&reasons[0], "misadventure", 2.25F);
    expect(&reasons[1], "a wonderful", -1.25F);
    expect(&reasons[2], "not wonderful", 0.5F);
    expect(&reasons[3], "this", -0.1F);
}

static void there_is_room_for_the_largest(void **state)
{
    enum { MANY = REASONS_MAX + 10 };
    static struct contribution items[MANY];
    const struct why why = {.items = items, .count = MANY}, nothing = {.items = items};
    struct reason reasons[REASONS_MAX];

    (void)state;
    for (uint32_t i = 0; i < MANY; i++)
        items[i] = (struct contribution){"word", (float)(2 * MANY - i), i, i + 1, false};
    items[MANY - 1].start = 3; /* more of a reason that has its place */
    items[MANY - 1].end = 4;
    assert_int_equal(reasons_list(&why, reasons), REASONS_MAX);
    assert_int_equal(reasons[0].start, 3);
    assert_int_equal(reasons_list(&nothing, reasons), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_is_one_reason),
        cmocka_unit_test(there_is_room_for_the_largest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
