#include "app/commands/commands.h"
#include "app/commands/figures.h"
#include "app/commands/period.h"
#include "app/commands/session.h"
#include "app/describe_insights.h"
#include "app/locale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES_MAX = 1024 * 1024 };

static void print_row(const char *name, const struct insights_month *month)
{
    printf("%-8s  %8zu  %6zu  %6zu", name, month->messages, month->rated, month->right);
    if (month->rated >= INSIGHTS_FIRST)
        printf("  %3ld%%", describe_percent(month->right, month->rated));
    putchar('\n');
}

static void print_months(const struct insights_month *months, size_t count)
{
    struct insights_month total = {0};

    printf("\n%-8s  %8s  %6s  %6s\n", "month", "messages", "rated", "right");
    for (size_t i = 0; i < count; i++) {
        char date[INSIGHTS_DATE_MAX];

        insights_date(months[i].first, date);
        date[strlen("YYYY-MM")] = '\0';
        print_row(date, &months[i]);
        total.messages += months[i].messages;
        total.rated += months[i].rated;
        total.right += months[i].right;
    }
    print_row("all", &total);
}

static enum error print_words(const struct insights_view *view, bool ascii,
                              const struct insights_month *months, size_t count)
{
    struct buffer text;
    enum error error;

    if (view->data->count == 0) {
        puts(describe_insights_empty);
        return ERROR_NONE;
    }
    buffer_init(&text, TEXT_BYTES_MAX);
    error = describe_insights(view, ascii, &text);
    if (!error) {
        fwrite(text.data, 1, text.length, stdout);
        print_months(months, count);
    }
    buffer_free(&text);
    return error;
}

static enum error print_stats(const struct arguments *arguments, const struct insights_data *data,
                              const struct insights_period *period, bool ascii)
{
    struct insights_month *months;
    struct insights_view view;
    size_t count;
    enum error error = insights_months(data, &months, &count);

    insights_view(data, period, period_source(arguments, data), insights_today(), &view);
    if (!error)
        error = arguments_has(arguments, "json") ? figures_print(&view, months, count)
                                                 : print_words(&view, ascii, months, count);
    free(months);
    return error;
}

static int run(const struct arguments *arguments)
{
    struct insights_data data = {0};
    struct insights_period period;
    struct journal *journal = NULL;
    struct settings settings;
    enum error error;
    bool ascii;

    session_settings(arguments, &settings);
    ascii = settings.choice[SETTING_SYMBOLS] == SYMBOLS_ASCII || !locale_is_utf8();
    error = period_read(arguments, &settings, INSIGHTS_MONTH, &period);
    if (!error)
        error = session_open(arguments, JOURNAL_READ, &journal);
    if (!error)
        error = insights_read(journal, &data);
    if (!error)
        error = print_stats(arguments, &data, &period, ascii);
    insights_data_free(&data);
    journal_close(journal);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"period", "PERIOD", PERIOD_SPANS, "show so long a time; without it a month"},
    {"at", "DATE", NULL, period_at_help},
    {"source", "SOURCE", PERIOD_SOURCES, period_source_help},
    {"json", NULL, NULL, "print all the numbers as one JSON object"},
    {0},
};

const struct command command_stats = {
    .name = "stats",
    .operands = "",
    .summary = "show which emotions you write about, how often the guess was right, and when you "
               "write",
    .details =
        "Shows for a month, or the period that is asked for, how many messages have each emotion, "
        "their share and its change in points against the period before, and a line of bars over "
        "the period; of a year also every day, as the letter of its main emotion. Then, for all "
        "time: how often the guesses that you rated were right, what they were most often "
        "corrected to, days in a row with a message, the hours and weekdays, and each month. "
        "Percentages show from 20 ratings or messages on: of fewer they would say more than is "
        "known. " PERIOD_DETAILS "\n\n"
        "The bars are blocks where the locale is UTF-8, else, and with --symbols ascii, _-~^ from "
        "few to most; a dot is none. The bars of all emotions have one scale.\n\n"
        "    emotrack stats --period year --at 2025\n"
        "    emotrack stats --period week --source guesses --json | jq .period.trends\n\n"
        "The object of --json has messages, rated, right and accuracy (right of rated, 0 to 1; "
        "null without ratings) of all time, and the same for each of its months; source; period "
        "(span, title, first and last day, messages, told: those with an emotion by the source, "
        "told_before: those in the period before, buckets with name, first and last day, and "
        "trends, the most frequent first, with label, count, before, share (0 to 1), change (null "
        "where there is nothing before) and the count in each of its buckets); days (those of the "
        "period with a message: date, messages, told, label: the main emotion); agreement (first "
        "and last: rated and right of the first and last 20 ratings; labels: guessed and right of "
        "each emotion; corrections: from, null for \"can't tell\", to, count); and habits (streak "
        "and longest in days, longest_first, days with a message, messages and main label of the "
        "24 hours and of the weekdays).",
    .options = options,
    .run = run,
};
