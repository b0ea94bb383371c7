#include "classifier/features.h"

#include "classifier/index.h"
#include "classifier/numeric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char start_mark[] = "<s>", end_mark[] = "</s>", prefix_end = '*';

enum { PREFIX_SIZE = 4 * TEXT_PREFIX_MAX + 1 /* bytes of its name */ };

enum { TIMES_TABLE = 16, FEW = 64 /* messages for which an index does not pay */ };

enum { PREFIXES_MAX = TEXT_PREFIX_MAX - TEXT_PREFIX_MIN + 1 };

/* A length of prefixes. */
struct prefix {
    uint64_t mask;   /* of its bytes in a word's first chunk */
    uint64_t start;  /* what hash_chunk begins with, the mark at its end in it */
    uint16_t length; /* characters */
};

struct features {
    const struct vocabulary *vocabulary;
    struct text *text;
    struct prefix prefixes[PREFIXES_MAX];
    uint32_t prefix_count;
    uint64_t start_hash, end_hash, flag_hashes[FLAG_COUNT];
    float times_weight[TIMES_TABLE]; /* 1 + ln times */
    /* Of the vocabulary and of OWN_WORDS_MAX more features. Each has the place where its term would
     * be: right only if that term is there and is the feature's (Briggs and Torczon, 1993), so it
     * is never cleared. */
    struct index index;
    uint32_t messages; /* so far, up to FEW */
    const char *rows;  /* [vocabulary->count][row_size] */
    size_t row_size;   /* 0: nobody has any, and `rows` is any memory */

    /* Of the present message. */
    const struct token *tokens;
    size_t token_count;
    size_t ngram_count;
    size_t term_count;
    uint32_t known, telling;
    struct ngram *ngrams; /* [TERMS_MAX] */
    uint32_t *candidates; /* [TERMS_MAX], places in ngrams */
    struct term *terms;   /* [TERMS_MAX] */
};

static float times_weight(uint32_t times)
{
    return (float)(1 + numeric_log(times));
}

static void fill_prefixes(struct features *features, uint32_t lengths)
{
    for (; lengths; lengths &= lengths - 1) {
        unsigned length = (unsigned)__builtin_ctz(lengths);

        features->prefixes[features->prefix_count++] = (struct prefix){
            .mask = (UINT64_C(1) << 8 * length) - 1,
            .start = HASH_START ^ (uint64_t)prefix_end << 8 * length,
            .length = (uint16_t)length,
        };
    }
}

enum error features_new(const struct text_settings *settings, const struct vocabulary *vocabulary,
                        struct features **out)
{
    struct features *features = calloc(1, sizeof *features);

    *out = NULL;
    if (!features)
        return error_raise_plain(ERROR_NO_MEMORY);
    features->vocabulary = vocabulary;
    fill_prefixes(features, settings->prefixes);
    features->start_hash = hash_string(start_mark, strlen(start_mark));
    features->end_hash = hash_string(end_mark, strlen(end_mark));
    for (int flag = 0; flag < FLAG_COUNT; flag++)
        features->flag_hashes[flag] =
            hash_string(text_flag_names[flag], strlen(text_flag_names[flag]));
    for (uint32_t times = 1; times < TIMES_TABLE; times++)
        features->times_weight[times] = times_weight(times);
    features->ngrams = calloc(TERMS_MAX, sizeof *features->ngrams);
    features->candidates = calloc(TERMS_MAX, sizeof *features->candidates);
    features->terms = calloc(TERMS_MAX, sizeof *features->terms);
    if (!features->ngrams || !features->candidates || !features->terms ||
        index_new(vocabulary, OWN_WORDS_MAX, &features->index) ||
        text_new(settings, &features->text)) {
        features_free(features);
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    features_prefetch(features, features->terms, 0);
    *out = features;
    return ERROR_NONE;
}

void features_prefetch(struct features *features, const void *rows, size_t size)
{
    features->rows = rows;
    features->row_size = size;
}

void features_free(struct features *features)
{
    if (!features)
        return;
    text_free(features->text);
    free(features->ngrams);
    index_free(&features->index);
    free(features->candidates);
    free(features->terms);
    free(features);
}

static uint64_t prefix_hash(const char *string, size_t length)
{
    char name[PREFIX_SIZE];

    memcpy(name, string, length);
    name[length] = prefix_end;
    return hash_string(name, length + 1);
}

/* Where the characters end that `string` begins with, of `length` bytes; 0: it has no more. */
static size_t prefix_end_of(const char *string, size_t length, uint32_t characters)
{
    size_t at = 0;

    for (; at < length; at++)
        if (((unsigned char)string[at] & 0xC0) != 0x80 && characters-- == 0)
            return at;
    return 0;
}

/* The same as below by characters, for words that are not ASCII. */
static struct ngram *add_wide_prefixes(const struct features *features, uint32_t place,
                                       struct ngram *next)
{
    const struct token *token = &features->tokens[place];

    for (uint32_t i = 0; i < features->prefix_count; i++) {
        size_t end = prefix_end_of(token->string, token->length, features->prefixes[i].length);

        if (end > 0)
            *next++ =
                (struct ngram){prefix_hash(token->string, end), place, NGRAM_PREFIX, (uint16_t)end};
    }
    return next;
}

/* Adds the prefixes of a word. No branch asks how long it is: it would often be mispredicted. */
static struct ngram *add_prefixes(const struct features *features, uint32_t place,
                                  struct ngram *next)
{
    const struct token *token = &features->tokens[place];
    uint32_t letters = token->length * (token->chunk != 0); /* 0: it is no word */

    if (token->chunk & UINT64_C(0x8080808080808080))
        return add_wide_prefixes(features, place, next);
    for (uint32_t i = 0; i < features->prefix_count; i++) {
        const struct prefix *prefix = &features->prefixes[i];

        *next = (struct ngram){hash_chunk(prefix->start, token->chunk & prefix->mask), place,
                               NGRAM_PREFIX, prefix->length};
        next += letters > prefix->length;
    }
    return next;
}

void features_scan(struct features *features, const char *message, size_t length)
{
    uint64_t before = features->start_hash;
    struct ngram *next = features->ngrams;
    uint32_t flags, place;

    text_read(features->text, message, length);
    features->tokens = text_tokens(features->text, &features->token_count);
    for (place = 0; place < features->token_count; place++) {
        const struct token *token = &features->tokens[place];
        uint64_t hash = token->hash;

        *next++ = (struct ngram){hash, place, token->telling ? NGRAM_WORD : NGRAM_SIGN, 0};
        *next++ = (struct ngram){hash_pair(before, hash), place, NGRAM_BIGRAM, 0};
        next = add_prefixes(features, place, next);
        before = hash;
    }
    *next++ = (struct ngram){hash_pair(before, features->end_hash), place, NGRAM_BIGRAM, 0};
    for (flags = text_flags(features->text); flags; flags &= flags - 1) {
        place = (uint32_t)__builtin_ctz(flags);
        *next++ = (struct ngram){features->flag_hashes[place], place, NGRAM_FLAG, 0};
    }
    features->ngram_count = (size_t)(next - features->ngrams);
}

static uint32_t find_own(const struct features *features, const struct own_words *own,
                         const struct ngram *ngram)
{
    uint32_t number = own_find(own, ngram->hash), feature = features->vocabulary->count + number;

    if (number == OWN_NONE)
        return VOCABULARY_NONE;
    features->index.indexed[feature].idf = features->vocabulary->unseen_idf;
    return feature;
}

/* Without the index. */
static uint32_t find_slowly(const struct features *features, uint64_t hash)
{
    uint32_t feature = vocabulary_find(features->vocabulary, hash);

    if (feature != VOCABULARY_NONE)
        features->index.indexed[feature].idf = features->vocabulary->idf[feature];
    return feature;
}

/* Lists the n-grams that a second look is worth: most bigrams are not, and no branch tells them
 * apart, which would be mispredicted every other time. */
static size_t list_candidates(struct features *features, bool words)
{
    const struct ngram *ngram = features->ngrams;
    uint32_t *candidates = features->candidates, every = words ? NGRAM_WORD : NGRAM_KINDS;
    size_t count = 0, ngrams = features->ngram_count;

    for (size_t i = 0; i < ngrams; i++) {
        candidates[count] = (uint32_t)i;
        count += index_may_have(&features->index, ngram[i].hash) | (ngram[i].kind == every);
    }
    return count;
}

/* Without the index: all. */
static size_t list_all(struct features *features)
{
    for (uint32_t i = 0; i < features->ngram_count; i++)
        features->candidates[i] = i;
    return features->ngram_count;
}

static uint32_t find(const struct features *features, const struct own_words *own,
                     const struct ngram *ngram)
{
    uint32_t feature = features->index.filled ? index_find(&features->index, ngram->hash)
                                              : find_slowly(features, ngram->hash);

    if (feature == VOCABULARY_NONE && own && ngram->kind == NGRAM_WORD)
        return find_own(features, own, ngram);
    return feature;
}

/* Adds a feature to the terms, of which there are `count`; returns how many there are then. */
static size_t count_term(struct features *features, uint32_t feature, uint32_t ngram, size_t count)
{
    struct indexed *indexed = &features->index.indexed[feature];
    struct term *term = &features->terms[indexed->place];

    /* In this order: the first is nearly always false, the second is as luck will have it. */
    if (term->feature == feature && indexed->place < count) {
        term->times++;
        return count;
    }
    indexed->place = (uint32_t)count;
    features->terms[count] = (struct term){feature, ngram, 1, indexed->idf};
    return count + 1;
}

/* From idf to the vector's values. */
static void weigh_terms(struct features *features)
{
    struct term *terms = features->terms, *end = terms + features->term_count, *term;
    float square = 0, scale;

    for (term = terms; term < end; term++) {
        term->value *= term->times < TIMES_TABLE ? features->times_weight[term->times]
                                                 : times_weight(term->times);
        square += term->value * term->value;
    }
    scale = square > 0 ? 1 / sqrtf(square + features->vocabulary->norm_floor) : 0;
    for (term = terms; term < end; term++)
        term->value *= scale;
}

void features_weigh(struct features *features, const struct own_words *own)
{
    size_t candidates, terms = 0;
    uint32_t known = 0, telling = 0;

    if (!features->index.filled && features->messages++ == FEW)
        index_fill(&features->index, features->vocabulary);
    candidates = features->index.filled ? list_candidates(features, own) : list_all(features);
    for (size_t i = 0; i < candidates; i++) {
        uint32_t place = features->candidates[i];
        const struct ngram *ngram = &features->ngrams[place];
        uint32_t feature = find(features, own, ngram);

        if (feature == VOCABULARY_NONE)
            continue;
        if (feature < features->vocabulary->count)
            __builtin_prefetch(features->rows + feature * features->row_size);
        terms = count_term(features, feature, place, terms);
        known += ngram->kind <= NGRAM_SIGN;
        telling += ngram->kind == NGRAM_WORD;
    }
    features->term_count = terms;
    features->known = known;
    features->telling = telling;
    weigh_terms(features);
}

const struct text *features_text(const struct features *features)
{
    return features->text;
}

const struct ngram *features_ngrams(const struct features *features, size_t *count)
{
    *count = features->ngram_count;
    return features->ngrams;
}

const struct term *features_terms(const struct features *features, size_t *count)
{
    *count = features->term_count;
    return features->terms;
}

uint32_t features_known(const struct features *features)
{
    return features->known;
}

uint32_t features_telling(const struct features *features)
{
    return features->telling;
}

/* A string with a fixed end; what does not fit is cut. */
struct name {
    char *at, *end;
};

static void name_add(struct name *name, const char *string, size_t length)
{
    size_t room = (size_t)(name->end - name->at);

    if (length > room)
        length = room;
    memcpy(name->at, string, length);
    name->at += length;
}

static void name_add_token(struct name *name, const struct token *token)
{
    if (token->negated)
        name_add(name, TEXT_NEGATED, strlen(TEXT_NEGATED));
    name_add(name, token->string, token->length);
}

size_t features_name(const struct features *features, const struct ngram *ngram, char *out,
                     size_t size)
{
    struct name name = {out, out + size - 1};

    if (ngram->kind == NGRAM_FLAG) {
        name_add(&name, text_flag_names[ngram->place], strlen(text_flag_names[ngram->place]));
    } else if (ngram->kind == NGRAM_PREFIX) {
        name_add(&name, features->tokens[ngram->place].string, ngram->length);
        name_add(&name, &prefix_end, 1);
    } else if (ngram->kind != NGRAM_BIGRAM) {
        name_add_token(&name, &features->tokens[ngram->place]);
    } else {
        if (ngram->place > 0)
            name_add_token(&name, &features->tokens[ngram->place - 1]);
        else
            name_add(&name, start_mark, strlen(start_mark));
        name_add(&name, " ", 1);
        if (ngram->place < features->token_count)
            name_add_token(&name, &features->tokens[ngram->place]);
        else
            name_add(&name, end_mark, strlen(end_mark));
    }
    *name.at = '\0';
    return (size_t)(name.at - out);
}

static uint64_t token_hash(const char *name, size_t length)
{
    const size_t marked = strlen(TEXT_NEGATED);

    if (length > marked && memcmp(name, TEXT_NEGATED, marked) == 0)
        return text_negated_hash(hash_string(name + marked, length - marked));
    return hash_string(name, length);
}

uint64_t features_hash(const char *name, size_t length)
{
    const char *space = memchr(name, ' ', length);
    size_t first = space ? (size_t)(space - name) : length;

    if (!space)
        return token_hash(name, length);
    return hash_pair(token_hash(name, first), token_hash(space + 1, length - first - 1));
}

enum ngram_kind features_kind(const char *name)
{
    size_t length = strlen(name);

    if (strchr(name, ' '))
        return NGRAM_BIGRAM;
    return length > TEXT_PREFIX_MIN && name[length - 1] == prefix_end ? NGRAM_PREFIX : NGRAM_WORD;
}
