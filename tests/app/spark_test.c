#include "app/spark.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { COLUMNS = 9 };

static const struct {
    size_t counts[COLUMNS];
    int count;
    size_t most;
    const char *ascii, *blocks;
} rows[] = {
    {{0}, 0, 0, "", ""},
    {{0, 0, 0}, 3, 0, "...", "..."},
    {{0, 1, 2, 3, 4}, 5, 4, "._-~^", ".▂▄▆█"},
    {{0, 1, 2, 3, 4, 5, 6, 7, 8}, 9, 8, ".__--~~^^", ".▁▂▃▄▅▆▇█"},
    {{1, 1000, 0}, 3, 1000, "_^.", "▁█."}, /* a little is not nothing */
    {{3, 9}, 2, 18, "_-", "▁▄"},           /* the scale of other lines */
    {{5, 7}, 2, 5, "^^", "██"},            /* no higher than the highest */
    {{SIZE_MAX, 0}, 2, SIZE_MAX, "^.", "█."},
};

static void lines_are_as_they_should_be(void **state)
{
    char line[COLUMNS * SPARK_COLUMN_MAX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        spark_line(rows[i].counts, rows[i].count, rows[i].most, true, line);
        assert_string_equal(line, rows[i].ascii);
        spark_line(rows[i].counts, rows[i].count, rows[i].most, false, line);
        assert_string_equal(line, rows[i].blocks);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_as_they_should_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
