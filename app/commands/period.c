#include "app/commands/period.h"

#include <string.h>

const char period_at_help[] = "show the one that DATE is in; without it the present one";
const char period_source_help[] =
    "count what you said, or what was guessed; without it what you said, from 20 ratings on";

static enum insights_span chosen_span(const struct arguments *arguments, enum insights_span usual)
{
    const char *word = arguments_value(arguments, "period");

    for (int i = 0; word && i < INSIGHTS_SPANS; i++)
        if (strcmp(word, insights_span_names[i]) == 0)
            return (enum insights_span)i;
    return usual;
}

enum error period_read(const struct arguments *arguments, const struct settings *settings,
                       enum insights_span usual, struct insights_period *out)
{
    const char *date = arguments_value(arguments, "at");
    int32_t day = insights_today();

    if (date && !insights_day(date, &day))
        return error_raise(ERROR_USAGE,
                           "'%s' is no date; write YYYY-MM-DD, YYYY-MM, YYYY, today or yesterday",
                           date);
    insights_period(chosen_span(arguments, usual), day, settings_week_start(settings), out);
    return ERROR_NONE;
}

enum insights_source period_source(const struct arguments *arguments,
                                   const struct insights_data *data)
{
    const char *word = arguments_value(arguments, "source");

    if (!word)
        return insights_source(data);
    return strcmp(word, "you") == 0 ? INSIGHTS_YOU : INSIGHTS_GUESSES;
}
