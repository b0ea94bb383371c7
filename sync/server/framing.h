#ifndef EMOTRACK_SYNC_SERVER_FRAMING_H
#define EMOTRACK_SYNC_SERVER_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the head of a request is one that every reader of HTTP/1.1 (RFC 9112) takes apart in the
 * same way: where two readers disagree about where a request ends, one can be hidden in another.
 *
 * libmicrohttpd (0.9.75) reads leniently: it takes a bare LF for a line's end, joins folded lines,
 * skips blanks, and believes the first of two lengths. But it takes lines apart in place, putting
 * NULs where the separators were, and says how long the whole head was. So the places of the parts
 * tell what stood between them: "Name: value" CRLF leaves one byte and the blanks between name and
 * value, two bytes before the next name, and two more at the end. Whatever was laid out otherwise
 * is refused; so is everything should another version keep its parts elsewhere.
 *
 * What leaves the same NULs passes for the same: NUL LF for CRLF, and for the CRLF CRLF at the end
 * of a head four bytes of CR, LF, NUL and ':' that hold two line ends. Nothing that can be read
 * fits in there, and no reader before this one forwards it. Empty lines before a request are passed
 * over (section 2.2), and with them lines that begin with NUL. */

enum { FRAMING_FIELDS_MAX = 48 };

struct framing_field {
    const char *name, *value; /* in the head's memory; only their lengths are read */
    size_t name_length, value_length;
};

struct framing {
    const char *method;   /* where the head begins */
    const char *target;   /* as it was sent; NULL: there was none */
    size_t target_length; /* before anything in it was replaced */
    bool target_plain;    /* framing_target said so then */
    const char *version;
    size_t size; /* of the head, the empty line at its end too */
    size_t count;
    struct framing_field field[FRAMING_FIELDS_MAX];
};

struct framing_verdict {
    int status;         /* 0: it is sound; else the HTTP status to refuse it with */
    const char *detail; /* a sentence (a literal) */
    bool has_length;    /* Content-Length was there */
    uint64_t length;
};

/* Whether a request's target is a path of visible ASCII. */
bool framing_target(const char *target, size_t length);

/* Judges the head. Besides the layout: HTTP/1.1, names that are tokens, values without control
 * characters, one Host that could be one, no Transfer-Encoding, at most one Content-Length (digits
 * alone) and one Content-Type. Pure. */
struct framing_verdict framing_judge(const struct framing *framing);

/* Whether the field has this name (lower case). */
bool framing_is(const struct framing_field *field, const char *name);

#endif
