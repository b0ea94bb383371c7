#include "app/commands/figures.h"

#include "app/record.h"

#include <cjson/cJSON.h>
#include <stdio.h>

enum { FIGURES_MAX = 64 * 1024 * 1024 /* bytes: more than all the months that there are take */ };

/* What is added, member by member: the first that cannot be made sticks. A parent that could not be
 * made is NULL, and takes nothing. */
struct figures {
    const struct insights_view *view;
    bool failed;
};

static void add_number(struct figures *figures, cJSON *object, const char *name, double number)
{
    figures->failed |= !cJSON_AddNumberToObject(object, name, number);
}

static void add_count(struct figures *figures, cJSON *object, const char *name, size_t count)
{
    add_number(figures, object, name, (double)count);
}

static void add_text(struct figures *figures, cJSON *object, const char *name, const char *text)
{
    figures->failed |=
        text ? !cJSON_AddStringToObject(object, name, text) : !cJSON_AddNullToObject(object, name);
}

static void add_date(struct figures *figures, cJSON *object, const char *name, int32_t day)
{
    char date[INSIGHTS_DATE_MAX];

    insights_date(day, date);
    add_text(figures, object, name, date);
}

static void add_label(struct figures *figures, cJSON *object, const char *name, int label)
{
    add_text(figures, object, name, label >= 0 ? figures->view->data->name[label] : NULL);
}

static cJSON *add_list(struct figures *figures, cJSON *object, const char *name)
{
    cJSON *list = cJSON_AddArrayToObject(object, name);

    figures->failed |= !list;
    return list;
}

static cJSON *add_object(struct figures *figures, cJSON *object, const char *name)
{
    cJSON *inner = cJSON_AddObjectToObject(object, name);

    figures->failed |= !inner;
    return inner;
}

static cJSON *add_item(struct figures *figures, cJSON *list, cJSON *item)
{
    if (item && cJSON_AddItemToArray(list, item))
        return item;
    cJSON_Delete(item);
    figures->failed = true;
    return NULL;
}

static cJSON *add_entry(struct figures *figures, cJSON *list)
{
    return add_item(figures, list, cJSON_CreateObject());
}

/* ---- all time ---- */

static void add_counts(struct figures *figures, cJSON *object, size_t messages, size_t rated,
                       size_t right)
{
    add_count(figures, object, "messages", messages);
    add_count(figures, object, "rated", rated);
    add_count(figures, object, "right", right);
    if (rated > 0)
        add_number(figures, object, "accuracy", (double)right / (double)rated);
    else
        add_text(figures, object, "accuracy", NULL);
}

static void add_months(struct figures *figures, cJSON *root, const struct insights_month *months,
                       size_t count)
{
    cJSON *list = add_list(figures, root, "months");

    for (size_t i = 0; i < count; i++) {
        cJSON *item = add_entry(figures, list);
        char date[INSIGHTS_DATE_MAX];

        insights_date(months[i].first, date);
        date[sizeof "YYYY-MM" - 1] = '\0';
        add_text(figures, item, "month", date);
        add_counts(figures, item, months[i].messages, months[i].rated, months[i].right);
    }
}

/* ---- the period ---- */

static void add_buckets(struct figures *figures, cJSON *object)
{
    const struct insights_period *period = &figures->view->trends.period;
    cJSON *list = add_list(figures, object, "buckets");

    for (int i = 0; i < period->buckets; i++) {
        cJSON *item = add_entry(figures, list);
        struct insights_bucket bucket;

        insights_bucket(period, i, &bucket);
        add_text(figures, item, "name", bucket.name);
        add_date(figures, item, "first", bucket.first);
        add_date(figures, item, "last", bucket.first + bucket.days - 1);
    }
}

static void add_trend(struct figures *figures, cJSON *item, const struct insights_trend *trend)
{
    const struct insights_trends *trends = &figures->view->trends;
    cJSON *list;

    add_label(figures, item, "label", trend->label);
    add_count(figures, item, "count", trend->count);
    add_count(figures, item, "before", trend->before);
    add_number(figures, item, "share", trend->share);
    if (trends->before > 0)
        add_number(figures, item, "change", trend->change);
    else
        add_text(figures, item, "change", NULL);
    list = add_list(figures, item, "buckets");
    for (int i = 0; i < trends->period.buckets; i++)
        add_item(figures, list, cJSON_CreateNumber((double)trend->buckets[i]));
}

static void add_period(struct figures *figures, cJSON *root)
{
    const struct insights_trends *trends = &figures->view->trends;
    const struct insights_period *period = &trends->period;
    cJSON *object = add_object(figures, root, "period"), *list;

    add_text(figures, object, "span", insights_span_names[period->span]);
    add_text(figures, object, "title", period->title);
    add_date(figures, object, "first", period->first);
    add_date(figures, object, "last", period->first + period->days - 1);
    add_count(figures, object, "messages", trends->messages);
    add_count(figures, object, "told", trends->told);
    add_count(figures, object, "told_before", trends->before);
    add_buckets(figures, object);
    list = add_list(figures, object, "trends");
    for (int i = 0; i < trends->count; i++)
        add_trend(figures, add_entry(figures, list), &trends->trend[i]);
}

static void add_days(struct figures *figures, cJSON *root)
{
    const struct insights_period *period = &figures->view->trends.period;
    cJSON *list = add_list(figures, root, "days");

    for (int32_t i = 0; i < period->days; i++) {
        const struct insights_cell *cell = &figures->view->cells[i];
        cJSON *item;

        if (cell->messages == 0)
            continue;
        item = add_entry(figures, list);
        add_date(figures, item, "date", period->first + i);
        add_count(figures, item, "messages", cell->messages);
        add_count(figures, item, "told", cell->told);
        add_label(figures, item, "label", cell->label);
    }
}

/* ---- the model and you ---- */

static void add_end(struct figures *figures, cJSON *object, const char *name, size_t rated,
                    size_t right)
{
    cJSON *end = add_object(figures, object, name);

    add_count(figures, end, "rated", rated);
    add_count(figures, end, "right", right);
}

static void add_agreement(struct figures *figures, cJSON *root)
{
    const struct insights_agreement *agreement = &figures->view->agreement;
    cJSON *object = add_object(figures, root, "agreement"), *list;

    add_end(figures, object, "first", agreement->first, agreement->first_right);
    add_end(figures, object, "last", agreement->last, agreement->last_right);
    list = add_list(figures, object, "labels");
    for (int i = 0; i < figures->view->data->names; i++) {
        cJSON *item = agreement->guessed[i] > 0 ? add_entry(figures, list) : NULL;

        if (agreement->guessed[i] == 0)
            continue;
        add_label(figures, item, "label", i);
        add_count(figures, item, "guessed", agreement->guessed[i]);
        add_count(figures, item, "right", agreement->agreed[i]);
    }
    list = add_list(figures, object, "corrections");
    for (int i = 0; i < agreement->corrections; i++) {
        cJSON *item = add_entry(figures, list);

        add_label(figures, item, "from", agreement->correction[i].from);
        add_label(figures, item, "to", agreement->correction[i].to);
        add_count(figures, item, "count", agreement->correction[i].count);
    }
}

/* ---- habits of writing ---- */

static void add_habits(struct figures *figures, cJSON *root)
{
    const struct insights_habits *habits = &figures->view->habits;
    cJSON *object = add_object(figures, root, "habits"), *list;

    add_count(figures, object, "streak", habits->streak);
    add_count(figures, object, "longest", habits->longest);
    if (habits->longest > 0)
        add_date(figures, object, "longest_first", habits->longest_first);
    else
        add_text(figures, object, "longest_first", NULL);
    add_count(figures, object, "days", habits->days);
    list = add_list(figures, object, "hours");
    for (int i = 0; i < 24; i++) {
        cJSON *item = add_entry(figures, list);

        add_count(figures, item, "messages", habits->hours[i]);
        add_label(figures, item, "label", habits->hour_label[i]);
    }
    list = add_list(figures, object, "weekdays");
    for (int i = 0; i < 7; i++) {
        cJSON *item = add_entry(figures, list);

        add_text(figures, item, "weekday", insights_weekday_names[i]);
        add_count(figures, item, "messages", habits->weekdays[i]);
        add_label(figures, item, "label", habits->weekday_label[i]);
    }
}

static enum error print(const cJSON *root, bool complete)
{
    char *text = complete ? cJSON_PrintUnformatted(root) : NULL;
    struct buffer safe;
    enum error error = text ? ERROR_NONE : error_raise_plain(ERROR_NO_MEMORY);

    buffer_init(&safe, FIGURES_MAX);
    if (!error)
        error = record_escape(text, &safe);
    if (!error)
        puts(safe.data);
    buffer_free(&safe);
    cJSON_free(text);
    return error;
}

enum error figures_print(const struct insights_view *view, const struct insights_month *months,
                         size_t count)
{
    const char *const sources[INSIGHTS_SOURCES] = {"you", "guesses"};
    const struct insights_agreement *agreement = &view->agreement;
    struct figures figures = {.view = view};
    cJSON *root = cJSON_CreateObject();
    enum error error;

    add_counts(&figures, root, view->data->count, agreement->rated, agreement->right);
    add_months(&figures, root, months, count);
    add_text(&figures, root, "source", sources[view->trends.source]);
    add_period(&figures, root);
    add_days(&figures, root);
    add_agreement(&figures, root);
    add_habits(&figures, root);
    error = print(root, !figures.failed);
    cJSON_Delete(root);
    return error;
}
