#include "classifier/learner.h"

#include "base/bytes.h"
#include "classifier/crc32c.h"
#include "classifier/learner_parts.h"
#include "classifier/model_parts.h"

#include <string.h>

/* The layer as bytes, little-endian:
 *
 *   head      { magic, ratings, own words, rows, labels: u32 each }, model id, padded to 32 bytes
 *   own       u64 a word's hash, in the order of their numbers
 *   features  u32 a row
 *   evidence  i8 [rows][labels]
 *   times     u8 a row
 *   usage     f32 said [labels][labels], expected [labels][labels]
 *   check     u32 CRC-32C of all before */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a little-endian machine is needed");

enum {
    LAYER_MAGIC = 0x32594C45, /* "ELY2"; another number whenever learning follows other rules */
    MODEL_ID_SIZE = 32,
    HEAD_RATINGS = 4,
    HEAD_OWN = 8,
    HEAD_ROWS = 12,
    HEAD_LABELS = 16,
    HEAD_MODEL = 20,
    HEAD_SIZE = HEAD_MODEL + MODEL_ID_SIZE,
    CHECK_SIZE = 4,
};

static size_t layer_size(size_t own, size_t rows, size_t labels)
{
    return HEAD_SIZE + own * 8 + rows * (4 + 1 + labels) + 2 * labels * labels * 4 + CHECK_SIZE;
}

static void put_head(const struct learner *learner, char *head)
{
    memset(head, 0, HEAD_SIZE);
    bytes_put_u32(head, LAYER_MAGIC);
    bytes_put_u32(head + HEAD_RATINGS, (uint32_t)learner->count);
    bytes_put_u32(head + HEAD_OWN, learner->own.count);
    bytes_put_u32(head + HEAD_ROWS, learner->rows.count);
    bytes_put_u32(head + HEAD_LABELS, learner->parts->labels);
    strncpy(head + HEAD_MODEL, model_id(learner->model), MODEL_ID_SIZE);
}

static void put(char **at, const void *from, size_t count, size_t size)
{
    if (count > 0)
        memcpy(*at, from, count * size);
    *at += count * size;
}

static void take(void *to, const char **at, size_t count, size_t size)
{
    if (count > 0)
        memcpy(to, *at, count * size);
    *at += count * size;
}

static void put_own(const struct own_words *own, char **at)
{
    for (uint32_t slot = 0; own->count > 0 && slot <= own->mask; slot++)
        if (own->numbers[slot] != 0)
            bytes_put_u64(*at + (size_t)(own->numbers[slot] - 1) * 8, own->keys[slot]);
    *at += (size_t)own->count * 8;
}

static void put_usage(const struct usage *usage, size_t labels, char **at)
{
    for (size_t i = 0; i < labels; i++)
        put(at, usage->said[i], labels, 4);
    for (size_t i = 0; i < labels; i++)
        put(at, usage->expected[i], labels, 4);
}

enum error learner_save(const struct learner *learner, struct buffer *out)
{
    const struct rows *rows = &learner->rows;
    size_t labels = learner->parts->labels;
    size_t size = layer_size(learner->own.count, rows->count, labels);
    enum error error = buffer_reserve(out, size);
    char *layer, *at;

    if (error)
        return error;
    layer = out->data + out->length;
    at = layer + HEAD_SIZE;
    put_head(learner, layer);
    put_own(&learner->own, &at);
    put(&at, rows->feature, rows->count, 4);
    put(&at, rows->evidence, rows->count * labels, 1);
    put(&at, rows->times, rows->count, 1);
    put_usage(&learner->usage, labels, &at);
    bytes_put_u32(at, crc32c(0, layer, size - CHECK_SIZE));
    out->length += size;
    out->data[out->length] = '\0';
    return ERROR_NONE;
}

/* Whether the bytes are whole and were saved under the same rules, with the same model. */
static bool layer_fits(const struct learner *learner, const char *layer, size_t length)
{
    uint32_t own, rows;
    char head[HEAD_SIZE];

    if (length < HEAD_SIZE + CHECK_SIZE)
        return false;
    own = bytes_get_u32(layer + HEAD_OWN);
    rows = bytes_get_u32(layer + HEAD_ROWS);
    put_head(learner, head);
    memcpy(head + HEAD_RATINGS, layer + HEAD_RATINGS, HEAD_LABELS - HEAD_RATINGS);
    return memcmp(head, layer, HEAD_SIZE) == 0 && own <= OWN_WORDS_MAX &&
           rows <= learner->parts->vocabulary.count + own &&
           length == layer_size(own, rows, learner->parts->labels) &&
           bytes_get_u32(layer + length - CHECK_SIZE) == crc32c(0, layer, length - CHECK_SIZE);
}

/* False where two words are the same. */
static bool take_own(struct own_words *own, const char **at, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++, *at += 8)
        if (own_add(own, bytes_get_u64(*at)) != i)
            return false;
    return true;
}

/* False where two rows are of one feature, or one is of none. */
static bool take_rows(struct learner *learner, const char **at, uint32_t count)
{
    struct rows *rows = &learner->rows;
    uint32_t features = learner->parts->vocabulary.count + learner->own.count;

    take(rows->feature, at, count, 4);
    take(rows->evidence, at, count * (size_t)learner->parts->labels, 1);
    take(rows->times, at, count, 1);
    for (; rows->count < count; rows->count++) {
        uint32_t feature = rows->feature[rows->count];

        if (feature >= features || rows->of[feature] != 0)
            return false;
        rows->of[feature] = rows->count + 1;
    }
    return true;
}

static void take_usage(struct usage *usage, size_t labels, const char **at)
{
    for (size_t i = 0; i < labels; i++)
        take(usage->said[i], at, labels, 4);
    for (size_t i = 0; i < labels; i++)
        take(usage->expected[i], at, labels, 4);
    usage_settle(usage, (int)labels);
}

bool learner_restore(struct learner *learner, const void *bytes, size_t length)
{
    const char *layer = bytes, *at = layer + HEAD_SIZE;

    learner_reset(learner);
    if (!layer_fits(learner, layer, length) ||
        learner_reserve(learner, bytes_get_u32(layer + HEAD_ROWS)) ||
        own_reserve(&learner->own, bytes_get_u32(layer + HEAD_OWN)))
        return false;
    if (!take_own(&learner->own, &at, bytes_get_u32(layer + HEAD_OWN)) ||
        !take_rows(learner, &at, bytes_get_u32(layer + HEAD_ROWS))) {
        learner_reset(learner);
        return false;
    }
    take_usage(&learner->usage, learner->parts->labels, &at);
    learner->count = bytes_get_u32(layer + HEAD_RATINGS);
    return true;
}
