#include "app/tui/insights_layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { LINES_MAX = 256, COLUMNS_MAX = 240, NAMES = 28 };

static struct insights_data data;
static struct insights_view view;
static struct insights_layout layout;

static int32_t day_of(const char *date)
{
    int32_t day;

    assert_true(insights_day(date, &day));
    return day;
}

/* A period with everything that can be shown, of so many emotions. */
static void make(enum insights_span span, const char *date, int names, int columns)
{
    data = (struct insights_data){.names = names};
    view = (struct insights_view){.data = &data};
    for (int i = 0; i < names; i++) {
        snprintf(data.name[i], sizeof data.name[i], "emotion %d", i);
        view.trends.trend[i].label = i;
        view.agreement.guessed[i] = (size_t)(names - i) % 5;
    }
    insights_period(span, day_of(date), 1, &view.trends.period);
    view.trends.count = names;
    view.agreement.rated = view.agreement.right = 30;
    view.agreement.corrections = INSIGHTS_CORRECTIONS;
    view.habits.streak = view.habits.longest = 2;
    insights_layout(&view, columns, &layout);
}

static void for_each_layout(void (*check)(int columns))
{
    static const char *const years[] = {"2026-02-14", "2028-02-29"};
    static const int names[] = {0, 1, 7, NAMES};

    for (int columns = 24; columns <= COLUMNS_MAX; columns += columns < 130 ? 1 : 7) {
        for (int span = 0; span < INSIGHTS_SPANS; span++) {
            for (size_t i = 0; i < 8; i++) {
                make((enum insights_span)span, years[i % 2], names[i / 2], columns);
                check(columns);
            }
        }
    }
}

/* ---- everything has a place of its own ---- */

static unsigned char taken[LINES_MAX][COLUMNS_MAX];

static void take_items(int columns)
{
    memset(taken, 0, sizeof taken);
    for (int block = 0; block < BLOCKS; block++) {
        const struct insights_box *box = &layout.box[block];

        for (int i = 0; i < box->items; i++) {
            struct insights_item item = {(enum insights_block)block, i}, found;
            struct insights_place place = insights_place(&layout, item);

            assert_in_range(place.line, box->line + 1, box->line + box->lines - 1);
            assert_true(place.line < layout.lines && place.column >= 0 && place.width > 0);
            assert_true(place.column + place.width <= columns);
            for (int column = place.column; column < place.column + place.width; column++)
                assert_int_equal(taken[place.line][column]++, 0);
            assert_true(insights_item_at(&layout, place.line, place.column, &found));
            assert_true(found.block == item.block && found.index == item.index);
        }
    }
}

static void items_never_overlap(void **state)
{
    (void)state;
    for_each_layout(take_items);
}

static void check_trend_columns(int columns)
{
    const struct insights_columns *trend = &layout.trend;
    int buckets = view.trends.period.buckets;
    int bars = (buckets + trend->merged - 1) / trend->merged;

    assert_true(trend->letter < trend->name && trend->name + trend->name_width < trend->bars);
    assert_true(trend->bars + bars * trend->step <= trend->share);
    assert_true(layout.box[BLOCK_TRENDS].width <= columns);
    assert_true(columns < 80 || trend->merged == 1);
}

static void bars_have_room(void **state)
{
    (void)state;
    for_each_layout(check_trend_columns);
}

static int end_of(enum insights_block block)
{
    return layout.box[block].lines ? layout.box[block].line + layout.box[block].lines : 0;
}

static void check_gaps(int columns)
{
    int trends = end_of(BLOCK_TRENDS), days = end_of(BLOCK_DAYS);

    assert_int_equal(layout.box[BLOCK_MODEL].line,
                     (trends > days ? trends : days) + (columns < 60 ? 0 : 1));
}

static void a_blank_line_parts_the_period_from_all_time(void **state)
{
    (void)state;
    for_each_layout(check_gaps);
}

/* ---- everything can be reached ---- */

static void check_ways(int columns)
{
    if (columns % 9)
        return;
    for (int block = 0; block < BLOCKS; block++) {
        for (int i = 0; i < layout.box[block].items; i++) {
            struct insights_item item = {(enum insights_block)block, i};
            int down = insights_neighbour(&layout, item, WAY_DOWN);
            int right = insights_neighbour(&layout, item, WAY_RIGHT);

            assert_true(down != i && right != i);
            if (right >= 0) {
                struct insights_item back = {item.block, right};

                assert_int_equal(insights_neighbour(&layout, back, WAY_LEFT), i);
            }
        }
    }
}

static void right_and_left_are_inverse(void **state)
{
    (void)state;
    for_each_layout(check_ways);
}

static void check_blocks(int columns)
{
    enum insights_block block = layout.order[0];
    int passed = layout.box[block].items > 0, there = 0;

    (void)columns;
    for (int i = 0; i < BLOCKS; i++)
        there += layout.box[i].items > 0;
    while (insights_next_block(&layout, block, 1, &block))
        passed++;
    assert_int_equal(passed, there);
    while (insights_next_block(&layout, block, -1, &block))
        passed--;
    assert_int_equal(passed, 1);
}

static void blocks_are_passed_once(void **state)
{
    (void)state;
    for_each_layout(check_blocks);
}

static void check_scroll(int columns)
{
    if (columns % 10)
        return;
    for (int block = 0; block < BLOCKS; block++) {
        for (int i = 0; i < layout.box[block].items; i += 3) {
            struct insights_item item = {(enum insights_block)block, i};
            int line = insights_place(&layout, item).line;

            for (int rows = 1; rows < 70; rows += 4) {
                int low = insights_scroll(&layout, item, 0, rows);
                int high = insights_scroll(&layout, item, layout.lines, rows);

                assert_in_range(line, low, low + rows - 1);
                assert_in_range(line, high, high + rows - 1);
                assert_int_equal(insights_scroll(&layout, item, low, rows), low);
            }
        }
    }
}

static void the_chosen_item_is_always_in_sight(void **state)
{
    (void)state;
    for_each_layout(check_scroll);
}

/* ---- calendars ---- */

static struct insights_place place_of(const char *date)
{
    return insights_place(&layout, (struct insights_item){
                                       BLOCK_DAYS, (int)(day_of(date) - view.trends.period.first)});
}

static void a_month_is_weeks_beside_the_trends(void **state)
{
    const struct insights_box *box = &layout.box[BLOCK_DAYS];

    (void)state;
    make(INSIGHTS_MONTH, "2026-11-22", 1, 80);
    assert_int_equal(box->line, layout.box[BLOCK_TRENDS].line);
    assert_int_equal(place_of("2026-11-01").line, box->line + 7); /* a Sunday */
    assert_int_equal(place_of("2026-11-02").line, box->line + 1);
    assert_int_equal(place_of("2026-11-02").column, place_of("2026-11-01").column + 3);
    make(INSIGHTS_MONTH, "2026-11-22", 1, 40);
    assert_true(box->line > layout.box[BLOCK_TRENDS].line);
}

static void a_year_is_as_wide_as_the_window(void **state)
{
    (void)state;
    make(INSIGHTS_YEAR, "2028-01-01", 1, 80);
    assert_int_equal(layout.calendar.form, FORM_WEEKS);
    assert_int_equal(layout.calendar.step, 1);
    make(INSIGHTS_YEAR, "2028-01-01", 1, 120);
    assert_int_equal(layout.calendar.step, 2);
    make(INSIGHTS_YEAR, "2028-01-01", 1, 40);
    assert_int_equal(layout.calendar.form, FORM_MONTHS);
    assert_int_equal(layout.calendar.across, 31);
    assert_int_equal(place_of("2028-02-29").line, place_of("2028-02-01").line);
    assert_int_equal(place_of("2028-03-01").line, place_of("2028-02-29").line + 1);
    assert_int_equal(place_of("2028-03-01").column, place_of("2028-12-01").column);
    make(INSIGHTS_YEAR, "2026-01-01", 1, 24);
    assert_int_equal(layout.calendar.across, 16);
    assert_int_equal(place_of("2026-01-17").line, place_of("2026-01-16").line + 1);
    assert_int_equal(place_of("2026-12-31").line, layout.box[BLOCK_DAYS].line + 24);
}

static void down_in_months_keeps_the_day(void **state)
{
    int next;

    (void)state;
    make(INSIGHTS_YEAR, "2026-01-01", 1, 40);
    next = insights_neighbour(&layout, (struct insights_item){BLOCK_DAYS, 30}, WAY_DOWN);
    assert_int_equal(view.trends.period.first + next, day_of("2026-02-28"));
    next = insights_neighbour(&layout, (struct insights_item){BLOCK_DAYS, 14}, WAY_DOWN);
    assert_int_equal(view.trends.period.first + next, day_of("2026-02-15"));
}

/* ---- the line above ---- */

static void the_head_fits(void **state)
{
    (void)state;
    for (int columns = 24; columns < COLUMNS_MAX; columns++) {
        for (int span = 0; span < INSIGHTS_SPANS; span++) {
            struct insights_period period;
            struct insights_head head;

            insights_period((enum insights_span)span, day_of("2026-12-31"), 1, &period);
            insights_head(&period, columns, &head);
            assert_true(head.later < columns && head.title + head.title_width <= head.later);
            for (int i = 0; i < INSIGHTS_SPANS; i++) {
                assert_true(head.span[i] == 0 || head.span[i] > head.later);
                assert_true(head.span[i] + head.width[i] < columns);
            }
            assert_true(columns < 80 || head.span[0] > 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_never_overlap),
        cmocka_unit_test(bars_have_room),
        cmocka_unit_test(a_blank_line_parts_the_period_from_all_time),
        cmocka_unit_test(right_and_left_are_inverse),
        cmocka_unit_test(blocks_are_passed_once),
        cmocka_unit_test(the_chosen_item_is_always_in_sight),
        cmocka_unit_test(a_month_is_weeks_beside_the_trends),
        cmocka_unit_test(a_year_is_as_wide_as_the_window),
        cmocka_unit_test(down_in_months_keeps_the_day),
        cmocka_unit_test(the_head_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
