#include "app/commands/commands.h"
#include "app/commands/editor.h"
#include "app/commands/input.h"
#include "app/commands/operands.h"
#include "app/commands/session.h"
#include "app/describe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Room for what is too long, so that the journal can say so. */
enum { NEW_TEXT_MAX = 16 * TEXT_MAX };

/* The line break that ends a file belongs to no message. */
static void drop_last_break(struct buffer *text)
{
    if (text->length > 0 && text->data[text->length - 1] == '\n')
        text->length--;
    if (text->length > 0 && text->data[text->length - 1] == '\r')
        text->length--;
}

static enum error read_text(const struct entry *entry, struct buffer *text)
{
    const char *before = entry->damaged ? "" : entry->text;
    enum error error = session_can_ask() ? editor_run(before, text) : input_all(text);

    if (!error)
        drop_last_break(text);
    if (!error && text->length == 0)
        error = error_raise(ERROR_INVALID,
                            "message %" PRId64 " is as it was: the new text is empty (to delete "
                            "the message: forget %" PRId64 ")",
                            entry->id, entry->id);
    return error;
}

static bool unchanged(const struct entry *entry, const struct buffer *text)
{
    return strlen(entry->text) == text->length &&
           memcmp(entry->text, text->data, text->length) == 0;
}

static enum error edit(const struct arguments *arguments, struct journal *journal,
                       const struct entry *entry)
{
    struct entry edited = {0};
    struct buffer text;
    enum error error;

    buffer_init(&text, NEW_TEXT_MAX);
    error = read_text(entry, &text);
    if (!error && unchanged(entry, &text)) {
        printf("message %" PRId64 " is as it was\n", entry->id);
    } else if (!error) {
        error = journal_edit(journal, entry->id, text.data, text.length, &edited);
        if (!error)
            session_tell(arguments, journal);
        if (!error)
            error = describe_rating_of(journal, entry->id);
    }
    entry_clear(&edited);
    buffer_free(&text);
    return error;
}

static int run(const struct arguments *arguments)
{
    struct journal *journal = NULL;
    struct entry entry = {0};
    int64_t id = 0;
    enum error error = operand_id(arguments->operand[0], &id);

    if (!error)
        error = session_open(arguments, JOURNAL_WRITE, &journal);
    if (!error)
        error = journal_get(journal, id, &entry);
    if (!error)
        error = edit(arguments, journal, &entry);
    entry_clear(&entry);
    journal_close(journal);
    return report_outcome(arguments, error);
}

const struct command command_edit = {
    .name = "edit",
    .operands = "ID",
    .summary = "change the text of a message, which is then guessed anew",
    .details =
        "Without a terminal the new text is all of standard input, less a line break at its end. "
        "At a terminal the text is opened in $VISUAL, else $EDITOR, else vi, in a private file "
        "that is removed afterwards. A text that is the same or empty changes nothing. What you "
        "said the emotion is stays true of the new text.\n\n"
        "    echo 'Got the job, at last!' | emotrack edit 12",
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
