#include "app/journal.h"
#include "app/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

static int set_up(void **state)
{
    struct journal_options options = {.model = "assets/emotions.model", .access = JOURNAL_WRITE};
    struct journal *journal = NULL;

    snprintf(folder, sizeof folder, "/tmp/emotrack-history-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    setenv("XDG_DATA_HOME", folder, 1);
    setenv("TZ", "UTC", 1);
    tzset();
    unsetenv("EMOTRACK_PROFILE");
    unsetenv("EMOTRACK_MODEL");
    if (journal_open(&options, &journal))
        return -1;
    *state = journal;
    return 0;
}

static int tear_down(void **state)
{
    char path[128];

    journal_close(*state);
    assert_int_equal(profile_delete(PROFILE_DEFAULT), ERROR_NONE);
    snprintf(path, sizeof path, "%s/emotrack", folder);
    rmdir(path);
    rmdir(folder);
    unsetenv("EMOTRACK_NOW");
    return 0;
}

static int64_t write_text(struct journal *journal, const char *text)
{
    struct entry entry;
    int64_t id;

    assert_int_equal(journal_write(journal, text, strlen(text), 0, &entry), ERROR_NONE);
    id = entry.id;
    entry_clear(&entry);
    return id;
}

static void assert_rated(struct journal *journal, int64_t id, enum verdict verdict,
                         const char *label)
{
    struct entry entry;

    assert_int_equal(journal_get(journal, id, &entry), ERROR_NONE);
    assert_int_equal(entry.verdict, verdict);
    assert_string_equal(entry.label ? entry.label : "", label);
    entry_clear(&entry);
}

static void rating_many(void **state)
{
    struct journal *journal = *state;
    int64_t ids[3] = {write_text(journal, "I love this so much"),
                      write_text(journal, "qwxyz vbnmz"),
                      write_text(journal, "I am so angry at you")};
    struct rating_act act;

    assert_int_equal(journal_rate_all(journal, ids, 3, VERDICT_RIGHT, NULL, &act), ERROR_NONE);
    assert_int_equal(act.count, 2);
    assert_int_equal(act.skipped, 1);
    assert_int_equal(journal_rating_count(journal), 2);
    assert_rated(journal, ids[0], VERDICT_RIGHT, "");
    assert_rated(journal, ids[1], VERDICT_NONE, "");
    assert_int_equal(journal_turn_act(journal, &act, true), ERROR_NONE);
    assert_int_equal(journal_rating_count(journal), 0);
    /* A label that is the guess rates it right; one that nobody knows rates nothing. */
    assert_int_equal(journal_rate_all(journal, ids, 3, VERDICT_WRONG, "ANGER", &act), ERROR_NONE);
    assert_int_equal(act.count, 3);
    assert_rated(journal, ids[0], VERDICT_WRONG, "anger");
    assert_rated(journal, ids[1], VERDICT_WRONG, "anger");
    assert_rated(journal, ids[2], VERDICT_RIGHT, "");
    assert_int_equal(journal_rate_all(journal, ids, 3, VERDICT_WRONG, "blue", &act), ERROR_INVALID);
    assert_int_equal(journal_rating_count(journal), 3);
    /* One that is gone: none is rated. */
    ids[2] = 99;
    assert_int_equal(journal_rate_all(journal, ids, 3, VERDICT_WRONG, "fear", &act),
                     ERROR_NOT_FOUND);
    assert_rated(journal, ids[0], VERDICT_WRONG, "anger");
}

static void names(void **state)
{
    struct journal *journal = *state;
    struct filter_names found;

    assert_int_equal(journal_filter_names(journal, &found), ERROR_NONE);
    assert_int_equal(found.emotion_count, model_label_count(journal_model(journal)));
    assert_int_equal(found.month_count, 0);
    filter_names_free(&found);
    setenv("EMOTRACK_NOW", "2025-12-31T23:59:59Z", 1);
    write_text(journal, "last year");
    setenv("EMOTRACK_NOW", "2026-03-01T00:00:00Z", 1);
    write_text(journal, "in March");
    write_text(journal, "in March");
    assert_int_equal(journal_filter_names(journal, &found), ERROR_NONE);
    assert_int_equal(found.month_count, 2);
    assert_string_equal(found.months[0], "2026-03");
    assert_string_equal(found.months[1], "2025-12");
    filter_names_free(&found);
    filter_names_free(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rating_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
