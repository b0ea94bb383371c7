#include "tests/db/scratch.h"

#include <signal.h>
#include <sys/wait.h>

/* Several processes at once, and processes that are killed. */

enum { WRITERS = 4, CREATORS = 6, ACTS = 60, CREATIONS = 10, KILLS = 50 };

#define CHECK(call)                                                                                \
    do {                                                                                           \
        if (call) {                                                                                \
            fprintf(stderr, "%s: %s\n", #call, error_sentence());                                  \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

static void wait_for(int children)
{
    for (int i = 0; i < children; i++) {
        int status;

        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}

static void write_acts(int number)
{
    char text[64];
    struct entry entry = scratch_entry(text);
    struct db *db;
    bool changed;

    CHECK(db_open("x.db", DB_CREATE, &db));
    for (int i = 0; i < ACTS; i++) {
        int64_t id, draft = 0;

        snprintf(text, sizeof text, "writer %d act %d", number, i);
        CHECK(db_draft_save(db, &draft, 0, text, strlen(text)));
        CHECK(db_add(db, &entry, i % 2 ? draft : 0, &id));
        CHECK(db_rate(db, id, VERDICT_RIGHT, NULL));
        CHECK(db_changed(db, &changed));
        if (i % 10 == 9)
            CHECK(db_delete(db, &id, 1));
    }
    db_close(db);
    _exit(0);
}

static void many_writers(void **state)
{
    size_t expected = (size_t)WRITERS * (ACTS - ACTS / 10), count;
    struct db *db;

    (void)state;
    for (int i = 0; i < WRITERS; i++)
        if (fork() == 0)
            write_acts(i);
    db = scratch_open("x.db", DB_CREATE); /* no connection is carried across a fork */
    for (int left = WRITERS; left > 0;) {
        int status = 0;
        pid_t child = waitpid(-1, &status, WNOHANG);

        assert_true(child >= 0 && status == 0);
        left -= child > 0;
        assert_true(scratch_matches(db, "") <= WRITERS * ACTS);
    }
    assert_int_equal(scratch_matches(db, "writer act"), expected);
    assert_ok(db_rating_count(db, &count));
    assert_int_equal(count, expected);
    db_close(db);
    assert_true(scratch_intact("x.db"));
}

/* Each waits until the pipe is closed, and then opens the same new file. */
static void create_at_once(const int gate[2])
{
    struct db *db;
    char byte;

    close(gate[1]);
    if (read(gate[0], &byte, 1) != 0)
        _exit(1);
    CHECK(db_open("new/x.db", DB_CREATE, &db));
    scratch_add(db, "hello");
    db_close(db);
    _exit(0);
}

static void many_creators(void **state)
{
    (void)state;
    for (int round = 0; round < CREATIONS; round++) {
        struct db *db;
        int gate[2];

        assert_int_equal(pipe(gate), 0);
        for (int i = 0; i < CREATORS; i++)
            if (fork() == 0)
                create_at_once(gate);
        close(gate[0]);
        close(gate[1]);
        wait_for(CREATORS);
        db = scratch_open("new/x.db", DB_READ);
        assert_int_equal(scratch_matches(db, "hello"), CREATORS);
        db_close(db);
        assert_ok(db_destroy("new/x.db"));
        assert_int_equal(rmdir("new"), 0);
    }
}

/* Tells on the pipe each message that is saved, once it is rated too. */
static void write_until_killed(int out)
{
    struct db *db;

    CHECK(db_open("x.db", DB_CREATE, &db));
    for (int i = 0;; i++) {
        int64_t id = scratch_add(db, "some words that are saved"), draft = 1;

        CHECK(db_rate(db, id, VERDICT_WRONG, "fear"));
        CHECK(db_draft_save(db, &draft, 0, "draft", 5));
        if (i % 16 == 15 || write(out, &id, sizeof id) != (ssize_t)sizeof id)
            CHECK(db_delete(db, &id, 1));
    }
}

static void check_acknowledged(int in)
{
    struct db *db = scratch_open("x.db", DB_WRITE);
    int64_t id;

    while (read(in, &id, sizeof id) == (ssize_t)sizeof id) {
        struct entry entry;

        assert_ok(db_get(db, id, &entry));
        assert_string_equal(entry.text, "some words that are saved");
        assert_int_equal(entry.verdict, VERDICT_WRONG);
        assert_string_equal(entry.label, "fear");
        entry_clear(&entry);
    }
    assert_null(db_notice(db));
    db_close(db);
    assert_true(scratch_intact("x.db"));
    assert_int_equal(scratch_sql("x.db", "SELECT wanted - done FROM purge"), 0);
}

static void killed_writers(void **state)
{
    uint32_t random = 1;

    (void)state;
    db_close(scratch_open("x.db", DB_CREATE));
    for (int round = 0; round < KILLS; round++) {
        int ends[2];
        pid_t child;

        assert_int_equal(pipe(ends), 0);
        child = fork();
        if (child == 0)
            write_until_killed(ends[1]);
        close(ends[1]);
        random = random * 1664525 + 1013904223;
        usleep((random >> 16) % 40000);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        check_acknowledged(ends[0]);
        close(ends[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(many_writers),
        scratch_test(many_creators),
        scratch_test(killed_writers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
