#ifndef EMOTRACK_CLASSIFIER_LEXICON_H
#define EMOTRACK_CLASSIFIER_LEXICON_H

#include "classifier/corpus.h"
#include "classifier/features.h"

/* The vocabulary in the making: n-grams counted over a corpus, and the table of those that are
 * kept. */

struct lexicon_entry {
    uint64_t hash;
    size_t name;     /* where it begins in the names */
    uint32_t length; /* of the name, bytes */
    uint32_t rows;   /* document frequency */
    uint32_t last;   /* the last row that it was counted for, + 1 */
    uint32_t kind;   /* enum ngram_kind */
};

struct lexicon {
    struct lexicon_entry *entries; /* [count]; most rows first, ties by name, once selected */
    size_t count, capacity;
    struct buffer names;
    uint32_t *slots; /* [mask + 1], as the vocabulary's */
    uint32_t mask;

    /* Of the selected entries. */
    uint64_t *hashes;  /* [count] */
    float *idf;        /* [count] */
    uint32_t *offsets; /* [count + 1] */
    struct buffer strings;
    struct vocabulary vocabulary; /* points into the above */
};

/* Counts the n-grams of all rows. Freed by lexicon_free in every case. */
enum error lexicon_count(struct lexicon *lexicon, const struct text_settings *settings,
                         const struct corpus *corpus) MUST_CHECK;

/* Keeps the entries whose `keep` is true, orders them and makes the vocabulary. `keep` is asked in
 * the present order of the entries. `rows` is the size of the corpus. */
enum error lexicon_select(struct lexicon *lexicon, size_t rows,
                          bool (*keep)(const void *context, const struct lexicon_entry *entry,
                                       size_t place),
                          const void *context) MUST_CHECK;

void lexicon_free(struct lexicon *lexicon); /* safe on zeroed structs */

#endif
