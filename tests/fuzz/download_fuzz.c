/* Any bytes as a reply, to a download and to a report. The first two bytes say how large the model
 * is and how much of it is there; then come the lines of the head, up to an empty one; the rest is
 * the body, in pieces of growing length. Nothing is ever placed beyond the model's size. */
#include "sync/reply.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int good)
{
    if (!good)
        abort();
}

static enum error place(void *context, uint64_t offset, const void *bytes, size_t length)
{
    struct download *download = context;

    (void)bytes;
    check(offset == download->done && length <= download->size - offset);
    return ERROR_NONE;
}

/* The bytes behind the head. */
static size_t read_head(struct reply *reply, const char *bytes, size_t size)
{
    size_t at = 0;

    while (at < size && !reply->ended) {
        const char *end = memchr(bytes + at, '\n', size - at);
        size_t length = end ? (size_t)(end - bytes) + 1 - at : size - at;

        if (reply_line(reply, bytes + at, length))
            break;
        at += length;
    }
    check(reply->status >= 0 && reply->status <= 999 && reply->size <= REPLY_HEAD_MAX);
    check(strlen(reply->type) < sizeof reply->type);
    check(reply_wait(reply, 0) >= 0 && reply_wait(reply, 0) <= REPLY_WAIT_MAX);
    return at;
}

static void read_body(struct download *download, const struct reply *reply, const char *bytes,
                      size_t size)
{
    for (size_t at = 0, length = 1; at < size; at += length, length *= 2) {
        if (length > size - at)
            length = size - at;
        if (download_take(download, reply, bytes + at, length))
            break;
        check(download->done <= download->size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    struct download download = {.place = place, .context = &download};
    struct client_reply answer;
    struct reply reply;
    size_t at;

    if (size < 2)
        return 0;
    download.size = data[0];
    download.done = data[1] < data[0] ? data[1] : data[0];
    reply_start(&reply);
    at = 2 + read_head(&reply, bytes + 2, size - 2);
    if (reply.status == 200 || reply.status == 206)
        read_body(&download, &reply, bytes + at, size - at);
    if (!reply_to_report(&reply, bytes + at, size - at, 0, &answer))
        check(strlen(answer.reason) < sizeof answer.reason);
    return 0;
}
