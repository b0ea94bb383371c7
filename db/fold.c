#include "db/fold.h"

#include "base/utf8.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* A text is folded piece by piece. A piece is a character with the marks that may combine with it:
 * what stands in one piece changes nothing in another, so the pieces folded one by one are the text
 * folded. Most pieces are one character that folds to one: those are looked up in a table, and the
 * rest, seldom, is utf8proc's. */

enum {
    PLANE = 0x10000,
    PAGE = 256,     /* code points */
    OTHER = 0,      /* in the table: neither of the following */
    JOINS = 1,      /* may combine with what stands before it */
    DECOMPOSED = 8, /* code points, more than any folds to that this table keeps */
    EMOJI_FIRST = 0x1F000,
    EMOJI_LAST = 0x1FAFF, /* they fold to themselves and join nothing */
    KIRAT_RAI_FIRST = 0x16D67,
    KIRAT_RAI_LAST = 0x16D6A, /* vowels that combine and are letters, not marks */
};

static const utf8proc_option_t folding = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD;

/* ---- code points ---- */

static bool is_jamo(int32_t codepoint)
{
    return (codepoint >= 0x1100 && codepoint <= 0x11FF) ||
           (codepoint >= 0xA960 && codepoint <= 0xA97F) ||
           (codepoint >= 0xD7B0 && codepoint <= 0xD7FF);
}

static bool joins(int32_t codepoint)
{
    switch (utf8proc_category(codepoint)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME: return true;
    default:
        return is_jamo(codepoint) || (codepoint >= KIRAT_RAI_FIRST && codepoint <= KIRAT_RAI_LAST);
    }
}

/* What it folds to, where that is one code point; else OTHER or JOINS. */
static int32_t fold_codepoint(int32_t codepoint)
{
    utf8proc_int32_t folded[DECOMPOSED];
    utf8proc_ssize_t count;
    int boundary = 0;

    if (joins(codepoint))
        return JOINS;
    count = utf8proc_decompose_char(codepoint, folded, DECOMPOSED, folding, &boundary);
    if (count > 0 && count <= DECOMPOSED)
        count = utf8proc_normalize_utf32(folded, count, folding);
    return count == 1 && !joins(folded[0]) ? folded[0] : OTHER;
}

/* The table of the first 64 Ki code points, made a page at a time as they are met. */
static uint16_t table[PLANE];
static atomic_bool made[PLANE / PAGE];
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

static void make_page(int32_t page)
{
    pthread_mutex_lock(&making);
    if (!atomic_load(&made[page])) {
        for (int32_t i = page * PAGE; i < (page + 1) * PAGE; i++) {
            int32_t folded = fold_codepoint(i);

            table[i] = (uint16_t)(folded < PLANE ? folded : OTHER);
        }
        atomic_store_explicit(&made[page], true, memory_order_release);
    }
    pthread_mutex_unlock(&making);
}

static int32_t look_up(int32_t codepoint)
{
    if (codepoint >= PLANE)
        return codepoint >= EMOJI_FIRST && codepoint <= EMOJI_LAST ? codepoint
               : joins(codepoint)                                  ? JOINS
                                                                   : OTHER;
    if (!atomic_load_explicit(&made[codepoint / PAGE], memory_order_acquire))
        make_page(codepoint / PAGE);
    return table[codepoint];
}

/* Reads a code point; returns its bytes. */
static size_t read_codepoint(const char *text, size_t length, int32_t *codepoint)
{
    size_t taken = utf8_decode(text, length, codepoint);

    if (*codepoint == 0)
        *codepoint = UTF8_REPLACEMENT;
    return taken;
}

/* ---- pieces ---- */

/* The bytes of the piece at the start of the text, length > 0. `*folded`: the one code point that
 * it folds to, or OTHER. */
static size_t read_piece(const char *text, size_t length, int32_t *folded)
{
    int32_t codepoint;
    size_t at = read_codepoint(text, length, &codepoint);

    *folded = look_up(codepoint);
    if (*folded == JOINS)
        *folded = OTHER;
    while (at < length && (unsigned char)text[at] >= 0x80) {
        size_t taken = read_codepoint(text + at, length - at, &codepoint);

        if (look_up(codepoint) != JOINS)
            break;
        *folded = OTHER;
        at += taken;
    }
    return at;
}

static enum error fold_valid(const char *text, size_t length, char **out)
{
    utf8proc_uint8_t *folded;
    utf8proc_ssize_t result;

    result =
        utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, &folded, folding);
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

/* Appends the piece at the start of the text, folded; `*taken`: its bytes. */
static enum error fold_piece(struct buffer *out, const char *text, size_t length, size_t *taken)
{
    char encoded[4], *other;
    int32_t folded;
    enum error error;

    *taken = read_piece(text, length, &folded);
    if (folded != OTHER)
        return buffer_append(out, encoded, utf8_encode(folded, encoded));
    error = fold_text(text, *taken, &other);
    if (!error)
        error = buffer_append_text(out, other);
    free(other);
    return error;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* ASCII but NUL. */
static bool is_plain(char c)
{
    return c > 0 && (unsigned char)c < 0x80;
}

/* Folds all of a text into the scratch buffer. */
static enum error fold_all(struct buffer *scratch, const char *text, size_t length)
{
    enum error error;
    size_t at = 0, taken;

    buffer_clear(scratch);
    error = buffer_reserve(scratch, 3 * length + 1);
    while (at < length && !error) {
        /* A letter of ASCII is a piece unless something joins it. */
        for (; at < length && is_plain(text[at]) && (at + 1 == length || is_plain(text[at + 1]));
             at++)
            scratch->data[scratch->length++] = lower(text[at]);
        if (at == length)
            break;
        error = fold_piece(scratch, text + at, length - at, &taken);
        at += taken;
    }
    return error;
}

/* ---- looking for a term ---- */

static bool is_ascii(const char *text, size_t length)
{
    uint64_t bits = 0, eight;
    size_t at = 0;

    for (; at + sizeof eight <= length; at += sizeof eight) {
        memcpy(&eight, text + at, sizeof eight);
        bits |= eight;
    }
    for (; at < length; at++)
        bits |= (uint64_t)(unsigned char)text[at];
    return !(bits & UINT64_C(0x8080808080808080));
}

static bool ascii_matches(const char *text, const char *term, size_t term_length)
{
    for (size_t i = 0; i < term_length; i++)
        if (lower(text[i]) != term[i])
            return false;
    return true;
}

/* The first byte from `at` on that folds to `first`, or NULL. */
static const char *next_candidate(const char *at, size_t length, char first)
{
    const char *small = memchr(at, first, length), *large = NULL;

    if (first >= 'a' && first <= 'z')
        large = memchr(at, first - ('a' - 'A'), small ? (size_t)(small - at) : length);
    return large ? large : small;
}

/* Where a term stands in a text of ASCII. */
static struct fold_match find_ascii(const char *text, size_t length, const char *term)
{
    size_t term_length = strlen(term);
    const char *end = text + length, *at = text;

    while ((size_t)(end - at) >= term_length) {
        at = next_candidate(at, (size_t)(end - at) - term_length + 1, term[0]);
        if (!at)
            break;
        if (ascii_matches(at, term, term_length))
            return (struct fold_match){.start = (size_t)(at - text),
                                       .end = (size_t)(at - text) + term_length};
        at++;
    }
    return (struct fold_match){0};
}

/* Folds the text once more, as far as bytes [start, end) of what it folds to: the pieces that those
 * are of. */
static enum error place(struct buffer *scratch, const char *text, size_t length, size_t start,
                        size_t end, struct fold_match *out)
{
    enum error error = ERROR_NONE;
    size_t at, taken;

    buffer_clear(scratch);
    for (at = 0; scratch->length < end && !error; at += taken) {
        if (scratch->length <= start)
            out->start = at;
        error = fold_piece(scratch, text + at, length - at, &taken);
    }
    out->end = at;
    return error;
}

enum error fold_contains(struct buffer *scratch, const char *text, size_t length, const char *term,
                         bool *found)
{
    enum error error;

    if (is_ascii(text, length)) {
        *found = find_ascii(text, length, term).end > 0;
        return ERROR_NONE;
    }
    error = fold_all(scratch, text, length);
    *found = !error && memmem(scratch->data, scratch->length, term, strlen(term));
    return error;
}

enum error fold_find(struct buffer *scratch, const char *text, size_t length, const char *term,
                     struct fold_match *out)
{
    bool found;
    enum error error = fold_contains(scratch, text, length, term, &found);
    const char *at;
    size_t start;

    *out = (struct fold_match){0};
    if (error || !found)
        return error;
    if (is_ascii(text, length)) {
        *out = find_ascii(text, length, term);
        return ERROR_NONE;
    }
    at = memmem(scratch->data, scratch->length, term, strlen(term));
    start = (size_t)(at - scratch->data);
    return place(scratch, text, length, start, start + strlen(term), out);
}
