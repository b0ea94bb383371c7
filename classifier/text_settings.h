#ifndef EMOTRACK_CLASSIFIER_TEXT_SETTINGS_H
#define EMOTRACK_CLASSIFIER_TEXT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a model file says about its tokens, beside the number of the rules (MODEL.md, "Text"). */

enum {
    TEXT_STRINGS_MAX = 256, /* of one list */
    TEXT_STRING_MAX = 23,   /* bytes, without its NUL */
    TEXT_PREFIX_MIN = 4,    /* characters */
    TEXT_PREFIX_MAX = 7,
};

/* Strings one after the other, each with its NUL. Borrowed. */
struct text_strings {
    const char *bytes;
    size_t length; /* of them all, NULs included */
};

struct text_settings {
    struct text_strings negators;  /* words as the tokens spell them */
    struct text_strings suffixes;  /* split off words; the first that fits is taken */
    struct text_strings forms;     /* in pairs: "can't", "can": what stands before that suffix */
    struct text_strings emoticons; /* in pairs: ":-)", ":)": as written, the token; as suffixes */
    uint32_t negation_window;      /* words that a negator marks */
    uint32_t prefixes; /* bit k: the first k characters of a longer word are a feature */
};

/* The next string at or after `at`; NULL: begin. NULL where there is none. */
const char *text_strings_next(const struct text_strings *strings, const char *at);

/* True if every list is one that text_new can take: NULs where they belong, no more and no longer
 * strings than the maxima, pairs where there must be, UTF-8 without spaces and control characters;
 * suffixes of a-z with an apostrophe; prefixes of TEXT_PREFIX_MIN to TEXT_PREFIX_MAX characters;
 * emoticons of ASCII, two characters or more, of which the first is no letter or digit. */
bool text_settings_valid(const struct text_settings *settings);

#endif
