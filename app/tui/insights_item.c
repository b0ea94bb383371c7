#include "app/tui/insights_item.h"

#include "app/describe.h"
#include "app/describe_insights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE = 76, NARROW = 60, TINY = 36, DAY_TEXT = 64, MOSTLY_TEXT = 160 };

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static const char *name_of(const struct insights_state *insights, int label)
{
    return describe_label(label >= 0 ? insights->data.name[label] : NULL);
}

/* The day of the week of a cell of BLOCK_WEEKDAYS. */
static int weekday_of(const struct insights_state *insights, int index)
{
    return (insights->period.week_start + index) % 7;
}

static int by_day(const void *a, const void *b)
{
    int32_t one = *(const int32_t *)a, other = *(const int32_t *)b;

    return (one > other) - (one < other);
}

/* Whether the present streak goes up to today; else it ends yesterday. */
static bool wrote_today(const struct insights_state *insights)
{
    int32_t today = insights_today();

    return bsearch(&today, insights->data.days, insights->data.day_count,
                   sizeof *insights->data.days, by_day) != NULL;
}

/* ---- the messages behind it ---- */

size_t insights_item_entries(const struct insights_state *insights)
{
    const struct insights_view *view = &insights->view;
    int index = insights->focus.index;

    switch (insights->focus.block) {
    case BLOCK_TRENDS: return view->trends.trend[index].count;
    case BLOCK_DAYS: return view->cells[index].messages;
    case BLOCK_MODEL: return view->agreement.rated;
    case BLOCK_GUESSED: return view->agreement.guessed[insights->layout.guessed[index]];
    case BLOCK_CORRECTIONS: return view->agreement.correction[index].count;
    case BLOCK_STREAKS: return index == STREAK_NOW ? view->habits.streak : view->habits.longest;
    case BLOCK_HOURS: return view->habits.hours[index];
    case BLOCK_WEEKDAYS: return view->habits.weekdays[weekday_of(insights, index)];
    default: return 0;
    }
}

/* All days that there are. */
static enum error filter_always(const struct insights_state *insights, int label,
                                struct buffer *out)
{
    return insights_filter(&insights->data, INSIGHTS_GUESSES, INSIGHTS_DAY_FIRST,
                           INSIGHTS_DAY_LAST - INSIGHTS_DAY_FIRST + 1, label, out);
}

static enum error filter_streak(const struct insights_state *insights, struct buffer *out)
{
    const struct insights_habits *habits = &insights->view.habits;
    int32_t first = habits->longest_first, days = (int32_t)habits->longest;

    if (insights->focus.index == STREAK_NOW) {
        days = (int32_t)habits->streak;
        first = insights_today() - !wrote_today(insights) - days + 1;
    }
    return insights_filter(&insights->data, insights->source, first, days, INSIGHTS_NONE, out);
}

static enum error filter_guessed(const struct insights_state *insights, int label,
                                 struct buffer *out)
{
    enum error error = buffer_append_text(out, "rated");

    return error ? error : filter_always(insights, label, out);
}

enum error insights_item_filter(const struct insights_state *insights, struct buffer *out)
{
    const struct insights_view *view = &insights->view;
    const struct insights_period *period = &insights->period;
    int index = insights->focus.index;

    switch (insights->focus.block) {
    case BLOCK_TRENDS:
        return insights_filter(&insights->data, insights->source, period->first, period->days,
                               view->trends.trend[index].label, out);
    case BLOCK_DAYS:
        return insights_filter(&insights->data, insights->source, period->first + index, 1,
                               INSIGHTS_NONE, out);
    case BLOCK_MODEL: return buffer_append_text(out, "rated");
    case BLOCK_GUESSED: return filter_guessed(insights, insights->layout.guessed[index], out);
    case BLOCK_CORRECTIONS:
        return insights_filter_correction(&insights->data, &view->agreement.correction[index], out);
    case BLOCK_STREAKS: return filter_streak(insights, out);
    case BLOCK_HOURS: return buffer_format(out, "hour:%d", index);
    case BLOCK_WEEKDAYS:
        return buffer_format(out, "weekday:%.3s",
                             insights_weekday_names[weekday_of(insights, index)]);
    default: return ERROR_NONE;
    }
}

/* ---- words ---- */

/* "12 of 31 (39%)": the share only where it may be named. */
static void put_part(size_t part, size_t whole, bool share, char out[DAY_TEXT])
{
    if (share)
        snprintf(out, DAY_TEXT, "%zu of %zu (%ld%%)", part, whole,
                 lround(100.0 * (double)part / (double)whole));
    else
        snprintf(out, DAY_TEXT, "%zu of %zu", part, whole);
}

static void trend_words(const struct insights_state *insights, char out[INSIGHTS_WORDS_MAX])
{
    const struct insights_trends *trends = &insights->view.trends;
    const struct insights_trend *trend = &trends->trend[insights->focus.index];
    const char *name = name_of(insights, trend->label);
    char now[DAY_TEXT], before[DAY_TEXT];

    put_part(trend->count, trends->told, trends->shares, now);
    put_part(trend->before, trends->before, trends->changes, before);
    if (insights->columns < TINY)
        snprintf(out, INSIGHTS_WORDS_MAX, "%s: %s", name, now);
    else if (insights->columns < NARROW)
        snprintf(out, INSIGHTS_WORDS_MAX, "%s: %s, before: %s", name, now, before);
    else
        snprintf(out, INSIGHTS_WORDS_MAX, "%s: %s; the %s before: %s%s", name, now,
                 insights_span_names[trends->period.span], before,
                 trends->shares || insights->columns < WIDE
                     ? ""
                     : "  (percentages from 20 messages on)");
}

/* "Sat 21 November 2026", or "Sat 21 Nov". */
static void put_day(int32_t day, bool brief, char out[DAY_TEXT])
{
    const char *weekday = insights_weekday_names[insights_weekday(day)];
    struct insights_period month;

    insights_period(INSIGHTS_MONTH, day, 0, &month);
    snprintf(out, DAY_TEXT, "%.3s %d %.*s", weekday, (int)(day - month.first) + 1,
             brief ? 3 : (int)strlen(month.title), month.title);
}

/* "3 messages, mostly joy", "1 message, joy", "2 messages, no emotion", "no message". */
static void put_mostly(const struct insights_state *insights, size_t messages, int label,
                       char out[MOSTLY_TEXT])
{
    bool tiny = insights->columns < TINY;
    char counted[DAY_TEXT];

    snprintf(counted, sizeof counted, "%zu%s%s", messages, tiny ? "" : " message",
             tiny ? "" : plural(messages));
    if (messages == 0)
        snprintf(out, MOSTLY_TEXT, "no message");
    else if (label < 0)
        snprintf(out, MOSTLY_TEXT, "%s, no emotion", counted);
    else
        snprintf(out, MOSTLY_TEXT, "%s, %s%s", counted, tiny || messages == 1 ? "" : "mostly ",
                 name_of(insights, label));
}

static void day_words(const struct insights_state *insights, char out[INSIGHTS_WORDS_MAX])
{
    const struct insights_cell *cell = &insights->view.cells[insights->focus.index];
    bool today = insights->day == insights_today() && insights->columns >= TINY;
    char mostly[MOSTLY_TEXT], day[DAY_TEXT];

    put_mostly(insights, cell->messages, cell->label, mostly);
    put_day(insights->day, insights->columns < NARROW, day);
    snprintf(out, INSIGHTS_WORDS_MAX, "%s%s: %s", day, today ? " (today)" : "", mostly);
}

/* In a narrow window the line itself is cut. */
static void model_words(const struct insights_state *insights, char out[INSIGHTS_WORDS_MAX])
{
    const struct insights_agreement *agreement = &insights->view.agreement;
    struct buffer words;

    snprintf(out, INSIGHTS_WORDS_MAX, "You have rated %zu message%s", agreement->rated,
             plural(agreement->rated));
    buffer_init(&words, INSIGHTS_WORDS_MAX - 1);
    if (insights->columns < NARROW && !describe_agreement(agreement, &words) && words.length > 0)
        snprintf(out, INSIGHTS_WORDS_MAX, "%.*s", (int)words.length, words.data);
    buffer_free(&words);
}

static void guessed_words(const struct insights_state *insights, char out[INSIGHTS_WORDS_MAX])
{
    const struct insights_agreement *agreement = &insights->view.agreement;
    int label = insights->layout.guessed[insights->focus.index];
    size_t guessed = agreement->guessed[label];

    if (insights->columns < NARROW)
        snprintf(out, INSIGHTS_WORDS_MAX, "%s: %zu of %zu right", name_of(insights, label),
                 agreement->agreed[label], guessed);
    else
        snprintf(out, INSIGHTS_WORDS_MAX, "%s: of %zu guess%s that you rated %zu %s right",
                 name_of(insights, label), guessed, guessed == 1 ? "" : "es",
                 agreement->agreed[label], agreement->agreed[label] == 1 ? "was" : "were");
}

static void correction_words(const struct insights_state *insights, char out[INSIGHTS_WORDS_MAX])
{
    const struct insights_correction *correction =
        &insights->view.agreement.correction[insights->focus.index];

    snprintf(out, INSIGHTS_WORDS_MAX, "%zu message%s: the guess was %s, you said %s",
             correction->count, plural(correction->count), name_of(insights, correction->from),
             name_of(insights, correction->to));
}

static void streak_words(const struct insights_state *insights, char out[INSIGHTS_WORDS_MAX])
{
    const struct insights_habits *habits = &insights->view.habits;
    bool now = insights->focus.index == STREAK_NOW;
    size_t days = now ? habits->streak : habits->longest;
    char first[DAY_TEXT];

    put_day(habits->longest_first, insights->columns < NARROW, first);
    if (now)
        snprintf(out, INSIGHTS_WORDS_MAX, "%zu day%s in a row with a message, up to %s", days,
                 plural(days), wrote_today(insights) ? "today" : "yesterday");
    else
        snprintf(out, INSIGHTS_WORDS_MAX, "%zu day%s in a row with a message, from %s on", days,
                 plural(days), first);
}

static void hour_words(const struct insights_state *insights, char out[INSIGHTS_WORDS_MAX])
{
    const struct insights_habits *habits = &insights->view.habits;
    int hour = insights->focus.index;
    char mostly[MOSTLY_TEXT];

    put_mostly(insights, habits->hours[hour], habits->hour_label[hour], mostly);
    snprintf(out, INSIGHTS_WORDS_MAX, "%02d-%02d h: %s", hour, hour + 1, mostly);
}

static void weekday_words(const struct insights_state *insights, char out[INSIGHTS_WORDS_MAX])
{
    const struct insights_habits *habits = &insights->view.habits;
    int day = weekday_of(insights, insights->focus.index);
    char mostly[MOSTLY_TEXT];

    put_mostly(insights, habits->weekdays[day], habits->weekday_label[day], mostly);
    snprintf(out, INSIGHTS_WORDS_MAX, "%ss: %s", insights_weekday_names[day], mostly);
}

void insights_item_words(const struct insights_state *insights, char out[INSIGHTS_WORDS_MAX])
{
    out[0] = '\0';
    if (insights_mode(insights) == INSIGHTS_EMPTY || insights_mode(insights) == INSIGHTS_NOTHING)
        return;
    switch (insights->focus.block) {
    case BLOCK_TRENDS: trend_words(insights, out); break;
    case BLOCK_DAYS: day_words(insights, out); break;
    case BLOCK_MODEL: model_words(insights, out); break;
    case BLOCK_GUESSED: guessed_words(insights, out); break;
    case BLOCK_CORRECTIONS: correction_words(insights, out); break;
    case BLOCK_STREAKS: streak_words(insights, out); break;
    case BLOCK_HOURS: hour_words(insights, out); break;
    case BLOCK_WEEKDAYS: weekday_words(insights, out); break;
    default: break;
    }
}

void insights_source_words(const struct insights_state *insights, char out[INSIGHTS_WORDS_MAX])
{
    const char *source = insights_source_names[insights->source];
    size_t rated = insights->data.rated;

    if (insights->columns < TINY)
        snprintf(out, INSIGHTS_WORDS_MAX, "by %s", source);
    else if (insights->chosen_source)
        snprintf(out, INSIGHTS_WORDS_MAX, "Source: %s (your choice)", source);
    else if (insights->source == INSIGHTS_YOU)
        snprintf(out, INSIGHTS_WORDS_MAX, "Source: %s (%zu)", source, rated);
    else
        snprintf(out, INSIGHTS_WORDS_MAX, "Source: %s (%zu of %d ratings)", source, rated,
                 INSIGHTS_FIRST);
}

void insights_no_trends(const struct insights_state *insights, char first[INSIGHTS_WORDS_MAX],
                        char second[INSIGHTS_WORDS_MAX])
{
    const struct insights_trends *trends = &insights->view.trends;
    bool you = trends->source == INSIGHTS_YOU;

    second[0] = '\0';
    if (trends->messages == 0) {
        snprintf(first, INSIGHTS_WORDS_MAX, "No message from this %s.",
                 insights_span_names[trends->period.span]);
        return;
    }
    snprintf(first, INSIGHTS_WORDS_MAX, "%zu message%s, none with an emotion", trends->messages,
             plural(trends->messages));
    snprintf(second, INSIGHTS_WORDS_MAX, "by %s; s: by %s", insights_source_names[trends->source],
             insights_source_names[you ? INSIGHTS_GUESSES : INSIGHTS_YOU]);
}
