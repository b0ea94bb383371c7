#ifndef EMOTRACK_APP_DESCRIBE_SYNC_H
#define EMOTRACK_APP_DESCRIBE_SYNC_H

#include "app/journal_sync.h"

/* Syncing in words, the same on the command line and on the screen. Everything that is appended is
 * safe on a terminal. */

/* "2.42", or "no bound" where it is infinite. */
enum { EPSILON_TEXT_MAX = 32 };
void describe_epsilon(double epsilon, char out[EPSILON_TEXT_MAX]);

/* A moment on this device's clock, "2026-11-21 23:41"; "never" for 0. */
enum { MOMENT_TEXT_MAX = 32 };
void describe_moment(int64_t milliseconds, char out[MOMENT_TEXT_MAX]);

/* What joining means: whose key, what is pinned, the privacy of one and of all contributions, what
 * the server can see in this mode. Some lines, unwrapped. */
enum error describe_terms(const struct sync_terms *terms, struct buffer *out) MUST_CHECK;

/* "+ cancelled -> sadness" */
enum error describe_vote(const struct sync_vote *vote, struct buffer *out) MUST_CHECK;

/* What would be sent: how many votes, each in words on a line, the privacy spent before and after,
 * and what is not sent. */
enum error describe_preview(const struct sync_preview *preview, struct buffer *out) MUST_CHECK;

/* The exact bytes of the report, 16 a line, with what each part is. */
enum error describe_bytes(const struct sync_preview *preview, struct buffer *out) MUST_CHECK;

/* One line of the log of uploads. */
enum error describe_upload(const struct sync_upload *upload, struct buffer *out) MUST_CHECK;

#endif
