#include "app/commands/passphrase.h"

#include "app/commands/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
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

/* The question that is open. Its functions make only calls that a signal's handler may make. */
static struct {
    int terminal;
    const char *question;
    struct termios before, silent;
} asking;

static void say(const char *text)
{
    ssize_t written = write(asking.terminal, text, strlen(text));

    (void)written;
}

static bool put_question(void)
{
    bool silent = tcsetattr(asking.terminal, TCSAFLUSH, &asking.silent) == 0;

    say(asking.question);
    return silent;
}

/* In the background the settings are the shell's, which has brought its own. */
static void give_echo_back(void)
{
    if (tcgetpgrp(asking.terminal) == getpgrp())
        tcsetattr(asking.terminal, TCSAFLUSH, &asking.before);
}

static void leave_and_ask_again(int number)
{
    struct sigaction usual = {.sa_handler = SIG_DFL}, ours, continued;
    int error = errno;

    if (number != SIGCONT) {
        give_echo_back();
        sigemptyset(&usual.sa_mask);
        sigaction(SIGCONT, &usual, &continued);
        sigaction(number, &usual, &ours);
        raise(number); /* the end, or a stop */
        sigaction(number, &ours, NULL);
        sigaction(SIGCONT, &continued, NULL);
    }
    if (!atomic_load(watch_interrupted()))
        put_question();
    errno = error;
}

static enum error ask(const char *question, struct passphrase *out)
{
    enum error error;

    asking.question = question;
    if (!put_question())
        return error_raise_errno("ask at", "/dev/tty");
    error = read_line(asking.terminal, "/dev/tty", out);
    give_echo_back();
    say("\n");
    return error;
}

static enum error ask_twice(const char *question, struct passphrase *out)
{
    struct passphrase again = {.length = 0};
    enum error error = ask(question, out);

    if (!error)
        error = ask("The same again: ", &again);
    if (!error &&
        (again.length != out->length || memcmp(again.bytes, out->bytes, out->length) != 0))
        error = error_raise(ERROR_INVALID, "the two passphrases are not the same; try again");
    passphrase_wipe(&again);
    return error;
}

/* A signal ends the question or suspends it, and the terminal's echo comes back; what signals do
 * otherwise is the command's to say. */
static enum error ask_watched(const char *question, bool twice, struct passphrase *out)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT};
    enum { SIGNALS = sizeof signals / sizeof *signals, NOTED = 2 /* by watch_signals */ };
    struct sigaction ours = {.sa_handler = leave_and_ask_again, .sa_flags = SA_NODEFER};
    struct sigaction before[SIGNALS];
    enum error error;

    sigemptyset(&ours.sa_mask);
    for (int i = 0; i < SIGNALS; i++) {
        sigaction(signals[i], NULL, &before[i]);
        if (i >= NOTED && before[i].sa_handler != SIG_IGN)
            sigaction(signals[i], &ours, NULL);
    }
    watch_signals();
    error = twice ? ask_twice(question, out) : ask(question, out);
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &before[i], NULL);
    return error;
}

static enum error ask_at(int terminal, const char *question, bool twice, struct passphrase *out)
{
    asking.terminal = terminal;
    asking.question = question;
    if (tcgetattr(terminal, &asking.before) != 0)
        return error_raise_errno("ask at", "/dev/tty");
    asking.silent = asking.before;
    asking.silent.c_lflag &= ~(tcflag_t)ECHO;
    return ask_watched(question, twice, out);
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
    error = ask_at(terminal, question, twice, out);
    close(terminal);
    return error;
}
