#include "db/fold.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static bool is_ascii(const char *text, size_t length)
{
    unsigned char bits = 0;

    for (size_t i = 0; i < length; i++)
        bits |= (unsigned char)text[i];
    return bits < 0x80;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool ascii_matches(const char *text, const char *term, size_t term_length)
{
    for (size_t i = 0; i < term_length; i++)
        if (lower(text[i]) != term[i])
            return false;
    return true;
}

static bool ascii_contains(const char *text, size_t length, const char *term)
{
    size_t term_length = strlen(term);

    for (size_t at = 0; at + term_length <= length; at++)
        if (lower(text[at]) == term[0] && ascii_matches(text + at, term, term_length))
            return true;
    return false;
}

static enum error fold_valid(const char *text, size_t length, char **out)
{
    utf8proc_uint8_t *folded;
    utf8proc_ssize_t result;

    result = utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, &folded,
                          UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
    if (result < 0)
        return error_raise_plain(ERROR_NO_MEMORY);
    *out = (char *)folded;
    return ERROR_NONE;
}

enum error fold_text(const char *text, size_t length, char **out)
{
    struct buffer repaired;
    enum error error;

    *out = NULL;
    buffer_init(&repaired, 3 * length + 1);
    error = utf8_repair(text, length, &repaired);
    if (!error)
        error = fold_valid(repaired.data ? repaired.data : "", repaired.length, out);
    buffer_free(&repaired);
    return error;
}

enum error fold_contains(const char *text, size_t length, const char *term, bool *found)
{
    char *folded;
    enum error error;

    if (is_ascii(text, length)) {
        *found = ascii_contains(text, length, term);
        return ERROR_NONE;
    }
    error = utf8_valid(text, length) ? fold_valid(text, length, &folded)
                                     : fold_text(text, length, &folded);
    if (error)
        return error;
    *found = strstr(folded, term) != NULL;
    free(folded);
    return ERROR_NONE;
}
