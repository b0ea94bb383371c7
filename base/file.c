#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 64 * 1024, LINK_MAX = 32 /* bytes */ };

#define TEMPORARY ".XXXXXX" /* behind the path; mkostemp's */

struct file_writer {
    int descriptor;
    char *path;      /* where the bytes shall end up */
    char *temporary; /* where they are before that; NULL: written in place */
    bool named;      /* there is a file of the temporary name; else they have none yet */
};

static enum error too_large(const char *path, const struct buffer *out)
{
    return error_raise(ERROR_TOO_LARGE, "'%s' is larger than the %zu bytes that fit", path,
                       out->limit);
}

/* Room for all of a regular file at once, and for the byte behind it that is not there. */
static enum error reserve_whole(int descriptor, const char *path, struct buffer *out)
{
    size_t room = out->limit - out->length, size;
    struct stat status;

    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= 0)
        return ERROR_NONE;
    size = (size_t)status.st_size;
    if (size > room)
        return too_large(path, out);
    return buffer_reserve(out, size < room ? size + 1 : size);
}

/* The next bytes of the file; 0 in `*got` at its end. */
static enum error read_step(int descriptor, const char *path, struct buffer *out, size_t *got)
{
    size_t room = out->capacity - out->length, left = out->limit - out->length;
    enum error error = ERROR_NONE;
    ssize_t count;
    char beyond;

    if (room == 0 && left > 0) {
        room = left < READ_STEP ? left : READ_STEP;
        error = buffer_reserve(out, room);
    }
    if (error)
        return error;
    /* Full: that is fine only if the file ends here. */
    count = read(descriptor, room > 0 ? out->data + out->length : &beyond, room > 0 ? room : 1);
    if (count < 0)
        return error_raise_errno("read", path);
    if (count > 0 && room == 0)
        return too_large(path, out);
    out->length += (size_t)count;
    if (out->data)
        out->data[out->length] = '\0';
    *got = (size_t)count;
    return ERROR_NONE;
}

enum error file_read(const char *path, struct buffer *out)
{
    enum error error;
    size_t got = 1;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);

    if (descriptor < 0)
        return error_raise_errno("open", path);
    error = reserve_whole(descriptor, path, out);
    while (!error && got > 0)
        error = read_step(descriptor, path, out, &got);
    close(descriptor);
    return error;
}

/* Where a descriptor's file can be linked from. */
static void link_of(int descriptor, char out[LINK_MAX])
{
    snprintf(out, LINK_MAX, "/proc/self/fd/%d", descriptor);
}

static void writer_free(struct file_writer *writer)
{
    free(writer->path);
    free(writer->temporary);
    free(writer);
}

/* A regular file or nothing: replaced by rename. Anything else (a device, a pipe) in place. */
static bool written_in_place(const char *path, mode_t *mode)
{
    struct stat status;
    mode_t mask = umask(0);

    umask(mask);
    *mode = 0666 & ~mask;
    if (stat(path, &status) != 0)
        return false;
    *mode = status.st_mode & 07777;
    return !S_ISREG(status.st_mode);
}

/* A file without a name: it goes with the process, however that ends. Negative: not every disk has
 * such files, and without /proc they could not be named later. */
static int open_nameless(const char *path)
{
    char *copy = strdup(path), link[LINK_MAX];
    int descriptor = copy ? open(dirname(copy), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) : -1;

    free(copy);
    if (descriptor < 0)
        return -1;
    link_of(descriptor, link);
    if (access(link, F_OK) == 0)
        return descriptor;
    close(descriptor);
    return -1;
}

static enum error open_temporary(struct file_writer *writer, mode_t mode)
{
    size_t size = strlen(writer->path) + sizeof TEMPORARY;

    writer->temporary = malloc(size);
    if (!writer->temporary)
        return error_raise_plain(ERROR_NO_MEMORY);
    snprintf(writer->temporary, size, "%s" TEMPORARY, writer->path);
    writer->descriptor = open_nameless(writer->path);
    if (writer->descriptor < 0) {
        writer->descriptor = mkostemp(writer->temporary, O_CLOEXEC);
        writer->named = writer->descriptor >= 0;
    }
    if (writer->descriptor < 0 || fchmod(writer->descriptor, mode) != 0)
        return error_raise_errno("write", writer->path);
    return ERROR_NONE;
}

enum error file_writer_open(const char *path, struct file_writer **out)
{
    struct file_writer *writer = calloc(1, sizeof *writer);
    enum error error = ERROR_NONE;
    mode_t mode;

    *out = NULL;
    if (!writer)
        return error_raise_plain(ERROR_NO_MEMORY);
    writer->descriptor = -1;
    /* Through a symbolic link the file it names is replaced, not the link. */
    writer->path = realpath(path, NULL);
    if (!writer->path)
        writer->path = strdup(path);
    if (!writer->path) {
        error = error_raise_plain(ERROR_NO_MEMORY);
    } else if (written_in_place(writer->path, &mode)) {
        writer->descriptor = open(writer->path, O_WRONLY | O_CLOEXEC);
        if (writer->descriptor < 0)
            error = error_raise_errno("write", writer->path);
    } else {
        error = open_temporary(writer, mode);
    }
    if (error) {
        file_writer_abandon(writer);
        return error;
    }
    *out = writer;
    return ERROR_NONE;
}

enum error file_writer_add(struct file_writer *writer, const void *bytes, size_t length)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t count = write(writer->descriptor, at, length);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return error_raise_errno("write", writer->path);
        at += count;
        length -= (size_t)count;
    }
    return ERROR_NONE;
}

/* The rename itself must survive a power cut: the folder is synced too. */
static void sync_folder(const char *path)
{
    char *copy = strdup(path);
    int folder = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

    if (folder >= 0) {
        fsync(folder);
        close(folder);
    }
    free(copy);
}

/* Gives the bytes their temporary name, which a rename can put in the place of an old file. */
static enum error name_temporary(struct file_writer *writer)
{
    size_t length = strlen(writer->path);
    char link[LINK_MAX];

    link_of(writer->descriptor, link);
    while (!writer->named) {
        uint32_t number;

        if (getentropy(&number, sizeof number) != 0)
            return error_raise_errno("write", writer->path);
        snprintf(writer->temporary + length, sizeof TEMPORARY, ".%06x", number & 0xFFFFFF);
        writer->named = linkat(AT_FDCWD, link, AT_FDCWD, writer->temporary, AT_SYMLINK_FOLLOW) == 0;
        if (!writer->named && errno != EEXIST)
            return error_raise_errno("write", writer->path);
    }
    return ERROR_NONE;
}

enum error file_writer_commit(struct file_writer *writer)
{
    enum error error = ERROR_NONE;

    if (writer->temporary && fsync(writer->descriptor) != 0)
        error = error_raise_errno("write", writer->path);
    if (!error && writer->temporary)
        error = name_temporary(writer);
    if (close(writer->descriptor) != 0 && !error)
        error = error_raise_errno("write", writer->path);
    writer->descriptor = -1;
    if (!error && writer->temporary) {
        if (rename(writer->temporary, writer->path) != 0)
            error = error_raise_errno("write", writer->path);
        else
            sync_folder(writer->path);
    }
    if (error) {
        file_writer_abandon(writer);
        return error;
    }
    writer_free(writer);
    return ERROR_NONE;
}

void file_writer_abandon(struct file_writer *writer)
{
    if (!writer)
        return;
    if (writer->descriptor >= 0)
        close(writer->descriptor);
    if (writer->temporary && writer->named)
        unlink(writer->temporary);
    writer_free(writer);
}

enum error file_replace(const char *path, const void *bytes, size_t length)
{
    struct file_writer *writer;
    enum error error = file_writer_open(path, &writer);

    if (error)
        return error;
    error = file_writer_add(writer, bytes, length);
    if (error) {
        file_writer_abandon(writer);
        return error;
    }
    return file_writer_commit(writer);
}

enum error file_move(const char *from, const char *to)
{
    int descriptor = open(from, O_RDONLY | O_CLOEXEC);
    enum error error = ERROR_NONE;

    if (descriptor < 0)
        return error_raise_errno("open", from);
    if (fsync(descriptor) != 0)
        error = error_raise_errno("write", from);
    close(descriptor);
    if (!error && rename(from, to) != 0)
        error = error_raise_errno("write", to);
    if (!error)
        sync_folder(to);
    return error;
}

static enum error make_folder(const char *folder)
{
    if (access(folder, F_OK) == 0)
        return ERROR_NONE;
    if (mkdir(folder, 0700) == 0)
        sync_folder(folder);
    else if (errno != EEXIST)
        return error_raise_errno("make the folder", folder);
    return ERROR_NONE;
}

enum error file_make_folder(const char *path)
{
    char *folder = strdup(path), *at = folder;
    enum error error = folder ? ERROR_NONE : error_raise_plain(ERROR_NO_MEMORY);

    while (!error && *at && (at = strchr(at + 1, '/'))) {
        *at = '\0';
        error = make_folder(folder);
        *at = '/';
    }
    free(folder);
    return error;
}

bool file_same(const char *a, const char *b)
{
    struct stat one, other;

    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}
