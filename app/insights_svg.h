#ifndef EMOTRACK_APP_INSIGHTS_SVG_H
#define EMOTRACK_APP_INSIGHTS_SVG_H

#include "app/insights.h"

enum { INSIGHTS_SVG_MAX = 4 * 1024 * 1024 /* bytes, more than one picture takes */ };

/* Appends a view as an SVG 1.1 picture that is as wide as a page of A4: the period's days in the
 * colours and letters of their main emotions, each emotion over the period, and how often the
 * guesses were right. It reads without colours, holds no script and names nothing outside itself.
 * The same view, model and `today` make the same bytes. ERROR_NO_MEMORY. */
enum error insights_svg(const struct insights_view *view, const struct model *model, int32_t today,
                        struct buffer *out) MUST_CHECK;

#endif
