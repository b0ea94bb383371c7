#ifndef EMOTRACK_DB_DB_H
#define EMOTRACK_DB_DB_H

#include "base/buffer.h"
#include "db/entry.h"
#include "db/filter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One user's journal: one SQLite file with that user's messages, ratings, drafts and settings, and
 * nobody else's. What a call has stored when it returns ERROR_NONE is on the disk (WAL,
 * synchronous=FULL); every call that changes something is one transaction. Any number of processes
 * may use the file at once: writers wait for each other, up to 30 seconds (then ERROR_BUSY).
 * A struct db belongs to one thread at a time.
 * The texts of a journal may be encrypted: db/vault.h.
 *
 * Besides the errors named below every call may return ERROR_BUSY, ERROR_FULL, ERROR_READ_ONLY,
 * ERROR_DAMAGED, ERROR_IO or ERROR_NO_MEMORY; each sentence names the file and says what to do, and
 * the file is then as it was before the call. (Where a disk fails for good while it is to make a
 * change durable, the next opening may find the change made: ERROR_IO leaves it open.) */
struct db;

enum db_mode {
    DB_READ,   /* must exist; nothing is written (but bytes that were to be overwritten are), and
                  it may be on a read-only disk */
    DB_WRITE,  /* must exist */
    DB_CREATE, /* made, with its folders, where it does not exist; folders 0700, files 0600 */
};

/* ERROR_NOT_FOUND (DB_READ, DB_WRITE), ERROR_VERSION (written by a newer EmoTrack), ERROR_DENIED,
 * ERROR_DAMAGED (not a database, or a broken one). */
enum error db_open(const char *path, enum db_mode mode, struct db **out) MUST_CHECK;
void db_close(struct db *db); /* NULL is safe */

/* How long calls wait for other writers from now on, instead of 30 seconds: a program that somebody
 * types into would rather say ERROR_BUSY and try again. */
void db_set_patience(struct db *db, int milliseconds);

/* `durable` false: from now on what a call has stored outlives the program, however it ends, but a
 * power cut may take the last moments of it, and what it has deleted is not overwritten yet; saving
 * does not wait for the disk, so that a draft can be saved with every word. Somebody else calls
 * db_sync and db_tidy then, in a thread of their own. (Where the disk refuses WAL it stays
 * durable.)
 */
enum error db_set_durable(struct db *db, bool durable) MUST_CHECK;

/* How many calls through this connection have changed something; drafts do not count. */
uint64_t db_acts(const struct db *db);

/* What any connection has stored is on the disk when this returns ERROR_NONE. ERROR_IO: the disk
 * may have lost it. */
enum error db_sync(struct db *db) MUST_CHECK;

/* What connections that are not durable have put off: bytes that were deleted are overwritten
 * (db_notice where they are not yet), and the WAL is folded in. For a connection that is not
 * durable itself. */
enum error db_tidy(struct db *db) MUST_CHECK;

/* A sentence about something that is worth the user's while, or NULL. After db_open: the disk
 * refuses WAL, or what was deleted earlier could not yet be overwritten; after a call that deletes
 * or edits messages: its bytes could not. Lives until the next call that changes something. */
const char *db_notice(const struct db *db);

/* True once after another connection has changed the file: what was read from it may be stale.
 * Drafts do not count. */
enum error db_changed(struct db *db, bool *changed) MUST_CHECK;

/* ---- messages ---- */

/* Adds a message (id, verdict and label of `entry` are not read). The draft `draft`
 * (0: none) is removed in the same transaction: the message that it became is never there twice. */
enum error db_add(struct db *db, const struct entry *entry, int64_t draft, int64_t *id) MUST_CHECK;

/* Adds several in one transaction, which are given their numbers; in the same, the draft rest->id
 * (0: there is none) becomes rest->text, and is removed where that is empty. */
enum error db_add_all(struct db *db, struct entry *entries, size_t count,
                      const struct draft *rest) MUST_CHECK;

/* ERROR_NOT_FOUND: no message has this id. The caller clears the entry. */
enum error db_get(struct db *db, int64_t id, struct entry *out) MUST_CHECK;

/* The message entry->id gets a new text, guess, probability and model, and its rating becomes
 * entry->verdict and entry->label (VERDICT_NONE: no rating). A rating that stays keeps its place in
 * the order of ratings; older and undone ratings of the message, which were about the old text, are
 * gone, and so are the old text's bytes. ERROR_NOT_FOUND. */
enum error db_edit(struct db *db, const struct entry *entry) MUST_CHECK;

/* Deletes messages with their ratings, and their bytes from every file of the profile (freed pages
 * are overwritten, all pages written anew, the WAL is truncated). All ids exist or nothing is
 * deleted: ERROR_NOT_FOUND names the first that does not.
 *
 * Where the bytes cannot be overwritten at once (another program reads on for seconds, the disk is
 * full, the power fails) this is made good by the next deletion, edit or db_open that may write;
 * until then db_notice says so. db_edit and db_delete_all do the same. */
enum error db_delete(struct db *db, const int64_t *ids, size_t count) MUST_CHECK;

/* Deletes every message, rating and draft (settings stay). `*count`: how many messages. */
enum error db_delete_all(struct db *db, size_t *count) MUST_CHECK;

/* ---- ratings ----
 * An append-only list with a cursor: rating a message again supersedes its older rating; undo takes
 * back the newest rating of all, so that the one it superseded is live again; redo brings it back
 * in its old place; a new rating ends the chance to redo. */

/* `label` may be NULL; must be NULL with VERDICT_RIGHT. ERROR_NOT_FOUND: no such message. */
enum error db_rate(struct db *db, int64_t id, enum verdict verdict, const char *label) MUST_CHECK;

/* `*id`: the message whose rating it was. ERROR_NOT_FOUND: there is nothing to undo / redo. */
enum error db_undo(struct db *db, int64_t *id) MUST_CHECK;
enum error db_redo(struct db *db, int64_t *id) MUST_CHECK;

/* What is said of a message: as in db_rate. */
struct rating {
    int64_t message;
    enum verdict verdict;
    const char *label;
};

/* Rates messages, all or none; `*first` tells db_turn_all which. ERROR_NOT_FOUND names the first
 * message that is not there. */
enum error db_rate_all(struct db *db, const struct rating *ratings, size_t count,
                       int64_t *first) MUST_CHECK;

/* Takes `count` ratings from `first` on back, or brings them back (`undone` false), all or none.
 * ERROR_NOT_FOUND: they are not what db_undo or db_redo would be about, since something else was
 * rated. */
enum error db_turn_all(struct db *db, int64_t first, size_t count, bool undone) MUST_CHECK;

/* Called with each entry; borrowed for the call. It may read the db but not change it. An error
 * ends the walk and is returned. */
typedef enum error db_visit(void *context, const struct entry *entry);

/* Offers what db_layer_save has kept (bytes borrowed for the call); returns whether it was taken.
 */
typedef bool db_restore(void *context, const void *bytes, size_t length);

/* Every live rating (with its message, unless that is damaged), in the order of rating, from one
 * snapshot. `restore` (NULL:
 * none) is called first if a layer is kept that is true still; where it takes it, the walk starts
 * after the ratings that the layer was learnt from. */
enum error db_each_rating(struct db *db, db_restore *restore, db_visit *visit,
                          void *context) MUST_CHECK;

/* Keeps what the caller has learnt from all live ratings, in place of what was kept before. Nothing
 * is kept where another connection has changed the file since db_changed last said so. The layer is
 * derived: it is dropped as soon as a rating that it rests on is superseded, undone, edited or
 * deleted. */
enum error db_layer_save(struct db *db, const void *bytes, size_t length) MUST_CHECK;

/* How many live ratings there are. */
enum error db_rating_count(struct db *db, size_t *count) MUST_CHECK;

/* ---- search ---- */

/* Every message that passes the filter (in order of created, then id, either way), at most `limit`
 * of them (0: all), from one snapshot. */
enum error db_each(struct db *db, const struct filter *filter, enum db_order order, size_t limit,
                   db_visit *visit, void *context) MUST_CHECK;

/* The ids of the same, in any order. `*ids` is malloc'ed (NULL when there are none), the caller
 * frees it. ERROR_CANCELLED: the search was abandoned. */
enum error db_find(struct db *db, const struct filter *filter, const struct search *search,
                   int64_t **ids, size_t *count) MUST_CHECK;

/* The names of all emotions that were guessed or picked, in order of the alphabet. Both the array
 * and the names are malloc'ed: db_names_free. */
enum error db_names(struct db *db, char ***names, size_t *count) MUST_CHECK;
void db_names_free(char **names, size_t count); /* NULL is safe */

/* When the last message that was written before `before` was, both in ms since 1970 on its writer's
 * clock. `*found` false: none was. */
enum error db_last_written(struct db *db, int64_t before, int64_t *written, bool *found) MUST_CHECK;

/* How many messages there are, without a filter. */
enum error db_count(struct db *db, size_t *count) MUST_CHECK;

/* ---- drafts and settings ---- */

/* Keeps what stands in a text box as the draft *id: 0 is a new one, which is given its number then;
 * one that is gone is made anew. `message`: the message whose new text it is, as long as that is
 * there; 0: none. An empty text removes it (*id becomes 0), its bytes and those of
 * what stood there before too; where another program is reading just then, they leave the WAL when
 * that is next truncated, at the latest when the last program closes the journal. */
enum error db_draft_save(struct db *db, int64_t *id, int64_t message, const char *text,
                         size_t length) MUST_CHECK;

/* The one that was saved last comes first. The caller frees them: drafts_free. */
enum error db_draft_list(struct db *db, struct draft **out, size_t *count) MUST_CHECK;

/* How many there are; the texts of an encrypted journal need not be opened for it. */
enum error db_draft_count(struct db *db, size_t *count) MUST_CHECK;

/* `*value` is malloc'ed, NULL where the setting was never set. */
enum error db_setting_get(struct db *db, const char *name, char **value) MUST_CHECK;
enum error db_setting_set(struct db *db, const char *name, const char *value) MUST_CHECK;

/* ---- the file ---- */

/* Makes an empty journal (and its folders), which is there whole or not at all. ERROR_EXISTS. */
enum error db_make(const char *path) MUST_CHECK;

/* Moves a profile's file and everything that SQLite keeps beside it, after folding the WAL in.
 * ERROR_EXISTS: `to` is there. ERROR_BUSY: somebody has it open. */
enum error db_rename(const char *from, const char *to) MUST_CHECK;

/* `*owns`: whether `file` is the journal `path`, or one of the files that SQLite keeps beside it
 * (there now or not), whatever path leads to it. */
enum error db_owns(const char *path, const char *file, bool *owns) MUST_CHECK;

/* Takes a journal for oneself until `*claim` is closed: no other program has it open, and none can
 * open it. Where it cannot be opened at all (damaged, of a newer EmoTrack) nobody can use it, and
 * `*claim` is NULL. ERROR_BUSY: another program has it open. */
enum error db_claim(const char *path, struct db **claim) MUST_CHECK;

/* Overwrites and removes a profile's file and everything that SQLite keeps beside it; works on a
 * damaged file too. ERROR_NOT_FOUND. */
enum error db_destroy(const char *path) MUST_CHECK;

#endif
