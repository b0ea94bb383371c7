#include "app/commands/commands.h"
#include "app/commands/input.h"
#include "app/commands/session.h"
#include "app/describe.h"
#include "app/display.h"
#include "app/output.h"
#include "app/reasons.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    BARS = 3,
    REASONS_SAID = 4,
    BAR_WIDTH = 30,
    REPLY_MAX = 128,
    TYPED_MAX = 4095, /* bytes of a line that a terminal hands on; it drops the rest (termios(3)) */
};

struct writer {
    const struct arguments *arguments;
    struct journal *journal;
    struct input input;
    bool plain;
    size_t failed; /* lines that were not saved */
};

/* False: say so, and go on with the next line. */
static bool line_fits(struct writer *writer, const struct line *line)
{
    if (!line->too_long)
        return true;
    writer->failed++;
    report_note(writer->arguments,
                "line %zu is longer than the %d bytes that a message may have; it was not saved",
                line->number, TEXT_MAX);
    return false;
}

/* ---- a script at the other end: a line in, a line back once it is on the disk ---- */

static enum error acknowledge(const struct entry *entry, struct output *output)
{
    char text[LABEL_NAME_MAX + 64];
    int length = snprintf(text, sizeof text, "%" PRId64 "\t%.*s\t%.4f\n", entry->id, LABEL_NAME_MAX,
                          describe_label(entry->guess), entry->probability);
    enum error error = output_add(output, text, (size_t)length);

    return error ? error : output_flush(output);
}

/* Saves a line. Blank ones are passed over. */
static enum error save_line(struct writer *writer, const struct line *line, struct entry *entry,
                            bool *saved)
{
    enum error error;

    *saved = false;
    if (!line_fits(writer, line))
        return ERROR_NONE;
    error = journal_write(writer->journal, line->text, line->length, 0, entry);
    *saved = !error;
    return error == ERROR_INVALID ? ERROR_NONE : error;
}

static enum error write_script(struct writer *writer)
{
    struct output output;
    struct line line;
    enum error error = output_open(&output, NULL);

    while (!error && input_next(&writer->input, &line, &error)) {
        struct entry entry = {0};
        bool saved;

        error = save_line(writer, &line, &entry, &saved);
        if (saved)
            error = acknowledge(&entry, &output);
        entry_clear(&entry);
    }
    return output_close(&output, error);
}

/* ---- somebody at a terminal: plain lines, one thing said or asked at a time ---- */

/* Asks, and reads the reply without the blanks around it, cut to fit; false at the end of the
 * input. */
static bool ask(struct writer *writer, const char *question, char reply[REPLY_MAX],
                enum error *error)
{
    struct line line;
    size_t length;

    fputs(question, stdout);
    fflush(stdout);
    if (!input_next(&writer->input, &line, error))
        return false;
    while (line.length > 0 && line.text[0] == ' ') {
        line.text++;
        line.length--;
    }
    length = line.length < REPLY_MAX ? line.length : REPLY_MAX - 1;
    while (length > 0 && line.text[length - 1] == ' ')
        length--;
    memcpy(reply, line.text, length);
    reply[length] = '\0';
    return true;
}

static void print_bars(const struct model *model, const struct prediction *prediction)
{
    int order[LABELS_MAX];

    describe_order(model, prediction, order);
    for (int row = 0; row < BARS && row < model_label_count(model); row++) {
        double probability = (double)prediction->probability[order[row]];
        char name[DISPLAY_CELL_MAX];

        display_cell(model_label(model, order[row])->name, describe_label_columns(model), name);
        printf("  %s %-*.*s %3.0f%%\n", name, BAR_WIDTH, (int)(probability * BAR_WIDTH + 0.5),
               "##############################", probability * 100);
    }
}

/* The reasons of one direction, after the words `before` them, in words for the ear: no signs. */
static enum error say_reasons(const struct reason *reasons, size_t count, bool towards,
                              const char *before, const char *text, struct buffer *out)
{
    const char *gap = before;
    enum error error = ERROR_NONE;

    for (size_t i = 0; i < count && i < REASONS_SAID && !error; i++) {
        if (towards != (reasons[i].value > 0))
            continue;
        error = buffer_append_text(out, gap);
        if (!error)
            error = reasons_describe(&reasons[i], text, out);
        gap = ", ";
    }
    return error || gap == before ? error : buffer_append_byte(out, '.');
}

/* " Towards it: love, so much. Away from it: not.", or for the eye " Why: love +, not -" */
static enum error tell_reasons(const struct writer *writer, const struct why *why, const char *text,
                               struct buffer *out)
{
    struct reason reasons[REASONS_MAX];
    struct buffer words;
    size_t count;
    enum error error;

    if (writer->plain) {
        count = reasons_list(why, reasons);
        error = say_reasons(reasons, count, true, " Towards it: ", text, out);
        return error ? error : say_reasons(reasons, count, false, " Away from it: ", text, out);
    }
    buffer_init(&words, DESCRIBE_MAX);
    error = reasons_in_short(why, text, &words);
    if (!error && words.length > 0)
        error = buffer_format(out, " Why: %s", words.data);
    buffer_free(&words);
    return error;
}

/* "joy 88%, with some surprise. Why: love +, so much +" */
static enum error print_guess(struct writer *writer, const struct entry *entry)
{
    const struct model *model = journal_model(writer->journal);
    struct prediction prediction;
    struct buffer guess;
    enum error error;
    struct why why;

    journal_guess(writer->journal, entry->text, strlen(entry->text), &prediction, &why);
    if (!prediction.can_tell) {
        printf("I can't tell.\n");
        return ERROR_NONE;
    }
    buffer_init(&guess, DESCRIBE_MAX);
    error = describe_guess_in_full(model, &prediction, &guess);
    if (!error)
        error = buffer_append_byte(&guess, '.');
    if (!error)
        error = tell_reasons(writer, &why, entry->text, &guess);
    if (!error)
        puts(guess.data);
    if (!error && !writer->plain)
        print_bars(model, &prediction);
    buffer_free(&guess);
    return error;
}

/* The label that a number, a name or the start of one stands for; NULL: none, or several. */
static const char *find_label(const struct model *model, const char *word)
{
    int count = model_label_count(model);
    size_t length = strlen(word);
    const char *found = NULL;

    for (int i = 0; i < count; i++) {
        const char *name = model_label(model, i)->name;
        char number[16];

        snprintf(number, sizeof number, "%d", i + 1);
        if (strcmp(word, number) == 0 || strcasecmp(word, name) == 0)
            return name;
        if (strncasecmp(word, name, length) != 0)
            continue;
        if (found)
            return NULL;
        found = name;
    }
    return found;
}

/* Asks what it is instead; `*label` is NULL where the user says no more than "wrong". False: the
 * input has ended. */
static bool ask_label(struct writer *writer, const char **label, enum error *error)
{
    const struct model *model = journal_model(writer->journal);
    char reply[REPLY_MAX];

    /* A screen reader goes from line to line. */
    for (int i = 0; i < model_label_count(model); i++)
        printf("%d %s%s", i + 1, model_label(model, i)->name,
               writer->plain || i + 1 == model_label_count(model) ? "\n" : "  ");
    while (ask(writer, "What is it (number or name; Enter: I won't say)? ", reply, error)) {
        *label = reply[0] ? find_label(model, reply) : NULL;
        if (*label || !reply[0])
            return true;
        printf("That is none of them, or the start of several.\n");
    }
    return false;
}

/* Rates, and says so. What the user can mend is said and is no error: they are asked again. */
static enum error rate(struct writer *writer, int64_t id, enum verdict verdict, const char *label,
                       bool *done)
{
    enum error error = journal_rate(writer->journal, id, verdict, label);

    *done = error != ERROR_INVALID;
    if (!*done) {
        report_error(writer->arguments);
        return ERROR_NONE;
    }
    return error ? error : describe_rating_of(writer->journal, id);
}

static enum error rate_wrong(struct writer *writer, int64_t id, const char *named, bool *done)
{
    const char *label = named[0] ? find_label(journal_model(writer->journal), named) : NULL;
    enum error error = ERROR_NONE;

    if (!label && !ask_label(writer, &label, &error)) {
        *done = true;
        return error;
    }
    return rate(writer, id, VERDICT_WRONG, label, done);
}

static enum error undo(struct writer *writer)
{
    int64_t id;
    enum error error = journal_undo(writer->journal, &id);

    if (error == ERROR_NOT_FOUND) {
        report_error(writer->arguments);
        return ERROR_NONE;
    }
    return error ? error : describe_rating_of(writer->journal, id);
}

static bool is_answer(const char *reply, const char *letter, const char *word)
{
    return strcasecmp(reply, letter) == 0 || strcasecmp(reply, word) == 0;
}

/* Does what the reply says; `*done`: the message needs no more asking. */
static enum error follow(struct writer *writer, int64_t id, char *reply, bool *done)
{
    size_t word = strcspn(reply, " ");
    const char *rest = reply + word + strspn(reply + word, " ");
    const char *label;

    *done = false;
    reply[word] = '\0';
    if (is_answer(reply, "y", "right"))
        return rate(writer, id, VERDICT_RIGHT, NULL, done);
    if (is_answer(reply, "n", "wrong"))
        return rate_wrong(writer, id, rest, done);
    if (is_answer(reply, "u", "undo"))
        return undo(writer);
    *done = !reply[0] || is_answer(reply, "s", "skip");
    if (*done)
        return ERROR_NONE;
    label = find_label(journal_model(writer->journal), reply);
    if (label)
        return rate(writer, id, VERDICT_WRONG, label, done);
    printf("Answer y, n, an emotion, s or u; the message is saved already.\n");
    return ERROR_NONE;
}

static enum error ask_rating(struct writer *writer, const struct entry *entry)
{
    const char *question = entry->guess
                               ? "Right? y yes, n no, s skip, u undo the last rating: "
                               : "What is it? An emotion, s skip, u undo the last rating: ";
    enum error error = ERROR_NONE;
    char reply[REPLY_MAX];
    bool done = false;

    while (!error && !done) {
        if (!ask(writer, question, reply, &error))
            return error;
        error = follow(writer, entry->id, reply, &done);
    }
    return error;
}

/* A line that may have been longer was saved as far as it came: what is lost is not lost silently.
 */
static void tell_if_cut(const struct line *line, int64_t id)
{
    if (line->length == TYPED_MAX)
        printf("The terminal hands on %d bytes of a line and drops the rest: look whether the end "
               "of message %" PRId64 " is there; 'emotrack edit %" PRId64 "' can add it.\n",
               TYPED_MAX, id, id);
}

static enum error write_terminal(struct writer *writer)
{
    enum error error = ERROR_NONE;
    struct line line;

    printf("Profile '%s'. Write a line and press Enter; ^D ends.\n",
           journal_profile(writer->journal));
    while (!error) {
        struct entry entry = {0};
        bool saved = false;

        fputs(writer->plain ? "Message: " : "> ", stdout);
        fflush(stdout);
        if (!input_next(&writer->input, &line, &error))
            break;
        error = save_line(writer, &line, &entry, &saved);
        if (saved)
            tell_if_cut(&line, entry.id);
        if (saved)
            error = print_guess(writer, &entry);
        if (saved && !error)
            error = ask_rating(writer, &entry);
        entry_clear(&entry);
    }
    putchar('\n');
    return error;
}

/* ---- either ---- */

int write_lines(const struct arguments *arguments, bool plain)
{
    struct writer writer = {.arguments = arguments, .plain = plain};
    enum error error = session_open(arguments, JOURNAL_WRITE, &writer.journal);

    if (!error)
        error = input_open(&writer.input);
    if (!error)
        error = session_can_ask() ? write_terminal(&writer) : write_script(&writer);
    input_close(&writer.input);
    journal_close(writer.journal);
    if (error)
        return report_outcome(arguments, error);
    return writer.failed > 0 ? EXIT_FAILED : EXIT_OK;
}

static int run(const struct arguments *arguments)
{
    return write_lines(arguments, arguments_has(arguments, "plain"));
}

static const struct option options[] = {
    {"plain", NULL, NULL, "words only, no bars and signs: for screen readers"},
    {0},
};

const struct command command_write = {
    .name = "write",
    .operands = "",
    .summary = "write messages line by line, see the guess and rate it",
    .details =
        "At a terminal it asks for a message, saves it, shows the guess and asks whether it is "
        "right: y, n (and which emotion it is), or the emotion at once, s to skip, u to take the "
        "last rating back. Nothing moves the cursor; with --plain nothing is drawn, signs are said "
        "in words, and lists have a line for each item. A terminal hands on no more than 4095 "
        "bytes of a line: it says "
        "so "
        "where a message may have been cut.\n\n"
        "Without a terminal each line of standard input is saved as a message and, once it is on "
        "the disk, acknowledged on standard output with its number, the guess and the "
        "probability, parted by tabs. Blank lines are passed over. A line of more than 65536 "
        "bytes is not saved: it is named on standard error, and the exit status is 1 at the "
        "end.\n\n"
        "    printf 'Got the job!!\\n' | emotrack write",
    .options = options,
    .run = run,
};
