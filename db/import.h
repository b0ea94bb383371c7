#ifndef EMOTRACK_DB_IMPORT_H
#define EMOTRACK_DB_IMPORT_H

#include "db/db.h"

/* Many messages in one transaction: all of them are on the disk when db_import_end returns
 * ERROR_NONE, or none is. Until then other writers wait. Errors as in db.h.
 *
 *     db_import_begin, db_import_add ..., db_import_end
 */
struct db_import;

/* Ended by db_import_end, whatever happens in between. */
enum error db_import_begin(struct db *db, struct db_import **out) MUST_CHECK;

/* Adds a message with its verdict and label, which is rated after all that were rated before. Into
 * a journal that never had a message it keeps entry->id where that is not 0 and not taken.
 * `*added` false: a message of the same time and text is there (and, where numbers are kept, of the
 * same number); nothing was added. */
enum error db_import_add(struct db_import *import, const struct entry *entry,
                         bool *added) MUST_CHECK;

/* Commits where `error` is ERROR_NONE and `keep`, else rolls back and returns `error`. NULL is
 * safe.
 */
enum error db_import_end(struct db_import *import, enum error error, bool keep) MUST_CHECK;

#endif
