#ifndef EMOTRACK_APP_TUI_INSIGHTS_ITEM_H
#define EMOTRACK_APP_TUI_INSIGHTS_ITEM_H

#include "app/tui/insights.h"

/* What the chosen item says, and the messages behind it. */

/* How many messages: for a streak, days. */
size_t insights_item_entries(const struct insights_state *insights);

/* Appends the filter line (db/filter.h) for them. ERROR_NO_MEMORY; ERROR_INVALID: the name of the
 * emotion cannot stand in a filter. */
enum error insights_item_filter(const struct insights_state *insights,
                                struct buffer *out) MUST_CHECK;

enum { INSIGHTS_WORDS_MAX = 256 /* bytes */ };

/* "Sat 21 November 2026 (today): 3 messages, mostly joy". In a narrow window it is said in fewer
 * words. */
void insights_item_words(const struct insights_state *insights, char out[INSIGHTS_WORDS_MAX]);

/* What is counted, and why: "Source: your ratings (41)", "Source: the guesses (12 of 20 ratings)".
 */
void insights_source_words(const struct insights_state *insights, char out[INSIGHTS_WORDS_MAX]);

/* In place of trends, where the period has none: two lines, of 36 columns at most. */
void insights_no_trends(const struct insights_state *insights, char first[INSIGHTS_WORDS_MAX],
                        char second[INSIGHTS_WORDS_MAX]);

#endif
