#include "sync/server/framing.h"

#include <string.h>
#include <strings.h>

enum { CRLF = 2, LENGTH_DIGITS_MAX = 18, HOST_MAX = 255 + 6 /* a name, ":", a port */ };

static const char version[] = "HTTP/1.1";

static bool is_alphanumeric(unsigned char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z');
}

/* RFC 9110, 5.6.2. */
static bool is_token(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!is_alphanumeric((unsigned char)text[i]) &&
            (text[i] == '\0' || !strchr("!#$%&'*+-.^_`|~", text[i])))
            return false;
    return length > 0;
}

/* RFC 9110, 5.5: visible characters, blanks, and bytes beyond ASCII. */
static bool is_value(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];

        if ((byte < ' ' && byte != '\t') || byte == 0x7f)
            return false;
    }
    return true;
}

/* uri-host [ ":" port ] of RFC 9110, 7.2: its characters. */
static bool is_host(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!is_alphanumeric((unsigned char)text[i]) &&
            (text[i] == '\0' || !strchr("-._~%!$&'()*+,;=:[]", text[i])))
            return false;
    return length > 0 && length <= HOST_MAX;
}

static bool read_length(const struct framing_field *field, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < field->value_length; i++) {
        if (field->value[i] < '0' || field->value[i] > '9')
            return false;
        *out = *out * 10 + (uint64_t)(field->value[i] - '0');
    }
    return field->value_length > 0 && field->value_length <= LENGTH_DIGITS_MAX;
}

bool framing_target(const char *target, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (target[i] <= ' ' || target[i] >= 0x7f)
            return false;
    return length > 0 && target[0] == '/';
}

bool framing_is(const struct framing_field *field, const char *name)
{
    return field->name_length == strlen(name) &&
           strncasecmp(field->name, name, field->name_length) == 0;
}

/* What CRLF has become. */
static bool is_line_end(const char *at)
{
    return at[0] == '\0' && at[1] == '\0';
}

/* The places of the parts, one behind the other. */
static bool is_laid_out(const struct framing *framing)
{
    const char *at = framing->version + sizeof version - 1 + CRLF;

    if (framing->target != framing->method + strlen(framing->method) + 1 ||
        framing->version != framing->target + framing->target_length + 1)
        return false;
    for (size_t i = 0; i < framing->count; i++) {
        const struct framing_field *field = &framing->field[i];

        if (field->name != at || field->value <= at + field->name_length)
            return false;
        for (at += field->name_length + 1; at < field->value; at++)
            if (*at != ' ' && *at != '\t')
                return false;
        at += field->value_length + CRLF;
    }
    return at + CRLF == framing->method + framing->size && is_line_end(at) &&
           is_line_end(at - CRLF);
}

static struct framing_verdict refuse(int status, const char *detail)
{
    return (struct framing_verdict){.status = status, .detail = detail};
}

/* Which fields there are how often; `hosts`, `types` and `verdict` are counted on. */
static void judge_field(const struct framing_field *field, int *hosts, int *types,
                        struct framing_verdict *verdict)
{
    if (!is_token(field->name, field->name_length))
        *verdict = refuse(400, "the name of a field has a character that it must not have");
    else if (!is_value(field->value, field->value_length))
        *verdict = refuse(400, "the value of a field has a control character");
    else if (framing_is(field, "transfer-encoding"))
        *verdict = refuse(400, "requests with a Transfer-Encoding are not taken: send a length");
    else if (framing_is(field, "content-length") && verdict->has_length)
        *verdict = refuse(400, "there is more than one Content-Length");
    else if (framing_is(field, "content-length"))
        verdict->has_length = read_length(field, &verdict->length);
    if (framing_is(field, "content-length") && !verdict->status && !verdict->has_length)
        *verdict = refuse(400, "the Content-Length is not a number");
    if (framing_is(field, "host") && !is_host(field->value, field->value_length))
        *verdict = refuse(400, "the Host is none");
    *hosts += framing_is(field, "host");
    *types += framing_is(field, "content-type");
}

struct framing_verdict framing_judge(const struct framing *framing)
{
    struct framing_verdict verdict = {.status = 0};
    int hosts = 0, types = 0;

    if (!framing->target || !framing->version)
        return refuse(400, "this is no request of HTTP/1.1");
    if (framing->count > FRAMING_FIELDS_MAX)
        return refuse(431, "the request has too many fields");
    if (strncmp(framing->version, version, sizeof version) != 0)
        return refuse(505, "only HTTP/1.1 is spoken here");
    if (!is_laid_out(framing))
        return refuse(400, "the lines of the request are not laid out as HTTP/1.1 asks");
    if (!is_token(framing->method, strlen(framing->method)) || !framing->target_plain)
        return refuse(400, "the request must name a method and a path");
    for (size_t i = 0; i < framing->count && !verdict.status; i++)
        judge_field(&framing->field[i], &hosts, &types, &verdict);
    if (verdict.status)
        return verdict;
    if (hosts != 1)
        return refuse(400, "the request must have one Host");
    if (types > 1)
        return refuse(400, "there is more than one Content-Type");
    return verdict;
}
