#include "sync/reply.h"

#include "sync/problem.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { LINE_MAX = 512 /* bytes; no field that matters is as long */ };

/* ---- numbers and dates ---- */

/* Digits, as many as there are, and nothing else before `end`; false: not so, or too many. */
static bool read_number(const char *text, const char *end, uint64_t *out)
{
    uint64_t value = 0;

    if (text == end)
        return false;
    for (; text < end; text++) {
        if (*text < '0' || *text > '9' || value > (UINT64_MAX - 9) / 10)
            return false;
        value = 10 * value + (uint64_t)(*text - '0');
    }
    *out = value;
    return true;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7); 0: it is none. */
static int64_t read_date(const char *text)
{
    struct tm parts = {0};
    const char *end = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    int64_t seconds = end && !*end ? (int64_t)timegm(&parts) : 0;

    return seconds > 0 ? seconds : 0;
}

/* ---- the fields that matter; `value` has no blanks around it ---- */

static void take_type(struct reply *reply, const char *value)
{
    size_t length = strcspn(value, "; \t");

    reply->type[0] = '\0';
    if (length >= sizeof reply->type)
        return;
    for (size_t i = 0; i < length; i++)
        reply->type[i] = value[i] >= 'A' && value[i] <= 'Z' ? (char)(value[i] + 32) : value[i];
    reply->type[length] = '\0';
}

static void take_length(struct reply *reply, const char *value)
{
    uint64_t before = reply->length;

    if (!read_number(value, value + strlen(value), &reply->length))
        reply->length = REPLY_UNKNOWN;
    reply->torn |= before != REPLY_UNKNOWN && before != reply->length;
}

/* "bytes 100-199/200" or "bytes 100-199/" and an asterisk. */
static void take_range(struct reply *reply, const char *value)
{
    const char *dash = strchr(value, '-'), *slash = dash ? strchr(dash, '/') : NULL;
    uint64_t to;

    reply->ranged = false;
    if (strncasecmp(value, "bytes ", 6) != 0 || !slash ||
        !read_number(value + 6, dash, &reply->from) || !read_number(dash + 1, slash, &to) ||
        to < reply->from)
        return;
    reply->total = REPLY_UNKNOWN;
    if (strcmp(slash, "/*") != 0 &&
        (!read_number(slash + 1, slash + strlen(slash), &reply->total) || to >= reply->total))
        return;
    reply->ranged = true;
}

static void take_date(struct reply *reply, const char *value)
{
    reply->date = read_date(value);
}

static void take_retry(struct reply *reply, const char *value)
{
    uint64_t seconds;

    reply->retry_after = 0;
    reply->retry_at = 0;
    if (!read_number(value, value + strlen(value), &seconds))
        reply->retry_at = read_date(value);
    else
        reply->retry_after = seconds < REPLY_WAIT_MAX ? (int)seconds : REPLY_WAIT_MAX;
}

static const struct {
    const char *name;
    void (*take)(struct reply *reply, const char *value);
} fields[] = {
    {"content-type", take_type},   {"content-length", take_length},
    {"content-range", take_range}, {"retry-after", take_retry},
    {"date", take_date},
};

/* ---- heads ---- */

void reply_start(struct reply *reply)
{
    *reply = (struct reply){.length = REPLY_UNKNOWN, .total = REPLY_UNKNOWN};
}

/* "HTTP/1.1 200 OK" */
static void begin(struct reply *reply, const char *line)
{
    const char *status = strchr(line, ' ');
    size_t size = reply->size;
    uint64_t value = 0;

    reply_start(reply);
    reply->size = size;
    if (status && strlen(status) >= 4 && read_number(status + 1, status + 4, &value))
        reply->status = (int)value;
}

static void take_field(struct reply *reply, char *line)
{
    char *value = strchr(line, ':'), *end = line + strlen(line);

    if (!value)
        return;
    *value++ = '\0';
    value += strspn(value, " \t");
    while (end > value && strchr(" \t", end[-1]))
        *--end = '\0';
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcasecmp(line, fields[i].name) == 0)
            fields[i].take(reply, value);
}

enum error reply_line(struct reply *reply, const char *line, size_t length)
{
    char text[LINE_MAX];

    if (length > REPLY_HEAD_MAX - reply->size)
        return error_raise(ERROR_INVALID, "the head of its answer has more than %d bytes",
                           REPLY_HEAD_MAX);
    reply->size += length;
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
        length--;
    if (length >= sizeof text || memchr(line, '\0', length))
        return ERROR_NONE;
    memcpy(text, line, length);
    text[length] = '\0';
    if (reply->ended)
        return ERROR_NONE;
    if (strncmp(text, "HTTP/", 5) == 0)
        begin(reply, text);
    else if (length == 0)
        reply->ended = reply->status >= STATUS_OK;
    else
        take_field(reply, text);
    if (reply->torn)
        return error_raise(ERROR_INVALID, "the head of its answer makes no sense: two lengths");
    return ERROR_NONE;
}

int reply_wait(const struct reply *reply, int64_t now)
{
    int64_t seconds = reply->retry_after;

    if (reply->retry_at > 0)
        seconds = reply->retry_at - (reply->date > 0 ? reply->date : now);
    if (seconds < 0)
        return 0;
    return seconds < REPLY_WAIT_MAX ? (int)seconds : REPLY_WAIT_MAX;
}

bool reply_may_change(const struct reply *reply)
{
    return reply->status == STATUS_TIMED_OUT || reply->status == STATUS_TOO_EARLY ||
           reply->status == STATUS_TOO_MANY || reply->status / 100 == 5;
}

enum error reply_to_report(const struct reply *reply, const char *body, size_t length, int64_t now,
                           struct client_reply *out)
{
    bool own_words = strcmp(reply->type, PROBLEM_TYPE) == 0;

    *out = (struct client_reply){.status = reply->status};
    if (reply->status == STATUS_OK || reply->status == STATUS_CREATED)
        out->answer = CLIENT_STORED;
    else if (reply_may_change(reply) || (reply->status / 100 == 4 && !own_words))
        out->answer = CLIENT_LATER; /* without a problem document it is some proxy that speaks */
    else if (reply->status == STATUS_CONFLICT || reply->status == STATUS_NOT_FOUND)
        out->answer = CLIENT_CLOSED;
    else if (reply->status / 100 == 4)
        out->answer = CLIENT_REFUSED;
    else
        return error_raise(ERROR_INVALID, "%d is no answer to a report", reply->status);
    if (out->answer == CLIENT_LATER)
        out->retry_after = reply_wait(reply, now);
    if (out->answer != CLIENT_STORED && own_words)
        problem_read(body, length, out->reason, sizeof out->reason);
    return ERROR_NONE;
}

/* ---- downloads ---- */

static enum error other_size(const struct download *download)
{
    return error_raise(ERROR_DENIED,
                       "the model that it sends is not the one in its manifest, which has %" PRIu64
                       " "
                       "bytes",
                       download->size);
}

/* Whether what comes is what was asked for; sets where it goes. */
static enum error begin_download(struct download *download, const struct reply *reply)
{
    uint64_t total = reply->length;

    if (strcmp(reply->type, MODEL_TYPE) != 0)
        return error_raise(ERROR_INVALID, "it sends a model as '%s', not as %s", reply->type,
                           MODEL_TYPE);
    if (reply->status == STATUS_PARTIAL) {
        if (!reply->ranged || reply->from != download->done)
            return error_raise(ERROR_INVALID, "it sends another part of the model than was asked "
                                              "for");
        total = reply->total;
    } else {
        download->done = 0;
    }
    if (total != REPLY_UNKNOWN && total != download->size)
        return other_size(download);
    return ERROR_NONE;
}

enum error download_take(struct download *download, const struct reply *reply, const void *bytes,
                         size_t length)
{
    enum error error = ERROR_NONE;

    assert(reply->status == STATUS_OK || reply->status == STATUS_PARTIAL);
    if (!download->begun)
        error = begin_download(download, reply);
    download->begun = true;
    if (!error && length > download->size - download->done)
        error = other_size(download);
    if (!error)
        error = download->place(download->context, download->done, bytes, length);
    if (!error)
        download->done += length;
    return error;
}
