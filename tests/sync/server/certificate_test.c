#include "sync/server/certificate.h"

#include "tests/allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <gnutls/x509.h>

#include <cmocka.h>

enum { DAY = 24 * 3600 };

static gnutls_x509_crt_t read_certificate(const struct buffer *pem)
{
    gnutls_datum_t datum = {(unsigned char *)pem->data, (unsigned)pem->length};
    gnutls_x509_crt_t certificate;

    assert_int_equal(gnutls_x509_crt_init(&certificate), 0);
    assert_int_equal(gnutls_x509_crt_import(certificate, &datum, GNUTLS_X509_FMT_PEM), 0);
    return certificate;
}

/* What a client finds: 0, or gnutls_certificate_status_t bits. */
static unsigned verify(const struct certificate *certificate, const struct buffer *authority,
                       const char *host)
{
    gnutls_x509_crt_t server = read_certificate(&certificate->certificate);
    gnutls_x509_crt_t signer = read_certificate(authority);
    gnutls_x509_trust_list_t list;
    char host_copy[64], purpose[] = GNUTLS_KP_TLS_WWW_SERVER;
    gnutls_typed_vdata_st expected[] = {
        {.type = GNUTLS_DT_DNS_HOSTNAME, .data = (unsigned char *)host_copy},
        {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)purpose},
    };
    unsigned status = UINT32_MAX;

    snprintf(host_copy, sizeof host_copy, "%s", host);
    assert_int_equal(gnutls_x509_trust_list_init(&list, 0), 0);
    assert_int_equal(gnutls_x509_trust_list_add_cas(list, &signer, 1, 0), 1);
    assert_int_equal(
        gnutls_x509_trust_list_verify_crt2(list, &server, 1, expected, 2, 0, &status, NULL), 0);
    gnutls_x509_trust_list_deinit(list, 1);
    gnutls_x509_crt_deinit(server);
    return status;
}

static void test_it_vouches_for_its_host_alone(void **state)
{
    static const struct {
        const char *made_for, *asked;
        bool good;
    } cases[] = {
        {"sync.example.org", "sync.example.org", true},
        {"sync.example.org", "SYNC.example.ORG", true},
        {"sync.example.org", "example.org", false},
        {"sync.example.org", "a.sync.example.org", false},
        {"sync.example.org", "localhost", false},
        {"sync.example.org", "127.0.0.1", false},
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.8", false},
        {"192.0.2.7", "127.0.0.1", false},
        {"2001:db8::1", "2001:db8::1", true},
        {"2001:db8::1", "2001:db8::2", false},
        {"localhost", "localhost", true},
        {"localhost", "127.0.0.1", true},
        {"localhost", "::1", true},
        {"127.0.0.1", "localhost", true},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.9", "127.0.0.9", true},
        {"127.0.0.9", "127.0.0.1", true},
        {"::1", "127.0.0.1", true},
        {"a", "a", true},
        {"x1-y.2.org", "x1-y.2.org", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct certificate made;

        assert_int_equal(certificate_make(cases[i].made_for, time(NULL), &made), ERROR_NONE);
        if ((verify(&made, &made.authority, cases[i].asked) == 0) != cases[i].good)
            fail_msg("made for %s, asked for %s", cases[i].made_for, cases[i].asked);
        certificate_free(&made);
    }
}

static void test_hosts_that_cannot_be(void **state)
{
    static const char *const hosts[] = {
        "",
        ".",
        "a..b",
        ".a",
        "a.",
        "-a",
        "a-.org",
        "a_b.org",
        "a b",
        "*.org",
        "ex\xc3\xa4.de",
        "a/b",
        "[::1]",
        "::1::",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "host:8443",
        "user@host",
        "127.0.0.1 ",
        "a\nb",
        "12345",
        "https://a.org",
        "a123456789012345678901234567890123456789012345678901234567890123",
    };
    char long_name[300];

    (void)state;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        struct certificate made;

        if (certificate_make(hosts[i], time(NULL), &made) != ERROR_INVALID)
            fail_msg("'%s' was taken", hosts[i]);
        certificate_free(&made);
    }
    for (size_t i = 0; i < sizeof long_name; i++)
        long_name[i] = i % 2 ? '.' : 'a';
    for (size_t length = 249; length < 260; length += 2) {
        struct certificate made;

        long_name[length] = '\0';
        assert_int_equal(certificate_make(long_name, time(NULL), &made),
                         length <= 253 ? ERROR_NONE : ERROR_INVALID);
        certificate_free(&made);
        long_name[length] = '.';
    }
}

static void test_it_is_valid_for_397_days(void **state)
{
    int64_t now = 1760000000;
    struct certificate made;
    gnutls_x509_crt_t server;

    (void)state;
    assert_int_equal(certificate_make("localhost", now, &made), ERROR_NONE);
    server = read_certificate(&made.certificate);
    assert_true(gnutls_x509_crt_get_activation_time(server) < now);
    assert_true(gnutls_x509_crt_get_activation_time(server) >= now - DAY);
    assert_int_equal(gnutls_x509_crt_get_expiration_time(server) -
                         gnutls_x509_crt_get_activation_time(server),
                     CERTIFICATE_DAYS * DAY);
    gnutls_x509_crt_deinit(server);
    certificate_free(&made);
}

static void test_an_old_one_has_expired(void **state)
{
    struct certificate made;

    (void)state;
    assert_int_equal(certificate_make("localhost", time(NULL) - 400 * DAY, &made), ERROR_NONE);
    assert_true(verify(&made, &made.authority, "localhost") & GNUTLS_CERT_EXPIRED);
    certificate_free(&made);
}

static void test_no_two_are_alike(void **state)
{
    struct certificate one, other;

    (void)state;
    assert_int_equal(certificate_make("localhost", time(NULL), &one), ERROR_NONE);
    assert_int_equal(certificate_make("localhost", time(NULL), &other), ERROR_NONE);
    assert_string_not_equal(one.private_key.data, other.private_key.data);
    assert_int_not_equal(verify(&one, &other.authority, "localhost"), 0);
    certificate_free(&one);
    certificate_free(&other);
}

static void test_the_private_key_is_the_certificates(void **state)
{
    struct certificate made;
    gnutls_certificate_credentials_t credentials;
    gnutls_datum_t certificate, key;

    (void)state;
    assert_int_equal(certificate_make("localhost", time(NULL), &made), ERROR_NONE);
    certificate =
        (gnutls_datum_t){(unsigned char *)made.certificate.data, (unsigned)made.certificate.length};
    key =
        (gnutls_datum_t){(unsigned char *)made.private_key.data, (unsigned)made.private_key.length};
    assert_int_equal(gnutls_certificate_allocate_credentials(&credentials), 0);
    assert_int_equal(
        gnutls_certificate_set_x509_key_mem(credentials, &certificate, &key, GNUTLS_X509_FMT_PEM),
        0);
    gnutls_certificate_free_credentials(credentials);
    certificate_free(&made);
    certificate_free(&made);
}

static void test_what_an_operator_is_told(void **state)
{
    static const int64_t now = 1790000000;
    struct certificate made, other;
    struct buffer nothing, garbage;

    (void)state;
    buffer_init(&nothing, 10);
    buffer_init(&garbage, 10);
    assert_int_equal(buffer_append(&garbage, "garbage", 7), ERROR_NONE);
    assert_int_equal(certificate_make("localhost", now, &made), ERROR_NONE);
    assert_int_equal(certificate_make("localhost", now, &other), ERROR_NONE);
    const struct {
        const struct buffer *certificate, *private_key;
        int64_t days;
        const char *words; /* NULL: all is well */
    } cases[] = {
        {&made.certificate, &made.private_key, 0, NULL},
        {&made.certificate, &made.private_key, CERTIFICATE_DAYS - CERTIFICATE_SOON - 1, NULL},
        {&made.certificate, &made.private_key, CERTIFICATE_DAYS - CERTIFICATE_SOON + 1,
         "is only valid"},
        {&made.certificate, &made.private_key, CERTIFICATE_DAYS + 1, "was valid until 2027-"},
        {&made.certificate, &made.private_key, -1, "not valid yet"},
        {&made.certificate, &other.private_key, 0, "do not fit"},
        {&made.private_key, &made.certificate, 0, "do not fit"},
        {&nothing, &made.private_key, 0, "do not fit"},
        {&made.certificate, &nothing, 0, "do not fit"},
        {&garbage, &garbage, 0, "do not fit"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum error error = certificate_check(cases[i].certificate, cases[i].private_key,
                                             now + cases[i].days * DAY);

        assert_int_equal(error, cases[i].words ? ERROR_INVALID : ERROR_NONE);
        if (cases[i].words && !strstr(error_sentence(), cases[i].words))
            fail_msg("'%s' is not in: %s", cases[i].words, error_sentence());
    }
    buffer_free(&garbage);
    certificate_free(&other);
    certificate_free(&made);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    for (int n = 1;; n++) {
        struct certificate made;
        enum error error;

        allocation_fail_at(n);
        error = certificate_make("localhost", time(NULL), &made);
        certificate_free(&made);
        if (!allocation_failed()) {
            assert_int_equal(error, ERROR_NONE);
            break;
        }
        assert_int_equal(error, ERROR_NO_MEMORY);
    }
    allocation_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_vouches_for_its_host_alone),
        cmocka_unit_test(test_hosts_that_cannot_be),
        cmocka_unit_test(test_it_is_valid_for_397_days),
        cmocka_unit_test(test_an_old_one_has_expired),
        cmocka_unit_test(test_no_two_are_alike),
        cmocka_unit_test(test_the_private_key_is_the_certificates),
        cmocka_unit_test(test_what_an_operator_is_told),
        cmocka_unit_test(test_memory_runs_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
