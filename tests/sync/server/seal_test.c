#include "tests/sync/server/house.h"

#include "sync/server/seal.h"

enum { COORDINATES = 9 };
static const int32_t values[COORDINATES] = {0, 1, -1, 63, -64, 64, -8193, INT32_MAX, INT32_MIN};

static unsigned char key[SEAL_KEY_BYTES];
static struct buffer sealed;

static void start(struct house *house)
{
    struct aggregate sum;

    snprintf(house->server.folder.path, sizeof house->server.folder.path, "%s", house->folder);
    assert_ok(seal_make(&house->server.folder, 7));
    assert_ok(seal_key(&house->server.folder, 7, key));
    assert_ok(aggregate_init(&sum, COORDINATES));
    sum.reports = UINT64_C(1) << 40;
    memcpy(sum.sum, values, sizeof values);
    buffer_init(&sealed, 1024);
    assert_ok(seal_close(key, 7, 2, &sum, &sealed));
    aggregate_free(&sum);
}

static enum error open_sum(uint64_t round, uint32_t shard, size_t length, uint32_t coordinates,
                           struct aggregate *sum)
{
    enum error error;

    assert_ok(aggregate_init(sum, coordinates));
    error = seal_open(key, round, shard, sealed.data, length, sum);
    return error;
}

static void what_is_sealed_opens_again(void **state)
{
    struct aggregate sum;

    start(*state);
    assert_ok(open_sum(7, 2, sealed.length, COORDINATES, &sum));
    assert_memory_equal(sum.sum, values, sizeof values);
    assert_true(sum.reports == UINT64_C(1) << 40);
    aggregate_free(&sum);
    buffer_free(&sealed);
}

static void refuse(uint64_t round, uint32_t shard, size_t length, uint32_t coordinates)
{
    struct aggregate sum;

    assert_error(open_sum(round, shard, length, coordinates, &sum), ERROR_DAMAGED);
    aggregate_free(&sum);
}

static void nothing_else_opens(void **state)
{
    start(*state);
    refuse(8, 2, sealed.length, COORDINATES);
    refuse(7, 3, sealed.length, COORDINATES);
    refuse(7, 2, sealed.length, COORDINATES - 1);
    refuse(7, 2, sealed.length, COORDINATES + 1);
    for (size_t length = 0; length < sealed.length; length++)
        refuse(7, 2, length, COORDINATES);
    for (size_t i = 0; i < sealed.length; i++) {
        sealed.data[i] ^= 1;
        refuse(7, 2, sealed.length, COORDINATES);
        sealed.data[i] ^= 1;
    }
    key[3] ^= 1;
    refuse(7, 2, sealed.length, COORDINATES);
    buffer_free(&sealed);
}

static void a_destroyed_key_is_gone(void **state)
{
    struct house *house = *state;

    start(house);
    assert_ok(seal_make(&house->server.folder, 8));
    assert_ok(seal_destroy(&house->server.folder, 8));
    assert_error(seal_key(&house->server.folder, 7, key), ERROR_NOT_FOUND);
    assert_ok(seal_key(&house->server.folder, 8, key));
    assert_ok(seal_destroy(&house->server.folder, 0));
    assert_error(seal_key(&house->server.folder, 8, key), ERROR_NOT_FOUND);
    buffer_free(&sealed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        house_test(what_is_sealed_opens_again),
        house_test(nothing_else_opens),
        house_test(a_destroyed_key_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
