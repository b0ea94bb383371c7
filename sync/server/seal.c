#include "sync/server/seal.h"

#include "base/bytes.h"
#include "base/file.h"
#include "sync/random.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Sealed: nonce, then encrypted { reports u64, sum [coordinates] i32 }, with the tag behind. */
enum {
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    PLACE = 16, /* what is sealed for: round, shard, coordinates */
    NAME_MAX_BYTES = 32,
};

_Static_assert(SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key size");

static enum error key_path(const struct folder *folder, uint64_t round, char *out)
{
    char name[NAME_MAX_BYTES];

    snprintf(name, sizeof name, "round-%" PRIu64 ".key", round);
    return folder_file(folder, name, out);
}

/* ---- keys ---- */

enum error seal_make(const struct folder *folder, uint64_t round)
{
    unsigned char key[SEAL_KEY_BYTES];
    char path[FOLDER_PATH_MAX];
    enum error error = key_path(folder, round, path);

    random_bytes(key, sizeof key);
    if (!error)
        error = file_replace(path, key, sizeof key);
    seal_wipe(key);
    return error;
}

enum error seal_key(const struct folder *folder, uint64_t round, unsigned char key[SEAL_KEY_BYTES])
{
    char path[FOLDER_PATH_MAX];
    struct buffer bytes;
    enum error error = key_path(folder, round, path);

    buffer_init(&bytes, SEAL_KEY_BYTES);
    if (!error)
        error = file_read(path, &bytes);
    if (!error && bytes.length != SEAL_KEY_BYTES)
        error = error_raise(ERROR_DAMAGED, "'%s' is not the key of a round", path);
    if (!error)
        memcpy(key, bytes.data, SEAL_KEY_BYTES);
    if (bytes.data)
        sodium_memzero(bytes.data, bytes.capacity);
    buffer_free(&bytes);
    return error;
}

void seal_wipe(unsigned char key[SEAL_KEY_BYTES])
{
    sodium_memzero(key, SEAL_KEY_BYTES);
}

/* The number in "round-N.key"; 0: another file. */
static uint64_t round_of(const char *name)
{
    char *end;
    uint64_t round;

    if (strncmp(name, "round-", 6) != 0)
        return 0;
    round = strtoull(name + 6, &end, 10);
    return strcmp(end, ".key") == 0 ? round : 0;
}

/* Written over first, for the disks that write in place. */
static enum error destroy(const char *path)
{
    static const unsigned char nothing[SEAL_KEY_BYTES];
    FILE *file = fopen(path, "r+be");

    if (file) {
        fwrite(nothing, 1, sizeof nothing, file);
        fflush(file);
        fdatasync(fileno(file));
        fclose(file);
    }
    return unlink(path) == 0 || errno == ENOENT ? ERROR_NONE : error_raise_errno("remove", path);
}

enum error seal_destroy(const struct folder *folder, uint64_t keep)
{
    DIR *entries = opendir(folder->path);
    const struct dirent *entry;
    enum error error = ERROR_NONE;

    if (!entries)
        return error_raise_errno("open", folder->path);
    while (!error && (entry = readdir(entries)) != NULL) {
        uint64_t round = round_of(entry->d_name);
        char path[FOLDER_PATH_MAX];

        if (round == 0 || round == keep)
            continue;
        error = key_path(folder, round, path);
        if (!error)
            error = destroy(path);
    }
    closedir(entries);
    return error;
}

/* ---- sums ---- */

static void write_place(uint64_t round, uint32_t shard, uint32_t coordinates,
                        unsigned char out[PLACE])
{
    bytes_put_u64(out, round);
    bytes_put_u32(out + 8, shard);
    bytes_put_u32(out + 12, coordinates);
}

static size_t plain_length(const struct aggregate *aggregate)
{
    return 8 + 4 * (size_t)aggregate->coordinates;
}

enum error seal_close(const unsigned char key[SEAL_KEY_BYTES], uint64_t round, uint32_t shard,
                      const struct aggregate *aggregate, struct buffer *out)
{
    size_t length = plain_length(aggregate);
    enum error error = buffer_reserve(out, NONCE + length + TAG);
    unsigned char place[PLACE], *nonce, *plain;

    if (error)
        return error;
    nonce = (unsigned char *)out->data + out->length;
    plain = nonce + NONCE;
    random_bytes(nonce, NONCE);
    bytes_put_u64(plain, aggregate->reports);
    for (uint32_t i = 0; i < aggregate->coordinates; i++)
        bytes_put_u32(plain + 8 + 4 * (size_t)i, (uint32_t)aggregate->sum[i]);
    write_place(round, shard, aggregate->coordinates, place);
    crypto_aead_xchacha20poly1305_ietf_encrypt(plain, NULL, plain, length, place, PLACE, NULL,
                                               nonce, key);
    out->length += NONCE + length + TAG;
    out->data[out->length] = '\0';
    return ERROR_NONE;
}

static void add(const unsigned char *plain, struct aggregate *aggregate)
{
    aggregate->reports += bytes_get_u64(plain);
    for (uint32_t i = 0; i < aggregate->coordinates; i++)
        aggregate->sum[i] += (int32_t)bytes_get_u32(plain + 8 + 4 * (size_t)i);
}

enum error seal_open(const unsigned char key[SEAL_KEY_BYTES], uint64_t round, uint32_t shard,
                     const void *sealed, size_t length, struct aggregate *aggregate)
{
    size_t inside = plain_length(aggregate);
    const unsigned char *nonce = sealed;
    unsigned char place[PLACE], *plain = malloc(inside);
    enum error error = ERROR_NONE;

    if (!plain)
        return error_raise_plain(ERROR_NO_MEMORY);
    write_place(round, shard, aggregate->coordinates, place);
    if (length != NONCE + inside + TAG ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, nonce + NONCE, inside + TAG,
                                                   place, PLACE, nonce, key) != 0)
        error = error_raise(ERROR_DAMAGED,
                            "the sum of round %" PRIu64 " cannot be opened with its "
                            "key",
                            round);
    else
        add(plain, aggregate);
    sodium_memzero(plain, inside);
    free(plain);
    return error;
}
