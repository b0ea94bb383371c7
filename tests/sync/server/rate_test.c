#include "sync/server/rate.h"

#include "tests/allocation.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct address address(const char *text)
{
    struct sockaddr_storage storage = {.ss_family = AF_INET};
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
        memcpy(&storage, &in, sizeof in);
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
        memcpy(&storage, &in6, sizeof in6);
    }
    return address_of((struct sockaddr *)&storage);
}

static struct rate *make(struct rate_limits limits)
{
    struct rate *rate;

    if (limits.addresses == 0)
        limits.addresses = 64;
    assert_int_equal(rate_new(&limits, &rate), ERROR_NONE);
    return rate;
}

static void test_who_is_whose_neighbour(void **state)
{
    static const struct {
        const char *one, *other;
        bool same;
    } cases[] = {
        {"192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.2", false},
        {"192.0.2.1", "::ffff:192.0.2.1", true},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.2", false},
        {"2001:db8::1", "2001:db8::2", true},
        {"2001:db8::1", "2001:db8:0:0:ffff::2", true},
        {"2001:db8::1", "2001:db8:0:1::1", false},
        {"::1", "::2", false},
        {"::1", "127.0.0.1", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct address one = address(cases[i].one), other = address(cases[i].other);

        if ((memcmp(one.bytes, other.bytes, sizeof one.bytes) == 0) != cases[i].same)
            fail_msg("%s, %s", cases[i].one, cases[i].other);
    }
}

static void test_who_is_at_home(void **state)
{
    (void)state;
    assert_true(address("127.0.0.1").loopback);
    assert_true(address("127.255.0.9").loopback);
    assert_true(address("::1").loopback);
    assert_true(address("::ffff:127.0.0.1").loopback);
    assert_false(address("128.0.0.1").loopback);
    assert_false(address("::2").loopback);
    assert_false(address("::ffff:10.0.0.1").loopback);
    assert_false(address("7f00::1").loopback);
}

static void test_a_bucket_empties_and_fills(void **state)
{
    struct rate *rate = make((struct rate_limits){.rate = 2, .burst = 3});
    struct address who = address("192.0.2.1");
    int wait = 0;

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(rate_request(rate, &who, 1000, &wait));
    assert_false(rate_request(rate, &who, 1000, &wait));
    assert_int_equal(wait, 1);
    assert_false(rate_request(rate, &who, 1499, &wait));
    assert_true(rate_request(rate, &who, 1500, &wait));
    assert_false(rate_request(rate, &who, 1500, &wait));
    assert_false(rate_request(rate, &who, 900, &wait)); /* a clock that steps back gives nothing */
    for (int i = 0; i < 3; i++)                         /* and it never holds more than the burst */
        assert_true(rate_request(rate, &who, 1000000, &wait));
    assert_false(rate_request(rate, &who, 1000000, &wait));
    rate_free(rate);
}

static void test_slow_rates_say_how_long(void **state)
{
    struct rate *rate = make((struct rate_limits){.rate = 1, .burst = 1});
    struct address who = address("192.0.2.1");
    int wait = 0;

    (void)state;
    assert_true(rate_request(rate, &who, 0, &wait));
    assert_false(rate_request(rate, &who, 999, &wait));
    assert_int_equal(wait, 1);
    rate_free(rate);
}

static void test_one_does_not_pay_for_another(void **state)
{
    struct rate *rate = make((struct rate_limits){.rate = 1, .burst = 1});
    struct address one = address("192.0.2.1"), other = address("192.0.2.2");
    int wait;

    (void)state;
    assert_true(rate_request(rate, &one, 0, &wait));
    assert_false(rate_request(rate, &one, 0, &wait));
    assert_true(rate_request(rate, &other, 0, &wait));
    rate_free(rate);
}

static void test_loopback(void **state)
{
    struct rate *free_rate = make((struct rate_limits){.rate = 1, .burst = 1, .connections = 1});
    struct rate *bound =
        make((struct rate_limits){.rate = 1, .burst = 1, .connections = 1, .loopback = true});
    struct address home = address("127.0.0.1");
    int wait;

    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_true(rate_request(free_rate, &home, 0, &wait));
        assert_true(rate_connect(free_rate, &home, 0));
    }
    rate_disconnect(free_rate, &home);
    assert_true(rate_request(bound, &home, 0, &wait));
    assert_false(rate_request(bound, &home, 0, &wait));
    assert_true(rate_connect(bound, &home, 0));
    assert_false(rate_connect(bound, &home, 5000));
    rate_free(free_rate);
    rate_free(bound);
}

static void test_no_rate(void **state)
{
    struct rate *rate = make((struct rate_limits){.rate = 0, .burst = 0});
    struct address who = address("192.0.2.1");
    int wait;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        assert_true(rate_request(rate, &who, 0, &wait));
        assert_true(rate_connect(rate, &who, 0));
    }
    rate_free(rate);
}

static void test_connections_are_counted(void **state)
{
    struct rate *rate = make((struct rate_limits){.connections = 2});
    struct address who = address("192.0.2.1"), other = address("192.0.2.2");

    (void)state;
    assert_true(rate_connect(rate, &who, 0));
    assert_true(rate_connect(rate, &who, 0));
    assert_false(rate_connect(rate, &who, 0));
    assert_true(rate_connect(rate, &other, 0));
    rate_disconnect(rate, &who);
    assert_true(rate_connect(rate, &who, 0));
    assert_false(rate_connect(rate, &who, 0));
    for (int i = 0; i < 5; i++) /* more than there are: nothing is owed */
        rate_disconnect(rate, &who);
    assert_true(rate_connect(rate, &who, 0));
    rate_disconnect(rate, &(struct address){.bytes = {1}}); /* one that never came */
    rate_free(rate);
}

static void test_the_quietest_is_forgotten(void **state)
{
    struct rate *rate = make((struct rate_limits){.rate = 1, .burst = 1, .addresses = 4});
    struct address held = address("198.51.100.1"), who;
    char text[32];
    int wait;

    (void)state;
    assert_true(rate_connect(rate, &held, 0));
    assert_true(rate_request(rate, &held, 0, &wait));
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "192.0.%d.%d", i / 250, i % 250);
        who = address(text);
        assert_true(rate_request(rate, &who, 0, &wait));
        assert_false(rate_request(rate, &who, 0, &wait));
    }
    assert_false(rate_request(rate, &held, 0, &wait)); /* who holds a connection is remembered */
    rate_disconnect(rate, &held);
    rate_free(rate);
}

static void test_no_place_is_no_leave(void **state)
{
    struct rate *rate = make((struct rate_limits){.rate = 1, .burst = 1, .addresses = 1});
    struct address held = address("198.51.100.1"), who = address("192.0.2.1");
    int wait = 0;

    (void)state;
    assert_true(rate_connect(rate, &held, 0));
    assert_false(rate_connect(rate, &who, 0));
    assert_false(rate_request(rate, &who, 0, &wait));
    assert_int_equal(wait, 1);
    rate_disconnect(rate, &held);
    assert_true(rate_connect(rate, &who, 0));
    rate_free(rate);
}

static void test_memory_runs_out(void **state)
{
    const struct rate_limits limits = {.addresses = 4};

    (void)state;
    for (int n = 1;; n++) {
        struct rate *rate;

        allocation_fail_at(n);
        if (!rate_new(&limits, &rate)) {
            rate_free(rate);
            break;
        }
        assert_null(rate);
    }
    allocation_fail_at(0);
    rate_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_is_whose_neighbour),
        cmocka_unit_test(test_who_is_at_home),
        cmocka_unit_test(test_a_bucket_empties_and_fills),
        cmocka_unit_test(test_slow_rates_say_how_long),
        cmocka_unit_test(test_one_does_not_pay_for_another),
        cmocka_unit_test(test_loopback),
        cmocka_unit_test(test_no_rate),
        cmocka_unit_test(test_connections_are_counted),
        cmocka_unit_test(test_the_quietest_is_forgotten),
        cmocka_unit_test(test_no_place_is_no_leave),
        cmocka_unit_test(test_memory_runs_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
