#ifndef EMOTRACK_APP_IMPORT_OBJECT_H
#define EMOTRACK_APP_IMPORT_OBJECT_H

#include "app/import_source.h"
#include "base/buffer.h"

/* JSON objects, one after the other, of which no more than one is in memory: the lines of JSON
 * Lines, or the members of the array that one big object has under a name. */

struct import_object {
    struct buffer bytes;  /* of the present one */
    struct cJSON *parsed; /* NULL at the end of the file */
    size_t line;          /* where it starts */
    const char *array;    /* the name of the array; NULL: one object a line */
    char key[32];         /* the last string at the outermost level */
    int depth;            /* brackets that are open */
    bool inside, seen;    /* the array is open; it was there */
};

/* `array` is borrowed; NULL: JSON Lines. */
void import_object_init(struct import_object *object, const char *array);
void import_object_free(struct import_object *object);

/* The next object. A NUL in a string (\u0000) becomes U+FFFD. ERROR_INVALID, ERROR_TOO_LARGE: this
 * one is none, or too long; it is passed over. ERROR_DAMAGED: the file has no such array. Other
 * errors are those of reading. */
enum error import_object_next(struct import_source *source,
                              struct import_object *object) MUST_CHECK;

/* A member that is a string; NULL: there is none, or it is null. ERROR_INVALID: something else. */
enum error import_object_text(const struct import_object *object, const char *name,
                              char **out) MUST_CHECK;
/* The same for a number; `*there` false: there is none. */
enum error import_object_number(const struct import_object *object, const char *name, double *out,
                                bool *there) MUST_CHECK;

#endif
