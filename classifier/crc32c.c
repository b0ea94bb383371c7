#include "classifier/crc32c.h"

#include "base/bytes.h"

#include <stdbool.h>

enum { SLICES = 8 };

#define POLYNOMIAL UINT32_C(0x82F63B78) /* reflected */

static void fill_tables(uint32_t table[SLICES][256])
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;

        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
        table[0][byte] = crc;
    }
    for (uint32_t byte = 0; byte < 256; byte++)
        for (int slice = 1; slice < SLICES; slice++) {
            uint32_t crc = table[slice - 1][byte];

            table[slice][byte] = crc >> 8 ^ table[0][crc & 0xFF];
        }
}

/* Slicing by 8: Kounavis and Berry, "A Systematic Approach to Building High Performance
 * Software-based CRC Generators", 2005. */
uint32_t crc32c_portable(uint32_t before, const void *bytes, size_t length)
{
    uint32_t table[SLICES][256];
    const unsigned char *at = bytes;
    uint32_t crc = ~before;

    fill_tables(table);
    for (; length >= 8; at += 8, length -= 8) {
        uint32_t low = crc ^ bytes_get_u32(at), high = bytes_get_u32(at + 4);

        crc = table[7][low & 0xFF] ^ table[6][low >> 8 & 0xFF] ^ table[5][low >> 16 & 0xFF] ^
              table[4][low >> 24] ^ table[3][high & 0xFF] ^ table[2][high >> 8 & 0xFF] ^
              table[1][high >> 16 & 0xFF] ^ table[0][high >> 24];
    }
    for (; length > 0; at++, length--)
        crc = crc >> 8 ^ table[0][(crc ^ *at) & 0xFF];
    return ~crc;
}

#ifdef __x86_64__
#include <nmmintrin.h>
#include <sys/platform/x86.h>

__attribute__((target("sse4.2"))) static uint32_t crc32c_hardware(uint32_t before,
                                                                  const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t crc = (uint32_t)~before;

    for (; length >= 8; at += 8, length -= 8)
        crc = _mm_crc32_u64(crc, bytes_get_u64(at));
    for (; length > 0; at++, length--)
        crc = _mm_crc32_u8((uint32_t)crc, *at);
    return ~(uint32_t)crc;
}

uint32_t crc32c(uint32_t before, const void *bytes, size_t length)
{
    /* As the loader knows it: to ask the processor takes long where that is a virtual one. */
    return CPU_FEATURE_ACTIVE(SSE4_2) ? crc32c_hardware(before, bytes, length)
                                      : crc32c_portable(before, bytes, length);
}
#else
uint32_t crc32c(uint32_t before, const void *bytes, size_t length)
{
    return crc32c_portable(before, bytes, length);
}
#endif
