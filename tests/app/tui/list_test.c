#include "app/tui/list.h"

#include "tests/allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The list gets these messages, told as digits. */
static void take(struct list *list, const char *digits, bool stay)
{
    size_t count = strlen(digits);
    int64_t *ids = malloc((count + 1) * sizeof *ids);

    assert_non_null(ids);
    for (size_t i = 0; i < count; i++)
        ids[i] = digits[i] - '0';
    list_take(list, ids, count, stay);
}

static void choosing(void **state)
{
    struct list list;

    (void)state;
    list_init(&list);
    assert_int_equal(list_chosen(&list), 0);
    list_choose(&list, 5);
    assert_int_equal(list_chosen(&list), 0);
    take(&list, "54321", true);
    assert_int_equal(list_chosen(&list), 5);
    list_choose(&list, 2);
    assert_int_equal(list_chosen(&list), 3);
    take(&list, "7654321", true); /* it stays on its message */
    assert_int_equal(list_chosen(&list), 3);
    take(&list, "1234567", true);
    assert_int_equal(list_chosen(&list), 3);
    take(&list, "124567", true); /* gone: what is in its place */
    assert_int_equal(list_chosen(&list), 4);
    take(&list, "12", true);
    assert_int_equal(list_chosen(&list), 2);
    take(&list, "9876", false); /* another list: its first */
    assert_int_equal(list_chosen(&list), 9);
    list_choose(&list, -3);
    assert_int_equal(list_chosen(&list), 9);
    list_choose(&list, 1000);
    assert_int_equal(list_chosen(&list), 6);
    list_free(&list);
}

static void assert_marked(const struct list *list, const char *digits)
{
    int64_t *ids;

    assert_int_equal(list_marked(list, &ids), ERROR_NONE);
    assert_int_equal(list->marks, strlen(digits));
    for (size_t i = 0; i < list->marks; i++)
        assert_int_equal(ids[i], digits[i] - '0');
    free(ids);
}

static void marking(void **state)
{
    struct list list;

    (void)state;
    list_init(&list);
    assert_marked(&list, "");
    assert_int_equal(list_mark_all(&list), ERROR_NONE);
    take(&list, "54321", true);
    assert_int_equal(list_turn_mark(&list, 2), ERROR_NONE);
    assert_int_equal(list_turn_mark(&list, 5), ERROR_NONE);
    assert_int_equal(list_turn_mark(&list, 1), ERROR_NONE);
    assert_true(list_is_marked(&list, 5) && !list_is_marked(&list, 4));
    assert_marked(&list, "521"); /* in the order of the list */
    assert_int_equal(list_turn_mark(&list, 2), ERROR_NONE);
    assert_marked(&list, "51");
    take(&list, "34", false); /* a filter hides marks, and takes none away */
    assert_marked(&list, "15");
    assert_int_equal(list_mark_all(&list), ERROR_NONE);
    assert_marked(&list, "3415");
    assert_int_equal(list_mark_all(&list), ERROR_NONE);
    assert_marked(&list, "3415");
    assert_int_equal(list_keep_marks(&list, (int64_t[]){9, 5, 3}, 3), ERROR_NONE);
    assert_marked(&list, "35");
    list_unmark_all(&list);
    assert_marked(&list, "");
    list_free(&list);
}

static void memory_is_short(void **state)
{
    struct list list;
    int64_t *ids;

    (void)state;
    list_init(&list);
    take(&list, "123", true);
    allocation_fail_at(1);
    assert_int_equal(list_turn_mark(&list, 1), ERROR_NO_MEMORY);
    assert_int_equal(list.marks, 0);
    assert_int_equal(list_turn_mark(&list, 1), ERROR_NONE);
    allocation_fail_at(1);
    assert_int_equal(list_mark_all(&list), ERROR_NO_MEMORY);
    assert_marked(&list, "1");
    allocation_fail_at(1);
    assert_int_equal(list_marked(&list, &ids), ERROR_NO_MEMORY);
    allocation_fail_at(1);
    assert_int_equal(list_keep_marks(&list, NULL, 0), ERROR_NO_MEMORY);
    assert_marked(&list, "1");
    list_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(choosing),
        cmocka_unit_test(marking),
        cmocka_unit_test(memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
