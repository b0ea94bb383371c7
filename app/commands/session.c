#include "app/commands/session.h"

#include "app/commands/input.h"
#include "app/commands/passphrase.h"
#include "app/commands/watch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

void session_flags(const struct arguments *arguments, const char *flag[SETTINGS])
{
    for (int i = 0; i < SETTINGS; i++)
        flag[i] = arguments_value(arguments, setting_table[i].name);
    if (!flag[SETTING_COLOUR] && arguments_has(arguments, "no-color"))
        flag[SETTING_COLOUR] = "none";
}

void session_settings(const struct arguments *arguments, struct settings *out)
{
    static bool told;
    const char *flag[SETTINGS];

    session_flags(arguments, flag);
    settings_load(out, flag);
    for (int i = 0; i < out->problems && i < SETTINGS_PROBLEMS && !told; i++)
        report_note(arguments, "%s", out->problem[i]);
    if (out->problems > SETTINGS_PROBLEMS && !told)
        report_note(arguments, "config: %d more %s not understood",
                    out->problems - SETTINGS_PROBLEMS,
                    out->problems == SETTINGS_PROBLEMS + 1 ? "line is" : "lines are");
    told = true;
}

/* ---- the passphrase of an encrypted journal ---- */

enum { TRIES = 3 };

static struct {
    const struct arguments *arguments;
    int tries; /* at the journal that is being opened */
} asked;

const char *session_passphrase_file(const struct arguments *arguments)
{
    const char *path = arguments_global(arguments, "passphrase-file");
    const char *environment = getenv("EMOTRACK_PASSPHRASE_FILE");

    if (path)
        return path;
    return environment && *environment ? environment : NULL;
}

static enum error ask(void *context, const char *what, bool again, struct passphrase *out)
{
    const char *path = session_passphrase_file(asked.arguments);
    char question[256];

    (void)context;
    asked.tries = again ? asked.tries + 1 : 1;
    if (again && (path || asked.tries > TRIES))
        return ERROR_DENIED; /* and its sentence */
    snprintf(question, sizeof question, "%sPassphrase of %s: ", again ? "That is not it. " : "",
             what);
    return passphrase_get(path, question, false, out);
}

void session_ask(const struct arguments *arguments, struct journal_options *options)
{
    asked.arguments = arguments;
    options->ask = ask;
}

/* ---- the journal ---- */

enum error session_open(const struct arguments *arguments, enum journal_access access,
                        struct journal **out)
{
    struct journal_options options = {
        .model = arguments_value(arguments, "model"),
        .access = access,
    };
    struct settings settings;
    enum error error;

    session_settings(arguments, &settings);
    options.profile = settings.profile;
    session_ask(arguments, &options);
    error = journal_open(&options, out);
    if (!error)
        session_tell(arguments, *out);
    return error;
}

bool session_tell(const struct arguments *arguments, const struct journal *journal)
{
    const char *notice = journal_notice(journal);

    if (notice)
        report_note(arguments, "%s", notice);
    return notice != NULL;
}

bool session_can_ask(void)
{
    return isatty(STDIN_FILENO) == 1;
}

enum { REPLY_MAX = 64 /* bytes */ };

/* The reply to a question that stands on the terminal; "" where there is none, or a longer one. */
static void read_reply(char reply[REPLY_MAX])
{
    struct input input;
    struct line line;
    enum error error = input_open(&input);

    reply[0] = '\0';
    if (!error && watch_readable(STDIN_FILENO) && input_next(&input, &line, &error) &&
        line.length < REPLY_MAX)
        snprintf(reply, REPLY_MAX, "%.*s", (int)line.length, line.text);
    input_close(&input);
}

bool session_confirm(const char *format, ...)
{
    char reply[REPLY_MAX];
    va_list rest;

    va_start(rest, format);
    vfprintf(stderr, format, rest);
    va_end(rest);
    fputs(" [y/N] ", stderr);
    read_reply(reply);
    return strcasecmp(reply, "y") == 0 || strcasecmp(reply, "yes") == 0;
}

bool session_confirm_word(const char *word)
{
    char reply[REPLY_MAX];

    fprintf(stderr, "Type \"%s\" to go on, anything else to leave it all as it is: ", word);
    read_reply(reply);
    return strcmp(reply, word) == 0;
}
