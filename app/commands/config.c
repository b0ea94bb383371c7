#include "app/settings.h"

#include "app/commands/commands.h"
#include "app/commands/object.h"
#include "app/commands/operands.h"
#include "app/commands/session.h"

#include <string.h>

/* What can be done with settings, and how many operands it takes. */
struct act {
    const char *takes;
    int count;
    enum error (*run)(const struct arguments *arguments, struct settings *settings, char **operand);
};

/* ---- showing ---- */

/* As the file would have it, and where it comes from. */
static void print_setting(const struct settings *settings, enum setting setting)
{
    char word[SETTING_WORD_MAX + 1], origin[SETTINGS_ORIGIN_MAX];
    int width = 26 - (int)strlen(setting_table[setting].name);

    settings_word(settings, setting, word);
    settings_origin(settings, setting, origin);
    report_result("%s = %-*s # %s", setting_table[setting].name, width, word, origin);
}

static bool add_origin(cJSON *object, const struct settings *settings, enum setting setting)
{
    static const char *const names[] = {
        [FROM_DEFAULT] = "default",
        [FROM_FILE] = "file",
        [FROM_ENVIRONMENT] = "environment",
        [FROM_FLAG] = "command line",
    };
    enum settings_source source = settings->source[setting];

    return cJSON_AddStringToObject(object, "from", names[source]) &&
           (source != FROM_FILE ||
            cJSON_AddNumberToObject(object, "line", settings->file.line[setting])) &&
           (source != FROM_ENVIRONMENT ||
            cJSON_AddStringToObject(object, "variable", settings->variable[setting]));
}

static bool add_setting(cJSON *list, const struct settings *settings, enum setting setting)
{
    char word[SETTING_WORD_MAX + 1];
    cJSON *object = cJSON_AddObjectToObject(list, setting_table[setting].name);

    settings_word(settings, setting, word);
    return object && cJSON_AddStringToObject(object, "value", word) &&
           add_origin(object, settings, setting);
}

/* The settings from `first` to `last`. */
static enum error show(const struct arguments *arguments, const struct settings *settings,
                       int first, int last)
{
    cJSON *object;
    bool complete;

    if (!arguments_has(arguments, "json")) {
        for (int i = first; i <= last; i++)
            print_setting(settings, (enum setting)i);
        return ERROR_NONE;
    }
    object = cJSON_CreateObject();
    complete = object != NULL;
    for (int i = first; i <= last && complete; i++)
        complete = add_setting(object, settings, (enum setting)i);
    return object_print(object, complete);
}

static enum error get(const struct arguments *arguments, struct settings *settings, char **operand)
{
    char word[SETTING_WORD_MAX + 1];
    enum setting setting;
    enum error error = setting_find(operand[0], &setting);

    if (error)
        return error;
    if (arguments_has(arguments, "json"))
        return show(arguments, settings, (int)setting, (int)setting);
    settings_word(settings, setting, word);
    report_result("%s", word);
    return ERROR_NONE;
}

static enum error path(const struct arguments *arguments, struct settings *settings, char **operand)
{
    (void)arguments;
    (void)operand;
    if (!settings->path[0])
        return error_raise(ERROR_NOT_FOUND, "%s", settings->problem[0]);
    report_result("%s", settings->path);
    return ERROR_NONE;
}

/* ---- changing ---- */

static enum error change(const struct arguments *arguments, struct settings *settings,
                         const char *name, const char *word)
{
    char counts[SETTING_WORD_MAX + 1], origin[SETTINGS_ORIGIN_MAX];
    enum setting setting;
    enum error error = setting_find(name, &setting);

    if (!error)
        error = settings_set(settings, setting, word);
    if (error)
        return error;
    settings_word(settings, setting, counts);
    settings_origin(settings, setting, origin);
    if (settings->source[setting] > FROM_FILE)
        report_note(arguments, "'%s' is '%s' all the same while %s says so", name, counts, origin);
    return show(arguments, settings, (int)setting, (int)setting);
}

static enum error set(const struct arguments *arguments, struct settings *settings, char **operand)
{
    return change(arguments, settings, operand[0], operand[1]);
}

static enum error unset(const struct arguments *arguments, struct settings *settings,
                        char **operand)
{
    return change(arguments, settings, operand[0], NULL);
}

static const char *const act_names[] = {"get", "set", "unset", "path", NULL};

static const struct act acts[] = {
    {"a setting's name", 1, get},
    {"a setting's name and a value", 2, set},
    {"a setting's name", 1, unset},
    {"nothing more", 0, path},
};

static int run(const struct arguments *arguments)
{
    struct settings settings;
    int act;
    enum error error;

    session_settings(arguments, &settings);
    if (arguments->operands == 0)
        return report_outcome(arguments, show(arguments, &settings, 0, SETTINGS - 1));
    error = operand_word(arguments->operand[0], act_names, &act);
    if (!error && arguments->operands - 1 != acts[act].count)
        error = error_raise(ERROR_USAGE, "'config %s' takes %s", act_names[act], acts[act].takes);
    if (!error)
        error = acts[act].run(arguments, &settings, arguments->operand + 1);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"json", NULL, NULL, "print one JSON object"},
    {0},
};

const struct command command_config = {
    .name = "config",
    .operands = "[get|set|unset|path [SETTING [VALUE]]]",
    .summary = "show the settings and where each comes from, or change the configuration file",
    .details =
        "Without operands it prints every setting as the configuration file would have it, with "
        "where its value comes from. 'get' prints one value; 'set' writes a setting into the file "
        "and 'unset' takes it out, with comments and everything else in it as they were; 'path' "
        "prints where the file is. emotrack-config(5) describes the file.\n\n"
        "The object of --json has an object for each setting: value, from (default, file, "
        "environment or command line), and the line or variable.\n\n"
        "    emotrack config set week-start sunday\n"
        "    emotrack config unset colour",
    .options = options,
    .operands_max = 3,
    .run = run,
};
