#include "classifier/text.h"

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

/* What a byte begins, outside words. */
enum byte_class {
    CLASS_SPACE, /* control characters too */
    CLASS_MARK,
    CLASS_EMOTICON, /* a mark with which one may begin */
    CLASS_WIDE,     /* beyond ASCII */
};

/* A negator's hash with and without "not:" in front of it leads to the one without. */
struct negator {
    uint64_t key; /* 0: an empty slot */
    uint64_t hash;
};

enum { NEGATOR_SLOTS = 4 * TEXT_STRINGS_MAX };

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
    unsigned char word[256]; /* the lower-case form of a letter or digit, 0 for every other byte */
    unsigned char class[256];
    struct negator negators[NEGATOR_SLOTS];
    uint64_t negated_start; /* the hash of "not:", from which a marked word's goes on */
    uint32_t window;
    struct pieces suffixes;
    struct pieces forms;          /* what is written, what stands before the suffix, and so on */
    struct pieces emoticons;      /* the form, the token, and so on */
    uint16_t first_emoticon[256]; /* the place in `emoticons` by the first byte */
    uint16_t next_emoticon[TEXT_STRINGS_MAX]; /* of the same first byte */

    /* Of the present message. */
    struct normalised normalised; /* words are lower-cased in place as they are read */
    size_t at;                    /* the next byte to read */
    size_t count;
    struct token tokens[TOKENS_MAX];
    uint32_t negated_left;   /* words that are still to be marked */
    uint32_t words, shouted; /* words of two letters or more; of those, in capitals */
    bool stretched;
};

static void fill_classes(struct text *text)
{
    int byte;

    for (byte = 0; byte < 256; byte++) {
        bool space = byte <= ' ' || byte == 0x7F;

        text->class[byte] = byte >= 0x80 ? CLASS_WIDE : space ? CLASS_SPACE : CLASS_MARK;
    }
    for (byte = '0'; byte <= '9'; byte++)
        text->word[byte] = (unsigned char)byte;
    for (byte = 'a'; byte <= 'z'; byte++) {
        text->word[byte] = (unsigned char)byte;
        text->word[byte - 'a' + 'A'] = (unsigned char)byte;
    }
}

static void add_negator(struct text *text, uint64_t key, uint64_t hash)
{
    uint32_t slot = hash_slot(key, NEGATOR_SLOTS - 1);

    while (text->negators[slot].key && text->negators[slot].key != key)
        slot = (slot + 1) & (NEGATOR_SLOTS - 1);
    text->negators[slot] = (struct negator){key, hash};
}

static const struct negator *find_negator(const struct text *text, uint64_t key)
{
    uint32_t slot = hash_slot(key, NEGATOR_SLOTS - 1);

    while (text->negators[slot].key && text->negators[slot].key != key)
        slot = (slot + 1) & (NEGATOR_SLOTS - 1);
    return text->negators[slot].key ? &text->negators[slot] : NULL;
}

static void add_negators(struct text *text, const struct text_strings *negators)
{
    for (const char *word = NULL; (word = text_strings_next(negators, word));) {
        size_t length = strlen(word);
        uint64_t hash = hash_string(HASH_START, word, length);

        add_negator(text, hash, hash);
        add_negator(text, hash_string(text->negated_start, word, length), hash);
    }
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
    text->negated_start = hash_string(HASH_START, TEXT_NEGATED, strlen(TEXT_NEGATED));
    text->window = settings->negation_window;
    add_negators(text, &settings->negators);
    copy_strings(&text->suffixes, &settings->suffixes);
    copy_strings(&text->forms, &settings->forms);
    copy_strings(&text->emoticons, &settings->emoticons);
    index_emoticons(text);
    return ERROR_NONE;
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

    token->string = string;
    token->length = (uint32_t)length;
    token->start = (uint32_t)start;
    token->end = (uint32_t)end;
    token->kind = (uint8_t)kind;
    token->negated = false;
    token->telling = kind == TOKEN_WORD || kind == TOKEN_EMOJI || kind == TOKEN_EMOTICON;
    return token;
}

static void emit_sign(struct text *text, enum token_kind kind, const char *string, size_t length,
                      size_t start, size_t end)
{
    struct token *token = emit(text, kind, string, length, start, end);

    token->hash = hash_string(HASH_START, string, length);
    text->at = end;
}

/* The hash with which a word's begins. */
static uint64_t word_start(const struct text *text)
{
    return text->negated_left > 0 ? text->negated_start : HASH_START;
}

/* `hash` went on from word_start. A negator is never marked; it opens a window of its own. */
static void emit_word(struct text *text, uint64_t hash, const char *string, size_t length,
                      size_t start, size_t end)
{
    struct token *token = emit(text, TOKEN_WORD, string, length, start, end);
    const struct negator *negator = find_negator(text, hash);

    token->hash = hash;
    if (negator) {
        token->hash = negator->hash;
        text->negated_left = text->window;
    } else if (text->negated_left > 0) {
        token->negated = true;
        text->negated_left--;
    }
}

static void emit_part(struct text *text, const char *string, size_t length, size_t start,
                      size_t end)
{
    emit_word(text, hash_string(word_start(text), string, length), string, length, start, end);
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

static bool is_letter(unsigned char lower)
{
    return lower >= 'a';
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
};

static void count_word(struct text *text, const struct word *word)
{
    text->words += word->letters >= 2;
    text->shouted += word->letters >= 2 && word->upper == word->letters;
}

/* Goes on over letters beyond ASCII and inner apostrophes, to the word's end. */
static void scan_word(struct text *text, struct word *word)
{
    unsigned char *bytes = (unsigned char *)text->normalised.bytes;
    size_t at = word->end, taken;

    for (;;) {
        unsigned char lower = text->word[bytes[at]];

        if (lower) {
            word->upper += lower != bytes[at];
            word->letters++;
            bytes[at++] = lower;
        } else if ((taken = wide_letter(text, at)) > 0) {
            word->upper += text->normalised.source[at] >= NORMALISED_UPPER;
            word->letters++;
            at += taken;
        } else if (bytes[at] == '\'' && at > word->start &&
                   (is_letter(text->word[bytes[at + 1]]) || wide_letter(text, at + 1))) {
            at++;
        } else {
            break;
        }
    }
    word->end = at;
}

/* Cuts three or more of one letter to two, in place; returns the length that is left. */
static size_t squeeze(struct text *text, const struct word *word)
{
    char *bytes = text->normalised.bytes;
    size_t from = word->start, to = from, taken;
    int32_t before = 0, last = 0;

    while (from < word->end) {
        int32_t codepoint = codepoint_at(text, from, &taken);
        bool digit = codepoint >= '0' && codepoint <= '9';

        if (codepoint == before && codepoint == last && !digit) {
            text->stretched = true;
        } else {
            memmove(bytes + to, bytes + from, taken);
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
    const char *string = text->normalised.bytes + word->start;
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

static void read_long_word(struct text *text, struct word *word)
{
    scan_word(text, word);
    count_word(text, word);
    text->at = word->end;
    emit_parts(text, word, squeeze(text, word));
}

static void read_number(struct text *text, size_t start, size_t end)
{
    const unsigned char *bytes = (const unsigned char *)text->normalised.bytes;

    while (text->word[bytes[end]] && !is_letter(text->word[bytes[end]]))
        end++;
    while ((bytes[end] == '.' || bytes[end] == ',' || bytes[end] == ':') &&
           text->word[bytes[end + 1]] && !is_letter(text->word[bytes[end + 1]])) {
        end++;
        while (text->word[bytes[end]] && !is_letter(text->word[bytes[end]]))
            end++;
    }
    emit_sign(text, TOKEN_CLASS, "<num>", strlen("<num>"), start, end);
}

/* True if the word that was just read begins an address. */
static bool is_url(const struct text *text, size_t start, size_t end)
{
    const char *word = text->normalised.bytes + start;
    size_t length = end - start;

    if (word[length] == '.')
        return length == 3 && memcmp(word, "www", 3) == 0 && text->word[(unsigned char)word[4]];
    return (length == 4 || length == 5) && memcmp(word, "https", length) == 0 &&
           memcmp(word + length, "://", 3) == 0;
}

static void read_url(struct text *text, size_t start, size_t end)
{
    const char *bytes = text->normalised.bytes;

    while (end < text->normalised.length && text->class[(unsigned char)bytes[end]] != CLASS_SPACE)
        end++;
    emit_sign(text, TOKEN_CLASS, "<url>", strlen("<url>"), start, end);
}

enum { LAUGHTER_BITS = 'h' | 'a' | 'e' }; /* no letter of laughter has another bit */

/* Reads what begins with an ASCII letter or digit. */
static void read_word(struct text *text)
{
    unsigned char *bytes = (unsigned char *)text->normalised.bytes;
    unsigned char lower, last = 0, before = 0, all = 0;
    size_t start = text->at, at = start;
    uint64_t hash = word_start(text);
    uint32_t upper = 0;
    bool repeated = false;

    while ((lower = text->word[bytes[at]])) {
        upper += lower != bytes[at];
        repeated |= lower == last && lower == before;
        all |= lower;
        before = last;
        last = lower;
        hash = hash_byte(hash, lower);
        bytes[at++] = lower;
    }
    struct word word = {start, at, (uint32_t)(at - start), upper};
    if (all < 'a') { /* digits alone */
        read_number(text, start, at);
    } else if ((bytes[at] == ':' || bytes[at] == '.') && is_url(text, start, at)) {
        read_url(text, start, at);
    } else if (repeated || bytes[at] == '\'' || bytes[at] >= 0x80) {
        read_long_word(text, &word);
    } else {
        count_word(text, &word);
        text->at = at;
        if ((all | LAUGHTER_BITS) == LAUGHTER_BITS &&
            is_laughter((const char *)bytes + start, at - start))
            emit_laughter(text, start, at);
        else
            emit_word(text, hash, (const char *)bytes + start, at - start, start, at);
    }
}

/* Reads an emoticon if one is here. It is none where a letter, a digit or a slash goes on from it
 * ("thing:Done", "http://"). */
static bool read_emoticon(struct text *text)
{
    const char *here = text->normalised.bytes + text->at;
    uint32_t place = text->first_emoticon[(unsigned char)here[0]];

    for (; place != NO_EMOTICON; place = text->next_emoticon[place]) {
        const struct piece *form = &text->emoticons.list[place], *string = form + 1;
        unsigned char last = (unsigned char)form->bytes[form->length - 1], after;

        if (form->bytes[1] != here[1] || strncmp(form->bytes, here, form->length) != 0)
            continue;
        after = (unsigned char)here[form->length];
        if ((text->word[last] || last == '/') && (text->word[after] || after == '/'))
            continue;
        emit_sign(text, TOKEN_EMOTICON, string->bytes, string->length, text->at,
                  text->at + form->length);
        return true;
    }
    return false;
}

enum { PLACEHOLDER_MAX = 24 };

/* [NAME] -> <name>, in place. */
static bool read_placeholder(struct text *text)
{
    char *here = text->normalised.bytes + text->at;
    size_t length = 1;

    while (length < PLACEHOLDER_MAX && here[length] >= 'A' && here[length] <= 'Z')
        length++;
    if (length < 3 || here[length] != ']')
        return false;
    here[0] = '<';
    for (size_t i = 1; i < length; i++)
        here[i] = (char)text->word[(unsigned char)here[i]];
    here[length++] = '>';
    emit_sign(text, TOKEN_CLASS, here, length, text->at, text->at + length);
    return true;
}

static void read_exclamation(struct text *text)
{
    const char *here = text->normalised.bytes + text->at;
    size_t length = strspn(here, "!?"), bangs = strspn(here, "!"), asks = strspn(here, "?");
    const char *string;

    if (bangs == length)
        string = length > 1 ? "!!" : "!";
    else if (asks == length)
        string = length > 1 ? "??" : "?";
    else
        string = "?!";
    text->negated_left = 0;
    emit_sign(text, TOKEN_MARK, string, strlen(string), text->at, text->at + length);
}

/* A run of dots is "...", a run of quotes one quote. */
static void read_run(struct text *text, const char *one, const char *many)
{
    size_t length = strspn(text->normalised.bytes + text->at, one);
    const char *string = length > 1 ? many : one;

    emit_sign(text, TOKEN_MARK, string, strlen(string), text->at, text->at + length);
}

static void read_mark(struct text *text)
{
    const char *here = text->normalised.bytes + text->at;

    if (*here == '[' && read_placeholder(text))
        return;
    if (text->class[(unsigned char)*here] == CLASS_EMOTICON && read_emoticon(text))
        return;
    switch (*here) {
    case '!':
    case '?': read_exclamation(text); return;
    case '.':
        text->negated_left = 0;
        read_run(text, ".", "...");
        return;
    case '"': read_run(text, "\"", "\""); return;
    default: break;
    }
    if (*here == ',' || *here == ';' || *here == ':')
        text->negated_left = 0;
    emit_sign(text, TOKEN_MARK, here, 1, text->at, text->at + 1);
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

static void read_wide(struct text *text)
{
    const char *here = text->normalised.bytes + text->at;
    struct word word = {text->at, text->at, 0, 0};
    size_t taken, end;
    int32_t codepoint = codepoint_at(text, text->at, &taken);
    utf8proc_category_t category = utf8proc_category(codepoint);

    if (is_wide_letter(codepoint)) {
        read_long_word(text, &word);
    } else if (is_ideograph(codepoint)) {
        text->at += taken;
        emit_part(text, here, taken, word.start, text->at);
    } else if (category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO) {
        emit_sign(text, TOKEN_MARK, here, taken, text->at, text->at + taken);
    } else if (category >= UTF8PROC_CATEGORY_SM && category <= UTF8PROC_CATEGORY_SO) {
        end = cluster_end(&text->normalised, text->at);
        emit_sign(text, TOKEN_EMOJI, here, end - text->at, text->at, end);
    } else {
        text->at += taken;
    }
}

static void scan(struct text *text)
{
    const unsigned char *bytes = (const unsigned char *)text->normalised.bytes;

    while (text->at < text->normalised.length) {
        unsigned char byte = bytes[text->at];

        if (text->word[byte])
            read_word(text);
        else if (text->class[byte] == CLASS_SPACE)
            text->at++;
        else if (text->class[byte] == CLASS_WIDE)
            read_wide(text);
        else
            read_mark(text);
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
    text->at = 0;
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
