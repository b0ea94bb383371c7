#ifndef EMOTRACK_SYNC_SERVER_CHART_H
#define EMOTRACK_SYNC_SERVER_CHART_H

#include "base/buffer.h"
#include "sync/server/status.h"

#include <stdbool.h>

/* The models' quality by version, as SVG that takes its colours from the page's style (classes
 * "accuracy" and "f1"). */

/* Whether any model has figures; without, there is nothing to draw. */
bool chart_has_figures(const struct server_status *status);

/* Appends the drawing. Figures that are missing leave a gap. */
enum error chart_write(const struct server_status *status, struct buffer *out) MUST_CHECK;

#endif
