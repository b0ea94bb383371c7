#include "app/commands/command.h"

#include "app/commands/completion.h"
#include "app/commands/help.h"
#include "app/commands/manual.h"
#include "app/display.h"
#include "app/locale.h"
#include "app/nearest.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MESSAGE_MAX = 2048, RESULT_MAX = 2 * PATH_MAX };

enum builtin { BUILTIN_HELP, BUILTIN_VERSION, BUILTINS };

const struct option builtin_options[] = {
    [BUILTIN_HELP] = {"help", NULL, NULL, "show how it is used, and end"},
    [BUILTIN_VERSION] = {"version", NULL, NULL, "show the version, and end"},
    [BUILTINS] = {0},
};

static const struct option hidden_options[] = {
    {"generate", "WHAT", "man|format|bash|zsh|fish", "print a file for the build"},
    {0},
};

struct parser {
    struct arguments arguments;
    const char *builtin[BUILTINS];
    const char *hidden[1];
};

/* ---- what was given ---- */

static int find_option(const struct option *options, const char *name, size_t length)
{
    for (int i = 0; options && options[i].name; i++)
        if (strlen(options[i].name) == length && memcmp(options[i].name, name, length) == 0)
            return i;
    return -1;
}

const char *arguments_value(const struct arguments *arguments, const char *option)
{
    size_t length = strlen(option);
    int at = arguments->command ? find_option(arguments->command->options, option, length) : -1;

    return at >= 0 ? arguments->local[at] : arguments_global(arguments, option);
}

const char *arguments_global(const struct arguments *arguments, const char *option)
{
    int at = find_option(arguments->program->options, option, strlen(option));

    return at >= 0 ? arguments->global[at] : NULL;
}

bool arguments_has(const struct arguments *arguments, const char *option)
{
    return arguments_value(arguments, option) != NULL;
}

const struct command *program_command(const struct program *program, const char *name)
{
    for (size_t i = 0; program->commands[i]; i++)
        if (strcmp(program->commands[i]->name, name) == 0)
            return program->commands[i];
    return NULL;
}

/* ---- reports ---- */

static void report(const struct arguments *arguments, const char *sentence)
{
    struct buffer safe;

    buffer_init(&safe, 4 * MESSAGE_MAX);
    if (display_safe(sentence, strlen(sentence), DISPLAY_LINES, &safe) == ERROR_NONE)
        fprintf(stderr, "%s: %s\n", arguments->program->name, safe.data ? safe.data : "");
    buffer_free(&safe);
}

int report_error(const struct arguments *arguments)
{
    report(arguments, error_sentence());
    return EXIT_FAILED;
}

int report_usage(const struct arguments *arguments, const char *format, ...)
{
    const char *name = arguments->program->name;
    char message[MESSAGE_MAX];
    va_list rest;

    va_start(rest, format);
    vsnprintf(message, sizeof message, format, rest);
    va_end(rest);
    report(arguments, message);
    if (arguments->command)
        fprintf(stderr, "See '%s %s --help'.\n", name, arguments->command->name);
    else
        fprintf(stderr, "See '%s --help'.\n", name);
    return EXIT_USAGE;
}

int report_outcome(const struct arguments *arguments, enum error error)
{
    if (!error)
        return EXIT_OK;
    if (error == ERROR_USAGE)
        return report_usage(arguments, "%s", error_sentence());
    return report_error(arguments);
}

void report_note(const struct arguments *arguments, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list rest;

    va_start(rest, format);
    vsnprintf(message, sizeof message, format, rest);
    va_end(rest);
    report(arguments, message);
}

void report_result(const char *format, ...)
{
    char line[RESULT_MAX];
    struct buffer safe;
    va_list rest;

    va_start(rest, format);
    vsnprintf(line, sizeof line, format, rest);
    va_end(rest);
    if (isatty(STDOUT_FILENO) != 1) {
        puts(line);
        return;
    }
    buffer_init(&safe, 4 * RESULT_MAX);
    if (display_safe(line, strlen(line), DISPLAY_LINE, &safe) == ERROR_NONE)
        puts(safe.data ? safe.data : "");
    buffer_free(&safe);
}

/* ---- parsing ---- */

static void offer_options(struct nearest *nearest, const struct option *options)
{
    for (size_t i = 0; options && options[i].name; i++)
        nearest_offer(nearest, options[i].name);
}

static bool any_command_has(const struct program *program, const char *name, size_t length)
{
    for (size_t i = 0; program->commands[i]; i++)
        if (find_option(program->commands[i]->options, name, length) >= 0)
            return true;
    return false;
}

static enum error unknown_option(const struct arguments *arguments, const char *word)
{
    const char *name = word + strspn(word, "-");
    const struct command *command = arguments->command;
    struct nearest nearest;

    if (!command && any_command_has(arguments->program, name, strcspn(name, "=")))
        return error_raise(ERROR_USAGE, "the option '%s' goes behind its command", word);
    nearest_init(&nearest, name);
    offer_options(&nearest, command ? command->options : NULL);
    offer_options(&nearest, arguments->program->options);
    offer_options(&nearest, builtin_options);
    if (nearest.best)
        return error_raise(ERROR_USAGE, "there is no option '%s'; did you mean '--%s'?", word,
                           nearest.best);
    if (command && command->operands_max != 0)
        return error_raise(ERROR_USAGE,
                           "there is no option '%s'; put '--' before what starts with '-' and is "
                           "no option",
                           word);
    return error_raise(ERROR_USAGE, "there is no option '%s'", word);
}

static enum error unknown_command(const struct program *program, const char *word)
{
    struct nearest nearest;

    nearest_init(&nearest, word);
    for (size_t i = 0; program->commands[i]; i++)
        nearest_offer(&nearest, program->commands[i]->name);
    if (nearest.best)
        return error_raise(ERROR_USAGE, "there is no command '%s'; did you mean '%s'?", word,
                           nearest.best);
    return error_raise(ERROR_USAGE, "there is no command '%s'", word);
}

static bool is_choice(const char *choices, const char *value)
{
    size_t length = strlen(value);

    for (const char *at = choices; *at; at += strspn(at, "|")) {
        size_t span = strcspn(at, "|");

        if (span == length && memcmp(at, value, length) == 0)
            return true;
        at += span;
    }
    return false;
}

/* Where the value of an option goes; NULL: there is no such option. */
static const char **option_place(struct parser *parser, const char *name, size_t length,
                                 const struct option **option)
{
    struct arguments *arguments = &parser->arguments;
    const struct {
        const struct option *options;
        const char **values;
    } lists[] = {
        {arguments->command ? arguments->command->options : NULL, arguments->local},
        {arguments->program->options, arguments->global},
        {builtin_options, parser->builtin},
        {hidden_options, parser->hidden},
    };

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        int at = find_option(lists[i].options, name, length);

        if (at >= 0) {
            *option = &lists[i].options[at];
            return &lists[i].values[at];
        }
    }
    return NULL;
}

/* The option at argv[*at], with the value behind it. */
static enum error take_option(struct parser *parser, char **argv, int *at)
{
    const char *word = argv[*at], *name = word + 2;
    size_t length = strcspn(name, "=");
    const char *value = name[length] ? name + length + 1 : NULL;
    const struct option *option = NULL;
    const char **place = word[1] == '-' ? option_place(parser, name, length, &option) : NULL;

    if (!place || !option)
        return unknown_option(&parser->arguments, word);
    if (!option->argument) {
        *place = "";
        return value ? error_raise(ERROR_USAGE, "the option '--%s' takes no value", option->name)
                     : ERROR_NONE;
    }
    if (!value)
        value = argv[++*at];
    if (!value)
        return error_raise(ERROR_USAGE, "the option '--%s' needs a value: --%s %s", option->name,
                           option->name, option->argument);
    if (option->choices && !is_choice(option->choices, value))
        return error_raise(ERROR_USAGE, "'%s' is no value for '--%s', which takes one of %s", value,
                           option->name, option->choices);
    *place = value;
    return ERROR_NONE;
}

static enum error take_operand(struct parser *parser, char *word)
{
    struct arguments *arguments = &parser->arguments;

    if (arguments->command) {
        arguments->operand[arguments->operands++] = word;
        return ERROR_NONE;
    }
    arguments->command = program_command(arguments->program, word);
    return arguments->command ? ERROR_NONE : unknown_command(arguments->program, word);
}

static enum error parse(struct parser *parser, int argc, char **argv)
{
    enum error error = ERROR_NONE;
    bool options_end = false;

    /* Operands gather where argv has been read already. */
    parser->arguments.operand = argv + (argc > 0);
    for (int at = 1; at < argc && !error; at++) {
        char *word = argv[at];

        if (options_end || word[0] != '-' || !word[1])
            error = take_operand(parser, word);
        else if (strcmp(word, "--") == 0)
            options_end = true;
        else
            error = take_option(parser, argv, &at);
    }
    return error;
}

static enum error check_operands(const struct arguments *arguments)
{
    const struct command *command = arguments->command;

    if (command->operands_max == 0 && arguments->operands > 0)
        return error_raise(ERROR_USAGE, "'%s' takes nothing but options; '%s' is too much",
                           command->name, arguments->operand[0]);
    if (command->operands_max >= 0 && arguments->operands > command->operands_max)
        return error_raise(ERROR_USAGE, "'%s' takes %s; '%s' is too much", command->name,
                           command->operands, arguments->operand[command->operands_max]);
    if (arguments->operands < command->operands_min)
        return error_raise(ERROR_USAGE, "'%s' needs %s", command->name, command->operands);
    return ERROR_NONE;
}

/* ---- running ---- */

/* A closed descriptor would be handed out again as the database's, and what the program says would
 * be written into it. The stand-in has the wrong direction, so that using it fails all the same. */
static void occupy(int descriptor, int direction)
{
    int stand_in;

    if (fcntl(descriptor, F_GETFD) >= 0)
        return;
    stand_in = open("/dev/null", direction);
    if (stand_in >= 0 && stand_in != descriptor) {
        dup2(stand_in, descriptor);
        close(stand_in);
    }
}

static void generate(const struct program *program, const char *what)
{
    if (strcmp(what, "man") == 0)
        manual_print(program);
    else if (strcmp(what, "format") == 0)
        manual_print_format(program->format);
    else
        completion_print(program, what);
}

/* What stands in for the command: help, version, a generated file; false: none was asked for. */
static bool print_about(const struct parser *parser)
{
    const struct program *program = parser->arguments.program;

    if (parser->hidden[0])
        generate(program, parser->hidden[0]);
    else if (parser->builtin[BUILTIN_HELP])
        help_print(program, parser->arguments.command);
    else if (parser->builtin[BUILTIN_VERSION])
        printf("%s %s\n", program->name, EMOTRACK_VERSION);
    else
        return false;
    return true;
}

static int run(const struct parser *parser)
{
    const struct arguments *arguments = &parser->arguments;
    const struct program *program = arguments->program;
    enum error error;

    if (print_about(parser))
        return EXIT_OK;
    if (!arguments->command)
        return program->run ? program->run(arguments)
                            : report_usage(arguments, "a command is needed");
    error = check_operands(arguments);
    return error ? report_outcome(arguments, error) : arguments->command->run(arguments);
}

static int finish_output(const struct arguments *arguments, int code)
{
    bool failed = ferror(stdout) != 0;

    errno = 0;
    if (fflush(stdout) == 0 && !failed)
        return code;
    if (errno)
        error_raise_errno("write", "standard output");
    else
        error_raise(ERROR_IO, "cannot write 'standard output'; some of the output is missing");
    return report_error(arguments);
}

int program_main(const struct program *program, int argc, char **argv)
{
    struct parser parser = {.arguments.program = program};
    enum error error;
    int code;

    occupy(STDIN_FILENO, O_WRONLY);
    occupy(STDOUT_FILENO, O_RDONLY);
    occupy(STDERR_FILENO, O_RDONLY);
    locale_choose();
    error = parse(&parser, argc, argv);
    code = error ? report_outcome(&parser.arguments, error) : run(&parser);
    return finish_output(&parser.arguments, code);
}
