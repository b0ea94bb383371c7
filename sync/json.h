#ifndef EMOTRACK_SYNC_JSON_H
#define EMOTRACK_SYNC_JSON_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* JSON (RFC 8259) between strangers: reading that takes nothing on trust, writing that people can
 * read. Both carry their first error along, so that a list of fields reads as one. */

struct cJSON;

#define JSON_INTEGER_MAX ((UINT64_C(1) << 53) - 1) /* beyond it readers differ (RFC 8259, 6) */

/* ---- reading ---- */

struct json_reader {
    const char *what; /* "manifest": what is read, for sentences */
    const struct cJSON *object;
    enum error error; /* ERROR_NONE, or ERROR_INVALID: nothing is read from then on */
};

/* Takes an object apart, which must be all there is: UTF-8, no NUL, at most `limit` bytes.
 * ERROR_INVALID. `*out` is freed by json_free. */
enum error json_parse(const char *bytes, size_t length, size_t limit, const char *what,
                      struct cJSON **out) MUST_CHECK;
void json_free(struct cJSON *root); /* NULL is safe */

/* Each reads the field of this name, which must be there once, have that type and lie in that
 * range; else the reader's error is set, with a sentence that names the field, and the return is
 * the least, false or "". */
uint64_t json_integer(struct json_reader *reader, const char *name, uint64_t least, uint64_t most);
double json_number(struct json_reader *reader, const char *name, double least, double most);
bool json_boolean(struct json_reader *reader, const char *name);
/* `most`: bytes. Borrowed from the root. */
const char *json_text(struct json_reader *reader, const char *name, size_t most);
/* Exactly 2 * length hex digits. */
void json_hex(struct json_reader *reader, const char *name, unsigned char *out, size_t length);

/* How many items the list has. */
size_t json_list(struct json_reader *reader, const char *name, size_t least, size_t most);
/* Its item `index`, which json_list has counted: a text, or a reader of an object. */
const char *json_item_text(struct json_reader *reader, const char *name, size_t index, size_t most);
struct json_reader json_item(struct json_reader *reader, const char *name, size_t index);

/* Raises ERROR_INVALID: "the <what> is not valid: '<name>' <complaint>". The first of a reader
 * stays. */
void json_refuse(struct json_reader *reader, const char *name, const char *complaint);

/* ---- writing: an object on lines of its own, with whatever a terminal might obey escaped ---- */

struct json_writer {
    struct buffer *out;
    enum error error;
    int depth;
    bool empty; /* nothing stands yet in what was opened last */
};

void json_start(struct json_writer *writer, struct buffer *out);
/* The first error, else a newline behind it all. */
enum error json_finish(struct json_writer *writer) MUST_CHECK;

/* `name` is NULL in a list. */
void json_open(struct json_writer *writer, const char *name, char bracket); /* '{' or '[' */
void json_close(struct json_writer *writer, char bracket);                  /* '}' or ']' */
void json_put_integer(struct json_writer *writer, const char *name, uint64_t value);
/* As short as reads back the same. Finite. */
void json_put_number(struct json_writer *writer, const char *name, double value);
void json_put_boolean(struct json_writer *writer, const char *name, bool value);
/* What is no UTF-8 becomes U+FFFD. */
void json_put_text(struct json_writer *writer, const char *name, const char *text);
void json_put_hex(struct json_writer *writer, const char *name, const unsigned char *bytes,
                  size_t length);

#endif
