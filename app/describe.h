#ifndef EMOTRACK_APP_DESCRIBE_H
#define EMOTRACK_APP_DESCRIBE_H

#include "app/journal.h"

/* Messages and guesses in words, for people. Everything that is appended is safe on a terminal
 * (app/display.h). */

enum { DESCRIBE_MAX = 4 * 1024 * 1024 /* bytes: more than the longest message takes */ };

/* The label's name, or "can't tell" for NULL. */
const char *describe_label(const char *name);
/* The name of the guessed label, or "can't tell". */
const char *describe_guess(const struct model *model, const struct prediction *prediction);

/* The columns of the widest of the model's label names; the same, where "can't tell" stands among
 * them. */
size_t describe_label_columns(const struct model *model);
size_t describe_guess_columns(const struct model *model);

/* The model's labels by probability, the largest first; of equals the model's first is first. */
void describe_order(const struct model *model, const struct prediction *prediction,
                    int order[LABELS_MAX]);

/* The likeliest of the other emotions that are probable enough to be named beside the guess, as in
 * "joy, with some surprise", or NULL. */
const struct label *describe_second(const struct model *model, const struct prediction *prediction);

/* How sure a guess of this probability may be said to be; "" where nothing needs to be said. The
 * words mean what the probability does, which is calibrated (classifier/calibration.h): "more
 * likely wrong" is below one half, "not sure" is right less than three times in four. */
const char *describe_sureness(float probability);

/* "joy 62%, with some surprise (not sure)", or "can't tell 31%". */
enum error describe_guess_in_full(const struct model *model, const struct prediction *prediction,
                                  struct buffer *out) MUST_CHECK;

/* "2026-11-21 23:41", on the writer's clock. */
enum { DESCRIBE_TIME_MAX = 32 /* bytes */ };
void describe_time(const struct entry *entry, char out[DESCRIBE_TIME_MAX]);

/* The user's word in one: "right", the emotion that was picked, "wrong", or "?" for none. */
const char *describe_verdict(const struct entry *entry);

/* "message 12: anger, you said fear" and a line break. */
enum error describe_rating(const struct entry *entry, struct buffer *out) MUST_CHECK;

/* The same for a message of the journal, printed to stdout. */
enum error describe_rating_of(struct journal *journal, int64_t id) MUST_CHECK;

/* A feature of the vocabulary as people would say it: "not:good" as "not good", "<s> so" as "so
 * (first)", "<shout>" as "(a SHOUTED word)". */
enum error describe_feature(const char *feature, struct buffer *out) MUST_CHECK;

/* Whether a few words are enough to say what the feature is: not a mark of the message's shape. */
bool describe_is_words(const struct contribution *contribution);

/* The why as lines that can be added up: each contribution, the bias and their sum. */
enum error describe_why(const struct prediction *prediction, const struct why *why,
                        struct buffer *out) MUST_CHECK;

/* A message in full: its text, when it was written, how it was guessed then and rated. */
enum error describe_message(const struct entry *entry, struct buffer *out) MUST_CHECK;

/* What is guessed for a text now: every emotion's probability, and the why in full. */
enum error describe_now(struct journal *journal, const char *text, size_t length,
                        struct buffer *out) MUST_CHECK;

#endif
