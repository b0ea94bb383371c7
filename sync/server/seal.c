#include "sync/server/seal.h"

#include "base/bytes.h"
#include "base/file.h"
#include "sync/random.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Sealed: nonce, then encrypted { reports u64, sum [coordinates] }, with the tag behind. Most sums
 * are small, and the whole is written at every commit: each takes 1 to 5 bytes, 7 bits in each, the
 * lowest first, the sign in bit 0. */
enum {
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    PLACE = 16, /* what is sealed for: round, shard, coordinates */
    HEAD = 8,   /* bytes of `reports` */
    SUM_MAX = 5,
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

static size_t put_sum(unsigned char *out, int32_t sum)
{
    uint32_t left = (uint32_t)sum << 1 ^ (sum < 0 ? UINT32_MAX : 0);
    size_t length = 0;

    for (; left >= 0x80; left >>= 7)
        out[length++] = (unsigned char)(left | 0x80);
    out[length++] = (unsigned char)left;
    return length;
}

/* Bytes taken; 0: there is no sum. */
static size_t get_sum(const unsigned char *at, const unsigned char *end, int32_t *out)
{
    uint32_t value = 0;

    for (size_t i = 0; i < SUM_MAX && at + i < end; i++) {
        value |= (uint32_t)(at[i] & 0x7F) << (7 * i);
        if (at[i] < 0x80) {
            *out = (int32_t)(value >> 1 ^ (value & 1 ? UINT32_MAX : 0));
            return i + 1;
        }
    }
    return 0;
}

enum error seal_close(const unsigned char key[SEAL_KEY_BYTES], uint64_t round, uint32_t shard,
                      const struct aggregate *aggregate, struct buffer *out)
{
    size_t most = HEAD + SUM_MAX * (size_t)aggregate->coordinates, length = HEAD;
    enum error error = buffer_reserve(out, NONCE + most + TAG);
    unsigned char place[PLACE], *nonce, *plain;

    if (error)
        return error;
    nonce = (unsigned char *)out->data + out->length;
    plain = nonce + NONCE;
    random_bytes(nonce, NONCE);
    bytes_put_u64(plain, aggregate->reports);
    for (uint32_t i = 0; i < aggregate->coordinates; i++)
        length += put_sum(plain + length, aggregate->sum[i]);
    write_place(round, shard, aggregate->coordinates, place);
    crypto_aead_xchacha20poly1305_ietf_encrypt(plain, NULL, plain, length, place, PLACE, NULL,
                                               nonce, key);
    out->length += NONCE + length + TAG;
    out->data[out->length] = '\0';
    return ERROR_NONE;
}

/* False: these are not so many sums. */
static bool add(const unsigned char *plain, size_t length, struct aggregate *aggregate)
{
    const unsigned char *at = plain + HEAD, *end = plain + length;

    for (uint32_t i = 0; i < aggregate->coordinates; i++) {
        int32_t sum;
        size_t taken = get_sum(at, end, &sum);

        if (taken == 0)
            return false;
        aggregate->sum[i] += sum;
        at += taken;
    }
    aggregate->reports += bytes_get_u64(plain);
    return at == end;
}

enum error seal_open(const unsigned char key[SEAL_KEY_BYTES], uint64_t round, uint32_t shard,
                     const void *sealed, size_t length, struct aggregate *aggregate)
{
    size_t inside = length > NONCE + HEAD + TAG ? length - NONCE - TAG : 0;
    const unsigned char *nonce = sealed;
    unsigned char place[PLACE], *plain = malloc(inside + 1);
    enum error error = ERROR_NONE;

    if (!plain)
        return error_raise_plain(ERROR_NO_MEMORY);
    write_place(round, shard, aggregate->coordinates, place);
    if (inside == 0 ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, nonce + NONCE, inside + TAG,
                                                   place, PLACE, nonce, key) != 0 ||
        !add(plain, inside, aggregate))
        error = error_raise(ERROR_DAMAGED,
                            "the sum of round %" PRIu64 " cannot be opened with its key", round);
    sodium_memzero(plain, inside);
    free(plain);
    return error;
}
