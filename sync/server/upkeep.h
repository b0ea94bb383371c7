#ifndef EMOTRACK_SYNC_SERVER_UPKEEP_H
#define EMOTRACK_SYNC_SERVER_UPKEEP_H

#include "sync/server/server.h"

#include <stdbool.h>

/* Backup, restoration, checks, and the next key.
 *
 * A backup is one file with everything that makes the server: the database without reports' ids and
 * sums, the models, the settings, the certificates and the keys. What happened after it is lost;
 * what must not happen is that a round, a sequence or a model's version is used for something else
 * than devices have seen. So a restored server voids the round that was open, and skips as many
 * rounds and versions as seconds have passed since it last opened a round or published a model by
 * hand: it does either at most once a second. Sequences are milliseconds and skip by themselves.
 * The mark beside the database (folder.h) catches what was restored some other way, and raises the
 * numbers where it knows higher ones. */

/* ERROR_EXISTS: there is such a file. The server may run meanwhile. */
enum error upkeep_backup(struct server *server, const char *path) MUST_CHECK;

/* Makes the folder `dir`, which is new or empty. The server is open afterwards; server_close in
 * every case. ERROR_INVALID: the file is no backup. */
enum error upkeep_restore(const char *path, const char *dir, struct server *out) MUST_CHECK;

/* After a restoration: skips numbers, voids the round, and publishes the present model anew. Wants
 * the work lock. */
enum error upkeep_renew(struct server *server) MUST_CHECK;

/* Looks at everything that can be damaged, and tells each finding: what was looked at, and what is
 * wrong ("": nothing). Returns an error only where it could not look. */
typedef void upkeep_tell(void *context, const char *what, const char *wrong);
enum error upkeep_check(struct server *server, upkeep_tell *say, void *context) MUST_CHECK;

/* The next key signs from now on. Wants the work lock. */
enum error upkeep_rotate(struct server *server) MUST_CHECK;

#endif
