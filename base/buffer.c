#include "base/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY_FIRST = 64 };

void buffer_init(struct buffer *buffer, size_t limit)
{
    *buffer = (struct buffer){.limit = limit};
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    buffer_init(buffer, buffer->limit);
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    if (buffer->data)
        buffer->data[0] = '\0';
}

enum error buffer_reserve(struct buffer *buffer, size_t extra)
{
    size_t needed, capacity;
    char *data;

    if (extra > buffer->limit - buffer->length)
        return error_raise(ERROR_TOO_LARGE, "that is larger than the %zu bytes that fit",
                           buffer->limit);
    needed = buffer->length + extra;
    if (buffer->data && needed <= buffer->capacity)
        return ERROR_NONE;
    if (needed > PTRDIFF_MAX / 2) /* no machine has it, and the sums below do not wrap */
        return error_raise_plain(ERROR_NO_MEMORY);
    capacity = buffer->capacity < CAPACITY_FIRST ? CAPACITY_FIRST : buffer->capacity;
    while (capacity < needed)
        capacity += capacity / 2;
    if (capacity > buffer->limit)
        capacity = buffer->limit;
    data = realloc(buffer->data, capacity + 1);
    if (!data)
        return error_raise_plain(ERROR_NO_MEMORY);
    data[buffer->length] = '\0';
    buffer->data = data;
    buffer->capacity = capacity;
    return ERROR_NONE;
}

enum error buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
    enum error error = buffer_reserve(buffer, length);

    if (error)
        return error;
    if (length > 0)
        memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
    return ERROR_NONE;
}

enum error buffer_append_text(struct buffer *buffer, const char *text)
{
    return buffer_append(buffer, text, strlen(text));
}

enum error buffer_append_byte(struct buffer *buffer, char byte)
{
    return buffer_append(buffer, &byte, 1);
}

enum error buffer_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    enum error error;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return error_raise_plain(ERROR_INVALID);
    error = buffer_reserve(buffer, (size_t)length);
    if (error)
        return error;
    va_start(arguments, format);
    vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->length += (size_t)length;
    return ERROR_NONE;
}
