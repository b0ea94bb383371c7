#include "db/fold.h"

#include "tests/allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool contains(const char *text, size_t length, const char *term)
{
    bool found;

    assert_int_equal(fold_contains(text, length, term, &found), ERROR_NONE);
    return found;
}

static void folding(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"AbC 1", "abc 1"},
        {"\xC3\x89", "\xC3\xA9"},
        {"E\xCC\x81", "\xC3\xA9"},
        {"\xE1\xBA\x9E", "ss"},
        {"\xCE\xA3\xCF\x82", "\xCF\x83\xCF\x83"},
        {"\xFF\xC3", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *folded;

        assert_int_equal(fold_text(cases[i][0], strlen(cases[i][0]), &folded), ERROR_NONE);
        assert_string_equal(folded, cases[i][1]);
        free(folded);
    }
}

static void finding(void **state)
{
    (void)state;
    assert_true(contains("abc", 3, "abc"));
    assert_true(contains("xxABC", 5, "abc"));
    assert_false(contains("ab", 2, "abc"));
    assert_false(contains("abc", 2, "abc")); /* no byte beyond the length */
    assert_false(contains("", 0, "a"));
    assert_true(contains("aab", 3, "ab"));
    assert_false(contains("abc", 3, "\xC3\xA9"));
    assert_true(contains("\xC3\x89tat", 5, "\xC3\xA9t"));
    assert_true(contains("\xFF ABC", 5, "abc"));
    assert_true(contains("\xC3\xA9 ABC", 6, "abc"));
}

/* ASCII finds the same on the short way and on the long one, where an é makes the text Unicode. */
static void both_ways_agree(void **state)
{
    uint32_t random = 1;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[16 + 3], term[4] = "";
        size_t length = (random >> 8) % 16;

        for (size_t i = 0; i < length; i++) {
            random = random * 1103515245 + 12345;
            text[i] = "abAB@[`{ "[(random >> 16) % 9];
        }
        for (size_t i = 0; i < 1 + length % 3; i++) {
            random = random * 1103515245 + 12345;
            term[i] = "ab@[`{ "[(random >> 16) % 7];
        }
        memcpy(text + length, "\xC3\xA9", 3);
        assert_int_equal(contains(text, length, term), contains(text, length + 2, term));
    }
}

static void memory_is_short(void **state)
{
    char *folded;

    (void)state;
    allocation_fail_at(1);
    assert_int_equal(fold_text("abc", 3, &folded), ERROR_NO_MEMORY);
    assert_true(allocation_failed());
    assert_null(folded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folding),
        cmocka_unit_test(finding),
        cmocka_unit_test(both_ways_agree),
        cmocka_unit_test(memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
