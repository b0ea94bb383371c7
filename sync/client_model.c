#include "sync/client_parts.h"

#include "base/file.h"
#include "sync/problem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_LENGTH = 128, RANGE_LENGTH = 48, ANSWER_MAX = 64 * 1024 /* that is no model */ };

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

    if (reply->status != STATUS_OK && reply->status != STATUS_PARTIAL)
        return client_take(&part->body, reply, bytes, length);
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
    error = client_make(part->client, &exchange);
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
    *again = reply->status == STATUS_PARTIAL && part->download.done > before;
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
    if (reply.status == STATUS_NO_RANGE && (*again = begin_anew(part)))
        return ERROR_NONE;
    if (reply.status != STATUS_OK && reply.status != STATUS_PARTIAL)
        return client_status_error(part->client, &reply, &part->body);
    error = take_model(part, &reply, "", 0); /* no piece may have come at all */
    if (error)
        return unusable(part->client, error);
    part->fresh |= reply.status == STATUS_OK;
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
    int64_t until = client_deadline(part->client);
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
