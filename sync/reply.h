#ifndef EMOTRACK_SYNC_REPLY_H
#define EMOTRACK_SYNC_REPLY_H

#include "sync/client.h"

/* What the client makes of a server's reply, as pure functions: the network and the disk are
 * elsewhere. */

enum { REPLY_HEAD_MAX = 16 * 1024, REPLY_TYPE_MAX = 96, REPLY_WAIT_MAX = 24 * 60 * 60 };
#define REPLY_UNKNOWN UINT64_MAX

/* RFC 9110, 15. */
enum {
    STATUS_OK = 200,
    STATUS_CREATED = 201,
    STATUS_PARTIAL = 206,
    STATUS_NOT_FOUND = 404,
    STATUS_TIMED_OUT = 408,
    STATUS_CONFLICT = 409,
    STATUS_NO_RANGE = 416,
    STATUS_TOO_EARLY = 425,
    STATUS_TOO_MANY = 429,
};

struct reply {
    int status;                /* 0: no head has come yet */
    size_t size;               /* bytes of all heads so far */
    bool ended;                /* the head is there in full, and no interim one */
    char type[REPLY_TYPE_MAX]; /* media type in lower case, without parameters; "": none */
    uint64_t length;           /* of the body, or REPLY_UNKNOWN */
    bool torn;                 /* it has two lengths */
    bool ranged;               /* there was a Content-Range that could be read: */
    uint64_t from, total;      /* total: or REPLY_UNKNOWN */
    int64_t date, retry_at;    /* seconds since 1970; 0: not said */
    int retry_after;           /* seconds; 0: not said, or as a date */
};

void reply_start(struct reply *reply);

/* Takes one line of a head (with or without its line break). A status line begins a new head (of
 * an interim reply there is one before it); lines behind a head (trailers) are passed over.
 * ERROR_INVALID: heads of more than REPLY_HEAD_MAX bytes, or one with two lengths. */
enum error reply_line(struct reply *reply, const char *line, size_t length) MUST_CHECK;

/* Seconds that the server asks to wait, at most REPLY_WAIT_MAX; 0: it does not. A date is reckoned
 * from the server's own clock where it tells it, else from `now` (seconds since 1970). */
int reply_wait(const struct reply *reply, int64_t now);

/* True for the replies after which the same request may succeed: 408, 425, 429, 5xx. */
bool reply_may_change(const struct reply *reply);

/* What became of a report. `body`: the reply's. ERROR_INVALID: no answer to a report. */
enum error reply_to_report(const struct reply *reply, const char *body, size_t length, int64_t now,
                           struct client_reply *out) MUST_CHECK;

/* ---- the pieces of a model, on their way into a part file ---- */

struct download {
    uint64_t size; /* that the model has */
    uint64_t done; /* bytes that are there; before the first piece, those of an earlier try */
    bool begun;    /* a piece has come */
    /* Puts bytes at their place; at offset 0 whatever was there before goes. Never beyond `size`.
     */
    enum error (*place)(void *context, uint64_t offset, const void *bytes, size_t length);
    void *context;
};

/* Takes a piece of the body of a 200 or 206. ERROR_DENIED: the model has another size than `size`,
 * or more bytes come. ERROR_INVALID: another part than the one asked for, another type. */
enum error download_take(struct download *download, const struct reply *reply, const void *bytes,
                         size_t length) MUST_CHECK;

#endif
