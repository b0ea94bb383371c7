#ifndef EMOTRACK_CLASSIFIER_NORMALISE_H
#define EMOTRACK_CLASSIFIER_NORMALISE_H

#include "base/bytes.h"
#include "classifier/lanes.h"
#include "classifier/text.h"

enum {
    NORMALISED_MAX = 2 * TEXT_MAX, /* bytes */
    NORMALISED_PADDING = 80,       /* NULs that follow: what a scanner may look ahead */
    NORMALISED_BLOCKS = NORMALISED_MAX / LANES_BYTES + 2,
    NORMALISED_BITS = 57, /* that are looked at together */
};

/* A message in one form of Unicode, with the way back to its bytes. Letters beyond ASCII are
 * lower-cased. */
struct normalised {
    char bytes[NORMALISED_MAX + NORMALISED_PADDING]; /* ASCII as it is written */
    char lower[NORMALISED_MAX + NORMALISED_PADDING]; /* ASCII lower-cased */
    size_t length;
    /* A bit for each byte, eight in one, the first lowest: */
    unsigned char word[NORMALISED_BLOCKS * LANES_BYTES / 8];  /* an ASCII letter or digit */
    unsigned char upper[NORMALISED_BLOCKS * LANES_BYTES / 8]; /* an ASCII capital */
    bool tripled; /* an ASCII letter or digit stands thrice in a row somewhere */
    /* Where in the message the grapheme cluster begins that each byte comes from, and one entry
     * more for the end; NORMALISED_UPPER is set on the bytes of an upper-case letter beyond ASCII.
     * Not filled where the message is ASCII: there every byte stands for itself. */
    uint32_t source[NORMALISED_MAX + 1];
};

#define NORMALISED_UPPER UINT32_C(0x80000000)

/* Reads `message[0..length)`, length <= TEXT_MAX, if it is ASCII without NUL; else returns false
 * and `out` is not to be used. */
bool normalise_ascii(struct normalised *out, const char *message, size_t length);

/* NFKC, a grapheme cluster at a time (UAX 15, UAX 29), without skin tones, variation selectors and
 * ignorable code points; curly quotes and dashes become ASCII. */
void normalise_unicode(struct normalised *out, const char *message, size_t length);

/* NORMALISED_BITS of `word` or `upper` from the byte at `at` on; those above are of no use. */
static inline uint64_t normalised_bits(const unsigned char *bits, size_t at)
{
    return bytes_get_u64(bits + at / 8) >> at % 8;
}

#endif
