#include "base/utf8.h"

#include <string.h>

#include <utf8proc.h>

size_t utf8_decode(const char *text, size_t length, int32_t *codepoint)
{
    utf8proc_ssize_t taken;

    if ((unsigned char)text[0] < 0x80) {
        *codepoint = (unsigned char)text[0];
        return 1;
    }
    taken = utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, codepoint);
    if (taken > 0)
        return (size_t)taken;
    *codepoint = UTF8_REPLACEMENT;
    return 1;
}

size_t utf8_encode(int32_t codepoint, char out[4])
{
    return (size_t)utf8proc_encode_char(codepoint, (utf8proc_uint8_t *)out);
}

/* How many bytes of ASCII other than NUL stand first, in steps of eight. */
static size_t ascii_prefix(const char *text, size_t length)
{
    const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
    size_t at = 0;

    for (; length - at >= sizeof ones; at += sizeof ones) {
        uint64_t word;

        memcpy(&word, text + at, sizeof word);
        if ((word | (word - ones)) & tops) /* a byte with its top bit, or one that was 0 */
            break;
    }
    return at;
}

/* The length of the longest storable prefix. */
static size_t valid_prefix(const char *text, size_t length)
{
    size_t at = ascii_prefix(text, length);

    while (at < length && text[at]) {
        int32_t codepoint;
        size_t taken = utf8_decode(text + at, length - at, &codepoint);

        if (taken == 1 && codepoint == UTF8_REPLACEMENT)
            break;
        at += taken;
    }
    return at;
}

bool utf8_valid(const char *text, size_t length)
{
    return valid_prefix(text, length) == length;
}

enum error utf8_repair(const char *text, size_t length, struct buffer *out)
{
    size_t at = 0;

    for (;;) {
        size_t good = valid_prefix(text + at, length - at);
        enum error error = buffer_append(out, text + at, good);

        if (error)
            return error;
        at += good;
        if (at == length)
            return ERROR_NONE;
        error = buffer_append_text(out, "\xEF\xBF\xBD");
        if (error)
            return error;
        at++;
    }
}

bool utf8_reorders(int32_t codepoint)
{
    return (codepoint >= 0x202A && codepoint <= 0x202E) ||
           (codepoint >= 0x2066 && codepoint <= 0x2069);
}
