#ifndef EMOTRACK_CLASSIFIER_CORPUS_H
#define EMOTRACK_CLASSIFIER_CORPUS_H

#include "base/buffer.h"
#include "classifier/label.h"

#include <stdbool.h>
#include <stdint.h>

/* Labelled text: one message a line, `text<TAB>label[,label...]`, and the two tables that go with
 * it. Empty lines are passed over; every other line that is not so is an error that names file and
 * line. */

enum { CORPUS_FILE_MAX = 1024 * 1024 * 1024 /* bytes */ };

struct corpus_row {
    const char *text; /* [length]; borrowed from the corpus's bytes */
    uint32_t length;
    uint64_t labels; /* bit i: label i of the label set; at least one is set */
};

struct corpus {
    struct buffer bytes;
    struct corpus_row *rows; /* [count] */
    size_t count;
};

/* Label names, each with its place. */
struct label_set {
    char names[LABELS_MAX][LABEL_NAME_MAX + 1];
    int count;
};

/* A table of lines whose fields tabs divide: the label map (`from<TAB>to`) and the label table
 * (`name<TAB>emoji<TAB>colour`). */
enum { TABLE_FIELDS_MAX = 3, TABLE_ROWS_MAX = 4096 };
struct table {
    struct buffer bytes;
    char *(*rows)[TABLE_FIELDS_MAX]; /* [count][fields], NUL-terminated, in `bytes` */
    size_t count;
};

int label_set_find(const struct label_set *set, const char *name, size_t length); /* or -1 */

/* Reads a table whose lines all have `fields` fields. Freed by table_free in every case. */
enum error table_read(const char *path, int fields, struct table *out) MUST_CHECK;
void table_free(struct table *table); /* safe on zeroed structs */
/* The row whose first field is this, or NULL. */
char *const *table_find(const struct table *table, const char *first, size_t length);

/* Reads a corpus. Each label is led through `map` (NULL: as it is); one that the map lacks is an
 * error. With `grow`, names new to `set` are added to it; else they are errors. Freed by
 * corpus_free in every case. */
enum error corpus_read(const char *path, const struct table *map, bool grow, struct label_set *set,
                       struct corpus *out) MUST_CHECK;
void corpus_free(struct corpus *corpus); /* safe on zeroed structs */

#endif
