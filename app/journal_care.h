#ifndef EMOTRACK_APP_JOURNAL_CARE_H
#define EMOTRACK_APP_JOURNAL_CARE_H

#include "app/journal.h"
#include "app/sealed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Backing up a journal, putting it back, encrypting it, looking whether it is sound, and taking in
 * what other programs have written. */

/* How far a long act has come, of `total` (0: nobody knows); NULL where nobody asks. An error ends
 * the act, which then has changed nothing, and is returned. */
typedef enum error journal_progress(void *context, const char *act, uint64_t done, uint64_t total);

struct journal_watch {
    journal_progress *progress; /* NULL: none */
    void *context;
};

/* ---- backing up ---- */

struct backup_options {
    const struct passphrase *passphrase; /* NULL: the file is an SQLite database as it is */
    bool replace;                        /* a file that is there */
    struct journal_watch watch;
};

/* Writes all of the journal into a file (0600) that appears whole or not at all, and reads it back:
 * every page is looked at, and what is in the file is what was meant. `*messages`: how many it
 * holds. ERROR_NOT_FOUND: there is no journal yet. ERROR_EXISTS, ERROR_INVALID (a place where
 * journals are kept, or no regular file), ERROR_BUSY (another backup, restoring or sync). */
enum error journal_backup(struct journal *journal, const char *path,
                          const struct backup_options *options, size_t *messages) MUST_CHECK;

/* ---- restoring ---- */

struct restore;

struct restore_offer {
    size_t messages, ratings; /* in the backup */
    size_t present;           /* messages in the journal now */
    size_t damaged;           /* texts in the backup that do not open; they stay damaged */
    bool empty;               /* the journal now holds neither messages nor drafts */
    bool shared;              /* another program has the journal open */
    const char *kept;         /* where the present journal will be kept */
    bool kept_before;         /* something is kept there already */
};

/* Reads and checks a backup, sealed or not, without changing anything; the caller ends it with
 * journal_restore_free in every case. No sync or other backup of the profile runs until then. The
 * passphrase is that of a sealed file; that of an encrypted journal in it is asked for
 * (journal_options.ask), unless the key is the journal's. ERROR_DENIED: a passphrase is wrong.
 * ERROR_INVALID: it is sealed and there is no passphrase. ERROR_DAMAGED, ERROR_VERSION. */
enum error journal_restore_open(struct journal *journal, const char *path,
                                const struct passphrase *passphrase,
                                const struct journal_watch *watch, struct restore **out) MUST_CHECK;
const struct restore_offer *journal_restore_offer(const struct restore *restore);

struct restore_result {
    size_t messages;      /* in the journal now */
    size_t contributions; /* that the ledger of the backup has added */
    bool unjoined;        /* the backup had joined a server; the journal has not */
    bool kept;            /* the journal that was there is kept */
    bool clear;           /* in clear, while the journal is encrypted now */
};

/* Keeps the present journal where it holds something, then replaces it (db/backup.h: an encrypted
 * backup brings its passphrase along).
 * ERROR_EXISTS: one is kept already, unless `replace`. */
enum error journal_restore(struct restore *restore, bool replace,
                           struct restore_result *out) MUST_CHECK;
void journal_restore_free(struct restore *restore); /* NULL is safe */

/* ---- encrypting (db/vault.h says what is encrypted, and how) ---- */

/* What journal_encrypt would refuse, before anybody is asked for a passphrase: ERROR_EXISTS: it is
 * encrypted, or (not with `force`) a restore has kept a journal that is not. */
enum error journal_encrypt_ready(const struct journal *journal, bool force) MUST_CHECK;

/* From now on only the passphrase opens the texts. All of them are encrypted or, after an error,
 * none. No file of the profile holds a text in clear then: what backups that were cut off have left
 * is removed and, with `force`, the journal that a restore has kept, unless that is encrypted.
 * journal_notice: bytes that have still to be overwritten. ERROR_BUSY: another program has the
 * journal open. */
enum error journal_encrypt(struct journal *journal, const struct passphrase *passphrase, bool force,
                           const struct journal_watch *watch) MUST_CHECK;

/* The other way round. ERROR_NOT_FOUND: it is not encrypted. ERROR_DAMAGED: a text does not open.
 * ERROR_BUSY. */
enum error journal_decrypt(struct journal *journal, const struct journal_watch *watch) MUST_CHECK;

/* The old passphrase opens it no more. ERROR_NOT_FOUND: it is not encrypted. */
enum error journal_change_passphrase(struct journal *journal,
                                     const struct passphrase *passphrase) MUST_CHECK;

/* ---- checking ---- */

struct finding {
    const char *subject; /* "model", "journal", "layer" */
    const char *fault;   /* what is wrong, a sentence; NULL: nothing is */
    const char *note;    /* what was looked at */
};
typedef void journal_find_fault(void *context, const struct finding *finding);

/* Looks at the model file, at every page, index and reference of the journal, and whether the
 * personal layer is what the ratings teach. Changes nothing. `*sound`: no finding is a fault. */
enum error journal_check(const struct journal_options *options, journal_find_fault *found,
                         void *context, bool *sound) MUST_CHECK;

/* ---- importing ---- */

struct journal_import;

enum import_outcome {
    IMPORT_ADDED,
    IMPORT_DUPLICATE, /* a message of the same time and text is there */
};

/* All of an import is one transaction. Ended by journal_import_end, whatever happens between. */
enum error journal_import_begin(struct journal *journal, struct journal_import **out) MUST_CHECK;

/* Takes a text (invalid bytes and NUL become U+FFFD) with what the entry knows of it; `guessed`
 * false: it is guessed now. ERROR_INVALID, ERROR_TOO_LARGE: the entry is no message, or its
 * rating fits neither its guess nor a label; the import can go on without it. Any other error ends
 * the import. */
enum error journal_import_add(struct journal_import *import, const struct entry *entry,
                              const char *text, size_t length, bool guessed,
                              enum import_outcome *outcome) MUST_CHECK;

/* Keeps what was added where `error` is ERROR_NONE and `keep`; returns `error`, or what went wrong
 * now. NULL is safe. */
enum error journal_import_end(struct journal_import *import, enum error error,
                              bool keep) MUST_CHECK;

#endif
