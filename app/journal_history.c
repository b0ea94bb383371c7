#include "app/journal_parts.h"
#include "app/now.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* What a face that shows the history needs beside its messages. */

/* ---- many ratings in one act ---- */

/* The label that is stored is borrowed from the model, or from the caller. */
static enum error plan(struct journal *journal, int64_t id, enum verdict verdict, const char *label,
                       struct rating *out, bool *skip)
{
    struct entry entry;
    enum error error = journal_get(journal, id, &entry);

    *out = (struct rating){.message = id, .verdict = verdict, .label = label};
    *skip = !error && !entry.guess && !label;
    if (!error && !*skip)
        error = journal_settle(journal, &entry, &out->verdict, &out->label);
    entry_clear(&entry);
    return error;
}

enum error journal_rate_all(struct journal *journal, const int64_t *ids, size_t count,
                            enum verdict verdict, const char *label, struct rating_act *out)
{
    struct rating *ratings = calloc(count + 1, sizeof *ratings);
    enum error error = ratings ? ERROR_NONE : error_raise_plain(ERROR_NO_MEMORY);

    *out = (struct rating_act){0};
    for (size_t i = 0; i < count && !error; i++) {
        bool skip;

        error = plan(journal, ids[i], verdict, label, &ratings[out->count], &skip);
        out->count += !skip;
        out->skipped += skip;
    }
    if (!error && out->count > 0)
        error = db_rate_all(journal->db, ratings, out->count, &out->first);
    if (!error && out->count > 0)
        error = journal_relearn(journal);
    free(ratings);
    return error;
}

enum error journal_turn_act(struct journal *journal, const struct rating_act *act, bool undo)
{
    enum error error = db_turn_all(journal->db, act->first, act->count, undo);

    return error ? error : journal_relearn(journal);
}

/* ---- what a filter can name ---- */

void filter_names_free(struct filter_names *names)
{
    db_names_free(names->emotions, names->emotion_count);
    free(names->months);
    *names = (struct filter_names){0};
}

/* Puts the model's emotions before the others that the history knows. */
static enum error add_emotions(const struct model *model, char **known, size_t known_count,
                               struct filter_names *out)
{
    size_t labels = (size_t)model_label_count(model);

    out->emotions = calloc(labels + known_count + 1, sizeof *out->emotions);
    if (!out->emotions)
        return error_raise_plain(ERROR_NO_MEMORY);
    for (size_t i = 0; i < labels; i++) {
        out->emotions[i] = strdup(model_label(model, (int)i)->name);
        if (!out->emotions[i])
            return error_raise_plain(ERROR_NO_MEMORY);
        out->emotion_count++;
    }
    for (size_t i = 0; i < known_count; i++) {
        bool there = false;

        for (size_t k = 0; k < labels && !there; k++)
            there = strcasecmp(known[i], out->emotions[k]) == 0;
        if (there)
            continue;
        out->emotions[out->emotion_count] = strdup(known[i]);
        if (!out->emotions[out->emotion_count])
            return error_raise_plain(ERROR_NO_MEMORY);
        out->emotion_count++;
    }
    return ERROR_NONE;
}

/* The month of a time (ms since 1970 on its writer's clock), and when it starts. */
static enum error month_of(int64_t written, char month[8], int64_t *start)
{
    time_t seconds = (time_t)(written / 1000 - (written % 1000 < 0));
    struct tm day;

    if (!gmtime_r(&seconds, &day) || strftime(month, 8, "%Y-%m", &day) != 7)
        return error_raise(ERROR_INVALID, "no calendar reaches that far");
    day = (struct tm){.tm_year = day.tm_year, .tm_mon = day.tm_mon, .tm_mday = 1};
    *start = (int64_t)timegm(&day) * 1000;
    return ERROR_NONE;
}

static enum error add_months(struct journal *journal, struct filter_names *out)
{
    int64_t before = INT64_MAX, written;
    bool found = true;
    enum error error = ERROR_NONE;

    while (!error && found) {
        char(*grown)[8] = realloc(out->months, (out->month_count + 1) * sizeof *grown);

        if (!grown)
            return error_raise_plain(ERROR_NO_MEMORY);
        out->months = grown;
        error = db_last_written(journal->db, before, &written, &found);
        /* A time beyond the calendar, and what is older than it, has no name. */
        if (!error && found && month_of(written, grown[out->month_count], &before))
            found = false;
        if (!error && found)
            out->month_count++;
    }
    return error;
}

enum error journal_filter_names(struct journal *journal, struct filter_names *out)
{
    char **known = NULL;
    size_t count = 0;
    enum error error = ERROR_NONE;

    *out = (struct filter_names){0};
    if (journal->db)
        error = db_names(journal->db, &known, &count);
    if (!error)
        error = add_emotions(journal->model, known, count, out);
    if (!error && journal->db)
        error = add_months(journal, out);
    db_names_free(known, count);
    if (error)
        filter_names_free(out);
    return error;
}
