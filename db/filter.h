#ifndef EMOTRACK_DB_FILTER_H
#define EMOTRACK_DB_FILTER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The filter line of the history:
 *
 *     rated            has a rating             not:rated       has none
 *     wrong            rated wrong              right           rated right
 *     emotion:NAME     guessed as NAME          you:NAME        you said that it is NAME (a wrong
 *                      ("none": can't tell)                     guess corrected, or a right one)
 *     after:DATE       that day or later        before:DATE     earlier than that day
 *     hour:21          in that hour, 0 to 23    weekday:mon     on that day of the week (two
 *                                                               letters of its name or more)
 *     anything else    a part of the text, without regard to case; "quoted" keeps blanks and
 *                      takes a keyword literally
 *
 * Quotes behind a colon keep blanks too: you:"very sad".
 * DATE is YYYY-MM-DD, YYYY-MM, YYYY, today or yesterday (as the user's clock has them). When a
 * message was written is told on the clock of the one who wrote, as the history shows it. All parts
 * must hold; parts about the rating that cannot hold together are refused. */

enum {
    FILTER_NAME_MAX = 63 /* bytes */,
    FILTER_TERMS_MAX = 16,
    FILTER_TEXT_MAX = 4096 /* bytes */
};

enum filter_rated { FILTER_ANY, FILTER_RATED, FILTER_NOT_RATED };

struct filter {
    enum filter_rated rated;
    bool wrong, right;
    char emotion[FILTER_NAME_MAX + 1]; /* "": any */
    char you[FILTER_NAME_MAX + 1];     /* "": any */
    int64_t after;  /* written then or later, ms since 1970 on the writer's clock; INT64_MIN: any */
    int64_t before; /* written earlier than that, on the same; INT64_MAX: any */
    int hour;       /* of writing, 0 to 23; -1: any */
    int weekday;    /* of writing, 0 Sunday; -1: any */
    int terms;      /* how many of: */
    char *term[FILTER_TERMS_MAX]; /* case-folded, not empty; owned: filter_clear */
};

/* A filter that lets everything through. */
void filter_init(struct filter *filter);
void filter_clear(struct filter *filter); /* frees the terms; the filter lets everything through */

/* Parses a filter line of any bytes. `now` (ms since 1970 UTC) is what today and yesterday are
 * told from; the time zone is the process's. ERROR_INVALID: the sentence names the part that was
 * not understood and what is; `out` then lets everything through. */
enum error filter_parse(const char *line, size_t length, int64_t now,
                        struct filter *out) MUST_CHECK;

#endif
