#include "sync/server/route.h"

#include <stdbool.h>
#include <string.h>

enum { NUMBER_DIGITS_MAX = 19 };

static bool is_path(const char *path, size_t length, const char *expected)
{
    return length == strlen(expected) && memcmp(path, expected, length) == 0;
}

static bool skip(const char **at, const char *end, const char *expected)
{
    size_t length = strlen(expected);

    if ((size_t)(end - *at) < length || memcmp(*at, expected, length) != 0)
        return false;
    *at += length;
    return true;
}

static bool take_number(const char **at, const char *end, uint64_t most, uint64_t *out)
{
    const char *begin = *at;

    *out = 0;
    for (; *at < end && **at >= '0' && **at <= '9' && *at - begin < NUMBER_DIGITS_MAX; (*at)++)
        *out = *out * 10 + (uint64_t)(**at - '0');
    return *at > begin && *begin != '0' && *out <= most;
}

static bool take_id(const char **at, const char *end, unsigned char id[REPORT_ID_BYTES])
{
    static const char digits[] = "0123456789abcdef";

    if (end - *at < REPORT_ID_HEX)
        return false;
    for (size_t i = 0; i < REPORT_ID_HEX; i++, (*at)++) {
        const char *digit = memchr(digits, **at, sizeof digits - 1);

        if (!digit)
            return false;
        id[i / 2] = (unsigned char)(id[i / 2] << 4 | (digit - digits));
    }
    return true;
}

struct route route_of(const char *path, size_t length)
{
    struct route route = {.kind = ROUTE_NONE};
    const char *at = path, *end = path + length;
    uint64_t version;

    if (is_path(path, length, "/"))
        route.kind = ROUTE_PAGE;
    else if (is_path(path, length, "/healthz"))
        route.kind = ROUTE_HEALTH;
    else if (is_path(path, length, "/metrics"))
        route.kind = ROUTE_METRICS;
    else if (is_path(path, length, "/v1/manifest"))
        route.kind = ROUTE_MANIFEST;
    else if (skip(&at, end, "/v1/models/")) {
        if (take_number(&at, end, UINT32_MAX, &version) && at == end) {
            route.kind = ROUTE_MODEL;
            route.version = (uint32_t)version;
        }
    } else if (skip(&at, end, "/v1/rounds/") && take_number(&at, end, INT64_MAX, &route.round) &&
               skip(&at, end, "/reports/") && take_id(&at, end, route.id) && at == end)
        route.kind = ROUTE_REPORT;
    return route;
}

const char *route_methods(enum route_kind kind)
{
    return kind == ROUTE_REPORT ? "PUT" : "GET, HEAD";
}
