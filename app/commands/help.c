#include "app/commands/help.h"

#include "app/commands/commands.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 78, COLUMN = 22 };

bool paragraph_next(const char **text, struct paragraph *out)
{
    const char *start = *text + strspn(*text, "\n");
    const char *end = strstr(start, "\n\n");

    *text = end ? end : start + strlen(start);
    *out = (struct paragraph){
        .text = start,
        .length = (size_t)(*text - start),
        .example = strncmp(start, "    ", 4) == 0,
    };
    return out->length > 0;
}

/* Words, wrapped, every line but the first starting at column `indent`. */
static void print_wrapped(const char *text, size_t length, size_t indent)
{
    size_t column = indent, at = 0;

    while (at < length) {
        size_t word = strcspn(text + at, " \n");

        if (word > length - at)
            word = length - at;
        if (column > indent && column + 1 + word > WIDTH) {
            printf("\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            putchar(' ');
            column++;
        }
        printf("%.*s", (int)word, text + at);
        column += word;
        at += word;
        at += at < length ? strspn(text + at, " \n") : 0;
    }
    putchar('\n');
}

static void print_paragraphs(const char *text)
{
    struct paragraph paragraph;

    while (text && paragraph_next(&text, &paragraph)) {
        putchar('\n');
        if (paragraph.example)
            printf("%.*s\n", (int)paragraph.length, paragraph.text);
        else
            print_wrapped(paragraph.text, paragraph.length, 0);
    }
}

/* "  --format csv|jsonl  what it does", or the explanation on a line of its own. */
static void print_item(const char *term, size_t length, const char *explanation)
{
    printf("  %.*s", (int)length, term);
    if (2 + length + 2 <= COLUMN)
        printf("%*s", (int)(COLUMN - 2 - length), "");
    else
        printf("\n%*s", COLUMN, "");
    print_wrapped(explanation, strlen(explanation), COLUMN);
}

static void print_options(const char *title, const struct option *options)
{
    char term[128];

    if (title)
        printf("\n%s:\n", title);
    for (size_t i = 0; options && options[i].name; i++) {
        const char *value = options[i].choices ? options[i].choices : options[i].argument;
        int length = snprintf(term, sizeof term, "--%s%s%s", options[i].name, value ? " " : "",
                              value ? value : "");

        print_item(term, (size_t)length, options[i].help);
    }
}

static void print_summary(const char *summary)
{
    printf("\n%c%s.\n", toupper((unsigned char)summary[0]), summary + 1);
}

static void print_program_help(const struct program *program)
{
    printf("Usage: %s [OPTIONS] %s\n", program->name,
           program->run ? "[COMMAND ...]" : "COMMAND ...");
    print_summary(program->summary);
    print_paragraphs(program->details);
    printf("\nCommands:\n");
    for (size_t i = 0; program->commands[i]; i++)
        print_item(program->commands[i]->name, strlen(program->commands[i]->name),
                   program->commands[i]->summary);
    print_options("Options, before or after the command", program->options);
    print_options(NULL, builtin_options);
    printf("\n'%s COMMAND --help' says more about a command.\n", program->name);
}

static void print_command_help(const struct program *program, const struct command *command)
{
    bool options = command->options && command->options[0].name;

    printf("Usage: %s %s%s%s%s\n", program->name, command->name, options ? " [OPTIONS]" : "",
           command->operands[0] ? " " : "", command->operands);
    print_summary(command->summary);
    print_paragraphs(command->details);
    if (options)
        print_options("Options", command->options);
    print_options("Options of every command", program->options);
    print_options(NULL, builtin_options);
}

void help_print(const struct program *program, const struct command *command)
{
    if (command)
        print_command_help(program, command);
    else
        print_program_help(program);
}

static int run(const struct arguments *arguments)
{
    const struct command *command = NULL;

    if (arguments->operands > 0) {
        command = program_command(arguments->program, arguments->operand[0]);
        if (!command)
            return report_usage(arguments, "there is no command '%s'", arguments->operand[0]);
    }
    help_print(arguments->program, command);
    return EXIT_OK;
}

const struct command command_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .summary = "show how the program or one of its commands is used",
    .operands_max = 1,
    .run = run,
};
