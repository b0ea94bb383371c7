#include "tests/db/scratch.h"

static void assert_entry(struct db *db, const struct entry *expected)
{
    struct entry entry;

    assert_ok(db_get(db, expected->id, &entry));
    assert_int_equal(entry.created, expected->created);
    assert_int_equal(entry.offset, expected->offset);
    assert_string_equal(entry.text, expected->text);
    assert_int_equal(!entry.guess, !expected->guess);
    if (expected->guess)
        assert_string_equal(entry.guess, expected->guess);
    assert_true(entry.probability == expected->probability);
    assert_int_equal(!entry.model, !expected->model);
    if (expected->model)
        assert_string_equal(entry.model, expected->model);
    assert_int_equal(entry.verdict, expected->verdict);
    assert_int_equal(!entry.label, !expected->label);
    if (expected->label)
        assert_string_equal(entry.label, expected->label);
    entry_clear(&entry);
}

static void what_was_added_is_there(void **state)
{
    static char empty[] = "", quotes[] = "it's \"so\" -- '; DROP TABLE message; --",
                wide[] = "\xE2\x9D\xA4\xEF\xB8\x8F \xE6\xAD\xA3\n\ttwo\r\n", joy[] = "joy",
                m[] = "m";
    static struct entry entries[] = {
        {.created = 1760000000123,
         .offset = -570,
         .text = quotes,
         .guess = joy,
         .probability = 0.1,
         .model = m},
        {.created = -1, .offset = 840, .text = wide},
        {.created = INT64_MAX, .offset = INT32_MIN, .text = empty, .probability = 1},
        {.created = INT64_MIN, .text = quotes, .guess = empty, .model = empty},
    };
    enum { COUNT = sizeof entries / sizeof entries[0] };
    struct db *db = scratch_open("x.db", DB_CREATE);

    (void)state;
    for (int i = 0; i < COUNT; i++)
        assert_ok(db_add(db, &entries[i], 0, &entries[i].id));
    db_close(db);
    db = scratch_open("x.db", DB_READ);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(entries[i].id, i + 1);
        assert_entry(db, &entries[i]);
    }
    db_close(db);
}

static void a_long_text(void **state)
{
    enum { LENGTH = 3000000 };
    struct db *db = scratch_open("x.db", DB_CREATE);
    char *text = malloc(LENGTH + 1);
    struct entry entry = scratch_entry(text);

    (void)state;
    memset(text, 'x', LENGTH);
    text[LENGTH] = '\0';
    assert_ok(db_add(db, &entry, 0, &entry.id));
    assert_entry(db, &entry);
    free(text);
    db_close(db);
}

static void ids_that_are_not_there(void **state)
{
    static const int64_t ids[] = {0, -1, 2, INT64_MAX, INT64_MIN};
    struct db *db = scratch_open("x.db", DB_CREATE);
    char text[] = "x";
    struct entry entry = scratch_entry(text), out;
    int64_t id = scratch_add(db, "hello");

    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        int64_t both[] = {id, ids[i]};

        entry.id = ids[i];
        assert_error(db_get(db, ids[i], &out), ERROR_NOT_FOUND);
        assert_null(out.text);
        assert_error(db_edit(db, &entry), ERROR_NOT_FOUND);
        assert_error(db_rate(db, ids[i], VERDICT_RIGHT, NULL), ERROR_NOT_FOUND);
        assert_error(db_delete(db, both, 2), ERROR_NOT_FOUND);
    }
    assert_int_equal(scratch_matches(db, "hello"), 1);
    db_close(db);
}

static void ids_are_never_used_twice(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    int64_t id;
    size_t count;

    (void)state;
    scratch_add(db, "one");
    id = scratch_add(db, "two");
    assert_ok(db_delete(db, &id, 1));
    assert_int_equal(scratch_add(db, "three"), 3);
    assert_ok(db_delete_all(db, &count));
    assert_int_equal(count, 2);
    db_close(db);
    db = scratch_open("x.db", DB_WRITE);
    assert_int_equal(scratch_add(db, "four"), 4);
    db_close(db);
}

static void deleting(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    int64_t ids[5], some[3];
    size_t count;

    (void)state;
    for (int i = 0; i < 5; i++) {
        ids[i] = scratch_add(db, "hello");
        assert_ok(db_rate(db, ids[i], VERDICT_RIGHT, NULL));
    }
    some[0] = ids[4];
    some[1] = ids[1];
    some[2] = ids[4]; /* twice is once */
    assert_ok(db_delete(db, some, 3));
    assert_int_equal(scratch_matches(db, ""), 3);
    assert_ok(db_rating_count(db, &count));
    assert_int_equal(count, 3);
    assert_ok(db_delete(db, some, 0));
    assert_int_equal(scratch_matches(db, ""), 3);
    db_close(db);
}

static void deleting_everything(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    char *value;
    size_t count;
    int64_t id;

    (void)state;
    assert_ok(db_delete_all(db, &count));
    assert_int_equal(count, 0);
    for (int i = 0; i < 3; i++)
        assert_ok(db_rate(db, scratch_add(db, "hello"), VERDICT_RIGHT, NULL));
    assert_ok(scratch_draft(db, "draft"));
    assert_ok(db_setting_set(db, "name", "value"));
    assert_ok(db_delete_all(db, &count));
    assert_int_equal(count, 3);
    assert_int_equal(scratch_matches(db, ""), 0);
    assert_error(db_undo(db, &id), ERROR_NOT_FOUND);
    assert_true(scratch_draft_is(db, NULL));
    assert_ok(db_setting_get(db, "name", &value));
    assert_string_equal(value, "value");
    free(value);
    db_close(db);
}

static void the_draft_becomes_the_message(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    char text[] = "hello";
    struct entry entry = scratch_entry(text);

    (void)state;
    assert_ok(scratch_draft(db, "hello"));
    assert_ok(db_add(db, &entry, 0, &entry.id));
    assert_ok(db_add(db, &entry, 7, &entry.id));
    assert_true(scratch_draft_is(db, "hello"));
    assert_ok(db_add(db, &entry, 1, &entry.id));
    assert_true(scratch_draft_is(db, NULL));
    assert_int_equal(scratch_matches(db, "hello"), 3);
    assert_ok(db_add(db, &entry, 1, &entry.id));
    db_close(db);
}

/* What an edit leaves of a message's rating: from -> to. */
static void editing(void **state)
{
    static char sad[] = "sadness", new_text[] = "new text", fear[] = "fear", m2[] = "m2";
    static const struct {
        enum verdict before, after;
        char *label;
    } cases[] = {
        {VERDICT_NONE, VERDICT_NONE, NULL},   {VERDICT_RIGHT, VERDICT_RIGHT, NULL},
        {VERDICT_RIGHT, VERDICT_NONE, NULL},  {VERDICT_RIGHT, VERDICT_WRONG, sad},
        {VERDICT_WRONG, VERDICT_WRONG, NULL}, {VERDICT_WRONG, VERDICT_RIGHT, NULL},
        {VERDICT_NONE, VERDICT_WRONG, sad},
    };
    struct db *db = scratch_open("x.db", DB_CREATE);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct entry entry = {.id = scratch_add(db, "old text"),
                              .text = new_text,
                              .guess = fear,
                              .probability = 0.5,
                              .model = m2,
                              .verdict = cases[i].after,
                              .label = cases[i].label};

        if (cases[i].before)
            assert_ok(db_rate(db, entry.id, cases[i].before, NULL));
        assert_ok(db_edit(db, &entry));
        entry.created = 1760000000000;
        entry.offset = 60;
        assert_entry(db, &entry);
    }
    assert_int_equal(scratch_matches(db, "old"), 0);
    db_close(db);
}

static void clearing_an_entry(void **state)
{
    struct entry entry = {.id = 7, .text = strdup("x"), .label = strdup("y")};

    (void)state;
    entry_clear(&entry);
    assert_null(entry.text);
    assert_int_equal(entry.id, 0);
    entry_clear(&entry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(what_was_added_is_there),
        scratch_test(a_long_text),
        scratch_test(ids_that_are_not_there),
        scratch_test(ids_are_never_used_twice),
        scratch_test(deleting),
        scratch_test(deleting_everything),
        scratch_test(the_draft_becomes_the_message),
        scratch_test(editing),
        cmocka_unit_test(clearing_an_entry),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
