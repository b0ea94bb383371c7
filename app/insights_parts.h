#ifndef EMOTRACK_APP_INSIGHTS_PARTS_H
#define EMOTRACK_APP_INSIGHTS_PARTS_H

#include "app/insights.h"

/* What the files of the insights share and nobody else sees. */

/* The emotion of a message by a source; negative: none that is counted. */
static inline int insights_told(const struct insights_mood *mood, enum insights_source source)
{
    return source == INSIGHTS_YOU ? mood->you : mood->guess;
}

/* Counts the next message's emotion, if it has one; *main is the most frequent one so far. Of
 * equals the last to reach the highest count is the later one. */
static inline void insights_vote(uint32_t counts[INSIGHTS_LABELS_MAX], int label, int *main)
{
    if (label >= 0 && ++counts[label] >= (*main < 0 ? 0 : counts[*main]))
        *main = label;
}

#endif
