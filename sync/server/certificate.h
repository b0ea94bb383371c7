#ifndef EMOTRACK_SYNC_SERVER_CERTIFICATE_H
#define EMOTRACK_SYNC_SERVER_CERTIFICATE_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdint.h>

/* A certificate for a server that has none: signed by a CA that is made for it alone and whose key
 * is thrown away at once, so that the CA's certificate vouches for this server and can never vouch
 * for another. Clients are given `authority` (emotrack join --ca). ECDSA with P-256 and SHA-256,
 * X.509 version 3 (RFC 5280). */

enum {
    CERTIFICATE_DAYS = 397,
    CERTIFICATE_SOON = 30, /* days before its end in which an operator is told of it */
};

/* PEM texts. */
struct certificate {
    struct buffer authority;   /* the CA's certificate */
    struct buffer certificate; /* the server's, signed by it */
    struct buffer private_key; /* the server's (PKCS #8, no password) */
};

/* Makes one for `host`: a DNS name or an address, IPv6 without brackets. A loopback name or address
 * gets the others (localhost, 127.0.0.1, ::1) beside it. `now`: seconds since 1970 UTC; it is valid
 * from an hour before, for clocks that are late. ERROR_INVALID: no such host can be;
 * ERROR_NO_MEMORY; ERROR_IO: the library fails. Freed by certificate_free in every case. */
enum error certificate_make(const char *host, int64_t now, struct certificate *out) MUST_CHECK;

/* Looks at any server's certificate (PEM, maybe a chain, whose first counts) and its key.
 * ERROR_INVALID: they do not fit or cannot be read; or it is not valid at `now`, or not for
 * CERTIFICATE_SOON days more. */
enum error certificate_check(const struct buffer *certificate, const struct buffer *private_key,
                             int64_t now) MUST_CHECK;

/* Wipes the key. Safe on zeroed structs. */
void certificate_free(struct certificate *certificate);

#endif
