#include "app/insights_parts.h"

#include <stdlib.h>
#include <string.h>

/* ---- the model and you ---- */

enum { FROM_MAX = INSIGHTS_LABELS_MAX + 1 /* the last is "can't tell" */ };

/* The ratings with the smallest keys. */
struct foremost {
    size_t count;
    struct {
        int64_t key;
        bool right;
    } rating[INSIGHTS_FIRST + 1]; /* ascending; room for one that is too many */
};

static void offer(struct foremost *foremost, int64_t key, bool right)
{
    size_t at = foremost->count;

    while (at > 0 && foremost->rating[at - 1].key > key) {
        foremost->rating[at] = foremost->rating[at - 1];
        at--;
    }
    foremost->rating[at].key = key;
    foremost->rating[at].right = right;
    if (foremost->count < INSIGHTS_FIRST)
        foremost->count++;
}

static size_t count_right(const struct foremost *foremost)
{
    size_t right = 0;

    for (size_t i = 0; i < foremost->count; i++)
        right += foremost->rating[i].right;
    return right;
}

static void count_ends(const struct insights_data *data, struct insights_agreement *out)
{
    struct foremost first = {0}, last = {0};

    for (size_t i = 0; i < data->count; i++) {
        const struct insights_mood *mood = &data->moods[i];
        bool right = mood->verdict == VERDICT_RIGHT;

        if (mood->rating) {
            offer(&first, mood->rating, right);
            offer(&last, -mood->rating, right);
        }
    }
    out->first = first.count;
    out->first_right = count_right(&first);
    out->last = last.count;
    out->last_right = count_right(&last);
}

static int most_frequent_first(const void *a, const void *b)
{
    const struct insights_correction *one = a, *other = b;

    if (one->count != other->count)
        return one->count < other->count ? 1 : -1;
    return one->from != other->from ? one->from - other->from : one->to - other->to;
}

static void add_correction(struct insights_agreement *out,
                           const struct insights_correction *correction)
{
    int at = out->corrections;

    while (at > 0 && most_frequent_first(&out->correction[at - 1], correction) > 0)
        at--;
    if (at == INSIGHTS_CORRECTIONS)
        return;
    if (out->corrections < INSIGHTS_CORRECTIONS)
        out->corrections++;
    memmove(&out->correction[at + 1], &out->correction[at],
            (size_t)(out->corrections - 1 - at) * sizeof out->correction[0]);
    out->correction[at] = *correction;
}

static void count_corrections(const struct insights_data *data, struct insights_agreement *out)
{
    size_t counts[FROM_MAX][INSIGHTS_LABELS_MAX] = {{0}};

    for (size_t i = 0; i < data->count; i++) {
        const struct insights_mood *mood = &data->moods[i];

        if (mood->verdict == VERDICT_WRONG && mood->you >= 0 && mood->guess >= INSIGHTS_NONE &&
            mood->you != mood->guess)
            counts[mood->guess < 0 ? INSIGHTS_LABELS_MAX : mood->guess][mood->you]++;
    }
    for (int from = 0; from < FROM_MAX; from++) {
        for (int to = 0; to < data->names; to++) {
            struct insights_correction correction = {
                .from = from < INSIGHTS_LABELS_MAX ? from : INSIGHTS_NONE,
                .to = to,
                .count = counts[from][to]};

            if (correction.count > 0)
                add_correction(out, &correction);
        }
    }
}

void insights_agreement(const struct insights_data *data, struct insights_agreement *out)
{
    *out = (struct insights_agreement){0};
    for (size_t i = 0; i < data->count; i++) {
        const struct insights_mood *mood = &data->moods[i];
        bool right = mood->verdict == VERDICT_RIGHT;

        if (!mood->rating)
            continue;
        out->rated++;
        out->right += right;
        if (mood->guess >= 0) {
            out->guessed[mood->guess]++;
            out->agreed[mood->guess] += right;
        }
    }
    count_ends(data, out);
    count_corrections(data, out);
}

/* ---- habits of writing ---- */

static void count_streaks(const struct insights_data *data, int32_t today,
                          struct insights_habits *out)
{
    size_t length = 0;

    out->days = data->day_count;
    for (size_t i = 0; i < data->day_count; i++) {
        length = i > 0 && data->days[i - 1] == data->days[i] - 1 ? length + 1 : 1;
        if (length > out->longest) {
            out->longest = length;
            out->longest_first = data->days[i] - (int32_t)(length - 1);
        }
        if (data->days[i] == today || data->days[i] == today - 1)
            out->streak = length;
    }
}

void insights_habits(const struct insights_data *data, enum insights_source source, int32_t today,
                     struct insights_habits *out)
{
    uint32_t hours[24][INSIGHTS_LABELS_MAX] = {{0}}, weekdays[7][INSIGHTS_LABELS_MAX] = {{0}};

    *out = (struct insights_habits){0};
    for (int i = 0; i < 24; i++)
        out->hour_label[i] = INSIGHTS_NONE;
    for (int i = 0; i < 7; i++)
        out->weekday_label[i] = INSIGHTS_NONE;
    count_streaks(data, today, out);
    for (size_t i = 0; i < data->count; i++) {
        const struct insights_mood *mood = &data->moods[i];
        int label = insights_told(mood, source);
        int hour = mood->minute / 60, weekday = insights_weekday(mood->day);

        out->hours[hour]++;
        out->weekdays[weekday]++;
        insights_vote(hours[hour], label, &out->hour_label[hour]);
        insights_vote(weekdays[weekday], label, &out->weekday_label[weekday]);
    }
}
