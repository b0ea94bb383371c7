#include "scratch.h"

/* What was deleted, edited away or drafted is in no file of the folder. Every text is unique and
 * random-looking, so that a find is a find. */

enum { ROWS = 3000, ROUNDS = 40, BATCH = 40, TEXT_ROOM = 9000 };

static uint64_t random_state;

static uint64_t random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

struct row {
    int64_t id;
    uint64_t mark; /* the text is made of it: "<16 hex digits> " again and again */
};

static void write_text(uint64_t mark, size_t words, char text[TEXT_ROOM])
{
    size_t at = 0;

    for (size_t i = 0; i < words && at + 32 < TEXT_ROOM; i++)
        at += (size_t)sprintf(text + at, "%016llx ", (unsigned long long)mark);
}

/* Mostly short, some over several pages. */
static size_t random_words(void)
{
    uint64_t dice = random_next() % 20;

    return dice == 0 ? 200 + random_next() % 300 : 1 + random_next() % (dice < 4 ? 60 : 8);
}

static void add_row(struct db *db, struct row *row)
{
    char text[TEXT_ROOM], model[] = "m";
    struct entry entry = {
        .created = (int64_t)(random_next() % 1000000), .text = text, .model = model};

    row->mark = random_next();
    write_text(row->mark, random_words(), text);
    assert_ok(db_add(db, &entry, false, &row->id));
}

static void edit_row(struct db *db, struct row *row)
{
    char text[TEXT_ROOM], model[] = "m";
    struct entry entry = {.id = row->id, .text = text, .model = model};

    row->mark = random_next();
    write_text(row->mark, random_words(), text);
    assert_ok(db_edit(db, &entry));
}

static void assert_gone(uint64_t mark)
{
    char text[32];

    /* Even a part of the mark would betray it; fewer than 8 digits could be chance. */
    snprintf(text, sizeof text, "%016llx", (unsigned long long)mark);
    assert_false(scratch_has(text));
    text[12] = '\0';
    assert_false(scratch_has(text));
}

static size_t take_some(struct db *db, struct row *rows, size_t *count, uint64_t gone[BATCH])
{
    int64_t ids[BATCH];
    size_t number = 1 + random_next() % (BATCH - 1);

    for (size_t i = 0; i < number; i++) {
        size_t at = random_next() % *count;

        ids[i] = rows[at].id;
        gone[i] = rows[at].mark;
        rows[at] = rows[--*count];
    }
    assert_ok(db_delete(db, ids, number));
    assert_null(db_notice(db));
    return number;
}

static void random_deletes_and_edits(void **state)
{
    static struct row rows[ROWS];
    struct db *db = scratch_open("x.db", DB_CREATE), *idle;
    size_t count = ROWS;

    (void)state;
    random_state = 88172645463325252ULL;
    for (size_t i = 0; i < ROWS; i++)
        add_row(db, &rows[i]);
    idle = scratch_open("x.db", DB_WRITE);
    assert_int_equal(scratch_matches(idle, ""), ROWS);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t gone[BATCH + 1];
        size_t number = take_some(db, rows, &count, gone);
        struct row *edited = &rows[random_next() % count];

        gone[number++] = edited->mark;
        edit_row(db, edited);
        for (size_t i = 0; i < number; i++)
            assert_gone(gone[i]);
    }
    assert_int_equal(scratch_matches(idle, ""), count);
    db_close(idle);
    db_close(db);
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(random_deletes_and_edits, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
