#ifndef EMOTRACK_DB_ENTRY_H
#define EMOTRACK_DB_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum verdict {
    VERDICT_NONE = 0,  /* not rated */
    VERDICT_RIGHT = 1, /* the guess is right */
    VERDICT_WRONG = 2, /* it is not; entry.label says what it is, if the user said so */
};

/* One message with its guess and its live rating. Strings are UTF-8 without NUL. An entry that the
 * db fills in owns its strings: entry_clear frees them. */
struct entry {
    int64_t id;         /* 1 and up, never used twice within a profile */
    int64_t created;    /* milliseconds since 1970-01-01T00:00:00Z */
    int32_t offset;     /* the writer's clock, minutes east of UTC */
    char *text;         /* never NULL in an entry that was read */
    bool damaged;       /* nobody can read it: what stands there says so, and is no message */
    char *guess;        /* a label's name; NULL: "can't tell" */
    double probability; /* of the most probable label, 0 to 1 */
    char *model;        /* id of the model that guessed */
    enum verdict verdict;
    char *label; /* the emotion that the user picked; NULL: none. With VERDICT_WRONG alone */
};

/* A message that is not sent yet: any bytes. One that the db fills in owns its text. */
struct draft {
    int64_t id;      /* 1 and up, never used twice within a profile */
    int64_t message; /* whose new text it is; 0: a message of its own */
    int64_t changed; /* when it was last saved, milliseconds since 1970-01-01T00:00:00Z */
    char *text;      /* length bytes and a NUL */
    size_t length;
};

/* In which order messages are listed. Where two are alike, in the second pair, the newer is first.
 */
enum db_order {
    DB_OLDEST_FIRST,
    DB_NEWEST_FIRST,
    DB_SUREST_FIRST,     /* the most probable guess first, "can't tell" last */
    DB_LEAST_SURE_FIRST, /* the other way round */
};

/* How messages are looked for. */
struct search {
    enum db_order order;
    bool (*abandon)(void *context); /* asked every moment whether to stop; NULL: never */
    void *context;
};

/* Frees the strings; the entry is all zero. */
void entry_clear(struct entry *entry);

/* Frees `count` drafts with their texts; NULL is safe. */
void drafts_free(struct draft *drafts, size_t count);

#endif
