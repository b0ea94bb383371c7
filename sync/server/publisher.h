#ifndef EMOTRACK_SYNC_SERVER_PUBLISHER_H
#define EMOTRACK_SYNC_SERVER_PUBLISHER_H

#include "base/buffer.h"
#include "sync/server/gate.h"
#include "sync/server/publication.h"
#include "sync/server/server.h"

/* Makes models and manifests public: first the model's file, then, in one transaction, its row and
 * the manifest that names it. */

/* Writes models/VERSION.model. The version must not be one that was published. */
enum error publisher_write_model(const struct server *server, uint32_t version,
                                 const struct buffer *bytes) MUST_CHECK;

/* In a transaction: the model's row; state->model is this version. The caller stores the state. */
enum error publisher_add_model(const struct server *server, uint32_t version,
                               const struct buffer *bytes, const struct gate_figures *figures,
                               const char *origin, struct store_state *state) MUST_CHECK;

/* In a transaction: the manifest of state->round (of the first, before there was one) with the
 * settings of the configuration, under the next sequence. `model` is that of state->model. The
 * caller stores the state. */
enum error publisher_add_manifest(const struct server *server, const struct model *model, bool open,
                                  struct store_state *state) MUST_CHECK;

/* The manifest in the store. */
enum error publisher_manifest(const struct server *server, struct manifest *out,
                              unsigned char hash[HASH_BYTES]) MUST_CHECK;

/* What the world shall see now, signed with the present key. Freed by publication_release, or taken
 * over by a board. */
enum error publisher_publication(const struct server *server, struct publication **out) MUST_CHECK;

#endif
