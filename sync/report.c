#include "sync/report.h"

#include "base/bytes.h"

#include <assert.h>
#include <string.h>

/* head     { magic, version: u32, round: u64, manifest hash, id }
 * votes    u32 each, coordinates strictly ascending; REPORT_PADDING in the places that are left */

enum {
    MAGIC = 0x50524D45, /* "EMRP" */
    VERSION = 1,

    AT_VERSION = 4,
    AT_ROUND = 8,
    AT_HASH = 16,
    AT_ID = AT_HASH + HASH_BYTES,
    VOTE = 4, /* bytes */
};
_Static_assert(AT_ID + REPORT_ID_BYTES == REPORT_HEAD, "the head is as long as its parts");

enum error report_write(const struct report *report, uint32_t votes, struct buffer *out)
{
    size_t length = report_length(votes);
    enum error error = buffer_reserve(out, length);
    unsigned char *head;

    assert(report->count <= votes && votes <= VOTES_MAX);
    if (error)
        return error;
    head = (unsigned char *)out->data + out->length;
    bytes_put_u32(head, MAGIC);
    bytes_put_u32(head + AT_VERSION, VERSION);
    bytes_put_u64(head + AT_ROUND, report->round);
    memcpy(head + AT_HASH, report->manifest_hash, HASH_BYTES);
    memcpy(head + AT_ID, report->id, REPORT_ID_BYTES);
    for (uint32_t i = 0; i < votes; i++)
        bytes_put_u32(head + REPORT_HEAD + (size_t)i * VOTE,
                      i < report->count ? report->vote[i] : REPORT_PADDING);
    out->length += length;
    out->data[out->length] = '\0';
    return ERROR_NONE;
}

static enum error check_form(const unsigned char *head, size_t length)
{
    if (length < REPORT_HEAD || length > REPORT_MAX || (length - REPORT_HEAD) % VOTE != 0)
        return error_raise(ERROR_INVALID, "no report has %zu bytes", length);
    if (bytes_get_u32(head) != MAGIC)
        return error_raise(ERROR_INVALID, "it is not a report: its first bytes are others");
    if (bytes_get_u32(head + AT_VERSION) != VERSION)
        return error_raise(ERROR_INVALID, "the report has version %u, and %d is read; update",
                           bytes_get_u32(head + AT_VERSION), VERSION);
    return ERROR_NONE;
}

static enum error read_votes(const unsigned char *votes, size_t places, struct report *out)
{
    size_t count = 0;

    for (size_t i = 0; i < places; i++) {
        uint32_t vote = bytes_get_u32(votes + i * VOTE);

        if (vote == REPORT_PADDING)
            continue;
        if (count < i)
            return error_raise(ERROR_INVALID, "the report has a vote after its padding");
        if (i > 0 && vote_coordinate(vote) <= vote_coordinate(out->vote[i - 1]))
            return error_raise(ERROR_INVALID, "the report's votes are not in order, or two are on "
                                              "one coordinate");
        out->vote[count++] = vote;
    }
    out->count = (uint32_t)count;
    return ERROR_NONE;
}

enum error report_read(const void *bytes, size_t length, struct report *out)
{
    const unsigned char *head = bytes;
    enum error error = check_form(head, length);

    out->count = 0;
    if (error)
        return error;
    out->round = bytes_get_u64(head + AT_ROUND);
    memcpy(out->manifest_hash, head + AT_HASH, HASH_BYTES);
    memcpy(out->id, head + AT_ID, REPORT_ID_BYTES);
    return read_votes(head + REPORT_HEAD, (length - REPORT_HEAD) / VOTE, out);
}

enum error report_check(const struct report *report, size_t length, const struct manifest *manifest,
                        const unsigned char hash[HASH_BYTES])
{
    if (report->round != manifest->round)
        return error_raise(ERROR_NOT_FOUND, "the report is for round %llu, and this is round %llu",
                           (unsigned long long)report->round, (unsigned long long)manifest->round);
    if (memcmp(report->manifest_hash, hash, HASH_BYTES) != 0)
        return error_raise(ERROR_NOT_FOUND, "the report answers another manifest of round %llu",
                           (unsigned long long)report->round);
    if (length != report_length(manifest->votes))
        return error_raise(ERROR_INVALID,
                           "the report has %zu bytes, and every report of round "
                           "%llu has %zu",
                           length, (unsigned long long)report->round,
                           report_length(manifest->votes));
    if (report->count > 0 &&
        vote_coordinate(report->vote[report->count - 1]) >= manifest_coordinates(manifest))
        return error_raise(ERROR_INVALID, "the report has a vote outside the block");
    return ERROR_NONE;
}
