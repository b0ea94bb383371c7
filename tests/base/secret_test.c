#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_what_a_file_may_ask_for(void **state)
{
    static const struct {
        uint32_t passes, memory;
        bool bearable;
    } cases[] = {
        {DERIVATION_PASSES, DERIVATION_MEMORY, true},
        {2 * DERIVATION_PASSES, DERIVATION_MEMORY, true},
        {2 * DERIVATION_PASSES + 1, DERIVATION_MEMORY, false},
        {3, 256 * 1024, true},
        {11, 256 * 1024, false},
        {1, DERIVATION_MEMORY_MAX, true},
        {1, DERIVATION_MEMORY_MAX + 1, false},
        {1, 8, true},
        {1, 7, false},
        {1, 0, false},
        {0, 8, false},
        {0, 0, false},
        {UINT32_MAX, 8, false},
        {1, UINT32_MAX, false},
        {UINT32_MAX, UINT32_MAX, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct derivation derivation = {.passes = cases[i].passes, .memory = cases[i].memory};

        assert_int_equal(derivation_bearable(&derivation), cases[i].bearable);
    }
}

static void test_a_new_one(void **state)
{
    struct derivation one, other;

    (void)state;
    assert_int_equal(secret_ready(), ERROR_NONE);
    derivation_new(&one);
    derivation_new(&other);
    assert_true(derivation_bearable(&one));
    assert_int_equal(one.passes, DERIVATION_PASSES);
    assert_int_equal(one.memory, DERIVATION_MEMORY);
    assert_memory_not_equal(one.salt, other.salt, sizeof one.salt);
}

/* What one version has locked every later one must open. */
static void test_the_key_stays_the_same(void **state)
{
    static const unsigned char expected[DERIVATION_KEY] = {
        0x9c, 0x87, 0xc0, 0x68, 0x98, 0xbc, 0x18, 0x51, 0x66, 0x69, 0xb5,
        0x4a, 0x8b, 0x95, 0xd3, 0x6e, 0x62, 0x29, 0x46, 0x49, 0x4d, 0x7a,
        0x55, 0xc2, 0x6f, 0x39, 0x1a, 0x04, 0x06, 0x06, 0x8c, 0x19};
    struct passphrase passphrase = {.bytes = "correct horse", .length = 13};
    struct derivation derivation = {.passes = 2, .memory = 64};
    unsigned char key[DERIVATION_KEY];

    (void)state;
    for (size_t i = 0; i < sizeof derivation.salt; i++)
        derivation.salt[i] = (unsigned char)i;
    assert_int_equal(derivation_key(&derivation, &passphrase, key), ERROR_NONE);
    assert_memory_equal(key, expected, sizeof key);
    passphrase.bytes[0] = 'C';
    assert_int_equal(derivation_key(&derivation, &passphrase, key), ERROR_NONE);
    assert_memory_not_equal(key, expected, sizeof key);
}

static void test_wiping(void **state)
{
    static const struct passphrase nothing;
    struct passphrase passphrase = {.bytes = "correct horse", .length = 13};

    (void)state;
    passphrase_wipe(&passphrase);
    assert_memory_equal(&passphrase, &nothing, sizeof nothing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_file_may_ask_for),
        cmocka_unit_test(test_a_new_one),
        cmocka_unit_test(test_the_key_stays_the_same),
        cmocka_unit_test(test_wiping),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
