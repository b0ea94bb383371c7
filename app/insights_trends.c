#include "app/insights_parts.h"

#include <stdlib.h>
#include <string.h>

enum { PART_MINUTES = 180 /* of a day's bucket */ };

static bool covers(const struct insights_period *period, int32_t day)
{
    return day >= period->first && day < period->first + period->days;
}

/* ---- trends ---- */

/* Which bucket each day of a period of several days is in. */
static void map_days(const struct insights_period *period, int8_t map[INSIGHTS_DAYS_MAX])
{
    for (int i = 0; i < period->buckets; i++) {
        struct insights_bucket bucket;

        insights_bucket(period, i, &bucket);
        for (int32_t day = bucket.first; day < bucket.first + bucket.days; day++)
            map[day - period->first] = (int8_t)i;
    }
}

static void count_period(const struct insights_data *data, struct insights_trends *out)
{
    const struct insights_period *period = &out->period;
    int8_t map[INSIGHTS_DAYS_MAX] = {0};

    map_days(period, map);
    for (size_t i = 0; i < data->count; i++) {
        const struct insights_mood *mood = &data->moods[i];
        int label = insights_told(mood, out->source), bucket;

        if (!covers(period, mood->day))
            continue;
        out->messages++;
        if (label < 0)
            continue;
        bucket = period->span == INSIGHTS_DAY ? mood->minute / PART_MINUTES
                                              : map[mood->day - period->first];
        out->told++;
        out->trend[label].count++;
        out->trend[label].buckets[bucket]++;
    }
}

/* At the beginning of all years there is no period before. */
static void count_before(const struct insights_data *data, struct insights_trends *out)
{
    struct insights_period before;

    insights_step(&out->period, -1, &before);
    for (size_t i = 0; i < data->count && before.first < out->period.first; i++) {
        int label = insights_told(&data->moods[i], out->source);

        if (label >= 0 && covers(&before, data->moods[i].day)) {
            out->before++;
            out->trend[label].before++;
        }
    }
}

static double share(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static void weigh(struct insights_trends *trends, struct insights_trend *trend)
{
    trend->share = share(trend->count, trends->told);
    if (trends->before)
        trend->change = trend->share - share(trend->before, trends->before);
    for (int i = 0; i < trends->period.buckets; i++)
        if (trend->buckets[i] > trends->most)
            trends->most = trend->buckets[i];
}

static int largest_first(const void *a, const void *b)
{
    const struct insights_trend *one = a, *other = b;

    if (one->count != other->count)
        return one->count < other->count ? 1 : -1;
    return one->label - other->label;
}

void insights_trends(const struct insights_data *data, const struct insights_period *period,
                     enum insights_source source, struct insights_trends *out)
{
    *out = (struct insights_trends){.period = *period, .source = source};
    count_period(data, out);
    count_before(data, out);
    for (int i = 0; i < data->names; i++) {
        struct insights_trend *trend = &out->trend[i];

        trend->label = i;
        weigh(out, trend);
        if (trend->count > 0)
            out->trend[out->count++] = *trend;
    }
    qsort(out->trend, (size_t)out->count, sizeof out->trend[0], largest_first);
    out->shares = out->told >= INSIGHTS_FIRST;
    out->changes = out->shares && out->before >= INSIGHTS_FIRST;
}

/* ---- days ---- */

void insights_cells(const struct insights_data *data, const struct insights_period *period,
                    enum insights_source source, struct insights_cell *cells)
{
    uint32_t counts[INSIGHTS_DAYS_MAX][INSIGHTS_LABELS_MAX] = {{0}};

    for (int32_t i = 0; i < period->days; i++)
        cells[i] = (struct insights_cell){.label = INSIGHTS_NONE};
    for (size_t i = 0; i < data->count; i++) {
        int label = insights_told(&data->moods[i], source);
        int32_t day = data->moods[i].day - period->first;

        if (!covers(period, data->moods[i].day))
            continue;
        cells[day].messages++;
        if (label < 0)
            continue;
        cells[day].told++;
        insights_vote(counts[day], label, &cells[day].label);
    }
}

/* ---- months ---- */

static size_t list_months(const struct insights_data *data, struct insights_month *months)
{
    size_t count = 0;

    for (size_t i = 0; i < data->day_count; i++) {
        struct insights_period period;

        if (count > 0 && data->days[i] < months[count - 1].first + months[count - 1].days)
            continue;
        insights_period(INSIGHTS_MONTH, data->days[i], 0, &period);
        months[count++] = (struct insights_month){.first = period.first, .days = period.days};
    }
    return count;
}

static int by_month(const void *key, const void *element)
{
    int32_t day = *(const int32_t *)key;
    const struct insights_month *month = element;

    if (day < month->first)
        return -1;
    return day >= month->first + month->days;
}

enum error insights_months(const struct insights_data *data, struct insights_month **months,
                           size_t *count)
{
    *count = 0;
    *months = data->day_count ? malloc(data->day_count * sizeof **months) : NULL;
    if (!*months)
        return data->day_count ? error_raise_plain(ERROR_NO_MEMORY) : ERROR_NONE;
    *count = list_months(data, *months);
    for (size_t i = 0; i < data->count; i++) {
        const struct insights_mood *mood = &data->moods[i];
        struct insights_month *month =
            bsearch(&mood->day, *months, *count, sizeof **months, by_month);

        month->messages++;
        month->rated += mood->rating != 0;
        month->right += mood->verdict == VERDICT_RIGHT;
    }
    return ERROR_NONE;
}

/* ---- all of it ---- */

void insights_view(const struct insights_data *data, const struct insights_period *period,
                   enum insights_source source, int32_t today, struct insights_view *out)
{
    out->data = data;
    insights_trends(data, period, source, &out->trends);
    insights_step(period, -1, &out->before);
    insights_cells(data, period, source, out->cells);
    insights_agreement(data, &out->agreement);
    insights_habits(data, source, today, &out->habits);
    insights_letters(data, out->letters);
}
