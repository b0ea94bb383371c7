#ifndef EMOTRACK_APP_COMMANDS_PERIOD_H
#define EMOTRACK_APP_COMMANDS_PERIOD_H

#include "app/commands/command.h"
#include "app/insights.h"
#include "app/settings.h"

/* The options that say what insights are to show, the same for every command that shows them:
 * --period, --at and --source. */

#define PERIOD_SPANS   "day|week|month|year"
#define PERIOD_SOURCES "you|guesses"
extern const char period_at_help[], period_source_help[];

/* For the details of such a command. */
#define PERIOD_DETAILS                                                                             \
    "DATE is a day in the period: YYYY-MM-DD, YYYY-MM, YYYY, today or yesterday. A message "       \
    "belongs to the day and hour on the clock of whoever wrote it, where it was written."

/* The period that is asked for, with weeks as the settings have them. ERROR_USAGE: DATE is no date.
 */
enum error period_read(const struct arguments *arguments, const struct settings *settings,
                       enum insights_span usual, struct insights_period *out) MUST_CHECK;

/* The source that is asked for. */
enum insights_source period_source(const struct arguments *arguments,
                                   const struct insights_data *data);

#endif
