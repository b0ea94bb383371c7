#include "app/import_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 64 * 1024 /* bytes */ };

static void fill(struct import_source *source)
{
    ssize_t count = 0;

    if (source->descriptor < 0 || source->ended) {
        source->ended = true;
        return;
    }
    do
        count = read(source->descriptor, source->block, BLOCK);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        source->error = error_raise_errno("read", source->path);
    source->ended = count <= 0;
    source->at = 0;
    source->end = count > 0 ? (size_t)count : 0;
    source->done += source->end;
}

static void skip_mark(struct import_source *source)
{
    static const char mark[] = {'\xEF', '\xBB', '\xBF'};

    if (source->end - source->at >= sizeof mark && memcmp(source->data, mark, sizeof mark) == 0)
        source->at += sizeof mark;
}

enum error import_source_open(struct import_source *source, const char *path)
{
    bool standard = strcmp(path, "-") == 0;
    struct stat status;

    *source = (struct import_source){.path = standard ? "standard input" : path, .line = 1};
    source->data = source->block = malloc(BLOCK);
    source->descriptor = -1;
    if (!source->block)
        return error_raise_plain(ERROR_NO_MEMORY);
    source->descriptor = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (source->descriptor < 0 || fstat(source->descriptor, &status) != 0)
        return error_raise_errno("open", source->path);
    if (S_ISREG(status.st_mode) && status.st_size > 0)
        source->total = (uint64_t)status.st_size;
    fill(source);
    skip_mark(source);
    return source->error;
}

void import_source_memory(struct import_source *source, const void *bytes, size_t length)
{
    *source = (struct import_source){.path = "memory",
                                     .descriptor = -1,
                                     .data = bytes,
                                     .end = length,
                                     .done = length,
                                     .total = length,
                                     .line = 1};
    skip_mark(source);
}

void import_source_close(struct import_source *source)
{
    if (source->descriptor > STDERR_FILENO)
        close(source->descriptor);
    free(source->block);
    *source = (struct import_source){.descriptor = -1, .ended = true};
}

int import_source_peek(struct import_source *source)
{
    if (source->at == source->end && !source->ended)
        fill(source);
    return source->at < source->end ? (unsigned char)source->data[source->at] : -1;
}

int import_source_next(struct import_source *source)
{
    int byte = import_source_peek(source);

    if (byte >= 0)
        source->at++;
    if (byte == '\n')
        source->line++;
    return byte;
}
