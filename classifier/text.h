#ifndef EMOTRACK_CLASSIFIER_TEXT_H
#define EMOTRACK_CLASSIFIER_TEXT_H

#include "base/error.h"
#include "classifier/text_settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text in, normalised tokens out (MODEL.md, "Text"). Any bytes are a text. */

enum { TEXT_MAX = 64 * 1024 }; /* bytes of a message that are read; the rest is passed over */

enum { TEXT_RULES = 1 }; /* the number of the rules that this code follows */

enum token_kind {
    TOKEN_WORD,
    TOKEN_CLASS, /* <num>, <url>, <name> ... */
    TOKEN_EMOJI, /* or another symbol that is no punctuation */
    TOKEN_EMOTICON,
    TOKEN_MARK, /* punctuation */
};

struct token {
    uint64_t hash;      /* of the string (hash.h); text_negated_hash of it if negated */
    uint64_t chunk;     /* of a word: its first bytes, as hash_chunk takes them */
    const char *string; /* [length], without "not:"; borrowed, dies at the next text_read */
    uint32_t length;    /* bytes */
    uint32_t start;     /* the bytes of the message that it stands for: start < end */
    uint32_t end;
    uint8_t kind; /* enum token_kind */
    bool negated;
    bool telling; /* a word, an emoji or an emoticon */
};

/* What is said about the whole message: bit 1 << flag. */
enum text_flag {
    FLAG_SHOUT,    /* one word in capitals */
    FLAG_SHOUTS,   /* more than one */
    FLAG_SHOUTING, /* all words, two at least */
    FLAG_STRETCH,  /* a word with a letter three times or more */
    FLAG_LENGTH,   /* the first of the length buckets 0 to 6 */
    FLAG_COUNT = FLAG_LENGTH + 7,
};

extern const char *const text_flag_names[FLAG_COUNT]; /* "<shout>" */

#define TEXT_NEGATED "not:"

/* Of the string of this hash with TEXT_NEGATED in front. */
uint64_t text_negated_hash(uint64_t hash);

/* The workspace of one thread. */
struct text;

/* `settings` must be valid, and is not needed afterwards. ERROR_NO_MEMORY. */
enum error text_new(const struct text_settings *settings, struct text **out) MUST_CHECK;
void text_free(struct text *text); /* NULL is safe */

/* Reads a message: invalid UTF-8 and NUL count as U+FFFD. Allocates nothing. */
void text_read(struct text *text, const char *message, size_t length);

/* The same without the shortcut for ASCII; for the test that the two agree. */
void text_read_unicode(struct text *text, const char *message, size_t length);

/* Of the message read last; borrowed, until the next is read. */
const struct token *text_tokens(const struct text *text, size_t *count);
uint32_t text_flags(const struct text *text);

/* Tokens that a workspace can hold: what a caller's own workspace must be able to take. */
enum { TOKENS_MAX = 2 * TEXT_MAX };

#endif
