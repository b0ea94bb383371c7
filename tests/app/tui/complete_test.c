#include "app/tui/complete.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char joy[] = "joy", jealousy[] = "jealousy", two_words[] = "two words";
static char upper[] = "\xC3\x84rger", other[] = "\xC3\xA4ngstlich";
static char *emotions[] = {joy, jealousy, two_words, upper, other};
static char months[][8] = {"2026-11", "2026-09", "2025-12"};
static const struct filter_names names = {
    .emotions = emotions, .emotion_count = 5, .months = months, .month_count = 3};

/* The line's cursor is at the bar. */
static void list(const char *line, struct candidates *out)
{
    const char *bar = strchr(line, '|');
    char text[128];

    assert_non_null(bar);
    snprintf(text, sizeof text, "%.*s%s", (int)(bar - line), line, bar + 1);
    complete_list(text, (size_t)(bar - line), &names, out);
}

static void candidates(void **state)
{
    static const struct {
        const char *line, *words;
        size_t start;
    } cases[] = {
        {"|", "rated not:rated right wrong emotion: you: after: before: hour: weekday: ", 0},
        {"r|", "rated right ", 0},
        {"R|", "rated right ", 0},
        {"work r|", "rated right ", 5},
        {"r| work", "rated right ", 0},
        {"not|", "not:rated ", 0},
        {"emotion:|",
         "emotion:joy emotion:jealousy emotion:\xC3\x84rger "
         "emotion:\xC3\xA4ngstlich emotion:none ",
         0},
        {"rated EMOTION:J|", "emotion:joy emotion:jealousy ", 6},
        {"you:je|", "you:jealousy ", 0},
        {"you:none|", "", 0},
        {"after:|", "after:today after:yesterday after:2026-11 after:2026-09 after:2025-12 ", 0},
        {"before:2026-|", "before:2026-11 before:2026-09 ", 0},
        {"weekday:t|", "weekday:tue weekday:thu ", 0},
        {"hour:|", "", 0},
        {"xyz|", "", 0},
        {"\"open r|", "", 0},
        {"\"closed\" ri|", "right ", 9},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct candidates found;
        char words[1024] = "";

        list(cases[i].line, &found);
        for (size_t k = 0; k < found.count; k++)
            snprintf(words + strlen(words), sizeof words - strlen(words), "%s ", found.word[k]);
        assert_string_equal(words, cases[i].words);
        if (found.count > 0)
            assert_int_equal(found.start, cases[i].start);
    }
}

static void common_beginnings(void **state)
{
    static const struct {
        const char *line;
        size_t common;
    } cases[] = {
        {"|", 0}, {"r|", 1}, {"wr|", 5}, {"emotion:j|", 9}, {"before:2026-|", 12}, {"zzz|", 0},
    };
    struct candidates found;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        list(cases[i].line, &found);
        assert_int_equal(complete_common(&found), cases[i].common);
    }
    /* Two characters that begin with the same byte have nothing in common. */
    found = (struct candidates){.count = 2, .word = {"\xC3\x84", "\xC3\xA4"}};
    assert_int_equal(complete_common(&found), 0);
}

static void shown(void **state)
{
    (void)state;
    assert_string_equal(complete_shown("emotion:joy"), "joy");
    assert_string_equal(complete_shown("emotion:"), "emotion:");
    assert_string_equal(complete_shown("rated"), "rated");
    assert_string_equal(complete_shown("not:rated"), "not:rated");
}

static void awaited(void **state)
{
    (void)state;
    assert_non_null(strstr(complete_awaited("emotion:", 8), "emotion"));
    assert_non_null(strstr(complete_awaited("x after:2026-1", 14), "date"));
    assert_non_null(strstr(complete_awaited("\"half", 5), "quote"));
    assert_null(complete_awaited("", 0));
    assert_null(complete_awaited("colour:blue", 11));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(candidates),
        cmocka_unit_test(common_beginnings),
        cmocka_unit_test(shown),
        cmocka_unit_test(awaited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
