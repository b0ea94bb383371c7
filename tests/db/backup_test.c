#include "db/backup.h"

#include "db/contribution.h"
#include "scratch.h"

/* A membership of a server that nobody reads. */
static void join(struct db *db, const char *url)
{
    char text[] = "{}", *copy = strdup(url);
    struct membership membership = {.url = copy, .pins = text, .envelope = text, .sequence = 1};

    assert_ok(db_membership_set(db, &membership));
    free(copy);
}

/* A contribution to round `round`, frozen now. */
static void contribute(struct db *db, const char *url, uint64_t round)
{
    char mode[] = "trusted", *copy = strdup(url);
    static const unsigned char id[CONTRIBUTION_ID] = {1};
    struct ledger_entry entry = {
        .url = copy, .round = round, .mode = mode, .noise = 4, .votes_max = 8, .length = 4};
    struct rating_state state;

    assert_ok(db_rating_state(db, &state));
    assert_ok(db_contribution_freeze(db, &entry, id, "body", state.revision, 100));
    free(copy);
}

static size_t spent(struct db *db)
{
    struct ledger ledger;

    assert_ok(db_ledger(db, NULL, 0, &ledger));
    return ledger.spent;
}

static void back_up(struct db *db, const char *path)
{
    assert_ok(db_backup(db, path, NULL, NULL));
}

static struct db_restored restore(struct db *db, const char *path)
{
    struct db_restored restored;

    assert_ok(db_restore_copy(db, path, NULL, &restored));
    return restored;
}

static void test_one_file_that_is_sound(void **state)
{
    struct db *db = scratch_open("a.db", DB_CREATE);
    bool is;

    (void)state;
    for (int i = 0; i < 500; i++)
        scratch_add(db, "a message that takes some room on the pages of the journal");
    back_up(db, "copy");
    db_close(db);
    assert_int_equal(scratch_files(), 2);
    assert_true(scratch_intact("copy"));
    assert_int_equal(scratch_sql("copy", "SELECT count(*) FROM message"), 500);
    assert_ok(db_is_journal("copy", &is));
    assert_true(is);
}

static enum error stop_half_way(void *context, uint64_t done, uint64_t total)
{
    (void)context;
    return done < total ? error_raise(ERROR_CANCELLED, "enough") : ERROR_NONE;
}

static void test_stopped_half_way_leaves_nothing(void **state)
{
    struct db *db = scratch_open("a.db", DB_CREATE);
    char *large = malloc(4000001);

    (void)state;
    memset(large, 'x', 4000000);
    large[4000000] = '\0';
    scratch_add(db, large);
    free(large);
    assert_error(db_backup(db, "copy", stop_half_way, NULL), ERROR_CANCELLED);
    assert_int_not_equal(access("copy", F_OK), 0);
    back_up(db, "copy");
    assert_error(db_backup(db, "copy", NULL, NULL), ERROR_EXISTS);
    db_close(db);
}

static void test_what_others_write_meanwhile(void **state)
{
    struct db *db = scratch_open("a.db", DB_CREATE), *other = scratch_open("a.db", DB_WRITE);
    bool shared;

    (void)state;
    scratch_add(db, "one");
    assert_ok(db_shared(db, &shared));
    assert_true(shared);
    scratch_add(other, "two");
    back_up(db, "copy");
    scratch_add(other, "three");
    assert_int_equal(scratch_sql("copy", "SELECT count(*) FROM message"), 2);
    db_close(other);
    assert_ok(db_shared(db, &shared));
    assert_false(shared);
    scratch_add(db, "four");
    db_close(db);
}

static void test_restored_whole(void **state)
{
    struct db *db = scratch_open("a.db", DB_CREATE);
    struct db_restored restored;
    int64_t id, undone;
    char *setting;

    (void)state;
    id = scratch_add(db, "kept in the copy");
    assert_ok(db_rate(db, id, VERDICT_WRONG, "fear"));
    assert_ok(db_rate(db, id, VERDICT_RIGHT, NULL));
    assert_ok(db_undo(db, &undone));
    assert_ok(db_setting_set(db, "colour", "none"));
    assert_ok(scratch_draft(db, "a draft"));
    back_up(db, "copy");
    assert_ok(db_delete(db, &id, 1));
    assert_int_equal(scratch_add(db, "written afterwards"), 2);
    restored = restore(db, "copy");
    assert_int_equal(restored.messages, 1);
    assert_int_equal(scratch_matches(db, "kept"), 1);
    assert_int_equal(scratch_matches(db, "wrong"), 1);
    assert_false(scratch_has("written afterwards"));
    assert_ok(db_redo(db, &undone));
    assert_int_equal(scratch_matches(db, "right"), 1);
    assert_ok(db_setting_get(db, "colour", &setting));
    assert_string_equal(setting, "none");
    free(setting);
    /* A number that was used stays used. */
    assert_int_equal(scratch_add(db, "new"), 3);
    db_close(db);
}

static void test_the_ledger_never_shrinks(void **state)
{
    struct db *db = scratch_open("a.db", DB_CREATE);
    struct rating_state before, after;
    struct db_restored restored;
    struct outbox_item item;

    (void)state;
    join(db, "https://a");
    contribute(db, "https://a", 1);
    back_up(db, "copy");
    assert_ok(db_rate(db, scratch_add(db, "x"), VERDICT_WRONG, NULL));
    assert_ok(db_outbox_finish(db, 1, CONTRIBUTION_SENT, NULL));
    contribute(db, "https://a", 2);
    assert_ok(db_rating_state(db, &before));
    restored = restore(db, "copy");
    assert_int_equal(restored.contributions, 0);
    assert_int_equal(restored.spent, 2);
    assert_int_equal(spent(db), 2);
    assert_ok(db_rating_state(db, &after));
    assert_true(after.revision > before.revision);
    /* The message behind it is gone, and so is the report. */
    assert_error(db_outbox_next(db, &item), ERROR_NOT_FOUND);
    assert_int_equal(scratch_sql("a.db", "SELECT state FROM contribution WHERE number = 1"),
                     CONTRIBUTION_SENT);
    assert_int_equal(scratch_sql("a.db", "SELECT state FROM contribution WHERE number = 2"),
                     CONTRIBUTION_WITHDRAWN);
    db_close(db);
}

static void test_the_ledger_of_the_copy_is_added(void **state)
{
    struct db *from = scratch_open("a.db", DB_CREATE), *db = scratch_open("b.db", DB_CREATE);
    struct draw fresh = {.round = 7, .manifest_hash = {3}, .seed = {1}, .lot = {2}}, drawn;
    struct membership membership;
    struct db_restored restored;
    struct outbox_item item;

    (void)state;
    join(from, "https://a");
    contribute(from, "https://a", 7);
    assert_ok(db_draw(from, &fresh, true, &drawn));
    back_up(from, "copy");
    db_close(from);
    restored = restore(db, "copy");
    assert_int_equal(restored.contributions, 1);
    assert_true(restored.unjoined);
    assert_int_equal(spent(db), 1);
    assert_error(db_membership_get(db, &membership), ERROR_NOT_FOUND);
    assert_error(db_outbox_next(db, &item), ERROR_NOT_FOUND);
    assert_int_equal(scratch_sql("b.db", "SELECT state FROM contribution"), CONTRIBUTION_WITHDRAWN);
    /* No second lot for the same round, and no seed twice. */
    fresh.lot[0] = 9;
    fresh.seed[0] = 8;
    assert_ok(db_draw(db, &fresh, false, &drawn));
    assert_int_equal(drawn.lot[0], 2);
    assert_int_equal(drawn.seed[0], 8);
    /* The same again adds nothing. */
    restored = restore(db, "copy");
    assert_int_equal(restored.contributions, 0);
    assert_int_equal(spent(db), 1);
    db_close(db);
}

static void test_what_cannot_be_restored_changes_nothing(void **state)
{
    struct db *db = scratch_open("a.db", DB_CREATE), *other;
    struct db_restored restored;

    (void)state;
    scratch_add(db, "kept");
    back_up(db, "newer");
    back_up(db, "broken");
    assert_int_equal(scratch_sql("newer", "PRAGMA user_version = 99"), -1);
    assert_error(db_restore_copy(db, "newer", NULL, &restored), ERROR_VERSION);
    assert_error(db_restore_copy(db, "none", NULL, &restored), ERROR_NOT_FOUND);
    /* A rating of a message that is not there: the references of the journal forbid it. */
    assert_int_equal(scratch_sql("broken", "PRAGMA foreign_keys = OFF; DELETE FROM message;"
                                           "INSERT INTO rating (message, verdict) VALUES (5, 1)"),
                     -1);
    assert_int_not_equal(db_restore_copy(db, "broken", NULL, &restored), ERROR_NONE);
    assert_int_equal(scratch_matches(db, "kept"), 1);
    db_close(db);
    other = scratch_open("a.db", DB_WRITE);
    assert_int_equal(scratch_matches(other, "kept"), 1);
    db_close(other);
}

static void count_fault(void *context, const char *sentence)
{
    assert_true(strlen(sentence) > 5);
    ++*(int *)context;
}

static void test_faults_are_found(void **state)
{
    struct db *db = scratch_open("a.db", DB_CREATE);
    int faults = 0;

    (void)state;
    scratch_add(db, "one");
    assert_ok(db_check(db, count_fault, &faults));
    assert_int_equal(faults, 0);
    db_close(db);
    assert_int_equal(scratch_sql("a.db", "PRAGMA foreign_keys = OFF;"
                                         "INSERT INTO rating (message, verdict) VALUES (5, 1)"),
                     -1);
    db = scratch_open("a.db", DB_READ);
    assert_ok(db_check(db, count_fault, &faults));
    assert_int_equal(faults, 1);
    db_close(db);
}

static void test_other_files_are_no_journals(void **state)
{
    bool is = true;

    (void)state;
    assert_error(db_is_journal("none", &is), ERROR_NOT_FOUND);
    assert_ok(file_replace("empty", "", 0));
    assert_ok(db_is_journal("empty", &is));
    assert_false(is);
    assert_int_equal(scratch_sql("other", "CREATE TABLE t (x); SELECT 1"), 1);
    assert_ok(db_is_journal("other", &is));
    assert_false(is);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(test_one_file_that_is_sound),
        scratch_test(test_stopped_half_way_leaves_nothing),
        scratch_test(test_what_others_write_meanwhile),
        scratch_test(test_restored_whole),
        scratch_test(test_the_ledger_never_shrinks),
        scratch_test(test_the_ledger_of_the_copy_is_added),
        scratch_test(test_what_cannot_be_restored_changes_nothing),
        scratch_test(test_faults_are_found),
        scratch_test(test_other_files_are_no_journals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
