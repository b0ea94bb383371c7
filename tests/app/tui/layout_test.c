#include "app/tui/write_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void take(bool used[], int first, int count, int bottom)
{
    if (first < 0)
        return;
    for (int row = first; row < first + count; row++) {
        assert_in_range(row, 0, bottom - 1);
        assert_false(used[row]);
        used[row] = true;
    }
}

/* In every window no row has two owners and none lies outside. */
static void rows_never_overlap(void **state)
{
    (void)state;
    for (int bottom = 3; bottom < 100; bottom++) {
        for (int text = 1; text < 120; text += 3) {
            for (int bars = 0; bars <= 30; bars += 3) {
                struct write_layout layout;
                bool used[100] = {false};

                write_layout(2, bottom, text, bars, &layout);
                assert_true(layout.box_rows >= 1);
                take(used, layout.box, layout.box_rows, bottom);
                take(used, layout.guess, 1, bottom);
                take(used, layout.bars, layout.bar_rows, bottom);
                take(used, layout.why, layout.why_rows, bottom);
                take(used, layout.last, 1, bottom);
                take(used, layout.rules[0], 1, bottom);
                take(used, layout.rules[1], 1, bottom);
            }
        }
    }
}

static void a_window_of_24_rows_has_everything(void **state)
{
    struct write_layout layout;

    (void)state;
    write_layout(2, 22, 1, 4, &layout);
    assert_int_equal(layout.box, 2);
    assert_int_equal(layout.bar_rows, 4);
    assert_int_equal(layout.why_rows, 2);
    assert_true(layout.guess > 0 && layout.last > 0 && layout.rules[0] > 0 && layout.rules[1] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_never_overlap),
        cmocka_unit_test(a_window_of_24_rows_has_everything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
