#include "tests/db/scratch.h"

#include <time.h>

static const struct {
    const char *text, *guess;
    int64_t created;
    enum verdict verdict;
    const char *label;
} rows[] = {
    {"The gig was SICK, totally sick", "joy", 1767225600000, VERDICT_RIGHT, NULL}, /* 2026 */
    {"I can't believe they cancelled it", "joy", 1767225599999, VERDICT_WRONG, "sadness"},
    {"Caf\xC3\xA9 \xC3\x89tude", "sadness", 1767312000000, VERDICT_WRONG, NULL},
    {"E\xCC\x81tude decomposed 100% _x", NULL, 1767312000000, VERDICT_NONE, NULL},
    {"\xE4\xBB\x8A\xE6\x97\xA5\xE3\x81\xAF\xE6\xA5\xBD\xE3\x81\x97\xE3\x81\x84", "anger",
     1769904000000, VERDICT_WRONG, "joy"},
    {"Stra\xC3\x9F"
     "e \xE2\x84\xAA"
     "elvin rated http://x.y",
     "Joy", 1769904000001, VERDICT_NONE, NULL},
    {"", "fear", 1780000000000, VERDICT_RIGHT, NULL},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static struct db *fill(void)
{
    struct db *db = scratch_open("x.db", DB_CREATE);

    setenv("TZ", "UTC", 1);
    tzset();
    for (int i = 0; i < ROWS; i++) {
        char *text = strdup(rows[i].text), *guess = rows[i].guess ? strdup(rows[i].guess) : NULL;
        struct entry entry = {.created = rows[i].created, .text = text, .guess = guess};
        int64_t id;

        assert_ok(db_add(db, &entry, 0, &id));
        if (rows[i].verdict)
            assert_ok(db_rate(db, id, rows[i].verdict, rows[i].label));
        free(text);
        free(guess);
    }
    return db;
}

/* db_find goes other ways than db_each, and comes to the same. */
static void assert_found(struct db *db, const char *line, enum db_order order, const char *expected)
{
    struct filter filter;
    struct search search = {.order = order};
    char found[ROWS + 1] = "";
    int64_t *ids;
    size_t count;

    assert_ok(filter_parse(line, strlen(line), 1769904000000, &filter));
    assert_ok(db_find(db, &filter, &search, &ids, &count));
    for (size_t i = 0; i < count; i++)
        found[i] = (char)('0' + ids[i]);
    if (strcmp(found, expected) != 0)
        fail_msg("%s: %s instead of %s", line, found, expected);
    free(ids);
    filter_clear(&filter);
}

static enum error write_id(void *context, const struct entry *entry)
{
    return buffer_format(context, "%lld", (long long)entry->id);
}

static void assert_search(struct db *db, const char *line, enum db_order order, size_t limit,
                          const char *expected)
{
    struct filter filter;
    struct buffer found;

    buffer_init(&found, 100);
    assert_ok(filter_parse(line, strlen(line), 1769904000000, &filter));
    assert_ok(db_each(db, &filter, order, limit, write_id, &found));
    if (strcmp(found.data ? found.data : "", expected) != 0)
        fail_msg("%s: %s instead of %s", line, found.data ? found.data : "", expected);
    filter_clear(&filter);
    buffer_free(&found);
}

static void filters(void **state)
{
    static const char *const cases[][2] = {
        {"", "2134567"},
        {"sick", "1"},
        {"SICK totally", "1"},
        {"\"was sick,\"", "1"},
        {"\"sick was\"", ""},
        {"sick believe", ""},
        {"\xC3\xA9tude", "34"},
        {"E\xCC\x81TUDE", "34"},
        {"etude", ""},
        {"caf\xC3\x89", "3"},
        {"cafe", ""},
        {"%", "4"},
        {"_x", "4"},
        {"\xE6\xA5\xBD", "5"},
        {"strasse", "6"},
        {"kelvin", "6"},
        {"http://x.y", "6"},
        {"\"rated\"", "6"},
        {"rated", "21357"},
        {"not:rated", "46"},
        {"right", "17"},
        {"wrong", "235"},
        {"rated right", "17"},
        {"emotion:joy", "216"},
        {"emotion:JOY wrong", "2"},
        {"emotion:none", "4"},
        {"emotion:nothing", ""},
        {"you:joy", "15"},
        {"you:sadness", "2"},
        {"you:Fear", "7"},
        {"you:none", ""},
        {"after:2026", "134567"},
        {"before:2026", "2"},
        {"after:2026-01 before:2026-02", "134"},
        {"after:2026-01-01 before:2026-01-02", "1"},
        {"after:today", "567"},
        {"before:today after:yesterday", ""},
        {"rated after:2026-02 joy", ""},
        {"hour:0", "13456"},
        {"hour:23", "2"},
        {"hour:12", ""},
        {"weekday:wed", "2"},
        {"weekday:thu hour:20", "7"},
        {"weekday:thu", "17"},
        {"weekday:fri rated", "3"},
        {"weekday:sun", "56"},
        {"a e i", "216"},
    };
    struct db *db = fill();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_search(db, cases[i][0], DB_OLDEST_FIRST, 0, cases[i][1]);
        assert_found(db, cases[i][0], DB_OLDEST_FIRST, cases[i][1]);
    }
    assert_found(db, "", DB_NEWEST_FIRST, "7654312");
    assert_found(db, "rated", DB_NEWEST_FIRST, "75312");
    db_close(db);
}

static void order_and_limit(void **state)
{
    struct db *db = fill();

    (void)state;
    assert_search(db, "", DB_NEWEST_FIRST, 0, "7654312");
    assert_search(db, "", DB_NEWEST_FIRST, 3, "765");
    assert_search(db, "", DB_OLDEST_FIRST, 1, "2");
    assert_search(db, "rated", DB_NEWEST_FIRST, 2, "75");
    assert_search(db, "", DB_OLDEST_FIRST, 100, "2134567");
    db_close(db);
}

static void finding_ids(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    enum { COUNT = 300 };
    struct filter filter;
    int64_t *ids;
    size_t count;

    (void)state;
    filter_init(&filter);
    assert_ok(db_find(db, &filter, &(struct search){.order = DB_OLDEST_FIRST}, &ids, &count));
    assert_null(ids);
    assert_int_equal(count, 0);
    for (int i = 0; i < COUNT; i++)
        scratch_add(db, "hello");
    assert_ok(db_find(db, &filter, &(struct search){.order = DB_NEWEST_FIRST}, &ids, &count));
    assert_int_equal(count, COUNT);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(ids[i], COUNT - i);
    free(ids);
    db_close(db);
}

static void by_sureness(void **state)
{
    static const struct {
        const char *guess;
        double probability;
    } sure[] = {{"joy", 0.5}, {NULL, 0.9}, {"fear", 0.8}, {"joy", 0.5}, {"joy", 0.1}};
    struct db *db = scratch_open("x.db", DB_CREATE);

    (void)state;
    for (int i = 0; i < 5; i++) {
        char text[] = "x", *guess = sure[i].guess ? strdup(sure[i].guess) : NULL;
        struct entry entry = {
            .created = i, .text = text, .guess = guess, .probability = sure[i].probability};
        int64_t id;

        assert_ok(db_add(db, &entry, 0, &id));
        free(guess);
    }
    assert_found(db, "", DB_SUREST_FIRST, "34152");
    assert_found(db, "", DB_LEAST_SURE_FIRST, "25413");
    assert_found(db, "emotion:joy", DB_SUREST_FIRST, "415");
    db_close(db);
}

/* Says stop the second time. */
static bool stop_soon(void *context)
{
    return ++*(int *)context > 1;
}

static void abandoning(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    int asked = 0;
    struct search search = {.order = DB_NEWEST_FIRST, .abandon = stop_soon, .context = &asked};
    struct filter filter;
    int64_t *ids;
    size_t count;

    (void)state;
    for (int i = 0; i < 2000; i++)
        scratch_add(db, "hello");
    filter_init(&filter);
    assert_error(db_find(db, &filter, &search, &ids, &count), ERROR_CANCELLED);
    assert_null(ids);
    assert_int_equal(count, 0);
    assert_int_equal(asked, 2);
    /* What comes next is not stopped. */
    search.abandon = NULL;
    assert_ok(db_find(db, &filter, &search, &ids, &count));
    assert_int_equal(count, 2000);
    free(ids);
    db_close(db);
}

static void names(void **state)
{
    struct db *db = fill();
    static const char *const expected[] = {"Joy", "anger", "fear", "joy", "sadness"};
    char **found;
    int64_t written, undone;
    size_t count;
    bool any;

    (void)state;
    assert_ok(db_rate(db, 1, VERDICT_WRONG, "surprise"));
    assert_ok(db_undo(db, &undone));
    assert_ok(db_names(db, &found, &count));
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(found[i], expected[i]);
    db_names_free(found, count);
    assert_ok(db_last_written(db, INT64_MAX, &written, &any));
    assert_true(any && written == 1780000000000);
    assert_ok(db_last_written(db, 1767225600000, &written, &any));
    assert_true(any && written == 1767225599999);
    assert_ok(db_last_written(db, 1767225599999, &written, &any));
    assert_false(any);
    db_close(db);
}

/* A walk reads one snapshot, whatever another connection does meanwhile. */
struct meanwhile {
    struct db *other;
    size_t visits;
};

static enum error add_meanwhile(void *context, const struct entry *entry)
{
    struct meanwhile *meanwhile = context;

    (void)entry;
    meanwhile->visits++;
    scratch_add(meanwhile->other, "more");
    return ERROR_NONE;
}

static void a_walk_is_of_one_moment(void **state)
{
    struct db *db = fill();
    struct meanwhile meanwhile = {.other = scratch_open("x.db", DB_WRITE)};
    struct filter filter;

    (void)state;
    filter_init(&filter);
    assert_ok(db_each(db, &filter, DB_OLDEST_FIRST, 0, add_meanwhile, &meanwhile));
    assert_int_equal(meanwhile.visits, ROWS);
    assert_int_equal(scratch_matches(db, ""), 2 * ROWS);
    db_close(meanwhile.other);
    db_close(db);
}

/* Of one message: whether the line lets it through. */
static void assert_passes(int64_t created, int32_t offset, const char *line, bool passes)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    char text[] = "x";
    struct entry entry = {.created = created, .offset = offset, .text = text};
    int64_t id;

    assert_ok(db_add(db, &entry, 0, &id));
    assert_search(db, line, DB_OLDEST_FIRST, 0, passes ? "1" : "");
    db_close(db);
    assert_ok(db_destroy("x.db"));
}

static void days_are_the_writers(void **state)
{
    (void)state;
    assert_passes(1767225599999, 0, "before:2026", true); /* the last moment of 2025 */
    assert_passes(1767225599999, 0, "after:2026", false);
    assert_passes(1767225599999, 1, "after:2026", true);
    assert_passes(1767225599999, 1, "before:2026", false);
    assert_passes(1767225600000, -1, "after:2025-12-31 before:2026-01-01", true);
    assert_passes(1767225600000, -1, "after:2026-01-01", false);
    assert_passes(1767225600000, INT32_MIN, "before:2000", true); /* a damaged row */
    assert_passes(-1, 840, "after:1970-01-01 before:1970-01-02", true);
}

static void the_last_is_told_on_the_writers_clock(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    char text[] = "x";
    struct entry entry = {.created = 1767225599999, .offset = 1, .text = text};
    int64_t id, written;
    bool found;

    (void)state;
    assert_ok(db_add(db, &entry, 0, &id));
    assert_ok(db_last_written(db, INT64_MAX, &written, &found));
    assert_true(found && written == 1767225659999);
    assert_ok(db_last_written(db, 1767225600000, &written, &found));
    assert_false(found);
    db_close(db);
}

static void hours_and_weekdays_are_the_writers(void **state)
{
    (void)state;
    assert_passes(1767225599999, 0, "hour:23 weekday:wed", true); /* the last moment of 2025 */
    assert_passes(1767225599999, 1, "hour:0 weekday:thu", true);
    assert_passes(1767225600000, -720, "hour:12 weekday:wed", true);
    assert_passes(1767225600000, -720, "hour:12 weekday:thu", false);
    assert_passes(1767225600000, -720, "hour:0", false);
    assert_passes(-1, 0, "hour:23 weekday:wed", true); /* before 1970 */
    assert_passes(-1, 840, "hour:13 weekday:thu", true);
    assert_passes(-62135596800000, 0, "hour:0 weekday:mon", true); /* the first day of year 1 */
    assert_passes(253402300799999, 0, "hour:23 weekday:fri", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(filters),
        scratch_test(order_and_limit),
        scratch_test(finding_ids),
        scratch_test(by_sureness),
        scratch_test(abandoning),
        scratch_test(names),
        scratch_test(a_walk_is_of_one_moment),
        scratch_test(hours_and_weekdays_are_the_writers),
        scratch_test(days_are_the_writers),
        scratch_test(the_last_is_told_on_the_writers_clock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
