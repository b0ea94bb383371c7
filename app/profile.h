#ifndef EMOTRACK_APP_PROFILE_H
#define EMOTRACK_APP_PROFILE_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* The profiles of this account: one database each, $XDG_DATA_HOME/emotrack/NAME.db, and what
 * syncing keeps beside it. */

#define PROFILE_DEFAULT "default"

enum { PROFILE_NAME_MAX = 64 /* bytes */ };

/* `name`, else $EMOTRACK_PROFILE (where not empty), else PROFILE_DEFAULT. Borrowed. */
const char *profile_choose(const char *name);

/* 1 to 64 of A-Z a-z 0-9 . _ -, no . or - at its start. */
bool profile_name_ok(const char *name);

/* Appends the path of the profile's database. ERROR_INVALID: not a profile's name, or no home
 * folder is known. */
enum error profile_path(const char *name, struct buffer *out) MUST_CHECK;

/* The names, sorted; `*names` and each name are malloc'ed: profile_list_free. */
enum error profile_list(char ***names, size_t *count) MUST_CHECK;
void profile_list_free(char **names, size_t count);

/* What stands beside the database. */
enum profile_file {
    PROFILE_MODEL,  /* the model that was fetched; not there: the shipped one is used */
    PROFILE_PART,   /* a model that is being fetched */
    PROFILE_BESIDE, /* a fetched model that did worse on the user's own ratings */
    PROFILE_LOCK,   /* held (flock) by the one process that syncs, backs up or restores; empty */
    PROFILE_CLAIMS, /* locked byte by byte: the windows that have a draft in hand; empty */
    PROFILE_OUT,    /* a copy of the journal that is being made */
    PROFILE_IN,     /* a backup that is being restored */
    PROFILE_KEPT,   /* the journal that a restored one has replaced */
    PROFILE_FILES,
};
/* Appends its path, whether it is there or not. Errors as profile_path. */
enum error profile_file(const char *name, enum profile_file file, struct buffer *out) MUST_CHECK;
/* Removes it, its bytes too where it is a copy of the journal. It need not be there. */
enum error profile_remove(const char *name, enum profile_file file) MUST_CHECK;
/* The same on the way out with an error, which it returns with its sentence. */
enum error profile_discard(const char *name, enum profile_file file, enum error error);
/* Removes them all but PROFILE_KEPT. */
enum error profile_sweep(const char *name) MUST_CHECK;

/* Whether a file of this name in the folder of the profiles belongs to the profile, what a program
 * that was killed has left there included. `*copy`: there are messages in it. */
bool profile_owns(const char *name, const char *file, bool *copy);
/* Appends the folder of all profiles. */
enum error profile_folder(struct buffer *out) MUST_CHECK;

bool profile_exists(const char *name);
/* ERROR_INVALID (not a name) or ERROR_NOT_FOUND. The default profile always passes: it is made when
 * it is first written to. */
enum error profile_check(const char *name) MUST_CHECK;
enum error profile_new(const char *name) MUST_CHECK; /* ERROR_EXISTS */
/* Its bytes too, and those of what a restored one has replaced. ERROR_NOT_FOUND; ERROR_BUSY:
 * another program has it open. */
enum error profile_delete(const char *name) MUST_CHECK;
enum error profile_rename(const char *from, const char *to) MUST_CHECK;

/* Before a file is written for other programs: ERROR_INVALID where `path` leads into the folder of
 * the profiles, or to a file of one of them by whatever way. */
enum error profile_guard(const char *path) MUST_CHECK;

#endif
