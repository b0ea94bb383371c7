#include "app/commands/describe.h"

#include "app/display.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SHORT_WHY = 4 /* features */ };

const char *describe_label(const char *name)
{
    return name ? name : "can't tell";
}

const char *describe_guess(const struct model *model, const struct prediction *prediction)
{
    return describe_label(prediction->can_tell ? model_label(model, prediction->label)->name
                                               : NULL);
}

static enum error append_safe(struct buffer *out, const char *text)
{
    return display_safe(text, strlen(text), DISPLAY_LINE, out);
}

enum error describe_time(const struct entry *entry, struct buffer *out)
{
    time_t seconds = (time_t)(entry->created / 1000 + (int64_t)entry->offset * 60);
    char text[32] = "?";
    struct tm local;

    if (gmtime_r(&seconds, &local))
        strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local);
    return buffer_append_text(out, text);
}

const char *describe_verdict(const struct entry *entry)
{
    switch (entry->verdict) {
    case VERDICT_RIGHT: return "right";
    case VERDICT_WRONG: return entry->label ? entry->label : "wrong";
    case VERDICT_NONE: break;
    }
    return "?";
}

static const char *verdict_in_words(const struct entry *entry)
{
    if (entry->verdict == VERDICT_NONE)
        return "not rated";
    return entry->label ? "you said " : describe_verdict(entry);
}

enum error describe_rating(const struct entry *entry, struct buffer *out)
{
    enum error error = buffer_format(out, "message %" PRId64 ": ", entry->id);

    if (!error)
        error = append_safe(out, describe_label(entry->guess));
    if (!error)
        error = buffer_format(out, ", %s", verdict_in_words(entry));
    if (!error && entry->verdict == VERDICT_WRONG && entry->label)
        error = append_safe(out, entry->label);
    return error ? error : buffer_append_byte(out, '\n');
}

enum error describe_rating_of(struct journal *journal, int64_t id)
{
    struct entry entry = {0};
    struct buffer text;
    enum error error = journal_get(journal, id, &entry);

    buffer_init(&text, DESCRIBE_MAX);
    if (!error)
        error = describe_rating(&entry, &text);
    if (!error)
        fwrite(text.data, 1, text.length, stdout);
    buffer_free(&text);
    entry_clear(&entry);
    return error;
}

enum error describe_why(const struct prediction *prediction, const struct why *why,
                        struct buffer *out)
{
    enum error error = ERROR_NONE;

    for (size_t i = 0; i < why->count && !error; i++) {
        error = buffer_format(out, "    %+9.4f  ", (double)why->items[i].value);
        if (!error)
            error = append_safe(out, why->items[i].feature);
        if (!error)
            error = buffer_append_text(out, why->items[i].personal ? " (your word)\n" : "\n");
    }
    if (!error)
        error = buffer_format(out, "    %+9.4f  (bias)\n", (double)why->bias);
    if (!error)
        error = buffer_format(
            out, "  = %+9.4f  (score; %" PRIu32 " of %" PRIu32 " words and signs are known)\n",
            (double)why->score, prediction->known, prediction->tokens);
    return error;
}

enum error describe_why_short(const struct why *why, struct buffer *out)
{
    enum error error = ERROR_NONE;

    for (size_t i = 0; i < why->count && i < SHORT_WHY && !error; i++) {
        if (i > 0)
            error = buffer_append_text(out, ", ");
        if (!error)
            error = append_safe(out, why->items[i].feature);
        if (!error)
            error = buffer_append_text(out, why->items[i].value > 0 ? " +" : " -");
    }
    return error;
}
