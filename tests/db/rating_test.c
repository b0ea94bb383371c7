#include "tests/db/scratch.h"

/* Ratings are told by a script, a word a step, on the messages A, B and C; the live ratings are
 * written in their order.
 *
 *     A+  rate A right     A-  rate A wrong     A=x  rate A wrong, it is x
 *     u   undo             r   redo             An   edit A, keep its rating
 *     Ae  edit A, drop its rating               Aw   edit A, its rating becomes wrong
 *     Ad  delete A
 *
 * "u!" and "r!" : there is nothing to undo, redo. */

struct story {
    const char *steps, *live;
};

static const struct story stories[] = {
    {"", ""},
    {"u!", ""},
    {"r!", ""},
    {"A+", "A+"},
    {"A+ B- C=fear", "A+ B- C=fear"},
    {"A+ B- u", "A+"},
    {"A+ B- u u", ""},
    {"A+ B- u u u!", ""},
    {"A+ B- u u r", "A+"},
    {"A+ B- u u r r", "A+ B-"},
    {"A+ B- u u r r r!", "A+ B-"},
    {"A+ r!", "A+"},
    {"A+ u r", "A+"},
    /* superseded */
    {"A+ A-", "A-"},
    {"A+ B+ A-", "B+ A-"},
    {"A+ B+ A- u", "A+ B+"},
    {"A+ B+ A- u u", "A+"},
    {"A+ B+ A- u u r r", "B+ A-"},
    {"A+ A- A=joy u", "A-"},
    {"A+ A- A=joy u u", "A+"},
    {"A+ A- A=joy u u u r r r", "A=joy"},
    /* a new rating ends the redo */
    {"A+ B+ u A- r!", "A-"},
    {"A+ B+ u A- u u u!", ""},
    {"A+ B+ u C+ r!", "A+ C+"},
    {"A+ A- u A=joy u", "A+"},
    /* deleting */
    {"A+ B+ Ad", "B+"},
    {"A+ B+ Ad u u!", ""},
    {"A+ B+ Bd u", ""},
    {"A+ B+ u Bd r!", "A+"},
    {"A+ B+ u Ad r", "B+"},
    {"A+ B+ A- u u Bd r", "A-"},
    /* editing */
    {"A+ B+ An", "A+ B+"},
    {"A+ B+ Aw", "A- B+"},
    {"A+ B+ Ae", "B+"},
    {"A+ B+ Ae u u!", ""},
    {"A+ B+ Aw u", "A-"},
    {"A- A+ An u", ""},
    {"A- A+ An u u!", ""},
    {"A- A+ u An r!", "A-"},
    {"A+ B+ u An r", "A+ B+"},
    {"A+ u Ae r!", ""},
    {"A+ B+ u u An r", "B+"},
    {"B+ u Aw", "A-"},
    {"B+ u Aw r!", "A-"},
};

static enum error write_live(void *context, const struct entry *entry)
{
    struct buffer *out = context;
    const char *verdict = entry->verdict == VERDICT_RIGHT ? "+" : entry->label ? "=" : "-";

    return buffer_format(out, "%s%c%s%s", out->length ? " " : "", (char)('A' + entry->id - 1),
                         verdict, entry->label ? entry->label : "");
}

static void edit(struct db *db, int64_t id, char how)
{
    char new_text[] = "new";
    struct entry entry, changed;

    assert_ok(db_get(db, id, &entry));
    changed = entry;
    changed.text = new_text;
    if (how == 'e' || how == 'w') {
        changed.verdict = how == 'e' ? VERDICT_NONE : VERDICT_WRONG;
        changed.label = NULL;
    }
    assert_ok(db_edit(db, &changed));
    entry_clear(&entry);
}

static void take_step(struct db *db, const char *step)
{
    int64_t id = step[0] - 'A' + 1, turned;

    if (step[0] == 'u' || step[0] == 'r')
        assert_error(step[0] == 'u' ? db_undo(db, &turned) : db_redo(db, &turned),
                     step[1] == '!' ? ERROR_NOT_FOUND : ERROR_NONE);
    else if (step[1] == '+')
        assert_ok(db_rate(db, id, VERDICT_RIGHT, NULL));
    else if (step[1] == '-')
        assert_ok(db_rate(db, id, VERDICT_WRONG, NULL));
    else if (step[1] == '=')
        assert_ok(db_rate(db, id, VERDICT_WRONG, step + 2));
    else if (step[1] == 'd')
        assert_ok(db_delete(db, &id, 1));
    else
        edit(db, id, step[1]);
}

static bool take_layer(void *context, const void *bytes, size_t length)
{
    return buffer_append(context, bytes, length) == ERROR_NONE;
}

/* What the live ratings are by the kept layer and those after it. */
static void read_live(struct db *db, db_restore *restore, struct buffer *live)
{
    buffer_init(live, 1000);
    assert_ok(buffer_append_text(live, ""));
    assert_ok(db_each_rating(db, restore, write_live, live));
}

static void keep_layer(struct db *db)
{
    struct buffer live;

    read_live(db, NULL, &live);
    assert_ok(db_layer_save(db, live.data, live.length));
    buffer_free(&live);
}

static void assert_layer_is_true(struct db *db)
{
    struct buffer live, by_layer;

    read_live(db, NULL, &live);
    read_live(db, take_layer, &by_layer);
    assert_string_equal(by_layer.data, live.data);
    buffer_free(&live);
    buffer_free(&by_layer);
}

/* A layer is kept after step `keep`; from then on it is true or gone. */
static void tell(const struct story *story, int keep)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    char steps[128], *rest = steps;
    struct buffer live;
    size_t count, expected = 0;

    for (int i = 0; i < 3; i++)
        scratch_add(db, "hello");
    snprintf(steps, sizeof steps, "%s", story->steps);
    for (char *step; (step = strsep(&rest, " "));)
        if (*step) {
            take_step(db, step);
            if (keep-- == 0)
                keep_layer(db);
            assert_layer_is_true(db);
        }
    read_live(db, NULL, &live);
    assert_string_equal(live.data, story->live);
    for (const char *c = story->live; *c; c++)
        expected += *c >= 'A' && *c <= 'Z';
    assert_ok(db_rating_count(db, &count));
    assert_int_equal(count, expected);
    buffer_free(&live);
    db_close(db);
    assert_ok(db_destroy("x.db"));
}

static void every_story(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        print_message("%s\n", stories[i].steps);
        for (int keep = 0; keep < 8; keep++)
            tell(&stories[i], keep);
    }
}

static bool count_layer(void *context, const void *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    ++*(size_t *)context;
    return true;
}

static enum error ignore(void *context, const struct entry *entry)
{
    (void)context;
    (void)entry;
    return ERROR_NONE;
}

static void a_layer_is_kept_only_of_what_was_read(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE), *other = scratch_open("x.db", DB_WRITE);
    int64_t id = scratch_add(db, "x");
    size_t layers = 0;

    (void)state;
    assert_ok(db_layer_save(db, "none", 4)); /* nothing is rated: nothing to keep */
    assert_ok(db_each_rating(db, count_layer, ignore, &layers));
    assert_int_equal(layers, 0);
    assert_ok(db_rate(db, id, VERDICT_RIGHT, NULL));
    assert_ok(db_rate(other, id, VERDICT_WRONG, NULL));
    assert_ok(db_layer_save(db, "old", 3)); /* somebody else has rated since */
    assert_ok(db_each_rating(db, count_layer, ignore, &layers));
    assert_int_equal(layers, 0);
    db_close(other);
    db_close(db);
    db = scratch_open("x.db", DB_WRITE);
    assert_ok(db_layer_save(db, "new", 3));
    assert_ok(db_each_rating(db, count_layer, ignore, &layers));
    assert_int_equal(layers, 1);
    db_close(db);
}

static enum error count_entry(void *context, const struct entry *entry)
{
    (void)entry;
    ++*(size_t *)context;
    return ERROR_NONE;
}

static bool take_it(void *context, const void *bytes, size_t length)
{
    assert_non_null(context);
    assert_int_equal(length, 5);
    assert_memory_equal(bytes, "layer", length);
    return true;
}

/* Only what is newer than the layer is read, and that after an undo of it too. */
static void what_a_layer_knows_is_not_walked(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    int64_t first = scratch_add(db, "x"), second = scratch_add(db, "y"), id;
    size_t walked = 0;

    (void)state;
    assert_ok(db_rate(db, first, VERDICT_RIGHT, NULL));
    assert_ok(db_layer_save(db, "layer", 5));
    assert_ok(db_each_rating(db, take_it, count_entry, &walked));
    assert_int_equal(walked, 0);
    assert_ok(db_rate(db, second, VERDICT_RIGHT, NULL));
    assert_ok(db_each_rating(db, take_it, count_entry, &walked));
    assert_int_equal(walked, 1);
    assert_ok(db_undo(db, &id));
    assert_ok(db_each_rating(db, take_it, count_entry, &walked));
    assert_int_equal(walked, 1);
    assert_ok(db_undo(db, &id));
    assert_ok(db_redo(db, &id));
    assert_ok(db_each_rating(db, NULL, count_entry, &walked));
    assert_int_equal(walked, 2);
    db_close(db);
}

static void undo_and_redo_name_the_message(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    int64_t one = scratch_add(db, "one"), two = scratch_add(db, "two"), id = 0;

    (void)state;
    assert_ok(db_rate(db, two, VERDICT_WRONG, "fear"));
    assert_ok(db_rate(db, one, VERDICT_RIGHT, NULL));
    assert_ok(db_undo(db, &id));
    assert_int_equal(id, one);
    assert_ok(db_undo(db, &id));
    assert_int_equal(id, two);
    db_close(db);
    db = scratch_open("x.db", DB_WRITE); /* the stacks outlive the program */
    assert_ok(db_redo(db, &id));
    assert_int_equal(id, two);
    assert_error(db_rate(db, 99, VERDICT_RIGHT, NULL), ERROR_NOT_FOUND);
    assert_ok(db_redo(db, &id)); /* a rating that failed ends nothing */
    assert_int_equal(id, one);
    db_close(db);
}

static enum error stop(void *context, const struct entry *entry)
{
    ++*(size_t *)context;
    return error_raise(ERROR_INVALID, "stopped at %lld", (long long)entry->id);
}

static void an_error_ends_the_walk(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    struct filter all;
    size_t visits = 0;

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_ok(db_rate(db, scratch_add(db, "x"), VERDICT_RIGHT, NULL));
    assert_error(db_each_rating(db, NULL, stop, &visits), ERROR_INVALID);
    assert_string_equal(error_sentence(), "stopped at 1");
    filter_init(&all);
    assert_error(db_each(db, &all, DB_NEWEST_FIRST, 0, stop, &visits), ERROR_INVALID);
    assert_string_equal(error_sentence(), "stopped at 3");
    assert_int_equal(visits, 2);
    scratch_add(db, "writing goes on");
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(every_story),
        scratch_test(a_layer_is_kept_only_of_what_was_read),
        scratch_test(what_a_layer_knows_is_not_walked),
        scratch_test(undo_and_redo_name_the_message),
        scratch_test(an_error_ends_the_walk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
