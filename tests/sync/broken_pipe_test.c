#include "sync/broken_pipe.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

static volatile sig_atomic_t came;

static void count(int number)
{
    (void)number;
    came++;
}

static void write_to_nobody(void)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(write(ends[1], "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    close(ends[1]);
}

static int set_up(void **state)
{
    (void)state;
    came = 0;
    signal(SIGPIPE, count);
    return 0;
}

static void test_held_it_does_not_come(void **state)
{
    struct broken_pipe hold;

    (void)state;
    broken_pipe_hold(&hold);
    write_to_nobody();
    broken_pipe_release(&hold);
    assert_int_equal(came, 0);
    broken_pipe_hold(&hold);
    broken_pipe_release(&hold);
    assert_int_equal(came, 0);
}

static void test_afterwards_it_comes_as_before(void **state)
{
    struct broken_pipe hold;

    (void)state;
    broken_pipe_hold(&hold);
    broken_pipe_release(&hold);
    write_to_nobody();
    assert_int_equal(came, 1);
}

/* A program that has blocked it itself keeps what had come. */
static void test_what_waited_before_still_waits(void **state)
{
    struct broken_pipe hold;
    sigset_t set, before;

    (void)state;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    write_to_nobody();
    broken_pipe_hold(&hold);
    write_to_nobody();
    broken_pipe_release(&hold);
    assert_int_equal(came, 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    assert_int_equal(came, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_held_it_does_not_come, set_up),
        cmocka_unit_test_setup(test_afterwards_it_comes_as_before, set_up),
        cmocka_unit_test_setup(test_what_waited_before_still_waits, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
