#include "sync/client.h"

#include "base/clock.h"
#include "base/file.h"
#include "sync/problem.h"
#include "sync/random.h"
#include "sync/transfer.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PATH_LENGTH = 128,
    RANGE_LENGTH = 48,
    ANSWER_MAX = 64 * 1024, /* bytes of an answer to a report that are let pass */
    BACKOFF_FIRST = 30,     /* seconds */
    BACKOFF_LAST = 24 * 60 * 60,
    NOT_FOUND = 404,
    OK = 200,
    PARTIAL = 206,
    RANGE_NOT_SATISFIABLE = 416,
};

struct client {
    struct transfer *transfer;
    struct client_options options; /* its pointers to strings are not used */
    char url[CLIENT_URL_MAX];
    int retry_after;
};

/* ---- addresses ---- */

#define SCHEME "https://"

static enum error no_address(const char *url, const char *why)
{
    char shown[CLIENT_URL_MAX];

    problem_line(url, shown, sizeof shown);
    return error_raise(ERROR_INVALID,
                       "'%s' is no address of a server: %s; it reads like "
                       "https://emotrack.example.org",
                       shown, why);
}

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The length of the host that `text` begins with, brackets included; 0: there is none. */
static size_t host_length(const char *text)
{
    size_t length = 0, telling = 0;

    if (text[0] == '[') {
        length = 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");
        return length > 2 && text[length] == ']' ? length + 1 : 0;
    }
    for (; is_alphanumeric(text[length]) || (text[length] && strchr("-._", text[length])); length++)
        telling += is_alphanumeric(text[length]);
    return telling > 0 ? length : 0;
}

/* ":443" of at most 65535; the length, or SIZE_MAX: it is no port. 0: there is none. */
static size_t port_length(const char *text, unsigned *port)
{
    size_t length = 1;

    *port = 443;
    if (text[0] != ':')
        return 0;
    for (*port = 0; text[length] >= '0' && text[length] <= '9' && length <= 5; length++)
        *port = 10 * *port + (unsigned)(text[length] - '0');
    return length > 1 && *port >= 1 && *port <= 65535 ? length : SIZE_MAX;
}

static bool path_valid(const char *path)
{
    static const char marks[] = "/-._~!$&'()*+,;=:@";

    if (path[0] && path[0] != '/')
        return false;
    for (; *path; path++)
        if (!is_alphanumeric(*path) && !strchr(marks, *path) &&
            !(*path == '%' && isxdigit((unsigned char)path[1]) && isxdigit((unsigned char)path[2])))
            return false;
    return true;
}

enum error client_url(const char *url, char *out)
{
    size_t host, port_text, end;
    const char *at = url;
    unsigned port;

    if (strlen(url) >= CLIENT_URL_MAX)
        return no_address(url, "it is too long");
    if (strncasecmp(url, SCHEME, strlen(SCHEME)) != 0)
        return no_address(url, "it must begin with https://");
    at += strlen(SCHEME);
    host = host_length(at);
    if (host == 0)
        return no_address(url, "it names no host");
    port_text = port_length(at + host, &port);
    if (port_text == SIZE_MAX)
        return no_address(url, "its port is no number from 1 to 65535");
    if (!path_valid(at + host + port_text))
        return no_address(url, "a user, a query, a fragment or other signs have no place in it");
    snprintf(out, CLIENT_URL_MAX, SCHEME "%.*s", (int)host, at);
    for (char *c = out; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    end = strlen(out);
    if (port != 443)
        end += (size_t)snprintf(out + end, CLIENT_URL_MAX - end, ":%u", port);
    snprintf(out + end, CLIENT_URL_MAX - end, "%s", at + host + port_text);
    for (end = strlen(out); out[end - 1] == '/'; end--)
        out[end - 1] = '\0';
    return ERROR_NONE;
}

/* ---- the client ---- */

enum error client_ready(void)
{
    return transfer_ready();
}

enum error client_new(const struct client_options *options, struct client **out)
{
    struct client *client = calloc(1, sizeof *client);
    enum error error;

    *out = NULL;
    if (!client)
        return error_raise_plain(ERROR_NO_MEMORY);
    client->options = *options;
    error = client_url(options->url, client->url);
    if (!error)
        error = transfer_new(client->url, options->authority, options->cancel, &client->transfer);
    if (error) {
        client_free(client);
        return error;
    }
    *out = client;
    return ERROR_NONE;
}

void client_free(struct client *client)
{
    if (!client)
        return;
    transfer_free(client->transfer);
    free(client);
}

int client_retry_after(const struct client *client)
{
    return client->retry_after;
}

static int64_t deadline(const struct client *client)
{
    int patience = client->options.patience;

    return clock_milliseconds() + (patience > 0 ? patience : CLIENT_PATIENCE);
}

static int64_t seconds_now(void)
{
    return clock_wall() / 1000;
}

static enum error make(struct client *client, struct exchange *exchange)
{
    enum error error;

    client->retry_after = 0;
    error = transfer_make(client->transfer, exchange);
    if (!error && reply_may_change(&exchange->reply))
        client->retry_after = reply_wait(&exchange->reply, seconds_now());
    return error;
}

/* ---- the body of an answer, in memory ---- */

static enum error take_into_buffer(void *context, const struct reply *reply, const void *bytes,
                                   size_t length)
{
    struct buffer *body = context;

    (void)reply;
    if (length <= body->limit - body->length)
        return buffer_append(body, bytes, length);
    body->limit = body->length; /* too long for a reason: what would follow is not taken either */
    return ERROR_NONE;
}

/* What an answer says that is not the one hoped for. */
static enum error status_error(const struct client *client, const struct reply *reply,
                               const struct buffer *body)
{
    char reason[256] = "";

    if (strcmp(reply->type, PROBLEM_TYPE) == 0 && body->data)
        problem_read(body->data, body->length, reason, sizeof reason);
    if (reply_may_change(reply))
        return error_raise(ERROR_UNREACHABLE, "%s cannot answer now (%d%s%s); try again later",
                           client->url, reply->status, reason[0] ? ": " : "", reason);
    if (reply->status / 100 == 3)
        return error_raise(ERROR_INVALID,
                           "%s sends on to another address (%d), which is not followed; if the "
                           "server has moved, join it at its new address",
                           client->url, reply->status);
    if (reply->status == NOT_FOUND && !reason[0])
        return error_raise(ERROR_INVALID,
                           "%s answers, but is no EmoTrack server (404); check the address",
                           client->url);
    return error_raise(ERROR_INVALID, "%s gives an answer that makes no sense here (%d%s%s)",
                       client->url, reply->status, reason[0] ? ": " : "", reason);
}

static enum error invalid_answer(const struct client *client)
{
    return error_raise(ERROR_INVALID, "%s gives an answer that makes no sense: %s", client->url,
                       error_sentence());
}

static enum error read_envelope(const struct client *client, const struct reply *reply,
                                const struct buffer *body, struct envelope *out)
{
    enum error error;

    if (reply->status != OK)
        return status_error(client, reply, body);
    if (strcmp(reply->type, ENVELOPE_TYPE) != 0)
        return error_raise(ERROR_INVALID,
                           "%s answers, but is no EmoTrack server (it sends '%s', not %s); check "
                           "the address",
                           client->url, reply->type, ENVELOPE_TYPE);
    error = envelope_read(body->data ? body->data : "", body->length, out);
    return error == ERROR_INVALID ? invalid_answer(client) : error;
}

enum error client_manifest(struct client *client, struct envelope *out)
{
    struct buffer body;
    struct exchange exchange = {
        .path = "/v1/manifest",
        .fields = {"Accept: " ENVELOPE_TYPE},
        .limit = ENVELOPE_MAX,
        .deadline = deadline(client),
        .take = take_into_buffer,
        .context = &body,
    };
    enum error error;

    *out = (struct envelope){0};
    buffer_init(&body, ENVELOPE_MAX);
    error = make(client, &exchange);
    if (!error)
        error = read_envelope(client, &exchange.reply, &body, out);
    buffer_free(&body);
    return error;
}

enum error client_report(struct client *client, uint64_t round,
                         const unsigned char id[REPORT_ID_BYTES], const void *bytes, size_t length,
                         struct client_reply *reply)
{
    char path[PATH_LENGTH], name[REPORT_ID_HEX + 1];
    struct buffer body;
    struct exchange exchange = {
        .path = path,
        .fields = {"Accept: " PROBLEM_TYPE, "Content-Type: " REPORT_TYPE},
        .body = bytes,
        .length = length,
        .limit = ANSWER_MAX,
        .deadline = deadline(client),
        .take = take_into_buffer,
        .context = &body,
    };
    enum error error;

    *reply = (struct client_reply){0};
    hex_write(id, REPORT_ID_BYTES, name);
    snprintf(path, sizeof path, "/v1/rounds/%" PRIu64 "/reports/%s", round, name);
    buffer_init(&body, PROBLEM_MAX);
    error = make(client, &exchange);
    if (!error && exchange.reply.status / 100 == 3)
        error = status_error(client, &exchange.reply, &body);
    else if (!error && reply_to_report(&exchange.reply, body.data ? body.data : "", body.length,
                                       seconds_now(), reply))
        error = invalid_answer(client);
    buffer_free(&body);
    return error;
}

/* ---- models: a part file on the disk ---- */

struct part {
    const char *path;
    int file;
    struct client *client;
    struct download download;
    bool fresh;         /* all of it was fetched by this call */
    bool unfit;         /* what the server sends is not the model */
    struct buffer body; /* of an answer that is no model */
};

static enum error open_part(struct part *part)
{
    struct stat status;

    part->file = open(part->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (part->file < 0 || fstat(part->file, &status) != 0)
        return error_raise_errno("write", part->path);
    if (!S_ISREG(status.st_mode))
        return error_raise(ERROR_INVALID, "'%s' is no regular file; remove it", part->path);
    part->download.done = (uint64_t)status.st_size;
    if (part->download.done > part->download.size)
        part->download.done = 0;
    return ERROR_NONE;
}

static enum error place(void *context, uint64_t offset, const void *bytes, size_t length)
{
    struct part *part = context;
    const char *from = bytes;

    if (offset == 0 && ftruncate(part->file, 0) != 0)
        return error_raise_errno("write", part->path);
    while (length > 0) {
        ssize_t count = pwrite(part->file, from, length, (off_t)offset);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return error_raise_errno("write", part->path);
        from += count;
        offset += (uint64_t)count;
        length -= (size_t)count;
    }
    return ERROR_NONE;
}

static enum error take_model(void *context, const struct reply *reply, const void *bytes,
                             size_t length)
{
    struct part *part = context;
    const struct client_options *options = &part->client->options;
    enum error error;

    if (reply->status != OK && reply->status != PARTIAL)
        return take_into_buffer(&part->body, reply, bytes, length);
    error = download_take(&part->download, reply, bytes, length);
    part->unfit = error == ERROR_DENIED;
    if (!error && length > 0 && options->progress)
        options->progress(options->context, part->download.done, part->download.size);
    return error;
}

/* Asks for what is not there yet. */
static enum error ask(struct part *part, uint32_t version, const char *hash, int64_t until,
                      struct reply *reply)
{
    char path[PATH_LENGTH], range[RANGE_LENGTH], condition[HASH_HEX + RANGE_LENGTH];
    struct exchange exchange = {
        .path = path,
        .fields = {"Accept: " MODEL_TYPE},
        .limit = part->download.size + ANSWER_MAX,
        .deadline = until,
        .take = take_model,
        .context = part,
    };
    enum error error;

    snprintf(path, sizeof path, "/v1/models/%" PRIu32, version);
    if (part->download.done > 0) {
        snprintf(range, sizeof range, "Range: bytes=%" PRIu64 "-", part->download.done);
        snprintf(condition, sizeof condition, "If-Range: \"%s\"", hash);
        exchange.fields[1] = range;
        exchange.fields[2] = condition;
    }
    part->download.begun = false;
    buffer_clear(&part->body);
    error = make(part->client, &exchange);
    *reply = exchange.reply;
    return error;
}

static enum error unusable(const struct client *client, enum error error)
{
    return error_raise(error, "%s cannot be used: %s", client->url, error_sentence());
}

static enum error not_the_model(struct part *part, uint32_t version)
{
    part->unfit = true;
    return error_raise(ERROR_DENIED,
                       "%s sends a model %" PRIu32
                       " that is not the one in its signed manifest; it "
                       "is not used. Tell its operator",
                       part->client->url, version);
}

/* Whether what is there is the model. */
static enum error compare(const struct part *part, const unsigned char expected[HASH_BYTES],
                          bool *same)
{
    unsigned char hash[HASH_BYTES];
    struct buffer bytes;
    enum error error;

    *same = false;
    if (part->download.done != part->download.size)
        return ERROR_NONE;
    buffer_init(&bytes, (size_t)part->download.size);
    error = file_read(part->path, &bytes);
    if (!error) {
        hash_bytes(bytes.data, bytes.length, hash);
        *same = memcmp(hash, expected, sizeof hash) == 0;
    }
    buffer_free(&bytes);
    return error;
}

/* What an earlier try left is in the way: the next begins anew. Once: what this call has fetched
 * from the start is the server's word. */
static bool begin_anew(struct part *part)
{
    bool may = !part->fresh;

    part->fresh = true;
    part->download.done = 0;
    return may;
}

/* Less than was asked for: a server may give it in parts; otherwise its answer broke off. */
static enum error broken_off(const struct part *part, const struct reply *reply, uint64_t before,
                             bool *again)
{
    *again = reply->status == PARTIAL && part->download.done > before;
    if (*again)
        return ERROR_NONE;
    return error_raise(ERROR_UNREACHABLE, "%s cut its answer off; try again later",
                       part->client->url);
}

/* One try, from where the part ends. `*again`: another is worth it. */
static enum error fetch(struct part *part, uint32_t version,
                        const unsigned char expected[HASH_BYTES], int64_t until, bool *again)
{
    uint64_t before = part->download.done;
    char hash[HASH_HEX + 1];
    struct reply reply;
    enum error error;
    bool same;

    *again = false;
    hex_write(expected, HASH_BYTES, hash);
    error = ask(part, version, hash, until, &reply);
    if (error)
        return error;
    if (reply.status == RANGE_NOT_SATISFIABLE && (*again = begin_anew(part)))
        return ERROR_NONE;
    if (reply.status != OK && reply.status != PARTIAL)
        return status_error(part->client, &reply, &part->body);
    error = take_model(part, &reply, "", 0); /* no piece may have come at all */
    if (error)
        return unusable(part->client, error);
    part->fresh |= reply.status == OK;
    if (part->download.done < part->download.size)
        return broken_off(part, &reply, before, again);
    error = compare(part, expected, &same);
    if (error || same || (*again = begin_anew(part)))
        return error;
    return not_the_model(part, version);
}

/* What is there already may be all of it. */
static enum error fetch_rest(struct part *part, uint32_t version,
                             const unsigned char hash[HASH_BYTES])
{
    int64_t until = deadline(part->client);
    bool same, again = true;
    enum error error = compare(part, hash, &same);

    if (error || same)
        return error;
    if (part->download.done == part->download.size)
        part->download.done = 0;
    part->fresh = part->download.done == 0;
    while (!error && again)
        error = fetch(part, version, hash, until, &again);
    return error;
}

enum error client_model(struct client *client, uint32_t version, uint64_t size,
                        const unsigned char hash[HASH_BYTES], const char *path)
{
    struct part part = {.path = path, .file = -1, .client = client};
    enum error error;

    part.download = (struct download){.size = size, .place = place, .context = &part};
    buffer_init(&part.body, PROBLEM_MAX);
    error = open_part(&part);
    if (!error)
        error = fetch_rest(&part, version, hash);
    if (part.file >= 0)
        close(part.file);
    if (error && (part.unfit || error == ERROR_FULL))
        unlink(path);
    buffer_free(&part.body);
    return error;
}

/* ---- trying again ---- */

int64_t client_backoff(uint32_t tries, int retry_after)
{
    int64_t most = BACKOFF_FIRST, seconds;
    struct random random;

    for (uint32_t i = 1; i < tries && most < BACKOFF_LAST; i++)
        most *= 2;
    if (most > BACKOFF_LAST)
        most = BACKOFF_LAST;
    random_start(&random);
    seconds = 1 + (int64_t)random_below(&random, (uint64_t)most);
    random_wipe(&random);
    return seconds > retry_after ? seconds : retry_after;
}
