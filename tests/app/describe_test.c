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

/* As the header says: below one half a guess is more likely wrong, below three quarters not sure.
 */
static void doubt_follows_the_probability(void **state)
{
    static const struct {
        float probability;
        const char *words;
    } cases[] = {
        {0.02F, "more likely wrong"},
        {0.33F, "more likely wrong"},
        {0.4999F, "more likely wrong"},
        {0.5F, "not sure"},
        {0.62F, "not sure"},
        {0.7499F, "not sure"},
        {0.75F, ""},
        {0.9F, ""},
        {1, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(describe_sureness(cases[i].probability), cases[i].words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_are_said_in_words),
        cmocka_unit_test(doubt_follows_the_probability),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
