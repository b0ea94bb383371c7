#include "sync/key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

/* The pair of the seed 0, 1, 2 ... 31; its public key as OpenSSL gives it. */
#define PUBLIC "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
/* Of "emotrack test 1", a NUL and "hello", by OpenSSL with that key. */
#define SIGNED                                                                                     \
    "7a2b3bd57a1b6ba773bab27cc3601eed3098111ab2f504f4b40c9e9a8660a386"                             \
    "52a416f29461f2a6baac7921cec961fa383d200d7f5af98ba2b8ad486d23fd07"
#define PURPOSE "emotrack test 1"

static void known_pair(struct key_pair *pair)
{
    unsigned char seed[crypto_sign_ed25519_SEEDBYTES];

    for (size_t i = 0; i < sizeof seed; i++)
        seed[i] = (unsigned char)i;
    assert_int_equal(crypto_sign_ed25519_seed_keypair(pair->public, pair->secret, seed), 0);
}

static void test_the_hash_is_sha_256(void **state)
{
    static const struct {
        const char *text, *hash;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    unsigned char hash[HASH_BYTES];
    char text[HASH_HEX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hash_bytes(cases[i].text, strlen(cases[i].text), hash);
        hex_write(hash, sizeof hash, text);
        assert_string_equal(text, cases[i].hash);
    }
}

static void test_hex_is_read_whole_or_not_at_all(void **state)
{
    static const char *const good[] = {"00ff7f", "00FF7f", "00Ff7F"};
    static const char *const bad[] = {"",       "0",      "00ff7",   "00ff7f0", "00ff7f00",
                                      "00ff7g", "0xff7f", " 0ff7f",  "00 ff7f", "00ff7f ",
                                      "+0ff7f", "00ff-7", "00ff7\n", "@@@@@@",  "``````"};
    static const unsigned char expected[] = {0x00, 0xFF, 0x7F};
    unsigned char bytes[3];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(hex_read(good[i], bytes, sizeof bytes));
        assert_memory_equal(bytes, expected, sizeof bytes);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(hex_read(bad[i], bytes, sizeof bytes));
    assert_true(hex_read("", bytes, 0));
}

static void test_a_signature_is_openssls(void **state)
{
    unsigned char signature[SIGNATURE_BYTES];
    char text[2 * SIGNATURE_BYTES + 1];
    struct key_pair pair;

    (void)state;
    known_pair(&pair);
    hex_write(pair.public, sizeof pair.public, text);
    assert_string_equal(text, PUBLIC);
    assert_int_equal(key_sign(&pair, PURPOSE, "hello", 5, signature), ERROR_NONE);
    hex_write(signature, sizeof signature, text);
    assert_string_equal(text, SIGNED);
    assert_true(key_verify(pair.public, PURPOSE, "hello", 5, signature));
}

static void test_a_signature_holds_for_that_alone(void **state)
{
    static const struct {
        const char *purpose, *bytes;
    } bad[] = {
        {PURPOSE, ""},
        {PURPOSE, "hell"},
        {PURPOSE, "hello "},
        {PURPOSE, "Hello"},
        {"", "hello"},
        {"emotrack", "hello"},
        {"emotrack test 2", "hello"},
        {"emotrack test ", "1hello"},
    };
    unsigned char signature[SIGNATURE_BYTES];
    struct key_pair pair, other;

    (void)state;
    known_pair(&pair);
    key_make(&other);
    assert_int_equal(key_sign(&pair, PURPOSE, "hello", 5, signature), ERROR_NONE);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(
            key_verify(pair.public, bad[i].purpose, bad[i].bytes, strlen(bad[i].bytes), signature));
    assert_false(key_verify(other.public, PURPOSE, "hello", 5, signature));
    for (size_t i = 0; i < sizeof signature; i++) {
        signature[i] ^= 0x10;
        assert_false(key_verify(pair.public, PURPOSE, "hello", 5, signature));
        signature[i] ^= 0x10;
    }
}

static void test_what_can_be_signed_is_bounded(void **state)
{
    unsigned char signature[SIGNATURE_BYTES];
    char *bytes = calloc(1, KEY_SIGNED_MAX + 1);
    struct key_pair pair;

    (void)state;
    assert_non_null(bytes);
    key_make(&pair);
    assert_int_equal(key_sign(&pair, PURPOSE, NULL, 0, signature), ERROR_NONE);
    assert_true(key_verify(pair.public, PURPOSE, NULL, 0, signature));
    assert_int_equal(key_sign(&pair, PURPOSE, bytes, KEY_SIGNED_MAX, signature), ERROR_NONE);
    assert_true(key_verify(pair.public, PURPOSE, bytes, KEY_SIGNED_MAX, signature));
    assert_int_equal(key_sign(&pair, PURPOSE, bytes, KEY_SIGNED_MAX + 1, signature),
                     ERROR_TOO_LARGE);
    assert_false(key_verify(pair.public, PURPOSE, bytes, KEY_SIGNED_MAX + 1, signature));
    key_wipe(&pair);
    assert_true(sodium_is_zero(pair.secret, sizeof pair.secret));
    free(bytes);
}

static void test_a_key_is_told_by_itself_or_its_fingerprint(void **state)
{
    static const char *const good[] = {
        PUBLIC,
        "03A107BFF3CE10BE1D70DD18E74BC09967E4D6309BA50D5F1DDC8664125531B8",
        "56475aa75463474c0285df5dbf2bcab7",
        "5647 5aa7 5463 474c 0285 df5d bf2b cab7",
        "56:47:5A:A7:54:63:47:4C:02:85:DF:5D:BF:2B:CA:B7",
        "  5647 5aa7 5463474c 0285 df5d bf2b cab7  ",
    };
    static const char *const bad[] = {
        "",
        "56475aa7",
        "56475aa75463474c0285df5dbf2bcab",
        "56475aa75463474c0285df5dbf2bcab70",
        "56475aa75463474c0285df5dbf2bcab8",
        "56475aa75463474c-0285df5dbf2bcab7",
        "03a107bff3ce10be1d70dd18e74bc099",
        PUBLIC "00",
        "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b9",
        "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b",
    };
    char fingerprint[FINGERPRINT_MAX];
    struct key_pair pair;

    (void)state;
    known_pair(&pair);
    key_fingerprint(pair.public, fingerprint);
    assert_string_equal(fingerprint, "5647 5aa7 5463 474c 0285 df5d bf2b cab7");
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(key_matches(pair.public, good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(key_matches(pair.public, bad[i]));
}

static int ready(void **state)
{
    (void)state;
    return sodium_init() < 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_hash_is_sha_256),
        cmocka_unit_test(test_hex_is_read_whole_or_not_at_all),
        cmocka_unit_test(test_a_signature_is_openssls),
        cmocka_unit_test(test_a_signature_holds_for_that_alone),
        cmocka_unit_test(test_what_can_be_signed_is_bounded),
        cmocka_unit_test(test_a_key_is_told_by_itself_or_its_fingerprint),
    };

    return cmocka_run_group_tests(tests, ready, NULL);
}
