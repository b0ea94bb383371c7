#include "app/commands/commands.h"
#include "app/commands/operands.h"
#include "app/commands/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Says what was done, and no more than that. */
static void tell(const struct arguments *arguments, const struct journal *journal, size_t count)
{
    bool left = session_tell(arguments, journal);

    printf("forgot %zu message%s%s\n", count, count == 1 ? "" : "s",
           left ? "; the bytes are still on the disk" : "");
}

static int compare_ids(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

/* The ids that were named, each once. `*ids` is the caller's to free. */
static enum error read_ids(const struct arguments *arguments, int64_t **ids, size_t *count)
{
    size_t named = (size_t)arguments->operands;
    enum error error = ERROR_NONE;
    int64_t *list = *ids = calloc(named, sizeof *list);

    *count = 0;
    if (!list)
        return error_raise_plain(ERROR_NO_MEMORY);
    for (size_t i = 0; i < named && !error; i++)
        error = operand_id(arguments->operand[i], &list[i]);
    qsort(list, named, sizeof *list, compare_ids);
    for (size_t i = 0; i < named && !error; i++)
        if (*count == 0 || list[*count - 1] != list[i])
            list[(*count)++] = list[i];
    return error;
}

/* Before a question is asked about them. */
static enum error check_exist(struct journal *journal, const int64_t *ids, size_t count)
{
    enum error error = ERROR_NONE;

    for (size_t i = 0; i < count && !error; i++) {
        struct entry entry = {0};

        error = journal_get(journal, ids[i], &entry);
        entry_clear(&entry);
    }
    return error;
}

static enum error forget_named(const struct arguments *arguments, struct journal *journal)
{
    bool ask = session_can_ask() && !arguments_has(arguments, "yes");
    int64_t *ids = NULL;
    size_t count = 0;
    enum error error = read_ids(arguments, &ids, &count);

    if (!error && ask)
        error = check_exist(journal, ids, count);
    if (!error && ask &&
        !session_confirm("Delete %zu message%s for good?", count, count == 1 ? "" : "s")) {
        printf("nothing was deleted\n");
    } else if (!error) {
        error = journal_forget(journal, ids, count);
        if (!error)
            tell(arguments, journal, count);
    }
    free(ids);
    return error;
}

static enum error forget_everything(const struct arguments *arguments, struct journal *journal)
{
    size_t count = 0;
    enum error error;

    if (!arguments_has(arguments, "yes") &&
        !session_confirm("Delete ALL messages of the profile '%s', with their ratings, for good?",
                         journal_profile(journal))) {
        printf("nothing was deleted\n");
        return ERROR_NONE;
    }
    error = journal_forget_all(journal, &count);
    if (!error)
        tell(arguments, journal, count);
    return error;
}

static enum error check_usage(const struct arguments *arguments)
{
    bool all = arguments_has(arguments, "all");

    if (all && arguments->operands > 0)
        return error_raise(ERROR_USAGE, "--all is for every message: name none beside it");
    if (!all && arguments->operands == 0)
        return error_raise(ERROR_USAGE, "which messages? Name their numbers, or --all");
    if (all && !session_can_ask() && !arguments_has(arguments, "yes"))
        return error_raise(ERROR_USAGE,
                           "without a terminal there is nobody to ask: --all needs --yes");
    return ERROR_NONE;
}

static int run(const struct arguments *arguments)
{
    struct journal *journal = NULL;
    enum error error = check_usage(arguments);

    if (!error)
        error = session_open(arguments, JOURNAL_WRITE, &journal);
    if (!error && arguments_has(arguments, "all"))
        error = forget_everything(arguments, journal);
    else if (!error)
        error = forget_named(arguments, journal);
    journal_close(journal);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"all", NULL, NULL, "every message of the profile"},
    {"yes", NULL, NULL, "do not ask"},
    {0},
};

const struct command command_forget = {
    .name = "forget",
    .operands = "[ID...]",
    .summary = "delete messages with their ratings, their bytes too",
    .details =
        "Either all of the messages that are named are deleted or, where one of them does not "
        "exist, none. What their ratings taught is forgotten with them, and a contribution that "
        "rests on one of them and was not sent yet is withdrawn; what was sent cannot be called "
        "back. At a terminal it asks "
        "first; without one, messages that are named by number are deleted at once, and --all "
        "needs --yes. 'profile delete' deletes a profile with all that is kept of it, 'erase' "
        "everything.\n\n"
        "Where another program reads the journal on and on, or the disk is full, the messages are "
        "gone but their bytes cannot be overwritten yet: it says so, and the next deletion, edit "
        "or start makes it good.",
    .options = options,
    .operands_max = -1,
    .run = run,
};
