#include "tests/sync/server/house.h"

#include "base/file.h"

#include <math.h>
#include <sqlite3.h>
#include <stdbool.h>

static struct store *store;
static char path[512];

static int enter(void **state)
{
    struct house *house;

    if (house_enter(state))
        return -1;
    house = *state;
    snprintf(path, sizeof path, "%s/store.db", house->folder);
    return store_open_sqlite(path, STORE_NEW, &store) ? -1 : 0;
}

static int leave(void **state)
{
    store_close(store);
    store = NULL;
    return house_leave(state);
}

#define store_test(test) cmocka_unit_test_setup_teardown(test, enter, leave)

static void begin(void)
{
    assert_ok(store->begin(store));
}

static void end(void)
{
    assert_ok(store->end(store, ERROR_NONE));
}

static void a_new_store_is_empty(void **state)
{
    struct store_state now;
    struct store_round round;
    struct store_model model;
    struct buffer bytes;

    (void)state;
    assert_ok(store->state(store, &now));
    assert_int_equal(now.round, 0);
    assert_int_equal(now.sequence, 0);
    assert_error(store->round(store, 1, &round), ERROR_NOT_FOUND);
    assert_error(store->model(store, 1, &model), ERROR_NOT_FOUND);
    buffer_init(&bytes, 10);
    assert_ok(store->blob(store, "mean", &bytes));
    assert_int_equal(bytes.length, 0);
    assert_ok(store->check(store));
}

static void what_is_committed_is_there_for_others(void **state)
{
    struct store_state now = {7, UINT64_C(1) << 52, 3, 1790000000}, then;
    struct store_round round = {7, ROUND_CLOSING, 3, 10, 20, 30, "why"}, seen;
    struct store_model model = {.version = 3,
                                .size = 9,
                                .accuracy = NAN,
                                .macro_f1 = 0.5,
                                .origin = "round 2",
                                .hash = {1, 2, 3}},
                       again;
    struct store *other = NULL;
    uint64_t before, after;

    (void)state;
    assert_ok(store_open_sqlite(path, STORE_LIVE, &other));
    assert_ok(other->version(other, &before));
    begin();
    assert_ok(store->set_state(store, &now));
    assert_ok(store->set_round(store, &round));
    assert_ok(store->add_model(store, &model));
    assert_ok(other->state(other, &then));
    assert_int_equal(then.round, 0);
    end();
    assert_ok(other->version(other, &after));
    assert_int_not_equal(before, after);
    assert_ok(other->state(other, &then));
    assert_int_equal(then.round, now.round);
    assert_int_equal(then.sequence, now.sequence);
    assert_int_equal(then.model, now.model);
    assert_int_equal(then.touched, now.touched);
    assert_ok(other->round(other, 7, &seen));
    assert_int_equal(seen.state, ROUND_CLOSING);
    assert_int_equal(seen.reports, 30);
    assert_string_equal(seen.outcome, "why");
    assert_ok(other->model(other, 3, &again));
    assert_true(isnan(again.accuracy) && again.macro_f1 == 0.5);
    assert_memory_equal(again.hash, model.hash, HASH_BYTES);
    store_close(other);
}

static void what_is_rolled_back_is_gone(void **state)
{
    const unsigned char id[REPORT_ID_BYTES] = {1};
    bool known;

    (void)state;
    begin();
    assert_ok(store->add_report(store, 1, id, &known));
    assert_false(known);
    assert_ok(store->set_blob(store, "mean", "abc", 3));
    assert_error(store->end(store, error_raise(ERROR_INVALID, "no")), ERROR_INVALID);
    assert_ok(store->has_report(store, 1, id, &known));
    assert_false(known);
}

static void ids_are_of_their_round(void **state)
{
    const unsigned char id[REPORT_ID_BYTES] = {1};
    bool known, more;

    (void)state;
    begin();
    assert_ok(store->add_report(store, 1, id, &known));
    assert_ok(store->add_report(store, 2, id, &known));
    assert_false(known);
    assert_ok(store->add_report(store, 2, id, &known));
    assert_true(known);
    assert_ok(store->forget_reports(store, 2, &more));
    assert_false(more);
    end();
    assert_ok(store->has_report(store, 1, id, &known));
    assert_false(known);
    assert_ok(store->has_report(store, 2, id, &known));
    assert_true(known);
}

/* Old ids go in steps, so that reports need not wait. */
static void many_ids_are_forgotten_in_steps(void **state)
{
    enum { IDS = 12000 };
    unsigned char id[REPORT_ID_BYTES] = {0};
    bool known, more = true;
    int steps = 0;

    (void)state;
    begin();
    for (int i = 0; i < IDS; i++) {
        memcpy(id, &i, sizeof i);
        assert_ok(store->add_report(store, 1, id, &known));
    }
    end();
    for (; more; steps++) {
        begin();
        assert_ok(store->forget_reports(store, 2, &more));
        end();
    }
    assert_int_equal(steps, 3);
    assert_ok(store->has_report(store, 1, id, &known));
    assert_false(known);
}

static enum error note_sum(void *context, uint32_t shard, uint64_t reports, const void *sealed,
                           size_t length)
{
    snprintf(context, 64, "%u:%llu:%.*s", shard, (unsigned long long)reports, (int)length,
             (const char *)sealed);
    return ERROR_NONE;
}

static void sums_are_replaced_and_dropped(void **state)
{
    char seen[64] = "";

    (void)state;
    begin();
    assert_ok(store->set_sum(store, 1, 0, 1, "one", 3));
    assert_ok(store->set_sum(store, 1, 0, 2, "more", 4));
    assert_ok(store->set_sum(store, 2, 0, 9, "other", 5));
    end();
    assert_ok(store->sums(store, 1, note_sum, seen));
    assert_string_equal(seen, "0:2:more");
    begin();
    assert_ok(store->drop_sums(store, 1));
    end();
    seen[0] = '\0';
    assert_ok(store->sums(store, 1, note_sum, seen));
    assert_string_equal(seen, "");
    assert_ok(store->sums(store, 2, note_sum, seen));
    assert_string_equal(seen, "0:9:other");
}

static void blobs_are_replaced_and_dropped(void **state)
{
    struct buffer bytes;

    (void)state;
    buffer_init(&bytes, 8);
    begin();
    assert_ok(store->set_blob(store, "mean", "abc", 3));
    assert_ok(store->set_blob(store, "mean", "defgh", 5));
    end();
    assert_ok(store->blob(store, "mean", &bytes));
    assert_string_equal(bytes.data, "defgh");
    assert_error(store->blob(store, "mean", &bytes), ERROR_TOO_LARGE);
    begin();
    assert_ok(store->set_blob(store, "mean", NULL, 0));
    end();
    buffer_clear(&bytes);
    assert_ok(store->blob(store, "mean", &bytes));
    assert_int_equal(bytes.length, 0);
    buffer_free(&bytes);
}

static enum error collect(void *context, const struct store_round *round)
{
    uint64_t *seen = context;

    seen[++seen[0]] = round->round;
    return round->round == 99 ? error_raise(ERROR_CANCELLED, "enough") : ERROR_NONE;
}

static void the_newest_rounds_come_in_order(void **state)
{
    static const uint64_t numbers[] = {3, 1, 7, 5};
    uint64_t seen[8] = {0};

    (void)state;
    begin();
    for (size_t i = 0; i < 4; i++)
        assert_ok(store->set_round(store, &(struct store_round){.round = numbers[i]}));
    end();
    assert_ok(store->rounds(store, 3, collect, seen));
    assert_memory_equal(seen, ((uint64_t[]){3, 3, 5, 7}), 4 * sizeof *seen);
    begin();
    assert_ok(store->set_round(store, &(struct store_round){.round = 99}));
    end();
    assert_error(store->rounds(store, 8, collect, memset(seen, 0, sizeof seen)), ERROR_CANCELLED);
}

static void a_copy_has_no_ids_and_no_sums(void **state)
{
    const unsigned char id[REPORT_ID_BYTES] = "sixteen bytes id";
    struct house *house = *state;
    struct store_state now = {.round = 4}, then;
    struct store *copy = NULL;
    struct buffer file;
    char other[512];
    bool known;

    snprintf(other, sizeof other, "%s/copy.db", house->folder);
    begin();
    assert_ok(store->add_report(store, 4, id, &known));
    assert_ok(store->set_sum(store, 4, 0, 2, "the sealed sum", 14));
    assert_ok(store->set_state(store, &now));
    end();
    assert_ok(store->copy(store, other));
    buffer_init(&file, 1 << 20);
    assert_ok(file_read(other, &file));
    assert_null(memmem(file.data, file.length, id, sizeof id));
    assert_null(memmem(file.data, file.length, "the sealed sum", 14));
    buffer_free(&file);
    assert_ok(store_open_sqlite(other, STORE_BACKUP, &copy));
    assert_ok(copy->state(copy, &then));
    assert_int_equal(then.round, 4);
    store_close(copy);
}

static void what_is_no_store_is_refused(void **state)
{
    struct house *house = *state;
    struct store *none = NULL;
    char other[512];

    snprintf(other, sizeof other, "%s/other", house->folder);
    assert_error(store_open_sqlite(other, STORE_LIVE, &none), ERROR_NOT_FOUND);
    assert_ok(file_replace(other, "", 0));
    assert_error(store_open_sqlite(other, STORE_LIVE, &none), ERROR_DAMAGED);
    assert_ok(file_replace(other,
                           "this is a text of more than a hundred bytes, and no database at "
                           "all, whatever its name may say to you",
                           102));
    assert_error(store_open_sqlite(other, STORE_LIVE, &none), ERROR_DAMAGED);
    assert_null(none);
}

static enum error count_round(void *context, const struct store_round *round)
{
    (void)round;
    ++*(size_t *)context;
    return ERROR_NONE;
}

/* As another program or a bad disk may leave them. */
static void rounds_in_no_state_are_damage(void **state)
{
    static const char *const changes[] = {"state = 3", "state = -5", "state = 4294967296",
                                          "state = 9223372036854775807"};
    struct store_round round = {.round = 1};

    (void)state;
    begin();
    assert_ok(store->set_round(store, &round));
    end();
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char sql[128];
        sqlite3 *handle = NULL;
        size_t count = 0;

        snprintf(sql, sizeof sql, "UPDATE round SET %s", changes[i]);
        assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
        assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(handle);
        assert_error(store->round(store, 1, &round), ERROR_DAMAGED);
        assert_sentence("is damaged");
        assert_error(store->rounds(store, 1, count_round, &count), ERROR_DAMAGED);
        assert_int_equal(count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(a_new_store_is_empty),
        store_test(what_is_committed_is_there_for_others),
        store_test(what_is_rolled_back_is_gone),
        store_test(ids_are_of_their_round),
        store_test(many_ids_are_forgotten_in_steps),
        store_test(sums_are_replaced_and_dropped),
        store_test(blobs_are_replaced_and_dropped),
        store_test(the_newest_rounds_come_in_order),
        store_test(rounds_in_no_state_are_damage),
        store_test(a_copy_has_no_ids_and_no_sums),
        store_test(what_is_no_store_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
