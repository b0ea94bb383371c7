#ifndef EMOTRACK_APP_REASONS_H
#define EMOTRACK_APP_REASONS_H

#include "app/journal.h"

/* The why where there is little room: what a word and its prefixes contribute is one reason, and
 * marks of the message's shape are none. */

enum { REASONS_MAX = 64 };

struct reason {
    const char *feature; /* borrowed from the why; NULL: a word of which only prefixes count */
    uint32_t start, end; /* the bytes of the message */
    float value;
};

/* Fills `out`, largest |value| first; returns how many. Contributions beyond the first REASONS_MAX
 * reasons are too small to matter. */
size_t reasons_list(const struct why *why, struct reason out[REASONS_MAX]);

/* A reason as people would say it (describe_feature), safe on a terminal. `text` is the message. */
enum error reasons_describe(const struct reason *reason, const char *text,
                            struct buffer *out) MUST_CHECK;

/* The why of a message in a few words: "cancelled +, can't +, looking forward -", or "" where there
 * is none. */
enum error reasons_in_short(const struct why *why, const char *text, struct buffer *out) MUST_CHECK;

#endif
