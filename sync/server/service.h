#ifndef EMOTRACK_SYNC_SERVER_SERVICE_H
#define EMOTRACK_SYNC_SERVER_SERVICE_H

#include "sync/server/server.h"

/* A server that runs: the intake and the HTTP face in threads of their own, and in this one the
 * keeper, which closes rounds when they are due, makes their models, opens the next, and shows what
 * this or any other process has changed. Logs one line an event to standard error, nothing of it
 * about a user.
 *
 * Runs until SIGTERM or SIGINT: then what was taken in is finished, and ERROR_NONE returned. Takes
 * the folder's lock: ERROR_BUSY where another has it. */
enum error service_run(struct server *server) MUST_CHECK;

#endif
