#ifndef EMOTRACK_APP_TUI_CLAIM_H
#define EMOTRACK_APP_TUI_CLAIM_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* Which window has which draft in hand, so that two windows on one profile never write over each
 * other's: a lock on a byte of a file of the profile (fcntl(2), "open file description locks"),
 * which ends with its process, however that ends. */

/* `*claims`: a descriptor for the calls below, -1 where the disk knows no such locks: every draft
 * is free then. The caller closes it. What profile_file returns. */
enum error claims_open(const char *profile, int *claims) MUST_CHECK;

/* False: another window has the draft. */
bool claim_take(int claims, int64_t draft);

void claim_drop(int claims, int64_t draft);

#endif
