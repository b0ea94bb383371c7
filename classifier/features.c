#include "classifier/features.h"

#include "classifier/numeric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char start_mark[] = "<s>", end_mark[] = "</s>";

enum { TIMES_TABLE = 16, FILTER_BITS = 8 /* a feature, at least */ };

struct features {
    const struct vocabulary *vocabulary;
    struct text *text;
    uint64_t start_hash, end_hash, flag_hashes[FLAG_COUNT];
    float times_weight[TIMES_TABLE]; /* 1 + ln times */
    /* A bit for each feature's hash, small enough for the nearest cache: most bigrams of a message
     * are no features, and end here. */
    uint64_t *filter;     /* [(filter_mask + 1) / 64] */
    uint32_t filter_mask; /* bits - 1, a power of two less one */

    /* Of the present message. */
    const struct token *tokens;
    size_t token_count;
    size_t ngram_count;
    size_t term_count;
    uint32_t known, telling;
    struct ngram *ngrams; /* [TERMS_MAX] */
    uint32_t *candidates; /* [TERMS_MAX]; places in ngrams */
    struct term *terms;   /* [TERMS_MAX] */
    /* [features + OWN_WORDS_MAX]: where a feature's term would be. Right only if that term is there
     * and is the feature's (Briggs and Torczon, 1993), so it is never cleared. */
    uint32_t *places;
};

static float times_weight(uint32_t times)
{
    return (float)(1 + numeric_log(times));
}

static uint32_t filter_bit(const struct features *features, uint64_t hash)
{
    return (uint32_t)(hash >> 24) & features->filter_mask;
}

static bool filter_passes(const struct features *features, uint64_t hash)
{
    uint32_t bit = filter_bit(features, hash);

    return features->filter[bit / 64] >> bit % 64 & 1;
}

static bool fill_filter(struct features *features)
{
    const struct vocabulary *vocabulary = features->vocabulary;
    uint32_t bits = 1024;

    while (bits < FILTER_BITS * vocabulary->count)
        bits *= 2;
    features->filter_mask = bits - 1;
    features->filter = calloc(bits / 64, sizeof *features->filter);
    for (uint32_t i = 0; features->filter && i < vocabulary->count; i++) {
        uint32_t bit = filter_bit(features, vocabulary->hashes[i]);

        features->filter[bit / 64] |= UINT64_C(1) << bit % 64;
    }
    return features->filter != NULL;
}

enum error features_new(const struct text_settings *settings, const struct vocabulary *vocabulary,
                        struct features **out)
{
    struct features *features = calloc(1, sizeof *features);

    *out = NULL;
    if (!features)
        return error_raise_plain(ERROR_NO_MEMORY);
    features->vocabulary = vocabulary;
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
    features->places = calloc((size_t)vocabulary->count + OWN_WORDS_MAX, sizeof *features->places);
    if (!features->ngrams || !features->candidates || !features->terms || !features->places ||
        !fill_filter(features) || text_new(settings, &features->text)) {
        features_free(features);
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    *out = features;
    return ERROR_NONE;
}

void features_free(struct features *features)
{
    if (!features)
        return;
    text_free(features->text);
    free(features->ngrams);
    free(features->filter);
    free(features->candidates);
    free(features->terms);
    free(features->places);
    free(features);
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

        *next++ = (struct ngram){hash, place, token->telling ? NGRAM_WORD : NGRAM_SIGN};
        *next++ = (struct ngram){hash_pair(before, hash), place, NGRAM_BIGRAM};
        before = hash;
    }
    *next++ = (struct ngram){hash_pair(before, features->end_hash), place, NGRAM_BIGRAM};
    flags = text_flags(features->text);
    for (place = 0; place < FLAG_COUNT; place++)
        if (flags >> place & 1)
            *next++ = (struct ngram){features->flag_hashes[place], place, NGRAM_FLAG};
    features->ngram_count = (size_t)(next - features->ngrams);
}

static uint32_t find_own(const struct features *features, const struct own_words *own,
                         const struct ngram *ngram)
{
    uint32_t number = own_find(own, ngram->hash);

    return number == OWN_NONE ? VOCABULARY_NONE : features->vocabulary->count + number;
}

/* Lists the n-grams that a second look is worth. Most bigrams are not, and no branch tells them
 * apart: it would be mispredicted every other time. */
static size_t list_candidates(struct features *features, const struct own_words *own)
{
    size_t count = 0;

    for (uint32_t i = 0; i < features->ngram_count; i++) {
        const struct ngram *ngram = &features->ngrams[i];
        bool candidate = filter_passes(features, ngram->hash);

        features->candidates[count] = i;
        count += candidate | ((own != NULL) & (ngram->kind == NGRAM_WORD));
    }
    return count;
}

static void count_term(struct features *features, uint32_t feature, uint32_t ngram)
{
    uint32_t place = features->places[feature];

    if (place < features->term_count && features->terms[place].feature == feature) {
        features->terms[place].times++;
        return;
    }
    features->places[feature] = (uint32_t)features->term_count;
    features->terms[features->term_count++] = (struct term){feature, ngram, 1, 0};
}

static void weigh_terms(struct features *features)
{
    const struct vocabulary *vocabulary = features->vocabulary;
    float square = 0, scale;
    size_t i;

    for (i = 0; i < features->term_count; i++) {
        struct term *term = &features->terms[i];
        float idf = term->feature < vocabulary->count ? vocabulary->idf[term->feature]
                                                      : vocabulary->unseen_idf;

        term->value = idf * (term->times < TIMES_TABLE ? features->times_weight[term->times]
                                                       : times_weight(term->times));
        square += term->value * term->value;
    }
    scale = square > 0 ? 1 / sqrtf(square) : 0;
    for (i = 0; i < features->term_count; i++)
        features->terms[i].value *= scale;
}

void features_weigh(struct features *features, const struct own_words *own)
{
    size_t candidates = list_candidates(features, own);

    features->term_count = 0;
    features->known = 0;
    features->telling = 0;
    for (size_t i = 0; i < candidates; i++) {
        const struct ngram *ngram = &features->ngrams[features->candidates[i]];
        uint32_t feature = vocabulary_find(features->vocabulary, ngram->hash);

        if (feature == VOCABULARY_NONE && own && ngram->kind == NGRAM_WORD)
            feature = find_own(features, own, ngram);
        if (feature == VOCABULARY_NONE)
            continue;
        count_term(features, feature, features->candidates[i]);
        features->known += ngram->kind <= NGRAM_SIGN;
        features->telling += ngram->kind == NGRAM_WORD;
    }
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
