#ifndef EMOTRACK_SYNC_CLIENT_PARTS_H
#define EMOTRACK_SYNC_CLIENT_PARTS_H

#include "sync/transfer.h"

/* What a client consists of: for its own files alone. */
struct client {
    struct transfer *transfer;
    struct client_options options; /* its `url` and `authority` are not used */
    char url[CLIENT_URL_MAX];
    int retry_after; /* seconds; of the last call */
};

/* When a call that begins now must end, by clock_milliseconds. */
int64_t client_deadline(const struct client *client);

/* transfer_make, which also notes what the server asks to wait. */
enum error client_make(struct client *client, struct exchange *exchange) MUST_CHECK;

/* Takes a piece into a struct buffer; one that does not fit ends the taking, without an error. */
enum error client_take(void *context, const struct reply *reply, const void *bytes,
                       size_t length) MUST_CHECK;

/* Raises what an answer says that is not the one hoped for. */
enum error client_status_error(const struct client *client, const struct reply *reply,
                               const struct buffer *body);

#endif
