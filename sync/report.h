#ifndef EMOTRACK_SYNC_REPORT_H
#define EMOTRACK_SYNC_REPORT_H

#include "base/buffer.h"
#include "sync/manifest.h"

/* The wire form of one contribution in trusted mode (PROTOCOL.md, "Report"): of the same length
 * whatever it holds. */

enum {
    REPORT_ID_BYTES = 16,
    REPORT_ID_HEX = 2 * REPORT_ID_BYTES,
    REPORT_HEAD = 64, /* magic, version, round, manifest hash, id */
    REPORT_MAX = REPORT_HEAD + 4 * VOTES_MAX,
};
#define REPORT_TYPE    "application/vnd.emotrack.report"
#define REPORT_PADDING UINT32_MAX

/* A vote: coordinate << 1, plus 1 where the weight should be less. */
static inline uint32_t vote_make(uint32_t coordinate, bool less)
{
    return coordinate << 1 | (uint32_t)less;
}
static inline uint32_t vote_coordinate(uint32_t vote)
{
    return vote >> 1;
}
static inline int vote_sign(uint32_t vote)
{
    return vote & 1 ? -1 : 1;
}

struct report {
    uint64_t round;
    unsigned char manifest_hash[HASH_BYTES];
    unsigned char id[REPORT_ID_BYTES];
    uint32_t count;           /* votes; at most the manifest's `votes` */
    uint32_t vote[VOTES_MAX]; /* [count], coordinates strictly ascending */
};

/* Bytes of every report of a round. */
static inline size_t report_length(uint32_t votes)
{
    return REPORT_HEAD + 4 * (size_t)votes;
}

/* Appends the report, padded to `votes` places. */
enum error report_write(const struct report *report, uint32_t votes, struct buffer *out) MUST_CHECK;

/* Takes a report apart. ERROR_INVALID: magic, version, length (not head + 4 n), order of the votes,
 * a coordinate twice, a vote after padding. Pure; nothing is allocated. */
enum error report_read(const void *bytes, size_t length, struct report *out) MUST_CHECK;

/* Whether it is a report for this round: ERROR_INVALID (length, coordinate outside the block),
 * ERROR_NOT_FOUND (another round or manifest). `hash`: of the manifest's bytes. */
enum error report_check(const struct report *report, size_t length, const struct manifest *manifest,
                        const unsigned char hash[HASH_BYTES]) MUST_CHECK;

#endif
