#include "sync/json.h"

#include "base/utf8.h"
#include "sync/key.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMPLAINT_MAX = 256, NUMBER_MAX = 32, INDENT = 2, HEX_MAX = 64 /* bytes */ };

/* ---- reading ---- */

static enum error not_json(const char *what)
{
    return error_raise(ERROR_INVALID, "the %s is not valid: it is no JSON object", what);
}

/* cJSON skips a NUL as a blank and ends a string at an escaped one. */
static bool has_nul(const char *text, size_t length)
{
    return memchr(text, '\0', length) || strstr(text, "\\u0000");
}

static bool only_blanks(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

enum error json_parse(const char *bytes, size_t length, size_t limit, const char *what,
                      struct cJSON **out)
{
    const char *end = NULL;
    struct buffer text;
    enum error error;

    *out = NULL;
    if (length > limit)
        return error_raise(ERROR_INVALID, "the %s is not valid: it has more than %zu bytes", what,
                           limit);
    if (!utf8_valid(bytes, length))
        return error_raise(ERROR_INVALID, "the %s is not valid: it is not UTF-8", what);
    /* A copy with a NUL: cJSON may look one byte beyond the length that it is told. */
    buffer_init(&text, limit);
    error = buffer_append(&text, bytes, length);
    if (!error && !has_nul(text.data, text.length))
        *out = cJSON_ParseWithLengthOpts(text.data, text.length + 1, &end, false);
    if (!error && (!cJSON_IsObject(*out) || !end || !only_blanks(end)))
        error = not_json(what);
    if (error) {
        json_free(*out);
        *out = NULL;
    }
    buffer_free(&text);
    return error;
}

void json_free(struct cJSON *root)
{
    cJSON_Delete(root);
}

void json_refuse(struct json_reader *reader, const char *name, const char *complaint)
{
    if (!reader->error)
        reader->error = error_raise(ERROR_INVALID, "the %s is not valid: '%s' %s", reader->what,
                                    name, complaint);
}

static void PRINTF_LIKE(3, 4)
    refuse(struct json_reader *reader, const char *name, const char *format, ...)
{
    char complaint[COMPLAINT_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(complaint, sizeof complaint, format, arguments);
    va_end(arguments);
    json_refuse(reader, name, complaint);
}

/* The field of this name; NULL, and the reader's error is set: it is not there, or twice. */
static const cJSON *find(struct json_reader *reader, const char *name)
{
    const cJSON *found = NULL, *field;

    if (reader->error)
        return NULL;
    cJSON_ArrayForEach(field, reader->object)
    {
        if (strcmp(field->string, name) != 0)
            continue;
        if (found) {
            json_refuse(reader, name, "is there twice");
            return NULL;
        }
        found = field;
    }
    if (!found)
        json_refuse(reader, name, "is missing");
    return found;
}

uint64_t json_integer(struct json_reader *reader, const char *name, uint64_t least, uint64_t most)
{
    const cJSON *field = find(reader, name);

    assert(most <= JSON_INTEGER_MAX);
    if (!field)
        return least;
    if (!cJSON_IsNumber(field) || !(field->valuedouble >= (double)least) ||
        !(field->valuedouble <= (double)most) || field->valuedouble != floor(field->valuedouble)) {
        refuse(reader, name, "must be a whole number from %" PRIu64 " to %" PRIu64, least, most);
        return least;
    }
    return (uint64_t)field->valuedouble;
}

double json_number(struct json_reader *reader, const char *name, double least, double most)
{
    const cJSON *field = find(reader, name);

    if (!field)
        return least;
    if (!cJSON_IsNumber(field) || !(field->valuedouble >= least) || !(field->valuedouble <= most)) {
        refuse(reader, name, "must be a number from %g to %g", least, most);
        return least;
    }
    return field->valuedouble;
}

bool json_boolean(struct json_reader *reader, const char *name)
{
    const cJSON *field = find(reader, name);

    if (field && !cJSON_IsBool(field))
        json_refuse(reader, name, "must be true or false");
    return field && cJSON_IsTrue(field);
}

/* The text of a field or of an item of one. */
static const char *text_of(struct json_reader *reader, const char *name, const cJSON *value,
                           size_t most)
{
    if (!value)
        return "";
    if (!cJSON_IsString(value) || strlen(value->valuestring) > most) {
        refuse(reader, name, "must be text of at most %zu bytes", most);
        return "";
    }
    return value->valuestring;
}

const char *json_text(struct json_reader *reader, const char *name, size_t most)
{
    return text_of(reader, name, find(reader, name), most);
}

void json_hex(struct json_reader *reader, const char *name, unsigned char *out, size_t length)
{
    const cJSON *field = find(reader, name);

    if (field && (!cJSON_IsString(field) || !hex_read(field->valuestring, out, length)))
        refuse(reader, name, "must be %zu hex digits", 2 * length);
}

size_t json_list(struct json_reader *reader, const char *name, size_t least, size_t most)
{
    const cJSON *field = find(reader, name), *item;
    size_t count = 0;

    if (!field)
        return 0;
    cJSON_ArrayForEach(item, field) count++;
    if (!cJSON_IsArray(field) || count < least || count > most) {
        refuse(reader, name, "must be a list of %zu to %zu items", least, most);
        return 0;
    }
    return count;
}

const char *json_item_text(struct json_reader *reader, const char *name, size_t index, size_t most)
{
    const cJSON *field = find(reader, name);

    return text_of(reader, name, cJSON_GetArrayItem(field, (int)index), most);
}

struct json_reader json_item(struct json_reader *reader, const char *name, size_t index)
{
    const cJSON *field = find(reader, name), *item = cJSON_GetArrayItem(field, (int)index);

    if (field && !cJSON_IsObject(item))
        json_refuse(reader, name, "must be a list of objects");
    return (struct json_reader){reader->what, item, reader->error};
}

/* ---- writing ---- */

static void put(struct json_writer *writer, const char *text)
{
    if (!writer->error)
        writer->error = buffer_append_text(writer->out, text);
}

static void PRINTF_LIKE(2, 3) put_format(struct json_writer *writer, const char *format, ...)
{
    char text[NUMBER_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put(writer, text);
}

static void put_line(struct json_writer *writer)
{
    put(writer, "\n");
    for (int i = 0; i < INDENT * writer->depth; i++)
        put(writer, " ");
}

/* What a terminal might obey, a reader take for the end of a line, or JSON for its own. */
static bool is_escaped(int32_t codepoint)
{
    return codepoint < ' ' || codepoint == '"' || codepoint == '\\' ||
           (codepoint >= 0x7F && codepoint < 0xA0) || codepoint == 0x2028 || codepoint == 0x2029 ||
           utf8_reorders(codepoint);
}

static void put_character(struct json_writer *writer, int32_t codepoint)
{
    char bytes[4 + 1] = "";

    if (codepoint == '\n') {
        put(writer, "\\n");
    } else if (codepoint == '"' || codepoint == '\\') {
        put_format(writer, "\\%c", (char)codepoint);
    } else if (is_escaped(codepoint)) {
        put_format(writer, "\\u%04x", (unsigned)codepoint);
    } else {
        bytes[utf8_encode(codepoint, bytes)] = '\0';
        put(writer, bytes);
    }
}

static void put_quoted(struct json_writer *writer, const char *text)
{
    size_t length = strlen(text), at = 0;

    put(writer, "\"");
    while (at < length) {
        int32_t codepoint;

        at += utf8_decode(text + at, length - at, &codepoint);
        put_character(writer, codepoint);
    }
    put(writer, "\"");
}

/* What stands before a value: the comma after the one before it, its line, its name. */
static void put_name(struct json_writer *writer, const char *name)
{
    if (!writer->empty)
        put(writer, ",");
    writer->empty = false;
    put_line(writer);
    if (!name)
        return;
    put_quoted(writer, name);
    put(writer, ": ");
}

void json_start(struct json_writer *writer, struct buffer *out)
{
    *writer = (struct json_writer){.out = out, .depth = 1, .empty = true};
    put(writer, "{");
}

enum error json_finish(struct json_writer *writer)
{
    assert(writer->depth == 1);
    json_close(writer, '}');
    put(writer, "\n");
    return writer->error;
}

void json_open(struct json_writer *writer, const char *name, char bracket)
{
    put_name(writer, name);
    put_format(writer, "%c", bracket);
    writer->depth++;
    writer->empty = true;
}

void json_close(struct json_writer *writer, char bracket)
{
    writer->depth--;
    if (!writer->empty)
        put_line(writer);
    writer->empty = false;
    put_format(writer, "%c", bracket);
}

void json_put_integer(struct json_writer *writer, const char *name, uint64_t value)
{
    put_name(writer, name);
    put_format(writer, "%" PRIu64, value);
}

void json_put_number(struct json_writer *writer, const char *name, double value)
{
    char text[NUMBER_MAX];

    assert(isfinite(value));
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    put_name(writer, name);
    put(writer, text);
}

void json_put_boolean(struct json_writer *writer, const char *name, bool value)
{
    put_name(writer, name);
    put(writer, value ? "true" : "false");
}

void json_put_text(struct json_writer *writer, const char *name, const char *text)
{
    put_name(writer, name);
    put_quoted(writer, text);
}

void json_put_hex(struct json_writer *writer, const char *name, const unsigned char *bytes,
                  size_t length)
{
    char text[2 * HEX_MAX + 1];

    assert(length <= HEX_MAX);
    hex_write(bytes, length, text);
    json_put_text(writer, name, text);
}
