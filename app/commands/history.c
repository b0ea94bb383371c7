#include "app/commands/commands.h"
#include "app/commands/operands.h"
#include "app/commands/session.h"
#include "app/describe.h"
#include "app/display.h"
#include "app/glyph.h"
#include "app/output.h"
#include "app/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

struct listing {
    struct output output;
    struct buffer line;
    size_t label_width; /* columns that the widest label takes */
    size_t columns;     /* of the terminal; 0: none, lines are not cut */
    bool json, plain;
};

static size_t terminal_columns(void)
{
    struct winsize size;

    if (isatty(STDOUT_FILENO) != 1)
        return 0;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* The text: cut to the terminal's width; whole, and as it is, where there is none. */
static enum error append_text(struct listing *listing, const char *text)
{
    struct buffer *line = &listing->line;
    size_t length = strlen(text), used = (size_t)glyph_columns(line->data, line->length);

    if (listing->columns <= used)
        return display_safe(text, length, DISPLAY_LINE, line);
    return display_line(text, length, listing->columns - used, line);
}

static enum error append_row(struct listing *listing, const struct entry *entry)
{
    struct buffer *line = &listing->line;
    char when[DESCRIBE_TIME_MAX], guess[DISPLAY_CELL_MAX], verdict[DISPLAY_CELL_MAX];
    enum error error;

    describe_time(entry, when);
    display_cell(describe_label(entry->guess), listing->label_width, guess);
    display_cell(describe_verdict(entry), listing->label_width, verdict);
    error = buffer_format(line, "%6" PRId64 "  %s  %s  %3.0f%%  %s  ", entry->id, when, guess,
                          entry->probability * 100, verdict);
    if (!error)
        error = append_text(listing, entry->text);
    return error ? error : buffer_append_byte(line, '\n');
}

/* ---- for a voice: sentences, nothing that is told by its place ---- */

static void say_when(const struct entry *entry, char out[64])
{
    time_t seconds = (time_t)(entry->created / 1000 + (int64_t)entry->offset * 60);
    struct tm local;

    snprintf(out, 64, "at an unknown time");
    if (gmtime_r(&seconds, &local))
        strftime(out, 64, "%A %d %B %Y, %H:%M", &local);
}

static enum error append_guess(const struct entry *entry, struct buffer *out)
{
    const char *guess = describe_label(entry->guess);
    enum error error = buffer_append_text(out, "Guess: ");

    if (!error)
        error = display_safe(guess, strlen(guess), DISPLAY_LINE, out);
    return error || !entry->guess ? error
                                  : buffer_format(out, " %.0f percent", entry->probability * 100);
}

static enum error append_spoken(const struct entry *entry, struct buffer *out)
{
    const char *said = entry->verdict == VERDICT_NONE ? "not rated" : describe_verdict(entry);
    char when[64];
    enum error error;

    say_when(entry, when);
    error = buffer_format(out, "Message %" PRId64 ", %s. ", entry->id, when);
    if (!error)
        error = append_guess(entry, out);
    if (!error)
        error = buffer_append_text(out, entry->verdict == VERDICT_NONE ? ", " : ", you said ");
    if (!error)
        error = display_safe(said, strlen(said), DISPLAY_LINE, out);
    if (!error)
        error = buffer_append_text(out, ". Text: ");
    if (!error)
        error = display_safe(entry->text, strlen(entry->text), DISPLAY_LINE, out);
    return error ? error : buffer_append_byte(out, '\n');
}

static enum error append_entry(struct listing *listing, const struct entry *entry)
{
    if (listing->json)
        return record_json(entry, &listing->line);
    return listing->plain ? append_spoken(entry, &listing->line) : append_row(listing, entry);
}

static enum error list_entry(void *context, const struct entry *entry)
{
    struct listing *listing = context;
    enum error error;

    buffer_clear(&listing->line);
    error = append_entry(listing, entry);
    return error ? error : output_add(&listing->output, listing->line.data, listing->line.length);
}

static enum error put_titles(struct listing *listing)
{
    struct buffer *line = &listing->line;
    int width = (int)listing->label_width;
    enum error error = buffer_format(line, "%6s  %-16s  %-*s  %4s  %-*s  %s\n", "id", "when", width,
                                     "guess", "", width, "you", "message");

    return error ? error : output_add(&listing->output, line->data, line->length);
}

static enum error list_entries(const struct arguments *arguments, struct journal *journal,
                               const char *filter, size_t limit)
{
    struct listing listing = {.json = arguments_has(arguments, "json"),
                              .plain = arguments_has(arguments, "plain")};
    enum error error = output_open(&listing.output, NULL);

    buffer_init(&listing.line, RECORD_MAX);
    listing.label_width = describe_guess_columns(journal_model(journal));
    listing.columns = terminal_columns();
    if (!error && !listing.json && !listing.plain && listing.columns > 0)
        error = put_titles(&listing);
    if (!error)
        error = journal_each(journal, filter, true, limit, list_entry, &listing);
    buffer_free(&listing.line);
    return output_close(&listing.output, error);
}

static int run(const struct arguments *arguments)
{
    struct journal *journal = NULL;
    struct buffer filter;
    size_t limit;
    enum error error = operand_number(arguments, "limit", &limit);

    buffer_init(&filter, FILTER_LINE_MAX);
    if (!error)
        error = operand_filter(arguments, &filter);
    if (!error)
        error = session_open(arguments, JOURNAL_READ, &journal);
    if (!error)
        error = list_entries(arguments, journal, filter.data, limit);
    buffer_free(&filter);
    journal_close(journal);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"json", NULL, NULL, "print one JSON object a line, with the fields of 'export'"},
    {"plain", NULL, NULL, "say each message in a line of sentences, for screen readers"},
    {"limit", "N", NULL, "show the newest N messages only"},
    {0},
};

const struct command command_history = {
    .name = "history",
    .operands = "[FILTER...]",
    .summary = "list the messages, newest first",
    .details =
        "Shows of each message its number, when it was written, the guess with its probability, "
        "what you said (right, the emotion that you picked, wrong, or ? for nothing) and its "
        "text.\n\n"
        "All parts of the filter must hold:\n\n"
        "    rated, not:rated            has a rating, has none\n"
        "    right, wrong                was rated so\n"
        "    emotion:NAME                was guessed as NAME (none: can't tell)\n"
        "    you:NAME                    you said that it is NAME\n"
        "    after:DATE, before:DATE     YYYY-MM-DD, YYYY-MM, YYYY, today or yesterday\n"
        "    hour:21, weekday:mon        written in that hour, on that day of the week\n"
        "    anything else               a part of the text; quotes keep blanks and keywords\n\n"
        "Days and hours are those on the clock of whoever wrote, where it was written.\n\n"
        "    emotrack history not:rated after:2026-11 '\"at work\"'",
    .options = options,
    .operands_max = -1,
    .run = run,
};
