#ifndef EMOTRACK_SYNC_SERVER_HTTP_FRAMING_H
#define EMOTRACK_SYNC_SERVER_HTTP_FRAMING_H

#include "sync/server/framing.h"

struct MHD_Connection;

/* Takes down where libmicrohttpd has put the parts of a request's head. The target's part of
 * `framing` was filled in when the library told of it (MHD_OPTION_URI_LOG_CALLBACK), before it
 * changed it. */
void http_framing(struct MHD_Connection *connection, const char *method, const char *version,
                  struct framing *framing);

#endif
