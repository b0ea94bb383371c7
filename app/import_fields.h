#ifndef EMOTRACK_APP_IMPORT_FIELDS_H
#define EMOTRACK_APP_IMPORT_FIELDS_H

#include "base/error.h"
#include "db/entry.h"

/* The fields of a message as other programs write them, taken apart. Each raises ERROR_INVALID with
 * what is wrong. */

/* ISO 8601, "2026-11-21T23:41:05.250+01:00": the fraction may be missing, the offset may be Z, and
 * without one it is a time of this computer's zone. Years 1900 to 9999. */
enum error fields_time(const char *text, struct entry *out) MUST_CHECK;

/* "2026-11-21" and "23:41", "23:41:05", "9:41 PM": a time of this computer's zone. */
enum error fields_local(const char *date, const char *clock, struct entry *out) MUST_CHECK;

/* "right", "wrong"; NULL or "": not rated. */
enum error fields_rating(const char *text, struct entry *out) MUST_CHECK;

/* A decimal number, all of the text. */
enum error fields_number(const char *name, const char *text, double *out) MUST_CHECK;

/* A message's number, 1 and up; 0 where it is none to keep. */
int64_t fields_id(double number);

#endif
