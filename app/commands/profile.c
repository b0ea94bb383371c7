#include "app/profile.h"

#include "app/commands/commands.h"
#include "app/commands/operands.h"
#include "app/commands/session.h"
#include "app/erase.h"

#include <stdio.h>

/* What can be done with profiles, and how many names it takes. */
struct act {
    const char *names;
    int count;
    enum error (*run)(const struct arguments *arguments, char **name);
};

static enum error list(const struct arguments *arguments, char **name)
{
    char **names = NULL;
    size_t count = 0;
    enum error error = profile_list(&names, &count);

    (void)arguments;
    (void)name;
    for (size_t i = 0; i < count && !error; i++)
        puts(names[i]);
    profile_list_free(names, count);
    return error;
}

static enum error make(const struct arguments *arguments, char **name)
{
    enum error error = profile_new(name[0]);

    (void)arguments;
    if (!error)
        printf("made the profile '%s'; use it with --profile %s\n", name[0], name[0]);
    return error;
}

/* The configuration file may name the profile that was renamed or deleted. */
static enum error follow(const struct arguments *arguments, const char *from, const char *to)
{
    const char *flag[SETTINGS];
    struct settings settings;

    session_flags(arguments, flag);
    settings_load(&settings, flag);
    return settings_follow_profile(&settings, from, to);
}

static enum error remove_for_good(const struct arguments *arguments, char **name)
{
    bool sure = arguments_has(arguments, "yes");
    struct buffer told;
    enum error error = ERROR_NONE;

    if (!sure && !session_can_ask())
        return error_raise(ERROR_USAGE, "without a terminal there is nobody to ask: deleting a "
                                        "profile needs --yes");
    buffer_init(&told, ERASE_TEXT_MAX);
    if (!sure)
        error = erase_look(name[0], &told);
    if (!error && !sure)
        fputs(told.data, stderr);
    if (!error && !sure && !session_confirm("Delete the profile '%s' for good?", name[0])) {
        printf("nothing was deleted\n");
    } else if (!error) {
        buffer_clear(&told);
        error = erase_profile(name[0], &told);
        if (!error)
            fputs(told.data, stdout);
        if (!error)
            error = follow(arguments, name[0], NULL);
    }
    buffer_free(&told);
    return error;
}

static enum error change_name(const struct arguments *arguments, char **name)
{
    enum error error = profile_rename(name[0], name[1]);

    if (error)
        return error;
    printf("the profile '%s' is now '%s'\n", name[0], name[1]);
    return follow(arguments, name[0], name[1]);
}

static const char *const act_names[] = {"list", "new", "delete", "rename", NULL};

static const struct act acts[] = {
    {"no name", 0, list},
    {"one name", 1, make},
    {"one name", 1, remove_for_good},
    {"two names, the old and the new", 2, change_name},
};

static int run(const struct arguments *arguments)
{
    int act;
    enum error error = operand_word(arguments->operand[0], act_names, &act);

    if (!error && arguments->operands - 1 != acts[act].count)
        error = error_raise(ERROR_USAGE, "'profile %s' takes %s", act_names[act], acts[act].names);
    if (!error)
        error = acts[act].run(arguments, arguments->operand + 1);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"yes", NULL, NULL, "do not ask before deleting"},
    {0},
};

const struct command command_profile = {
    .name = "profile",
    .operands = "list|new|delete|rename [NAME [NAME]]",
    .summary = "list, make, delete or rename profiles, each a journal of its own",
    .details =
        "Each profile has its own messages, ratings and personal layer, in a file of its own; "
        "--profile NAME works with it. Deleting a profile deletes all that is kept of it, the "
        "bytes too, and says file by file what that was; at a terminal it says so first and asks, "
        "without one it needs --yes. It is refused while another program has the journal open. "
        "A configuration file that names a profile follows when that is renamed or deleted. "
        "'erase' deletes all profiles at once, 'forget --all' the messages alone.\n\n"
        "    emotrack profile new work\n"
        "    emotrack --profile work write\n"
        "    emotrack profile rename work office",
    .options = options,
    .operands_min = 1,
    .operands_max = 3,
    .run = run,
};
