#ifndef EMOTRACK_DB_BACKUP_H
#define EMOTRACK_DB_BACKUP_H

#include "db/db.h"

/* A journal as one file that can be put away, and back. Errors as in db.h. */

/* How far a long act has come, out of `total` (0: nobody knows). An error ends the act, which then
 * has changed nothing, and is returned. */
typedef enum error db_progress(void *context, uint64_t done, uint64_t total);

/* Writes all of the journal as it is at one moment into `path`, an SQLite file without others
 * beside it, while other programs may read and write the journal. The file must not be there yet;
 * on an error it is removed. Nothing is promised about its being on the disk. `progress` may be
 * NULL. */
enum error db_backup(struct db *db, const char *path, db_progress *progress,
                     void *context) MUST_CHECK;

/* Looks at every page, index and reference; each thing that is wrong is a sentence for `found`.
 * The file is sound where `found` was never called. */
typedef void db_fault(void *context, const char *sentence);
enum error db_check(struct db *db, db_fault *found, void *context) MUST_CHECK;

/* Whether the file says that it is a journal: one that is empty, or another program's database, is
 * none. ERROR_NOT_FOUND and the like. */
enum error db_is_journal(const char *path, bool *is) MUST_CHECK;

struct db_restored {
    size_t messages;      /* now in the journal */
    size_t contributions; /* that the ledger of the copy added to the journal's own */
    size_t spent;         /* contributions in the ledger now */
    bool unjoined;        /* the copy had joined a server and the journal has none: it stays so */
};

/* Puts the messages, ratings, draft and settings of `copy`, a journal's file that nobody else uses,
 * in place of the journal's own, in one transaction: other programs that have it open go on with
 * the new ones. The copy may be brought up to date on the way.
 *
 * What was spent stays spent: the ledger keeps all of its rows and gains those of the copy that it
 * lacks. The joined server, the lot of the round and the numbers that messages and ratings have had
 * stay the journal's own; reports that wait are withdrawn, since the messages behind them are
 * replaced; the revision of the ratings becomes larger than both.
 *
 * The journal is encrypted afterwards where either was (db/vault.h). A copy in clear is encrypted
 * with the journal's key. One that is encrypted brings its own key along, and the passphrase with
 * it: `key` (NULL else) must be that key, ERROR_DENIED. Where that is the journal's key already,
 * the journal's passphrase stays. */
enum error db_restore_copy(struct db *db, const char *copy, const unsigned char *key,
                           struct db_restored *out) MUST_CHECK;

/* Whether another program has the journal open now. Where the disk refuses WAL nobody can tell:
 * false. */
enum error db_shared(struct db *db, bool *shared) MUST_CHECK;

#endif
