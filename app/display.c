#include "app/display.h"

#include "base/utf8.h"

#include <string.h>
#include <utf8proc.h>

static bool plain_ascii(char byte)
{
    return byte >= 0x20 && byte < 0x7F;
}

static bool control(int32_t codepoint)
{
    return codepoint < 0x20 || (codepoint >= 0x7F && codepoint < 0xA0);
}

static bool noncharacter(int32_t codepoint)
{
    return (codepoint >= 0xFDD0 && codepoint <= 0xFDEF) || (codepoint & 0xFFFE) == 0xFFFE;
}

/* The code point to show for this one; -1: none. */
static int32_t shown(int32_t codepoint, enum display_breaks breaks)
{
    if (utf8_reorders(codepoint))
        return -1;
    if (codepoint == 0x2028 || codepoint == 0x2029)
        codepoint = '\n';
    if (codepoint == '\n' || codepoint == '\t')
        return breaks == DISPLAY_LINES ? codepoint : ' ';
    if (codepoint == '\r')
        return ' ';
    return control(codepoint) || noncharacter(codepoint) ? UTF8_REPLACEMENT : codepoint;
}

enum error display_safe(const char *text, size_t length, enum display_breaks breaks,
                        struct buffer *out)
{
    enum error error = ERROR_NONE;
    size_t at = 0;

    while (at < length && !error) {
        size_t run = at;
        int32_t codepoint;
        char bytes[4];

        while (run < length && plain_ascii(text[run]))
            run++;
        if (run > at) {
            error = buffer_append(out, text + at, run - at);
            at = run;
            continue;
        }
        at += utf8_decode(text + at, length - at, &codepoint);
        codepoint = shown(codepoint, breaks);
        if (codepoint >= 0)
            error = buffer_append(out, bytes, utf8_encode(codepoint, bytes));
    }
    return error;
}

size_t display_fit(const char *text, size_t length, size_t columns)
{
    size_t at = 0;

    while (at < length) {
        int32_t codepoint;
        size_t taken = utf8_decode(text + at, length - at, &codepoint);
        int width = utf8proc_charwidth(codepoint);

        if (width > 0 && (size_t)width > columns)
            break;
        columns -= width > 0 ? (size_t)width : 0;
        at += taken;
    }
    return at;
}

size_t display_width(const char *text, size_t length)
{
    size_t columns = 0, at = 0;

    while (at < length) {
        int32_t codepoint;
        int width;

        at += utf8_decode(text + at, length - at, &codepoint);
        width = utf8proc_charwidth(codepoint);
        columns += width > 0 ? (size_t)width : 0;
    }
    return columns;
}
