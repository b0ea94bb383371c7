#ifndef EMOTRACK_SYNC_SERVER_CONDITIONAL_H
#define EMOTRACK_SYNC_SERVER_CONDITIONAL_H

#include <stdbool.h>
#include <stdint.h>

/* Requests for what the client has not got yet: entity tags (RFC 9110, 8.8.3 and 13.1) and ranges
 * (section 14). Pure. Tags are given bare, as they stand between the quotes. */

/* Whether If-None-Match (NULL: not sent) names the tag: weak comparison; "*" names all. */
bool conditional_has(const char *if_none_match, const char *tag);

enum range {
    RANGE_ALL,  /* none was asked for, or one that is not understood: the whole, 200 */
    RANGE_PART, /* bytes `first` to `last`, both included: 206 */
    RANGE_NONE, /* it lies behind the end: 416 */
};

/* What Range and If-Range (NULL: not sent) ask of `size` bytes with the tag. Only a single range of
 * bytes is understood. */
enum range conditional_range(const char *range, const char *if_range, const char *tag,
                             uint64_t size, uint64_t *first, uint64_t *last);

#endif
