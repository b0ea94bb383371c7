#include "app/describe_sync.h"

#include "app/describe.h"
#include "app/display.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { BYTES_A_LINE = 16, LINE_BYTES = 2048 };

void describe_epsilon(double epsilon, char out[EPSILON_TEXT_MAX])
{
    if (isfinite(epsilon))
        snprintf(out, EPSILON_TEXT_MAX, "%.2f", epsilon);
    else
        snprintf(out, EPSILON_TEXT_MAX, "no bound");
}

void describe_moment(int64_t milliseconds, char out[MOMENT_TEXT_MAX])
{
    time_t seconds = (time_t)(milliseconds / 1000);
    struct tm local;

    snprintf(out, MOMENT_TEXT_MAX, "never");
    if (milliseconds > 0 && localtime_r(&seconds, &local))
        strftime(out, MOMENT_TEXT_MAX, "%Y-%m-%d %H:%M", &local);
}

static enum error append_safe(struct buffer *out, const char *text)
{
    return display_safe(text, strlen(text), DISPLAY_LINE, out);
}

/* ---- what joining means: lines of at most 78 columns, a name before the first of each group ----
 */

static enum error put(struct buffer *out, const char *name, const char *format, ...)
    PRINTF_LIKE(3, 4);

static enum error put(struct buffer *out, const char *name, const char *format, ...)
{
    char line[LINE_BYTES];
    va_list arguments;
    enum error error = buffer_format(out, "%-11s ", name);

    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (!error)
        error = append_safe(out, line);
    return error ? error : buffer_append_byte(out, '\n');
}

static enum error put_round(const struct sync_terms *terms, struct buffer *out)
{
    enum error error =
        put(out, "A round", "at least %" PRIu32 " reports, of at most %" PRIu32 " votes each,",
            terms->minimum, terms->votes);

    if (!error)
        error = put(out, "", "on the %" PRIu32 " most frequent n-grams;", terms->block);
    return error ? error
                 : put(out, "", "at most %" PRIu32 " contributions from you, ever",
                       terms->contributions);
}

static enum error put_privacy(const struct sync_terms *terms, struct buffer *out)
{
    char each[EPSILON_TEXT_MAX], all[EPSILON_TEXT_MAX];
    enum error error;

    if (terms->noise <= 0) {
        error = put(out, "Privacy", "no noise is added (z = 0):");
        return error ? error : put(out, "", "no guarantee beyond trust in the operator");
    }
    describe_epsilon(terms->epsilon_each, each);
    describe_epsilon(terms->epsilon_all, all);
    error = put(out, "Privacy", "epsilon %s for one contribution, %s for all %" PRIu32 ",", each,
                all, terms->contributions);
    return error ? error
                 : put(out, "", "if the operator adds the noise as promised (z = %g, delta 1e-6)",
                       terms->noise);
}

static enum error put_vocabulary(const struct sync_terms *terms, struct buffer *out)
{
    enum error error;

    if (terms->own_vocabulary)
        return put(out, "Vocabulary", "the one of the model that you use");
    error = put(out, "Vocabulary", "NOT the one of the model that you use: %zu n-grams are new,",
                terms->foreign);
    if (!error)
        error = put(out, "", "such as %s", terms->words);
    if (!error)
        error = put(out, "", "A contribution can name any of them: look for words");
    return error ? error : put(out, "", "that only you would write.");
}

static enum error put_mode(const struct sync_terms *terms, struct buffer *out)
{
    enum error error =
        put(out, "Mode", "%s: this server sees each contribution: which", terms->mode);

    if (!error)
        error = put(out, "", "public words and word pairs it names, for which emotions,");
    if (!error)
        error = put(out, "", "and how many; and it could send one person a round of");
    if (!error)
        error = put(out, "", "their own. It sees no message, no time of a message, no");
    return error ? error : put(out, "", "name, and none of your own words.");
}

enum error describe_terms(const struct sync_terms *terms, struct buffer *out)
{
    enum error error = put(out, "Server", "%s", terms->url);

    if (!error)
        error = put(out, "Key", "%s", terms->fingerprint);
    if (!error)
        error = put(out, "", "Compare it with what the operator has published.");
    if (!error)
        error = put_round(terms, out);
    if (!error)
        error = put_privacy(terms, out);
    if (!error)
        error = put_vocabulary(terms, out);
    if (!error)
        error = put_mode(terms, out);
    return error ? error
                 : buffer_append_text(out, "These terms are kept: a round that asks for more, or "
                                           "protects less, is refused.\n");
}

/* ---- what would be sent ---- */

enum error describe_vote(const struct sync_vote *vote, struct buffer *out)
{
    enum error error = buffer_append_text(out, vote->sign > 0 ? "+ " : "- ");

    if (!error)
        error = describe_feature(vote->feature, out);
    if (!error)
        error = buffer_append_text(out, " -> ");
    return error ? error : append_safe(out, vote->label);
}

static enum error append_budget(const struct sync_preview *preview, struct buffer *out)
{
    char now[EPSILON_TEXT_MAX], after[EPSILON_TEXT_MAX];

    describe_epsilon(preview->epsilon_now, now);
    describe_epsilon(preview->epsilon_after, after);
    return buffer_format(out,
                         "Privacy: %" PRIu32 " of %" PRIu32
                         " contributions were made; epsilon %s so far,\n"
                         "%s with this one (delta 1e-6, if the operator adds the noise).\n"
                         "NOT sent: messages, times, names, words outside the public vocabulary.\n",
                         preview->spent, preview->cap, now, after);
}

enum error describe_preview(const struct sync_preview *preview, struct buffer *out)
{
    enum error error = buffer_format(
        out, "%s for round %" PRIu64 ": %zu vote%s in %zu bytes, without your name.\n",
        preview->frozen ? "Waiting to be sent" : "Would be sent", preview->round, preview->count,
        preview->count == 1 ? "" : "s", preview->bytes.length);

    if (!error && preview->reason) {
        error = buffer_append_text(out, "Not now: ");
        if (!error)
            error = append_safe(out, preview->reason);
        if (!error)
            error = buffer_append_byte(out, '\n');
    }
    if (!error)
        error = append_budget(preview, out);
    for (size_t i = 0; !error && i < preview->count; i++) {
        error = buffer_append_text(out, "  ");
        if (!error)
            error = describe_vote(&preview->votes[i], out);
        if (!error)
            error = buffer_append_byte(out, '\n');
    }
    return error;
}

static enum error append_line(const unsigned char *bytes, size_t at, size_t end, struct buffer *out)
{
    enum error error = buffer_format(out, "%06zx ", at);

    for (; !error && at < end; at++)
        error = buffer_format(out, " %02x", bytes[at]);
    return error ? error : buffer_append_byte(out, '\n');
}

enum error describe_bytes(const struct sync_preview *preview, struct buffer *out)
{
    const unsigned char *bytes = (const unsigned char *)preview->bytes.data;
    size_t length = preview->bytes.length;
    enum error error =
        buffer_append_text(out, "Bytes 0 to 63: what it is, the round, the hash of the round's "
                                "description, a random number.\n"
                                "From 64 on, four bytes each: the votes; ff ff ff ff is an empty "
                                "place.\n");

    for (size_t at = 0; !error && at < length; at += BYTES_A_LINE)
        error =
            append_line(bytes, at, at + BYTES_A_LINE < length ? at + BYTES_A_LINE : length, out);
    return error;
}

/* ---- what was sent ---- */

enum error describe_upload(const struct sync_upload *upload, struct buffer *out)
{
    char when[MOMENT_TEXT_MAX];
    enum error error;

    describe_moment(upload->created, when);
    error = buffer_format(out,
                          "%" PRId64 "  %s  %-9s  round %" PRIu64 "  %" PRIu32
                          " votes  %zu bytes  sha256 %.16s  ",
                          upload->number, when, upload->state, upload->round, upload->votes,
                          upload->length, upload->digest);
    if (!error)
        error = append_safe(out, upload->url);
    if (!error && upload->answer) {
        error = buffer_append_text(out, "  ");
        if (!error)
            error = append_safe(out, upload->answer);
    }
    return error ? error : buffer_append_byte(out, '\n');
}
