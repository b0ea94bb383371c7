#ifndef EMOTRACK_CLASSIFIER_FEATURES_H
#define EMOTRACK_CLASSIFIER_FEATURES_H

#include "classifier/own.h"
#include "classifier/text.h"
#include "classifier/vocabulary.h"

/* Tokens in, n-grams and the sparse TF-IDF vector out (MODEL.md, "Features"). */

enum ngram_kind {
    NGRAM_WORD, /* a token that says something: a word, an emoji, an emoticon */
    NGRAM_SIGN, /* any other token: punctuation, <num> ... */
    NGRAM_BIGRAM,
    NGRAM_PREFIX, /* what a longer word begins with */
    NGRAM_FLAG,
    NGRAM_KINDS,
};

/* One n-gram of a message, in the message's order: each token, its bigram with the one before (the
 * start mark, for the first), its prefixes; the bigram with the end mark; the flags. */
struct ngram {
    uint64_t hash;
    uint32_t place; /* a token (of a bigram: the second; the token count: the end mark) or a flag */
    uint16_t kind;  /* enum ngram_kind */
    uint16_t length; /* of a prefix, bytes */
};

/* One feature of a message. */
struct term {
    uint32_t feature; /* in the vocabulary; from the vocabulary's count on: a user's own word */
    uint32_t ngram;   /* the first n-gram that is this feature */
    uint32_t times;   /* how often it occurs */
    float value;      /* (1 + ln times) idf / norm */
};

/* N-grams, and thus terms, of one message; a word has fewer prefixes than bytes. */
enum { TERMS_MAX = 3 * TOKENS_MAX + 1 + FLAG_COUNT };

/* The workspace of one thread. */
struct features;

/* The vocabulary must outlive it. ERROR_NO_MEMORY. */
enum error features_new(const struct text_settings *settings, const struct vocabulary *vocabulary,
                        struct features **out) MUST_CHECK;
void features_free(struct features *features); /* NULL is safe */

/* Names the rows of `size` bytes, one a feature of the vocabulary, that the caller goes on to with
 * the terms: features_weigh asks for them ahead. Borrowed. */
void features_prefetch(struct features *features, const void *rows, size_t size);

/* Takes a message apart into tokens and n-grams. */
void features_scan(struct features *features, const char *message, size_t length);

/* Weighs the n-grams that the vocabulary has or, of the NGRAM_WORDs, `own` (NULL: none), the
 * vector's L2 norm being 1 (or 0, if there are none). */
void features_weigh(struct features *features, const struct own_words *own);

/* The results, borrowed until the next message. */
const struct text *features_text(const struct features *features);
const struct ngram *features_ngrams(const struct features *features, size_t *count);
const struct term *features_terms(const struct features *features, size_t *count);

/* Of the tokens, how many the vocabulary or the own words have; and how many of those say
 * something (NGRAM_WORD). */
uint32_t features_known(const struct features *features);
uint32_t features_telling(const struct features *features);

/* How an n-gram is written: at most `size` bytes with the NUL, cut if need be; returns the length.
 * "love", "not:good", "looking forward", "<s> love", "happi*", "<shout>". */
size_t features_name(const struct features *features, const struct ngram *ngram, char *out,
                     size_t size);

/* Whether an n-gram that is written so is a bigram, a prefix or, for all others, NGRAM_WORD. */
enum ngram_kind features_kind(const char *name);

/* The hash of an n-gram that is written so. */
uint64_t features_hash(const char *name, size_t length);

#endif
