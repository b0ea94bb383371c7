#include "tests/db/scratch.h"

static void assert_drafts(struct db *db, const struct draft *expected, size_t count)
{
    struct draft *drafts;
    size_t found;

    assert_ok(db_draft_list(db, &drafts, &found));
    assert_int_equal(found, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(drafts[i].id, expected[i].id);
        assert_int_equal(drafts[i].message, expected[i].message);
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
    assert_ok(db_draft_save(db, &id, 0, "", 0));
    assert_int_equal(id, 0);
    assert_drafts(db, NULL, 0);
    assert_ok(db_draft_save(db, &id, 0, first, 5));
    assert_int_equal(id, 1);
    assert_draft(db, first, 5);
    assert_ok(db_draft_save(db, &id, 0, any, sizeof any - 1));
    assert_draft(db, any, sizeof any - 1);
    memset(large, 'y', sizeof large);
    assert_ok(db_draft_save(db, &id, 0, large, sizeof large));
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
    assert_ok(db_draft_save(db, &first, 0, one, 3));
    assert_ok(db_draft_save(db, &second, 0, two, 3));
    assert_int_equal(first, 1);
    assert_int_equal(second, 2);
    scratch_sql("x.db", "UPDATE draft SET changed = 1750000000000");
    assert_drafts(db, both, 2);
    gone = second;
    assert_ok(db_draft_save(db, &second, 0, "", 0));
    assert_int_equal(second, 0);
    /* Its number is not given to another one, and whoever has it still goes on with it. */
    assert_ok(db_draft_save(db, &second, 0, one, 3));
    assert_int_equal(second, 3);
    assert_ok(db_draft_save(db, &first, 0, again, 5));
    scratch_sql("x.db", "UPDATE draft SET changed = 1750000000000");
    assert_drafts(db, changed, 2);
    assert_ok(db_draft_save(db, &gone, 0, two, 3));
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
    assert_ok(db_draft_save(db, &first, 0, old, 3));
    assert_ok(db_draft_save(db, &second, 0, old, 3));
    scratch_sql("x.db", "UPDATE draft SET changed = 1750000000000");
    assert_ok(db_draft_save(db, &first, 0, new, 3));
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
    assert_ok(db_draft_save(db, &id, 0, text, sizeof text - 1));
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
            assert_ok(db_draft_save(db, &draft, 0, text, length));
        }
        assert_true(scratch_has("q7w3secrt"));
        if (round % 2)
            assert_ok(db_draft_save(db, &draft, 0, "", 0));
        else
            assert_ok(db_add(db, &entry, draft, &id));
        assert_false(scratch_has("q7w3secrt"));
    }
    db_close(idle);
    db_close(db);
}

/* A draft that is the new text of a message is a message of its own when that is gone. */
static void of_a_message(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    static char text[] = "new", more[] = "newer";
    struct draft draft = {.id = 1, .message = scratch_add(db, "old"), .text = text, .length = 3};
    int64_t id = 0, message = draft.message;

    (void)state;
    assert_ok(db_draft_save(db, &id, message, text, 3));
    assert_drafts(db, &draft, 1);
    assert_ok(db_delete(db, &message, 1));
    draft.message = 0;
    assert_drafts(db, &draft, 1);
    draft.text = more;
    draft.length = 5;
    assert_ok(db_draft_save(db, &id, message, more, 5));
    assert_drafts(db, &draft, 1);
    db_close(db);
}

/* What became messages is in the draft no more, in one act; where it fails, nothing is changed. */
static void that_becomes_messages(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    static char all[] = "one two three", left[] = "three", one[] = "one", two[] = "two";
    struct entry entries[] = {scratch_entry(one), scratch_entry(two)};
    struct draft rest = {.id = 0, .text = left, .length = 5};

    (void)state;
    assert_ok(db_draft_save(db, &rest.id, 0, all, sizeof all - 1));
    scratch_sql("x.db", "CREATE TRIGGER t BEFORE UPDATE ON draft"
                        " BEGIN SELECT raise(ABORT, 'no'); END");
    assert_true(db_add_all(db, entries, 2, &rest) != ERROR_NONE);
    assert_int_equal(scratch_matches(db, ""), 0);
    assert_draft(db, all, sizeof all - 1);
    scratch_sql("x.db", "DROP TRIGGER t");
    assert_ok(db_add_all(db, entries, 2, &rest));
    assert_int_equal(entries[0].id, 1);
    assert_int_equal(entries[1].id, 2);
    assert_draft(db, left, 5);
    rest.length = 0;
    assert_ok(db_add_all(db, entries, 1, &rest));
    assert_drafts(db, NULL, 0);
    assert_int_equal(scratch_matches(db, ""), 3);
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
    assert_ok(db_draft_save(keeper, &draft, 0, text, strlen(text)));
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
        scratch_test(of_a_message),
        scratch_test(that_becomes_messages),
        scratch_test(settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
