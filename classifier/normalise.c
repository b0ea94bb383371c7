#include "classifier/normalise.h"

#include "base/bytes.h"
#include "base/utf8.h"

#include <string.h>
#include <utf8proc.h>

enum {
    CLUSTER_MAX = 64,           /* code points read as one cluster: no writing needs as many */
    EXPANSION_MAX = 18,         /* code points that one may become under NFKC */
    QUICK_LENGTH = 3,           /* bytes of each of the quotes and dashes below */
    ZERO_WIDTH_JOINER = 0x200D, /* holds emoji of several together */
};

/* Fills what is beside the bytes. False if one of them is NUL or beyond ASCII. */
static bool read_lanes(struct normalised *out)
{
    uint64_t same = 0, tripled = 0, other = 0;
    struct lanes lanes;
    size_t at;

    memset(out->bytes + out->length, 0, NORMALISED_PADDING);
    for (at = 0; at < out->length; at += LANES_BYTES) {
        size_t left = out->length - at;
        uint64_t inside = left < LANES_BYTES ? (UINT64_C(1) << left) - 1 : UINT64_MAX;

        lanes_read(out->bytes + at, at > 0 ? out->lower[at - 1] : '\0', out->lower + at, &lanes);
        tripled |= lanes.word & lanes.same & (lanes.same << 1 | same >> 63);
        other |= (lanes.wide | lanes.nul) & inside;
        same = lanes.same;
        bytes_put_u64(out->word + at / 8, lanes.word);
        bytes_put_u64(out->upper + at / 8, lanes.upper);
    }
    bytes_put_u64(out->word + at / 8, 0);
    bytes_put_u64(out->upper + at / 8, 0);
    out->tripled = tripled != 0;
    return other == 0;
}

bool normalise_ascii(struct normalised *out, const char *message, size_t length)
{
    memcpy(out->bytes, message, length);
    out->length = length;
    return read_lanes(out);
}

static bool is_skin_tone(int32_t codepoint)
{
    return codepoint >= 0x1F3FB && codepoint <= 0x1F3FF;
}

static bool is_variation_selector(int32_t codepoint)
{
    return codepoint == 0xFE0E || codepoint == 0xFE0F;
}

/* Quotes, apostrophes and dashes that people and their telephones write for the ASCII ones. */
static int32_t plain_punctuation(int32_t codepoint)
{
    switch (codepoint) {
    case 0x2018:
    case 0x2019:
    case 0x201A:
    case 0x201B:
    case 0x2032:
    case 0x02BC:
    case 0x00B4: return '\'';
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0x201F:
    case 0x2033:
    case 0x00AB:
    case 0x00BB: return '"';
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2015: return '-';
    default: return codepoint;
    }
}

static bool is_ascii(char byte)
{
    return (unsigned char)byte < 0x80 && byte != '\0';
}

/* U+2010 to U+201F without U+2016 and U+2017: frequent, and never joined to what is before them. */
static bool is_quick(const char *at, const char *end)
{
    return end - at >= QUICK_LENGTH && at[0] == '\xE2' && at[1] == '\x80' &&
           (unsigned char)at[2] >= 0x90 && (unsigned char)at[2] <= 0x9F &&
           ((unsigned char)at[2] | 1) != 0x97;
}

static bool begins_cluster(const char *at, const char *end)
{
    return at == end || is_ascii(*at) || is_quick(at, end);
}

static bool put(struct normalised *out, int32_t codepoint, uint32_t source)
{
    char bytes[4];
    size_t length, i;

    if (codepoint >= 0x80) {
        int32_t lower = utf8proc_tolower(codepoint);

        if (lower != codepoint)
            source |= NORMALISED_UPPER;
        codepoint = lower;
    }
    length = utf8_encode(codepoint, bytes);
    if (out->length + length > NORMALISED_MAX)
        return false;
    for (i = 0; i < length; i++) {
        out->bytes[out->length] = bytes[i];
        out->source[out->length++] = source;
    }
    return true;
}

struct cluster {
    char bytes[4 * CLUSTER_MAX]; /* UTF-8, cleaned */
    size_t length;
    bool pictographic;
};

static void cluster_add(struct cluster *cluster, int32_t codepoint)
{
    if (is_variation_selector(codepoint))
        return;
    if (cluster->length > 0 && is_skin_tone(codepoint))
        return;
    if (codepoint == ZERO_WIDTH_JOINER && !cluster->pictographic)
        return;
    if (codepoint == '\0')
        codepoint = UTF8_REPLACEMENT;
    if (cluster->length == 0)
        cluster->pictographic = utf8proc_get_property(codepoint)->boundclass ==
                                UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
    cluster->length += utf8_encode(plain_punctuation(codepoint), cluster->bytes + cluster->length);
}

/* Reads one grapheme cluster, length > 0; returns its bytes. */
static size_t cluster_read(struct cluster *cluster, const char *message, size_t length)
{
    int32_t before, codepoint, state = 0;
    size_t at, taken;
    int count = 1;

    cluster->length = 0;
    cluster->pictographic = false;
    at = utf8_decode(message, length, &before);
    cluster_add(cluster, before);
    while (at < length && count < CLUSTER_MAX) {
        taken = utf8_decode(message + at, length - at, &codepoint);
        if (utf8proc_grapheme_break_stateful(before, codepoint, &state))
            break;
        cluster_add(cluster, codepoint);
        before = codepoint;
        at += taken;
        count++;
    }
    return at;
}

static bool put_cluster(struct normalised *out, const struct cluster *cluster, uint32_t source)
{
    int32_t form[CLUSTER_MAX * EXPANSION_MAX];
    const int maximum = (int)(sizeof form / sizeof *form);
    utf8proc_ssize_t count, i;
    unsigned options = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT;

    if (!cluster->pictographic) /* an emoji keeps its joiners */
        options |= UTF8PROC_IGNORE;
    count = utf8proc_decompose((const utf8proc_uint8_t *)cluster->bytes,
                               (utf8proc_ssize_t)cluster->length, form, maximum,
                               (utf8proc_option_t)options);
    if (count < 0 || count > maximum)
        return true;
    count = utf8proc_normalize_utf32(form, count, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    for (i = 0; i < count; i++)
        if (!put(out, form[i], source))
            return false;
    return true;
}

/* Reads the cluster at `at`; returns where the next begins, or NULL where there is no more room. */
static const char *step(struct normalised *out, const char *message, const char *at,
                        const char *end)
{
    uint32_t source = (uint32_t)(at - message);
    struct cluster cluster;
    int32_t codepoint;
    size_t taken;

    if (is_ascii(*at) && begins_cluster(at + 1, end))
        return NULL; /* put_ascii had no room for it */
    if (is_quick(at, end) && begins_cluster(at + QUICK_LENGTH, end)) {
        taken = utf8_decode(at, (size_t)(end - at), &codepoint);
        return put(out, plain_punctuation(codepoint), source) ? at + taken : NULL;
    }
    taken = cluster_read(&cluster, at, (size_t)(end - at));
    return put_cluster(out, &cluster, source) ? at + taken : NULL;
}

/* Whether eight bytes and the one behind them are ASCII. */
static bool is_plain(const char *at)
{
    uint64_t chunk = bytes_get_u64(at);

    return !((chunk | (chunk - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080)) &&
           is_ascii(at[8]);
}

/* Copies the ASCII at `at` of which nothing joins what follows; returns where it ends. */
static const char *put_ascii(struct normalised *out, const char *message, const char *at,
                             const char *end)
{
    size_t room = NORMALISED_MAX - out->length;
    const char *stop = (size_t)(end - at) < room ? end : at + room;

    for (; stop - at > 8 && is_plain(at); at += 8) {
        memcpy(out->bytes + out->length, at, 8);
        for (uint32_t i = 0; i < 8; i++)
            out->source[out->length + i] = (uint32_t)(at - message) + i;
        out->length += 8;
    }
    for (; at < stop && is_ascii(*at) && begins_cluster(at + 1, end); at++) {
        out->source[out->length] = (uint32_t)(at - message);
        out->bytes[out->length++] = *at;
    }
    return at;
}

void normalise_unicode(struct normalised *out, const char *message, size_t length)
{
    const char *at = message, *end = message + length;

    out->length = 0;
    while (at && at < end) {
        at = put_ascii(out, message, at, end);
        if (at < end)
            at = step(out, message, at, end);
    }
    out->source[out->length] = (uint32_t)length;
    read_lanes(out);
}
