#include "classifier/text.h"

#include "base/bytes.h"
#include "base/utf8.h"
#include "classifier/hash.h"
#include "classifier/normalise.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

const char *const text_flag_names[FLAG_COUNT] = {
    "<shout>",    "<shouts>",   "<shouting>", "<stretch>",  "<length:0>", "<length:1>",
    "<length:2>", "<length:3>", "<length:4>", "<length:5>", "<length:6>",
};

/* Bytes of a chunk, the first lowest. */
#define CHUNK(a, b, c, d, e)                                                                       \
    ((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 | (uint64_t)(d) << 24 |              \
     (uint64_t)(e) << 32)

/* What a byte begins. */
enum byte_class {
    CLASS_SPACE, /* control characters too */
    CLASS_WORD,  /* an ASCII letter or digit */
    CLASS_MARK,
    CLASS_EMOTICON, /* a mark with which one may begin */
    CLASS_WIDE,     /* beyond ASCII */
};

enum {
    NEGATOR_SLOTS = 4 * TEXT_STRINGS_MAX,
    NEGATOR_BITS = 4096, /* of a filter before them: nearly every other word ends there */
};

/* A string of the settings. */
struct piece {
    char bytes[TEXT_STRING_MAX + 1];
    uint32_t length;
};

struct pieces {
    struct piece list[TEXT_STRINGS_MAX];
    uint32_t count;
};

enum { NO_EMOTICON = UINT16_MAX };

struct text {
    unsigned char class[256];  /* enum byte_class */
    bool joins[256];           /* a byte that may go on a word of ASCII, or make it an address */
    uint64_t mark_hashes[128]; /* of a string of one character */
    uint64_t negator_filter[NEGATOR_BITS / 64];
    uint64_t negators[NEGATOR_SLOTS]; /* hashes; 0: an empty slot */
    uint32_t window;
    struct pieces suffixes;
    struct pieces forms;          /* what is written, what stands before the suffix, and so on */
    struct pieces emoticons;      /* the form, the token, and so on */
    uint16_t first_emoticon[256]; /* the place in `emoticons` by the first byte */
    uint16_t next_emoticon[TEXT_STRINGS_MAX]; /* of the same first byte */

    /* Of the present message. */
    struct normalised normalised; /* in `lower` long words are changed as they are read */
    size_t count;
    struct token tokens[TOKENS_MAX];
    uint32_t negated_left;   /* words that are still to be marked */
    uint32_t words, shouted; /* words of two letters or more; of those, in capitals */
    bool stretched;
};

static void fill_classes(struct text *text)
{
    for (int byte = 0; byte < 256; byte++) {
        bool space = byte <= ' ' || byte == 0x7F;

        text->class[byte] = byte >= 0x80 ? CLASS_WIDE : space ? CLASS_SPACE : CLASS_MARK;
        text->joins[byte] = byte >= 0x80 || byte == '\'' || byte == ':';
    }
    for (int byte = 0; byte < 128; byte++)
        text->mark_hashes[byte] = hash_chunk(HASH_START, (uint64_t)byte);
    memset(text->class + '0', CLASS_WORD, 10);
    memset(text->class + 'A', CLASS_WORD, 26);
    memset(text->class + 'a', CLASS_WORD, 26);
}

static uint32_t negator_bit(uint64_t hash)
{
    return (uint32_t)(hash >> 32) % NEGATOR_BITS;
}

static void add_negators(struct text *text, const struct text_strings *negators)
{
    for (const char *word = NULL; (word = text_strings_next(negators, word));) {
        uint64_t hash = hash_string(word, strlen(word));
        uint32_t slot = hash_slot(hash, NEGATOR_SLOTS - 1), bit = negator_bit(hash);

        while (text->negators[slot])
            slot = (slot + 1) & (NEGATOR_SLOTS - 1);
        text->negators[slot] = hash;
        text->negator_filter[bit / 64] |= UINT64_C(1) << bit % 64;
    }
}

static bool is_negator(const struct text *text, uint64_t hash)
{
    uint32_t slot = hash_slot(hash, NEGATOR_SLOTS - 1), bit = negator_bit(hash);

    if (!(text->negator_filter[bit / 64] >> bit % 64 & 1))
        return false;
    while (text->negators[slot] && text->negators[slot] != hash)
        slot = (slot + 1) & (NEGATOR_SLOTS - 1);
    return text->negators[slot] != 0;
}

static void copy_strings(struct pieces *pieces, const struct text_strings *strings)
{
    for (const char *string = NULL; (string = text_strings_next(strings, string));) {
        struct piece *piece = &pieces->list[pieces->count++];

        piece->length = (uint32_t)strlen(string);
        memcpy(piece->bytes, string, piece->length);
    }
}

/* From the last to the first, so that those of one first byte keep their order. */
static void index_emoticons(struct text *text)
{
    for (int byte = 0; byte < 256; byte++)
        text->first_emoticon[byte] = NO_EMOTICON;
    for (uint32_t place = text->emoticons.count; place > 0;) {
        unsigned char first = (unsigned char)text->emoticons.list[place -= 2].bytes[0];

        text->class[first] = CLASS_EMOTICON;
        text->next_emoticon[place] = text->first_emoticon[first];
        text->first_emoticon[first] = (uint16_t)place;
    }
}

enum error text_new(const struct text_settings *settings, struct text **out)
{
    struct text *text = calloc(1, sizeof *text);

    *out = text;
    if (!text)
        return error_raise_plain(ERROR_NO_MEMORY);
    fill_classes(text);
    text->window = settings->negation_window;
    add_negators(text, &settings->negators);
    copy_strings(&text->suffixes, &settings->suffixes);
    copy_strings(&text->forms, &settings->forms);
    copy_strings(&text->emoticons, &settings->emoticons);
    index_emoticons(text);
    return ERROR_NONE;
}

uint64_t text_negated_hash(uint64_t hash)
{
    return hash_chunk(hash,
                      CHUNK(TEXT_NEGATED[0], TEXT_NEGATED[1], TEXT_NEGATED[2], TEXT_NEGATED[3], 0));
}

void text_free(struct text *text)
{
    free(text);
}

/* Positions are those of the normalised bytes; the message's own come at the end. */
static struct token *emit(struct text *text, enum token_kind kind, const char *string,
                          size_t length, size_t start, size_t end)
{
    struct token *token = &text->tokens[text->count++];

    token->chunk = 0; /* of words alone */
    token->string = string;
    token->length = (uint32_t)length;
    token->start = (uint32_t)start;
    token->end = (uint32_t)end;
    token->kind = (uint8_t)kind;
    token->negated = false;
    token->telling = kind == TOKEN_WORD || kind == TOKEN_EMOJI || kind == TOKEN_EMOTICON;
    return token;
}

/* Returns where it ends, as all that read something do. */
static size_t emit_sign(struct text *text, enum token_kind kind, const char *string, size_t length,
                        size_t start, size_t end)
{
    emit(text, kind, string, length, start, end)->hash = hash_string(string, length);
    return end;
}

/* `hash` and `chunk` are of the string as it stands. A negator is never marked; it opens a window
 * of its own. */
static void emit_word(struct text *text, uint64_t hash, uint64_t chunk, const char *string,
                      size_t length, size_t start, size_t end)
{
    struct token *token = emit(text, TOKEN_WORD, string, length, start, end);

    token->hash = hash;
    token->chunk = chunk;
    if (is_negator(text, hash)) {
        text->negated_left = text->window;
    } else if (text->negated_left > 0) {
        token->hash = text_negated_hash(hash);
        token->negated = true;
        text->negated_left--;
    }
}

static void emit_part(struct text *text, const char *string, size_t length, size_t start,
                      size_t end)
{
    emit_word(text, hash_string(string, length), hash_first_chunk(string, length), string, length,
              start, end);
}

/* haha, hehe, ahahah: four letters or more, all of h, a and e, two of them h. */
static bool is_laughter(const char *string, size_t length)
{
    size_t breaths = 0;

    for (size_t i = 0; i < length; i++) {
        if (string[i] != 'h' && string[i] != 'a' && string[i] != 'e')
            return false;
        breaths += string[i] == 'h';
    }
    return length >= 4 && breaths >= 2;
}

static void emit_laughter(struct text *text, size_t start, size_t end)
{
    emit_part(text, "haha", strlen("haha"), start, end);
}

static bool is_word(const struct text *text, char byte)
{
    return text->class[(unsigned char)byte] == CLASS_WORD;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(const struct text *text, char byte)
{
    return is_word(text, byte) && !is_digit(byte);
}

static int32_t codepoint_at(const struct text *text, size_t at, size_t *taken)
{
    int32_t codepoint;

    *taken = utf8_decode(text->normalised.bytes + at, text->normalised.length - at, &codepoint);
    return codepoint;
}

/* Chinese and Japanese are written without spaces: each such character is a word. */
static bool is_ideograph(int32_t codepoint)
{
    return (codepoint >= 0x3040 && codepoint <= 0x30FF) ||
           (codepoint >= 0x3400 && codepoint <= 0x9FFF) ||
           (codepoint >= 0xF900 && codepoint <= 0xFAFF) ||
           (codepoint >= 0x20000 && codepoint <= 0x3FFFF);
}

static bool is_wide_letter(int32_t codepoint)
{
    utf8proc_category_t category = utf8proc_category(codepoint);

    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO &&
           !is_ideograph(codepoint);
}

/* The bytes of the letter beyond ASCII at `at`; 0: there is none. */
static size_t wide_letter(const struct text *text, size_t at)
{
    size_t taken;

    if ((unsigned char)text->normalised.bytes[at] < 0x80)
        return 0;
    return is_wide_letter(codepoint_at(text, at, &taken)) ? taken : 0;
}

/* How far a word has been read. */
struct word {
    size_t start, end;
    uint32_t letters; /* letters and digits, not bytes */
    uint32_t upper;   /* of those, capitals */
    bool wide;        /* one is beyond ASCII */
};

static void count_word(struct text *text, const struct word *word)
{
    text->words += word->letters >= 2;
    text->shouted += word->letters >= 2 && word->upper == word->letters;
}

/* Goes on over ASCII letters and digits. */
static void scan_run(const struct text *text, struct word *word)
{
    const struct normalised *normalised = &text->normalised;

    for (; is_word(text, normalised->bytes[word->end]); word->end++) {
        word->upper += normalised->bytes[word->end] != normalised->lower[word->end];
        word->letters++;
    }
}

/* Goes on over letters beyond ASCII and inner apostrophes, to the word's end. */
static void scan_word(const struct text *text, struct word *word)
{
    const struct normalised *normalised = &text->normalised;
    const char *bytes = normalised->bytes;
    size_t taken;

    for (;;) {
        size_t at = word->end;

        if (is_word(text, bytes[at])) {
            scan_run(text, word);
        } else if ((taken = wide_letter(text, at)) > 0) {
            word->upper += normalised->source[at] >= NORMALISED_UPPER;
            word->letters++;
            word->wide = true;
            word->end += taken;
        } else if (bytes[at] == '\'' && at > word->start &&
                   (is_letter(text, bytes[at + 1]) || wide_letter(text, at + 1))) {
            word->end++;
        } else {
            break;
        }
    }
}

/* Cuts three or more of one letter to two, in place; returns the length that is left. */
static size_t squeeze(struct text *text, const struct word *word)
{
    const char *bytes = text->normalised.bytes;
    char *lower = text->normalised.lower;
    size_t from = word->start, to = from, taken;
    int32_t before = 0, last = 0;

    if (!word->wide && !text->normalised.tripled)
        return word->end - word->start;
    while (from < word->end) {
        int32_t codepoint = codepoint_at(text, from, &taken);

        if (codepoint < 0x80)
            codepoint = (unsigned char)lower[from];
        if (codepoint == before && codepoint == last && !is_digit(bytes[from])) {
            text->stretched = true;
        } else {
            memmove(lower + to, lower + from, taken);
            to += taken;
        }
        before = last;
        last = codepoint;
        from += taken;
    }
    return to - word->start;
}

/* The length of the suffix that is a token of its own, or 0. */
static size_t suffix_length(const struct text *text, const char *string, size_t length)
{
    for (uint32_t i = 0; i < text->suffixes.count; i++) {
        const struct piece *suffix = &text->suffixes.list[i];

        if (length > suffix->length &&
            memcmp(string + length - suffix->length, suffix->bytes, suffix->length) == 0)
            return suffix->length;
    }
    return 0;
}

/* What stands before the suffix in this word of `length` bytes with it ("can't"), if it is written
 * otherwise than as the word without it; else NULL. */
static const struct piece *find_form(const struct text *text, const char *string, size_t length)
{
    for (uint32_t i = 0; i < text->forms.count; i += 2) {
        const struct piece *form = &text->forms.list[i];

        if (length == form->length && memcmp(string, form->bytes, length) == 0)
            return form + 1;
    }
    return NULL;
}

enum { SUFFIXES_MAX = 3 }; /* shouldn't've has two */

/* Emits the word with its suffixes split off. In a suffix each byte stands for one of the word. */
static void emit_parts(struct text *text, const struct word *word, size_t length)
{
    const char *string = text->normalised.lower + word->start;
    const struct piece *form = NULL;
    size_t suffixes[SUFFIXES_MAX], end = word->end, size;
    int count = 0;

    while (count < SUFFIXES_MAX && (size = suffix_length(text, string, length)) > 0) {
        suffixes[count++] = size;
        length -= size;
        end -= size;
    }
    if (count > 0)
        form = find_form(text, string, length + suffixes[count - 1]);
    if (form)
        emit_part(text, form->bytes, form->length, word->start, end);
    else if (is_laughter(string, length))
        emit_laughter(text, word->start, end);
    else
        emit_part(text, string, length, word->start, end);
    while (count > 0) {
        size = suffixes[--count];
        emit_part(text, string + length, size, end, end + size);
        length += size;
        end += size;
    }
}

static size_t read_long_word(struct text *text, struct word *word)
{
    scan_word(text, word);
    count_word(text, word);
    emit_parts(text, word, squeeze(text, word));
    return word->end;
}

static size_t skip_digits(const char *at)
{
    size_t length = 0;

    while (is_digit(at[length]))
        length++;
    return length;
}

static size_t read_number(struct text *text, size_t start, size_t end)
{
    const char *bytes = text->normalised.bytes;

    while ((bytes[end] == '.' || bytes[end] == ',' || bytes[end] == ':') &&
           is_digit(bytes[end + 1]))
        end += 1 + skip_digits(bytes + end + 1);
    return emit_sign(text, TOKEN_CLASS, "<num>", strlen("<num>"), start, end);
}

/* True if the word of ASCII from `start` to `end` begins an address. */
static bool is_url(const struct text *text, size_t start, size_t end)
{
    const char *word = text->normalised.lower + start;
    size_t length = end - start;

    if (word[length] == '.')
        return length == 3 && memcmp(word, "www", 3) == 0 && is_word(text, word[4]);
    return (length == 4 || length == 5) && memcmp(word, "https", length) == 0 &&
           memcmp(word + length, "://", 3) == 0;
}

static size_t read_url(struct text *text, size_t start, size_t end)
{
    const char *bytes = text->normalised.bytes;

    while (end < text->normalised.length && text->class[(unsigned char)bytes[end]] != CLASS_SPACE)
        end++;
    return emit_sign(text, TOKEN_CLASS, "<url>", strlen("<url>"), start, end);
}

/* Reads whatever begins with an ASCII letter or digit. */
static size_t read_any_word(struct text *text, size_t start)
{
    struct word word = {.start = start, .end = start};

    scan_run(text, &word);
    if (skip_digits(text->normalised.bytes + start) == word.letters)
        return read_number(text, start, word.end);
    if (is_url(text, start, word.end))
        return read_url(text, start, word.end);
    return read_long_word(text, &word);
}

/* Whether a word may be an address, laughter, a number, or goes on behind `length` bytes: the slow
 * way is for it. `chunk`: its first bytes. */
static bool is_odd(const struct text *text, uint64_t chunk, size_t end, size_t length)
{
    const uint64_t no_laughter = ~UINT64_C(0x6D6D6D6D6D6D6D6D); /* bits that h, a and e lack */

    return text->joins[(unsigned char)text->normalised.bytes[end]] |
           ((length >= 4) & ((chunk & no_laughter) == 0)) | ((chunk & 0xFF) <= '9') |
           (chunk == CHUNK('w', 'w', 'w', 0, 0)) | (length >= NORMALISED_BITS) |
           text->normalised.tripled;
}

/* Reads a word: nearly always a run of ASCII letters that nothing goes on. */
static size_t read_word(struct text *text, size_t start)
{
    const struct normalised *normalised = &text->normalised;
    const char *string = normalised->lower + start;
    uint64_t end = UINT64_C(1) << NORMALISED_BITS;
    uint64_t others = ~normalised_bits(normalised->word, start) | end;
    size_t length = (size_t)__builtin_ctzll(others);
    uint64_t chunk = hash_padded_chunk(string, length), run;

    if (is_odd(text, chunk, start + length, length))
        return read_any_word(text, start);
    run = (others & -others) - 1; /* a bit for each byte of the word */
    run &= ~normalised_bits(normalised->upper, start);
    text->words += length >= 2;
    text->shouted += (length >= 2) & (run == 0);
    emit_word(text, hash_padded(string, length), chunk, string, length, start, start + length);
    return start + length;
}

/* Reads an emoticon if one is here. It is none where a letter, a digit or a slash goes on from it
 * ("thing:Done", "http://"). */
static size_t read_emoticon(struct text *text, size_t at)
{
    const char *here = text->normalised.bytes + at;
    uint32_t place = text->first_emoticon[(unsigned char)here[0]];

    for (; place != NO_EMOTICON; place = text->next_emoticon[place]) {
        const struct piece *form = &text->emoticons.list[place], *string = form + 1;
        char last = form->bytes[form->length - 1], after;

        if (form->bytes[1] != here[1] || strncmp(form->bytes, here, form->length) != 0)
            continue;
        after = here[form->length];
        if ((is_word(text, last) || last == '/') && (is_word(text, after) || after == '/'))
            continue;
        return emit_sign(text, TOKEN_EMOTICON, string->bytes, string->length, at,
                         at + form->length);
    }
    return 0;
}

enum { PLACEHOLDER_MAX = 24 };

/* [NAME] -> <name>, in place. */
static size_t read_placeholder(struct text *text, size_t at)
{
    const char *here = text->normalised.bytes + at;
    char *lower = text->normalised.lower + at;
    size_t length = 1;

    while (length < PLACEHOLDER_MAX && here[length] >= 'A' && here[length] <= 'Z')
        length++;
    if (length < 3 || here[length] != ']')
        return 0;
    lower[0] = '<';
    lower[length++] = '>';
    return emit_sign(text, TOKEN_CLASS, lower, length, at, at + length);
}

static size_t run_length(const char *at, char byte)
{
    size_t length = 0;

    while (at[length] == byte)
        length++;
    return length;
}

static size_t read_exclamation(struct text *text, size_t at)
{
    const char *here = text->normalised.bytes + at;
    size_t first = run_length(here, *here), length = first;
    const char *string = *here == '!' ? "!!" : "??";

    while (here[length] == '!' || here[length] == '?')
        length++;
    if (length > first)
        string = "?!";
    text->negated_left = 0;
    return emit_sign(text, TOKEN_MARK, string, length > 1 ? 2 : 1, at, at + length);
}

static size_t read_mark(struct text *text, size_t at)
{
    const char *here = text->normalised.bytes + at;
    size_t end;

    if (*here == '[' && (end = read_placeholder(text, at)) > 0)
        return end;
    if (text->class[(unsigned char)*here] == CLASS_EMOTICON && (end = read_emoticon(text, at)) > 0)
        return end;
    end = at + 1;
    switch (*here) {
    case '!':
    case '?': return read_exclamation(text, at);
    case '.':
        text->negated_left = 0;
        end = at + run_length(here, '.');
        if (end > at + 1)
            return emit_sign(text, TOKEN_MARK, "...", strlen("..."), at, end);
        break;
    case '"': end = at + run_length(here, '"'); break;
    case ',':
    case ';':
    case ':': text->negated_left = 0; break;
    default: break;
    }
    emit(text, TOKEN_MARK, here, 1, at, end)->hash = text->mark_hashes[(unsigned char)*here];
    return end;
}

/* Where the cluster of the byte at `at` ends. */
static size_t cluster_end(const struct normalised *normalised, size_t at)
{
    uint32_t source = normalised->source[at] & ~NORMALISED_UPPER;

    do
        at++;
    while (at < normalised->length && (normalised->source[at] & ~NORMALISED_UPPER) == source);
    return at;
}

static size_t read_wide(struct text *text, size_t at)
{
    const char *here = text->normalised.bytes + at;
    struct word word = {.start = at, .end = at};
    size_t taken, end;
    int32_t codepoint = codepoint_at(text, at, &taken);
    utf8proc_category_t category = utf8proc_category(codepoint);

    if (is_wide_letter(codepoint))
        return read_long_word(text, &word);
    if (is_ideograph(codepoint)) {
        emit_part(text, here, taken, at, at + taken);
    } else if (category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO) {
        return emit_sign(text, TOKEN_MARK, here, taken, at, at + taken);
    } else if (category >= UTF8PROC_CATEGORY_SM && category <= UTF8PROC_CATEGORY_SO) {
        end = cluster_end(&text->normalised, at);
        return emit_sign(text, TOKEN_EMOJI, here, end - at, at, end);
    }
    return at + taken;
}

static void scan(struct text *text)
{
    const struct normalised *normalised = &text->normalised;
    size_t at = 0;

    while (at < normalised->length) {
        switch (text->class[(unsigned char)normalised->bytes[at]]) {
        case CLASS_WORD: at = read_word(text, at); break;
        case CLASS_SPACE: at++; break;
        case CLASS_WIDE: at = read_wide(text, at); break;
        default: at = read_mark(text, at); break;
        }
        while (normalised->bytes[at] == ' ') /* a guess, where a sum would wait for the byte */
            at++;
    }
}

/* From positions in the normalised bytes to those of the message: whole clusters. */
static void find_sources(struct text *text)
{
    const struct normalised *normalised = &text->normalised;

    for (size_t i = 0; i < text->count; i++) {
        struct token *token = &text->tokens[i];
        size_t end = cluster_end(normalised, token->end - 1);

        token->start = normalised->source[token->start] & ~NORMALISED_UPPER;
        token->end = normalised->source[end] & ~NORMALISED_UPPER;
    }
}

static void begin(struct text *text)
{
    text->count = 0;
    text->negated_left = 0;
    text->words = 0;
    text->shouted = 0;
    text->stretched = false;
}

void text_read_unicode(struct text *text, const char *message, size_t length)
{
    begin(text);
    normalise_unicode(&text->normalised, message, length < TEXT_MAX ? length : TEXT_MAX);
    scan(text);
    find_sources(text);
}

void text_read(struct text *text, const char *message, size_t length)
{
    if (!normalise_ascii(&text->normalised, message, length < TEXT_MAX ? length : TEXT_MAX)) {
        text_read_unicode(text, message, length);
        return;
    }
    begin(text);
    scan(text);
}

const struct token *text_tokens(const struct text *text, size_t *count)
{
    *count = text->count;
    return text->tokens;
}

/* min(6, floor(1.5 log2(tokens + 1))). */
static int length_bucket(size_t tokens)
{
    static const size_t least[] = {1, 2, 3, 6, 10, 15};
    int bucket = 0;

    while (bucket < 6 && tokens >= least[bucket])
        bucket++;
    return bucket;
}

uint32_t text_flags(const struct text *text)
{
    uint32_t flags = UINT32_C(1) << (FLAG_LENGTH + length_bucket(text->count));

    if (text->shouted == 1)
        flags |= 1 << FLAG_SHOUT;
    if (text->shouted > 1)
        flags |= 1 << FLAG_SHOUTS;
    if (text->shouted > 1 && text->shouted == text->words)
        flags |= 1 << FLAG_SHOUTING;
    if (text->stretched)
        flags |= 1 << FLAG_STRETCH;
    return flags;
}
