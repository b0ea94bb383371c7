#include "app/import_object.h"

#include "app/import_row.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

void import_object_init(struct import_object *object, const char *array)
{
    *object = (struct import_object){.array = array};
    buffer_init(&object->bytes, IMPORT_ITEM_MAX);
}

void import_object_free(struct import_object *object)
{
    cJSON_Delete(object->parsed);
    object->parsed = NULL;
    buffer_free(&object->bytes);
}

/* ---- the bytes of an object ---- */

/* Over the limit nothing more is kept; `*error` says so. */
static void put(struct import_object *object, int byte, enum error *error)
{
    if (*error)
        return;
    *error = buffer_append_byte(&object->bytes, (char)byte);
    if (*error == ERROR_TOO_LARGE)
        *error =
            error_raise(ERROR_TOO_LARGE, "the entry is longer than %d bytes", (int)IMPORT_ITEM_MAX);
}

static enum error read_line(struct import_source *source, struct import_object *object)
{
    enum error error = ERROR_NONE;
    int byte;

    while ((byte = import_source_peek(source)) == '\n' || byte == '\r')
        import_source_next(source);
    object->line = source->line;
    while ((byte = import_source_next(source)) >= 0 && byte != '\n')
        put(object, byte, &error);
    return error;
}

/* Behind the quote that opens a string, past the one that closes it. What it holds goes to the
 * object's bytes where `kept`, else, as far as it fits, to its key. */
static void read_string(struct import_source *source, struct import_object *object, bool kept,
                        enum error *error)
{
    size_t length = 0;
    int byte;

    while ((byte = import_source_next(source)) >= 0) {
        if (kept)
            put(object, byte, error);
        if (byte == '"')
            break;
        if (!kept && length < sizeof object->key - 1)
            object->key[length++] = (char)byte;
        if (byte == '\\' && import_source_peek(source) >= 0) {
            byte = import_source_next(source);
            if (kept)
                put(object, byte, error);
        }
    }
    if (!kept)
        object->key[length] = '\0';
}

/* An object that starts here, to the bracket that closes it. */
static enum error read_braced(struct import_source *source, struct import_object *object)
{
    enum error error = ERROR_NONE;
    int open = 0, byte;

    object->line = source->line;
    do {
        byte = import_source_next(source);
        if (byte < 0)
            return error_raise(ERROR_INVALID, "the file ends within an entry");
        put(object, byte, &error);
        if (byte == '"')
            read_string(source, object, true, &error);
        else if (byte == '{' || byte == '[')
            open++;
        else if (byte == '}' || byte == ']')
            open--;
    } while (open > 0);
    return error;
}

/* Steps over what is around the array's objects. */
static void step(struct import_source *source, struct import_object *object)
{
    enum error none = ERROR_NONE;
    int byte = import_source_next(source);

    if (byte == '"') {
        char before[sizeof object->key];

        memcpy(before, object->key, sizeof before);
        read_string(source, object, false, &none);
        if (object->depth != 1)
            memcpy(object->key, before, sizeof before);
    } else if (byte == '{' || byte == '[') {
        if (byte == '[' && object->depth == 1 && strcmp(object->key, object->array) == 0)
            object->inside = object->seen = true;
        object->depth += object->depth < INT16_MAX;
    } else if (byte == '}' || byte == ']') {
        object->depth -= object->depth > 0;
        object->inside = object->inside && object->depth > 1;
    }
}

static enum error read_member(struct import_source *source, struct import_object *object)
{
    int byte;

    object->line = source->line;
    while ((byte = import_source_peek(source)) >= 0) {
        if (byte == '{' && object->inside && object->depth == 2)
            return read_braced(source, object);
        step(source, object);
    }
    object->line = source->line;
    if (!object->seen && !source->error)
        return error_raise(ERROR_DAMAGED, "'%s' has no list of \"%s\"", source->path,
                           object->array);
    return ERROR_NONE;
}

/* ---- parsing ---- */

/* cJSON would end the string there. The escape is as long as that of what takes its place. */
static void replace_nul(char *json)
{
    for (char *c = json; *c; c++) {
        if (*c != '\\')
            continue;
        c++;
        if (strncmp(c, "u0000", 5) == 0)
            memcpy(c, "ufffd", 5);
        if (!*c)
            return;
    }
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static enum error parse(struct import_object *object)
{
    const char *end = NULL;

    if (strlen(object->bytes.data) != object->bytes.length)
        return error_raise(ERROR_INVALID, "there is a NUL byte in it");
    replace_nul(object->bytes.data);
    object->parsed = cJSON_ParseWithOpts(object->bytes.data, &end, 0);
    if (object->parsed && cJSON_IsObject(object->parsed) && is_blank(end))
        return ERROR_NONE;
    cJSON_Delete(object->parsed);
    object->parsed = NULL;
    return error_raise(ERROR_INVALID, "it is not a JSON object");
}

enum error import_object_next(struct import_source *source, struct import_object *object)
{
    enum error error;

    cJSON_Delete(object->parsed);
    object->parsed = NULL;
    buffer_clear(&object->bytes);
    error = object->array ? read_member(source, object) : read_line(source, object);
    if (source->error)
        return source->error;
    return error || object->bytes.length == 0 ? error : parse(object);
}

/* ---- members ---- */

static enum error wrong_kind(const char *name, const char *wanted)
{
    return error_raise(ERROR_INVALID, "its \"%s\" is not a %s", name, wanted);
}

enum error import_object_text(const struct import_object *object, const char *name, char **out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object->parsed, name);

    *out = cJSON_IsString(item) ? item->valuestring : NULL;
    return *out || !item || cJSON_IsNull(item) ? ERROR_NONE : wrong_kind(name, "text");
}

enum error import_object_number(const struct import_object *object, const char *name, double *out,
                                bool *there)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object->parsed, name);

    *there = cJSON_IsNumber(item);
    *out = *there ? item->valuedouble : 0;
    return *there || !item || cJSON_IsNull(item) ? ERROR_NONE : wrong_kind(name, "number");
}
