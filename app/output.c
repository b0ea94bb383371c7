#include "app/output.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT_SIZE = 128 * 1024 };

static enum error write_standard(const char *bytes, size_t length)
{
    while (length > 0) {
        struct pollfd writable = {.fd = STDOUT_FILENO, .events = POLLOUT};
        ssize_t count = write(STDOUT_FILENO, bytes, length);

        if (count >= 0) {
            bytes += count;
            length -= (size_t)count;
        } else if (errno == EAGAIN) {
            poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            return error_raise_errno("write", "standard output");
        }
    }
    return ERROR_NONE;
}

static enum error put(struct output *output, const void *bytes, size_t length)
{
    return output->writer ? file_writer_add(output->writer, bytes, length)
                          : write_standard(bytes, length);
}

enum error output_open(struct output *output, const char *path)
{
    enum error error = ERROR_NONE;

    *output = (struct output){.data = malloc(OUTPUT_SIZE)};
    if (!output->data)
        return error_raise_plain(ERROR_NO_MEMORY);
    if (path)
        error = file_writer_open(path, &output->writer);
    return error;
}

bool output_is_terminal(const struct output *output)
{
    return !output->writer && isatty(STDOUT_FILENO) == 1;
}

enum error output_flush(struct output *output)
{
    size_t length = output->length;

    output->length = 0;
    return length > 0 ? put(output, output->data, length) : ERROR_NONE;
}

enum error output_add(struct output *output, const void *bytes, size_t length)
{
    if (length > OUTPUT_SIZE - output->length) {
        enum error error = output_flush(output);

        if (error)
            return error;
        if (length > OUTPUT_SIZE)
            return put(output, bytes, length);
    }
    memcpy(output->data + output->length, bytes, length);
    output->length += length;
    return ERROR_NONE;
}

enum error output_close(struct output *output, enum error error)
{
    if (!error)
        error = output_flush(output);
    if (!error && output->writer)
        error = file_writer_commit(output->writer);
    else
        file_writer_abandon(output->writer);
    free(output->data);
    *output = (struct output){0};
    return error;
}
