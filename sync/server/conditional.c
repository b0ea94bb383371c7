#include "sync/server/conditional.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static bool is_tag(const char *quoted, size_t length, const char *tag)
{
    return length == strlen(tag) + 2 && quoted[0] == '"' && quoted[length - 1] == '"' &&
           memcmp(quoted + 1, tag, length - 2) == 0;
}

bool conditional_has(const char *if_none_match, const char *tag)
{
    const char *at = if_none_match;

    while (at && *at) {
        size_t length;

        at += strspn(at, " \t,");
        if (strncmp(at, "W/", 2) == 0)
            at += 2;
        length = strcspn(at, ", \t");
        if (is_tag(at, length, tag) || (length == 1 && *at == '*'))
            return true;
        at += length;
    }
    return false;
}

/* Digits; what is too large for a number is as large as can be. */
static bool take_number(const char **at, uint64_t *out)
{
    const char *begin = *at;

    for (*out = 0; **at >= '0' && **at <= '9'; (*at)++) {
        uint64_t digit = (uint64_t)(**at - '0');

        *out = *out > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *out * 10 + digit;
    }
    return *at > begin;
}

/* "-COUNT": the last so many bytes. */
static enum range take_suffix(const char *at, uint64_t size, uint64_t *first, uint64_t *last)
{
    uint64_t count;

    at++;
    if (!take_number(&at, &count) || *at)
        return RANGE_ALL;
    if (count == 0 || size == 0)
        return RANGE_NONE;
    *first = count < size ? size - count : 0;
    *last = size - 1;
    return RANGE_PART;
}

enum range conditional_range(const char *range, const char *if_range, const char *tag,
                             uint64_t size, uint64_t *first, uint64_t *last)
{
    static const char unit[] = "bytes=";
    const char *at = range;

    if (!range || strncasecmp(range, unit, sizeof unit - 1) != 0 ||
        (if_range && !is_tag(if_range, strlen(if_range), tag)))
        return RANGE_ALL;
    at += sizeof unit - 1;
    if (*at == '-')
        return take_suffix(at, size, first, last);
    if (!take_number(&at, first) || *at++ != '-')
        return RANGE_ALL;
    if (*at == '\0')
        *last = UINT64_MAX;
    else if (!take_number(&at, last) || *at || *last < *first)
        return RANGE_ALL;
    if (*first >= size)
        return RANGE_NONE;
    if (*last >= size)
        *last = size - 1;
    return RANGE_PART;
}
