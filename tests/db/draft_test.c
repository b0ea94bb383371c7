#include "tests/db/scratch.h"

static void assert_draft(struct db *db, const void *text, size_t length)
{
    struct buffer draft;

    buffer_init(&draft, 1 << 20);
    assert_ok(db_draft_load(db, &draft));
    assert_int_equal(draft.length, length);
    if (length)
        assert_memory_equal(draft.data, text, length);
    buffer_free(&draft);
}

static void saving_and_loading(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    static char large[100000];

    (void)state;
    assert_draft(db, "", 0);
    assert_ok(db_draft_save(db, "", 0));
    assert_draft(db, "", 0);
    assert_ok(db_draft_save(db, "first", 5));
    assert_draft(db, "first", 5);
    assert_ok(db_draft_save(db, "any \0 \xFF bytes", 13));
    assert_draft(db, "any \0 \xFF bytes", 13);
    memset(large, 'y', sizeof large);
    assert_ok(db_draft_save(db, large, sizeof large));
    assert_draft(db, large, sizeof large);
    assert_ok(db_draft_save(db, "x", 1));
    db_close(db);
    db = scratch_open("x.db", DB_READ);
    assert_draft(db, "x", 1);
    db_close(db);
}

static void loading_appends(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    struct buffer draft;

    (void)state;
    buffer_init(&draft, 8);
    assert_ok(buffer_append_text(&draft, "a "));
    assert_ok(db_draft_save(db, "draft", 5));
    assert_ok(db_draft_load(db, &draft));
    assert_string_equal(draft.data, "a draft");
    assert_error(db_draft_load(db, &draft), ERROR_TOO_LARGE);
    assert_string_equal(draft.data, "a draft");
    buffer_free(&draft);
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
        for (size_t length = 10; length < sizeof text; length *= 3) {
            for (size_t i = 0; i + 9 < length; i += 9)
                memcpy(text + i, "q7w3secrt", 9);
            assert_ok(db_draft_save(db, text, length));
        }
        assert_true(scratch_has("q7w3secrt"));
        if (round % 2)
            assert_ok(db_draft_save(db, "", 0));
        else
            assert_ok(db_add(db, &entry, true, &id));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(saving_and_loading),
        scratch_test(loading_appends),
        scratch_test(emptied_drafts_are_gone),
        scratch_test(settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
