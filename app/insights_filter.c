#include "app/insights.h"

#include <string.h>
#include <strings.h>

/* A part of the line, after a blank where there is one before it. */
static enum error append_part(struct buffer *out, const char *keyword, const char *value)
{
    return buffer_format(out, "%s%s%s", out->length ? " " : "", keyword, value);
}

static enum error append_date(struct buffer *out, const char *keyword, int32_t day)
{
    char date[INSIGHTS_DATE_MAX];

    insights_date(day, date);
    return append_part(out, keyword, date);
}

/* Some names stand in no filter: one cannot be quoted, and emotion:none is "can't tell". */
static enum error append_name(struct buffer *out, const char *keyword, const char *name)
{
    bool quoted = strchr(name, ' ') != NULL;

    if (name[quoted ? strcspn(name, "\"") : 0] == '"' ||
        (strcmp(keyword, "emotion:") == 0 && strcasecmp(name, "none") == 0))
        return error_raise(ERROR_INVALID, "no filter can look for an emotion called '%s'", name);
    return buffer_format(out, quoted ? "%s%s\"%s\"" : "%s%s%s", out->length ? " " : "", keyword,
                         name);
}

enum error insights_filter(const struct insights_data *data, enum insights_source source,
                           int32_t first, int32_t days, int label, struct buffer *out)
{
    int64_t end = (int64_t)first + days;
    enum error error = ERROR_NONE;

    if (first > INSIGHTS_DAY_FIRST)
        error = append_date(out, "after:", first);
    if (!error && end <= INSIGHTS_DAY_LAST)
        error = append_date(out, "before:", (int32_t)end);
    if (!error && label >= 0)
        error = append_name(out, source == INSIGHTS_YOU ? "you:" : "emotion:", data->name[label]);
    return error;
}

enum error insights_filter_correction(const struct insights_data *data,
                                      const struct insights_correction *correction,
                                      struct buffer *out)
{
    enum error error = correction->from < 0
                           ? append_part(out, "emotion:", "none")
                           : append_name(out, "emotion:", data->name[correction->from]);

    return error ? error : append_name(out, "you:", data->name[correction->to]);
}
