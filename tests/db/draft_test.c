#include "tests/db/scratch.h"

static void assert_drafts(struct db *db, const struct draft *expected, size_t count)
{
    struct draft *drafts;
    size_t found;

    assert_ok(db_draft_list(db, &drafts, &found));
    assert_int_equal(found, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(drafts[i].id, expected[i].id);
        assert_true(drafts[i].changed > 1700000000000);
        assert_int_equal(drafts[i].length, expected[i].length);
        assert_memory_equal(drafts[i].text, expected[i].text, expected[i].length);
        assert_int_equal(drafts[i].text[drafts[i].length], 0);
    }
    drafts_free(drafts, found);
}

static void assert_draft(struct db *db, char *text, size_t length)
{
    assert_drafts(db, &(struct draft){.id = 1, .text = text, .length = length}, 1);
}

static void saving_and_listing(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    static char first[] = "first", any[] = "any \0 \xFF bytes", large[100000];
    int64_t id = 0;

    (void)state;
    assert_drafts(db, NULL, 0);
    assert_ok(db_draft_save(db, &id, "", 0));
    assert_int_equal(id, 0);
    assert_drafts(db, NULL, 0);
    assert_ok(db_draft_save(db, &id, first, 5));
    assert_int_equal(id, 1);
    assert_draft(db, first, 5);
    assert_ok(db_draft_save(db, &id, any, sizeof any - 1));
    assert_draft(db, any, sizeof any - 1);
    memset(large, 'y', sizeof large);
    assert_ok(db_draft_save(db, &id, large, sizeof large));
    assert_int_equal(id, 1);
    db_close(db);
    db = scratch_open("x.db", DB_READ);
    assert_draft(db, large, sizeof large);
    db_close(db);
}

/* A clock that stands still, or goes back, does not matter here: the last number comes first. */
static void several(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    static char one[] = "one", two[] = "two", again[] = "again";
    struct draft both[] = {{.id = 2, .text = two, .length = 3},
                           {.id = 1, .text = one, .length = 3}};
    struct draft changed[] = {{.id = 3, .text = one, .length = 3},
                              {.id = 1, .text = again, .length = 5}};
    struct draft three[] = {both[0], changed[0], changed[1]};
    int64_t first = 0, second = 0, gone;

    (void)state;
    assert_ok(db_draft_save(db, &first, one, 3));
    assert_ok(db_draft_save(db, &second, two, 3));
    assert_int_equal(first, 1);
    assert_int_equal(second, 2);
    scratch_sql("x.db", "UPDATE draft SET changed = 1750000000000");
    assert_drafts(db, both, 2);
    gone = second;
    assert_ok(db_draft_save(db, &second, "", 0));
    assert_int_equal(second, 0);
    /* Its number is not given to another one, and whoever has it still goes on with it. */
    assert_ok(db_draft_save(db, &second, one, 3));
    assert_int_equal(second, 3);
    assert_ok(db_draft_save(db, &first, again, 5));
    scratch_sql("x.db", "UPDATE draft SET changed = 1750000000000");
    assert_drafts(db, changed, 2);
    assert_ok(db_draft_save(db, &gone, two, 3));
    assert_int_equal(gone, 2);
    assert_drafts(db, three, 3);
    db_close(db);
}

static void the_last_saved_comes_first(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    static char old[] = "old", new[] = "new";
    struct draft both[] = {{.id = 1, .text = new, .length = 3},
                           {.id = 2, .text = old, .length = 3}};
    int64_t first = 0, second = 0;

    (void)state;
    assert_ok(db_draft_save(db, &first, old, 3));
    assert_ok(db_draft_save(db, &second, old, 3));
    scratch_sql("x.db", "UPDATE draft SET changed = 1750000000000");
    assert_ok(db_draft_save(db, &first, new, 3));
    assert_drafts(db, both, 2);
    db_close(db);
}

static void a_connection_that_does_not_wait_for_the_disk(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    static char text[] = "half a word";
    int64_t id = 0;

    (void)state;
    assert_ok(db_set_durable(db, false));
    assert_ok(db_draft_save(db, &id, text, sizeof text - 1));
    assert_ok(db_set_durable(db, true));
    assert_draft(db, text, sizeof text - 1);
    db_close(db);
}

static void emptied_drafts_are_gone(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE), *idle = scratch_open("x.db", DB_WRITE);
    char text[20000] = "", kept[] = "what it became";
    struct entry entry = scratch_entry(kept);
    int64_t id;

    (void)state;
    assert_int_equal(scratch_matches(idle, ""), 0);
    for (int round = 0; round < 4; round++) {
        int64_t draft = 0;

        for (size_t length = 10; length < sizeof text; length *= 3) {
            for (size_t i = 0; i + 9 < length; i += 9)
                memcpy(text + i, "q7w3secrt", 9);
            assert_ok(db_draft_save(db, &draft, text, length));
        }
        assert_true(scratch_has("q7w3secrt"));
        if (round % 2)
            assert_ok(db_draft_save(db, &draft, "", 0));
        else
            assert_ok(db_add(db, &entry, draft, &id));
        assert_false(scratch_has("q7w3secrt"));
    }
    db_close(idle);
    db_close(db);
}

static void settings(void **state)
{
    static const char *const values[] = {"", "on", "a 'quoted' \xE2\x9C\x93 value", "on"};
    struct db *db = scratch_open("x.db", DB_CREATE);
    char *value;

    (void)state;
    assert_ok(db_setting_get(db, "theme", &value));
    assert_null(value);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        assert_ok(db_setting_set(db, "theme", values[i]));
        assert_ok(db_setting_set(db, "Theme", "another"));
        assert_ok(db_setting_get(db, "theme", &value));
        assert_string_equal(value, values[i]);
        free(value);
    }
    db_close(db);
}

/* Drafts are nobody's news; what a connection does that is not durable is made good by tidying. */
static void hasty_connections(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE), *keeper = scratch_open("x.db", DB_WRITE);
    static char text[] = "a secret thought";
    struct entry entry = scratch_entry(text);
    int64_t draft = 0, id;
    bool changed;

    (void)state;
    assert_ok(db_set_durable(db, false));
    assert_ok(db_set_durable(keeper, false));
    assert_ok(db_draft_save(keeper, &draft, text, strlen(text)));
    assert_ok(db_changed(db, &changed));
    assert_false(changed);
    assert_int_equal(db_acts(db), 0);
    assert_ok(db_add(db, &entry, draft, &id));
    assert_int_equal(db_acts(db), 1);
    assert_ok(db_changed(keeper, &changed));
    assert_true(changed);
    assert_ok(db_delete(db, &id, 1));
    assert_true(scratch_has(text));
    assert_ok(db_sync(keeper));
    assert_ok(db_tidy(keeper));
    assert_null(db_notice(keeper));
    assert_false(scratch_has(text));
    db_close(db);
    db_close(keeper);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(saving_and_listing),
        scratch_test(several),
        scratch_test(the_last_saved_comes_first),
        scratch_test(a_connection_that_does_not_wait_for_the_disk),
        scratch_test(emptied_drafts_are_gone),
        scratch_test(hasty_connections),
        scratch_test(settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
