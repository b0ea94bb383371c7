#include "app/erase.h"

#include "app/commands/commands.h"
#include "app/commands/session.h"
#include "app/settings.h"

#include <stdio.h>

#define WORD "erase"

static enum error erase(const char *configuration, bool sure, struct buffer *told)
{
    enum error error = sure ? ERROR_NONE : erase_look_at_all(configuration, told);

    if (error)
        return error;
    if (!sure) {
        fputs(told->data, stderr);
        if (!session_confirm_word(WORD)) {
            printf("nothing was deleted\n");
            return ERROR_NONE;
        }
    }
    buffer_clear(told);
    error = erase_all(configuration, told);
    if (!error)
        fputs(told->data, stdout);
    return error;
}

static int run(const struct arguments *arguments)
{
    bool sure = arguments_has(arguments, "yes");
    struct settings settings;
    struct buffer told;
    enum error error = ERROR_NONE;

    buffer_init(&told, ERASE_TEXT_MAX);
    session_settings(arguments, &settings);
    if (!sure && !session_can_ask())
        error = error_raise(ERROR_USAGE, "without a terminal there is nobody to ask: deleting "
                                         "everything needs --yes");
    if (!error)
        error = erase(settings.path, sure, &told);
    buffer_free(&told);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"yes", NULL, NULL, "do not ask"},
    {0},
};

const struct command command_erase = {
    .name = "erase",
    .operands = "",
    .summary = "delete everything that EmoTrack keeps: all profiles, and the settings",
    .details =
        "Every message, rating and draft of every profile, the models that were fetched, what "
        "waits to be sent, the count of contributions and the configuration file are deleted, the "
        "bytes of messages overwritten. At a terminal it says file by file what goes and what "
        "does not, and asks for the word \"" WORD "\"; without one it needs --yes. Where another "
        "program has one of the journals open, nothing is deleted. A journal that is damaged is "
        "deleted like any other.\n\n"
        "What was sent to a server cannot be called back; exports and backups that you have "
        "written elsewhere stay, and so may copies that the disk or a program that backs it up "
        "keeps. 'profile delete NAME' deletes one profile, 'forget' messages.",
    .options = options,
    .run = run,
};
