#include "app/record.h"

#include "base/utf8.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NUMBER_MAX = 32, TIME_MAX = 48 };

static const char *const fields[] = {"id",          "created_at", "text",  "guess",
                                     "probability", "rating",     "label", "model"};

static const char *rating(const struct entry *entry)
{
    switch (entry->verdict) {
    case VERDICT_RIGHT: return "right";
    case VERDICT_WRONG: return "wrong";
    case VERDICT_NONE: break;
    }
    return NULL;
}

/* "2026-11-21T23:41:05.250+01:00" */
static void iso_time(const struct entry *entry, char out[TIME_MAX])
{
    int64_t milliseconds = (entry->created % 1000 + 1000) % 1000;
    int64_t east = entry->offset, away = east < 0 ? -east : east;
    time_t seconds = (time_t)(entry->created / 1000 - (entry->created % 1000 < 0) + east * 60);
    struct tm parts = {0};
    size_t length;

    gmtime_r(&seconds, &parts);
    length = strftime(out, TIME_MAX, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(out + length, TIME_MAX - length, ".%03d%c%02d:%02d", (int)milliseconds,
             east < 0 ? '-' : '+', (int)(away / 60 % 100), (int)(away % 60));
}

/* Nine digits tell every float from its neighbours. */
static void exact(double value, char out[NUMBER_MAX])
{
    snprintf(out, NUMBER_MAX, "%.9g", value);
}

/* ---- CSV ---- */

static enum error csv_cell(struct buffer *out, const char *text, bool raw)
{
    bool quoted = text[strcspn(text, ",\"\r\n")] != '\0';
    bool guarded = !raw && text[0] && strchr("=+-@'\t\r", text[0]);
    enum error error = ERROR_NONE;

    if (quoted)
        error = buffer_append_byte(out, '"');
    if (!error && guarded)
        error = buffer_append_byte(out, '\'');
    while (*text && !error) {
        size_t run = strcspn(text, "\"");

        error = utf8_repair(text, run, out);
        text += run;
        if (!error && *text) {
            error = buffer_append_text(out, "\"\"");
            text++;
        }
    }
    if (!error && quoted)
        error = buffer_append_byte(out, '"');
    return error;
}

static enum error csv_row(struct buffer *out, const char *const *cells, bool raw)
{
    enum error error = ERROR_NONE;

    for (size_t i = 0; i < sizeof fields / sizeof *fields && !error; i++) {
        if (i > 0)
            error = buffer_append_byte(out, ',');
        if (!error && cells[i])
            error = csv_cell(out, cells[i], raw);
    }
    return error ? error : buffer_append_text(out, "\r\n");
}

enum error record_csv_header(struct buffer *out)
{
    return csv_row(out, fields, true);
}

enum error record_csv(const struct entry *entry, bool raw, struct buffer *out)
{
    char id[NUMBER_MAX], created[TIME_MAX], probability[NUMBER_MAX];
    const char *const cells[] = {id,          created,       entry->text,  entry->guess,
                                 probability, rating(entry), entry->label, entry->model};

    snprintf(id, sizeof id, "%" PRId64, entry->id);
    iso_time(entry, created);
    exact(entry->probability, probability);
    return csv_row(out, cells, raw);
}

/* ---- JSON ---- */

/* Each adder returns whether it had the memory. */

static bool add_string(cJSON *object, const char *name, const char *value)
{
    return value ? cJSON_AddStringToObject(object, name, value) != NULL
                 : cJSON_AddNullToObject(object, name) != NULL;
}

static bool add_number(cJSON *object, const char *name, double value)
{
    char text[NUMBER_MAX];

    exact(value, text);
    return cJSON_AddRawToObject(object, name, text) != NULL;
}

static bool add_integer(cJSON *object, const char *name, int64_t value)
{
    char text[NUMBER_MAX];

    snprintf(text, sizeof text, "%" PRId64, value);
    return cJSON_AddRawToObject(object, name, text) != NULL;
}

/* What a terminal might obey, or a reader take for the end of a line. cJSON escapes the rest. */
static bool is_escaped(int32_t codepoint)
{
    return (codepoint >= 0x7F && codepoint < 0xA0) || codepoint == 0x2028 || codepoint == 0x2029 ||
           utf8_reorders(codepoint);
}

enum error record_escape(const char *json, struct buffer *out)
{
    size_t length = strlen(json), from = 0, at = 0;
    enum error error = ERROR_NONE;

    while (at < length && !error) {
        int32_t codepoint;
        size_t taken;

        if ((unsigned char)json[at] < 0x7F) {
            at++;
            continue;
        }
        taken = utf8_decode(json + at, length - at, &codepoint);
        if (is_escaped(codepoint)) {
            error = utf8_repair(json + from, at - from, out);
            if (!error)
                error = buffer_format(out, "\\u%04x", (unsigned)codepoint);
            from = at + taken;
        }
        at += taken;
    }
    return error ? error : utf8_repair(json + from, length - from, out);
}

/* Appends the object as a line and deletes it. `complete`: all that belongs in it is. */
static enum error put_line(cJSON *object, bool complete, struct buffer *out)
{
    char *text = object && complete ? cJSON_PrintUnformatted(object) : NULL;
    enum error error = text ? record_escape(text, out) : error_raise_plain(ERROR_NO_MEMORY);

    cJSON_free(text);
    cJSON_Delete(object);
    return error ? error : buffer_append_byte(out, '\n');
}

enum error record_json(const struct entry *entry, struct buffer *out)
{
    cJSON *object = cJSON_CreateObject();
    char created[TIME_MAX];
    bool complete;

    iso_time(entry, created);
    complete =
        object && add_integer(object, "id", entry->id) &&
        add_string(object, "created_at", created) && add_string(object, "text", entry->text) &&
        add_string(object, "guess", entry->guess) &&
        add_number(object, "probability", entry->probability) &&
        add_string(object, "rating", rating(entry)) && add_string(object, "label", entry->label) &&
        add_string(object, "model", entry->model);
    return put_line(object, complete, out);
}

static bool add_probabilities(cJSON *object, const struct model *model,
                              const struct prediction *prediction)
{
    cJSON *probabilities = cJSON_AddObjectToObject(object, "probabilities");
    bool complete = probabilities != NULL;

    for (int i = 0; i < model_label_count(model) && complete; i++)
        complete = add_number(probabilities, model_label(model, i)->name,
                              (double)prediction->probability[i]);
    return complete;
}

static bool add_labels(cJSON *object, const struct model *model,
                       const struct prediction *prediction)
{
    cJSON *list = cJSON_AddArrayToObject(object, "labels");
    uint64_t left = prediction->can_tell ? prediction->labels : 0;
    bool complete = list != NULL;

    while (left && complete) {
        int label = prediction_likeliest(prediction, left);
        cJSON *item = cJSON_CreateObject();

        left &= ~(UINT64_C(1) << label);
        complete = item && add_string(item, "label", model_label(model, label)->name) &&
                   add_number(item, "probability", (double)prediction->probability[label]) &&
                   cJSON_AddItemToArray(list, item);
        if (!complete)
            cJSON_Delete(item);
    }
    return complete;
}

static bool add_why(cJSON *object, const struct why *why)
{
    cJSON *list = cJSON_AddArrayToObject(object, "why");
    bool complete = list != NULL;

    for (size_t i = 0; i < why->count && complete; i++) {
        cJSON *item = cJSON_CreateObject();

        complete = item && add_string(item, "feature", why->items[i].feature) &&
                   add_number(item, "contribution", (double)why->items[i].value) &&
                   cJSON_AddItemToArray(list, item);
        if (!complete)
            cJSON_Delete(item);
    }
    return complete && add_number(object, "bias", (double)why->bias) &&
           add_number(object, "score", (double)why->score);
}

enum error record_prediction(const char *text, size_t length, const struct model *model,
                             const struct prediction *prediction, const struct why *why,
                             struct buffer *out)
{
    const char *best = model_label(model, prediction->label)->name;
    cJSON *object = cJSON_CreateObject();
    struct buffer repaired;
    enum error error;
    bool complete;

    buffer_init(&repaired, RECORD_MAX);
    error = utf8_repair(text, length, &repaired);
    complete =
        !error && object && add_string(object, "text", repaired.data) &&
        add_string(object, "label", prediction->can_tell ? best : NULL) &&
        add_number(object, "probability", (double)prediction->probability[prediction->label]) &&
        add_labels(object, model, prediction) && add_probabilities(object, model, prediction) &&
        add_integer(object, "known", prediction->known) &&
        add_integer(object, "tokens", prediction->tokens) && add_why(object, why) &&
        add_string(object, "model", model_id(model));
    buffer_free(&repaired);
    return put_line(object, complete, out);
}

/* ---- syncing ---- */

/* In UTC; null for 0. */
static bool add_time(cJSON *object, const char *name, int64_t milliseconds)
{
    const struct entry moment = {.created = milliseconds};
    char text[TIME_MAX];

    iso_time(&moment, text);
    return add_string(object, name, milliseconds ? text : NULL);
}

enum error record_sync(const struct sync_result *result, struct buffer *out)
{
    cJSON *object = cJSON_CreateObject();
    bool complete = object && add_string(object, "status", sync_status_names[result->status]) &&
                    add_integer(object, "votes", result->votes) &&
                    add_integer(object, "model", result->model_version) &&
                    (isfinite(result->epsilon) ? add_number(object, "epsilon", result->epsilon)
                                               : add_string(object, "epsilon", NULL)) &&
                    cJSON_AddBoolToObject(object, "updated", result->updated) &&
                    add_integer(object, "queued", (int64_t)result->queued) &&
                    add_time(object, "retry_at", result->retry_at) &&
                    add_string(object, "note", result->note);

    return put_line(object, complete, out);
}

enum error record_upload(const struct sync_upload *upload, struct buffer *out)
{
    cJSON *object = cJSON_CreateObject();
    bool complete =
        object && add_integer(object, "number", upload->number) &&
        add_time(object, "created_at", upload->created) &&
        add_time(object, "finished_at", upload->finished) &&
        add_string(object, "url", upload->url) && add_string(object, "mode", upload->mode) &&
        add_integer(object, "round", (int64_t)upload->round) &&
        add_string(object, "state", upload->state) && add_integer(object, "votes", upload->votes) &&
        add_integer(object, "votes_max", upload->votes_max) &&
        add_number(object, "noise", upload->noise) &&
        add_integer(object, "model", upload->model_version) &&
        add_integer(object, "bytes", (int64_t)upload->length) &&
        add_string(object, "sha256", upload->digest) &&
        add_string(object, "answer", upload->answer);

    return put_line(object, complete, out);
}
