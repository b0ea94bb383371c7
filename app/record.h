#ifndef EMOTRACK_APP_RECORD_H
#define EMOTRACK_APP_RECORD_H

#include "app/journal.h"
#include "app/journal_sync.h"

/* Messages and guesses as other programs read them: CSV (RFC 4180) and JSON Lines, in UTF-8,
 * whatever bytes a damaged journal holds (what is none becomes U+FFFD). JSON has every control
 * character, U+2028, U+2029 and what reorders text (base/utf8.h) escaped: it is safe on a terminal
 * and loses nothing. CSV has no escapes: there they stand as they are.
 *
 * The fields of a message: id, created_at (ISO 8601 with milliseconds and the writer's offset),
 * text, guess, probability, rating (right, wrong), label (the emotion that the user picked), model.
 * What is not there is empty in CSV and null in JSON. */

enum { RECORD_MAX = 8 * 1024 * 1024 /* bytes: more than the longest message takes */ };

/* Each appends one line with its line break: CR LF in CSV, LF in JSON. */
enum error record_csv_header(struct buffer *out) MUST_CHECK;

/* Unless `raw`, a cell that starts with = + - @ ' TAB or CR gets a ' in front, so that no
 * spreadsheet runs it; taking one ' away from each cell that starts with one undoes it. */
enum error record_csv(const struct entry *entry, bool raw, struct buffer *out) MUST_CHECK;

enum error record_json(const struct entry *entry, struct buffer *out) MUST_CHECK;

/* One guess: text, label (null: can't tell), probability, labels (label and probability of each
 * that is over its own threshold, most probable first; none where it can't tell), probabilities (by
 * label), known, tokens, why (feature and contribution to the most probable label's score, largest
 * first), bias, score (bias + contributions = score) and model (model_id). Numbers are exact to the
 * last bit of a float. */
enum error record_prediction(const char *text, size_t length, const struct model *model,
                             const struct prediction *prediction, const struct why *why,
                             struct buffer *out) MUST_CHECK;

/* Appends JSON as it goes out: what a terminal might obey, which stands in strings alone, as
 * \uXXXX, and what is no UTF-8 as U+FFFD. */
enum error record_escape(const char *json, struct buffer *out) MUST_CHECK;

/* How a sync went: status, votes, model (its version), epsilon (null: no bound), updated, queued,
 * retry_at (ISO 8601, UTC; null: nothing to retry) and note. */
enum error record_sync(const struct sync_result *result, struct buffer *out) MUST_CHECK;

/* One upload: number, created_at, finished_at (null: it waits), url, mode, round, state, votes,
 * votes_max, noise, model, bytes, sha256 and answer (null: none). */
enum error record_upload(const struct sync_upload *upload, struct buffer *out) MUST_CHECK;

#endif
