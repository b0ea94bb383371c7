#ifndef EMOTRACK_SYNC_SERVER_PAGE_H
#define EMOTRACK_SYNC_SERVER_PAGE_H

#include "base/buffer.h"
#include "sync/server/status.h"

/* The status page: HTML with a style of its own and SVG, without a script, and without anything
 * fetched from anywhere. Whatever the status says is escaped. */

enum { PAGE_MAX = 256 * 1024, PAGE_POLICY_MAX = 256 };

/* Appends the page. ERROR_TOO_LARGE, ERROR_NO_MEMORY. */
enum error page_write(const struct server_status *status, struct buffer *out) MUST_CHECK;

/* The Content-Security-Policy under which it shows: nothing but that one style, named by its
 * hash. */
void page_policy(char out[PAGE_POLICY_MAX]);

#endif
