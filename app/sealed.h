#ifndef EMOTRACK_APP_SEALED_H
#define EMOTRACK_APP_SEALED_H

#include "base/file.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file of any size that only a passphrase opens. All integers are little-endian:
 *
 *     8   magic, "EmoSeal" and a NUL
 *     4   format, 1
 *     4   passes of Argon2id (base/secret.h)
 *     4   its memory in KiB
 *     4   bytes of text in each piece, SEALED_PIECE
 *     16  salt
 *     24  header of the stream
 *     ... pieces, each SEALED_PIECE bytes and 17 for its tag; the last one is shorter
 *
 * The pieces are libsodium's crypto_secretstream_xchacha20poly1305, with the 64 bytes before them
 * as additional data of each, and TAG_FINAL on the last. So a byte that was changed, a piece that
 * is missing, moved or behind the end, and a file that was cut off anywhere are all found. */

enum {
    SEALED_PIECE = 64 * 1024, /* bytes */
    SEALED_HEADER = 64,       /* bytes */
};

/* Called with piece after piece, borrowed; an error ends it and is returned. `done` and `total` are
 * bytes of the file that is read. */
struct sealed_sink {
    enum error (*take)(void *context, const void *bytes, size_t length);
    enum error (*progress)(void *context, uint64_t done, uint64_t total); /* NULL: nobody asks */
    void *context;
};

/* Whether it begins as such a file does. Errors of file_read. */
enum error sealed_is(const char *path, bool *sealed) MUST_CHECK;

/* Writes the file `from` sealed: `sink` gets the bytes. */
enum error sealed_write(const char *from, const struct passphrase *passphrase,
                        const struct sealed_sink *sink) MUST_CHECK;

/* Opens it: `sink` gets the text, of which nothing is to be relied on until ERROR_NONE is returned.
 * ERROR_DENIED: the passphrase is wrong, or the first piece is damaged. ERROR_DAMAGED: it is cut
 * off or damaged, or asks for more than the bounds above. ERROR_VERSION: of a newer EmoTrack. */
enum error sealed_read(const char *path, const struct passphrase *passphrase,
                       const struct sealed_sink *sink) MUST_CHECK;

/* The same for a file that is not sealed. */
enum error plain_read(const char *path, const struct sealed_sink *sink) MUST_CHECK;

#endif
