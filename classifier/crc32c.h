#ifndef EMOTRACK_CLASSIFIER_CRC32C_H
#define EMOTRACK_CLASSIFIER_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32C (Castagnoli, RFC 3720 appendix B.4) of more bytes: start with 0, and pass what the bytes
 * before gave. Uses the processor's instruction where it has one; the result is the same. */
uint32_t crc32c(uint32_t before, const void *bytes, size_t length);

/* The same from tables alone. */
uint32_t crc32c_portable(uint32_t before, const void *bytes, size_t length);

#endif
