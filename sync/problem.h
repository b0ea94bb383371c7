#ifndef EMOTRACK_SYNC_PROBLEM_H
#define EMOTRACK_SYNC_PROBLEM_H

#include "base/buffer.h"

#include <stddef.h>

/* Why a request failed, as the server tells the client: problem details, RFC 9457. */

#define PROBLEM_TYPE "application/problem+json"

enum { PROBLEM_MAX = 8 * 1024 /* bytes that are read */ };

/* Appends the document: type "about:blank", so `title` is the status in HTTP's words ("Not Found"),
 * and `detail` a sentence for the user. */
enum error problem_write(int status, const char *title, const char *detail,
                         struct buffer *out) MUST_CHECK;

/* The sentence in a document (its detail, else its title), fit for a terminal, on one line, cut at
 * a character to `size` bytes with the NUL; "": it has none, or is no such document. */
void problem_read(const char *bytes, size_t length, char *reason, size_t size);

/* Any text as such a line. */
void problem_line(const char *text, char *out, size_t size);

#endif
