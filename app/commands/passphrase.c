#include "app/commands/passphrase.h"

#include "app/commands/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static enum error check_length(size_t length)
{
    if (length == 0)
        return error_raise(ERROR_INVALID, "an empty passphrase protects nothing; choose another");
    if (length > PASSPHRASE_MAX)
        return error_raise(ERROR_INVALID, "a passphrase has at most %d bytes", PASSPHRASE_MAX);
    return ERROR_NONE;
}

/* Reads to the end of a line, byte by byte: what stands behind it is not ours. */
static enum error read_line(int descriptor, const char *name, struct passphrase *out)
{
    size_t length = 0;

    for (;;) {
        char byte;
        ssize_t count;

        if (!watch_readable(descriptor))
            return error_raise(ERROR_CANCELLED, "it was interrupted; nothing was changed");
        count = read(descriptor, &byte, 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return error_raise_errno("read", name);
        if (count == 0 || byte == '\n')
            break;
        if (length < PASSPHRASE_MAX)
            out->bytes[length] = byte;
        length++;
    }
    if (length > 0 && length <= PASSPHRASE_MAX && out->bytes[length - 1] == '\r')
        length--;
    out->length = length;
    return check_length(length);
}

static enum error read_file(const char *path, struct passphrase *out)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    enum error error;

    if (descriptor < 0)
        return error_raise_errno("open", path);
    error = read_line(descriptor, path, out);
    close(descriptor);
    return error;
}

/* ---- at the terminal ---- */

static void say(int terminal, const char *text)
{
    ssize_t written = write(terminal, text, strlen(text));

    (void)written;
}

static enum error ask(int terminal, const char *question, struct passphrase *out)
{
    struct termios before, silent;
    enum error error;

    if (tcgetattr(terminal, &before) != 0)
        return error_raise_errno("ask at", "/dev/tty");
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    if (tcsetattr(terminal, TCSAFLUSH, &silent) != 0)
        return error_raise_errno("ask at", "/dev/tty");
    say(terminal, question);
    error = read_line(terminal, "/dev/tty", out);
    tcsetattr(terminal, TCSAFLUSH, &before);
    say(terminal, "\n");
    return error;
}

static enum error ask_twice(int terminal, const char *question, struct passphrase *out)
{
    struct passphrase again = {.length = 0};
    enum error error = ask(terminal, question, out);

    if (!error)
        error = ask(terminal, "The same again: ", &again);
    if (!error &&
        (again.length != out->length || memcmp(again.bytes, out->bytes, out->length) != 0))
        error = error_raise(ERROR_INVALID, "the two passphrases are not the same; try again");
    passphrase_wipe(&again);
    return error;
}

/* A signal ends the question, so that the terminal's echo comes back; what signals do otherwise is
 * the command's to say. */
static enum error ask_watched(int terminal, const char *question, bool twice,
                              struct passphrase *out)
{
    struct sigaction interrupt, terminate;
    enum error error;

    sigaction(SIGINT, NULL, &interrupt);
    sigaction(SIGTERM, NULL, &terminate);
    watch_signals();
    error = twice ? ask_twice(terminal, question, out) : ask(terminal, question, out);
    sigaction(SIGINT, &interrupt, NULL);
    sigaction(SIGTERM, &terminate, NULL);
    return error;
}

bool passphrase_possible(void)
{
    return isatty(STDIN_FILENO) == 1 || isatty(STDERR_FILENO) == 1;
}

enum error passphrase_get(const char *path, const char *question, bool twice,
                          struct passphrase *out)
{
    enum error error;
    int terminal;

    out->length = 0;
    if (path)
        return read_file(path, out);
    terminal = passphrase_possible() ? open("/dev/tty", O_RDWR | O_CLOEXEC) : -1;
    if (terminal < 0)
        return error_raise(ERROR_USAGE, "without a terminal there is nobody to ask: name a file "
                                        "that holds the passphrase with --passphrase-file");
    error = ask_watched(terminal, question, twice, out);
    close(terminal);
    return error;
}
