#include "app/glyph.h"

#include "base/utf8.h"

#include <string.h>
#include <utf8proc.h>

enum {
    SOFT_HYPHEN = 0xAD,
    ZERO_WIDTH_NON_JOINER = 0x200C,
    ZERO_WIDTH_JOINER = 0x200D,
    KEYCAP = 0x20E3,
    TEXT_VARIATION = 0xFE0E,
    EMOJI_VARIATION = 0xFE0F,
    SKIN_TONE_FIRST = 0x1F3FB,
    SKIN_TONE_LAST = 0x1F3FF,
};

/* What a terminal must not be sent, or has no common idea of. */
static bool is_unknown(int32_t codepoint)
{
    switch (utf8proc_category(codepoint)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return true;
    default: return wcwidth((wchar_t)codepoint) < 0;
    }
}

/* Format signs that have no shape of their own. That between letters which must not join stays: it
 * changes theirs. */
static bool is_unseen(int32_t codepoint)
{
    if (codepoint == TEXT_VARIATION || codepoint == EMOJI_VARIATION || codepoint == SOFT_HYPHEN)
        return true;
    return utf8proc_category(codepoint) == UTF8PROC_CATEGORY_CF &&
           wcwidth((wchar_t)codepoint) == 0 && codepoint != ZERO_WIDTH_NON_JOINER;
}

static bool is_pictograph(int32_t codepoint)
{
    return utf8proc_get_property(codepoint)->boundclass ==
           UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

static bool is_skin_tone(int32_t codepoint)
{
    return codepoint >= SKIN_TONE_FIRST && codepoint <= SKIN_TONE_LAST;
}

/* The bytes of the cluster at the start of the text. */
static size_t cluster_length(const char *text, size_t length)
{
    int32_t previous, next;
    utf8proc_int32_t state = 0;
    size_t at = utf8_decode(text, length, &previous);

    while (at < length) {
        size_t taken = utf8_decode(text + at, length - at, &next);

        if (utf8proc_grapheme_break_stateful(previous, next, &state))
            break;
        previous = next;
        at += taken;
    }
    return at;
}

/* Adds a code point to what is shown. `*shown`: how many there are. */
static void show(struct glyph *glyph, size_t *shown, int32_t codepoint)
{
    int columns = wcwidth((wchar_t)codepoint);

    if (is_unknown(codepoint)) {
        columns = utf8proc_charwidth(codepoint) == 2 ? 2 : 1;
        codepoint = UTF8_REPLACEMENT;
    }
    if (columns == 0 && *shown == 0) { /* a mark without its letter */
        glyph->shown[(*shown)++] = L' ';
        glyph->columns = 1;
    }
    if (*shown == GLYPH_CODEPOINTS)
        return;
    glyph->shown[(*shown)++] = (wchar_t)codepoint;
    glyph->columns += columns;
}

static void show_cluster(const char *text, struct glyph *glyph)
{
    bool pictograph = false, emoji = false;
    size_t shown = 0;

    for (size_t at = 0; at < glyph->length;) {
        int32_t codepoint;

        at += utf8_decode(text + at, glyph->length - at, &codepoint);
        if (pictograph && codepoint == ZERO_WIDTH_JOINER)
            break;
        emoji = emoji || codepoint == EMOJI_VARIATION;
        if (shown == 0 && codepoint == ZERO_WIDTH_NON_JOINER)
            continue;
        if (utf8_reorders(codepoint) || is_unseen(codepoint) ||
            (pictograph && is_skin_tone(codepoint)))
            continue;
        pictograph = pictograph || (shown == 0 && is_pictograph(codepoint));
        show(glyph, &shown, codepoint);
        if (emoji && codepoint == KEYCAP && glyph->columns == 1)
            glyph->columns = 2;
    }
    if (emoji && pictograph && glyph->columns == 1)
        glyph->columns = 2;
    glyph->shown[shown] = 0;
}

void glyph_read(const char *text, size_t length, struct glyph *out)
{
    unsigned char first = (unsigned char)text[0];

    *out = (struct glyph){.length = 1};
    if (first == '\n' || first == '\r') {
        out->newline = true;
        if (first == '\r' && length > 1 && text[1] == '\n')
            out->length = 2;
    } else if (first == '\t' || first == ' ') {
        out->blank = true;
        out->columns = 1;
        out->shown[0] = L' ';
    } else if (first > ' ' && first < 0x7F && (length == 1 || (unsigned char)text[1] < 0x80)) {
        out->columns = 1;
        out->shown[0] = (wchar_t)first;
    } else {
        out->length = cluster_length(text, length);
        show_cluster(text, out);
    }
}

size_t glyph_encode(const struct glyph *glyph, char out[GLYPH_BYTES])
{
    int blanks = glyph->newline ? 1 : glyph->columns;
    size_t length = 0;

    for (const wchar_t *shown = glyph->shown; *shown; shown++) {
        length += utf8_encode(*shown, out + length);
        blanks -= wcwidth(*shown);
    }
    if (blanks > 0)
        out[length++] = ' ';
    return length;
}

size_t glyph_before(const char *text, size_t at)
{
    /* Clusters are found from a safe place on: the start of the line. */
    size_t start = at;
    size_t before;

    while (start > 0 && !(start < at && text[start - 1] == '\n'))
        start--;
    for (before = start; start < at;) {
        struct glyph glyph;

        before = start;
        glyph_read(text + start, at - start, &glyph);
        start += glyph.length;
    }
    return before;
}

int glyph_columns(const char *text, size_t length)
{
    int columns = 0;

    for (size_t at = 0; at < length;) {
        struct glyph glyph;

        glyph_read(text + at, length - at, &glyph);
        columns += glyph.columns;
        at += glyph.length;
    }
    return columns;
}

void glyph_wrap(const char *text, size_t length, size_t start, int width, struct wrapped *out)
{
    size_t after_blank = 0;
    int columns = 0;

    for (size_t at = start; at < length;) {
        struct glyph glyph;

        glyph_read(text + at, length - at, &glyph);
        if (glyph.newline) {
            *out = (struct wrapped){.end = at, .next = at + glyph.length};
            return;
        }
        if (columns + glyph.columns > width && at > start && !glyph.blank) {
            size_t end = after_blank > start ? after_blank : at;

            *out = (struct wrapped){.end = end, .next = end};
            return;
        }
        columns += glyph.columns;
        at += glyph.length;
        if (glyph.blank)
            after_blank = at;
    }
    *out = (struct wrapped){.end = length, .next = length};
}
