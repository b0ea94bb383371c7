#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The analyser's macros of these names (error.h) are not for the place that defines them. */
#undef error_raise
#undef error_raise_plain
#undef error_raise_errno

enum { SENTENCE_MAX = 1024 };

static _Thread_local char sentence[SENTENCE_MAX];

static const char *const plain[] = {
#define X(name, text) [name] = text,
    ERRORS(X)
#undef X
};

enum error error_raise(enum error code, const char *format, ...)
{
    /* Built beside the present sentence, which may be among the arguments. */
    char next[SENTENCE_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(next, sizeof next, format, arguments);
    va_end(arguments);
    memcpy(sentence, next, sizeof next);
    return code;
}

enum error error_raise_plain(enum error code)
{
    return error_raise(code, "%s", plain[code]);
}

static enum error code_of(int number)
{
    switch (number) {
    case ENOMEM: return ERROR_NO_MEMORY;
    case ENOENT: return ERROR_NOT_FOUND;
    case EEXIST: return ERROR_EXISTS;
    case EACCES:
    case EPERM: return ERROR_DENIED;
    case EROFS: return ERROR_READ_ONLY;
    case ENOSPC:
    case EDQUOT: return ERROR_FULL;
    case EFBIG: return ERROR_TOO_LARGE;
    default: return ERROR_IO;
    }
}

enum error error_raise_errno(const char *action, const char *path)
{
    int number = errno;

    return error_raise(code_of(number), "cannot %s '%s': %s", action, path, strerror(number));
}

const char *error_sentence(void)
{
    return sentence[0] ? sentence : plain[ERROR_NONE];
}
