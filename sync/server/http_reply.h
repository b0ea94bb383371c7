#ifndef EMOTRACK_SYNC_SERVER_HTTP_REPLY_H
#define EMOTRACK_SYNC_SERVER_HTTP_REPLY_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What goes back. Every reply says that nobody may guess its type and that no address is to be
 * passed on; the rest is said where it is set. */

struct MHD_Connection;
struct MHD_Response;

struct reply {
    int status;
    const void *bytes; /* [length], copied */
    size_t length;
    const char *type;          /* Content-Type; NULL: there is nothing */
    const char *cache;         /* Cache-Control; NULL: "no-store" */
    const char *tag;           /* ETag, without quotes */
    const char *policy;        /* Content-Security-Policy */
    const char *allow;         /* Allow */
    const char *content_range; /* Content-Range */
    bool ranges;               /* parts may be asked for */
    int retry_after;           /* seconds; 0: not said */
    bool close;                /* the connection ends behind it */
};

/* Each hands the reply to the library; false: it could not, and the connection is to be closed. */
bool reply_send(struct MHD_Connection *connection, const struct reply *reply);

/* `length` bytes of a file from `offset` on; the descriptor is closed in every case. */
bool reply_file(struct MHD_Connection *connection, const struct reply *reply, int descriptor,
                uint64_t offset, uint64_t length);

/* A problem document (RFC 9457). `detail`: a sentence. The other parts are taken from `reply`. */
bool reply_problem(struct MHD_Connection *connection, const struct reply *reply,
                   const char *detail);

/* A reply without a body that is sent again and again; MHD_destroy_response at the end. NULL: no
 * memory. */
struct MHD_Response *reply_prepare(void);

#endif
