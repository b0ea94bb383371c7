#ifndef EMOTRACK_TESTS_SYNC_SERVER_PEER_H
#define EMOTRACK_TESTS_SYNC_SERVER_PEER_H

/* A TLS connection to loopback that says exactly what a test wants said. */

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { PEER_PATIENCE = 20 /* seconds for any answer: a server that hangs is a failure */ };

struct peer {
    int socket;
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
};

static int peer_socket(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval patience = {.tv_sec = PEER_PATIENCE};
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0)
        return descriptor;
    close(descriptor);
    return -1;
}

static void peer_close(struct peer *peer)
{
    if (peer->session)
        gnutls_deinit(peer->session);
    if (peer->credentials)
        gnutls_certificate_free_credentials(peer->credentials);
    if (peer->socket >= 0)
        close(peer->socket);
    *peer = (struct peer){.socket = -1};
}

/* False: the server does not want it. `settings`: NULL, or what GnuTLS may use. */
static bool peer_open(struct peer *peer, uint16_t port, const char *settings)
{
    int result;

    *peer = (struct peer){.socket = peer_socket(port)};
    if (peer->socket < 0)
        return false;
    gnutls_certificate_allocate_credentials(&peer->credentials);
    gnutls_init(&peer->session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
    gnutls_priority_set_direct(peer->session, settings ? settings : "NORMAL", NULL);
    gnutls_credentials_set(peer->session, GNUTLS_CRD_CERTIFICATE, peer->credentials);
    gnutls_transport_set_int(peer->session, peer->socket);
    do
        result = gnutls_handshake(peer->session);
    while (result == GNUTLS_E_INTERRUPTED);
    if (result < 0)
        peer_close(peer);
    return result >= 0;
}

static bool peer_say(struct peer *peer, const char *bytes, size_t length)
{
    return gnutls_record_send(peer->session, bytes, length) == (ssize_t)length;
}

/* One more piece of the answer: its bytes; 0: the server has ended the connection; negative: it
 * says nothing. */
static ssize_t peer_hear(struct peer *peer, char *out, size_t size)
{
    ssize_t got;

    do
        got = gnutls_record_recv(peer->session, out, size);
    while (got == GNUTLS_E_INTERRUPTED);
    if (got == GNUTLS_E_PREMATURE_TERMINATION || got == GNUTLS_E_PULL_ERROR)
        return 0;
    return got;
}

/* All that comes until the server ends the connection, as a string. False: it does not end it. */
static bool peer_hear_all(struct peer *peer, char *out, size_t size)
{
    size_t length = 0;
    ssize_t got;

    while ((got = peer_hear(peer, out + length, size - 1 - length)) > 0)
        length += (size_t)got;
    out[length] = '\0';
    return got == 0;
}

#endif
