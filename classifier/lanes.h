#ifndef EMOTRACK_CLASSIFIER_LANES_H
#define EMOTRACK_CLASSIFIER_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Several bytes or numbers at once, where the processor can; the functions named "portable" do the
 * same anywhere, to the bit. */

enum { LANES_BYTES = 64 };

/* Sixty-four bytes of a text: bit i of each is about byte i. */
struct lanes {
    uint64_t word;  /* a-z A-Z 0-9 */
    uint64_t upper; /* A-Z */
    uint64_t wide;  /* beyond ASCII */
    uint64_t nul;
    uint64_t same; /* lower-cased it is the byte before it; for byte 0 that is `before` */
};

static inline void lanes_read_portable(const char bytes[LANES_BYTES], char before,
                                       char lower[LANES_BYTES], struct lanes *out)
{
    *out = (struct lanes){0};
    for (unsigned i = 0; i < LANES_BYTES; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        bool upper = byte >= 'A' && byte <= 'Z', letter, digit;

        lower[i] = (char)(upper ? byte | 0x20 : byte);
        letter = lower[i] >= 'a' && lower[i] <= 'z';
        digit = byte >= '0' && byte <= '9';
        out->word |= (uint64_t)(letter || digit) << i;
        out->upper |= (uint64_t)upper << i;
        out->wide |= (uint64_t)(byte >= 0x80) << i;
        out->nul |= (uint64_t)(byte == 0) << i;
        out->same |= (uint64_t)(lower[i] == before) << i;
        before = lower[i];
    }
}

/* Bit i: tags[i] is `tag`. */
static inline unsigned lanes_find_portable(const uint32_t tags[8], uint32_t tag)
{
    unsigned found = 0;

    for (unsigned i = 0; i < 8; i++)
        found |= (unsigned)(tags[i] == tag) << i;
    return found;
}

#ifdef __SSE2__

/* 0xFF where first <= byte <= last. */
static inline __m128i lanes_between(__m128i bytes, char first, char last)
{
    __m128i moved = _mm_sub_epi8(bytes, _mm_set1_epi8((char)(first - 128)));

    return _mm_cmplt_epi8(moved, _mm_set1_epi8((char)(last - first + 1 - 128)));
}

static inline uint64_t lanes_bits(__m128i bytes, unsigned at)
{
    return (uint64_t)(unsigned)_mm_movemask_epi8(bytes) << at;
}

static inline void lanes_read(const char bytes[LANES_BYTES], char before, char lower[LANES_BYTES],
                              struct lanes *out)
{
    __m128i last = _mm_slli_si128(_mm_cvtsi32_si128((unsigned char)before), 15);

    *out = (struct lanes){0};
    for (unsigned at = 0; at < LANES_BYTES; at += 16) {
        __m128i here = _mm_loadu_si128((const __m128i *)(const void *)(bytes + at));
        __m128i upper = lanes_between(here, 'A', 'Z'), digit = lanes_between(here, '0', '9');
        __m128i low = _mm_or_si128(here, _mm_and_si128(upper, _mm_set1_epi8(0x20)));
        __m128i word = _mm_or_si128(digit, lanes_between(low, 'a', 'z'));
        __m128i shifted = _mm_or_si128(_mm_slli_si128(low, 1), _mm_srli_si128(last, 15));

        _mm_storeu_si128((__m128i *)(void *)(lower + at), low);
        out->word |= lanes_bits(word, at);
        out->upper |= lanes_bits(upper, at);
        out->wide |= lanes_bits(here, at);
        out->nul |= lanes_bits(_mm_cmpeq_epi8(here, _mm_setzero_si128()), at);
        out->same |= lanes_bits(_mm_cmpeq_epi8(low, shifted), at);
        last = low;
    }
}

static inline unsigned lanes_find(const uint32_t tags[8], uint32_t tag)
{
    const __m128i *halves = (const __m128i *)(const void *)tags;
    __m128i wanted = _mm_set1_epi32((int)tag);
    __m128i first = _mm_cmpeq_epi32(_mm_loadu_si128(halves), wanted);
    __m128i second = _mm_cmpeq_epi32(_mm_loadu_si128(halves + 1), wanted);
    __m128i both = _mm_packs_epi16(_mm_packs_epi32(first, second), _mm_setzero_si128());

    return (unsigned)_mm_movemask_epi8(both);
}

#else

static inline void lanes_read(const char bytes[LANES_BYTES], char before, char lower[LANES_BYTES],
                              struct lanes *out)
{
    lanes_read_portable(bytes, before, lower, out);
}

static inline unsigned lanes_find(const uint32_t tags[8], uint32_t tag)
{
    return lanes_find_portable(tags, tag);
}

#endif

#endif
