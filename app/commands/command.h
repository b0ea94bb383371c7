#ifndef EMOTRACK_APP_COMMANDS_COMMAND_H
#define EMOTRACK_APP_COMMANDS_COMMAND_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* The command line of a program, as data: one table makes the dispatch, --help, the man page and
 * the shell completions. One file a command defines its struct command; a program lists them. */

enum exit_code {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_CANNOT_TELL = 3, /* predict --exit-code */
    EXIT_TEMPORARY = 75,  /* sync: it failed for now (EX_TEMPFAIL of sysexits.h) */
};

enum { OPTIONS_MAX = 12 };

/* In `argument` and in a command's operands these words tell the completions what to offer:
 * FILE, TSV and MODEL files, NAME the profiles, COMMAND the commands, SETTING the settings, `a|b`
 * the words a and b. */
struct option {
    const char *name;     /* "json" for --json; NULL ends a list */
    const char *argument; /* "FILE" if it takes one; NULL: a flag */
    const char *choices;  /* "csv|jsonl" if only these are allowed; NULL: anything */
    const char *help;     /* one sentence, lower case, no full stop */
};

struct arguments;

/* Paragraphs in `details` and in sections are parted by an empty line and wrapped where they are
 * shown; a line that starts with four blanks is an example and stays as it is. */
struct command {
    const char *name;     /* "predict" */
    const char *operands; /* "[TEXT...]", "" */
    const char *summary;  /* one line, for the list of commands */
    const char *details;  /* paragraphs for --help and the man page; NULL: none */
    const struct option *options;
    int operands_min, operands_max;                /* -1: any number */
    int (*run)(const struct arguments *arguments); /* returns an exit code */
};

struct section {
    const char *title; /* "Environment"; NULL ends a list */
    const char *text;
};

/* A file that the program reads, for a man page of its own (section 5). */
struct file_format {
    const char *name;    /* of the page: "emotrack-config" */
    const char *summary; /* one line */
    const char *details;
    const struct option *entries; /* those that have no choices take `argument` */
    const struct section *sections;
};

/* One of the keys of a program's screens: "Write: in the text", "Enter", "save the message". */
typedef void key_told(const char *group, const char *keys, const char *what);

struct program {
    const char *name;                              /* "emotrack" */
    const char *summary;                           /* one line */
    const char *details;                           /* for --help and the man page */
    const struct option *options;                  /* global: before or after the command */
    const struct command *const *commands;         /* NULL ends the list */
    int (*run)(const struct arguments *arguments); /* without a command; NULL: usage error */
    const struct section *sections;   /* for the man page, after the commands; NULL: none */
    void (*keys)(key_told *told);     /* tells of the keys of its screens, for the man page; NULL:
                                         it has none */
    const struct file_format *format; /* NULL: there is none */
};

/* A command line taken apart. Borrowed from argv. */
struct arguments {
    const struct program *program;
    const struct command *command;   /* NULL: none was given */
    const char *global[OPTIONS_MAX]; /* by place in program->options; NULL: not given, "": a flag */
    const char *local[OPTIONS_MAX];  /* by place in command->options */
    int operands;
    char **operand; /* [operands] */
};

/* Those that every program has: --help and --version. */
extern const struct option builtin_options[];

/* The value of an option (of the command, else global) by name: NULL if not given, "" for a flag.
 */
const char *arguments_value(const struct arguments *arguments, const char *option);
/* The value of a global option, also where the command has one of the same name. */
const char *arguments_global(const struct arguments *arguments, const char *option);
bool arguments_has(const struct arguments *arguments, const char *option);

/* The program's command of this name, or NULL. */
const struct command *program_command(const struct program *program, const char *name);

/* Parses argv and runs the command; prints --help, --version and usage errors itself. Long options
 * as `--name value` or `--name=value`; `--` ends them; "-" is an operand. Returns an exit code:
 * EXIT_FAILED too where standard output could not be written. argv is reordered.
 *
 * `--generate man|format|bash|zsh|fish`, which --help does not show, prints the program's man page,
 * that of its file or a shell's completion from the same table, for the build.
 *
 * Before anything else it makes the process safe to work in: descriptors 0 to 2 are taken, so that
 * no file of ours becomes one. The locale stays "C": commands speak UTF-8 whatever it is. */
int program_main(const struct program *program, int argc, char **argv);

/* Prints "emotrack: <the sentence of the last error>" to standard error and returns EXIT_FAILED. */
int report_error(const struct arguments *arguments);
/* The same with a sentence of its own, EXIT_USAGE, and where to read more. */
int report_usage(const struct arguments *arguments, const char *format, ...) PRINTF_LIKE(2, 3);
/* How a command ends: EXIT_OK for ERROR_NONE; ERROR_USAGE is reported as a usage error with the
 * sentence that was raised; everything else with report_error. */
int report_outcome(const struct arguments *arguments, enum error error);
/* Prints "emotrack: <sentence>" to standard error. */
void report_note(const struct arguments *arguments, const char *format, ...) PRINTF_LIKE(2, 3);

/* Prints a line with a name or a path in it to standard output: as it is, but at a terminal made
 * safe for that (display.h). */
void report_result(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
