#include "app/display.h"

#include "app/glyph.h"
#include "base/utf8.h"

#include <string.h>

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

static size_t columns_of(const struct glyph *glyph)
{
    return glyph->newline ? 1 : (size_t)glyph->columns;
}

/* The bytes of a text that fit in `columns`, where `cut` with one left free for the sign. */
static size_t fitting(const char *text, size_t length, size_t columns, bool *cut)
{
    size_t used = 0, at = 0, with_sign = 0;

    while (at < length) {
        struct glyph glyph;

        glyph_read(text + at, length - at, &glyph);
        used += columns_of(&glyph);
        if (used > columns)
            break;
        at += glyph.length;
        if (used < columns)
            with_sign = at;
    }
    *cut = at < length;
    return *cut ? with_sign : at;
}

const char *display_cell(const char *text, size_t columns, char out[DISPLAY_CELL_MAX])
{
    size_t length = strlen(text), used = 0, bytes = 0;
    bool cut;

    if (columns > DISPLAY_CELL_MAX / 4)
        columns = DISPLAY_CELL_MAX / 4;
    length = fitting(text, length, columns, &cut);
    for (size_t at = 0; at < length;) {
        struct glyph glyph;

        glyph_read(text + at, length - at, &glyph);
        /* room for what fills the columns; only marks can take so much */
        if (bytes + GLYPH_BYTES + columns - used >= DISPLAY_CELL_MAX)
            break;
        bytes += glyph_encode(&glyph, out + bytes);
        used += columns_of(&glyph);
        at += glyph.length;
    }
    if (cut && used < columns) {
        out[bytes++] = '~';
        used++;
    }
    for (; used < columns; used++)
        out[bytes++] = ' ';
    out[bytes] = '\0';
    return out;
}

enum error display_line(const char *text, size_t length, size_t columns, struct buffer *out)
{
    enum error error = ERROR_NONE;
    bool cut;

    length = fitting(text, length, columns, &cut);
    for (size_t at = 0; at < length && !error;) {
        char bytes[GLYPH_BYTES];
        struct glyph glyph;

        glyph_read(text + at, length - at, &glyph);
        error = buffer_append(out, bytes, glyph_encode(&glyph, bytes));
        at += glyph.length;
    }
    return error || !cut || columns == 0 ? error : buffer_append_byte(out, '~');
}
