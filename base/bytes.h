#ifndef EMOTRACK_BASE_BYTES_H
#define EMOTRACK_BASE_BYTES_H

#include <stdint.h>
#include <string.h>

/* Little-endian numbers in byte strings of any alignment, the same on every machine. */

static inline uint32_t bytes_get_u32(const void *from)
{
    const unsigned char *b = from;

    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static inline uint64_t bytes_get_u64(const void *from)
{
    const unsigned char *b = from;

    return bytes_get_u32(b) | (uint64_t)bytes_get_u32(b + 4) << 32;
}

static inline void bytes_put_u32(void *to, uint32_t value)
{
    unsigned char *b = to;

    b[0] = (unsigned char)value;
    b[1] = (unsigned char)(value >> 8);
    b[2] = (unsigned char)(value >> 16);
    b[3] = (unsigned char)(value >> 24);
}

static inline void bytes_put_u64(void *to, uint64_t value)
{
    unsigned char *b = to;

    bytes_put_u32(b, (uint32_t)value);
    bytes_put_u32(b + 4, (uint32_t)(value >> 32));
}

/* IEEE 754 binary32. */
static inline float bytes_get_f32(const void *from)
{
    uint32_t bits = bytes_get_u32(from);
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline void bytes_put_f32(void *to, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    bytes_put_u32(to, bits);
}

/* IEEE 754 binary64. */
static inline double bytes_get_f64(const void *from)
{
    uint64_t bits = bytes_get_u64(from);
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline void bytes_put_f64(void *to, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    bytes_put_u64(to, bits);
}

#endif
