#include "app/commands/input.h"

#include "app/commands/watch.h"
#include "classifier/predict.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    READ_MAX = 64 * 1024, /* bytes: worth a system call, and a small part of the nearer cache */
    INPUT_SIZE = READ_MAX + TEXT_MAX + 1, /* the one may be the CR of CR LF */
};

static enum error read_input(char *to, size_t room, size_t *got)
{
    for (;;) {
        struct pollfd readable = {.fd = STDIN_FILENO, .events = POLLIN};
        ssize_t count = read(STDIN_FILENO, to, room);

        if (count >= 0) {
            *got = (size_t)count;
            return ERROR_NONE;
        }
        if (errno == EAGAIN)
            poll(&readable, 1, -1);
        else if (errno == EINTR && atomic_load(watch_interrupted()))
            return error_raise(ERROR_CANCELLED, "it was interrupted; nothing was changed");
        else if (errno == EBADF)
            return error_raise(ERROR_IO, "standard input is closed: there is nothing to read");
        else if (errno != EINTR)
            return error_raise_errno("read", "standard input");
    }
}

enum error input_open(struct input *input)
{
    *input = (struct input){.data = malloc(2 * INPUT_SIZE)};
    input->block = input->data;
    return input->data ? ERROR_NONE : error_raise_plain(ERROR_NO_MEMORY);
}

void input_close(struct input *input)
{
    free(input->data);
    *input = (struct input){.ended = true};
}

/* Hands out the line that starts at input->start, of `length` bytes before its line break. */
static void take(struct input *input, size_t length, size_t line_break, struct line *out)
{
    char *text = input->block + input->start;

    input->start += length + line_break;
    if (line_break && length > 0 && text[length - 1] == '\r')
        length--;
    out->text = text;
    out->too_long = input->skipping || length > TEXT_MAX;
    out->length = out->too_long ? 0 : length;
    out->number = ++input->number;
    input->skipping = false;
}

bool input_take(struct input *input, struct line *out)
{
    size_t rest = input->end - input->start;
    char *text = input->block + input->start;
    char *line_break = rest > 0 ? memchr(text, '\n', rest) : NULL;

    if (line_break) {
        take(input, (size_t)(line_break - text), 1, out);
        return true;
    }
    if (input->ended && (rest > 0 || input->skipping)) {
        take(input, rest, 0, out);
        return true;
    }
    if (rest > TEXT_MAX + 1) {
        input->skipping = true;
        input->start = input->end;
    }
    return false;
}

enum error input_fill(struct input *input)
{
    size_t rest = input->end - input->start, got = 0;
    const char *from = input->block + input->start;
    enum error error;

    input->block = input->block == input->data ? input->data + INPUT_SIZE : input->data;
    memcpy(input->block, from, rest);
    input->start = 0;
    input->end = rest;
    error = read_input(input->block + rest, READ_MAX, &got);
    input->end += got;
    input->ended = got == 0;
    return error;
}

bool input_ready(void)
{
    struct pollfd readable = {.fd = STDIN_FILENO, .events = POLLIN};

    return poll(&readable, 1, 0) != 0;
}

bool input_next(struct input *input, struct line *out, enum error *error)
{
    while (!*error) {
        if (input_take(input, out))
            return true;
        if (input->ended)
            return false;
        *error = input_fill(input);
    }
    return false;
}

enum error input_all(struct buffer *out)
{
    enum { STEP = 16 * 1024 };
    size_t got = 1;
    enum error error = ERROR_NONE;
    char block[STEP];

    while (!error && got > 0) {
        error = read_input(block, sizeof block, &got);
        if (!error)
            error = buffer_append(out, block, got);
    }
    return error;
}
