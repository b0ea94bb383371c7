#include "sync/client_parts.h"

#include "base/clock.h"
#include "sync/problem.h"
#include "sync/random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PATH_LENGTH = 128,
    ANSWER_MAX = 64 * 1024, /* bytes of an answer to a report that are let pass */
    BACKOFF_FIRST = 30,     /* seconds */
    BACKOFF_LAST = 24 * 60 * 60,
};

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

int64_t client_deadline(const struct client *client)
{
    int patience = client->options.patience;

    return clock_milliseconds() + (patience > 0 ? patience : CLIENT_PATIENCE);
}

static int64_t seconds_now(void)
{
    return clock_wall() / 1000;
}

enum error client_make(struct client *client, struct exchange *exchange)
{
    enum error error;

    client->retry_after = 0;
    error = transfer_make(client->transfer, exchange);
    if (!error && reply_may_change(&exchange->reply))
        client->retry_after = reply_wait(&exchange->reply, seconds_now());
    return error;
}

/* ---- the body of an answer, in memory ---- */

enum error client_take(void *context, const struct reply *reply, const void *bytes, size_t length)
{
    struct buffer *body = context;

    (void)reply;
    if (length <= body->limit - body->length)
        return buffer_append(body, bytes, length);
    body->limit = body->length; /* too long for a reason: what would follow is not taken either */
    return ERROR_NONE;
}

enum error client_status_error(const struct client *client, const struct reply *reply,
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
    if (reply->status == STATUS_NOT_FOUND && !reason[0])
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

    if (reply->status != STATUS_OK)
        return client_status_error(client, reply, body);
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
        .deadline = client_deadline(client),
        .take = client_take,
        .context = &body,
    };
    enum error error;

    *out = (struct envelope){0};
    buffer_init(&body, ENVELOPE_MAX);
    error = client_make(client, &exchange);
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
        .deadline = client_deadline(client),
        .take = client_take,
        .context = &body,
    };
    enum error error;

    *reply = (struct client_reply){0};
    hex_write(id, REPORT_ID_BYTES, name);
    snprintf(path, sizeof path, "/v1/rounds/%" PRIu64 "/reports/%s", round, name);
    buffer_init(&body, PROBLEM_MAX);
    error = client_make(client, &exchange);
    if (!error && exchange.reply.status / 100 == 3)
        error = client_status_error(client, &exchange.reply, &body);
    else if (!error && reply_to_report(&exchange.reply, body.data ? body.data : "", body.length,
                                       seconds_now(), reply))
        error = invalid_answer(client);
    buffer_free(&body);
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
