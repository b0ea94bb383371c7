#ifndef EMOTRACK_DB_VAULT_H
#define EMOTRACK_DB_VAULT_H

#include "base/secret.h"
#include "db/backup.h"

/* A journal whose texts are encrypted: those of the messages and the drafts, and the saved layer,
 * which knows words. Each is sealed with XChaCha20-Poly1305 (libsodium) and a nonce of its own,
 * bound to its table and number, so that none can be put in another's place. The key is random and
 * the journal's; the file keeps it sealed with a key that is made of the passphrase
 * (base/secret.h), so that another passphrase needs no other texts. All else stays in clear: times,
 * guesses, ratings, settings, how long a text is.
 *
 * A connection to such a journal needs the key before it reads or writes a text: ERROR_DENIED until
 * then, and from the moment that another program turns encryption on or off. A text that the key
 * does not open is damaged: see struct entry. A draft that does not open is left out. */

enum { DB_KEY = DERIVATION_KEY /* bytes */ };

bool db_encrypted(const struct db *db);

/* Gives an encrypted journal's connection its key; from now on the process leaves no core dump.
 * ERROR_DENIED: the passphrase is another one. */
enum error db_unlock(struct db *db, const struct passphrase *passphrase) MUST_CHECK;

/* The same with the key itself: of another connection, to this journal or its backup. ERROR_DENIED:
 * it is not the journal's. */
enum error db_unlock_with(struct db *db, const unsigned char key[DB_KEY]) MUST_CHECK;

/* NULL: it has none. Lives as long as the connection. */
const unsigned char *db_key(const struct db *db);

/* Encrypts all texts, in one transaction; then no byte of them stays in a file of the journal
 * (where that has to wait, as in db_delete, db_notice says so). Reports that wait, ratings and what
 * they teach are as before. ERROR_EXISTS: it is encrypted. */
enum error db_encrypt(struct db *db, const struct passphrase *passphrase, db_progress *progress,
                      void *context) MUST_CHECK;

/* The other way round; the key is forgotten, on the disk too. ERROR_NOT_FOUND: it is not encrypted.
 * ERROR_DAMAGED: a text does not open; nothing was changed. */
enum error db_decrypt(struct db *db, db_progress *progress, void *context) MUST_CHECK;

/* From now on another passphrase opens it, and the one before does not, with any byte that this
 * journal's files hold. ERROR_NOT_FOUND: it is not encrypted. */
enum error db_change_passphrase(struct db *db, const struct passphrase *passphrase) MUST_CHECK;

/* Opens every text; each that does not open is a sentence for `found`. */
enum error db_check_texts(struct db *db, db_fault *found, void *context) MUST_CHECK;

#endif
