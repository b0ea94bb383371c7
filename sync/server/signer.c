#include "sync/server/signer.h"

#include "base/file.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNER_FILE_MAX = 16 * 1024 /* bytes */ };

/* Lines: "first KEY", "next KEY SIGNATURE" for each that followed, "secret KEY", in hex. */
#define HEADING                                                                                    \
    "# The key that signs this server's models and rounds. Who has it can be this server: show\n"  \
    "# it to nobody. Change it with: emotrack-server keys rotate\n"

void signer_make(struct signer *signer)
{
    *signer = (struct signer){0};
    key_make(&signer->pair);
    memcpy(signer->first, signer->pair.public, KEY_BYTES);
}

void signer_wipe(struct signer *signer)
{
    sodium_memzero(signer, sizeof *signer);
}

static const unsigned char *last_key(const struct signer *signer)
{
    return signer->successions > 0 ? signer->succession[signer->successions - 1].key
                                   : signer->first;
}

/* ---- reading ---- */

/* Takes `word` and a blank off the line; false: it is another line. */
static bool take_word(char **line, const char *word)
{
    size_t length = strlen(word);

    if (strncmp(*line, word, length) != 0 || (*line)[length] != ' ')
        return false;
    *line += length + 1;
    return true;
}

static bool take_next(char *line, struct signer *out)
{
    struct succession *next = &out->succession[out->successions];
    char *signature = strchr(line, ' ');

    if (!signature || out->successions == SUCCESSIONS_MAX)
        return false;
    *signature++ = '\0';
    if (!hex_read(line, next->key, KEY_BYTES) ||
        !hex_read(signature, next->signature, SIGNATURE_BYTES) ||
        !key_verify(last_key(out), SUCCESSION_PURPOSE, next->key, KEY_BYTES, next->signature))
        return false;
    out->successions++;
    return true;
}

/* The public half is the end of the secret one. */
static bool take_secret(const char *line, struct signer *out)
{
    if (!hex_read(line, out->pair.secret, KEY_SECRET))
        return false;
    memcpy(out->pair.public, out->pair.secret + KEY_SECRET - KEY_BYTES, KEY_BYTES);
    return memcmp(out->pair.public, last_key(out), KEY_BYTES) == 0;
}

static bool take_line(char *line, int *place, struct signer *out)
{
    if (line[0] == '#' || line[0] == '\0')
        return true;
    if (*place == 0 && take_word(&line, "first"))
        return ++*place && hex_read(line, out->first, KEY_BYTES);
    if (*place == 1 && take_word(&line, "next"))
        return take_next(line, out);
    if (*place == 1 && take_word(&line, "secret"))
        return ++*place && take_secret(line, out);
    return false;
}

static bool parse(char *text, struct signer *out)
{
    int place = 0; /* 1: behind "first"; 2: behind "secret" */
    bool good = true;

    while (text && *text && good) {
        char *end = strchr(text, '\n');

        if (end)
            *end++ = '\0';
        good = take_line(text, &place, out);
        text = end;
    }
    return good && place == 2;
}

enum error signer_read(const char *path, struct signer *out)
{
    struct buffer text;
    enum error error;

    *out = (struct signer){0};
    buffer_init(&text, SIGNER_FILE_MAX);
    error = file_read(path, &text);
    if (!error && !(text.data && parse(text.data, out)))
        error = error_raise(ERROR_DAMAGED,
                            "'%s' does not hold a server's keys, each signed by the one before; "
                            "restore it from a backup",
                            path);
    if (error)
        signer_wipe(out);
    if (text.data)
        sodium_memzero(text.data, text.capacity);
    buffer_free(&text);
    return error;
}

/* ---- writing ---- */

static enum error add_hex(const char *word, const unsigned char *bytes, size_t length,
                          struct buffer *out)
{
    char hex[2 * SIGNATURE_BYTES + 1];
    enum error error;

    _Static_assert(sizeof hex > 2 * KEY_SECRET, "a secret key fits");
    hex_write(bytes, length, hex);
    error = buffer_format(out, "%s%s", word, hex);
    sodium_memzero(hex, sizeof hex);
    return error;
}

enum error signer_write(const struct signer *signer, const char *path)
{
    struct buffer text;
    enum error error;

    buffer_init(&text, SIGNER_FILE_MAX);
    /* At once, so that no piece of the secret stays behind where the buffer grew. */
    error = buffer_reserve(&text, SIGNER_FILE_MAX);
    if (!error)
        error = add_hex(HEADING "first ", signer->first, KEY_BYTES, &text);
    for (size_t i = 0; i < signer->successions && !error; i++) {
        error = add_hex("\nnext ", signer->succession[i].key, KEY_BYTES, &text);
        if (!error)
            error = add_hex(" ", signer->succession[i].signature, SIGNATURE_BYTES, &text);
    }
    if (!error)
        error = add_hex("\nsecret ", signer->pair.secret, KEY_SECRET, &text);
    if (!error)
        error = buffer_append_text(&text, "\n");
    if (!error)
        error = file_replace(path, text.data, text.length);
    if (text.data)
        sodium_memzero(text.data, text.capacity);
    buffer_free(&text);
    return error;
}

enum error signer_show(const struct signer *signer, const char *path)
{
    char line[FINGERPRINT_MAX + 1];
    size_t length;

    key_fingerprint(signer->pair.public, line);
    length = strlen(line);
    line[length++] = '\n';
    return file_replace(path, line, length);
}

/* ---- signing ---- */

enum error signer_rotate(struct signer *signer)
{
    struct succession *next = &signer->succession[signer->successions];
    struct key_pair pair;
    enum error error;

    if (signer->successions == SUCCESSIONS_MAX)
        return error_raise(ERROR_TOO_LARGE,
                           "%d keys have followed the first, and a manifest has room for no more: "
                           "make a new server, and let people join that",
                           (int)SUCCESSIONS_MAX);
    key_make(&pair);
    memcpy(next->key, pair.public, KEY_BYTES);
    error = key_sign(&signer->pair, SUCCESSION_PURPOSE, next->key, KEY_BYTES, next->signature);
    if (!error) {
        signer->successions++;
        key_wipe(&signer->pair);
        signer->pair = pair;
    }
    key_wipe(&pair);
    return error;
}

enum error signer_sign(const struct signer *signer, const void *manifest, size_t length,
                       struct envelope *out)
{
    enum error error;

    *out = (struct envelope){.successions = signer->successions};
    buffer_init(&out->manifest, MANIFEST_MAX);
    memcpy(out->first, signer->first, KEY_BYTES);
    memcpy(out->succession, signer->succession, sizeof out->succession);
    error = buffer_append(&out->manifest, manifest, length);
    return error ? error : envelope_sign(out, &signer->pair);
}
