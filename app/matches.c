#include "app/matches.h"

#include "app/now.h"
#include "db/filter.h"
#include "db/fold.h"

#include <stdlib.h>
#include <string.h>

struct matches {
    struct filter filter;
    struct buffer scratch;
};

enum error matches_new(const char *filter, struct matches **out)
{
    struct matches *matches = calloc(1, sizeof *matches);
    enum error error;

    *out = NULL;
    if (!matches)
        return error_raise_plain(ERROR_NO_MEMORY);
    buffer_init(&matches->scratch, FOLD_SCRATCH_MAX);
    error = filter_parse(filter, strlen(filter), now_milliseconds(), &matches->filter);
    if (error == ERROR_NO_MEMORY) {
        matches_free(matches);
        return error;
    }
    *out = matches;
    return ERROR_NONE;
}

void matches_free(struct matches *matches)
{
    if (!matches)
        return;
    filter_clear(&matches->filter);
    buffer_free(&matches->scratch);
    free(matches);
}

/* The word that stands first in text[from..length), or the longest of those that do. */
static bool find_next(struct matches *matches, const char *text, size_t length, size_t from,
                      struct span *out)
{
    bool any = false;

    for (int i = 0; i < matches->filter.terms; i++) {
        struct fold_match match;

        if (fold_find(&matches->scratch, text + from, length - from, matches->filter.term[i],
                      &match) ||
            match.end == 0)
            continue;
        match.start += from;
        match.end += from;
        if (!any || match.start < out->start || (match.start == out->start && match.end > out->end))
            *out = (struct span){.start = match.start, .end = match.end};
        any = true;
    }
    return any;
}

size_t matches_find(struct matches *matches, const char *text, size_t length,
                    struct span out[MATCHES_MAX])
{
    size_t count = 0, from = 0;

    while (matches && count < MATCHES_MAX && find_next(matches, text, length, from, &out[count]))
        from = out[count++].end;
    return count;
}
