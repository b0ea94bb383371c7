#include "app/describe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void features_are_said_in_words(void **state)
{
    static const struct {
        const char *feature, *words;
        bool is_words;
    } cases[] = {
        {"love", "love", true},
        {"looking forward", "looking forward", true},
        {"not:good", "not good", true},
        {"n't not:believe", "n't believe", true},
        {"not:a not:lot", "not a lot", true},
        {"can n't", "can't", true},
        {"will n't", "won't", true},
        {"do n't", "don't", true},
        {"it 's", "it's", true},
        {"'s not:fair", "'s fair", true},
        {"<s> so", "so (first)", false},
        {"this </s>", "this (last)", false},
        {"<shout>", "(a SHOUTED word)", false},
        {"<length:3>", "(length 3-5)", false},
        {"<length:6>", "(length 15 up)", false},
        {"<num> days", "(a number) days", false},
        {"in <num>", "in (a number)", true},
        {":)", ":)", true},
        {"<3", "<3", true},
        {"", "", true},
        {"\033[31m", "\uFFFD[31m", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct contribution contribution = {.feature = cases[i].feature};
        struct buffer words;

        buffer_init(&words, 256);
        assert_int_equal(describe_feature(cases[i].feature, &words), ERROR_NONE);
        assert_string_equal(words.data ? words.data : "", cases[i].words);
        assert_int_equal(describe_is_words(&contribution), cases[i].is_words);
        buffer_free(&words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_are_said_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
