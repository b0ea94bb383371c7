#ifndef EMOTRACK_SYNC_SERVER_FOLDER_H
#define EMOTRACK_SYNC_SERVER_FOLDER_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* What a server keeps, in one folder that nobody else may read:
 *
 *     config.json       the settings (config.h)
 *     server.db         rounds, models' figures, the ids of reports, the sealed sum (store.h)
 *     signing.key       the key that signs, and those before it (signer.h)
 *     key               its fingerprint, for people and scripts
 *     round-N.key       opens the sum of round N; destroyed when the round closes (seal.h)
 *     models/N.model    every model that was published
 *     tls.pem, tls.key  certificate and key; ca.pem, where the server has made its own
 *     mark              the highest round, sequence and model that were ever used
 *     lock, work.lock   who runs, and who closes a round
 */

enum { FOLDER_PATH_MAX = 1024 };

struct folder {
    char path[FOLDER_PATH_MAX];
    int lock, work; /* descriptors; -1: not held */
};

/* Remembers the path, made absolute where the folder is there; touches nothing. ERROR_INVALID: too
 * long. */
enum error folder_init(struct folder *folder, const char *path) MUST_CHECK;
void folder_close(struct folder *folder); /* lets go of what it holds */

/* A file in the folder (an absolute `name` stays as it is). `out`: FOLDER_PATH_MAX bytes.
 * ERROR_INVALID: too long. */
enum error folder_file(const struct folder *folder, const char *name, char *out) MUST_CHECK;
enum error folder_model(const struct folder *folder, uint32_t version, char *out) MUST_CHECK;

/* Makes the folder (0700) with models/ for a new server. ERROR_EXISTS: one is there already, or
 * other files are. */
enum error folder_make(struct folder *folder) MUST_CHECK;
/* What folder_make and those after it have left of a server that could not be made. */
void folder_clear(const struct folder *folder);
/* ERROR_NOT_FOUND: there is no server in it. */
enum error folder_check(const struct folder *folder) MUST_CHECK;

/* One `run` a folder. ERROR_BUSY: another process has it. The lock goes with the process. */
enum error folder_lock(struct folder *folder) MUST_CHECK;
/* While the lock is held: where the server can be reached. */
enum error folder_announce(struct folder *folder, const char *url) MUST_CHECK;
/* Whether somebody holds the lock; then `url` (`size` bytes) is what was announced. */
bool folder_runs(const struct folder *folder, char *url, size_t size);

/* One process at a time closes a round or changes models. `wait`: until it is free; else
 * ERROR_BUSY. */
enum error folder_work(struct folder *folder, bool wait) MUST_CHECK;
void folder_rest(struct folder *folder);

/* The high-water mark: a database that is behind it is an old one. */
struct mark {
    uint64_t round, sequence, model;
};
/* No file: zeros. ERROR_DAMAGED. */
enum error folder_read_mark(const struct folder *folder, struct mark *out) MUST_CHECK;
/* After the transaction that used them. */
enum error folder_write_mark(const struct folder *folder, const struct mark *mark) MUST_CHECK;

#endif
