#include "db/filter.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

/* The first 8 bytes, if there are as many, are the clock; the rest is a filter line. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct filter *filter, enum error error)
{
    assert(error == ERROR_NONE || error == ERROR_INVALID);
    assert(filter->terms >= 0 && filter->terms <= FILTER_TERMS_MAX);
    assert(!error || (filter->terms == 0 && filter->rated == FILTER_ANY));
    assert(strlen(filter->emotion) <= FILTER_NAME_MAX && strlen(filter->you) <= FILTER_NAME_MAX);
    for (int i = 0; i < filter->terms; i++)
        assert(filter->term[i][0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct filter filter;
    int64_t now = 0;

    if (size >= sizeof now) {
        memcpy(&now, data, sizeof now);
        data += sizeof now;
        size -= sizeof now;
    }
    check(&filter, filter_parse((const char *)data, size, now, &filter));
    filter_clear(&filter);
    return 0;
}
