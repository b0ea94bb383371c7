#ifndef EMOTRACK_SYNC_SERVER_PUBLICATION_H
#define EMOTRACK_SYNC_SERVER_PUBLICATION_H

#include "base/buffer.h"
#include "sync/manifest.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* What the server shows to the world at a moment: immutable, shared between threads, counted. A
 * reader takes the present one and gives it back; nobody waits for anybody. */

struct publication_model {
    uint32_t version;
    uint64_t size;
    char hash[HASH_HEX + 1]; /* the ETag, in quotes on the wire */
    char path[1024];         /* the file, never changed once published */
};

struct publication {
    atomic_int users;        /* the board's too */
    struct buffer envelope;  /* the reply to GET /v1/manifest */
    char etag[HASH_HEX + 1]; /* of it */
    struct manifest manifest;
    unsigned char manifest_hash[HASH_BYTES];
    struct publication_model *models; /* [count], by version ascending */
    size_t count;
};

/* The board on which the present publication hangs. */
struct board;
enum error board_new(struct board **out) MUST_CHECK;
void board_free(struct board *board); /* NULL is safe; readers may still hold the last one */

/* Hangs up a new publication (it and its `models` are malloc'ed), which it takes over. */
void board_set(struct board *board, struct publication *publication);
/* The present one (NULL until one was set); publication_release gives it back. */
struct publication *board_get(struct board *board);
void publication_release(struct publication *publication); /* NULL is safe */

#endif
