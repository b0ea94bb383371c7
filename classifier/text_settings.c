#include "classifier/text_settings.h"

#include "base/utf8.h"

#include <string.h>

const char *text_strings_next(const struct text_strings *strings, const char *at)
{
    const char *next = at ? at + strlen(at) + 1 : strings->bytes;

    return next < strings->bytes + strings->length ? next : NULL;
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* A token: a bigram has a space between two, so none has one itself. */
static bool token_valid(const char *string)
{
    size_t length = strlen(string);

    for (size_t i = 0; i < length; i++)
        if ((unsigned char)string[i] <= ' ' || string[i] == 0x7F)
            return false;
    return length > 0 && length <= TEXT_STRING_MAX && utf8_valid(string, length);
}

/* Words that can have a suffix are those with an apostrophe. */
static bool suffix_valid(const char *suffix)
{
    for (const char *at = suffix; *at; at++)
        if (*at != '\'' && !(*at >= 'a' && *at <= 'z'))
            return false;
    return strchr(suffix, '\'') != NULL;
}

static bool emoticon_valid(const char *form)
{
    for (const char *at = form; *at; at++)
        if ((unsigned char)*at >= 0x80)
            return false;
    return strlen(form) >= 2 && !is_letter(form[0]) && !is_digit(form[0]);
}

/* `valid`, if any, is asked about every `step`-th string, of which there must be whole steps. */
static bool strings_valid(const struct text_strings *strings, int step, bool (*valid)(const char *))
{
    int count = 0;

    if (strings->length > 0 && strings->bytes[strings->length - 1] != '\0')
        return false;
    for (const char *at = NULL; (at = text_strings_next(strings, at));) {
        if (!token_valid(at) || (count % step == 0 && valid && !valid(at)))
            return false;
        count++;
    }
    return count % step == 0 && count <= TEXT_STRINGS_MAX;
}

bool text_settings_valid(const struct text_settings *settings)
{
    const uint32_t prefixes = (2 << TEXT_PREFIX_MAX) - (1 << TEXT_PREFIX_MIN);

    return (settings->prefixes & ~prefixes) == 0 && strings_valid(&settings->negators, 1, NULL) &&
           strings_valid(&settings->suffixes, 1, suffix_valid) &&
           strings_valid(&settings->forms, 2, NULL) &&
           strings_valid(&settings->emoticons, 2, emoticon_valid);
}
