#include "app/describe_insights.h"
#include "app/insights.h"
#include "app/insights_svg.h"
#include "app/profile.h"

#include "tests/allocation.h"

#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOODS = 400, LABELS = 5 };

/* The same numbers in every run. */
static uint32_t random_state = 1;

static int random_below(int limit)
{
    random_state = random_state * 1664525 + 1013904223;
    return (int)((random_state >> 8) % (uint32_t)limit);
}

static int32_t day_of(const char *date)
{
    int32_t day = 0;

    assert_true(insights_day(date, &day));
    return day;
}

/* ---- dates, beside a calendar that counts on its fingers ---- */

struct finger {
    int year, month, day;
};

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : lengths[month - 1];
}

static void next_day(struct finger *finger)
{
    if (++finger->day <= month_length(finger->year, finger->month))
        return;
    finger->day = 1;
    if (++finger->month <= 12)
        return;
    finger->month = 1;
    finger->year++;
}

static void count_days(const char *from, int days, int weekday)
{
    struct finger finger = {(int)strtol(from, NULL, 10), (int)strtol(from + 5, NULL, 10),
                            (int)strtol(from + 8, NULL, 10)};
    int32_t first = day_of(from);

    for (int32_t day = first; day < first + days; day++, next_day(&finger)) {
        char expected[INSIGHTS_DATE_MAX], date[INSIGHTS_DATE_MAX];
        int32_t read;

        snprintf(expected, sizeof expected, "%04d-%02d-%02d", finger.year, finger.month,
                 finger.day);
        insights_date(day, date);
        assert_string_equal(date, expected);
        assert_true(insights_day(date, &read));
        assert_int_equal(read, day);
        assert_int_equal(insights_weekday(day), (weekday + day - first) % 7);
    }
}

static void dates_are_those_of_the_calendar(void **state)
{
    (void)state;
    count_days("1970-01-01", 60 * 366, 4);
    count_days("0001-01-01", 5 * 366, 1);
    count_days("1599-12-25", 500, 6);
    count_days("1899-12-31", 500, 0);
    count_days("9998-01-01", 2 * 365, 4);
    assert_int_equal(day_of("0001-01-01"), INSIGHTS_DAY_FIRST);
    assert_int_equal(day_of("9999-12-31"), INSIGHTS_DAY_LAST);
    assert_int_equal(day_of("2026-11"), day_of("2026-11-01"));
    assert_int_equal(day_of("2026"), day_of("2026-01-01"));
}

static void what_is_no_date_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",           "2026-02-29", "2026-13-01", "2026-00-10",    "2026-01-00", "2026-01-32",
        "0000-01-01", "2026-1-1",   "26-01-01",   "2026-01-01 ",   " 2026",      "2026-",
        "2026-01-",   "20260101",   "-001-01-01", "2026-11-022",   "10000",      "Today",
        "2026/01/01", "2026-0x-01", "today ",     "2026-01-1\xC2", "202"};
    int32_t day;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(insights_day(wrong[i], &day));
}

static void live_at(const char *zone, const char *now)
{
    setenv("TZ", zone, 1);
    tzset();
    setenv("EMOTRACK_NOW", now, 1);
}

static void today_is_on_the_users_clock(void **state)
{
    int32_t day;

    (void)state;
    live_at("Pacific/Auckland", "2026-11-22T12:30:00Z");
    assert_int_equal(insights_today(), day_of("2026-11-23"));
    assert_true(insights_day("yesterday", &day));
    assert_int_equal(day, day_of("2026-11-22"));
    live_at("America/New_York", "2026-11-22T04:30:00Z");
    assert_int_equal(insights_today(), day_of("2026-11-21"));
    live_at("America/New_York", "1969-12-31T04:30:00Z");
    assert_int_equal(insights_today(), -2);
    live_at("UTC", "1969-12-31T04:30:00Z");
    assert_int_equal(insights_today(), -1);
    unsetenv("EMOTRACK_NOW");
}

/* ---- periods ---- */

static void assert_same_period(const struct insights_period *a, const struct insights_period *b)
{
    assert_int_equal(a->first, b->first);
    assert_int_equal(a->days, b->days);
    assert_int_equal(a->buckets, b->buckets);
    assert_string_equal(a->title, b->title);
}

/* The buckets are the period, one after the other; those of a day are all of it. */
static void check_buckets(const struct insights_period *period)
{
    int32_t next = period->first;

    assert_in_range(period->buckets, 1, INSIGHTS_BUCKETS_MAX);
    assert_true(period->days <= INSIGHTS_DAYS_MAX);
    for (int i = 0; i < period->buckets; i++) {
        struct insights_bucket bucket;

        insights_bucket(period, i, &bucket);
        assert_true(bucket.name[0] && bucket.days > 0);
        assert_int_equal(bucket.first, next);
        if (period->span != INSIGHTS_DAY)
            next += bucket.days;
        else
            assert_int_equal(bucket.days, 1);
    }
    assert_int_equal(next + (period->span == INSIGHTS_DAY), period->first + period->days);
}

static bool at_an_end(const struct insights_period *period)
{
    return period->first - 400 <= INSIGHTS_DAY_FIRST || period->first + 800 >= INSIGHTS_DAY_LAST;
}

static void check_steps(const struct insights_period *period)
{
    int steps = random_below(40) - 20;
    struct insights_period next, there, back;

    insights_step(period, 1, &next);
    if (at_an_end(period))
        return;
    assert_int_equal(next.first, period->first + period->days);
    insights_step(&next, -1, &back);
    assert_same_period(&back, period);
    insights_step(period, steps, &there);
    if (at_an_end(&there))
        return;
    insights_step(&there, -steps, &back);
    assert_same_period(&back, period);
}

static void check_period(enum insights_span span, int32_t day, int week_start)
{
    int32_t inside;
    struct insights_period period, same;

    insights_period(span, day, week_start, &period);
    assert_true(day >= period.first && day < period.first + period.days);
    inside = period.first + random_below(period.days);
    if (inside < INSIGHTS_DAY_FIRST || inside > INSIGHTS_DAY_LAST)
        inside = day;
    insights_period(span, inside, week_start, &same);
    assert_same_period(&period, &same);
    if (span == INSIGHTS_WEEK)
        assert_int_equal(insights_weekday(period.first), week_start);
    check_buckets(&period);
    check_steps(&period);
}

static void periods_hold_their_days(void **state)
{
    static const int week_starts[] = {0, 1, 6};

    (void)state;
    for (int span = 0; span < INSIGHTS_SPANS; span++) {
        for (int i = 0; i < 3000; i++)
            check_period((enum insights_span)span,
                         i % 2 ? random_below(40000) - 5000
                               : INSIGHTS_DAY_FIRST +
                                     random_below(INSIGHTS_DAY_LAST - INSIGHTS_DAY_FIRST),
                         week_starts[i % 3]);
        for (int32_t i = 0; i < 800; i++) {
            check_period((enum insights_span)span, INSIGHTS_DAY_FIRST + i, week_starts[i % 3]);
            check_period((enum insights_span)span, INSIGHTS_DAY_LAST - i, week_starts[i % 3]);
        }
    }
}

static void steps_stay_within_the_years_that_there_are(void **state)
{
    static const int far[] = {INT32_MAX, INT32_MIN, 9999 * 366, -9999 * 366};

    (void)state;
    for (int span = 0; span < INSIGHTS_SPANS; span++) {
        for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
            struct insights_period period, end, expected;

            insights_period((enum insights_span)span, day_of("2026-11-22"), 1, &period);
            insights_step(&period, far[i], &end);
            insights_period((enum insights_span)span,
                            far[i] < 0 ? INSIGHTS_DAY_FIRST : INSIGHTS_DAY_LAST, 1, &expected);
            assert_same_period(&end, &expected);
            insights_step(&end, far[i] < 0 ? -1 : 1, &period);
            assert_same_period(&period, &expected);
        }
    }
}

static void periods_have_titles(void **state)
{
    static const struct {
        enum insights_span span;
        const char *day;
        int week_start;
        const char *title, *first, *last; /* of the buckets */
    } rows[] = {
        {INSIGHTS_DAY, "2026-11-22", 1, "Sunday 22 November 2026", "00-03 h", "21-24 h"},
        {INSIGHTS_WEEK, "2026-11-22", 1, "16 to 22 November 2026", "Mon 16", "Sun 22"},
        {INSIGHTS_WEEK, "2026-11-22", 0, "22 to 28 November 2026", "Sun 22", "Sat 28"},
        {INSIGHTS_WEEK, "2026-11-22", 6, "21 to 27 November 2026", "Sat 21", "Fri 27"},
        {INSIGHTS_WEEK, "2026-12-01", 1, "30 November to 6 December 2026", "Mon 30", "Sun 6"},
        {INSIGHTS_WEEK, "2027-01-01", 1, "28 December 2026 to 3 January 2027", "Mon 28", "Sun 3"},
        {INSIGHTS_MONTH, "2024-02-05", 1, "February 2024", "1", "29"},
        {INSIGHTS_MONTH, "2026-11-22", 1, "November 2026", "1", "30"},
        {INSIGHTS_YEAR, "2026-11-22", 1, "2026", "Jan", "Dec"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct insights_bucket bucket;
        struct insights_period period;

        insights_period(rows[i].span, day_of(rows[i].day), rows[i].week_start, &period);
        assert_string_equal(period.title, rows[i].title);
        insights_bucket(&period, 0, &bucket);
        assert_string_equal(bucket.name, rows[i].first);
        insights_bucket(&period, period.buckets - 1, &bucket);
        assert_string_equal(bucket.name, rows[i].last);
    }
}

/* ---- what is counted, beside counting it again and again ---- */

static void name_labels(struct insights_data *data, int count)
{
    for (data->names = 0; data->names < count; data->names++)
        snprintf(data->name[data->names], sizeof data->name[0], "label%d", data->names);
}

/* Moods from 2024 on; many fall on the same days. */
static struct insights_data random_data(struct insights_mood moods[MOODS])
{
    struct insights_data data = {.moods = moods, .count = MOODS};
    int32_t first = day_of("2024-01-01");

    name_labels(&data, LABELS);
    for (int i = 0; i < MOODS; i++) {
        struct insights_mood *mood = &moods[i];
        int rated = random_below(3);

        *mood = (struct insights_mood){.day = first + i * 2 + random_below(5),
                                       .minute = (int16_t)random_below(1440),
                                       .guess = (int8_t)(random_below(LABELS + 2) - 2),
                                       .you = INSIGHTS_NONE,
                                       .verdict = (int8_t)rated,
                                       .rating = rated ? 1 + (i * 7919) % MOODS : 0};
        if (rated == VERDICT_RIGHT)
            mood->you = mood->guess;
        else if (rated == VERDICT_WRONG)
            mood->you = (int8_t)(random_below(LABELS + 2) - 2);
        data.rated += rated != 0;
    }
    return data;
}

static int told(const struct insights_mood *mood, enum insights_source source)
{
    return source == INSIGHTS_YOU ? mood->you : mood->guess;
}

static size_t count_in(const struct insights_data *data, enum insights_source source, int label,
                       int32_t first, int32_t days, int from, int to)
{
    size_t count = 0;

    for (size_t i = 0; i < data->count; i++) {
        const struct insights_mood *mood = &data->moods[i];

        count += told(mood, source) == label && mood->day >= first && mood->day < first + days &&
                 mood->minute >= from && mood->minute < to;
    }
    return count;
}

static bool same(double a, double b)
{
    return fabs(a - b) < 1e-12;
}

static void check_trend(const struct insights_data *data, const struct insights_trends *trends,
                        const struct insights_trend *trend, const struct insights_period *before)
{
    const struct insights_period *period = &trends->period;

    assert_true(trend->count > 0);
    assert_int_equal(trend->count, count_in(data, trends->source, trend->label, period->first,
                                            period->days, 0, 1440));
    assert_int_equal(trend->before, count_in(data, trends->source, trend->label, before->first,
                                             before->days, 0, 1440));
    for (int i = 0; i < period->buckets; i++) {
        bool part = period->span == INSIGHTS_DAY;
        struct insights_bucket bucket;

        insights_bucket(period, i, &bucket);
        assert_int_equal(trend->buckets[i],
                         count_in(data, trends->source, trend->label, bucket.first, bucket.days,
                                  part ? i * 180 : 0, part ? (i + 1) * 180 : 1440));
        assert_true(trend->buckets[i] <= trends->most);
    }
    assert_true(same(trend->share, (double)trend->count / (double)trends->told));
    if (trends->before)
        assert_true(same(trend->change, (double)trend->count / (double)trends->told -
                                            (double)trend->before / (double)trends->before));
}

static void check_trends(const struct insights_data *data, const struct insights_period *period,
                         enum insights_source source)
{
    struct insights_trends trends;
    struct insights_period before;
    size_t sum = 0, sum_before = 0;

    insights_trends(data, period, source, &trends);
    insights_step(period, -1, &before);
    for (int i = 0; i < trends.count; i++) {
        check_trend(data, &trends, &trends.trend[i], &before);
        assert_true(i == 0 || trends.trend[i - 1].count >= trends.trend[i].count);
        sum += trends.trend[i].count;
    }
    assert_int_equal(trends.told, sum);
    for (int label = 0; label < data->names; label++)
        sum_before += count_in(data, source, label, before.first, before.days, 0, 1440);
    assert_int_equal(trends.before, sum_before);
    for (int label = INSIGHTS_BEYOND; label <= INSIGHTS_NONE; label++)
        sum += count_in(data, source, label, period->first, period->days, 0, 1440);
    assert_int_equal(trends.messages, sum);
    assert_int_equal(trends.shares, trends.told >= 20);
    assert_int_equal(trends.changes, trends.told >= 20 && trends.before >= 20);
}

static void trends_count_every_message_once(void **state)
{
    struct insights_mood moods[MOODS];

    (void)state;
    for (int round = 0; round < 8; round++) {
        struct insights_data data = random_data(moods);

        for (int i = 0; i < 60; i++) {
            struct insights_period period;

            insights_period((enum insights_span)(i % INSIGHTS_SPANS),
                            moods[random_below(MOODS)].day, i % 2, &period);
            check_trends(&data, &period, i % 3 ? INSIGHTS_YOU : INSIGHTS_GUESSES);
        }
    }
}

static void nothing_is_before_the_first_period(void **state)
{
    struct insights_mood moods[] = {{.day = INSIGHTS_DAY_FIRST, .guess = 0}};
    struct insights_data data = {.moods = moods, .count = 1};

    (void)state;
    name_labels(&data, 1);
    for (int span = 0; span < INSIGHTS_SPANS; span++) {
        struct insights_trends trends;
        struct insights_period period;

        insights_period((enum insights_span)span, INSIGHTS_DAY_FIRST, 0, &period);
        insights_trends(&data, &period, INSIGHTS_GUESSES, &trends);
        assert_int_equal(trends.told, 1);
        assert_int_equal(trends.before, 0);
    }
}

/* The most frequent of a day, the later one of equals. */
static int main_of(const struct insights_data *data, enum insights_source source, int32_t day)
{
    size_t most = 0, last[LABELS] = {0};
    int label = INSIGHTS_NONE;

    for (size_t i = 0; i < data->count; i++)
        if (data->moods[i].day == day && told(&data->moods[i], source) >= 0)
            last[told(&data->moods[i], source)] = i + 1;
    for (int i = 0; i < LABELS; i++) {
        size_t count = count_in(data, source, i, day, 1, 0, 1440);

        if (count > most || (count == most && label >= 0 && last[i] > last[label])) {
            most = count;
            label = i;
        }
    }
    return label;
}

static void each_day_has_its_main_emotion(void **state)
{
    struct insights_mood moods[MOODS];
    struct insights_cell cells[INSIGHTS_DAYS_MAX];

    (void)state;
    for (int round = 0; round < 6; round++) {
        struct insights_data data = random_data(moods);
        struct insights_period period;

        insights_period(round % 2 ? INSIGHTS_MONTH : INSIGHTS_YEAR, day_of("2024-05-05"), 1,
                        &period);
        insights_cells(&data, &period, INSIGHTS_GUESSES, cells);
        for (int32_t i = 0; i < period.days; i++) {
            size_t expected = 0, without = 0;
            int32_t day = period.first + i;

            for (int label = 0; label < LABELS; label++)
                expected += count_in(&data, INSIGHTS_GUESSES, label, day, 1, 0, 1440);
            for (int label = INSIGHTS_BEYOND; label < 0; label++)
                without += count_in(&data, INSIGHTS_GUESSES, label, day, 1, 0, 1440);
            assert_int_equal(cells[i].told, expected);
            assert_int_equal(cells[i].messages, expected + without);
            assert_int_equal(cells[i].label, main_of(&data, INSIGHTS_GUESSES, day));
        }
    }
}

/* How many of the ratings between two places in the order of rating were right. */
static size_t right_between(const struct insights_data *data, int64_t from, int64_t to,
                            size_t *rated)
{
    size_t right = 0;

    *rated = 0;
    for (size_t i = 0; i < data->count; i++) {
        const struct insights_mood *mood = &data->moods[i];
        size_t rank = 0;

        if (!mood->rating)
            continue;
        for (size_t j = 0; j < data->count; j++)
            rank += data->moods[j].rating && data->moods[j].rating < mood->rating;
        if ((int64_t)rank < from || (int64_t)rank >= to)
            continue;
        ++*rated;
        right += mood->verdict == VERDICT_RIGHT;
    }
    return right;
}

static size_t corrections_of(const struct insights_data *data, int from, int to)
{
    size_t count = 0;

    for (size_t i = 0; i < data->count; i++)
        count += data->moods[i].verdict == VERDICT_WRONG && data->moods[i].guess == from &&
                 data->moods[i].you == to && from != to;
    return count;
}

static void check_corrections(const struct insights_data *data,
                              const struct insights_agreement *agreement)
{
    size_t least = agreement->correction[agreement->corrections - 1].count, more = 0;

    for (int i = 0; i < agreement->corrections; i++) {
        const struct insights_correction *one = &agreement->correction[i];

        assert_int_equal(one->count, corrections_of(data, one->from, one->to));
        assert_true(i == 0 || one[-1].count >= one->count);
        more += one->count > least;
    }
    for (int from = INSIGHTS_NONE; from < LABELS; from++)
        for (int to = 0; to < LABELS; to++)
            more -= corrections_of(data, from, to) > least;
    assert_int_equal(more, 0);
}

static void agreement_is_counted_by_the_order_of_rating(void **state)
{
    struct insights_mood moods[MOODS];

    (void)state;
    for (int round = 0; round < 6; round++) {
        struct insights_data data = random_data(moods);
        int64_t count = (int64_t)data.rated;
        struct insights_agreement agreement;
        size_t rated;

        insights_agreement(&data, &agreement);
        assert_int_equal(agreement.right, right_between(&data, 0, count, &rated));
        assert_int_equal(agreement.rated, rated);
        assert_int_equal(agreement.first_right, right_between(&data, 0, 20, &rated));
        assert_int_equal(agreement.first, rated);
        assert_int_equal(agreement.last_right, right_between(&data, count - 20, count, &rated));
        assert_int_equal(agreement.last, rated);
        assert_int_equal(agreement.corrections, INSIGHTS_CORRECTIONS);
        check_corrections(&data, &agreement);
    }
}

static void few_ratings_are_all_first_and_last(void **state)
{
    struct insights_mood moods[] = {
        {.guess = 0, .you = 1, .verdict = VERDICT_WRONG, .rating = 9},
        {.guess = 0, .you = 0, .verdict = VERDICT_RIGHT, .rating = 4},
        {.guess = INSIGHTS_NONE, .you = 1, .verdict = VERDICT_WRONG, .rating = 5},
        {.guess = 1, .you = INSIGHTS_NONE, .verdict = VERDICT_WRONG, .rating = 6},
        {.guess = INSIGHTS_BEYOND, .you = 0, .verdict = VERDICT_WRONG, .rating = 7},
        {.guess = 1, .you = INSIGHTS_NONE},
    };
    struct insights_data data = {.moods = moods, .count = 6, .rated = 5};
    struct insights_agreement agreement;

    (void)state;
    name_labels(&data, 2);
    insights_agreement(&data, &agreement);
    assert_int_equal(agreement.rated, 5);
    assert_int_equal(agreement.right, 1);
    assert_true(agreement.first == 5 && agreement.first_right == 1);
    assert_true(agreement.last == 5 && agreement.last_right == 1);
    assert_true(agreement.guessed[0] == 2 && agreement.agreed[0] == 1);
    assert_true(agreement.guessed[1] == 1 && agreement.agreed[1] == 0);
    assert_int_equal(agreement.corrections, 2);
    assert_true(agreement.correction[0].from == INSIGHTS_NONE && agreement.correction[0].to == 1);
    assert_true(agreement.correction[1].from == 0 && agreement.correction[1].to == 1);
    assert_int_equal(insights_source(&data), INSIGHTS_GUESSES);
    data.rated = 20;
    assert_int_equal(insights_source(&data), INSIGHTS_YOU);
}

static void streaks_end_today_or_yesterday(void **state)
{
    static const struct {
        int32_t days[8];
        size_t count;
        int32_t today;
        size_t streak, longest;
        int32_t longest_first;
    } rows[] = {
        {{0}, 0, 100, 0, 0, 0},
        {{100}, 1, 100, 1, 1, 100},
        {{99}, 1, 100, 1, 1, 99},
        {{98}, 1, 100, 0, 1, 98},
        {{101}, 1, 100, 0, 1, 101},
        {{97, 98, 99, 100}, 4, 100, 4, 4, 97},
        {{97, 98, 99}, 3, 100, 3, 3, 97},
        {{96, 97, 99, 100, 101}, 5, 100, 2, 3, 99},
        {{1, 2, 3, 98, 100}, 5, 100, 1, 3, 1},
        {{1, 2, 3, 98, 99, 100}, 6, 100, 3, 3, 1}, /* the first of equals */
        {{-2, -1, 0, 1}, 4, 1, 4, 4, -2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int32_t days[8];
        struct insights_data data = {.days = days, .day_count = rows[i].count};
        struct insights_habits habits;

        memcpy(days, rows[i].days, sizeof days);
        insights_habits(&data, INSIGHTS_YOU, rows[i].today, &habits);
        assert_int_equal(habits.streak, rows[i].streak);
        assert_int_equal(habits.longest, rows[i].longest);
        assert_int_equal(habits.longest_first, rows[i].longest_first);
        assert_int_equal(habits.days, rows[i].count);
    }
}

static void hours_and_weekdays_add_up(void **state)
{
    struct insights_mood moods[MOODS];
    struct insights_data data = random_data(moods);
    struct insights_habits habits;
    size_t hours = 0, weekdays = 0;

    (void)state;
    insights_habits(&data, INSIGHTS_GUESSES, 0, &habits);
    for (int hour = 0; hour < 24; hour++) {
        size_t expected = 0, most = 0;

        for (int label = INSIGHTS_BEYOND; label < LABELS; label++) {
            size_t count = count_in(&data, INSIGHTS_GUESSES, label, INSIGHTS_DAY_FIRST, INT32_MAX,
                                    hour * 60, hour * 60 + 60);

            expected += count;
            most = label >= 0 && count > most ? count : most;
        }
        assert_int_equal(habits.hours[hour], expected);
        if (most > 0)
            assert_int_equal(count_in(&data, INSIGHTS_GUESSES, habits.hour_label[hour],
                                      INSIGHTS_DAY_FIRST, INT32_MAX, hour * 60, hour * 60 + 60),
                             most);
        hours += habits.hours[hour];
    }
    for (int i = 0; i < 7; i++)
        weekdays += habits.weekdays[i];
    assert_int_equal(hours, MOODS);
    assert_int_equal(weekdays, MOODS);
}

/* ---- signs ---- */

static void assert_letters(const char *const *names, int count, const char *expected)
{
    struct insights_data data = {.names = count};
    char letters[INSIGHTS_LABELS_MAX];

    for (int i = 0; i < count; i++)
        snprintf(data.name[i], sizeof data.name[i], "%s", names[i]);
    insights_letters(&data, letters);
    assert_memory_equal(letters, expected, strlen(expected));
    for (int i = 0; i < INSIGHTS_LABELS_MAX; i++) {
        if (i >= count) {
            assert_int_equal(letters[i], '\0');
            continue;
        }
        assert_null(strchr(".- &<>\"'", letters[i]));
        assert_null(memchr(letters + i + 1, letters[i], (size_t)(INSIGHTS_LABELS_MAX - i - 1)));
    }
}

static void every_name_has_a_letter_of_its_own(void **state)
{
    static const char *const seven[] = {"anger",   "disgust",  "fear",   "joy",
                                        "sadness", "surprise", "neutral"};
    static const char *const odd[] = {"\xE5\x96\x9C", "Joy", "7th heaven", "!",
                                      "\xE6\x80\x92", "j"};
    const char *same[INSIGHTS_LABELS_MAX];

    (void)state;
    assert_letters(seven, 7, "adfjsun");
    assert_letters(odd, 6, "aj7bcJ");
    for (int i = 0; i < INSIGHTS_LABELS_MAX; i++)
        same[i] = "sad";
    assert_letters(same, INSIGHTS_LABELS_MAX, "sadSAD");
}

/* ---- filters ---- */

static void filters_name_days_and_emotions(void **state)
{
    static const struct {
        enum insights_source source;
        int32_t first, days;
        int label;
        const char *expected; /* NULL: refused */
    } rows[] = {
        {INSIGHTS_YOU, 0, 1, 0, "after:1970-01-01 before:1970-01-02 you:label0"},
        {INSIGHTS_GUESSES, 0, 31, 1, "after:1970-01-01 before:1970-02-01 emotion:label1"},
        {INSIGHTS_YOU, -1, 1, INSIGHTS_NONE, "after:1969-12-31 before:1970-01-01"},
        {INSIGHTS_YOU, INSIGHTS_DAY_FIRST, 1, INSIGHTS_NONE, "before:0001-01-02"},
        {INSIGHTS_YOU, INSIGHTS_DAY_FIRST - 1, 7, INSIGHTS_NONE, "before:0001-01-07"},
        {INSIGHTS_YOU, INSIGHTS_DAY_LAST, 1, 0, "after:9999-12-31 you:label0"},
        {INSIGHTS_YOU, INSIGHTS_DAY_LAST - 1, 1, 0,
         "after:9999-12-30 before:9999-12-31 you:label0"},
        {INSIGHTS_GUESSES, INSIGHTS_DAY_FIRST, INT32_MAX, 0, "emotion:label0"},
        {INSIGHTS_GUESSES, INSIGHTS_DAY_FIRST, INT32_MAX, INSIGHTS_NONE, ""},
        {INSIGHTS_YOU, INSIGHTS_DAY_FIRST, INT32_MAX, 2, "you:\"two words\""},
        {INSIGHTS_YOU, INSIGHTS_DAY_FIRST, INT32_MAX, 3, "you:none"},
        {INSIGHTS_GUESSES, 0, 1, 3, NULL},
        {INSIGHTS_YOU, INSIGHTS_DAY_FIRST, INT32_MAX, 4, "you:a\"b"},
        {INSIGHTS_YOU, 0, 1, 5, NULL},
        {INSIGHTS_YOU, 0, 1, 6, NULL},
    };
    struct insights_data data = {
        .names = 7,
        .name = {"label0", "label1", "two words", "none", "a\"b", "\"a", "\"two\" words"}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buffer line;
        enum error error;

        buffer_init(&line, 1024);
        error = insights_filter(&data, rows[i].source, rows[i].first, rows[i].days, rows[i].label,
                                &line);
        assert_int_equal(error, rows[i].expected ? ERROR_NONE : ERROR_INVALID);
        if (rows[i].expected)
            assert_string_equal(line.data ? line.data : "", rows[i].expected);
        buffer_free(&line);
    }
}

static void filters_name_corrections(void **state)
{
    struct insights_data data = {.names = 2, .name = {"anger", "fear"}};
    struct insights_correction known = {.from = 0, .to = 1}, unknown = {INSIGHTS_NONE, 0, 1};
    struct buffer line;

    (void)state;
    buffer_init(&line, 1024);
    assert_int_equal(insights_filter_correction(&data, &known, &line), ERROR_NONE);
    assert_string_equal(line.data, "emotion:anger you:fear");
    buffer_clear(&line);
    assert_int_equal(insights_filter_correction(&data, &unknown, &line), ERROR_NONE);
    assert_string_equal(line.data, "emotion:none you:anger");
    buffer_free(&line);
}

/* ---- reading a journal ---- */

struct home {
    char folder[64], path[128];
    struct journal *journal;
};

static struct journal *open_journal(enum journal_access access)
{
    struct journal_options options = {.model = "assets/emotions.model", .access = access};
    struct journal *journal;

    if (journal_open(&options, &journal))
        print_error("%s\n", error_sentence());
    assert_non_null(journal);
    return journal;
}

static int set_up(void **state)
{
    static struct home fresh;

    fresh = (struct home){0};
    snprintf(fresh.folder, sizeof fresh.folder, "/tmp/emotrack-insights-XXXXXX");
    if (!mkdtemp(fresh.folder))
        return -1;
    setenv("XDG_DATA_HOME", fresh.folder, 1);
    unsetenv("EMOTRACK_PROFILE");
    unsetenv("EMOTRACK_MODEL");
    fresh.journal = open_journal(JOURNAL_WRITE);
    snprintf(fresh.path, sizeof fresh.path, "%s", journal_path(fresh.journal));
    *state = &fresh;
    return 0;
}

static int tear_down(void **state)
{
    struct home *home = *state;
    char folder[96];

    journal_close(home->journal);
    assert_int_equal(profile_delete("default"), ERROR_NONE);
    snprintf(folder, sizeof folder, "%s/emotrack", home->folder);
    rmdir(folder);
    return rmdir(home->folder);
}

static void run_sql(const struct home *home, const char *sql)
{
    char *problem = NULL;
    sqlite3 *handle;

    assert_int_equal(sqlite3_open(home->path, &handle), SQLITE_OK);
    sqlite3_exec(handle, sql, NULL, NULL, &problem);
    if (problem)
        fail_msg("%s: %s", sql, problem);
    sqlite3_close(handle);
}

#define MESSAGE "INSERT INTO message (created, offset, text, guess, probability, model) VALUES "

static struct insights_data read_data(struct journal *journal)
{
    struct insights_data data;

    assert_int_equal(insights_read(journal, &data), ERROR_NONE);
    return data;
}

static void messages_are_of_the_day_of_their_writer(void **state)
{
    static const struct {
        const char *created; /* ms since 1970 UTC */
        int offset;
        const char *date;
        int minute;
    } rows[] = {
        {"0", 0, "1970-01-01", 0},
        {"-1", 0, "1969-12-31", 1439},
        {"0", -1, "1969-12-31", 1439},
        {"0", 840, "1970-01-01", 840},
        {"1774749540000", 60, "2026-03-29", 179},  /* 02:59 before clocks go forward, */
        {"1774749600000", 120, "2026-03-29", 240}, /* 04:00 after */
        {"1792893600000", 120, "2026-10-25", 240},
        {"1798757999999", 60, "2026-12-31", 1439},
        {"1798758000000", 60, "2027-01-01", 0},
        {"-62135596800000", 0, "0001-01-01", 0},
        {"-62135596800001", 0, "0001-01-01", 0},
        {"253402300799999", 0, "9999-12-31", 1439},
        {"253402300800000", 0, "9999-12-31", 1439},
        {"9223372036854775807", 900, "9999-12-31", 1439},
        {"-9223372036854775808", -900, "0001-01-01", 0},
        {"-9223372036854775808", 2147483647, "0001-01-01", 0},
        {"9223372036854775807", -2147483647, "9999-12-31", 1439},
    };
    struct home *home = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char sql[256], date[INSIGHTS_DATE_MAX];
        struct insights_data data;

        snprintf(sql, sizeof sql, "DELETE FROM message; " MESSAGE "(%s, %d, 'x', 'joy', 1, '')",
                 rows[i].created, rows[i].offset);
        run_sql(home, sql);
        data = read_data(home->journal);
        assert_int_equal(data.count, 1);
        insights_date(data.moods[0].day, date);
        assert_string_equal(date, rows[i].date);
        assert_int_equal(data.moods[0].minute, rows[i].minute);
        insights_data_free(&data);
    }
}

static void what_was_imported_late_is_put_in_its_place(void **state)
{
    struct home *home = *state;
    struct insights_data data;

    run_sql(home, MESSAGE "(3000, 0, 'c', 'joy', 1, ''), (1000, 0, 'a', 'fear', 1, ''),"
                          "(2000, 0, 'b', NULL, 1, ''), (1000, 0, 'a2', 'anger', 1, '');"
                          "INSERT INTO rating (message, verdict, label) VALUES (3, 1, NULL),"
                          "(2, 2, NULL), (2, 2, 'sadness'), (1, 1, NULL), (4, 2, 'never heard');"
                          "INSERT INTO rating (message, verdict, undone) VALUES (2, 1, 1)");
    data = read_data(home->journal);
    assert_int_equal(data.count, 4);
    assert_int_equal(data.rated, 4);
    assert_int_equal(data.names, model_label_count(journal_model(home->journal)) + 1);
    assert_string_equal(data.name[data.names - 1], "never heard");
    assert_string_equal(data.name[data.moods[0].guess], "fear");
    assert_string_equal(data.name[data.moods[0].you], "sadness");
    assert_int_equal(data.moods[0].verdict, VERDICT_WRONG);
    assert_int_equal(data.moods[0].rating, 3);
    assert_string_equal(data.name[data.moods[1].guess], "anger");
    assert_int_equal(data.moods[1].you, data.names - 1);
    assert_int_equal(data.moods[2].guess, INSIGHTS_NONE);
    assert_int_equal(data.moods[2].you, INSIGHTS_NONE);
    assert_string_equal(data.name[data.moods[3].you], "joy");
    assert_int_equal(data.day_count, 1);
    insights_data_free(&data);
}

/* Whatever stands in the file, every view of it can be made. */
static void look_at_everything(struct journal *journal, size_t count)
{
    struct insights_data data = read_data(journal);
    static struct insights_view view;

    assert_int_equal(data.count, count);
    for (int i = 0; i < 2 * INSIGHTS_SPANS; i++) {
        int32_t day = i % 3 == 0 ? INSIGHTS_DAY_FIRST : i % 3 == 1 ? INSIGHTS_DAY_LAST : 0;
        struct insights_period period;
        struct buffer picture;

        insights_period((enum insights_span)(i / 2), day, 0, &period);
        insights_view(&data, &period, (enum insights_source)(i % 2), day, &view);
        buffer_init(&picture, INSIGHTS_SVG_MAX);
        assert_int_equal(insights_svg(&view, journal_model(journal), day, &picture), ERROR_NONE);
        buffer_free(&picture);
    }
    insights_data_free(&data);
}

static void damaged_rows_do_no_harm(void **state)
{
    struct home *home = *state;

    run_sql(home,
            "PRAGMA ignore_check_constraints = 1;" MESSAGE
            "('noon', 'here', 'x', x'FFFE', 'NaN', ''), (1e999, -1e999, 'x', '', 1, ''),"
            "(9223372036854775807, 2147483647, x'00', 'a,b', 1, ''),"
            "(-9223372036854775808, -2147483648, 'x', char(27) || '[2J', 1e999, ''),"
            "(0.5, 1.5, 'x', '<script>&\"''', 1, NULL), (0, 0, 'x', 12, 1, x'FF');"
            "INSERT INTO rating (message, verdict, label) VALUES (1, 2, x'00'), (2, 1, 'joy'),"
            "(3, 2, 'a,b'), (4, 2, hex(zeroblob(64))), (5, 2, '<script>&\"''');"
            "PRAGMA foreign_keys = 0; INSERT INTO rating (message, verdict) VALUES (99, 1)");
    look_at_everything(home->journal, 6);
}

static void more_labels_than_there_is_room_for_do_no_harm(void **state)
{
    struct home *home = *state;
    struct insights_data data;
    size_t beyond = 0;

    run_sql(home, "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 199)"
                  " INSERT INTO message (created, offset, text, guess, probability, model)"
                  " SELECT i * 1000000, 0, 'x', 'label ' || i, 1, '' FROM n;"
                  "INSERT INTO rating (message, verdict, label)"
                  " SELECT id, 2, 'other ' || id FROM message");
    look_at_everything(home->journal, 200);
    data = read_data(home->journal);
    assert_int_equal(data.names, INSIGHTS_LABELS_MAX);
    for (size_t i = 0; i < data.count; i++) {
        beyond += data.moods[i].guess == INSIGHTS_BEYOND;
        assert_int_equal(data.moods[i].you, INSIGHTS_BEYOND);
    }
    assert_int_equal(beyond,
                     200 - (INSIGHTS_LABELS_MAX - model_label_count(journal_model(home->journal))));
    insights_data_free(&data);
}

static void without_memory_it_says_so(void **state)
{
    struct home *home = *state;
    struct insights_data data;
    int failures = 0;

    run_sql(home, MESSAGE "(2, 0, 'x', 'joy', 1, ''), (1, 0, 'x', 'fear', 1, '')");
    for (int n = 1;; n++) {
        enum error error;

        allocation_fail_at(n);
        error = insights_read(home->journal, &data);
        if (!allocation_failed())
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
        insights_data_free(&data);
        failures++;
    }
    allocation_fail_at(0);
    assert_true(failures >= 3);
    assert_int_equal(data.count, 2);
    insights_data_free(&data);
}

typedef enum error teller(const struct insights_view *view, const struct model *model,
                          struct buffer *out);

static enum error tell_in_words(const struct insights_view *view, const struct model *model,
                                struct buffer *out)
{
    (void)model;
    return describe_insights(view, false, out);
}

static enum error tell_in_a_picture(const struct insights_view *view, const struct model *model,
                                    struct buffer *out)
{
    return insights_svg(view, model, 0, out);
}

static void tell_without_memory(const struct insights_view *view, const struct model *model,
                                teller *tell)
{
    int failures = 0;

    for (int n = 1;; n++) {
        struct buffer out;
        enum error error;

        buffer_init(&out, INSIGHTS_SVG_MAX);
        allocation_fail_at(n);
        error = tell(view, model, &out);
        buffer_free(&out);
        if (!allocation_failed())
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
        failures++;
    }
    allocation_fail_at(0);
    assert_true(failures >= 3);
}

static void words_and_pictures_are_whole_or_not_there(void **state)
{
    const struct model *model = journal_model(((struct home *)*state)->journal);
    struct insights_mood moods[MOODS];
    struct insights_data data = random_data(moods);
    static struct insights_view view;
    struct insights_period period;

    insights_period(INSIGHTS_YEAR, moods[0].day, 1, &period);
    insights_view(&data, &period, INSIGHTS_YOU, moods[0].day, &view);
    tell_without_memory(&view, model, tell_in_words);
    tell_without_memory(&view, model, tell_in_a_picture);
}

static void a_journal_that_is_not_there_is_empty(void **state)
{
    struct home *home = *state;
    struct insights_data data;
    struct insights_month *months;
    struct journal *journal;
    size_t count;

    journal_close(home->journal);
    assert_int_equal(profile_delete("default"), ERROR_NONE);
    journal = open_journal(JOURNAL_READ);
    data = read_data(journal);
    assert_int_equal(data.count, 0);
    assert_int_equal(data.names, model_label_count(journal_model(journal)));
    assert_int_equal(insights_months(&data, &months, &count), ERROR_NONE);
    assert_true(!months && count == 0);
    insights_data_free(&data);
    journal_close(journal);
    assert_int_not_equal(access(home->path, F_OK), 0);
    home->journal = open_journal(JOURNAL_WRITE);
}

static enum error count_one(void *context, const struct entry *entry)
{
    (void)entry;
    ++*(size_t *)context;
    return ERROR_NONE;
}

static size_t count_found(struct journal *journal, const struct buffer *line)
{
    size_t found = 0;

    assert_int_equal(
        journal_each(journal, line->data ? line->data : "", false, 0, count_one, &found),
        ERROR_NONE);
    return found;
}

static void check_buckets_are_found(struct journal *journal, const struct insights_data *data,
                                    enum insights_source source)
{
    struct insights_trends trends;
    struct insights_period period;

    insights_period(INSIGHTS_MONTH, day_of("2025-10-20"), 1, &period);
    insights_trends(data, &period, source, &trends);
    assert_int_equal(trends.count, 2);
    for (int i = 0; i < trends.count * period.buckets; i++) {
        const struct insights_trend *trend = &trends.trend[i % 2];
        struct insights_bucket bucket;
        struct buffer line;

        buffer_init(&line, 1024);
        insights_bucket(&period, i / 2, &bucket);
        assert_int_equal(
            insights_filter(data, source, bucket.first, bucket.days, trend->label, &line),
            ERROR_NONE);
        assert_int_equal(count_found(journal, &line), trend->buckets[i / 2]);
        buffer_free(&line);
    }
}

static void check_corrections_are_found(struct journal *journal, const struct insights_data *data)
{
    struct insights_agreement agreement;

    insights_agreement(data, &agreement);
    assert_int_equal(agreement.corrections, INSIGHTS_CORRECTIONS);
    for (int i = 0; i < agreement.corrections; i++) {
        struct buffer line;

        buffer_init(&line, 1024);
        assert_int_equal(insights_filter_correction(data, &agreement.correction[i], &line),
                         ERROR_NONE);
        assert_int_equal(count_found(journal, &line), agreement.correction[i].count);
        buffer_free(&line);
    }
}

/* What a number counts is what its filter finds, wherever it was written, in whatever case. */
static void filters_find_what_was_counted(void **state)
{
    struct home *home = *state;
    struct insights_data data;

    run_sql(home, "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 299)"
                  " INSERT INTO message (created, offset, text, guess, probability, model)"
                  " SELECT 1760000000000 + i * 7777777, i * 397 % 1560 - 720, 'x',"
                  " CASE i % 3 WHEN 0 THEN 'joy' WHEN 1 THEN 'fear' END, 1, '' FROM n;"
                  "INSERT INTO rating (message, verdict, label)"
                  " SELECT id, 2, CASE id % 4 WHEN 0 THEN iif(id % 8, 'anger', 'ANGER')"
                  " WHEN 1 THEN 'sadness' END"
                  " FROM message WHERE id % 5 > 1");
    data = read_data(home->journal);
    check_buckets_are_found(home->journal, &data, INSIGHTS_YOU);
    check_buckets_are_found(home->journal, &data, INSIGHTS_GUESSES);
    check_corrections_are_found(home->journal, &data);
    insights_data_free(&data);
}

#define in_home(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_those_of_the_calendar),
        cmocka_unit_test(what_is_no_date_is_refused),
        cmocka_unit_test(today_is_on_the_users_clock),
        cmocka_unit_test(periods_hold_their_days),
        cmocka_unit_test(steps_stay_within_the_years_that_there_are),
        cmocka_unit_test(periods_have_titles),
        cmocka_unit_test(trends_count_every_message_once),
        cmocka_unit_test(nothing_is_before_the_first_period),
        cmocka_unit_test(each_day_has_its_main_emotion),
        cmocka_unit_test(agreement_is_counted_by_the_order_of_rating),
        cmocka_unit_test(few_ratings_are_all_first_and_last),
        cmocka_unit_test(streaks_end_today_or_yesterday),
        cmocka_unit_test(hours_and_weekdays_add_up),
        cmocka_unit_test(every_name_has_a_letter_of_its_own),
        cmocka_unit_test(filters_name_days_and_emotions),
        cmocka_unit_test(filters_name_corrections),
        in_home(messages_are_of_the_day_of_their_writer),
        in_home(what_was_imported_late_is_put_in_its_place),
        in_home(damaged_rows_do_no_harm),
        in_home(more_labels_than_there_is_room_for_do_no_harm),
        in_home(without_memory_it_says_so),
        in_home(words_and_pictures_are_whole_or_not_there),
        in_home(a_journal_that_is_not_there_is_empty),
        in_home(filters_find_what_was_counted),
    };

    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
