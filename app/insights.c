#include "app/insights.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MINUTE = 60000 /* ms */, DAY_MINUTES = 24 * 60 };
static const int64_t DAY = (int64_t)DAY_MINUTES * MINUTE;

const char *const insights_source_names[INSIGHTS_SOURCES] = {
    [INSIGHTS_YOU] = "your ratings",
    [INSIGHTS_GUESSES] = "the guesses",
};

/* A message with what puts it in order. */
struct row {
    int64_t id, created;
    struct insights_mood mood;
};

struct reading {
    struct insights_data *data;
    struct row *rows; /* [count], in the order of id, then in that of time */
    size_t count, capacity;
};

/* ---- names ---- */

static bool add_name(struct insights_data *data, const char *name, size_t length)
{
    if (data->names == INSIGHTS_LABELS_MAX || !label_name_valid(name, length))
        return false;
    memcpy(data->name[data->names++], name, length + 1);
    return true;
}

static int8_t name_index(struct insights_data *data, const char *name)
{
    if (!name)
        return INSIGHTS_NONE;
    for (int i = 0; i < data->names; i++)
        if (strcasecmp(data->name[i], name) == 0)
            return (int8_t)i;
    return add_name(data, name, strlen(name)) ? (int8_t)(data->names - 1) : INSIGHTS_BEYOND;
}

static void add_model_names(struct insights_data *data, const struct model *model)
{
    for (int i = 0; i < model_label_count(model); i++) {
        const char *name = model_label(model, i)->name;

        add_name(data, name, strlen(name));
    }
}

/* ---- reading ---- */

static enum error grow(struct reading *reading)
{
    size_t capacity = reading->capacity ? 2 * reading->capacity : 1024;
    struct row *rows = realloc(reading->rows, capacity * sizeof *rows);

    if (!rows)
        return error_raise_plain(ERROR_NO_MEMORY);
    reading->rows = rows;
    reading->capacity = capacity;
    return ERROR_NONE;
}

/* The place of a time on the writer's clock, where any bytes may stand for a time. */
static void place(int64_t created, int32_t offset, struct insights_mood *out)
{
    int64_t local, day, rest;

    if (__builtin_add_overflow(created, (int64_t)offset * MINUTE, &local))
        local = created;
    rest = local % DAY;
    day = local / DAY - (rest < 0);
    out->minute = (int16_t)((rest < 0 ? rest + DAY : rest) / MINUTE);
    if (day < INSIGHTS_DAY_FIRST || day > INSIGHTS_DAY_LAST) {
        out->minute = day < INSIGHTS_DAY_FIRST ? 0 : DAY_MINUTES - 1;
        day = day < INSIGHTS_DAY_FIRST ? INSIGHTS_DAY_FIRST : INSIGHTS_DAY_LAST;
    }
    out->day = (int32_t)day;
}

static enum error take_message(void *context, const struct mood *mood)
{
    struct reading *reading = context;
    enum error error = reading->count == reading->capacity ? grow(reading) : ERROR_NONE;
    struct row *row;

    if (error)
        return error;
    row = &reading->rows[reading->count++];
    *row = (struct row){
        .id = mood->id,
        .created = mood->created,
        .mood = {.guess = name_index(reading->data, mood->guess), .you = INSIGHTS_NONE}};
    place(mood->created, mood->offset, &row->mood);
    return ERROR_NONE;
}

static int by_id(const void *key, const void *element)
{
    int64_t id = *(const int64_t *)key;
    const struct row *row = element;

    return (id > row->id) - (id < row->id);
}

static enum error take_rating(void *context, const struct mood_rating *rating)
{
    struct reading *reading = context;
    struct row *row = reading->count ? bsearch(&rating->message, reading->rows, reading->count,
                                               sizeof *reading->rows, by_id)
                                     : NULL;

    if (!row)
        return ERROR_NONE;
    row->mood.rating = rating->id;
    row->mood.verdict = (int8_t)rating->verdict;
    row->mood.you = rating->verdict == VERDICT_RIGHT ? row->mood.guess
                                                     : name_index(reading->data, rating->label);
    return ERROR_NONE;
}

/* ---- putting in order ---- */

static int by_time(const void *a, const void *b)
{
    const struct row *one = a, *other = b;

    if (one->created != other->created)
        return one->created < other->created ? -1 : 1;
    return (one->id > other->id) - (one->id < other->id);
}

static int by_day(const void *a, const void *b)
{
    int32_t one = *(const int32_t *)a, other = *(const int32_t *)b;

    return (one > other) - (one < other);
}

/* Messages are written one after the other: only where some were imported is there much to do. */
static void sort(struct reading *reading)
{
    for (size_t i = 1; i < reading->count; i++) {
        if (by_time(&reading->rows[i - 1], &reading->rows[i]) > 0) {
            qsort(reading->rows, reading->count, sizeof *reading->rows, by_time);
            return;
        }
    }
}

/* Each day once. */
static void keep_days(struct insights_data *data)
{
    size_t kept = 0;

    for (size_t i = 0; i < data->count; i++)
        if (kept == 0 || data->days[kept - 1] != data->moods[i].day)
            data->days[kept++] = data->moods[i].day;
    qsort(data->days, kept, sizeof *data->days, by_day);
    for (size_t i = 0; i < kept; i++)
        if (data->day_count == 0 || data->days[data->day_count - 1] != data->days[i])
            data->days[data->day_count++] = data->days[i];
}

static enum error keep(struct reading *reading)
{
    struct insights_data *data = reading->data;

    if (reading->count == 0)
        return ERROR_NONE;
    data->moods = malloc(reading->count * sizeof *data->moods);
    data->days = malloc(reading->count * sizeof *data->days);
    if (!data->moods || !data->days)
        return error_raise_plain(ERROR_NO_MEMORY);
    sort(reading);
    for (size_t i = 0; i < reading->count; i++) {
        data->moods[i] = reading->rows[i].mood;
        data->rated += data->moods[i].rating != 0;
    }
    data->count = reading->count;
    keep_days(data);
    return ERROR_NONE;
}

enum error insights_read(struct journal *journal, struct insights_data *out)
{
    struct reading reading = {.data = out};
    enum error error;

    *out = (struct insights_data){0};
    add_model_names(out, journal_model(journal));
    error = journal_each_mood(journal, take_message, take_rating, &reading);
    if (!error)
        error = keep(&reading);
    free(reading.rows);
    return error;
}

void insights_data_free(struct insights_data *data)
{
    free(data->moods);
    free(data->days);
    *data = (struct insights_data){0};
}

enum insights_source insights_source(const struct insights_data *data)
{
    return data->rated >= INSIGHTS_FIRST ? INSIGHTS_YOU : INSIGHTS_GUESSES;
}

/* ---- signs ---- */

/* As many as there can be names. I, O, 0 and 1 would be taken for others. */
static const char spare[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789*+#@%=";
_Static_assert(sizeof spare - 1 >= INSIGHTS_LABELS_MAX, "each name has a sign of its own");

struct signs {
    char *of; /* [INSIGHTS_LABELS_MAX]; NUL: none yet */
    bool taken[128];
};

static bool take_sign(struct signs *signs, int name, int sign)
{
    if (!isascii(sign) || !strchr(spare, sign) || sign == '\0' || signs->taken[sign])
        return false;
    signs->taken[sign] = true;
    signs->of[name] = (char)sign;
    return true;
}

static bool take_letter_of(struct signs *signs, int name, const char *text, int (*form)(int))
{
    for (; *text; text++)
        if (isalpha((unsigned char)*text) && take_sign(signs, name, form((unsigned char)*text)))
            return true;
    return false;
}

void insights_letters(const struct insights_data *data, char out[INSIGHTS_LABELS_MAX])
{
    struct signs signs = {.of = out};

    memset(out, 0, INSIGHTS_LABELS_MAX);
    for (int i = 0; i < data->names; i++)
        take_sign(&signs, i, tolower((unsigned char)data->name[i][0]));
    for (int i = 0; i < data->names; i++) {
        const char *next = spare;

        if (out[i] || take_letter_of(&signs, i, data->name[i], tolower) ||
            take_letter_of(&signs, i, data->name[i], toupper))
            continue;
        while (!take_sign(&signs, i, *next))
            next++;
    }
}
