#include "tests/sync/server/house.h"

#include "base/file.h"
#include "sync/server/seal.h"
#include "tests/allocation.h"

#include <stdbool.h>
#include <sys/stat.h>

/* Past the intake: so many reports, each with one vote on this coordinate, are in the sum. */
static void put_votes(struct house *house, uint64_t count, uint32_t coordinate)
{
    struct store *store = house->server.store;
    unsigned char key[SEAL_KEY_BYTES];
    struct aggregate sum;
    struct buffer sealed;

    assert_ok(aggregate_init(&sum, manifest_coordinates(&house->manifest)));
    sum.reports = count;
    sum.sum[coordinate] = (int32_t)count;
    buffer_init(&sealed, STORE_BLOB_MAX);
    assert_ok(seal_key(&house->server.folder, house->manifest.round, key));
    assert_ok(seal_close(key, house->manifest.round, 0, &sum, &sealed));
    assert_ok(store->begin(store));
    assert_ok(store->set_sum(store, house->manifest.round, 0, count, sealed.data, sealed.length));
    assert_ok(store->end(store, ERROR_NONE));
    buffer_free(&sealed);
    aggregate_free(&sum);
}

static void put_reports(struct house *house, uint64_t count)
{
    put_votes(house, count, 5);
}

static void start(struct house *house)
{
    struct server_plan plan = house_plan();

    house_make(house, &plan);
    house_open(house);
}

/* As after a crash: everything in memory is gone. */
static void reopen(struct house *house)
{
    server_close(&house->server);
    assert_ok(server_open(house->dir, &house->server));
}

static struct store_round present(struct house *house)
{
    struct store_round round;

    assert_ok(round_present(&house->server, &round));
    return round;
}

static struct store_state state_of(struct house *house)
{
    struct store_state state;

    assert_ok(house->server.store->state(house->server.store, &state));
    return state;
}

static bool key_exists(struct house *house, uint64_t round)
{
    unsigned char key[SEAL_KEY_BYTES];

    return seal_key(&house->server.folder, round, key) == ERROR_NONE;
}

static void a_round_ends_in_a_model(void **state)
{
    struct house *house = *state;
    struct store_round round;
    uint64_t sequence;

    start(house);
    assert_int_equal(house->manifest.round, 1);
    assert_true(house->manifest.open);
    assert_error(round_open(&house->server), ERROR_EXISTS);
    put_reports(house, 3);
    assert_ok(round_close(&house->server));
    assert_false(key_exists(house, 1));
    assert_ok(round_reports(&house->server, 1, &sequence));
    assert_int_equal(sequence, 0);
    assert_error(round_close(&house->server), ERROR_NOT_FOUND);
    assert_ok(round_finish(&house->server));
    round = present(house);
    assert_int_equal(round.state, ROUND_CLOSED);
    assert_int_equal(round.reports, 3);
    assert_non_null(strstr(round.outcome, "published model 2"));
    sequence = house->manifest.sequence;
    assert_ok(publisher_manifest(&house->server, &house->manifest, house->hash));
    assert_false(house->manifest.open);
    assert_int_equal(house->manifest.model_version, 2);
    assert_true(house->manifest.sequence > sequence);
    house_open(house);
    assert_int_equal(house->manifest.round, 2);
    assert_int_equal(house->manifest.model_version, 2);
}

static void below_the_minimum_nothing_is_opened(void **state)
{
    struct house *house = *state;

    start(house);
    put_reports(house, 2);
    assert_error(round_close(&house->server), ERROR_INVALID);
    assert_sentence("2 reports, and nothing is opened below 3");
    assert_int_equal(present(house).state, ROUND_OPEN);
    assert_true(key_exists(house, 1));
    /* What was promised holds, whatever the settings are now. */
    house->server.config.minimum = 1;
    assert_error(round_close(&house->server), ERROR_INVALID);
}

static void mean_of(struct house *house, struct buffer *out)
{
    buffer_init(out, STORE_BLOB_MAX);
    assert_ok(house->server.store->blob(house->server.store, STORE_MEAN, out));
    assert_true(out->length > 0);
}

/* The disk fails where the model should go: the noise that was drawn stays. */
static void a_crash_does_not_draw_the_noise_again(void **state)
{
    struct house *house = *state;
    struct server_plan plan = house_plan();
    char models[FOLDER_PATH_MAX], away[FOLDER_PATH_MAX];
    struct buffer before, after;

    plan.config.noise = 4;
    house_make(house, &plan);
    house_open(house);
    put_reports(house, 3);
    assert_ok(round_close(&house->server));
    mean_of(house, &before);
    assert_ok(folder_file(&house->server.folder, "models", models));
    assert_ok(folder_file(&house->server.folder, "away", away));
    assert_int_equal(rename(models, away), 0);
    assert_error(round_finish(&house->server), ERROR_NOT_FOUND);
    reopen(house);
    assert_int_equal(present(house).state, ROUND_CLOSING);
    assert_int_equal(rename(away, models), 0);
    mean_of(house, &after);
    assert_memory_equal(before.data, after.data, before.length);
    assert_ok(round_finish(&house->server));
    assert_int_equal(state_of(house).model, 2);
    assert_ok(round_finish(&house->server));
    assert_int_equal(state_of(house).model, 2);
    buffer_free(&before);
    buffer_free(&after);
}

static void a_round_whose_key_is_lost_is_void(void **state)
{
    struct house *house = *state;

    start(house);
    put_reports(house, 3);
    assert_ok(seal_destroy(&house->server.folder, 0));
    assert_ok(round_close(&house->server));
    assert_int_equal(present(house).state, ROUND_CLOSED);
    assert_non_null(strstr(present(house).outcome, "void: the key of its sum is lost"));
    assert_int_equal(state_of(house).model, 1);
    house_open(house);
    assert_int_equal(house->manifest.round, 2);
}

static void write_validation(struct house *house, const char *text)
{
    char *path = house->server.config.validation;

    snprintf(path, CONFIG_PATH_MAX, "%s/v.tsv", house->folder);
    assert_ok(file_replace(path, text, strlen(text)));
}

static void gate_words(struct house *house, struct buffer *out)
{
    buffer_clear(out);
    assert_ok(house->server.store->blob(house->server.store, STORE_GATE, out));
}

/* A bias of one emotion that outweighs every message. */
static void a_worse_model_is_not_published(void **state)
{
    struct house *house = *state;
    struct buffer words, optimizer;

    start(house);
    house->server.config.optimizer = (struct optimizer_settings){OPTIMIZER_FEDAVG, 1000, 0, 0, 1};
    write_validation(house, "I love this\tjoy\nI hate you\tanger\nso sad\tsadness\n");
    put_votes(house, 3, house->manifest.block * house->manifest.labels + 1);
    assert_ok(round_close(&house->server));
    assert_ok(round_finish(&house->server));
    assert_int_equal(state_of(house).model, 1);
    assert_non_null(strstr(present(house).outcome, "kept model 1; gate: refused: accuracy 1.0000"));
    buffer_init(&words, OUTCOME_MAX);
    gate_words(house, &words);
    assert_non_null(strstr(words.data, "macro-F1 1.0000 -> "));
    buffer_free(&words);
    buffer_init(&optimizer, STORE_BLOB_MAX);
    assert_ok(house->server.store->blob(house->server.store, STORE_OPTIMIZER, &optimizer));
    assert_int_equal(optimizer.length, 0);
}

static void a_gate_that_cannot_judge_keeps_the_round_waiting(void **state)
{
    struct house *house = *state;
    struct buffer words;

    start(house);
    put_reports(house, 3);
    write_validation(house, "no tab here\n");
    assert_ok(round_close(&house->server));
    assert_error(round_finish(&house->server), ERROR_INVALID);
    assert_int_equal(present(house).state, ROUND_CLOSING);
    buffer_init(&words, OUTCOME_MAX);
    gate_words(house, &words);
    assert_non_null(strstr(words.data, "the gate cannot judge: "));
    write_validation(house, "I love this\tjoy\n");
    assert_ok(round_finish(&house->server));
    assert_int_equal(state_of(house).model, 2);
    gate_words(house, &words);
    assert_non_null(strstr(words.data, "passed: "));
    buffer_free(&words);
}

static void another_model_ends_the_round_void(void **state)
{
    struct house *house = *state;
    struct model *model;

    start(house);
    put_reports(house, 3);
    assert_ok(round_close(&house->server));
    assert_ok(server_model(&house->server, 1, &model));
    write_validation(house, "no tab here\n");
    assert_ok(round_replace_model(&house->server, model, "rollback to 1", 0));
    assert_int_equal(state_of(house).model, 2);
    assert_non_null(strstr(present(house).outcome, "void: model 2 was published (rollback to 1)"));
    assert_ok(round_finish(&house->server));
    assert_int_equal(state_of(house).model, 2);
    assert_ok(round_replace_model(&house->server, model, "restored", 10));
    assert_int_equal(state_of(house).model, 10);
    model_close(model);
    assert_ok(server_model(&house->server, 10, &model));
    assert_int_equal(model_version(model), 10);
    model_close(model);
}

static void numbers_are_never_used_twice(void **state)
{
    struct house *house = *state;
    struct mark mark;

    start(house);
    assert_ok(server_check_mark(&house->server));
    assert_ok(folder_read_mark(&house->server.folder, &mark));
    assert_int_equal(mark.round, 1);
    mark.round = 9;
    assert_ok(folder_write_mark(&house->server.folder, &mark));
    assert_error(server_check_mark(&house->server), ERROR_DAMAGED);
    assert_sentence("check --restored");
    assert_ok(round_skip(&house->server, 12, mark.sequence + 1000));
    assert_false(key_exists(house, 1));
    assert_ok(server_check_mark(&house->server));
    house_open(house);
    assert_int_equal(house->manifest.round, 13);
    assert_true(house->manifest.sequence > mark.sequence + 1000);
}

/* A clock that was set back must not stop the numbers. */
static void sequences_grow_whatever_the_clock_says(void **state)
{
    struct house *house = *state;
    struct store_state now;
    struct store *store;

    start(house);
    store = house->server.store;
    now = state_of(house);
    now.sequence += UINT64_C(1) << 40;
    now.touched += 1000000;
    assert_ok(store->begin(store));
    assert_ok(store->end(store, store->set_state(store, &now)));
    put_reports(house, 3);
    assert_ok(round_close(&house->server));
    assert_ok(round_finish(&house->server));
    house_open(house);
    assert_true(house->manifest.sequence > now.sequence);
}

/* The step is tried, with one allocation after the other failing, until it is done; it may be done
 * and not have said so. */
static void persist(struct house *house, enum error (*step)(struct server *server),
                    enum round_state before, enum round_state after)
{
    enum round_state now = before;
    int n = 0;

    while (now == before) {
        enum error error;

        allocation_fail_at(++n);
        error = step(&house->server);
        if (!allocation_failed())
            assert_ok(error);
        allocation_fail_at(0);
        now = present(house).state;
    }
    assert_int_equal(now, after);
    assert_true(n > 1);
}

static void want_of_memory_loses_nothing(void **state)
{
    struct house *house = *state;
    struct server_plan plan = house_plan();

    house_make(house, &plan);
    persist(house, round_open, ROUND_CLOSED, ROUND_OPEN);
    assert_ok(publisher_manifest(&house->server, &house->manifest, house->hash));
    put_reports(house, 3);
    persist(house, round_close, ROUND_OPEN, ROUND_CLOSING);
    persist(house, round_finish, ROUND_CLOSING, ROUND_CLOSED);
    assert_int_equal(state_of(house).model, 2);
    assert_int_equal(present(house).reports, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        house_test(a_round_ends_in_a_model),
        house_test(below_the_minimum_nothing_is_opened),
        house_test(a_crash_does_not_draw_the_noise_again),
        house_test(a_round_whose_key_is_lost_is_void),
        house_test(a_worse_model_is_not_published),
        house_test(a_gate_that_cannot_judge_keeps_the_round_waiting),
        house_test(another_model_ends_the_round_void),
        house_test(numbers_are_never_used_twice),
        house_test(sequences_grow_whatever_the_clock_says),
        house_test(want_of_memory_loses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
