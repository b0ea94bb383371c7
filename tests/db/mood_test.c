#include "db/mood.h"

#include "tests/db/scratch.h"

enum { SEEN_MAX = 16 };

/* What a walk has shown, copied. */
struct seen {
    size_t messages, ratings;
    struct mood mood[SEEN_MAX];
    struct mood_rating rating[SEEN_MAX];
    char guess[SEEN_MAX][64], label[SEEN_MAX][64];
    size_t fail_at; /* the visit that fails; 0: none */
};

static enum error maybe_fail(const struct seen *seen)
{
    if (seen->fail_at && seen->messages + seen->ratings == seen->fail_at)
        return error_raise(ERROR_CANCELLED, "enough");
    return ERROR_NONE;
}

static enum error see_message(void *context, const struct mood *mood)
{
    struct seen *seen = context;
    size_t at = seen->messages++;

    assert_int_equal(seen->ratings, 0);
    seen->mood[at] = *mood;
    if (mood->guess)
        snprintf(seen->guess[at], sizeof seen->guess[at], "%s", mood->guess);
    return maybe_fail(seen);
}

static enum error see_rating(void *context, const struct mood_rating *rating)
{
    struct seen *seen = context;
    size_t at = seen->ratings++;

    seen->rating[at] = *rating;
    if (rating->label)
        snprintf(seen->label[at], sizeof seen->label[at], "%s", rating->label);
    return maybe_fail(seen);
}

static int64_t add(struct db *db, int64_t created, int32_t offset, const char *guess)
{
    char text[] = "a text", *copy = guess ? strdup(guess) : NULL;
    struct entry entry = scratch_entry(text);
    int64_t id;

    entry.created = created;
    entry.offset = offset;
    entry.guess = copy;
    assert_ok(db_add(db, &entry, 0, &id));
    free(copy);
    return id;
}

static void messages_come_by_number_and_ratings_by_time(void **state)
{
    struct db *db = scratch_open("a.db", DB_CREATE);
    struct seen seen = {0};

    (void)state;
    assert_int_equal(add(db, 5000, -300, "joy"), 1);
    assert_int_equal(add(db, 1000, 60, NULL), 2);
    assert_int_equal(add(db, -1, 0, "fear"), 3);
    assert_ok(db_rate(db, 3, VERDICT_RIGHT, NULL));
    assert_ok(db_rate(db, 1, VERDICT_WRONG, NULL));
    assert_ok(db_rate(db, 1, VERDICT_WRONG, "anger"));
    assert_ok(db_each_mood(db, see_message, see_rating, &seen));
    assert_int_equal(seen.messages, 3);
    assert_int_equal(seen.mood[0].id, 1);
    assert_int_equal(seen.mood[0].created, 5000);
    assert_int_equal(seen.mood[0].offset, -300);
    assert_string_equal(seen.guess[0], "joy");
    assert_int_equal(seen.mood[1].id, 2);
    assert_null(seen.mood[1].guess);
    assert_int_equal(seen.mood[2].created, -1);
    assert_string_equal(seen.guess[2], "fear");
    assert_int_equal(seen.ratings, 3);
    assert_int_equal(seen.rating[0].message, 3);
    assert_int_equal(seen.rating[0].verdict, VERDICT_RIGHT);
    assert_null(seen.rating[0].label);
    assert_int_equal(seen.rating[1].message, 1);
    assert_null(seen.rating[1].label);
    assert_int_equal(seen.rating[2].message, 1);
    assert_int_equal(seen.rating[2].verdict, VERDICT_WRONG);
    assert_string_equal(seen.label[2], "anger");
    assert_true(seen.rating[0].id < seen.rating[1].id && seen.rating[1].id < seen.rating[2].id);
    db_close(db);
}

static void what_was_undone_is_not_there(void **state)
{
    struct db *db = scratch_open("a.db", DB_CREATE);
    struct seen seen = {0};
    int64_t id;

    (void)state;
    add(db, 0, 0, "joy");
    assert_ok(db_rate(db, 1, VERDICT_RIGHT, NULL));
    assert_ok(db_rate(db, 1, VERDICT_WRONG, "fear"));
    assert_ok(db_undo(db, &id));
    assert_ok(db_each_mood(db, see_message, see_rating, &seen));
    assert_int_equal(seen.ratings, 1);
    assert_int_equal(seen.rating[0].verdict, VERDICT_RIGHT);
    db_close(db);
}

static void an_error_of_a_visitor_ends_it(void **state)
{
    struct db *db = scratch_open("a.db", DB_CREATE);

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_ok(db_rate(db, add(db, i, 0, "joy"), VERDICT_RIGHT, NULL));
    for (size_t n = 1; n <= 6; n++) {
        struct seen seen = {.fail_at = n};

        assert_error(db_each_mood(db, see_message, see_rating, &seen), ERROR_CANCELLED);
        assert_string_equal(error_sentence(), "enough");
        assert_int_equal(seen.messages + seen.ratings, n);
        add(db, 9, 0, "joy"); /* nothing is left open */
        assert_ok(db_delete(db, &(int64_t){(int64_t)n + 3}, 1));
    }
    db_close(db);
}

/* The text is not looked at: it may be of any kind, or unreadable. */
static void texts_do_not_matter(void **state)
{
    struct db *db = scratch_open("a.db", DB_CREATE);
    struct seen seen = {0};

    (void)state;
    add(db, 7, 0, "joy");
    scratch_sql("a.db", "UPDATE message SET text = x'00FF80'; SELECT 1");
    assert_ok(db_each_mood(db, see_message, see_rating, &seen));
    assert_int_equal(seen.messages, 1);
    assert_int_equal(seen.mood[0].created, 7);
    db_close(db);
}

static void values_of_a_wrong_kind_are_numbers_or_damage(void **state)
{
    struct db *db = scratch_open("a.db", DB_CREATE);
    struct seen seen = {0};

    (void)state;
    add(db, 7, 0, "joy");
    scratch_sql("a.db", "UPDATE message SET created = 'noon', offset = 1e300, guess = x'FF00'");
    assert_ok(db_each_mood(db, see_message, see_rating, &seen));
    assert_int_equal(seen.mood[0].created, 0);
    assert_string_equal(seen.guess[0], "\xFF");
    scratch_sql("a.db", "PRAGMA ignore_check_constraints = 1;"
                        "INSERT INTO rating (message, verdict) VALUES (1, 7)");
    seen = (struct seen){0};
    assert_error(db_each_mood(db, see_message, see_rating, &seen), ERROR_DAMAGED);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(messages_come_by_number_and_ratings_by_time),
        scratch_test(what_was_undone_is_not_there),
        scratch_test(an_error_of_a_visitor_ends_it),
        scratch_test(texts_do_not_matter),
        scratch_test(values_of_a_wrong_kind_are_numbers_or_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
