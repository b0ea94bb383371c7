#include "db/import.h"

#include "db/twins.h"
#include "db/vault.h"
#include "tests/db/scratch.h"

#include <stdio.h>

enum { NOON = 500, EVENING = 30, TIMES = 3 };

/* Imports so many messages of each of a few times, mixed; returns how many were new. */
static size_t import(struct db *db, int count)
{
    struct db_import *import;
    size_t new = 0;

    assert_ok(db_import_begin(db, &import));
    for (int i = 0; i < count; i++) {
        for (int time = 0; time < TIMES; time++) {
            char text[32];
            struct entry entry = scratch_entry(text);
            bool added;

            snprintf(text, sizeof text, "message %d", i);
            entry.created = 1750000000000 + time;
            assert_ok(db_import_add(import, &entry, &added));
            new += added;
        }
    }
    assert_ok(db_import_end(import, ERROR_NONE, true));
    return new;
}

/* However many messages one time has, each comes once. */
static void of_one_time(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);

    (void)state;
    assert_int_equal(import(db, EVENING), TIMES * EVENING);
    assert_int_equal(import(db, NOON), TIMES * (NOON - EVENING));
    assert_int_equal(import(db, NOON), 0);
    assert_int_equal(import(db, NOON + 1), TIMES);
    assert_int_equal(scratch_matches(db, ""), TIMES * (NOON + 1));
    db_close(db);
}

static void of_one_time_and_encrypted(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    static const struct passphrase passphrase = {"a passphrase", 12};

    (void)state;
    assert_int_equal(import(db, EVENING + 10), TIMES * (EVENING + 10));
    assert_ok(db_encrypt(db, &passphrase, NULL, NULL));
    assert_int_equal(import(db, NOON), TIMES * (NOON - EVENING - 10));
    assert_int_equal(import(db, NOON), 0);
    db_close(db);
}

/* Twins within one file, too. */
static void twice_in_a_file(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    struct db_import *import;
    size_t new = 0;

    (void)state;
    assert_ok(db_import_begin(db, &import));
    for (int i = 0; i < 2 * NOON; i++) {
        char text[32];
        struct entry entry = scratch_entry(text);
        bool added;

        snprintf(text, sizeof text, "message %d", i % NOON);
        assert_ok(db_import_add(import, &entry, &added));
        new += added;
    }
    assert_ok(db_import_end(import, ERROR_NONE, true));
    assert_int_equal(new, NOON);
    db_close(db);
}

static void twins(void **state)
{
    struct twins twins = {0};
    char text[16];

    (void)state;
    assert_false(twins_has(&twins, 1, NULL));
    assert_ok(twins_add(&twins, 1, NULL));
    assert_true(twins_has(&twins, 1, NULL));
    assert_false(twins_has(&twins, 1, ""));
    assert_false(twins_has(&twins, 2, NULL));
    for (int i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "%d", i);
        assert_false(twins_has(&twins, i % 7, text));
        assert_ok(twins_add(&twins, i % 7, text));
        assert_ok(twins_add(&twins, i % 7, text));
    }
    assert_int_equal(twins.count, 5001);
    for (int i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "%d", i);
        assert_true(twins_has(&twins, i % 7, text));
        assert_false(twins_has(&twins, i % 7 + 1, text));
    }
    twins_free(&twins);
    assert_false(twins_has(&twins, 1, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(of_one_time),
        scratch_test(of_one_time_and_encrypted),
        scratch_test(twice_in_a_file),
        cmocka_unit_test(twins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
