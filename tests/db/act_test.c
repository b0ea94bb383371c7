#include "tests/db/scratch.h"

/* Many ratings as one act. */

enum { MESSAGES = 4 };

static struct db *fill(void)
{
    struct db *db = scratch_open("x.db", DB_CREATE);

    for (int i = 0; i < MESSAGES; i++)
        scratch_add(db, "hello");
    return db;
}

static enum error write_rating(void *context, const struct entry *entry)
{
    return buffer_format(context, "%lld%s ", (long long)entry->id,
                         entry->verdict == VERDICT_RIGHT ? "+"
                         : entry->label                  ? entry->label
                                                         : "-");
}

static void assert_live(struct db *db, const char *expected)
{
    struct buffer live;

    buffer_init(&live, 1000);
    assert_ok(db_each_rating(db, NULL, write_rating, &live));
    assert_string_equal(live.data ? live.data : "", expected);
    buffer_free(&live);
}

static const struct rating three[] = {
    {.message = 1, .verdict = VERDICT_RIGHT},
    {.message = 3, .verdict = VERDICT_WRONG, .label = "fear"},
    {.message = 4, .verdict = VERDICT_WRONG},
};

static void there_and_back(void **state)
{
    struct db *db = fill();
    int64_t first, id;

    (void)state;
    assert_ok(db_rate(db, 2, VERDICT_RIGHT, NULL));
    assert_ok(db_rate(db, 3, VERDICT_RIGHT, NULL));
    assert_ok(db_rate_all(db, three, 3, &first));
    assert_live(db, "2+ 1+ 3fear 4- ");
    assert_error(db_turn_all(db, first, 3, false), ERROR_NOT_FOUND);
    assert_ok(db_turn_all(db, first, 3, true));
    assert_live(db, "2+ 3+ ");
    assert_error(db_turn_all(db, first, 3, true), ERROR_NOT_FOUND);
    assert_ok(db_turn_all(db, first, 3, false));
    assert_live(db, "2+ 1+ 3fear 4- ");
    /* One by one goes on to work. */
    assert_ok(db_undo(db, &id));
    assert_int_equal(id, 4);
    assert_error(db_turn_all(db, first, 3, true), ERROR_NOT_FOUND);
    assert_live(db, "2+ 1+ 3fear ");
    db_close(db);
}

static void something_else_was_rated(void **state)
{
    struct db *db = fill();
    int64_t first;

    (void)state;
    assert_ok(db_rate_all(db, three, 3, &first));
    assert_ok(db_rate(db, 2, VERDICT_RIGHT, NULL));
    assert_error(db_turn_all(db, first, 3, true), ERROR_NOT_FOUND);
    assert_live(db, "1+ 3fear 4- 2+ ");
    db_close(db);
}

static void all_or_none(void **state)
{
    struct db *db = fill();
    int64_t id = 4, first;

    (void)state;
    assert_ok(db_delete(db, &id, 1));
    assert_error(db_rate_all(db, three, 3, &first), ERROR_NOT_FOUND);
    assert_non_null(strstr(error_sentence(), "message 4"));
    assert_live(db, "");
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(there_and_back),
        scratch_test(something_else_was_rated),
        scratch_test(all_or_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
