#ifndef EMOTRACK_CLASSIFIER_LABEL_H
#define EMOTRACK_CLASSIFIER_LABEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One emotion as the model file names it. Nothing outside the model knows a label's name, emoji or
 * colour. */
struct label {
    const char *name;  /* "joy"; UTF-8, no tab, no comma, no control character, at most 63 bytes */
    const char *emoji; /* one grapheme cluster, or "" */
    const char
        *colour; /* red, green, yellow, blue, magenta, cyan or default; "bold " may precede */
};

enum { LABELS_MAX = 64, LABEL_NAME_MAX = 63 /* bytes, the NUL not counted */ };

/* True if a name, an emoji or a colour can be a label's. */
bool label_name_valid(const char *name, size_t length);
bool label_emoji_valid(const char *emoji);
bool label_colour_valid(const char *colour);

/* The one label of a set that is not empty (bit i: label i); -1: it has several. */
static inline int label_single(uint64_t labels)
{
    return (labels & (labels - 1)) == 0 ? __builtin_ctzll(labels) : -1;
}

#endif
