#include "app/insights.h"
#include "app/now.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { WEEK = 7, MONTHS = 12, YEAR_FIRST = 1, YEAR_LAST = 9999, PART_HOURS = 3, SECONDS = 86400 };

const char *const insights_span_names[INSIGHTS_SPANS] = {
    [INSIGHTS_DAY] = "day",
    [INSIGHTS_WEEK] = "week",
    [INSIGHTS_MONTH] = "month",
    [INSIGHTS_YEAR] = "year",
};

const char *const insights_month_names[MONTHS] = {"January",   "February", "March",    "April",
                                                  "May",       "June",     "July",     "August",
                                                  "September", "October",  "November", "December"};

const char *const insights_weekday_names[WEEK] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                  "Thursday", "Friday", "Saturday"};

/* ---- the calendar (Gregorian, also for the years before it) ---- */

static struct tm civil(int32_t day)
{
    time_t seconds = (time_t)day * SECONDS;
    struct tm date = {0};

    gmtime_r(&seconds, &date);
    return date;
}

/* `month` from 0. */
static int32_t day_of(int year, int month, int day)
{
    struct tm date = {.tm_year = year - 1900, .tm_mon = month, .tm_mday = day};

    return (int32_t)(timegm(&date) / SECONDS);
}

static int year_of(const struct tm *date)
{
    return date->tm_year + 1900;
}

static int32_t within(int64_t day)
{
    if (day < INSIGHTS_DAY_FIRST)
        return INSIGHTS_DAY_FIRST;
    return day < INSIGHTS_DAY_LAST ? (int32_t)day : INSIGHTS_DAY_LAST;
}

int insights_weekday(int32_t day)
{
    int weekday = (day + 4) % WEEK; /* 1970 began on a Thursday */

    return weekday < 0 ? weekday + WEEK : weekday;
}

int32_t insights_today(void)
{
    int64_t now = now_milliseconds(), seconds = now / 1000 + (int64_t)now_offset(now) * 60;

    return within(seconds / SECONDS - (seconds % SECONDS < 0));
}

/* ---- dates ---- */

void insights_date(int32_t day, char out[INSIGHTS_DATE_MAX])
{
    struct tm date = civil(day);

    snprintf(out, INSIGHTS_DATE_MAX, "%04d-%02d-%02d", year_of(&date), date.tm_mon + 1,
             date.tm_mday);
}

static bool read_number(const char **at, int digits, int *number)
{
    *number = 0;
    for (int i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *number = *number * 10 + (**at - '0');
    }
    return true;
}

/* "-NN" where there is more to read; else the number is 1. */
static bool read_part(const char **at, int *number)
{
    *number = 1;
    return **at == '\0' || (*(*at)++ == '-' && read_number(at, 2, number));
}

bool insights_day(const char *date, int32_t *day)
{
    int year, month, number;
    struct tm check;

    if (strcmp(date, "today") == 0 || strcmp(date, "yesterday") == 0) {
        *day = within((int64_t)insights_today() - (date[0] == 'y'));
        return true;
    }
    if (!read_number(&date, 4, &year) || !read_part(&date, &month) || !read_part(&date, &number) ||
        *date || year < YEAR_FIRST)
        return false;
    /* What is too much for a month is carried into the next. */
    *day = day_of(year, month - 1, number);
    check = civil(*day);
    return year_of(&check) == year && check.tm_mon == month - 1 && check.tm_mday == number;
}

/* ---- periods ---- */

static int32_t month_start(int64_t index)
{
    return day_of((int)(index / MONTHS), (int)(index % MONTHS), 1);
}

static void title_week(const struct insights_period *period, char *out, size_t size)
{
    struct tm first = civil(period->first), last = civil(period->first + period->days - 1);
    char start[24] = "";

    if (first.tm_year != last.tm_year)
        snprintf(start, sizeof start, " %s %d", insights_month_names[first.tm_mon],
                 year_of(&first));
    else if (first.tm_mon != last.tm_mon)
        snprintf(start, sizeof start, " %s", insights_month_names[first.tm_mon]);
    snprintf(out, size, "%d%s to %d %s %d", first.tm_mday, start, last.tm_mday,
             insights_month_names[last.tm_mon], year_of(&last));
}

static void entitle(struct insights_period *period)
{
    struct tm date = civil(period->first);
    const char *month = insights_month_names[date.tm_mon];
    size_t size = sizeof period->title;

    switch (period->span) {
    case INSIGHTS_DAY:
        snprintf(period->title, size, "%s %d %s %d", insights_weekday_names[date.tm_wday],
                 date.tm_mday, month, year_of(&date));
        break;
    case INSIGHTS_WEEK: title_week(period, period->title, size); break;
    case INSIGHTS_MONTH: snprintf(period->title, size, "%s %d", month, year_of(&date)); break;
    case INSIGHTS_YEAR: snprintf(period->title, size, "%d", year_of(&date)); break;
    }
}

void insights_period(enum insights_span span, int32_t day, int week_start,
                     struct insights_period *out)
{
    struct tm date;

    day = within(day);
    date = civil(day);
    *out = (struct insights_period){.span = span, .week_start = week_start};
    switch (span) {
    case INSIGHTS_DAY:
        out->first = day;
        out->days = 1;
        out->buckets = 24 / PART_HOURS;
        break;
    case INSIGHTS_WEEK:
        out->first = day - (insights_weekday(day) - week_start + WEEK) % WEEK;
        out->days = out->buckets = WEEK;
        break;
    case INSIGHTS_MONTH:
        out->first = day_of(year_of(&date), date.tm_mon, 1);
        out->days = out->buckets = day_of(year_of(&date), date.tm_mon + 1, 1) - out->first;
        break;
    case INSIGHTS_YEAR:
        out->first = day_of(year_of(&date), 0, 1);
        out->days = day_of(year_of(&date) + 1, 0, 1) - out->first;
        out->buckets = MONTHS;
        break;
    }
    entitle(out);
}

void insights_step(const struct insights_period *period, int steps, struct insights_period *out)
{
    static const int months[INSIGHTS_SPANS] = {[INSIGHTS_MONTH] = 1, [INSIGHTS_YEAR] = MONTHS};
    struct tm date = civil(within(period->first));
    int64_t index = (int64_t)year_of(&date) * MONTHS + date.tm_mon;
    int64_t day = (int64_t)period->first + (int64_t)steps * period->days;

    if (months[period->span]) {
        index += (int64_t)steps * months[period->span];
        if (index < YEAR_FIRST * MONTHS)
            day = INSIGHTS_DAY_FIRST;
        else
            day = index < (YEAR_LAST + 1) * MONTHS ? month_start(index) : INSIGHTS_DAY_LAST;
    }
    insights_period(period->span, within(day), period->week_start, out);
}

/* ---- buckets ---- */

void insights_bucket(const struct insights_period *period, int bucket, struct insights_bucket *out)
{
    int32_t day = period->first + bucket;
    struct tm date = civil(day);
    size_t size = sizeof out->name;
    int year;

    *out = (struct insights_bucket){.first = day, .days = 1};
    switch (period->span) {
    case INSIGHTS_DAY:
        out->first = period->first;
        snprintf(out->name, size, "%02d-%02d h", bucket * PART_HOURS, (bucket + 1) * PART_HOURS);
        break;
    case INSIGHTS_WEEK:
        snprintf(out->name, size, "%.3s %d", insights_weekday_names[date.tm_wday], date.tm_mday);
        break;
    case INSIGHTS_MONTH: snprintf(out->name, size, "%d", date.tm_mday); break;
    case INSIGHTS_YEAR:
        date = civil(period->first);
        year = year_of(&date);
        out->first = day_of(year, bucket, 1);
        out->days = day_of(year, bucket + 1, 1) - out->first;
        snprintf(out->name, size, "%.3s", insights_month_names[bucket]);
        break;
    }
}
