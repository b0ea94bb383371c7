#include "base/buffer.h"

#include "tests/allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_an_empty_buffer_holds_nothing(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 10);
    assert_null(buffer.data);
    assert_int_equal(buffer.length, 0);
    assert_int_equal(buffer.limit, 10);
    buffer_clear(&buffer);
    buffer_free(&buffer);
    buffer_free(&buffer);
}

static void test_a_zeroed_buffer_may_be_freed(void **state)
{
    struct buffer buffer = {0};

    (void)state;
    buffer_free(&buffer);
    assert_null(buffer.data);
}

static void test_appends_follow_each_other(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 100);
    assert_int_equal(buffer_append(&buffer, "ab\0cd", 5), ERROR_NONE);
    assert_int_equal(buffer_append_text(&buffer, "ef"), ERROR_NONE);
    assert_int_equal(buffer_append_byte(&buffer, '\0'), ERROR_NONE);
    assert_int_equal(buffer_format(&buffer, "%s-%d", "gh", 42), ERROR_NONE);
    assert_int_equal(buffer.length, 13);
    assert_memory_equal(buffer.data, "ab\0cdef\0gh-42", 14);
    buffer_free(&buffer);
}

static void test_appending_nothing(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 0);
    assert_int_equal(buffer_append(&buffer, NULL, 0), ERROR_NONE);
    assert_int_equal(buffer_append_text(&buffer, ""), ERROR_NONE);
    assert_int_equal(buffer_format(&buffer, "%s", ""), ERROR_NONE);
    assert_int_equal(buffer.length, 0);
    assert_string_equal(buffer.data, "");
    assert_int_equal(buffer_append_byte(&buffer, 'a'), ERROR_TOO_LARGE);
    buffer_free(&buffer);
}

/* Exactly the limit fits, one byte more does not, and the refusal leaves the buffer as it was. */
static void test_the_limit_is_hard(void **state)
{
    static const size_t limits[] = {1, 2, 63, 64, 65, 95, 96, 97, 1000, 100000};

    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct buffer buffer;
        char *bytes = malloc(limits[i] + 1);

        memset(bytes, 'x', limits[i] + 1);
        buffer_init(&buffer, limits[i]);
        assert_int_equal(buffer_append(&buffer, bytes, limits[i] + 1), ERROR_TOO_LARGE);
        assert_int_equal(buffer.length, 0);
        assert_int_equal(buffer_append(&buffer, bytes, limits[i]), ERROR_NONE);
        assert_int_equal(buffer_append_byte(&buffer, 'y'), ERROR_TOO_LARGE);
        assert_int_equal(buffer_format(&buffer, "%d", 1), ERROR_TOO_LARGE);
        assert_int_equal(buffer_reserve(&buffer, SIZE_MAX), ERROR_TOO_LARGE);
        assert_int_equal(buffer.length, limits[i]);
        assert_int_equal(buffer.data[limits[i]], '\0');
        assert_memory_equal(buffer.data, bytes, limits[i]);
        buffer_free(&buffer);
        assert_int_equal(buffer.limit, limits[i]);
        free(bytes);
    }
}

static void test_byte_by_byte_to_the_limit(void **state)
{
    enum { LIMIT = 5000 };
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, LIMIT);
    for (size_t i = 0; i < LIMIT; i++) {
        assert_int_equal(buffer_append_byte(&buffer, (char)('a' + i % 26)), ERROR_NONE);
        assert_int_equal(buffer.length, i + 1);
        assert_int_equal(buffer.data[i + 1], '\0');
        assert_true(buffer.capacity <= LIMIT);
    }
    for (size_t i = 0; i < LIMIT; i++)
        assert_int_equal(buffer.data[i], 'a' + i % 26);
    assert_int_equal(buffer_append_byte(&buffer, 'z'), ERROR_TOO_LARGE);
    buffer_free(&buffer);
}

static void test_reserved_room_needs_no_growing(void **state)
{
    struct buffer buffer;
    const char *data;

    (void)state;
    buffer_init(&buffer, 4096);
    assert_int_equal(buffer_reserve(&buffer, 1000), ERROR_NONE);
    assert_int_equal(buffer.length, 0);
    assert_string_equal(buffer.data, "");
    data = buffer.data;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(buffer_append_byte(&buffer, 'x'), ERROR_NONE);
    assert_ptr_equal(buffer.data, data);
    buffer_free(&buffer);
}

static void test_clear_keeps_the_memory(void **state)
{
    struct buffer buffer;
    size_t capacity;

    (void)state;
    buffer_init(&buffer, 4096);
    assert_int_equal(buffer_append_text(&buffer, "something"), ERROR_NONE);
    capacity = buffer.capacity;
    buffer_clear(&buffer);
    assert_int_equal(buffer.length, 0);
    assert_string_equal(buffer.data, "");
    assert_int_equal(buffer.capacity, capacity);
    buffer_free(&buffer);
}

/* No size wraps around: what cannot be had is an error, at once. */
static void test_an_impossible_size(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, SIZE_MAX);
    assert_int_equal(buffer_append_text(&buffer, "kept"), ERROR_NONE);
    assert_int_equal(buffer_reserve(&buffer, SIZE_MAX), ERROR_TOO_LARGE);
    assert_int_equal(buffer_reserve(&buffer, SIZE_MAX - 4), ERROR_NO_MEMORY);
    assert_int_equal(buffer_reserve(&buffer, SIZE_MAX / 2), ERROR_NO_MEMORY);
    assert_string_equal(buffer.data, "kept");
    buffer_free(&buffer);
}

static void test_out_of_memory_leaves_the_buffer_as_it_was(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 4096);
    allocation_fail_at(1);
    assert_int_equal(buffer_append_text(&buffer, "first"), ERROR_NO_MEMORY);
    assert_true(allocation_failed());
    assert_null(buffer.data);
    assert_int_equal(buffer_append_text(&buffer, "first"), ERROR_NONE);
    allocation_fail_at(1);
    assert_int_equal(buffer_format(&buffer, "%200d", 7), ERROR_NO_MEMORY);
    assert_true(allocation_failed());
    assert_string_equal(buffer.data, "first");
    assert_int_equal(buffer.length, 5);
    buffer_free(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_buffer_holds_nothing),
        cmocka_unit_test(test_a_zeroed_buffer_may_be_freed),
        cmocka_unit_test(test_appends_follow_each_other),
        cmocka_unit_test(test_appending_nothing),
        cmocka_unit_test(test_the_limit_is_hard),
        cmocka_unit_test(test_byte_by_byte_to_the_limit),
        cmocka_unit_test(test_reserved_room_needs_no_growing),
        cmocka_unit_test(test_clear_keeps_the_memory),
        cmocka_unit_test(test_an_impossible_size),
        cmocka_unit_test(test_out_of_memory_leaves_the_buffer_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
