#include "sync/server/conditional.h"
#include "sync/server/http_framing.h"
#include "sync/server/route.h"

#include <assert.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* What strangers send: the input is all that comes over one connection, read by libmicrohttpd, as
 * in the server but without TLS, and judged. A second reader, which is strict and knows nothing of
 * the first, says how many sound requests the input begins with: never may more be carried out. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 16 * 1024, RUNS_MAX = 200, HEAD_MAX = 8 * 1024 };

/* ---- the strict reader ---- */

struct reader {
    const char *at, *end;
};

/* Up to the line's end, which is CRLF; NULL: there is none, or another. */
static const char *line_end(const struct reader *reader)
{
    const char *feed = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));

    if (!feed || feed == reader->at || feed[-1] != '\r')
        return NULL;
    return feed - 1;
}

static bool is_token_byte(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || (byte && strchr("!#$%&'*+-.^_`|~", byte));
}

static bool take_tokens(const char **at, const char *end)
{
    const char *begin = *at;

    while (*at < end && is_token_byte(**at))
        (*at)++;
    return *at > begin;
}

/* method SP "/"... SP "HTTP/1.1" */
static bool is_request_line(const char *at, const char *end)
{
    if (!take_tokens(&at, end) || at == end || *at++ != ' ' || at == end || *at != '/')
        return false;
    while (at<end && * at> ' ' && *at < 0x7f)
        at++;
    return end - at == 9 && memcmp(at, " HTTP/1.1", 9) == 0;
}

struct head {
    int hosts, lengths, types;
    uint64_t length;
};

static bool is_named(const char *at, const char *end, const char *name)
{
    return (size_t)(end - at) == strlen(name) && strncasecmp(at, name, strlen(name)) == 0;
}

static bool take_length(struct head *head, const char *at, const char *end)
{
    if (at == end || end - at > 18 || head->lengths++ > 0)
        return false;
    for (; at < end; at++) {
        if (*at < '0' || *at > '9')
            return false;
        head->length = head->length * 10 + (uint64_t)(*at - '0');
    }
    return true;
}

static bool take_field(struct head *head, const char *at, const char *end)
{
    const char *name = at, *name_end;

    if (!take_tokens(&at, end) || at == end || *at != ':')
        return false;
    name_end = at++;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    for (const char *byte = at; byte < end; byte++)
        if (((unsigned char)*byte < ' ' && *byte != '\t') || *byte == 0x7f)
            return false;
    head->hosts += is_named(name, name_end, "host");
    head->types += is_named(name, name_end, "content-type");
    if (is_named(name, name_end, "host") && at == end)
        return false;
    if (is_named(name, name_end, "content-length"))
        return take_length(head, at, end);
    return !is_named(name, name_end, "transfer-encoding");
}

/* Empty lines before a request, which no reader minds. */
static void skip_empty(struct reader *reader)
{
    const char *feed;

    while (reader->at < reader->end &&
           (*reader->at == '\n' || *reader->at == '\0' ||
            (*reader->at == '\r' && reader->at + 1 < reader->end && reader->at[1] == '\n'))) {
        feed = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
        reader->at = feed ? feed + 1 : reader->end;
    }
}

static bool take_request(struct reader *reader)
{
    struct head head = {.hosts = 0};
    const char *end;

    skip_empty(reader);
    end = line_end(reader);
    if (!end || !is_request_line(reader->at, end))
        return false;
    for (reader->at = end + 2; (end = line_end(reader)) && end > reader->at; reader->at = end + 2)
        if (!take_field(&head, reader->at, end))
            return false;
    if (!end || head.hosts != 1 || head.types > 1 ||
        head.length > (uint64_t)(reader->end - end - 2))
        return false;
    reader->at = end + 2 + head.length;
    return true;
}

/* Four bytes that framing.h tells of: at the end of a head they pass for CRLF CRLF. */
static bool is_like_an_end(const char *at)
{
    int feeds = 0;

    for (int i = 0; i < 4; i++) {
        if (at[i] && !strchr("\r\n:", at[i]))
            return false;
        feeds += at[i] == '\n';
    }
    return feeds >= 2 && at[3] == '\n';
}

/* The imitations of CRLF become what they imitate; behind a CR a LF is none. */
static void restore_ends(char *data, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++) {
        if (i > 0 && data[i - 1] == '\r')
            continue;
        if (i + 4 <= size && is_like_an_end(data + i))
            memcpy(data + i, "\r\n\r\n", 4);
        else if (data[i] == '\0' && data[i + 1] == '\n')
            data[i] = '\r';
    }
}

static size_t sound_requests(const uint8_t *data, size_t size)
{
    static char copy[INPUT_MAX];
    struct reader reader = {copy, copy + size};
    size_t count = 0;

    if (size > 0)
        memcpy(copy, data, size);
    restore_ends(copy, size);
    while (take_request(&reader))
        count++;
    return count;
}

/* ---- the server's reader ---- */

struct state {
    struct framing framing;
    bool judged, refused;
};

static struct state state;
static size_t carried_out;

static void *begin(void *context, const char *target, struct MHD_Connection *connection)
{
    (void)context;
    (void)connection;
    state = (struct state){.framing.target = target};
    state.framing.target_length = target ? strlen(target) : 0;
    state.framing.target_plain = target && framing_target(target, state.framing.target_length);
    return &state;
}

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned status)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result;

    if (status != MHD_HTTP_OK)
        MHD_add_response_header(response, "Connection", "close");
    result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static void read_more(struct MHD_Connection *connection)
{
    uint64_t first = 0, last = 0;
    const char *range = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Range");
    const char *match = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-None-Match");

    route_of(state.framing.target, strcspn(state.framing.target, "?"));
    conditional_has(match, "abc");
    if (conditional_range(range, match, "abc", 1000, &first, &last) == RANGE_PART)
        assert(first <= last && last < 1000);
}

static enum MHD_Result step(void *context, struct MHD_Connection *connection, const char *url,
                            const char *method, const char *version, const char *piece,
                            size_t *length, void **own)
{
    (void)context;
    (void)url;
    (void)piece;
    (void)own;
    if (!state.judged) {
        state.judged = true;
        http_framing(connection, method, version, &state.framing);
        if (framing_judge(&state.framing).status)
            return reply(connection, MHD_HTTP_BAD_REQUEST);
        read_more(connection);
        return MHD_YES;
    }
    if (*length > 0) {
        *length = 0;
        return MHD_YES;
    }
    carried_out++;
    return reply(connection, MHD_HTTP_OK);
}

static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

static void ignore_log(void *context, const char *format, va_list arguments)
{
    (void)context;
    (void)format;
    (void)arguments;
}

static struct MHD_Daemon *start(void)
{
    return MHD_start_daemon(
        MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, step, NULL, MHD_OPTION_EXTERNAL_LOGGER, ignore_log,
        NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_MAX, MHD_OPTION_URI_LOG_CALLBACK,
        begin, NULL, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_END);
}

/* Until the server has ended the connection. */
static void serve(struct MHD_Daemon *daemon, int peer)
{
    char answer[4096];
    ssize_t got = -1;

    for (int i = 0; i < RUNS_MAX && got != 0; i++) {
        MHD_run(daemon);
        got = recv(peer, answer, sizeof answer, MSG_DONTWAIT);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct MHD_Daemon *daemon;
    struct sockaddr address = {.sa_family = AF_UNIX};
    int pair[2];

    if (!daemon)
        daemon = start();
    assert(daemon);
    if (size > INPUT_MAX || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return 0;
    carried_out = 0;
    if (size > 0 && send(pair[1], data, size, MSG_NOSIGNAL) != (ssize_t)size)
        assert(!"a socket holds so much");
    shutdown(pair[1], SHUT_WR);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    assert(MHD_add_connection(daemon, pair[0], &address, sizeof address) == MHD_YES);
    serve(daemon, pair[1]);
    close(pair[1]);
    MHD_run(daemon);
    assert(carried_out <= sound_requests(data, size));
    return 0;
}
