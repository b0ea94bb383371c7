#include "tests/db/scratch.h"

/* What was deleted, edited away or drafted is in no file of the folder. The texts are made of
 * random marks, so that a find is no chance. The rows, and the share of them that goes in a round,
 * are many enough for SQLite to rebuild pages, which leaves stale copies of cells behind. */

enum { ROWS = 4000, ROUNDS = 8, DELETED_MAX = 900, EDITED = 4, TEXT_ROOM = 9000 };

struct row {
    int64_t id;
    uint64_t mark; /* the text: "<16 hex digits> ", one or more times */
};

struct gone {
    uint64_t mark[DELETED_MAX + EDITED];
    size_t count;
};

static uint64_t random_state = 88172645463325252ULL;

static uint64_t random_below(uint64_t bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % bound;
}

/* Mostly short, some over several pages. */
static size_t random_words(void)
{
    uint64_t dice = random_below(20);

    return dice == 0 ? 200 + random_below(300) : 1 + random_below(dice < 4 ? 60 : 3);
}

static void new_text(struct row *row, char text[TEXT_ROOM])
{
    size_t words = random_words();

    random_below(1);
    row->mark = random_state;
    for (size_t i = 0; i < words; i++)
        snprintf(text + 17 * i, 18, "%016llx ", (unsigned long long)row->mark);
}

static void add_row(struct db *db, struct row *row)
{
    char text[TEXT_ROOM];
    struct entry entry = scratch_entry(text);

    new_text(row, text);
    entry.created = (int64_t)random_below(1000000);
    assert_ok(db_add(db, &entry, 0, &row->id));
}

static void edit_row(struct db *db, struct row *row)
{
    char text[TEXT_ROOM];
    struct entry entry = scratch_entry(text);

    entry.id = row->id;
    new_text(row, text);
    assert_ok(db_edit(db, &entry));
}

static void delete_some(struct db *db, struct row *rows, size_t *count, struct gone *gone)
{
    int64_t ids[DELETED_MAX];
    size_t number = 1 + random_below(DELETED_MAX - 1);

    for (size_t i = 0; i < number; i++) {
        size_t at = random_below(*count);

        ids[i] = rows[at].id;
        gone->mark[gone->count++] = rows[at].mark;
        rows[at] = rows[--*count];
    }
    assert_ok(db_delete(db, ids, number));
}

static void edit_some(struct db *db, struct row *rows, size_t count, struct gone *gone)
{
    for (int i = 0; i < EDITED; i++) {
        struct row *row = &rows[random_below(count)];

        gone->mark[gone->count++] = row->mark;
        edit_row(db, row);
    }
}

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Whether the file holds one of the marks, whole. */
static bool file_has_any(const char *path, const struct gone *gone)
{
    struct buffer content;
    size_t run = 0;
    bool found = false;

    buffer_init(&content, (size_t)1 << 30);
    assert_ok(file_read(path, &content));
    for (size_t i = 0; i < content.length; i++) {
        char word[17];
        uint64_t mark;

        run = is_hex(content.data[i]) ? run + 1 : 0;
        if (run < 16)
            continue;
        snprintf(word, sizeof word, "%.16s", content.data + i - 15);
        mark = strtoull(word, NULL, 16);
        if (bsearch(&mark, gone->mark, gone->count, sizeof mark, compare))
            found = true;
    }
    buffer_free(&content);
    return found;
}

static void assert_gone(struct gone *gone)
{
    DIR *folder = opendir(".");
    const struct dirent *item;

    qsort(gone->mark, gone->count, sizeof gone->mark[0], compare);
    assert_non_null(folder);
    while ((item = readdir(folder)))
        if (item->d_type == DT_REG)
            assert_false(file_has_any(item->d_name, gone));
    closedir(folder);
}

static void random_deletes_and_edits(void **state)
{
    static struct row rows[ROWS];
    struct db *db = scratch_open("x.db", DB_CREATE), *idle;
    size_t count = ROWS;

    (void)state;
    assert_ok(db_setting_set(db, "a", "b"));
    for (size_t i = 0; i < ROWS; i++)
        add_row(db, &rows[i]);
    idle = scratch_open("x.db", DB_WRITE);
    assert_int_equal(scratch_matches(idle, ""), ROWS);
    for (int round = 0; round < ROUNDS; round++) {
        struct gone gone = {.count = 0};

        delete_some(db, rows, &count, &gone);
        edit_some(db, rows, count, &gone);
        assert_null(db_notice(db));
        assert_gone(&gone);
    }
    assert_int_equal(scratch_matches(idle, ""), count);
    db_close(idle);
    db_close(db);
    assert_true(scratch_intact("x.db"));
}

static void everything(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    size_t count;

    (void)state;
    for (int i = 0; i < 200; i++)
        scratch_add(db, "q7w3secrt and more words, so that several pages are filled");
    assert_ok(scratch_draft(db, "q7w3secrt"));
    assert_true(scratch_has("q7w3secrt"));
    assert_ok(db_delete_all(db, &count));
    assert_int_equal(count, 200);
    assert_false(scratch_has("q7w3secrt"));
    db_close(db);
}

/* Another connection reads on while a message is deleted: the deletion holds, the caller is told
 * that bytes are left, and the next opening overwrites them. */
struct reader {
    struct db *writer;
    int64_t id;
};

static enum error delete_meanwhile(void *context, const struct entry *entry)
{
    struct reader *reader = context;

    (void)entry;
    assert_ok(db_delete(reader->writer, &reader->id, 1));
    return ERROR_NONE;
}

static void a_reader_is_in_the_way(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE), *other = scratch_open("x.db", DB_WRITE);
    struct reader reader = {.writer = db};
    struct filter all;

    (void)state;
    filter_init(&all);
    scratch_add(db, "stays");
    reader.id = scratch_add(db, "q7w3secrt");
    assert_ok(db_each(other, &all, DB_NEWEST_FIRST, 1, delete_meanwhile, &reader));
    assert_non_null(db_notice(db));
    assert_non_null(strstr(db_notice(db), "not yet overwritten"));
    assert_int_equal(scratch_matches(db, ""), 1);
    db_close(scratch_open("x.db", DB_WRITE));
    assert_false(scratch_has("q7w3secrt"));
    db_close(other);
    db_close(db);
}

/* What a process that was killed between deleting and purging leaves is purged at the next
 * opening. */
static void a_purge_is_made_good(void **state)
{
    static const enum db_mode modes[] = {DB_READ, DB_WRITE};

    (void)state;
    db_close(scratch_open("x.db", DB_CREATE));
    for (int i = 0; i < 2; i++) {
        scratch_sql("x.db", "PRAGMA secure_delete = OFF;"
                            "INSERT INTO message (created, offset, text, probability)"
                            " VALUES (0, 0, 'q7w3secrt', 0);"
                            "DELETE FROM message;"
                            "UPDATE purge SET wanted = wanted + 1;");
        assert_true(scratch_has("q7w3secrt"));
        db_close(scratch_open("x.db", modes[i]));
        assert_false(scratch_has("q7w3secrt"));
        assert_int_equal(scratch_sql("x.db", "SELECT wanted = done FROM purge"), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(random_deletes_and_edits),
        scratch_test(everything),
        scratch_test(a_reader_is_in_the_way),
        scratch_test(a_purge_is_made_good),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
