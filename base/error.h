#ifndef EMOTRACK_BASE_ERROR_H
#define EMOTRACK_BASE_ERROR_H

/* The one error type of the project: a code that the program acts on, and, in one place per thread,
 * the sentence that the user reads (what happened, to what, what to do).
 *
 *     if (!file)
 *         return error_raise(ERROR_NOT_FOUND, "there is no model file '%s'; name one with --model",
 *                            path);
 *
 * Programmer errors are asserts; everything that a user, a file, a disk or a peer can cause is one
 * of these. */

/* X(name, sentence where a place raised the bare code) */
#define ERRORS(X)                                                                                  \
    X(ERROR_NONE, "no error")                                                                      \
    X(ERROR_NO_MEMORY, "out of memory: close other programs and try again")                        \
    X(ERROR_USAGE, "that command line was not understood; see --help")                             \
    X(ERROR_INVALID, "the input is not valid")                                                     \
    X(ERROR_TOO_LARGE, "the input is too large")                                                   \
    X(ERROR_NOT_FOUND, "there is no such thing")                                                   \
    X(ERROR_EXISTS, "it exists already")                                                           \
    X(ERROR_DAMAGED, "the file is damaged")                                                        \
    X(ERROR_VERSION, "the file is of another version")                                             \
    X(ERROR_BUSY, "another program is using it; try again")                                        \
    X(ERROR_READ_ONLY, "it can be read but not written")                                           \
    X(ERROR_FULL, "the disk is full")                                                              \
    X(ERROR_DENIED, "permission denied")                                                           \
    X(ERROR_IO, "reading or writing failed")                                                       \
    X(ERROR_UNREACHABLE, "the server cannot be reached; try again later")                          \
    X(ERROR_CANCELLED, "it was cancelled")

enum error {
#define X(name, sentence) name,
    ERRORS(X)
#undef X
};

#define MUST_CHECK             __attribute__((warn_unused_result))
#define PRINTF_LIKE(at, first) __attribute__((format(printf, at, first)))

/* Sets this thread's sentence and returns `code`, so that it can stand behind `return`. The
 * sentence is cut at 1,023 bytes. Arguments may point into the present sentence. */
enum error error_raise(enum error code, const char *format, ...) PRINTF_LIKE(2, 3);

/* Sets the code's own sentence. */
enum error error_raise_plain(enum error code);

/* The error for the present `errno`, with a sentence "cannot <action> '<path>': <cause>". */
enum error error_raise_errno(const char *action, const char *path);

/* The sentence of the last error raised in this thread; never NULL. Overwritten by the next. */
const char *error_sentence(void);

#ifdef __clang_analyzer__
/* The static analyser does not see into error.c; it is told that what is raised is an error. */
static inline enum error error_not_none(enum error code)
{
    if (code == ERROR_NONE)
        __builtin_unreachable();
    return code;
}
#define error_raise(...)       error_not_none(error_raise(__VA_ARGS__))
#define error_raise_plain(...) error_not_none(error_raise_plain(__VA_ARGS__))
#define error_raise_errno(...) error_not_none(error_raise_errno(__VA_ARGS__))
#endif

#endif
