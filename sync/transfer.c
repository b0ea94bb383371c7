#include "sync/transfer.h"

#include "base/clock.h"
#include "sync/broken_pipe.h"
#include "sync/problem.h"

#define CURL_DISABLE_TYPECHECK
#include <assert.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "libcurl.so.4"

enum {
    PATIENCE_CONNECT = 20000, /* ms until there is a connection */
    POLL = 50,                /* ms between two looks at whether it was cancelled */
    WORDS_MAX = 160,          /* of libcurl's own, in a sentence */
    ADDRESS_MAX = CLIENT_URL_MAX + 128,
};

/* ---- the library, loaded when it is needed ---- */

#define FUNCTIONS(X)                                                                               \
    X(global_init)                                                                                 \
    X(slist_append)                                                                                \
    X(slist_free_all)                                                                              \
    X(easy_init)                                                                                   \
    X(easy_reset)                                                                                  \
    X(easy_setopt)                                                                                 \
    X(easy_getinfo)                                                                                \
    X(easy_strerror)                                                                               \
    X(easy_cleanup)                                                                                \
    X(multi_init)                                                                                  \
    X(multi_add_handle)                                                                            \
    X(multi_remove_handle)                                                                         \
    X(multi_perform)                                                                               \
    X(multi_poll)                                                                                  \
    X(multi_info_read)                                                                             \
    X(multi_cleanup)

static struct {
#define X(name) __typeof__(curl_##name) *name;
    FUNCTIONS(X)
#undef X
} curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void *library;       /* loaded for good */
static const char *missing; /* why the library cannot be used; NULL: it can */

static void load(void)
{
    void *symbol;

    library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    missing = "syncing needs " LIBRARY ", which is not installed; install libcurl 7.85 or newer "
              "(on Debian the package libcurl4) and try again";
    if (!library)
        return;
#define X(name)                                                                                    \
    symbol = dlsym(library, "curl_" #name);                                                        \
    if (!symbol)                                                                                   \
        return;                                                                                    \
    memcpy(&curl.name, &symbol, sizeof symbol);
    FUNCTIONS(X)
#undef X
    if (!curl.global_init(CURL_GLOBAL_DEFAULT))
        missing = NULL;
}

enum error transfer_ready(void)
{
    pthread_once(&once, load);
    return missing ? error_raise(ERROR_NOT_FOUND, "%s", missing) : ERROR_NONE;
}

/* ---- one server ---- */

struct transfer {
    char *server, *authority; /* authority: PEM, or NULL */
    const atomic_bool *cancel;
    CURLM *multi; /* keeps the connection */
    CURL *easy;
    struct curl_slist *fields;
    struct exchange *exchange; /* the present one */
    enum error error;          /* of a callback, in the present exchange */
    bool unset;                /* an option was not taken */
    char words[CURL_ERROR_SIZE];
};

void transfer_free(struct transfer *transfer)
{
    struct broken_pipe hold;

    if (!transfer)
        return;
    broken_pipe_hold(&hold); /* the end of TLS is written */
    if (transfer->easy)
        curl.easy_cleanup(transfer->easy);
    if (transfer->multi)
        curl.multi_cleanup(transfer->multi);
    broken_pipe_release(&hold);
    free(transfer->server);
    free(transfer->authority);
    free(transfer);
}

enum error transfer_new(const char *server, const char *authority, const atomic_bool *cancel,
                        struct transfer **out)
{
    enum error error = transfer_ready();
    struct transfer *transfer;

    *out = NULL;
    if (error)
        return error;
    transfer = calloc(1, sizeof *transfer);
    if (!transfer)
        return error_raise_plain(ERROR_NO_MEMORY);
    transfer->cancel = cancel;
    transfer->server = strdup(server);
    transfer->authority = authority ? strdup(authority) : NULL;
    transfer->easy = curl.easy_init();
    transfer->multi = curl.multi_init();
    if (!transfer->server || (authority && !transfer->authority) || !transfer->easy ||
        !transfer->multi) {
        transfer_free(transfer);
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    *out = transfer;
    return ERROR_NONE;
}

const char *transfer_server(const struct transfer *transfer)
{
    return transfer->server;
}

/* ---- what libcurl calls ---- */

static bool is_cancelled(const struct transfer *transfer)
{
    return transfer->cancel && atomic_load(transfer->cancel);
}

static size_t take_head(char *line, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;

    transfer->error = reply_line(&transfer->exchange->reply, line, size * count);
    return transfer->error ? 0 : size * count;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct exchange *exchange = transfer->exchange;

    if (is_cancelled(transfer))
        transfer->error = error_raise_plain(ERROR_CANCELLED);
    else if (size * count > exchange->limit)
        transfer->error = error_raise(ERROR_INVALID, "its answer is longer than any that it needs");
    else
        transfer->error = exchange->take(exchange->context, &exchange->reply, bytes, size * count);
    exchange->limit -= transfer->error ? 0 : size * count;
    return transfer->error ? 0 : size * count;
}

/* ---- options: of each exchange all, so that none is left from the one before ---- */

static void set_long(struct transfer *transfer, CURLoption option, long value)
{
    transfer->unset |= curl.easy_setopt(transfer->easy, option, value) != CURLE_OK;
}

static void set_size(struct transfer *transfer, CURLoption option, curl_off_t value)
{
    transfer->unset |= curl.easy_setopt(transfer->easy, option, value) != CURLE_OK;
}

static void set_pointer(struct transfer *transfer, CURLoption option, const void *value)
{
    transfer->unset |= curl.easy_setopt(transfer->easy, option, value) != CURLE_OK;
}

static void set_callback(struct transfer *transfer, CURLoption option,
                         size_t (*value)(char *, size_t, size_t, void *))
{
    transfer->unset |= curl.easy_setopt(transfer->easy, option, value) != CURLE_OK;
}

static void set_security(struct transfer *transfer)
{
    struct curl_blob authority = {.data = transfer->authority, .flags = CURL_BLOB_NOCOPY};

    set_pointer(transfer, CURLOPT_PROTOCOLS_STR, "https");
    set_pointer(transfer, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    set_long(transfer, CURLOPT_FOLLOWLOCATION, 0);
    set_long(transfer, CURLOPT_DISALLOW_USERNAME_IN_URL, 1);
    set_long(transfer, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    set_long(transfer, CURLOPT_SSL_VERIFYPEER, 1);
    set_long(transfer, CURLOPT_SSL_VERIFYHOST, 2);
    set_long(transfer, CURLOPT_NETRC, CURL_NETRC_IGNORED);
    if (!transfer->authority)
        return;
    authority.len = strlen(transfer->authority);
    set_pointer(transfer, CURLOPT_CAINFO, NULL); /* neither of the system's may vouch */
    set_pointer(transfer, CURLOPT_CAPATH, NULL);
    set_pointer(transfer, CURLOPT_CAINFO_BLOB, &authority);
}

static void set_limits(struct transfer *transfer)
{
    set_long(transfer, CURLOPT_NOSIGNAL, 1);
    set_long(transfer, CURLOPT_NOPROGRESS, 1);
    set_long(transfer, CURLOPT_CONNECTTIMEOUT_MS, PATIENCE_CONNECT);
    set_long(transfer, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    set_long(transfer, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
    /* A name that is still being looked up is not waited for when the exchange ends early; older
     * libraries do not know the option. */
    (void)curl.easy_setopt(transfer->easy, CURLOPT_QUICK_EXIT, 1L);
}

static void add_field(struct transfer *transfer, const char *field)
{
    struct curl_slist *fields = curl.slist_append(transfer->fields, field);

    transfer->unset |= !fields;
    if (fields)
        transfer->fields = fields;
}

static void set_request(struct transfer *transfer, const struct exchange *exchange)
{
    char address[ADDRESS_MAX];

    snprintf(address, sizeof address, "%s%s", transfer->server, exchange->path);
    set_pointer(transfer, CURLOPT_URL, address);
    set_pointer(transfer, CURLOPT_USERAGENT, "EmoTrack");
    if (exchange->body) {
        set_pointer(transfer, CURLOPT_CUSTOMREQUEST, "PUT");
        set_pointer(transfer, CURLOPT_POSTFIELDS, exchange->body);
        set_size(transfer, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->length);
    }
    add_field(transfer, "Accept-Encoding: identity");
    add_field(transfer, "Expect:"); /* none */
    for (size_t i = 0; i < TRANSFER_FIELDS_MAX && exchange->fields[i]; i++)
        add_field(transfer, exchange->fields[i]);
    set_pointer(transfer, CURLOPT_HTTPHEADER, transfer->fields);
    set_callback(transfer, CURLOPT_HEADERFUNCTION, take_head);
    set_pointer(transfer, CURLOPT_HEADERDATA, transfer);
    set_callback(transfer, CURLOPT_WRITEFUNCTION, take_body);
    set_pointer(transfer, CURLOPT_WRITEDATA, transfer);
}

static enum error set_up(struct transfer *transfer, struct exchange *exchange)
{
    transfer->exchange = exchange;
    transfer->error = ERROR_NONE;
    transfer->unset = false;
    transfer->words[0] = '\0';
    reply_start(&exchange->reply);
    curl.easy_reset(transfer->easy);
    set_pointer(transfer, CURLOPT_ERRORBUFFER, transfer->words);
    set_security(transfer);
    set_limits(transfer);
    set_request(transfer, exchange);
    if (transfer->unset)
        return error_raise(ERROR_NOT_FOUND,
                           "the installed " LIBRARY " is too old or lacks something to reach %s "
                           "safely; install libcurl 7.85 or newer, built with OpenSSL",
                           transfer->server);
    return ERROR_NONE;
}

/* ---- what went wrong, in words ---- */

/* Of X.509 verification (RFC 5280), as OpenSSL numbers them. */
enum {
    NOT_YET_VALID = 9,
    EXPIRED = 10,
    SELF_SIGNED = 18,
    SELF_SIGNED_CHAIN = 19,
    NO_ISSUER = 20,
    NO_FIRST = 21,
};

static enum error certificate_error(struct transfer *transfer, const char *words)
{
    const char *server = transfer->server;
    long result = 0;

    curl.easy_getinfo(transfer->easy, CURLINFO_SSL_VERIFYRESULT, &result);
    switch (result) {
    case EXPIRED:
        return error_raise(ERROR_DENIED,
                           "the certificate of %s has expired; its operator must renew it (and "
                           "look whether this machine's clock is right)",
                           server);
    case NOT_YET_VALID:
        return error_raise(ERROR_DENIED,
                           "the certificate of %s is not valid yet; look whether this machine's "
                           "clock is right",
                           server);
    case SELF_SIGNED:
    case SELF_SIGNED_CHAIN:
    case NO_ISSUER:
    case NO_FIRST:
        return error_raise(ERROR_DENIED,
                           "the certificate of %s is not signed by an authority that is trusted "
                           "here; if the server has one of its own, join with --ca FILE",
                           server);
    default: break;
    }
    if (strstr(words, "subject name") || strstr(words, "subjectAltName"))
        return error_raise(ERROR_DENIED,
                           "the certificate of %s is for another host name; check the address",
                           server);
    return error_raise(ERROR_DENIED, "the certificate of %s is not accepted: %s", server, words);
}

/* A handshake that failed is a refusal where TLS itself says so; else the line was cut. */
static enum error handshake_error(struct transfer *transfer, const char *words)
{
    if (!strstr(words, "SSL routines") || strstr(words, "unexpected eof"))
        return error_raise(ERROR_UNREACHABLE,
                           "%s cut the connection before it was secure; try again later",
                           transfer->server);
    return error_raise(ERROR_DENIED,
                       "%s offers no TLS 1.2 or newer, without which nothing is sent: %s; check "
                       "the address and its port",
                       transfer->server, words);
}

/* The codes with a sentence of their own: what stands before the server's name, and behind it. */
static const struct {
    CURLcode code;
    enum error error;
    const char *before, *behind;
} failures[] = {
    {CURLE_URL_MALFORMAT, ERROR_INVALID, "", " is no address of a server"},
    {CURLE_COULDNT_RESOLVE_HOST, ERROR_UNREACHABLE, "",
     " is not found; check the address and whether there is a network, and try again"},
    {CURLE_COULDNT_RESOLVE_PROXY, ERROR_UNREACHABLE, "the proxy on the way to ",
     " is not found; check https_proxy, and try again"},
    {CURLE_COULDNT_CONNECT, ERROR_UNREACHABLE, "",
     " takes no connection; it may be down: try again later"},
    {CURLE_OPERATION_TIMEDOUT, ERROR_UNREACHABLE, "", " does not answer; try again later"},
    {CURLE_GOT_NOTHING, ERROR_UNREACHABLE, "", " cut the connection; try again later"},
    {CURLE_SEND_ERROR, ERROR_UNREACHABLE, "", " cut the connection; try again later"},
    {CURLE_RECV_ERROR, ERROR_UNREACHABLE, "", " cut the connection; try again later"},
    {CURLE_PARTIAL_FILE, ERROR_UNREACHABLE, "", " cut its answer off; try again later"},
    {CURLE_SSL_CACERT_BADFILE, ERROR_INVALID, "the authority by which to trust ",
     " is no PEM certificate; join with another --ca FILE"},
};

/* libcurl says so of a line in a head, too, that is longer than it takes. */
static enum error memory_error(struct transfer *transfer)
{
    long sent = 0;

    curl.easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
    if (sent > 0 && !transfer->exchange->reply.ended)
        return error_raise(ERROR_INVALID,
                           "%s gives an answer that makes no sense: its head is too long",
                           transfer->server);
    return error_raise(ERROR_NO_MEMORY, "out of memory while talking to %s", transfer->server);
}

static enum error code_error(struct transfer *transfer, CURLcode code)
{
    char words[WORDS_MAX];

    problem_line(transfer->words[0] ? transfer->words : curl.easy_strerror(code), words,
                 sizeof words);
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
        if (failures[i].code == code)
            return error_raise(failures[i].error, "%s%s%s", failures[i].before, transfer->server,
                               failures[i].behind);
    switch (code) {
    case CURLE_OUT_OF_MEMORY: return memory_error(transfer);
    case CURLE_PEER_FAILED_VERIFICATION: return certificate_error(transfer, words);
    case CURLE_SSL_CONNECT_ERROR: return handshake_error(transfer, words);
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_USE_SSL_FAILED:
        return error_raise(ERROR_DENIED, "the connection to %s cannot be made secure: %s",
                           transfer->server, words);
    case CURLE_PROXY:
        return error_raise(ERROR_UNREACHABLE, "the proxy on the way to %s fails: %s",
                           transfer->server, words);
    default:
        return error_raise(ERROR_INVALID, "%s gives an answer that makes no sense: %s",
                           transfer->server, words);
    }
}

/* What a callback found wrong, with the server's name. */
static enum error callback_error(struct transfer *transfer)
{
    if (transfer->error != ERROR_INVALID && transfer->error != ERROR_DENIED)
        return transfer->error;
    return error_raise(transfer->error, "%s cannot be used: %s", transfer->server,
                       error_sentence());
}

/* ---- the exchange ---- */

static enum error too_slow(const struct transfer *transfer)
{
    return error_raise(ERROR_UNREACHABLE,
                       "%s is too slow or does not answer; it was given up: try again later",
                       transfer->server);
}

static enum error result_of(struct transfer *transfer)
{
    const CURLMsg *message;
    int left;

    do
        message = curl.multi_info_read(transfer->multi, &left);
    while (message && message->msg != CURLMSG_DONE);
    if (transfer->error)
        return callback_error(transfer);
    if (!message)
        return error_raise(ERROR_UNREACHABLE, "%s cannot be reached; try again later",
                           transfer->server);
    if (message->data.result)
        return code_error(transfer, message->data.result);
    /* libcurl takes a head that breaks off for one that ends. */
    return transfer->exchange->reply.ended ? ERROR_NONE : code_error(transfer, CURLE_PARTIAL_FILE);
}

static enum error drive(struct transfer *transfer)
{
    int running = 1;

    for (;;) {
        int64_t left = transfer->exchange->deadline - clock_milliseconds();

        if (is_cancelled(transfer))
            return error_raise_plain(ERROR_CANCELLED);
        if (left <= 0)
            return too_slow(transfer);
        if (curl.multi_perform(transfer->multi, &running))
            return error_raise_plain(ERROR_NO_MEMORY);
        if (!running)
            return result_of(transfer);
        if (curl.multi_poll(transfer->multi, NULL, 0, left < POLL ? (int)left : POLL, NULL))
            return error_raise_plain(ERROR_NO_MEMORY);
    }
}

enum error transfer_make(struct transfer *transfer, struct exchange *exchange)
{
    enum error error = set_up(transfer, exchange);
    struct broken_pipe hold;

    broken_pipe_hold(&hold); /* not every writer of a TLS library asks for an error instead */
    if (!error && curl.multi_add_handle(transfer->multi, transfer->easy))
        error = error_raise_plain(ERROR_NO_MEMORY);
    if (!error) {
        error = drive(transfer);
        curl.multi_remove_handle(transfer->multi, transfer->easy);
    }
    broken_pipe_release(&hold);
    curl.slist_free_all(transfer->fields);
    transfer->fields = NULL;
    transfer->exchange = NULL;
    return error;
}
