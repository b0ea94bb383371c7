#include "base/error.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void *sentence_of_a_new_thread(void *out)
{
    strncpy(out, error_sentence(), 63);
    error_raise(ERROR_IO, "raised in another thread");
    return NULL;
}

static void test_a_thread_has_its_own_sentence(void **state)
{
    char other[64] = "";
    pthread_t thread;

    (void)state;
    error_raise(ERROR_INVALID, "raised here");
    assert_int_equal(pthread_create(&thread, NULL, sentence_of_a_new_thread, other), 0);
    pthread_join(thread, NULL);
    assert_string_equal(other, "no error");
    assert_string_equal(error_sentence(), "raised here");
}

static void test_raise_returns_the_code_and_keeps_the_sentence(void **state)
{
    (void)state;
    assert_int_equal(error_raise(ERROR_TOO_LARGE, "%d bytes in '%s'", 7, "a file"),
                     ERROR_TOO_LARGE);
    assert_string_equal(error_sentence(), "7 bytes in 'a file'");
    assert_string_equal(error_sentence(), "7 bytes in 'a file'");
}

static void test_the_present_sentence_may_be_an_argument(void **state)
{
    (void)state;
    error_raise(ERROR_IO, "the cause");
    error_raise(ERROR_DAMAGED, "it failed: %s (%s)", error_sentence(), error_sentence());
    assert_string_equal(error_sentence(), "it failed: the cause (the cause)");
}

static void test_a_long_sentence_is_cut(void **state)
{
    char text[3000];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    error_raise(ERROR_IO, "%s", text);
    assert_int_equal(strlen(error_sentence()), 1023);
    assert_memory_equal(error_sentence(), text, 1023);
}

static void test_every_code_has_a_sentence(void **state)
{
    static const enum error codes[] = {
#define X(name, sentence) name,
        ERRORS(X)
#undef X
    };
    static const char *const sentences[] = {
#define X(name, sentence) sentence,
        ERRORS(X)
#undef X
    };

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        assert_int_equal(codes[i], i);
        assert_int_equal(error_raise_plain(codes[i]), codes[i]);
        assert_string_equal(error_sentence(), sentences[i]);
        assert_true(strlen(sentences[i]) > 0);
    }
}

static void test_errno_becomes_a_code_and_a_sentence(void **state)
{
    static const struct {
        int number;
        enum error code;
    } cases[] = {
        {ENOMEM, ERROR_NO_MEMORY}, {ENOENT, ERROR_NOT_FOUND}, {EEXIST, ERROR_EXISTS},
        {EACCES, ERROR_DENIED},    {EPERM, ERROR_DENIED},     {EROFS, ERROR_READ_ONLY},
        {ENOSPC, ERROR_FULL},      {EDQUOT, ERROR_FULL},      {EFBIG, ERROR_TOO_LARGE},
        {EIO, ERROR_IO},           {EISDIR, ERROR_IO},        {EBADF, ERROR_IO},
    };
    char expected[256];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        errno = cases[i].number;
        assert_int_equal(error_raise_errno("open", "/a b"), cases[i].code);
        snprintf(expected, sizeof expected, "cannot open '/a b': %s", strerror(cases[i].number));
        assert_string_equal(error_sentence(), expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_thread_has_its_own_sentence),
        cmocka_unit_test(test_raise_returns_the_code_and_keeps_the_sentence),
        cmocka_unit_test(test_the_present_sentence_may_be_an_argument),
        cmocka_unit_test(test_a_long_sentence_is_cut),
        cmocka_unit_test(test_every_code_has_a_sentence),
        cmocka_unit_test(test_errno_becomes_a_code_and_a_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
