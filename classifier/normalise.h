#ifndef EMOTRACK_CLASSIFIER_NORMALISE_H
#define EMOTRACK_CLASSIFIER_NORMALISE_H

#include "classifier/text.h"

enum {
    NORMALISED_MAX = 2 * TEXT_MAX, /* bytes */
    NORMALISED_PADDING = 8,        /* NULs that follow: what a scanner may look ahead */
};

/* A message in one form of Unicode, with the way back to its bytes. Case is kept in ASCII; other
 * letters are lower-cased. */
struct normalised {
    char bytes[NORMALISED_MAX + NORMALISED_PADDING];
    size_t length;
    /* Where in the message the grapheme cluster begins that each byte comes from, and one entry
     * more for the end; NORMALISED_UPPER is set on the bytes of an upper-case letter beyond ASCII.
     * Not filled where the message is ASCII: there every byte stands for itself. */
    uint32_t source[NORMALISED_MAX + 1];
    bool ascii;
};

#define NORMALISED_UPPER UINT32_C(0x80000000)

/* Copies `message[0..length)`, length <= TEXT_MAX, if it is ASCII without NUL; else returns false
 * and `out` is not to be used. */
bool normalise_ascii(struct normalised *out, const char *message, size_t length);

/* NFKC, a grapheme cluster at a time (UAX 15, UAX 29), without skin tones, variation selectors and
 * ignorable code points; curly quotes and dashes become ASCII. */
void normalise_unicode(struct normalised *out, const char *message, size_t length);

#endif
