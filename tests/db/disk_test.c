#include "tests/db/scratch.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* Renaming, destroying, and disks that cannot be written or are full. */

static void write_file(const char *path, const char *text)
{
    assert_ok(file_replace(path, text, strlen(text)));
}

static void make_journal(const char *path)
{
    struct db *db = scratch_open(path, DB_CREATE);

    scratch_add(db, "hello");
    db_close(db);
}

static void assert_holds_one(const char *path)
{
    struct db *db = scratch_open(path, DB_WRITE);

    assert_int_equal(scratch_matches(db, "hello"), 1);
    assert_null(db_notice(db));
    db_close(db);
}

static void renaming(void **state)
{
    (void)state;
    make_journal("a.db");
    assert_ok(db_rename("a.db", "b.db"));
    assert_int_equal(scratch_files(), 1);
    assert_holds_one("b.db");
}

static void renaming_what_a_crash_has_left(void **state)
{
    (void)state;
    if (fork() == 0) {
        scratch_add(scratch_open("a.db", DB_CREATE), "hello");
        _exit(0);
    }
    wait(NULL);
    assert_int_equal(access("a.db-wal", F_OK), 0);
    assert_ok(db_rename("a.db", "b.db"));
    assert_int_equal(scratch_files(), 1);
    assert_holds_one("b.db");
}

static void renaming_that_cannot_be(void **state)
{
    struct db *db;

    (void)state;
    assert_error(db_rename("a.db", "b.db"), ERROR_NOT_FOUND);
    make_journal("a.db");
    make_journal("b.db");
    assert_error(db_rename("a.db", "b.db"), ERROR_EXISTS);
    assert_error(db_rename("a.db", "a.db"), ERROR_EXISTS);
    assert_ok(db_destroy("b.db"));
    write_file("b.db-wal", "left");
    assert_error(db_rename("a.db", "b.db"), ERROR_EXISTS);
    assert_error(db_rename("a.db", "none/b.db"), ERROR_NOT_FOUND);
    write_file("c.db", "Dear diary, this is no database, but a text of a certain length.");
    assert_error(db_rename("c.db", "d.db"), ERROR_DAMAGED);
    db = scratch_open("a.db", DB_WRITE);
    assert_error(db_rename("a.db", "e.db"), ERROR_BUSY);
    assert_int_equal(scratch_matches(db, ""), 1);
    db_close(db);
    assert_holds_one("a.db");
}

static void claiming(void **state)
{
    struct db *db, *claim;

    (void)state;
    make_journal("a.db");
    db = scratch_open("a.db", DB_READ);
    assert_error(db_claim("a.db", &claim), ERROR_BUSY);
    assert_null(claim);
    assert_int_equal(scratch_matches(db, ""), 1);
    db_close(db);
    assert_ok(db_claim("a.db", &claim));
    assert_non_null(claim);
    db_close(claim);
    assert_holds_one("a.db");
    write_file("b.db", "no database, but a text that is long enough to be taken for one");
    assert_ok(db_claim("b.db", &claim));
    assert_null(claim);
}

static void destroying(void **state)
{
    (void)state;
    assert_error(db_destroy("a.db"), ERROR_NOT_FOUND);
    make_journal("a.db");
    write_file("a.db-wal", "q7w3secrt");
    write_file("a.db-journal", "q7w3secrt");
    write_file("other.db", "stays");
    assert_ok(db_destroy("a.db"));
    assert_int_equal(scratch_files(), 1);
    write_file("a.db", "no database");
    assert_ok(db_destroy("a.db"));
    assert_int_equal(mkdir("folder.db", 0700), 0);
    assert_error(db_destroy("folder.db"), ERROR_DAMAGED);
    assert_int_equal(scratch_files(), 2);
}

/* Another name of the file shows what is left of its bytes. */
static void destroying_overwrites(void **state)
{
    (void)state;
    make_journal("a.db");
    assert_int_equal(link("a.db", "b.db"), 0);
    assert_true(scratch_has("hello"));
    assert_ok(db_destroy("a.db"));
    assert_int_equal(scratch_files(), 1);
    assert_false(scratch_has("hello"));
    assert_int_not_equal(access("b.db", F_OK), -1);
}

static void destroying_through_a_link(void **state)
{
    struct db *db;

    (void)state;
    assert_int_equal(mkdir("there", 0700), 0);
    make_journal("there/a.db");
    assert_int_equal(symlink("there/a.db", "b.db"), 0);
    db = scratch_open("b.db", DB_WRITE);
    scratch_add(db, "hello");
    assert_ok(db_destroy("b.db"));
    assert_int_equal(rmdir("there"), 0);
    assert_int_equal(scratch_files(), 0);
    db_close(db);
}

/* ---- disks that cannot be written ---- */

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%d: %s (%s)\n", __LINE__, #condition, error_sentence());              \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

static bool reads_one(const char *path)
{
    size_t count = 0;
    struct filter all;
    struct db *db;

    filter_init(&all);
    EXPECT(db_open(path, DB_READ, &db) == ERROR_NONE);
    EXPECT(db_each(db, &all, DB_OLDEST_FIRST, 0, scratch_count, &count) == ERROR_NONE);
    EXPECT(count == 1);
    db_close(db);
    return true;
}

static bool a_file_that_cannot_be_written(void)
{
    struct db *db;

    EXPECT(reads_one("a.db"));
    EXPECT(db_open("a.db", DB_WRITE, &db) == ERROR_READ_ONLY);
    EXPECT(strstr(error_sentence(), "a.db"));
    EXPECT(db_open("a.db", DB_CREATE, &db) == ERROR_READ_ONLY);
    EXPECT(db_rename("a.db", "b.db") == ERROR_READ_ONLY);
    EXPECT(db_destroy("a.db") == ERROR_DENIED);
    EXPECT(reads_one("a.db"));
    return true;
}

static bool a_folder_that_cannot_be_written(void)
{
    struct db *db;

    EXPECT(a_file_that_cannot_be_written());
    EXPECT(db_open("new.db", DB_CREATE, &db) == ERROR_DENIED);
    EXPECT(db_open("new/new.db", DB_CREATE, &db) == ERROR_DENIED);
    return true;
}

static bool a_file_that_cannot_be_read(void)
{
    struct db *db;

    for (enum db_mode mode = DB_READ; mode <= DB_CREATE; mode++)
        EXPECT(db_open("a.db", mode, &db) == ERROR_DENIED);
    EXPECT(strstr(error_sentence(), "ermission denied"));
    return true;
}

/* The WAL of a crashed program cannot be folded in: an error, or the right data. */
static bool a_wal_that_cannot_be_recovered(void)
{
    struct filter all;
    size_t count = 0;
    struct db *db;
    enum error error = db_open("a.db", DB_READ, &db);

    filter_init(&all);
    if (!error)
        error = db_each(db, &all, DB_OLDEST_FIRST, 0, scratch_count, &count);
    EXPECT(error || count == 1);
    db_close(db);
    return true;
}

/* In a child that is not root, whom nothing is denied. */
static void check_as_user(bool (*check)(void))
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(2);
        if (access(scratch_folder, X_OK) != 0)
            _exit(2); /* the temporary folder lies where that user may not go */
        _exit(check() ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 2)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void set_modes(mode_t folder, mode_t file)
{
    if (getuid() == 0)
        assert_int_equal(chown(".", 65534, 65534) | chown("a.db", 65534, 65534), 0);
    assert_int_equal(chmod("a.db", file), 0);
    assert_int_equal(chmod(".", folder), 0);
}

static void read_only_file(void **state)
{
    (void)state;
    make_journal("a.db");
    set_modes(0700, 0400);
    check_as_user(a_file_that_cannot_be_written);
    assert_int_equal(scratch_files(), 1);
}

static void read_only_folder(void **state)
{
    (void)state;
    make_journal("a.db");
    set_modes(0500, 0400);
    check_as_user(a_folder_that_cannot_be_written);
    set_modes(0700, 0600);
    assert_int_equal(scratch_files(), 1);
}

static void unreadable_file(void **state)
{
    (void)state;
    make_journal("a.db");
    set_modes(0700, 0000);
    check_as_user(a_file_that_cannot_be_read);
}

static void read_only_after_a_crash(void **state)
{
    (void)state;
    if (fork() == 0) {
        scratch_add(scratch_open("a.db", DB_CREATE), "hello");
        _exit(0);
    }
    wait(NULL);
    set_modes(0500, 0400);
    check_as_user(a_wal_that_cannot_be_recovered);
    set_modes(0700, 0600);
    assert_holds_one("a.db");
}

/* ---- a full disk, as a limit of a file's size ---- */

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static size_t fill_until_full(struct db *db)
{
    char text[500];
    struct entry entry = scratch_entry(text);
    size_t added = 0;
    enum error error;

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    while (!(error = db_add(db, &entry, 0, &entry.id)))
        added++;
    if (error != ERROR_FULL)
        fail_msg("%s", error_sentence());
    assert_non_null(strstr(error_sentence(), "the disk is full"));
    return added;
}

/* However little room there is: a journal is made, or nothing is left. */
static void making_on_a_full_disk(void **state)
{
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    enum error error = ERROR_FULL;

    (void)state;
    for (rlim_t room = 0; error; room += 4096) {
        limit_files(room);
        error = db_make("a.db");
        limit_files(RLIM_INFINITY);
        assert_true(!error || error == ERROR_FULL);
        assert_int_equal(scratch_files(), error ? 0 : 1);
    }
    signal(SIGXFSZ, before);
    assert_int_equal(scratch_intact("a.db"), true);
    assert_error(db_make("a.db"), ERROR_EXISTS);
    db_close(scratch_open("a.db", DB_READ));
}

static void full_disk(void **state)
{
    struct db *db = scratch_open("a.db", DB_CREATE);
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    size_t added;

    (void)state;
    limit_files(300000);
    added = fill_until_full(db);
    assert_int_equal(scratch_matches(db, ""), added);
    if (db_rate(db, 1, VERDICT_RIGHT, NULL) != ERROR_FULL)
        fail_msg("%s", error_sentence());
    db_close(db);
    limit_files(RLIM_INFINITY);
    db = scratch_open("a.db", DB_WRITE);
    assert_int_equal(scratch_matches(db, ""), added);
    scratch_add(db, "space again");
    db_close(db);
    assert_true(scratch_intact("a.db"));
    signal(SIGXFSZ, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(renaming),
        scratch_test(renaming_what_a_crash_has_left),
        scratch_test(renaming_that_cannot_be),
        scratch_test(claiming),
        scratch_test(destroying),
        scratch_test(destroying_overwrites),
        scratch_test(destroying_through_a_link),
        scratch_test(read_only_file),
        scratch_test(read_only_folder),
        scratch_test(unreadable_file),
        scratch_test(read_only_after_a_crash),
        scratch_test(making_on_a_full_disk),
        scratch_test(full_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
