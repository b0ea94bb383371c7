#include "app/commands/completion.h"

#include "app/settings.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* What stands at a place of the command line. */
enum offer {
    OFFER_NOTHING,
    OFFER_WORDS,
    OFFER_FILES,
    OFFER_PROFILES,
    OFFER_COMMANDS,
    OFFER_SETTINGS
};

static bool is_word(const char *word, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(word, name, length) == 0;
}

/* One word of the table: "FILE", "NAME", "csv|jsonl". */
static enum offer offer_of(const char *word, size_t length)
{
    if (is_word(word, length, "FILE") || is_word(word, length, "TSV") ||
        is_word(word, length, "MODEL"))
        return OFFER_FILES;
    if (is_word(word, length, "NAME"))
        return OFFER_PROFILES;
    if (is_word(word, length, "COMMAND"))
        return OFFER_COMMANDS;
    if (is_word(word, length, "SETTING"))
        return OFFER_SETTINGS;
    return memchr(word, '|', length) ? OFFER_WORDS : OFFER_NOTHING;
}

static enum offer offer_of_option(const struct option *option)
{
    const char *word = option->choices ? option->choices : option->argument;

    return word ? offer_of(word, strlen(word)) : OFFER_NOTHING;
}

/* The next word of a command's operands, without brackets and dots; false: there is none. */
static bool next_operand(const char **operands, const char **word, size_t *length)
{
    *word = *operands + strspn(*operands, " [");
    *length = strcspn(*word, " ].");
    *operands = *word + *length + strspn(*word + *length, "].");
    return *length > 0;
}

/* "a|b" as "a b". */
static void print_choices(const char *choices, size_t length)
{
    for (size_t i = 0; i < length; i++)
        putchar(choices[i] == '|' ? ' ' : choices[i]);
}

static void print_command_names(const struct program *program)
{
    for (size_t i = 0; program->commands[i]; i++)
        printf("%s%s", i > 0 ? " " : "", program->commands[i]->name);
}

static void print_setting_names(void)
{
    for (int i = 0; i < SETTINGS; i++)
        printf("%s%s", i > 0 ? " " : "", setting_table[i].name);
}

/* The program's name where only letters, digits and _ are allowed. */
static void print_identifier(const char *name)
{
    putchar('_');
    for (; *name; name++)
        putchar(isalnum((unsigned char)*name) ? *name : '_');
}

/* Text between the single quotes of a shell, with a backslash before each of `escaped`. */
static void print_quoted(const char *text, const char *escaped, const char *quote)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs(quote, stdout);
        else if (strchr(escaped, *text))
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

/* ---- bash ---- */

static void bash_names(const struct option *options)
{
    for (size_t i = 0; options && options[i].name; i++)
        printf(" --%s", options[i].name);
}

/* The part of `compgen` that makes the offers. */
static void bash_offers(const struct program *program, enum offer offer, const char *word,
                        size_t length)
{
    switch (offer) {
    case OFFER_FILES: printf("-f"); break;
    case OFFER_PROFILES: printf("-W \"$(%s profile list 2>/dev/null)\"", program->name); break;
    case OFFER_COMMANDS:
        printf("-W '");
        print_command_names(program);
        printf("'");
        break;
    case OFFER_SETTINGS:
        printf("-W '");
        print_setting_names();
        printf("'");
        break;
    case OFFER_WORDS:
        printf("-W '");
        print_choices(word, length);
        printf("'");
        break;
    case OFFER_NOTHING: printf("-W ''"); break;
    }
}

static void bash_reply(const struct program *program, enum offer offer, const char *word,
                       size_t length)
{
    printf("%smapfile -t COMPREPLY < <(compgen ",
           offer == OFFER_FILES ? "compopt -o filenames; " : "");
    bash_offers(program, offer, word, length);
    printf(" -- \"$current\")");
}

/* The values of options: `command:--option)`. */
static void bash_values(const struct program *program, const char *command,
                        const struct option *options)
{
    for (size_t i = 0; options && options[i].name; i++) {
        const char *word = options[i].choices ? options[i].choices : options[i].argument;

        if (!word)
            continue;
        printf("    %s:--%s) ", command, options[i].name);
        bash_reply(program, offer_of_option(&options[i]), word, strlen(word));
        printf("; return ;;\n");
    }
}

static void bash_command(const struct program *program, const struct command *command)
{
    const char *operands = command->operands, *word;
    size_t length;

    for (int place = 1; next_operand(&operands, &word, &length); place++) {
        if (offer_of(word, length) == OFFER_NOTHING)
            continue;
        printf("    %s:%d) ", command->name, place);
        bash_reply(program, offer_of(word, length), word, length);
        printf(" ;;\n");
    }
}

/* The head of the function: which command, and which of its operands, the cursor is at. */
static void bash_head(const struct program *program)
{
    print_identifier(program->name);
    printf("()\n{\n"
           "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
           "    local command= place=0 options at\n"
           "    COMPREPLY=()\n"
           "    for ((at = 1; at < COMP_CWORD; at++)); do\n"
           "        case ${COMP_WORDS[at]} in\n        ");
    for (size_t i = 0; program->options && program->options[i].name; i++)
        if (program->options[i].argument)
            printf("--%s|", program->options[i].name);
    for (size_t i = 0; program->commands[i]; i++)
        for (const struct option *option = program->commands[i]->options; option && option->name;
             option++)
            if (option->argument)
                printf("--%s|", option->name);
    printf(
        "--generate) ((at++)) ;;\n"
        "        -?*) ;;\n"
        "        *) if [[ $command ]]; then ((place++)); else command=${COMP_WORDS[at]}; place=1; "
        "fi ;;\n"
        "        esac\n"
        "    done\n");
}

static void bash_print(const struct program *program)
{
    bash_head(program);
    printf("    case $command:$previous in\n");
    bash_values(program, "*", program->options);
    for (size_t i = 0; program->commands[i]; i++)
        bash_values(program, program->commands[i]->name, program->commands[i]->options);
    printf("    esac\n    case $command in\n");
    for (size_t i = 0; program->commands[i]; i++) {
        printf("    %s) options='", program->commands[i]->name);
        bash_names(program->commands[i]->options);
        printf("' ;;\n");
    }
    printf("    esac\n    if [[ $current == -* ]]; then\n        mapfile -t COMPREPLY < <(compgen "
           "-W \"$options");
    bash_names(program->options);
    bash_names(builtin_options);
    printf("\" -- \"$current\")\n        return\n    fi\n    case $command:$place in\n    :0) ");
    bash_reply(program, OFFER_COMMANDS, "", 0);
    printf(" ;;\n");
    for (size_t i = 0; program->commands[i]; i++)
        bash_command(program, program->commands[i]);
    printf("    esac\n}\ncomplete -F ");
    print_identifier(program->name);
    printf(" %s\n", program->name);
}

/* ---- zsh ---- */

static void zsh_action(const struct program *program, enum offer offer, const char *word,
                       size_t length)
{
    switch (offer) {
    case OFFER_FILES: printf("_files"); break;
    case OFFER_PROFILES:
        printf("{compadd -- ${(f)\"$(%s profile list 2>/dev/null)\"}}", program->name);
        break;
    case OFFER_COMMANDS:
        printf("(");
        print_command_names(program);
        printf(")");
        break;
    case OFFER_SETTINGS:
        printf("(");
        print_setting_names();
        printf(")");
        break;
    case OFFER_WORDS:
        printf("(");
        print_choices(word, length);
        printf(")");
        break;
    case OFFER_NOTHING: printf(" "); break;
    }
}

static void zsh_options(const struct program *program, const struct option *options)
{
    for (size_t i = 0; options && options[i].name; i++) {
        const char *word = options[i].choices ? options[i].choices : options[i].argument;

        printf(" \\\n            '--%s%s[", options[i].name, word ? "=" : "");
        print_quoted(options[i].help, "[]\\:", "'\\''");
        printf("]");
        if (word) {
            printf(":%s:", options[i].argument);
            zsh_action(program, offer_of_option(&options[i]), word, strlen(word));
        }
        printf("'");
    }
}

static void zsh_command(const struct program *program, const struct command *command)
{
    const char *operands = command->operands, *word;
    size_t length;

    printf("        %s) _arguments", command->name);
    zsh_options(program, command->options);
    zsh_options(program, program->options);
    zsh_options(program, builtin_options);
    for (int place = 1; next_operand(&operands, &word, &length); place++) {
        if (*operands)
            printf(" \\\n            '%d:operand:", place);
        else
            printf(" \\\n            '*:operand:");
        zsh_action(program, offer_of(word, length), word, length);
        printf("'");
    }
    printf(" ;;\n");
}

static void zsh_print(const struct program *program)
{
    printf("#compdef %s\n", program->name);
    print_identifier(program->name);
    printf("()\n{\n    local context state state_descr line\n    typeset -A opt_args\n"
           "    _arguments -C");
    zsh_options(program, program->options);
    zsh_options(program, builtin_options);
    printf(" \\\n            '1:command:->command' '*::operand:->operand' && return\n"
           "    case $state in\n    command)\n        local -a commands=(\n");
    for (size_t i = 0; program->commands[i]; i++) {
        printf("            '%s:", program->commands[i]->name);
        print_quoted(program->commands[i]->summary, "", "'\\''");
        printf("'\n");
    }
    printf("        )\n        _describe command commands ;;\n    operand)\n"
           "        case $line[1] in\n");
    for (size_t i = 0; program->commands[i]; i++)
        zsh_command(program, program->commands[i]);
    printf("        esac ;;\n    esac\n}\n");
    print_identifier(program->name);
    printf(" \"$@\"\n");
}

/* ---- fish ---- */

static void fish_start(const struct program *program, const struct command *command)
{
    printf("complete -c %s", program->name);
    if (command)
        printf(" -n '__fish_seen_subcommand_from %s'", command->name);
}

static void fish_offer(const struct program *program, enum offer offer, const char *word,
                       size_t length)
{
    if (offer == OFFER_FILES) {
        printf(" -F");
    } else if (offer == OFFER_PROFILES) {
        printf(" -a '(%s profile list 2>/dev/null)'", program->name);
    } else if (offer != OFFER_NOTHING) {
        printf(" -a '");
        if (offer == OFFER_WORDS)
            print_choices(word, length);
        else if (offer == OFFER_SETTINGS)
            print_setting_names();
        else
            print_command_names(program);
        printf("'");
    }
}

static void fish_options(const struct program *program, const struct command *command,
                         const struct option *options)
{
    for (size_t i = 0; options && options[i].name; i++) {
        const char *word = options[i].choices ? options[i].choices : options[i].argument;

        fish_start(program, command);
        printf(" -l %s", options[i].name);
        if (word) {
            printf("%s", offer_of_option(&options[i]) == OFFER_FILES ? " -r" : " -x");
            fish_offer(program, offer_of_option(&options[i]), word, strlen(word));
        }
        printf(" -d '");
        print_quoted(options[i].help, "\\", "\\'");
        printf("'\n");
    }
}

static void fish_command(const struct program *program, const struct command *command)
{
    const char *operands = command->operands, *word;
    size_t length;

    printf("complete -c %s -n __fish_use_subcommand -a %s -d '", program->name, command->name);
    print_quoted(command->summary, "\\", "\\'");
    printf("'\n");
    fish_options(program, command, command->options);
    while (next_operand(&operands, &word, &length)) {
        if (offer_of(word, length) == OFFER_NOTHING)
            continue;
        fish_start(program, command);
        fish_offer(program, offer_of(word, length), word, length);
        printf("\n");
    }
}

static void fish_print(const struct program *program)
{
    printf("complete -c %s -f\n", program->name);
    fish_options(program, NULL, program->options);
    fish_options(program, NULL, builtin_options);
    for (size_t i = 0; program->commands[i]; i++)
        fish_command(program, program->commands[i]);
}

void completion_print(const struct program *program, const char *shell)
{
    if (strcmp(shell, "bash") == 0)
        bash_print(program);
    else if (strcmp(shell, "zsh") == 0)
        zsh_print(program);
    else
        fish_print(program);
}
