#include "app/commands/manual.h"

#include "app/commands/help.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Text in which nothing is markup. */
static void print_text(const char *text, size_t length)
{
    bool line_start = true;

    for (size_t i = 0; i < length; i++) {
        if (line_start && (text[i] == '.' || text[i] == '\''))
            fputs("\\&", stdout);
        if (text[i] == '\\')
            fputs("\\e", stdout);
        else if (text[i] == '-')
            fputs("\\-", stdout);
        else
            putchar(text[i]);
        line_start = text[i] == '\n';
    }
}

static void print_string(const char *text)
{
    print_text(text, strlen(text));
}

static void print_capitals(const char *text)
{
    for (; *text; text++)
        putchar(toupper((unsigned char)*text));
}

static void print_sentence(const char *text)
{
    putchar(toupper((unsigned char)text[0]));
    print_string(text + 1);
    fputs(".\n", stdout);
}

static void print_paragraphs(const char *text)
{
    struct paragraph paragraph;

    while (text && paragraph_next(&text, &paragraph)) {
        fputs(paragraph.example ? ".PP\n.nf\n" : ".PP\n", stdout);
        print_text(paragraph.text, paragraph.length);
        fputs(paragraph.example ? "\n.fi\n" : "\n", stdout);
    }
}

static void print_options(const struct option *options)
{
    for (size_t i = 0; options && options[i].name; i++) {
        const char *value = options[i].choices ? options[i].choices : options[i].argument;

        fputs(".TP\n\\fB\\-\\-", stdout);
        print_string(options[i].name);
        fputs("\\fR", stdout);
        if (value) {
            fputs(" \\fI", stdout);
            print_string(value);
            fputs("\\fR", stdout);
        }
        putchar('\n');
        print_sentence(options[i].help);
    }
}

static void print_command(const struct program *program, const struct command *command)
{
    bool options = command->options && command->options[0].name;

    fputs(".SS \"", stdout);
    print_string(program->name);
    putchar(' ');
    print_string(command->name);
    printf("%s%s", options ? " [OPTIONS]" : "", command->operands[0] ? " " : "");
    print_string(command->operands);
    fputs("\"\n", stdout);
    print_sentence(command->summary);
    print_paragraphs(command->details);
    print_options(command->options);
}

static void print_name(const struct program *program)
{
    fputs(".TH ", stdout);
    print_capitals(program->name);
    printf(" 1 \"\" \"EmoTrack %s\" \"User Commands\"\n.SH NAME\n", EMOTRACK_VERSION);
    print_string(program->name);
    fputs(" \\- ", stdout);
    print_string(program->summary);
    fputs("\n.SH SYNOPSIS\n\\fB", stdout);
    print_string(program->name);
    printf("\\fR [\\fIOPTIONS\\fR] %s\n",
           program->run ? "[\\fICOMMAND\\fR ...]" : "\\fICOMMAND\\fR ...");
}

void manual_print(const struct program *program)
{
    print_name(program);
    fputs(".SH DESCRIPTION\n", stdout);
    print_sentence(program->summary);
    print_paragraphs(program->details);
    fputs(".SH OPTIONS\nThese may stand before or behind the command.\n", stdout);
    print_options(program->options);
    print_options(builtin_options);
    fputs(".SH COMMANDS\n", stdout);
    for (size_t i = 0; program->commands[i]; i++)
        print_command(program, program->commands[i]);
    for (size_t i = 0; program->sections && program->sections[i].title; i++) {
        fputs(".SH ", stdout);
        print_capitals(program->sections[i].title);
        putchar('\n');
        print_paragraphs(program->sections[i].text);
    }
}
