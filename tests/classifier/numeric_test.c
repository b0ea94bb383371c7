#include "classifier/crc32c.h"
#include "classifier/numeric.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_close(double value, double expected)
{
    assert_true(fabs(value - expected) <= 1e-14 * fabs(expected) + 1e-300);
}

static void test_exp(void **state)
{
    (void)state;
    for (int i = -6900; i < 6900; i++)
        assert_close(numeric_exp(0.1 * i), exp(0.1 * i));
    assert_true(numeric_exp(0) == 1);
    assert_true(numeric_exp(-701) == 0);
    assert_true(numeric_exp(-HUGE_VAL) == 0);
    assert_true(numeric_exp(NAN) == 0);
    assert_true(numeric_exp(HUGE_VAL) == numeric_exp(700));
}

static void test_log(void **state)
{
    (void)state;
    assert_true(numeric_log(1) == 0);
    for (int i = -690; i < 690; i++)
        assert_close(numeric_log(exp(i)), log(exp(i)));
    for (int i = 500; i < 2000; i++)
        assert_true(fabs(numeric_log(0.001 * i) - log(0.001 * i)) < 1e-15);
}

static void test_softmax(void **state)
{
    static const float even[] = {3, 3, 3, 3}, far[] = {1000, -1000, 0, 1e6F};
    double probability[4];

    (void)state;
    assert_close(numeric_softmax(even, 4, 1, probability), 3 + log(4));
    for (int i = 0; i < 4; i++)
        assert_close(probability[i], 0.25);
    numeric_softmax(far, 4, 1, probability);
    assert_true(probability[3] == 1 && probability[0] == 0);
}

/* RFC 3720 B.4, and the check value of the catalogue of CRCs. */
static void test_crc32c(void **state)
{
    unsigned char bytes[32];

    (void)state;
    assert_int_equal(crc32c(0, "123456789", 9), 0xE3069283);
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(crc32c(0, bytes, sizeof bytes), 0x8A9136AA);
    memset(bytes, 0xFF, sizeof bytes);
    assert_int_equal(crc32c(0, bytes, sizeof bytes), 0x62A8AB43);
    for (int i = 0; i < 32; i++)
        bytes[i] = (unsigned char)i;
    assert_int_equal(crc32c(0, bytes, sizeof bytes), 0x46DD794E);
    assert_int_equal(crc32c(crc32c(0, bytes, 13), bytes + 13, 19), 0x46DD794E);
}

static void test_crc32c_is_portable(void **state)
{
    unsigned char bytes[257];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 31);
    for (size_t length = 0; length <= sizeof bytes; length++)
        assert_int_equal(crc32c(7, bytes, length), crc32c_portable(7, bytes, length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exp),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_softmax),
        cmocka_unit_test(test_crc32c),
        cmocka_unit_test(test_crc32c_is_portable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
