#include "app/commands/manual.h"

#include "app/commands/help.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { GROUP_MAX = 128 /* bytes */ };

#define SECTION_1 "1 \"\" \"EmoTrack " EMOTRACK_VERSION "\" \"User Commands\""
#define SECTION_5 "5 \"\" \"EmoTrack " EMOTRACK_VERSION "\" \"File Formats\""

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

/* `mark` and `between` stand before the name and the value: "--" and " ". */
static void print_entries(const struct option *options, const char *mark, const char *between)
{
    for (size_t i = 0; options && options[i].name; i++) {
        const char *value = options[i].choices ? options[i].choices : options[i].argument;

        fputs(".TP\n\\fB", stdout);
        print_string(mark);
        print_string(options[i].name);
        fputs("\\fR", stdout);
        if (value) {
            printf("%s\\fI", between);
            print_string(value);
            fputs("\\fR", stdout);
        }
        putchar('\n');
        print_sentence(options[i].help);
    }
}

static void print_options(const struct option *options)
{
    print_entries(options, "--", " ");
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

/* The head of a page, which is of `section`. */
static void print_name(const char *name, const char *section, const char *summary)
{
    fputs(".TH ", stdout);
    print_capitals(name);
    printf(" %s\n.SH NAME\n", section);
    print_string(name);
    fputs(" \\- ", stdout);
    print_string(summary);
    putchar('\n');
}

static void print_synopsis(const struct program *program)
{
    fputs(".SH SYNOPSIS\n\\fB", stdout);
    print_string(program->name);
    printf("\\fR [\\fIOPTIONS\\fR] %s\n",
           program->run ? "[\\fICOMMAND\\fR ...]" : "\\fICOMMAND\\fR ...");
}

static void print_sections(const struct section *sections)
{
    for (; sections && sections->title; sections++) {
        fputs(".SH ", stdout);
        print_capitals(sections->title);
        putchar('\n');
        print_paragraphs(sections->text);
    }
}

/* One key; those of a group come one after the other. */
static void print_key(const char *group, const char *keys, const char *what)
{
    static char last[GROUP_MAX];

    if (strcmp(last, group) != 0) {
        snprintf(last, sizeof last, "%s", group);
        fputs(".SS \"", stdout);
        print_string(group);
        fputs("\"\n", stdout);
    }
    fputs(".TP\n\\fB", stdout);
    print_string(keys);
    fputs("\\fR\n", stdout);
    print_sentence(what);
}

static void print_keys(const struct program *program)
{
    if (!program->keys)
        return;
    fputs(".SH KEYS\nOf the terminal program, screen by screen; ? and F1 show them there.\n",
          stdout);
    program->keys(print_key);
}

void manual_print(const struct program *program)
{
    print_name(program->name, SECTION_1, program->summary);
    print_synopsis(program);
    fputs(".SH DESCRIPTION\n", stdout);
    print_sentence(program->summary);
    print_paragraphs(program->details);
    fputs(".SH OPTIONS\nThese may stand before or behind the command.\n", stdout);
    print_options(program->options);
    print_options(builtin_options);
    fputs(".SH COMMANDS\n", stdout);
    for (size_t i = 0; program->commands[i]; i++)
        print_command(program, program->commands[i]);
    print_keys(program);
    print_sections(program->sections);
}

void manual_print_format(const struct file_format *format)
{
    if (!format)
        return;
    print_name(format->name, SECTION_5, format->summary);
    fputs(".SH DESCRIPTION\n", stdout);
    print_paragraphs(format->details);
    fputs(".SH SETTINGS\n", stdout);
    print_entries(format->entries, "", " = ");
    print_sections(format->sections);
}
