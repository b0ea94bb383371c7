#include "app/commands/commands.h"
#include "app/commands/operands.h"
#include "app/commands/session.h"
#include "app/describe.h"

#include <string.h>

static enum error read_verdict(const char *word, enum verdict *verdict)
{
    *verdict = strcmp(word, "right") == 0   ? VERDICT_RIGHT
               : strcmp(word, "wrong") == 0 ? VERDICT_WRONG
                                            : VERDICT_NONE;
    if (*verdict == VERDICT_NONE)
        return error_raise(ERROR_USAGE, "a guess is 'right' or 'wrong', not '%s'", word);
    return ERROR_NONE;
}

static int run(const struct arguments *arguments)
{
    const char *label = arguments->operands > 2 ? arguments->operand[2] : NULL;
    struct journal *journal = NULL;
    enum verdict verdict = VERDICT_NONE;
    int64_t id = 0;
    enum error error = operand_id(arguments->operand[0], &id);

    if (!error)
        error = read_verdict(arguments->operand[1], &verdict);
    if (!error)
        error = session_open(arguments, JOURNAL_WRITE, &journal);
    if (!error)
        error = journal_rate(journal, id, verdict, label);
    if (!error)
        error = describe_rating_of(journal, id);
    journal_close(journal);
    return report_outcome(arguments, error);
}

const struct command command_rate = {
    .name = "rate",
    .operands = "ID right|wrong [LABEL]",
    .summary = "say whether the guess about a message is right, and what it is if it is not",
    .details =
        "The next guess has learnt from it. LABEL is the emotion that it is instead; without one "
        "only that the guess was wrong is learnt.\n\n"
        "    emotrack rate 12 right\n"
        "    emotrack rate 12 wrong fear",
    .operands_min = 2,
    .operands_max = 3,
    .run = run,
};
