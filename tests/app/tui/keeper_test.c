#include "app/profile.h"
#include "app/tui/keeper.h"
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A journal in an empty home, and two windows on it. */
struct windows {
    char folder[64];
    struct journal *journal[2];
    struct keeper *keeper[2];
};

static int set_up(void **state)
{
    struct journal_options options = {.model = "assets/emotions.model", .access = JOURNAL_WRITE};
    static struct windows fresh;

    fresh = (struct windows){0};
    snprintf(fresh.folder, sizeof fresh.folder, "/tmp/emotrack-keeper-XXXXXX");
    if (!mkdtemp(fresh.folder))
        return -1;
    setenv("XDG_DATA_HOME", fresh.folder, 1);
    unsetenv("EMOTRACK_PROFILE");
    unsetenv("EMOTRACK_MODEL");
    for (int i = 0; i < 2; i++) {
        if (journal_open(&options, &fresh.journal[i]) ||
            keeper_new(fresh.journal[i], &fresh.keeper[i]))
            return -1;
    }
    *state = &fresh;
    return 0;
}

static int tear_down(void **state)
{
    struct windows *windows = *state;
    char folder[96];

    for (int i = 0; i < 2; i++) {
        assert_int_equal(keeper_end(windows->keeper[i]), ERROR_NONE);
        journal_close(windows->journal[i]);
    }
    assert_int_equal(profile_delete(PROFILE_DEFAULT), ERROR_NONE);
    snprintf(folder, sizeof folder, "%s/emotrack", windows->folder);
    rmdir(folder);
    assert_int_equal(rmdir(windows->folder), 0);
    return 0;
}

static struct kept *take(struct keeper *keeper, int64_t id)
{
    struct kept *kept;

    assert_int_equal(keeper_open(keeper, id, 0, &kept), ERROR_NONE);
    return kept;
}

static void put(struct keeper *keeper, struct kept *kept, const char *text)
{
    assert_int_equal(keeper_put(keeper, kept, text, strlen(text)), ERROR_NONE);
}

static int64_t flush(struct keeper *keeper, struct kept *kept)
{
    int64_t id;

    assert_int_equal(keeper_flush(keeper, kept, &id), ERROR_NONE);
    return id;
}

/* There is one draft and this is its text; NULL: there is none. */
static void assert_draft(struct journal *journal, const char *text)
{
    struct draft *drafts;
    size_t count;

    assert_int_equal(journal_draft_list(journal, &drafts, &count), ERROR_NONE);
    assert_int_equal(count, text ? 1 : 0);
    if (text)
        assert_string_equal(drafts[0].text, text);
    drafts_free(drafts, count);
}

static void what_is_put_is_saved(void **state)
{
    struct windows *windows = *state;
    struct keeper *keeper = windows->keeper[0];
    struct kept *kept = take(keeper, 0);
    int64_t id;

    put(keeper, kept, "half");
    put(keeper, kept, "half a word");
    id = flush(keeper, kept);
    assert_int_not_equal(id, 0);
    assert_draft(windows->journal[1], "half a word");
    put(keeper, kept, "half a word more");
    assert_int_equal(flush(keeper, kept), id);
    assert_draft(windows->journal[1], "half a word more");
    put(keeper, kept, "");
    assert_int_equal(flush(keeper, kept), 0);
    assert_draft(windows->journal[1], NULL);
    keeper_close(keeper, kept);
}

/* However the keeper's thread is caught. */
static void a_message_leaves_no_draft_behind(void **state)
{
    struct windows *windows = *state;
    struct keeper *keeper = windows->keeper[0];

    for (int round = 0; round < 200; round++) {
        struct kept *kept = take(keeper, 0);
        struct entry entry;
        int64_t id;

        put(keeper, kept, "soon");
        clock_sleep(round % 4);
        put(keeper, kept, "soon a message");
        clock_sleep(round % 3);
        assert_int_equal(keeper_stop(keeper, kept, &id), ERROR_NONE);
        assert_int_equal(journal_write(windows->journal[0], "soon a message", 14, id, &entry),
                         ERROR_NONE);
        entry_clear(&entry);
        keeper_close(keeper, kept);
    }
    clock_sleep(100); /* a saving that comes late would come now */
    assert_draft(windows->journal[0], NULL);
}

static void a_draft_is_in_one_hand(void **state)
{
    struct windows *windows = *state;
    struct kept *kept = take(windows->keeper[0], 0), *other;
    int64_t id;

    put(windows->keeper[0], kept, "mine");
    id = flush(windows->keeper[0], kept);
    assert_true(keeper_free(windows->keeper[0], id));
    assert_false(keeper_free(windows->keeper[1], id));
    assert_int_equal(keeper_open(windows->keeper[1], id, 0, &other), ERROR_BUSY);
    assert_null(other);
    keeper_close(windows->keeper[0], kept);
    assert_true(keeper_free(windows->keeper[1], id));
    other = take(windows->keeper[1], id);
    assert_false(keeper_free(windows->keeper[0], id));
    put(windows->keeper[1], other, "theirs");
    assert_int_equal(flush(windows->keeper[1], other), id);
    assert_draft(windows->journal[0], "theirs");
    keeper_close(windows->keeper[1], other);
}

static struct keeper_news wait_until_durable(struct keeper *keeper, uint64_t acts)
{
    struct keeper_news news;

    do {
        clock_sleep(1);
        keeper_look(keeper, &news);
    } while (news.durable < acts && !news.disk);
    return news;
}

static void acts_become_durable(void **state)
{
    struct windows *windows = *state;
    struct journal *journal = windows->journal[0];
    uint64_t before = journal_acts(journal);
    struct keeper_news news;
    struct entry entry;

    assert_int_equal(journal_write(journal, "kept", 4, 0, &entry), ERROR_NONE);
    assert_int_equal(journal_rate(journal, entry.id, VERDICT_WRONG, "joy"), ERROR_NONE);
    assert_int_equal(journal_acts(journal), before + 2);
    keeper_settle(windows->keeper[0]);
    news = wait_until_durable(windows->keeper[0], before + 2);
    assert_int_equal(news.disk, ERROR_NONE);
    assert_int_equal(news.durable, before + 2);
    entry_clear(&entry);
}

static void ending_saves_what_is_left(void **state)
{
    struct windows *windows = *state;
    struct keeper *keeper = windows->keeper[0];

    put(keeper, take(keeper, 0), "the last words");
    windows->keeper[0] = NULL;
    assert_int_equal(keeper_end(keeper), ERROR_NONE);
    assert_draft(windows->journal[1], "the last words");
}

#define window_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        window_test(what_is_put_is_saved),      window_test(a_message_leaves_no_draft_behind),
        window_test(a_draft_is_in_one_hand),    window_test(acts_become_durable),
        window_test(ending_saves_what_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
