#ifndef EMOTRACK_APP_COMMANDS_OPERANDS_H
#define EMOTRACK_APP_COMMANDS_OPERANDS_H

#include "app/commands/command.h"
#include "base/buffer.h"

#include <stdint.h>

enum {
    FILTER_LINE_MAX = 64 * 1024 /* bytes: what is too long for a filter is the journal's to say */
};

/* What stands on the command line, read strictly: every ERROR_USAGE names the word. */

/* A message's number: digits alone, 1 and up. ERROR_USAGE. */
enum error operand_id(const char *word, int64_t *id) MUST_CHECK;

/* The value of an option: a number from 1 on; 0 where it was not given. ERROR_USAGE. */
enum error operand_number(const struct arguments *arguments, const char *option,
                          size_t *number) MUST_CHECK;

/* The place of a word in a list that NULL ends. ERROR_USAGE: it is not there; the sentence names
 * the nearest, or all. */
enum error operand_word(const char *word, const char *const *words, int *place) MUST_CHECK;

/* Appends all operands, joined with blanks: a filter line. ERROR_TOO_LARGE. */
enum error operand_filter(const struct arguments *arguments, struct buffer *out) MUST_CHECK;

#endif
