#include "app/commands/commands.h"
#include "app/commands/describe.h"
#include "app/commands/operands.h"
#include "app/commands/session.h"
#include "app/display.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum error append_past(const struct entry *entry, struct buffer *out)
{
    enum error error = buffer_format(out, "Message %" PRId64 ", ", entry->id);

    if (!error)
        error = describe_time(entry, out);
    if (!error)
        error = buffer_append_text(out, "\n\n");
    if (!error)
        error = display_safe(entry->text, strlen(entry->text), DISPLAY_LINES, out);
    if (!error)
        error = buffer_append_text(out, "\n\nGuess then  ");
    if (!error)
        error = display_safe(describe_label(entry->guess), strlen(describe_label(entry->guess)),
                             DISPLAY_LINE, out);
    if (!error)
        error = buffer_format(out, " %.0f%%, model %s\nYou said    ", entry->probability * 100,
                              entry->model);
    if (!error)
        error = display_safe(describe_verdict(entry), strlen(describe_verdict(entry)), DISPLAY_LINE,
                             out);
    return error ? error : buffer_append_byte(out, '\n');
}

static enum error append_present(struct journal *journal, const struct entry *entry,
                                 struct buffer *out)
{
    const struct model *model = journal_model(journal);
    size_t ratings = journal_rating_count(journal);
    struct prediction prediction;
    enum error error;
    struct why why;

    journal_guess(journal, entry->text, strlen(entry->text), &prediction, &why);
    error = buffer_format(out, "Guess now   %s %.0f%%, model %s and %zu rating%s of yours\n\n",
                          describe_guess(model, &prediction),
                          (double)prediction.probability[prediction.label] * 100, model_id(model),
                          ratings, ratings == 1 ? "" : "s");
    for (int i = 0; i < model_label_count(model) && !error; i++)
        error = buffer_format(out, "    %8.4f  %s\n", (double)prediction.probability[i],
                              model_label(model, i)->name);
    if (!error)
        error = buffer_format(out, "\nWhy %s, word by word:\n\n",
                              model_label(model, prediction.label)->name);
    return error ? error : describe_why(&prediction, &why, out);
}

static int run(const struct arguments *arguments)
{
    struct journal *journal = NULL;
    struct entry entry = {0};
    struct buffer out;
    int64_t id = 0;
    enum error error = operand_id(arguments->operand[0], &id);

    buffer_init(&out, DESCRIBE_MAX);
    if (!error)
        error = session_open(arguments, JOURNAL_READ, &journal);
    if (!error)
        error = journal_get(journal, id, &entry);
    if (!error)
        error = append_past(&entry, &out);
    if (!error)
        error = append_present(journal, &entry, &out);
    if (!error)
        fwrite(out.data, 1, out.length, stdout);
    buffer_free(&out);
    entry_clear(&entry);
    journal_close(journal);
    return report_outcome(arguments, error);
}

const struct command command_show = {
    .name = "show",
    .operands = "ID",
    .summary = "show one message in full, with the guesses then and now and their why",
    .details = "The why is that of the present model with what your ratings have taught it: what "
               "each word adds to the likeliest emotion's score, and what it takes away.",
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
