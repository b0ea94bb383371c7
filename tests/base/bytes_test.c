#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_u32_is_little_endian(void **state)
{
    static const struct {
        uint32_t value;
        unsigned char bytes[4];
    } cases[] = {
        {0, {0, 0, 0, 0}},
        {1, {1, 0, 0, 0}},
        {0x80, {0x80, 0, 0, 0}},
        {0x12345678, {0x78, 0x56, 0x34, 0x12}},
        {0x80000000, {0, 0, 0, 0x80}},
        {UINT32_MAX, {0xFF, 0xFF, 0xFF, 0xFF}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned char bytes[4] = {0xAA, 0xAA, 0xAA, 0xAA};

        bytes_put_u32(bytes, cases[i].value);
        assert_memory_equal(bytes, cases[i].bytes, sizeof bytes);
        assert_int_equal(bytes_get_u32(cases[i].bytes), cases[i].value);
    }
}

static void test_u64_is_little_endian(void **state)
{
    static const struct {
        uint64_t value;
        unsigned char bytes[8];
    } cases[] = {
        {0, {0}},
        {0xFF, {0xFF}},
        {0x100000000, {0, 0, 0, 0, 1, 0, 0, 0}},
        {0x0123456789ABCDEF, {0xEF, 0xCD, 0xAB, 0x89, 0x67, 0x45, 0x23, 0x01}},
        {UINT64_MAX, {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned char bytes[8];

        bytes_put_u64(bytes, cases[i].value);
        assert_memory_equal(bytes, cases[i].bytes, sizeof bytes);
        assert_true(bytes_get_u64(cases[i].bytes) == cases[i].value);
    }
}

static void test_f32_is_ieee_754(void **state)
{
    static const struct {
        float value;
        unsigned char bytes[4];
    } cases[] = {
        {0.0f, {0, 0, 0, 0}},        {-0.0f, {0, 0, 0, 0x80}},  {1.0f, {0, 0, 0x80, 0x3F}},
        {-2.5f, {0, 0, 0x20, 0xC0}}, {0x1p-149f, {1, 0, 0, 0}}, /* the smallest subnormal */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned char bytes[4];
        float back = bytes_get_f32(cases[i].bytes);

        bytes_put_f32(bytes, cases[i].value);
        assert_memory_equal(bytes, cases[i].bytes, sizeof bytes);
        assert_memory_equal(&back, &cases[i].value, sizeof back);
    }
}

/* A NaN's payload is kept: what was read is what is written. */
static void test_f32_keeps_every_bit(void **state)
{
    static const unsigned char nan[4] = {0x45, 0x23, 0xC1, 0x7F};
    unsigned char bytes[4];

    (void)state;
    bytes_put_f32(bytes, bytes_get_f32(nan));
    assert_memory_equal(bytes, nan, sizeof nan);
}

static void test_f64_is_ieee_754(void **state)
{
    static const struct {
        double value;
        unsigned char bytes[8];
    } cases[] = {
        {0.0, {0, 0, 0, 0, 0, 0, 0, 0}},       {-0.0, {0, 0, 0, 0, 0, 0, 0, 0x80}},
        {1.0, {0, 0, 0, 0, 0, 0, 0xF0, 0x3F}}, {-2.5, {0, 0, 0, 0, 0, 0, 0x04, 0xC0}},
        {0x1p-1074, {1, 0, 0, 0, 0, 0, 0, 0}}, /* the smallest subnormal */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned char bytes[8];
        double back = bytes_get_f64(cases[i].bytes);

        bytes_put_f64(bytes, cases[i].value);
        assert_memory_equal(bytes, cases[i].bytes, sizeof bytes);
        assert_memory_equal(&back, &cases[i].value, sizeof back);
    }
}

static void test_any_alignment(void **state)
{
    unsigned char bytes[32];

    (void)state;
    for (size_t at = 0; at < 16; at++) {
        memset(bytes, 0xAA, sizeof bytes);
        bytes_put_u64(bytes + at, 0x1122334455667788);
        assert_true(bytes_get_u64(bytes + at) == 0x1122334455667788);
        assert_int_equal(bytes_get_u32(bytes + at), 0x55667788);
        for (size_t other = 0; other < sizeof bytes; other++)
            if (other < at || other >= at + 8)
                assert_int_equal(bytes[other], 0xAA);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_u32_is_little_endian), cmocka_unit_test(test_u64_is_little_endian),
        cmocka_unit_test(test_f32_is_ieee_754),      cmocka_unit_test(test_f32_keeps_every_bit),
        cmocka_unit_test(test_f64_is_ieee_754),      cmocka_unit_test(test_any_alignment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
