#include "sync/server/http.h"

#include "base/clock.h"
#include "sync/server/http_internal.h"
#include "sync/server/http_reply.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    THREADS_LEAST = 2,
    THREADS_MOST = 8,
    HEAD_MAX = 8 * 1024,     /* bytes of a request's head, and of what the library notes of it */
    CONNECTIONS_SPARE = 256, /* that the library takes beyond ours, on their way out */
    ADDRESSES_LEAST = 16384, /* remembered for the rates */
    DRAIN_PATIENCE = 2000,   /* ms for the last replies */
    BACKLOG = 1024,
    HOST_MAX = 256,
};

/* TLS 1.2 and newer; ciphers with authentication, the fastest first; forward secrecy. */
static const char tls_settings[] =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:"
    "+CHACHA20-POLY1305:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-MAC-ALL:+AEAD:"
    "-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:%SERVER_PRECEDENCE";

/* ---- what libmicrohttpd calls ---- */

static enum MHD_Result may_connect(void *context, const struct sockaddr *from, socklen_t length)
{
    struct http *http = context;

    (void)from;
    (void)length;
    return atomic_load(&http->stopping) ? MHD_NO : MHD_YES;
}

static void connected(struct http *http, struct MHD_Connection *library, void **socket_context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(library, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct address address = address_of(info->client_addr);
    int socket = MHD_get_connection_info(library, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    struct connection *connection = NULL;

    if (rate_connect(http->rate, &address, clock_milliseconds())) {
        connection = connections_add(http->connections, socket, &address);
        if (!connection)
            rate_disconnect(http->rate, &address);
    } else {
        atomic_fetch_add(&http->turned_away, 1);
    }
    if (!connection)
        shutdown(socket, SHUT_RDWR);
    *socket_context = connection;
}

static void notice(void *context, struct MHD_Connection *library, void **socket_context,
                   enum MHD_ConnectionNotificationCode code)
{
    struct http *http = context;
    struct connection *connection = *socket_context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        connected(http, library, socket_context);
    } else if (connection) {
        rate_disconnect(http->rate, &connection->address);
        connections_remove(connection);
    }
}

static void *begin_request(void *context, const char *target, struct MHD_Connection *library)
{
    return request_new(context, library, target);
}

static enum MHD_Result step(void *context, struct MHD_Connection *library, const char *url,
                            const char *method, const char *version, const char *piece,
                            size_t *length, void **state)
{
    (void)context;
    (void)library;
    (void)url;
    if (!*state)
        return MHD_NO;
    return request_step(*state, method, version, piece, length) ? MHD_YES : MHD_NO;
}

static void end_request(void *context, struct MHD_Connection *library, void **state,
                        enum MHD_RequestTerminationCode code)
{
    struct request *request = *state;

    (void)context;
    (void)library;
    if (request && code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
        connection_waits(request->connection);
    request_free(request);
    *state = NULL;
}

/* Paths are compared as they were sent. */
static size_t leave_escaped(void *context, struct MHD_Connection *library, char *text)
{
    (void)context;
    (void)library;
    return strlen(text);
}

/* ---- listening ---- */

static bool is_port(const char *text)
{
    char *end;
    long port = strtol(text, &end, 10);

    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && port >= 0 && port <= UINT16_MAX;
}

/* "host:port" or "[host]:port", taken apart. */
static enum error split(const char *listen, char host[HOST_MAX], const char **port)
{
    const char *colon = strrchr(listen, ':'), *begin = listen;
    size_t length = colon ? (size_t)(colon - listen) : 0;

    if (length > 1 && listen[0] == '[' && colon[-1] == ']') {
        begin++;
        length -= 2;
    }
    if (!colon || length >= HOST_MAX || !is_port(colon + 1))
        return error_raise(ERROR_INVALID, "cannot listen on '%s': it must be HOST:PORT", listen);
    memcpy(host, begin, length);
    host[length] = '\0';
    *port = colon + 1;
    return ERROR_NONE;
}

static enum error raise_listen(const char *listen)
{
    if (errno == EADDRINUSE)
        return error_raise(ERROR_BUSY,
                           "cannot listen on %s: another program does; end it, or choose another "
                           "port",
                           listen);
    return error_raise_errno("listen on", listen);
}

static int open_socket(const struct addrinfo *address)
{
    int on = 1, number, saved;
    int descriptor =
        socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (descriptor < 0)
        return -1;
    number = address->ai_family == AF_INET6 ? IPV6_V6ONLY : 0;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    on = 0; /* [::] takes IPv4 too */
    if (number)
        setsockopt(descriptor, IPPROTO_IPV6, number, &on, sizeof on);
    if (bind(descriptor, address->ai_addr, address->ai_addrlen) == 0 &&
        listen(descriptor, BACKLOG) == 0)
        return descriptor;
    saved = errno;
    close(descriptor);
    errno = saved;
    return -1;
}

static enum error open_listener(const char *listen, int *descriptor)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    char host[HOST_MAX];
    const char *port = NULL;
    enum error error = split(listen, host, &port);
    int result;

    if (error)
        return error;
    result = getaddrinfo(host[0] ? host : NULL, port, &hints, &found);
    if (result != 0)
        return error_raise(ERROR_INVALID, "cannot listen on '%s': %s", listen,
                           gai_strerror(result));
    *descriptor = -1;
    for (struct addrinfo *at = found; at && *descriptor < 0; at = at->ai_next)
        *descriptor = open_socket(at);
    if (*descriptor < 0)
        error = raise_listen(listen);
    freeaddrinfo(found);
    return error;
}

static uint16_t port_of(int descriptor)
{
    struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
    socklen_t length = sizeof name;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    getsockname(descriptor, (struct sockaddr *)&name, &length);
    memcpy(&in, &name, sizeof in);
    memcpy(&in6, &name, sizeof in6);
    return ntohs(name.ss_family == AF_INET6 ? in6.sin6_port : in.sin_port);
}

/* ---- starting and stopping ---- */

static void ignore_log(void *context, const char *format, va_list arguments)
{
    (void)context;
    (void)format;
    (void)arguments;
}

/* As many as processors. */
static unsigned threads(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (processors < THREADS_LEAST)
        return THREADS_LEAST;
    return processors > THREADS_MOST ? THREADS_MOST : (unsigned)processors;
}

/* The library parts its connections evenly among its threads, the kernel does not: each may have
 * as many as there may be in all. */
static unsigned most_connections(const struct config *config)
{
    return threads() * (config->connections + CONNECTIONS_SPARE);
}

static enum error start_daemon(struct http *http, int descriptor)
{

    http->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TLS | MHD_ALLOW_SUSPEND_RESUME, 0, may_connect,
        http, step, http, MHD_OPTION_EXTERNAL_LOGGER, ignore_log, NULL, MHD_OPTION_LISTEN_SOCKET,
        descriptor, MHD_OPTION_HTTPS_MEM_CERT, http->options.certificate, MHD_OPTION_HTTPS_MEM_KEY,
        http->options.private_key, MHD_OPTION_HTTPS_PRIORITIES, tls_settings,
        MHD_OPTION_THREAD_POOL_SIZE, threads(), MHD_OPTION_CONNECTION_LIMIT,
        most_connections(http->options.config), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HEAD_MAX, MHD_OPTION_CONNECTION_TIMEOUT, 0U, MHD_OPTION_NOTIFY_CONNECTION, notice,
        http, MHD_OPTION_URI_LOG_CALLBACK, begin_request, http, MHD_OPTION_NOTIFY_COMPLETED,
        end_request, http, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_END);
    if (http->daemon)
        return ERROR_NONE;
    return error_raise(ERROR_INVALID, "cannot serve HTTPS: the certificate and its key do not fit "
                                      "or cannot be read");
}

static enum error prepare(struct http *http)
{
    const struct config *config = http->options.config;
    size_t most = (size_t)most_connections(config) + 1;
    const struct rate_limits limits = {
        .rate = config->rate,
        .burst = config->burst,
        .connections = config->connections_address,
        .loopback = config->limit_loopback,
        .addresses = most > ADDRESSES_LEAST ? most : ADDRESSES_LEAST,
    };
    enum error error = rate_new(&limits, &http->rate);

    if (!error)
        error = connections_new(config->connections, config->request_seconds, &http->connections);
    if (error)
        return error;
    page_policy(http->policy);
    http->accepted = reply_prepare();
    return http->accepted ? ERROR_NONE : error_raise_plain(ERROR_NO_MEMORY);
}

static void http_free(struct http *http)
{
    if (http->accepted)
        MHD_destroy_response(http->accepted);
    connections_free(http->connections);
    rate_free(http->rate);
    pthread_cond_destroy(&http->idle);
    pthread_mutex_destroy(&http->lock);
    free(http);
}

enum error http_start(const struct http_options *options, struct http **out)
{
    struct http *http = calloc(1, sizeof *http);
    int descriptor = -1;
    enum error error;

    *out = NULL;
    if (!http)
        return error_raise_plain(ERROR_NO_MEMORY);
    http->options = *options;
    pthread_mutex_init(&http->lock, NULL);
    pthread_cond_init(&http->idle, NULL);
    error = prepare(http);
    if (!error)
        error = open_listener(options->config->listen, &descriptor);
    if (!error) {
        http->port = port_of(descriptor);
        error = start_daemon(http, descriptor);
    }
    if (error) {
        if (descriptor >= 0)
            close(descriptor);
        http_free(http);
        return error;
    }
    *out = http;
    return ERROR_NONE;
}

uint16_t http_port(const struct http *http)
{
    return http->port;
}

void http_stop(struct http *http)
{
    if (!http)
        return;
    pthread_mutex_lock(&http->lock);
    atomic_store(&http->stopping, true);
    while (http->tickets > 0)
        pthread_cond_wait(&http->idle, &http->lock);
    pthread_mutex_unlock(&http->lock);
    connections_drain(http->connections, DRAIN_PATIENCE);
    MHD_stop_daemon(http->daemon);
    http_free(http);
}
