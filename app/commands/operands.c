#include "app/commands/operands.h"

#include "app/nearest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits alone, 1 to `most`; 0: something else. */
static int64_t positive(const char *word, int64_t most)
{
    intmax_t value;

    if (!*word || word[strspn(word, "0123456789")])
        return 0;
    errno = 0;
    value = strtoimax(word, NULL, 10);
    return errno || value > most ? 0 : value;
}

enum error operand_id(const char *word, int64_t *id)
{
    *id = positive(word, INT64_MAX);
    if (*id == 0)
        return error_raise(
            ERROR_USAGE, "'%s' is not the number of a message; 'history' shows the numbers", word);
    return ERROR_NONE;
}

enum error operand_number(const struct arguments *arguments, const char *option, size_t *number)
{
    const char *word = arguments_value(arguments, option);

    *number = 0;
    if (!word)
        return ERROR_NONE;
    *number = (size_t)positive(word, INT32_MAX);
    if (*number == 0)
        return error_raise(ERROR_USAGE, "--%s takes a number from 1 to %" PRId32 ", not '%s'",
                           option, INT32_MAX, word);
    return ERROR_NONE;
}

enum error operand_word(const char *word, const char *const *words, int *place)
{
    struct nearest nearest;
    char all[128] = "";

    nearest_init(&nearest, word);
    for (*place = 0; words[*place]; ++*place) {
        size_t used = strlen(all);

        if (strcmp(words[*place], word) == 0)
            return ERROR_NONE;
        nearest_offer(&nearest, words[*place]);
        snprintf(all + used, sizeof all - used, "%s%s", used > 0 ? "|" : "", words[*place]);
    }
    if (nearest.best)
        return error_raise(ERROR_USAGE, "one of %s goes here, not '%s'; did you mean '%s'?", all,
                           word, nearest.best);
    return error_raise(ERROR_USAGE, "one of %s goes here, not '%s'", all, word);
}

enum error operand_filter(const struct arguments *arguments, struct buffer *out)
{
    enum error error = ERROR_NONE;

    for (int i = 0; i < arguments->operands && !error; i++) {
        if (i > 0)
            error = buffer_append_byte(out, ' ');
        if (!error)
            error = buffer_append_text(out, arguments->operand[i]);
    }
    return error;
}
