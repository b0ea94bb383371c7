#include "app/matches.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What stands out is shown in brackets. */
static void assert_shown(const char *filter, const char *text, const char *expected)
{
    struct span spans[MATCHES_MAX];
    struct matches *matches;
    char shown[512] = "";
    size_t count, at = 0;

    assert_int_equal(matches_new(filter, &matches), ERROR_NONE);
    count = matches_find(matches, text, strlen(text), spans);
    for (size_t i = 0; i < count; i++) {
        assert_true(spans[i].start >= at && spans[i].end > spans[i].start);
        snprintf(shown + strlen(shown), sizeof shown - strlen(shown), "%.*s[%.*s]",
                 (int)(spans[i].start - at), text + at, (int)(spans[i].end - spans[i].start),
                 text + spans[i].start);
        at = spans[i].end;
    }
    snprintf(shown + strlen(shown), sizeof shown - strlen(shown), "%s", text + at);
    assert_string_equal(shown, expected);
    matches_free(matches);
}

static void words(void **state)
{
    static const char *const cases[][3] = {
        {"", "plain", "plain"},
        {"rated emotion:joy", "rated joy", "rated joy"},
        {"work", "Work, work. WORKING", "[Work], [work]. [WORK]ING"},
        {"work wor", "work", "[work]"},
        {"a b", "ab", "[a][b]"},
        {"\"a b\"", "xa by", "x[a b]y"},
        {"emotion:", "half typed", "half typed"},
        {"strasse",
         "die Stra\xC3\x9F"
         "e!",
         "die [Stra\xC3\x9F"
         "e]!"},
        {"i", "x\xC4\xB0x", "x[\xC4\xB0]x"},
        {"\xC3\x89", "caf\xC3\xA9, cafe\xCC\x81", "caf[\xC3\xA9], caf[e\xCC\x81]"},
        {"evil",
         "\x1B]0;EVIL\x07 \xE2\x80\xAE"
         "evil",
         "\x1B]0;[EVIL]\x07 \xE2\x80\xAE[evil]"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_shown(cases[i][0], cases[i][1], cases[i][2]);
}

static void no_more_than_there_is_room_for(void **state)
{
    struct span spans[MATCHES_MAX];
    struct matches *matches;
    char text[1000];

    (void)state;
    memset(text, 'a', sizeof text);
    assert_int_equal(matches_new("a", &matches), ERROR_NONE);
    assert_int_equal(matches_find(matches, text, sizeof text, spans), MATCHES_MAX);
    assert_int_equal(spans[MATCHES_MAX - 1].end, MATCHES_MAX);
    matches_free(matches);
    assert_int_equal(matches_find(NULL, text, sizeof text, spans), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(no_more_than_there_is_room_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
