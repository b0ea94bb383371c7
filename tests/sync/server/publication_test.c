#include "sync/server/publication.h"

#include "tests/allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <pthread.h>

#include <cmocka.h>

enum { READERS = 3, CHANGES = 2000 };

/* A publication whose parts agree on a number. */
static struct publication *make(uint64_t number)
{
    struct publication *publication = calloc(1, sizeof *publication);

    assert_non_null(publication);
    buffer_init(&publication->envelope, 100);
    assert_int_equal(buffer_format(&publication->envelope, "%llu", (unsigned long long)number),
                     ERROR_NONE);
    publication->models = calloc(1, sizeof *publication->models);
    assert_non_null(publication->models);
    publication->count = 1;
    publication->models[0].version = (uint32_t)number;
    publication->manifest.round = number;
    return publication;
}

static void test_an_empty_board(void **state)
{
    struct board *board;

    (void)state;
    assert_int_equal(board_new(&board), ERROR_NONE);
    assert_null(board_get(board));
    publication_release(NULL);
    board_free(board);
    board_free(NULL);
}

static void test_a_reader_keeps_what_it_took(void **state)
{
    struct board *board;
    struct publication *first, *second;

    (void)state;
    assert_int_equal(board_new(&board), ERROR_NONE);
    board_set(board, make(1));
    first = board_get(board);
    board_set(board, make(2));
    second = board_get(board);
    assert_int_equal(first->manifest.round, 1);
    assert_string_equal(first->envelope.data, "1");
    assert_int_equal(second->manifest.round, 2);
    publication_release(first);
    board_free(board);
    assert_string_equal(second->envelope.data, "2");
    publication_release(second);
}

struct reading {
    struct board *board;
    atomic_bool stop;
    atomic_int wrong;
};

static void *read_on(void *context)
{
    struct reading *reading = context;
    uint64_t last = 0;

    while (!atomic_load(&reading->stop)) {
        struct publication *present = board_get(reading->board);
        uint64_t round = present->manifest.round;

        if (round < last || strtoull(present->envelope.data, NULL, 10) != round ||
            present->models[0].version != round)
            atomic_fetch_add(&reading->wrong, 1);
        last = round;
        publication_release(present);
    }
    return NULL;
}

static void test_readers_beside_a_writer_see_whole_ones(void **state)
{
    struct reading reading = {0};
    pthread_t reader[READERS];

    (void)state;
    assert_int_equal(board_new(&reading.board), ERROR_NONE);
    board_set(reading.board, make(1));
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&reader[i], NULL, read_on, &reading), 0);
    for (uint64_t number = 2; number < CHANGES; number++)
        board_set(reading.board, make(number));
    atomic_store(&reading.stop, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(reader[i], NULL);
    assert_int_equal(atomic_load(&reading.wrong), 0);
    board_free(reading.board);
}

static void test_memory_runs_out(void **state)
{
    struct board *board;

    (void)state;
    allocation_fail_at(1);
    assert_int_equal(board_new(&board), ERROR_NO_MEMORY);
    assert_null(board);
    allocation_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_board),
        cmocka_unit_test(test_a_reader_keeps_what_it_took),
        cmocka_unit_test(test_readers_beside_a_writer_see_whole_ones),
        cmocka_unit_test(test_memory_runs_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
