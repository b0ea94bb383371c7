#include "app/sealed.h"

#include "base/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FORMAT = 1,
    MAGIC = 8, /* bytes */
    TAG = crypto_secretstream_xchacha20poly1305_ABYTES,
    KEY = crypto_secretstream_xchacha20poly1305_KEYBYTES,
    STREAM = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    SALT_AT = SEALED_HEADER - STREAM - DERIVATION_SALT,
    STREAM_AT = SEALED_HEADER - STREAM,
};

_Static_assert(TAG == 17 && STREAM == 24 && (int)KEY == (int)DERIVATION_KEY, "as sealed.h says");
_Static_assert(SALT_AT == MAGIC + 4 * 4, "as sealed.h says");

static const char magic[MAGIC] = "EmoSeal";

typedef crypto_secretstream_xchacha20poly1305_state stream_state;

/* ---- files, piece by piece ---- */

struct source {
    const char *path;
    int descriptor;
    uint64_t done, total; /* bytes */
};

static enum error open_source(struct source *source, const char *path)
{
    struct stat status;

    *source = (struct source){.path = path, .descriptor = open(path, O_RDONLY | O_CLOEXEC)};
    if (source->descriptor < 0 || fstat(source->descriptor, &status) != 0)
        return error_raise_errno("open", path);
    if (!S_ISREG(status.st_mode))
        return error_raise(ERROR_INVALID, "'%s' is not a regular file", path);
    source->total = (uint64_t)status.st_size;
    return ERROR_NONE;
}

static void close_source(struct source *source)
{
    if (source->descriptor >= 0)
        close(source->descriptor);
}

/* As many bytes as fit, fewer only at the end of the file. */
static enum error fill(struct source *source, unsigned char *to, size_t room, size_t *got)
{
    *got = 0;
    while (*got < room) {
        ssize_t count = read(source->descriptor, to + *got, room - *got);

        if (count == 0)
            break;
        if (count < 0 && errno != EINTR)
            return error_raise_errno("read", source->path);
        *got += count > 0 ? (size_t)count : 0;
    }
    source->done += *got;
    return ERROR_NONE;
}

static enum error hand_on(const struct source *source, const struct sealed_sink *sink,
                          const void *bytes, size_t length)
{
    enum error error = length > 0 ? sink->take(sink->context, bytes, length) : ERROR_NONE;

    if (!error && sink->progress)
        error = sink->progress(sink->context, source->done, source->total);
    return error;
}

enum error plain_read(const char *path, const struct sealed_sink *sink)
{
    unsigned char *piece = malloc(SEALED_PIECE);
    struct source source = {.descriptor = -1};
    enum error error = piece ? open_source(&source, path) : error_raise_plain(ERROR_NO_MEMORY);
    size_t got = 1;

    while (!error && got > 0) {
        error = fill(&source, piece, SEALED_PIECE, &got);
        if (!error)
            error = hand_on(&source, sink, piece, got);
    }
    close_source(&source);
    free(piece);
    return error;
}

enum error sealed_is(const char *path, bool *sealed)
{
    unsigned char start[MAGIC];
    struct source source = {.descriptor = -1};
    size_t got = 0;
    enum error error = open_source(&source, path);

    if (!error)
        error = fill(&source, start, sizeof start, &got);
    close_source(&source);
    *sealed = !error && got == sizeof start && memcmp(start, magic, MAGIC) == 0;
    return error;
}

/* ---- the header and the key ---- */

static void get_derivation(const unsigned char header[SEALED_HEADER], struct derivation *out)
{
    out->passes = bytes_get_u32(header + MAGIC + 4);
    out->memory = bytes_get_u32(header + MAGIC + 8);
    memcpy(out->salt, header + SALT_AT, sizeof out->salt);
}

static void make_header(const struct derivation *derivation, unsigned char header[SEALED_HEADER])
{
    memcpy(header, magic, MAGIC);
    bytes_put_u32(header + MAGIC, FORMAT);
    bytes_put_u32(header + MAGIC + 4, derivation->passes);
    bytes_put_u32(header + MAGIC + 8, derivation->memory);
    bytes_put_u32(header + MAGIC + 12, SEALED_PIECE);
    memcpy(header + SALT_AT, derivation->salt, sizeof derivation->salt);
}

static enum error damaged(const char *path)
{
    return error_raise(ERROR_DAMAGED, "'%s' is damaged or cut off; use another backup", path);
}

static enum error read_header(struct source *source, unsigned char header[SEALED_HEADER],
                              struct derivation *derivation)
{
    size_t got;
    enum error error = fill(source, header, SEALED_HEADER, &got);

    if (error)
        return error;
    if (got < SEALED_HEADER || memcmp(header, magic, MAGIC) != 0)
        return damaged(source->path);
    if (bytes_get_u32(header + MAGIC) != FORMAT)
        return error_raise(ERROR_VERSION,
                           "'%s' is of a format that this EmoTrack does not know; "
                           "update EmoTrack",
                           source->path);
    get_derivation(header, derivation);
    if (!derivation_bearable(derivation) || bytes_get_u32(header + MAGIC + 12) != SEALED_PIECE)
        return damaged(source->path);
    return ERROR_NONE;
}

/* ---- sealing ---- */

static enum error seal_pieces(struct source *source, stream_state *state,
                              const unsigned char header[SEALED_HEADER],
                              const struct sealed_sink *sink, unsigned char *text)
{
    unsigned char *sealed = text + SEALED_PIECE;
    size_t got = SEALED_PIECE;
    enum error error = ERROR_NONE;

    while (!error && got == SEALED_PIECE) {
        error = fill(source, text, SEALED_PIECE, &got);
        if (error)
            break;
        crypto_secretstream_xchacha20poly1305_push(
            state, sealed, NULL, text, got, header, SEALED_HEADER,
            got < SEALED_PIECE ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
        error = hand_on(source, sink, sealed, got + TAG);
    }
    return error;
}

static enum error seal(struct source *source, const struct passphrase *passphrase,
                       const struct sealed_sink *sink, unsigned char *room)
{
    unsigned char header[SEALED_HEADER], key[KEY];
    struct derivation derivation;
    stream_state state;
    enum error error;

    derivation_new(&derivation);
    make_header(&derivation, header);
    error = derivation_key(&derivation, passphrase, key);
    if (!error) {
        crypto_secretstream_xchacha20poly1305_init_push(&state, header + STREAM_AT, key);
        error = hand_on(source, sink, header, sizeof header);
    }
    if (!error)
        error = seal_pieces(source, &state, header, sink, room);
    sodium_memzero(key, sizeof key);
    sodium_memzero(&state, sizeof state);
    return error;
}

/* ---- opening ---- */

static enum error open_pieces(struct source *source, stream_state *state,
                              const unsigned char header[SEALED_HEADER],
                              const struct sealed_sink *sink, unsigned char *text)
{
    unsigned char *sealed = text + SEALED_PIECE, tag;
    size_t got = SEALED_PIECE + TAG;
    enum error error = ERROR_NONE;

    for (bool first = true; !error && got == SEALED_PIECE + TAG; first = false) {
        error = fill(source, sealed, SEALED_PIECE + TAG, &got);
        if (error)
            break;
        if (got < TAG)
            return damaged(source->path);
        if (crypto_secretstream_xchacha20poly1305_pull(state, text, NULL, &tag, sealed, got, header,
                                                       SEALED_HEADER) != 0)
            return first ? error_raise(ERROR_DENIED,
                                       "the passphrase does not open '%s': it is another one, or "
                                       "the file is damaged",
                                       source->path)
                         : damaged(source->path);
        if ((tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL) != (got < SEALED_PIECE + TAG))
            return damaged(source->path);
        error = hand_on(source, sink, text, got - TAG);
    }
    return error;
}

static enum error unseal(struct source *source, const struct passphrase *passphrase,
                         const struct sealed_sink *sink, unsigned char *room)
{
    unsigned char header[SEALED_HEADER], key[KEY];
    struct derivation derivation;
    stream_state state;
    enum error error = read_header(source, header, &derivation);

    if (!error)
        error = derivation_key(&derivation, passphrase, key);
    if (error)
        return error;
    if (crypto_secretstream_xchacha20poly1305_init_pull(&state, header + STREAM_AT, key) != 0)
        error = damaged(source->path);
    else
        error = open_pieces(source, &state, header, sink, room);
    sodium_memzero(key, sizeof key);
    sodium_memzero(&state, sizeof state);
    return error;
}

/* ---- both ---- */

typedef enum error sealed_work(struct source *source, const struct passphrase *passphrase,
                               const struct sealed_sink *sink, unsigned char *room);

/* Room for a piece of text and one that is sealed. */
static enum error with_room(const char *path, const struct passphrase *passphrase,
                            const struct sealed_sink *sink, sealed_work *work)
{
    enum { ROOM = SEALED_PIECE + SEALED_PIECE + TAG };
    unsigned char *room = malloc(ROOM);
    struct source source = {.descriptor = -1};
    enum error error = room ? secret_ready() : error_raise_plain(ERROR_NO_MEMORY);

    if (!error)
        error = open_source(&source, path);
    if (!error)
        error = work(&source, passphrase, sink, room);
    close_source(&source);
    if (room)
        sodium_memzero(room, ROOM);
    free(room);
    return error;
}

enum error sealed_write(const char *from, const struct passphrase *passphrase,
                        const struct sealed_sink *sink)
{
    return with_room(from, passphrase, sink, seal);
}

enum error sealed_read(const char *path, const struct passphrase *passphrase,
                       const struct sealed_sink *sink)
{
    return with_room(path, passphrase, sink, unseal);
}
