#include "tests/db/scratch.h"

#include <sys/stat.h>

/* Opening: what is a journal, what is not, and what is left alone. */

static void write_file(const char *path, const void *bytes, size_t length)
{
    assert_ok(file_replace(path, bytes, length));
}

static void make_journal(const char *path)
{
    struct db *db = scratch_open(path, DB_CREATE);

    scratch_add(db, "hello");
    db_close(db);
}

static void make_nothing(const char *path)
{
    (void)path;
}

static void make_folder(const char *path)
{
    assert_int_equal(mkdir(path, 0700), 0);
}

static void make_pipe(const char *path)
{
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void make_text(const char *path)
{
    write_file(path, "Dear diary, this is no database, but a text of a certain length.\n", 65);
}

static void make_cut_header(const char *path)
{
    write_file(path, "SQLite format 3\0\x10\0\x02\x02\0\x40\x20\x20", 24);
}

static void make_zeros(const char *path)
{
    static const char zeros[8192];

    write_file(path, zeros, sizeof zeros);
}

static void make_foreign(const char *path)
{
    scratch_sql(path, "CREATE TABLE bookmark (url TEXT); INSERT INTO bookmark VALUES ('x');");
}

static void make_foreign_id(const char *path)
{
    scratch_sql(path, "PRAGMA application_id = 1234;");
}

static void make_newer(const char *path)
{
    make_journal(path);
    scratch_sql(path, "PRAGMA user_version = 99;");
}

static void make_negative(const char *path)
{
    make_journal(path);
    scratch_sql(path, "PRAGMA user_version = -1;");
}

static void make_without_tables(const char *path)
{
    make_journal(path);
    scratch_sql(path, "DROP TABLE rating; DROP TABLE purge;");
}

static void make_without_layer(const char *path)
{
    make_journal(path);
    scratch_sql(path, "DROP TABLE layer; CREATE VIEW layer AS SELECT 1 AS upto;");
}

static void bad_files(void **state)
{
    static const struct {
        void (*make)(const char *path);
        enum error error;
        const char *says;
    } cases[] = {
        {make_nothing, ERROR_NOT_FOUND, "there is no journal"},
        {make_folder, ERROR_DAMAGED, "is a folder"},
        {make_pipe, ERROR_DAMAGED, "not a regular file"},
        {make_text, ERROR_DAMAGED, "not an EmoTrack journal"},
        {make_cut_header, ERROR_DAMAGED, "is damaged"},
        {make_zeros, ERROR_DAMAGED, "not an EmoTrack journal"},
        {make_foreign, ERROR_DAMAGED, "another program's"},
        {make_foreign_id, ERROR_DAMAGED, "another program's"},
        {make_newer, ERROR_VERSION, "newer EmoTrack"},
        {make_negative, ERROR_VERSION, "newer EmoTrack"},
        {make_without_tables, ERROR_DAMAGED, "lacks tables"},
        {make_without_layer, ERROR_DAMAGED, "lacks tables"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (enum db_mode mode = DB_READ; mode <= DB_WRITE; mode++) {
            char path[32];
            struct db *db;

            snprintf(path, sizeof path, "bad%zu-%d.db", i, (int)mode);
            cases[i].make(path);
            assert_error(db_open(path, mode, &db), cases[i].error);
            assert_null(db);
            assert_non_null(strstr(error_sentence(), path));
            if (!strstr(error_sentence(), cases[i].says))
                fail_msg("case %zu: %s", i, error_sentence());
        }
    }
}

static void a_column_is_missing(void **state)
{
    struct db *db;
    size_t count;

    (void)state;
    make_journal("x.db");
    scratch_sql("x.db", "DROP INDEX rating_by_message; ALTER TABLE rating DROP COLUMN undone;");
    db = scratch_open("x.db", DB_READ);
    assert_error(db_rating_count(db, &count), ERROR_DAMAGED);
    assert_non_null(strstr(error_sentence(), "no such column"));
    db_close(db);
}

static void foreign_files_stay_as_they_are(void **state)
{
    static void (*const makes[])(const char *path) = {make_text, make_foreign, make_newer,
                                                      make_without_tables};

    (void)state;
    for (size_t i = 0; i < sizeof makes / sizeof makes[0]; i++) {
        struct buffer before, after;
        struct db *db;

        buffer_init(&before, 1 << 20);
        buffer_init(&after, 1 << 20);
        makes[i]("x.db");
        assert_ok(file_read("x.db", &before));
        for (enum db_mode mode = DB_READ; mode <= DB_CREATE; mode++)
            assert_int_not_equal(db_open("x.db", mode, &db), ERROR_NONE);
        assert_ok(file_read("x.db", &after));
        assert_int_equal(before.length, after.length);
        assert_memory_equal(before.data, after.data, before.length);
        assert_int_equal(scratch_files(), 1);
        buffer_free(&before);
        buffer_free(&after);
        unlink("x.db");
    }
}

static void empty_files_are_new_journals(void **state)
{
    (void)state;
    for (enum db_mode mode = DB_READ; mode <= DB_CREATE; mode++) {
        struct db *db;
        size_t count;

        write_file("x.db", "", 0);
        db = scratch_open("x.db", mode);
        assert_int_equal(scratch_matches(db, ""), 0);
        assert_ok(db_rating_count(db, &count));
        assert_int_equal(count, 0);
        if (mode != DB_READ)
            scratch_add(db, "hello");
        db_close(db);
        assert_int_equal(scratch_files(), 1);
        unlink("x.db");
    }
}

/* What a process leaves that was killed between making the file and making the tables. */
static void half_made_files_are_new_journals(void **state)
{
    struct db *db;

    (void)state;
    scratch_sql("x.db", "PRAGMA journal_mode = WAL;");
    db = scratch_open("x.db", DB_READ);
    assert_int_equal(scratch_matches(db, ""), 0);
    db_close(db);
    db = scratch_open("x.db", DB_WRITE);
    scratch_add(db, "hello");
    db_close(db);
}

static void files_and_folders_are_private(void **state)
{
    static const char *const paths[] = {"a", "a/b", "a/b/x.db", "a/b/x.db-wal", "a/b/x.db-shm"};
    mode_t mask = umask(0);
    struct db *db = scratch_open("a/b/x.db", DB_CREATE);
    struct stat status;

    (void)state;
    scratch_add(db, "hello");
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_int_equal(stat(paths[i], &status), 0);
        assert_int_equal(status.st_mode & 0777, S_ISDIR(status.st_mode) ? 0700 : 0600);
    }
    db_close(db);
    umask(mask);
}

static void a_file_stands_where_a_folder_should(void **state)
{
    struct db *db;

    (void)state;
    write_file("a", "x", 1);
    assert_int_not_equal(db_open("a/b/x.db", DB_CREATE, &db), ERROR_NONE);
    assert_null(db);
}

static void hard_names(void **state)
{
    static const char *const names[] = {":memory:", "file:x.db?mode=memory", "a b%41#c?d&e=f.db",
                                        "\xC3\xA9\xE2\x9C\x93.db", "a//b///x.db"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char absolute[8192];
        struct db *db = scratch_open(names[i], DB_CREATE);

        scratch_add(db, "hello");
        db_close(db);
        assert_int_equal(access(names[i], F_OK), 0);
        snprintf(absolute, sizeof absolute, "/%s/%s", scratch_folder, names[i]);
        db = scratch_open(absolute, DB_READ);
        assert_int_equal(scratch_matches(db, ""), 1);
        db_close(db);
    }
}

static void reading_makes_and_changes_nothing(void **state)
{
    char text[] = "x";
    struct entry entry = scratch_entry(text);
    struct db *db;
    int64_t id = 1;
    size_t count;

    (void)state;
    assert_error(db_open("x.db", DB_READ, &db), ERROR_NOT_FOUND);
    assert_error(db_open("a/x.db", DB_WRITE, &db), ERROR_NOT_FOUND);
    assert_int_equal(scratch_files(), 0);
    make_journal("x.db");
    db = scratch_open("x.db", DB_READ);
    assert_int_equal(scratch_matches(db, ""), 1);
    assert_error(db_add(db, &entry, 0, &id), ERROR_READ_ONLY);
    assert_error(db_edit(db, &entry), ERROR_READ_ONLY);
    assert_error(db_delete(db, &id, 1), ERROR_READ_ONLY);
    assert_error(db_delete_all(db, &count), ERROR_READ_ONLY);
    assert_error(db_rate(db, 1, VERDICT_RIGHT, NULL), ERROR_READ_ONLY);
    assert_error(db_undo(db, &id), ERROR_READ_ONLY);
    assert_error(db_redo(db, &id), ERROR_READ_ONLY);
    assert_error(scratch_draft(db, "x"), ERROR_READ_ONLY);
    assert_error(db_setting_set(db, "a", "b"), ERROR_READ_ONLY);
    db_close(db);
    assert_int_equal(scratch_files(), 1);
}

static void the_file_says_what_it_is(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);

    (void)state;
    assert_null(db_notice(db));
    db_close(db);
    assert_int_equal(scratch_sql("x.db", "PRAGMA application_id"), 0x456D6F54);
    assert_int_equal(scratch_sql("x.db", "PRAGMA user_version"), 3);
    assert_int_equal(scratch_sql("x.db", "SELECT journal_mode = 'wal' FROM pragma_journal_mode"),
                     1);
}

static bool changed(struct db *db)
{
    bool is;

    assert_ok(db_changed(db, &is));
    return is;
}

static void changes_of_others_are_seen(void **state)
{
    struct db *one = scratch_open("x.db", DB_CREATE), *two = scratch_open("x.db", DB_WRITE);
    int64_t id = scratch_add(one, "hello");

    (void)state;
    assert_false(changed(one));
    assert_true(changed(two));
    assert_false(changed(two));
    assert_ok(db_rate(two, id, VERDICT_RIGHT, NULL));
    scratch_add(one, "there");
    assert_true(changed(one));
    assert_false(changed(one));
    assert_true(changed(two));
    assert_ok(db_delete(one, &id, 1));
    assert_ok(scratch_draft(one, "x"));
    assert_ok(scratch_draft(one, ""));
    assert_false(changed(one));
    assert_true(changed(two));
    db_close(one);
    db_close(two);
}

static void nothing_is_written_to_a_file_that_is_gone(void **state)
{
    char text[] = "x";
    struct entry entry = scratch_entry(text);
    struct db *db = scratch_open("x.db", DB_CREATE);
    int64_t id;

    (void)state;
    scratch_add(db, "hello");
    assert_ok(db_destroy("x.db"));
    assert_error(db_add(db, &entry, 0, &id), ERROR_NOT_FOUND);
    assert_non_null(strstr(error_sentence(), "moved or deleted"));
    db_close(db);
    assert_int_equal(scratch_files(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(bad_files),
        scratch_test(a_column_is_missing),
        scratch_test(foreign_files_stay_as_they_are),
        scratch_test(empty_files_are_new_journals),
        scratch_test(half_made_files_are_new_journals),
        scratch_test(files_and_folders_are_private),
        scratch_test(a_file_stands_where_a_folder_should),
        scratch_test(hard_names),
        scratch_test(reading_makes_and_changes_nothing),
        scratch_test(the_file_says_what_it_is),
        scratch_test(changes_of_others_are_seen),
        scratch_test(nothing_is_written_to_a_file_that_is_gone),
    };

    db_close(NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
