#ifndef EMOTRACK_SYNC_SERVER_ROUND_H
#define EMOTRACK_SYNC_SERVER_ROUND_H

#include "base/error.h"
#include "sync/server/aggregate.h"
#include "sync/server/server.h"

/* The life of a round:
 *
 *     open     -- reports come in (intake) -->
 *     closing  its noisy aggregate is stored, the sum destroyed, in one transaction --
 *              optimizer, candidate, gate, model file -->
 *     closed   the model published, or not, and why; or void
 *
 * Each step is one transaction, and does nothing where another process has done it: after a crash
 * at any moment the next round_go takes it up. The noise is drawn once. Round numbers and sequences
 * only grow. All of them want the folder's work lock (folder_work) held. */

/* Opens the next round. At most one a second, for which it waits. ERROR_EXISTS: one is open. */
enum error round_open(struct server *server) MUST_CHECK;

/* Ends the open round and stores its aggregate. ERROR_NOT_FOUND: none is open; ERROR_INVALID: below
 * the minimum of its manifest, it stays open. Where its sum cannot be read any more it is void. */
enum error round_close(struct server *server) MUST_CHECK;

/* Makes the model of the round that is closing and publishes it, or not. Nothing where none is. */
enum error round_finish(struct server *server) MUST_CHECK;

/* Publishes a model that no round has made: of a file ("publish") or of an older version
 * ("rollback to 2"), under the next version that is at least `floor`. A round that is open or
 * closing is void; the optimizer starts anew. The gate is not asked; its figures are stored where
 * it has some. ERROR_INVALID: of another vocabulary or other labels. */
enum error round_replace_model(struct server *server, const struct model *model, const char *origin,
                               uint32_t floor) MUST_CHECK;

/* After a restoration: the present round is void, rounds up to `round` count as used, and so do
 * sequences up to `sequence`. */
enum error round_skip(struct server *server, uint64_t round, uint64_t sequence) MUST_CHECK;

/* Reports at which a round of this minimum closes and takes no more; 0: not by number. The settings
 * may have changed since it was opened, and below its minimum it cannot be closed. */
uint32_t round_limit(uint32_t close_reports, uint32_t minimum);

/* The number of the last round, and whether it is open (ROUND_CLOSED where there was none). */
enum error round_present(struct server *server, struct store_round *out) MUST_CHECK;

/* Reports in the sum of a round that is open. */
enum error round_reports(struct server *server, uint64_t round, uint64_t *out) MUST_CHECK;

/* The sum itself, of so many coordinates. ERROR_NOT_FOUND, ERROR_DAMAGED: its key is lost. Freed by
 * aggregate_free in every case. */
enum error round_sum(struct store *store, const struct folder *folder, uint64_t round,
                     uint32_t coordinates, struct aggregate *out) MUST_CHECK;

#endif
