#ifndef EMOTRACK_APP_INSIGHTS_H
#define EMOTRACK_APP_INSIGHTS_H

#include "app/journal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What messages and ratings add up to over time: trends, the year in days, how often the model was
 * right, streaks and times of day. Everything is counted on the writer's own clock at the time of
 * writing: a message belongs to the day that its writer lived in. Read once, then every view of it
 * is arithmetic in memory. */

/* ---- what was read ---- */

enum {
    INSIGHTS_LABELS_MAX = 64,
    INSIGHTS_NONE = -1,
    INSIGHTS_BEYOND = -2, /* an emotion, but one too many, or no name that one can have: it is
                             counted as no emotion, and never as "can't tell" */
    INSIGHTS_FIRST = 20,  /* ratings, or messages with an emotion, below which no share is named */
};

/* One message: 24 bytes. */
struct insights_mood {
    int32_t day;    /* days since 1970-01-01, on the writer's clock; within years 1 to 9999 */
    int16_t minute; /* of that day, 0 to 1439 */
    int8_t guess;   /* index into name; INSIGHTS_NONE: can't tell; INSIGHTS_BEYOND */
    int8_t you;     /* what the user says it is; INSIGHTS_NONE: nothing, or just "wrong";
                       INSIGHTS_BEYOND */
    int8_t verdict; /* enum verdict */
    int64_t rating; /* grows in the order of rating; 0: not rated */
};

struct insights_data {
    struct insights_mood *moods; /* [count], oldest first: in the order of time, which is not
                                    always that of the days on the writer's clock */
    size_t count;
    int32_t *days; /* [day_count], ascending: those with a message */
    size_t day_count;
    size_t rated; /* messages with a rating */
    int names;    /* the model's labels first, in its order; then others that the journal knows;
                     whatever their case, as in a filter */
    char name[INSIGHTS_LABELS_MAX][LABEL_NAME_MAX + 1];
};

/* Reads all messages without their texts. ERROR_NO_MEMORY and what the database says; freed by
 * insights_data_free in every case. */
enum error insights_read(struct journal *journal, struct insights_data *out) MUST_CHECK;
void insights_data_free(struct insights_data *data); /* safe on zeroed structs */

/* A sign for each name, all different, for where colours cannot be seen: a letter of the name where
 * one is free ("s" sadness, "u" surprise), else another letter, a digit or one of "*+#@%=". */
void insights_letters(const struct insights_data *data, char out[INSIGHTS_LABELS_MAX]);

/* ---- what is counted ---- */

enum insights_source { INSIGHTS_YOU, INSIGHTS_GUESSES };
enum { INSIGHTS_SOURCES = INSIGHTS_GUESSES + 1 };
extern const char *const insights_source_names[INSIGHTS_SOURCES]; /* "your ratings", ... */

/* The user's ratings where there are at least INSIGHTS_FIRST of them, else the guesses. */
enum insights_source insights_source(const struct insights_data *data);

/* ---- days ---- */

enum {
    INSIGHTS_DAY_FIRST = -719162, /* 0001-01-01 */
    INSIGHTS_DAY_LAST = 2932896,  /* 9999-12-31 */
};

/* Today on the user's clock (app/now.h). */
int32_t insights_today(void);

/* "2026-11-22". */
enum { INSIGHTS_DATE_MAX = 40 };
void insights_date(int32_t day, char out[INSIGHTS_DATE_MAX]);

/* The day of such a date, of "today" or "yesterday"; the first of "2026-11" and of "2026". False:
 * it is none, or not within years 1 to 9999. */
bool insights_day(const char *date, int32_t *day);

int insights_weekday(int32_t day);                  /* 0: Sunday */
extern const char *const insights_weekday_names[7]; /* "Sunday", ... */
extern const char *const insights_month_names[12];  /* "January", ... */

/* ---- a period ---- */

enum insights_span { INSIGHTS_DAY, INSIGHTS_WEEK, INSIGHTS_MONTH, INSIGHTS_YEAR };
enum { INSIGHTS_SPANS = INSIGHTS_YEAR + 1 };
extern const char *const insights_span_names[INSIGHTS_SPANS]; /* "day", ... */

enum { INSIGHTS_BUCKETS_MAX = 31 };

struct insights_period {
    enum insights_span span;
    int week_start;      /* 0 Sunday, 1 Monday, 6 Saturday */
    int32_t first, days; /* [first, first + days) */
    int buckets; /* a day: 8 of three hours; a week: 7 days; a month: its days; a year: 12 months */
    char title[72]; /* "November 2026", "16 to 22 November 2026" */
};

/* The period of a kind that a day lies in. */
void insights_period(enum insights_span span, int32_t day, int week_start,
                     struct insights_period *out);

/* The one `steps` later (negative: earlier), the last or first where there are not so many: years
 * stay within 1 and 9999. */
void insights_step(const struct insights_period *period, int steps, struct insights_period *out);

/* What a bucket covers, for the filter of the entries behind it; `name`: "Mon 16", "16", "Nov",
 * "06-09 h". */
struct insights_bucket {
    int32_t first, days; /* a part of a day: that day */
    char name[24];
};
void insights_bucket(const struct insights_period *period, int bucket, struct insights_bucket *out);

/* ---- trends ---- */

struct insights_trend {
    int label;
    size_t count;                         /* in the period */
    size_t before;                        /* in the period before it */
    double share;                         /* of what has an emotion in the period, 0 to 1 */
    double change;                        /* of the share, against the period before */
    size_t buckets[INSIGHTS_BUCKETS_MAX]; /* counts */
};

struct insights_trends {
    struct insights_period period;
    enum insights_source source;
    size_t messages; /* in the period */
    size_t told;     /* of those, with an emotion by this source */
    size_t before;   /* told in the period before */
    bool shares;     /* told is enough for shares to be named */
    bool changes;    /* and so is before, for changes */
    size_t most;     /* the largest of all buckets */
    int count;
    struct insights_trend trend[INSIGHTS_LABELS_MAX]; /* [count], largest share first, each > 0 */
};

void insights_trends(const struct insights_data *data, const struct insights_period *period,
                     enum insights_source source, struct insights_trends *out);

/* ---- a year in days ---- */

struct insights_cell {
    size_t messages; /* written that day */
    size_t told;     /* of those, with an emotion by this source */
    int label;       /* the most frequent emotion, the later one of equals; INSIGHTS_NONE: none */
};

/* cells[0..period->days) of the period, at most 366. */
enum { INSIGHTS_DAYS_MAX = 366 };
void insights_cells(const struct insights_data *data, const struct insights_period *period,
                    enum insights_source source, struct insights_cell *cells);

/* ---- the model and you ---- */

enum { INSIGHTS_CORRECTIONS = 5 };

struct insights_correction {
    int from, to; /* guessed (INSIGHTS_NONE: can't tell), corrected to */
    size_t count;
};

struct insights_agreement {
    size_t rated, right;                 /* over all time */
    size_t first, first_right;           /* the first INSIGHTS_FIRST, in the order of rating */
    size_t last, last_right;             /* the last INSIGHTS_FIRST */
    size_t guessed[INSIGHTS_LABELS_MAX]; /* rated messages that were guessed so */
    size_t agreed[INSIGHTS_LABELS_MAX];  /* of those, right */
    int corrections;
    struct insights_correction correction[INSIGHTS_CORRECTIONS]; /* most frequent first */
};
void insights_agreement(const struct insights_data *data, struct insights_agreement *out);

/* ---- habits of writing ---- */

struct insights_habits {
    size_t streak;         /* days in a row with a message, up to today or yesterday */
    size_t longest;        /* the longest ever */
    int32_t longest_first; /* its first day */
    size_t days;           /* with a message */
    size_t hours[24];      /* messages by the hour of writing */
    int hour_label[24];    /* main emotion by this source; INSIGHTS_NONE */
    size_t weekdays[7];    /* messages, Sunday first */
    int weekday_label[7];
};
void insights_habits(const struct insights_data *data, enum insights_source source, int32_t today,
                     struct insights_habits *out);

/* ---- months ---- */

struct insights_month {
    int32_t first, days;
    size_t messages;
    size_t rated; /* of those */
    size_t right; /* of those, rated right */
};

/* Those with messages, oldest first; malloc'ed, the caller frees them. ERROR_NO_MEMORY. */
enum error insights_months(const struct insights_data *data, struct insights_month **months,
                           size_t *count) MUST_CHECK;

/* ---- all of it ---- */

/* What a period shows, to be put in words, numbers or pictures. */
struct insights_view {
    const struct insights_data *data; /* borrowed */
    struct insights_trends trends;    /* with the period and the source */
    struct insights_period before;    /* the period before it */
    struct insights_cell cells[INSIGHTS_DAYS_MAX];
    struct insights_agreement agreement;
    struct insights_habits habits;
    char letters[INSIGHTS_LABELS_MAX];
};
void insights_view(const struct insights_data *data, const struct insights_period *period,
                   enum insights_source source, int32_t today, struct insights_view *out);

/* ---- the entries behind it: filter lines (db/filter.h), appended to `out` ----
 * They let exactly those through that were counted. ERROR_NO_MEMORY; ERROR_INVALID: the name of the
 * emotion cannot stand in a filter. */

/* For the messages of [first, first + days) with this emotion (INSIGHTS_NONE: whatever they have)
 * by the source. Nothing is appended for everything. */
enum error insights_filter(const struct insights_data *data, enum insights_source source,
                           int32_t first, int32_t days, int label, struct buffer *out) MUST_CHECK;

/* For the messages of a correction. */
enum error insights_filter_correction(const struct insights_data *data,
                                      const struct insights_correction *correction,
                                      struct buffer *out) MUST_CHECK;

#endif
