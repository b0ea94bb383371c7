#ifndef EMOTRACK_APP_COMMANDS_DESCRIBE_H
#define EMOTRACK_APP_COMMANDS_DESCRIBE_H

#include "app/journal.h"

/* Messages and guesses in words, for people. Everything that is appended is safe on a terminal
 * (app/display.h). */

enum { DESCRIBE_MAX = 4 * 1024 * 1024 /* bytes: more than the longest message takes */ };

/* The label's name, or "can't tell" for NULL. */
const char *describe_label(const char *name);
/* The name of the guessed label, or "can't tell". */
const char *describe_guess(const struct model *model, const struct prediction *prediction);

/* "2026-11-21 23:41", on the writer's clock. */
enum error describe_time(const struct entry *entry, struct buffer *out) MUST_CHECK;

/* The user's word in one: "right", the emotion that was picked, "wrong", or "?" for none. */
const char *describe_verdict(const struct entry *entry);

/* "message 12: anger, you said fear" and a line break. */
enum error describe_rating(const struct entry *entry, struct buffer *out) MUST_CHECK;

/* The same for a message of the journal, printed to stdout. */
enum error describe_rating_of(struct journal *journal, int64_t id) MUST_CHECK;

/* The why as lines that can be added up: each contribution, the bias and their sum. */
enum error describe_why(const struct prediction *prediction, const struct why *why,
                        struct buffer *out) MUST_CHECK;

/* The why in a few words: "cancelled +, can't +, looking forward -", or "" where there is none. */
enum error describe_why_short(const struct why *why, struct buffer *out) MUST_CHECK;

#endif
