#include "app/describe_insights.h"

#include "app/describe.h"
#include "app/display.h"
#include "app/glyph.h"
#include "app/say.h"
#include "app/spark.h"

#include <math.h>
#include <string.h>

enum {
    WEEK = 7,
    WEEKS_MAX = 54, /* columns of a calendar: a year begins and ends within a week */
    MARGIN = 5,     /* columns in front of it */
    LINE_MAX = MARGIN + WEEKS_MAX,
    NAME_COLUMNS_MAX = 30,
};

const char describe_insights_empty[] =
    "There are no messages yet; 'emotrack write' takes some. Then this shows which emotions they "
    "have over time, when you write, and, as you rate the guesses, how often they are right.";

long describe_percent(size_t part, size_t whole)
{
    return whole ? lround(100.0 * (double)part / (double)whole) : 0;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static const char *name_of(const struct insights_data *data, int label)
{
    return describe_label(label >= 0 ? data->name[label] : NULL);
}

static void say_name(struct say *words, const struct insights_data *data, int label)
{
    const char *name = name_of(data, label);

    if (!words->error)
        words->error = display_safe(name, strlen(name), DISPLAY_LINE, words->out);
}

static char letter_of(const struct insights_view *view, int label)
{
    return label >= 0 ? view->letters[label] : '-';
}

/* ---- trends ---- */

static size_t name_columns(const struct insights_view *view)
{
    int widest = (int)strlen("emotion");

    for (int i = 0; i < view->data->names; i++) {
        const char *name = view->data->name[i];
        int columns = glyph_columns(name, strlen(name));

        widest = columns > widest ? columns : widest;
    }
    return (size_t)(widest < NAME_COLUMNS_MAX ? widest : NAME_COLUMNS_MAX);
}

static void say_head(struct say *words, const struct insights_view *view)
{
    const struct insights_trends *trends = &view->trends;

    say(words, "%s, by %s\n", trends->period.title, insights_source_names[trends->source]);
    say(words, "%zu message%s, %zu with an emotion (%s: %zu)\n", trends->messages,
        plural(trends->messages), trends->told, view->before.title, trends->before);
}

static void say_bucket_range(struct say *words, const struct insights_period *period)
{
    struct insights_bucket first, last;

    insights_bucket(period, 0, &first);
    insights_bucket(period, period->buckets - 1, &last);
    say(words, "%s to %s\n", first.name, last.name);
}

static void say_trend(struct say *words, const struct insights_view *view,
                      const struct insights_trend *trend, size_t columns, bool ascii)
{
    const struct insights_trends *trends = &view->trends;
    char cell[DISPLAY_CELL_MAX], line[INSIGHTS_BUCKETS_MAX * SPARK_COLUMN_MAX + 1];
    long change = lround(100 * trend->change);

    spark_line(trend->buckets, trends->period.buckets, trends->most, ascii, line);
    say(words, "%c %s  %8zu", view->letters[trend->label],
        display_cell(view->data->name[trend->label], columns, cell), trend->count);
    if (trends->shares)
        say(words, "  %4ld%%", describe_percent(trend->count, trends->told));
    if (trends->changes)
        say(words, change ? "  %+6ld" : "  %6ld", change);
    say(words, "  %s\n", line);
}

/* The main emotion of each day below the bars of that day. */
static void say_main_of_days(struct say *words, const struct insights_view *view, size_t columns)
{
    const struct insights_trends *trends = &view->trends;
    int before = (int)columns + 12 + (trends->shares ? 7 : 0) + (trends->changes ? 8 : 0);

    if (trends->period.buckets != trends->period.days)
        return;
    say(words, "%-*s  ", before - 2, "main emotion of the day");
    for (int32_t i = 0; i < trends->period.days; i++)
        say(words, "%c", view->cells[i].messages ? letter_of(view, view->cells[i].label) : '.');
    say(words, "\n");
}

static void say_trends(struct say *words, const struct insights_view *view, bool ascii)
{
    const struct insights_trends *trends = &view->trends;
    size_t columns = name_columns(view);

    if (trends->count == 0 && trends->messages > 0 && trends->source == INSIGHTS_YOU)
        say(words, "\nRate these messages, or look at their guesses: --source guesses\n");
    if (trends->count == 0)
        return;
    say(words, "\n  %-*s  messages%s%s  ", (int)columns, "emotion", trends->shares ? "  share" : "",
        trends->changes ? "  change" : "");
    say_bucket_range(words, &trends->period);
    for (int i = 0; i < trends->count; i++)
        say_trend(words, view, &trends->trend[i], columns, ascii);
    say_main_of_days(words, view, columns);
}

/* ---- the year in days ---- */

/* The first week of a year begins before it, unless the year begins with a week. */
static int lead_of(const struct insights_period *period)
{
    return (insights_weekday(period->first) - period->week_start + WEEK) % WEEK;
}

static void say_months(struct say *words, const struct insights_period *period)
{
    char line[LINE_MAX + 1];
    int end = 0;

    memset(line, ' ', sizeof line);
    for (int i = 0; i < period->buckets; i++) {
        struct insights_bucket month;
        int at;

        insights_bucket(period, i, &month);
        at = MARGIN + (month.first - period->first + lead_of(period)) / WEEK;
        memcpy(line + at, month.name, strlen(month.name));
        end = at + (int)strlen(month.name);
    }
    say(words, "%.*s\n", end, line);
}

static char cell_sign(const struct insights_view *view, int32_t day)
{
    if (day < 0 || day >= view->trends.period.days)
        return ' ';
    return view->cells[day].messages ? letter_of(view, view->cells[day].label) : '.';
}

/* A row for each day of the week, a column for each week. */
static void say_calendar(struct say *words, const struct insights_view *view)
{
    const struct insights_period *period = &view->trends.period;
    int lead = lead_of(period), weeks = (lead + period->days + WEEK - 1) / WEEK;

    say_months(words, period);
    for (int row = 0; row < WEEK; row++) {
        char line[WEEKS_MAX + 1];
        int end = 0;

        for (int week = 0; week < weeks; week++) {
            line[week] = cell_sign(view, week * WEEK + row - lead);
            end = line[week] == ' ' ? end : week + 1;
        }
        say(words, "%.3s  %.*s\n", insights_weekday_names[(period->week_start + row) % WEEK], end,
            line);
    }
}

static void say_year(struct say *words, const struct insights_view *view)
{
    if (view->trends.period.span != INSIGHTS_YEAR)
        return;
    say(words, "\n");
    say_calendar(words, view);
    say(words, "A letter: the main emotion of the day; -: none; .: nothing written\n");
}

/* ---- the model and you ---- */

enum error describe_agreement(const struct insights_agreement *agreement, struct buffer *out)
{
    struct say words = {.out = out};

    if (agreement->rated < INSIGHTS_FIRST) {
        say(&words, "%zu of %zu rating%s right", agreement->right, agreement->rated,
            plural(agreement->rated));
        return words.error;
    }
    say(&words, "right %ld%% of %zu ratings", describe_percent(agreement->right, agreement->rated),
        agreement->rated);
    if (agreement->rated > INSIGHTS_FIRST)
        say(&words, " (first %zu: %ld%%, last %zu: %ld%%)", agreement->first,
            describe_percent(agreement->first_right, agreement->first), agreement->last,
            describe_percent(agreement->last_right, agreement->last));
    return words.error;
}

static void say_correction(struct say *words, const struct insights_data *data,
                           const struct insights_correction *correction)
{
    say_name(words, data, correction->from);
    say(words, " -> ");
    say_name(words, data, correction->to);
    say(words, " (%zu)", correction->count);
}

enum error describe_correction(const struct insights_data *data,
                               const struct insights_correction *correction, struct buffer *out)
{
    struct say words = {.out = out};

    say_correction(&words, data, correction);
    return words.error;
}

static void say_guessed(struct say *words, const struct insights_view *view)
{
    const struct insights_agreement *agreement = &view->agreement;
    size_t columns = name_columns(view);

    say(words, "  %-*s   guessed  right\n", (int)columns, "emotion");
    for (int i = 0; i < view->data->names; i++) {
        size_t guessed = agreement->guessed[i], agreed = agreement->agreed[i];
        char cell[DISPLAY_CELL_MAX];

        if (guessed == 0)
            continue;
        say(words, "%c %s  %8zu  %5zu", view->letters[i],
            display_cell(view->data->name[i], columns, cell), guessed, agreed);
        if (guessed >= INSIGHTS_FIRST)
            say(words, "  %3ld%%", describe_percent(agreed, guessed));
        say(words, "\n");
    }
}

static void say_model(struct say *words, const struct insights_view *view)
{
    const struct insights_agreement *agreement = &view->agreement;

    if (agreement->rated == 0) {
        say(words, "\nRate some guesses, and this says how often they are right.\n");
        return;
    }
    say(words, "\nModel vs you: ");
    if (!words->error)
        words->error = describe_agreement(agreement, words->out);
    say(words, "\n");
    if (agreement->corrections > 0)
        say(words, "Most often corrected: ");
    for (int i = 0; i < agreement->corrections; i++) {
        say(words, "%s", i ? ", " : "");
        say_correction(words, view->data, &agreement->correction[i]);
    }
    say(words, "%s", agreement->corrections > 0 ? "\n" : "");
    say_guessed(words, view);
}

/* ---- habits of writing ---- */

static void say_streaks(struct say *words, const struct insights_habits *habits)
{
    char date[INSIGHTS_DATE_MAX];

    insights_date(habits->longest_first, date);
    if (habits->streak > 0)
        say(words, "\nStreak: %zu day%s in a row", habits->streak, plural(habits->streak));
    else
        say(words, "\nStreak: none; nothing was written today or yesterday");
    say(words, " (longest: %zu, from %s; %zu day%s with a message in all)\n", habits->longest, date,
        habits->days, plural(habits->days));
}

static size_t largest(const size_t *counts, int count)
{
    size_t most = 0;

    for (int i = 0; i < count; i++)
        most = counts[i] > most ? counts[i] : most;
    return most;
}

/* What the letters of the hours stand for: they are of all time, and need not be in the period. */
static void say_hour_letters(struct say *words, const struct insights_view *view)
{
    bool told[INSIGHTS_LABELS_MAX] = {false};

    for (int i = 0; i < 24; i++) {
        int label = view->habits.hour_label[i];

        if (label < 0 || told[label])
            continue;
        told[label] = true;
        say(words, "  %c ", view->letters[label]);
        say_name(words, view->data, label);
    }
}

static void say_hours(struct say *words, const struct insights_view *view, bool ascii)
{
    const struct insights_habits *habits = &view->habits;
    char line[24 * SPARK_COLUMN_MAX + 1];

    spark_line(habits->hours, 24, largest(habits->hours, 24), ascii, line);
    say(words, "Hours         0     6     12    18\n  messages    %s\n  emotion     ", line);
    for (int i = 0; i < 24; i++)
        say(words, "%c", habits->hours[i] ? letter_of(view, habits->hour_label[i]) : '.');
    say_hour_letters(words, view);
    say(words, "\n");
}

static void say_weekdays(struct say *words, const struct insights_view *view)
{
    const struct insights_habits *habits = &view->habits;

    for (int row = 0; row < WEEK; row++) {
        int day = (view->trends.period.week_start + row) % WEEK;

        say(words, "%-9s  %8zu", insights_weekday_names[day], habits->weekdays[day]);
        if (habits->weekday_label[day] >= 0) {
            say(words, "  mostly ");
            say_name(words, view->data, habits->weekday_label[day]);
        }
        say(words, "\n");
    }
}

/* Once for all that is left out. */
static void say_what_is_missing(struct say *words, const struct insights_view *view)
{
    if (!view->trends.shares || view->agreement.rated < INSIGHTS_FIRST)
        say(words, "\nPercentages show from %d ratings on, or messages with an emotion.\n",
            INSIGHTS_FIRST);
}

enum error describe_insights(const struct insights_view *view, bool ascii, struct buffer *out)
{
    struct say words = {.out = out};

    say_head(&words, view);
    say_trends(&words, view, ascii);
    say_year(&words, view);
    say_model(&words, view);
    say_streaks(&words, &view->habits);
    say_hours(&words, view, ascii);
    say_weekdays(&words, view);
    say_what_is_missing(&words, view);
    return words.error;
}
