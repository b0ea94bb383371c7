#ifndef EMOTRACK_APP_COMMANDS_COMMAND_H
#define EMOTRACK_APP_COMMANDS_COMMAND_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* The command line of a program, as data: one table makes the dispatch, --help, the man page and the
 * shell completions. One file a command defines its struct command; a program lists them. */

enum exit_code {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_CANNOT_TELL = 3, /* predict --exit-code */
};

enum { OPTIONS_MAX = 12 };

struct option {
    const char *name;     /* "json" for --json; NULL ends a list */
    const char *argument; /* "FILE" if it takes one; NULL: a flag */
    const char *choices;  /* "csv|jsonl" if only these are allowed; NULL: anything */
    const char *help;     /* one sentence, lower case, no full stop */
};

struct arguments;

struct command {
    const char *name;     /* "predict" */
    const char *operands; /* "[TEXT...]", "" */
    const char *summary;  /* one line, for the list of commands */
    const char *details;  /* paragraphs for --help and the man page; NULL: none */
    const struct option *options;
    int operands_min, operands_max; /* -1: any number */
    int (*run)(const struct arguments *arguments); /* returns an exit code */
};

struct program {
    const char *name;    /* "emotrack" */
    const char *summary; /* one line */
    const char *details; /* for --help and the man page */
    const struct option *options; /* global: before or after the command */
    const struct command *const *commands; /* NULL ends the list */
    int (*run)(const struct arguments *arguments); /* without a command; NULL: usage error */
};

/* A command line taken apart. Borrowed from argv. */
struct arguments {
    const struct program *program;
    const struct command *command;  /* NULL: none was given */
    const char *global[OPTIONS_MAX]; /* by place in program->options; NULL: not given, "": a flag */
    const char *local[OPTIONS_MAX];  /* by place in command->options */
    int operands;
    char **operand; /* [operands] */
};

/* The value of an option (of the command, else global) by name: NULL if not given, "" for a flag. */
const char *arguments_value(const struct arguments *arguments, const char *option);
bool arguments_has(const struct arguments *arguments, const char *option);

/* Parses argv and runs the command; prints --help, --version and usage errors itself. Long options
 * as `--name value` or `--name=value`; `--` ends them; "-" is an operand. Returns an exit code:
 * EXIT_FAILED too where standard output could not be written. argv is reordered. */
int program_main(const struct program *program, int argc, char **argv);

/* Prints "emotrack: <the sentence of the last error>" to standard error and returns EXIT_FAILED. */
int report_error(const struct arguments *arguments);
/* The same with a sentence of its own, EXIT_USAGE, and where to read more. */
int report_usage(const struct arguments *arguments, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
