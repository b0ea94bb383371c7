#ifndef EMOTRACK_APP_COMMANDS_FIGURES_H
#define EMOTRACK_APP_COMMANDS_FIGURES_H

#include "app/insights.h"

/* All numbers of a view as one JSON object on standard output, with the months of all time.
 * ERROR_NO_MEMORY. */
enum error figures_print(const struct insights_view *view, const struct insights_month *months,
                         size_t count) MUST_CHECK;

#endif
