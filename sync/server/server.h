#ifndef EMOTRACK_SYNC_SERVER_SERVER_H
#define EMOTRACK_SYNC_SERVER_SERVER_H

#include "classifier/model.h"
#include "sync/server/config.h"
#include "sync/server/folder.h"
#include "sync/server/signer.h"
#include "sync/server/store.h"

#include <stdint.h>

/* A server's folder, opened: what every command of emotrack-server begins with. */
struct server {
    struct folder folder;
    struct config config;
    struct signer signer;
    struct store *store;
};

/* ERROR_NOT_FOUND: there is no server in the folder. Closed by server_close in every case. */
enum error server_open(const char *path, struct server *out) MUST_CHECK;
void server_close(struct server *server); /* safe on zeroed structs */

/* Makes it ready to be filled: nothing is open. */
enum error server_prepare(const char *path, struct server *out) MUST_CHECK;

/* What is needed for a new one. */
struct server_plan {
    struct config config;
    const char *model; /* path */
    bool self_signed;  /* make a CA and a certificate for config.listen's and config.url's host */
};
/* Makes the folder with everything in it, and the model published under its own version; no round
 * is open yet. Leaves nothing behind on error. The server is open afterwards; server_close in every
 * case. */
enum error server_make(const char *path, const struct server_plan *plan,
                       struct server *out) MUST_CHECK;

/* Reads the signing keys (again: another process may have changed them; `signer` stays as it was on
 * error). */
enum error server_read_keys(struct server *server) MUST_CHECK;
/* Stores the signing keys, and shows the present one in DIR/key. */
enum error server_write_keys(const struct server *server) MUST_CHECK;

/* A database that is older than the mark beside it was restored by hand: rounds, sequences and
 * versions of models would be used again. ERROR_DAMAGED says what to do. */
enum error server_check_mark(const struct server *server) MUST_CHECK;
/* Where the store is now becomes the mark. */
enum error server_set_mark(const struct server *server) MUST_CHECK;

/* A published model, read and compared with its hash. */
enum error server_model(const struct server *server, uint32_t version,
                        struct model **out) MUST_CHECK;

/* What users join: config.url, else made of config.listen and the port that it came to be.
 * `out`: `size` bytes. */
void server_url(const struct config *config, uint16_t port, char *out, size_t size);

int64_t server_now(void); /* seconds since 1970 UTC */

#endif
