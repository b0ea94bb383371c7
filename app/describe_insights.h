#ifndef EMOTRACK_APP_DESCRIBE_INSIGHTS_H
#define EMOTRACK_APP_DESCRIBE_INSIGHTS_H

#include "app/insights.h"

/* Insights in words, for people. Everything that is appended is safe on a terminal (app/display.h).
 * Shares are named from INSIGHTS_FIRST ratings or messages on: of fewer they would say more than is
 * known. */

/* What an empty journal will show, and how: a sentence or two without a line break. */
extern const char describe_insights_empty[];

/* A part in percent, rounded; 0 of nothing. */
long describe_percent(size_t part, size_t whole);

/* "right 71% of 41 ratings (first 20: 60%, last 20: 80%)", "9 of 12 ratings right". */
enum error describe_agreement(const struct insights_agreement *agreement,
                              struct buffer *out) MUST_CHECK;

/* "anger -> fear (5)". */
enum error describe_correction(const struct insights_data *data,
                               const struct insights_correction *correction,
                               struct buffer *out) MUST_CHECK;

/* All that the view shows, in paragraphs. `ascii`: no signs beyond ASCII but in names. */
enum error describe_insights(const struct insights_view *view, bool ascii,
                             struct buffer *out) MUST_CHECK;

#endif
