#include "sync/server/certificate.h"

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

enum {
    PEM_MAX = 16 * 1024,
    HOST_MAX = 253,      /* bytes of a DNS name (RFC 1035, 2.3.4) */
    LABEL_MAX = 63,      /* bytes of a part of it */
    SERIAL_BYTES = 16,   /* at most 20 (RFC 5280, 4.1.2.2) */
    KEY_ID_BYTES = 64,   /* room */
    LATE_SECONDS = 3600, /* that clocks may be */
    DAY_SECONDS = 24 * 3600
};

static const char authority_name[] = "CN=EmoTrack throwaway CA";
static const char server_name[] = "CN=EmoTrack server";
static const char *const loopback[] = {"localhost", "127.0.0.1", "::1"};

/* What is made on the way. */
struct making {
    int64_t from, until;
    gnutls_x509_privkey_t authority_key, server_key;
    gnutls_x509_crt_t authority, server;
};

/* GnuTLS tells failure by a negative number. */
static enum error checked(int result)
{
    if (result >= 0)
        return ERROR_NONE;
    if (result == GNUTLS_E_MEMORY_ERROR)
        return error_raise_plain(ERROR_NO_MEMORY);
    return error_raise(ERROR_IO, "cannot make a certificate: %s", gnutls_strerror(result));
}

static enum error raise_unfit(int result)
{
    if (result == GNUTLS_E_MEMORY_ERROR)
        return error_raise_plain(ERROR_NO_MEMORY);
    return error_raise(ERROR_INVALID,
                       "the certificate and its key do not fit or cannot be read: %s",
                       gnutls_strerror(result));
}

static bool is_address(const char *host, unsigned char out[16], size_t *length)
{
    if (inet_pton(AF_INET, host, out) == 1)
        *length = 4;
    else if (inet_pton(AF_INET6, host, out) == 1)
        *length = 16;
    else
        return false;
    return true;
}

static bool is_alphanumeric(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z');
}

/* Letters, digits and inner hyphens, parted by dots; a last part of digits alone would read as an
 * address. */
static bool is_name(const char *host)
{
    const char *last = host;
    size_t part = 0;

    for (const char *at = host;; at++) {
        if (*at == '.' || *at == '\0') {
            if (part == 0 || part > LABEL_MAX || at[-1] == '-')
                return false;
            if (*at == '\0')
                return at - host <= HOST_MAX && strspn(last, "0123456789") != part;
            last = at + 1;
            part = 0;
        } else if (is_alphanumeric(*at) || (*at == '-' && part > 0)) {
            part++;
        } else {
            return false;
        }
    }
}

static bool is_loopback(const char *host)
{
    unsigned char address[16];
    size_t length;

    if (strcmp(host, "localhost") == 0)
        return true;
    if (!is_address(host, address, &length))
        return false;
    return length == 4 ? address[0] == 127 : strcmp(host, "::1") == 0;
}

static enum error add_host(gnutls_x509_crt_t server, const char *host)
{
    unsigned char address[16];
    size_t length;

    if (is_address(host, address, &length))
        return checked(gnutls_x509_crt_set_subject_alt_name(server, GNUTLS_SAN_IPADDRESS, address,
                                                            (unsigned)length, GNUTLS_FSAN_APPEND));
    return checked(gnutls_x509_crt_set_subject_alt_name(
        server, GNUTLS_SAN_DNSNAME, host, (unsigned)strlen(host), GNUTLS_FSAN_APPEND));
}

static enum error add_hosts(gnutls_x509_crt_t server, const char *host)
{
    enum error error = add_host(server, host);

    if (!is_loopback(host))
        return error;
    for (size_t i = 0; i < sizeof loopback / sizeof *loopback && !error; i++)
        if (strcmp(host, loopback[i]) != 0)
            error = add_host(server, loopback[i]);
    return error;
}

static enum error make_key(gnutls_x509_privkey_t *key)
{
    enum error error = checked(gnutls_x509_privkey_init(key));

    if (error)
        return error;
    return checked(gnutls_x509_privkey_generate(
        *key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
}

static enum error set_serial(gnutls_x509_crt_t certificate)
{
    unsigned char serial[SERIAL_BYTES];
    enum error error = checked(gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial));

    if (error)
        return error;
    serial[0] = (unsigned char)((serial[0] & 0x7f) | 0x40); /* positive, and of this length */
    return checked(gnutls_x509_crt_set_serial(certificate, serial, sizeof serial));
}

/* The key's name, by which a certificate and its signer's are matched. */
static enum error set_key_ids(gnutls_x509_crt_t certificate, gnutls_x509_crt_t signer)
{
    unsigned char id[KEY_ID_BYTES];
    size_t size = sizeof id;
    enum error error = checked(gnutls_x509_crt_get_key_id(certificate, 0, id, &size));

    if (!error)
        error = checked(gnutls_x509_crt_set_subject_key_id(certificate, id, size));
    size = sizeof id;
    if (!error)
        error = checked(gnutls_x509_crt_get_key_id(signer, 0, id, &size));
    if (!error)
        error = checked(gnutls_x509_crt_set_authority_key_id(certificate, id, size));
    return error;
}

static enum error describe(const struct making *making, gnutls_x509_crt_t certificate,
                           const char *name, gnutls_x509_privkey_t key)
{
    enum error error = checked(gnutls_x509_crt_set_version(certificate, 3));

    if (!error)
        error = set_serial(certificate);
    if (!error)
        error = checked(gnutls_x509_crt_set_dn(certificate, name, NULL));
    if (!error)
        error = checked(gnutls_x509_crt_set_activation_time(certificate, making->from));
    if (!error)
        error = checked(gnutls_x509_crt_set_expiration_time(certificate, making->until));
    if (!error)
        error = checked(gnutls_x509_crt_set_key(certificate, key));
    return error;
}

static enum error make_authority(struct making *making)
{
    enum error error = make_key(&making->authority_key);

    if (!error)
        error = checked(gnutls_x509_crt_init(&making->authority));
    if (!error)
        error = describe(making, making->authority, authority_name, making->authority_key);
    if (!error)
        error = checked(gnutls_x509_crt_set_basic_constraints(making->authority, 1, 0));
    if (!error)
        error = checked(gnutls_x509_crt_set_key_usage(making->authority, GNUTLS_KEY_KEY_CERT_SIGN));
    if (!error)
        error = set_key_ids(making->authority, making->authority);
    if (!error)
        error = checked(gnutls_x509_crt_sign2(making->authority, making->authority,
                                              making->authority_key, GNUTLS_DIG_SHA256, 0));
    return error;
}

static enum error make_server(struct making *making, const char *host)
{
    enum error error = make_key(&making->server_key);

    if (!error)
        error = checked(gnutls_x509_crt_init(&making->server));
    if (!error)
        error = describe(making, making->server, server_name, making->server_key);
    if (!error)
        error = add_hosts(making->server, host);
    if (!error)
        error = checked(gnutls_x509_crt_set_basic_constraints(making->server, 0, -1));
    if (!error)
        error =
            checked(gnutls_x509_crt_set_key_usage(making->server, GNUTLS_KEY_DIGITAL_SIGNATURE));
    if (!error)
        error = checked(
            gnutls_x509_crt_set_key_purpose_oid(making->server, GNUTLS_KP_TLS_WWW_SERVER, 0));
    if (!error)
        error = set_key_ids(making->server, making->authority);
    if (!error)
        error = checked(gnutls_x509_crt_sign2(making->server, making->authority,
                                              making->authority_key, GNUTLS_DIG_SHA256, 0));
    return error;
}

/* Takes over what the library wrote, and wipes it there. */
static enum error keep(int result, gnutls_datum_t *pem, struct buffer *out)
{
    enum error error = checked(result);

    if (error)
        return error;
    error = buffer_append(out, pem->data, pem->size);
    gnutls_memset(pem->data, 0, pem->size);
    gnutls_free(pem->data);
    return error;
}

static enum error write_all(const struct making *making, struct certificate *out)
{
    gnutls_datum_t pem = {0};
    enum error error = keep(gnutls_x509_crt_export2(making->authority, GNUTLS_X509_FMT_PEM, &pem),
                            &pem, &out->authority);

    if (!error)
        error = keep(gnutls_x509_crt_export2(making->server, GNUTLS_X509_FMT_PEM, &pem), &pem,
                     &out->certificate);
    if (!error)
        error = keep(gnutls_x509_privkey_export2_pkcs8(making->server_key, GNUTLS_X509_FMT_PEM,
                                                       NULL, GNUTLS_PKCS_PLAIN, &pem),
                     &pem, &out->private_key);
    return error;
}

static void making_free(struct making *making)
{
    gnutls_x509_crt_deinit(making->authority);
    gnutls_x509_crt_deinit(making->server);
    gnutls_x509_privkey_deinit(making->authority_key);
    gnutls_x509_privkey_deinit(making->server_key);
}

enum error certificate_make(const char *host, int64_t now, struct certificate *out)
{
    struct making making = {.from = now - LATE_SECONDS};
    unsigned char address[16];
    enum error error;
    size_t length;

    making.until = making.from + (int64_t)CERTIFICATE_DAYS * 24 * 3600;
    buffer_init(&out->authority, PEM_MAX);
    buffer_init(&out->certificate, PEM_MAX);
    buffer_init(&out->private_key, PEM_MAX);
    if (!is_address(host, address, &length) && !is_name(host))
        return error_raise(ERROR_INVALID,
                           "cannot make a certificate for '%.300s': name a host or an address",
                           host);
    error = make_authority(&making);
    if (!error)
        error = make_server(&making, host);
    if (!error)
        error = write_all(&making, out);
    making_free(&making);
    return error;
}

/* ---- looking at one ---- */

static enum error check_time(const struct buffer *pem, int64_t now)
{
    const gnutls_datum_t text = {(unsigned char *)pem->data, (unsigned)pem->length};
    gnutls_x509_crt_t certificate = NULL;
    int result = gnutls_x509_crt_init(&certificate);
    time_t from = 0, until = 0;
    char day[32] = "";
    struct tm parts;

    if (result >= 0)
        result = gnutls_x509_crt_import(certificate, &text, GNUTLS_X509_FMT_PEM);
    if (result >= 0) {
        from = gnutls_x509_crt_get_activation_time(certificate);
        until = gnutls_x509_crt_get_expiration_time(certificate);
    }
    gnutls_x509_crt_deinit(certificate);
    if (result < 0)
        return raise_unfit(result);
    if (from > now)
        return error_raise(ERROR_INVALID,
                           "the certificate is not valid yet, if the clock is right: "
                           "nobody can sync");
    if (until - (time_t)CERTIFICATE_SOON * DAY_SECONDS > now)
        return ERROR_NONE;
    if (gmtime_r(&until, &parts))
        strftime(day, sizeof day, "%Y-%m-%d", &parts);
    return error_raise(ERROR_INVALID,
                       "the certificate %s valid until %s (UTC): put a new one and its key in its "
                       "place, and start the server again",
                       until > now ? "is only" : "was", day);
}

enum error certificate_check(const struct buffer *certificate, const struct buffer *private_key,
                             int64_t now)
{
    const gnutls_datum_t chain = {(unsigned char *)certificate->data,
                                  (unsigned)certificate->length};
    const gnutls_datum_t key = {(unsigned char *)private_key->data, (unsigned)private_key->length};
    gnutls_certificate_credentials_t pair = NULL;
    int result = gnutls_certificate_allocate_credentials(&pair);

    if (result >= 0)
        result = gnutls_certificate_set_x509_key_mem(pair, &chain, &key, GNUTLS_X509_FMT_PEM);
    if (pair)
        gnutls_certificate_free_credentials(pair);
    return result < 0 ? raise_unfit(result) : check_time(certificate, now);
}

void certificate_free(struct certificate *certificate)
{
    if (certificate->private_key.data)
        gnutls_memset(certificate->private_key.data, 0, certificate->private_key.length);
    buffer_free(&certificate->authority);
    buffer_free(&certificate->certificate);
    buffer_free(&certificate->private_key);
}
