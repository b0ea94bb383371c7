#include "app/tui/terminal.h"

#include "app/tui/keys.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#define PASTE_ON  "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

enum {
    ESCAPE_DELAY = 25,      /* ms that tell the key Esc from the start of a sequence */
    CHARACTER_DELAY = 250,  /* ms that the bytes of one character may be apart */
    PASTE_PATIENCE = 10000, /* ms without a byte after which a paste has no end */
};

static struct {
    SCREEN *screen;
    struct termios before; /* as the shell left it */
    char undo[256];        /* what gives the screen back, ready for a signal handler */
    size_t undo_length;
    struct keys keys;
    int escape_delay; /* ms */
    bool lost;
} terminal;

static volatile sig_atomic_t suspend_asked, continued, end_asked;

/* ---- taking over and giving back ---- */

bool terminal_usable(void)
{
    const char *name = getenv("TERM");
    int status;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || !name || !*name ||
        strcmp(name, "dumb") == 0)
        return false;
    return setupterm(NULL, STDOUT_FILENO, &status) == OK && cursor_address != NULL;
}

static void send(const char *sequence)
{
    putp(sequence);
    fflush(stdout);
}

static void add_undo(const char *sequence)
{
    size_t length = sequence ? strlen(sequence) : 0;

    if (length > 0 && terminal.undo_length + length <= sizeof terminal.undo) {
        memcpy(terminal.undo + terminal.undo_length, sequence, length);
        terminal.undo_length += length;
    }
}

static void prepare_undo(void)
{
    terminal.undo_length = 0;
    add_undo(PASTE_OFF);
    add_undo(exit_attribute_mode);
    add_undo(cursor_normal);
    add_undo(keypad_local);
    add_undo(exit_ca_mode);
}

/* Only calls that a signal handler may make. */
static void give_back_and_die(int number)
{
    ssize_t ignored = write(STDOUT_FILENO, terminal.undo, terminal.undo_length);

    (void)ignored;
    tcsetattr(STDIN_FILENO, TCSANOW, &terminal.before);
    signal(number, SIG_DFL);
    raise(number);
}

static void note_signal(int number)
{
    if (number == SIGTSTP)
        suspend_asked = 1;
    else if (number == SIGCONT)
        continued = 1;
    else if (end_asked)
        give_back_and_die(number);
    else
        end_asked = number;
}

static void handle(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};

    /* The signal stays open in its own handler: raising it again must end the program. */
    action.sa_flags = handler == give_back_and_die ? SA_NODEFER : 0;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static void handle_signals(void)
{
    static const int fatal[] = {SIGQUIT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    static const int noted[] = {SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGCONT};

    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        handle(fatal[i], give_back_and_die);
    for (size_t i = 0; i < sizeof noted / sizeof *noted; i++)
        handle(noted[i], note_signal);
}

static void restore_signals(void)
{
    static const int handled[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGSEGV, SIGBUS,
                                  SIGFPE, SIGILL, SIGABRT, SIGTSTP, SIGCONT};

    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
        handle(handled[i], SIG_DFL);
}

/* As curses reads it: ms, from the environment where it is set. */
static int escape_delay(void)
{
    const char *value = getenv("ESCDELAY");
    long delay = value ? strtol(value, NULL, 10) : 0;

    return delay > 0 && delay < CHARACTER_DELAY ? (int)delay : ESCAPE_DELAY;
}

enum error terminal_start(void)
{
    if (tcgetattr(STDIN_FILENO, &terminal.before) != 0)
        return error_raise_errno("read the settings of", "the terminal");
    /* Ours come first, so that curses leaves them alone. */
    handle_signals();
    /* The window's size is the terminal's, not what the environment once said. */
    use_tioctl(TRUE);
    terminal.screen = newterm(NULL, stdout, stdin);
    if (!terminal.screen) {
        restore_signals();
        return error_raise(ERROR_INVALID, "this terminal cannot show a full screen: use "
                                          "`emotrack write --plain`");
    }
    prepare_undo();
    keys_init(&terminal.keys);
    terminal.escape_delay = escape_delay();
    raw();
    noecho();
    nonl();
    send(PASTE_ON);
    return ERROR_NONE;
}

void terminal_stop(void)
{
    if (!terminal.screen)
        return;
    send(PASTE_OFF);
    endwin();
    delscreen(terminal.screen);
    terminal.screen = NULL;
    restore_signals();
    keys_free(&terminal.keys);
}

bool terminal_ending(void)
{
    return terminal.lost || end_asked;
}

void terminal_die(void)
{
    if (end_asked)
        raise(end_asked);
}

void terminal_redraw(void)
{
    clearok(curscr, TRUE);
}

/* Stops as the shell expects it, the whole job with it, and takes the terminal over again. */
static void suspend(void)
{
    suspend_asked = 0;
    send(PASTE_OFF);
    endwin();
    handle(SIGTSTP, SIG_DFL);
    kill(0, SIGTSTP);
    handle(SIGTSTP, note_signal);
    continued = 1;
}

/* After a stop of any kind the terminal's modes are whatever the shell left. */
static void resume(void)
{
    continued = 0;
    suspend_asked = 0;
    reset_prog_mode();
    send(PASTE_ON);
    terminal_redraw();
    refresh();
}

/* ---- reading ---- */

/* curses does not tell a closed terminal from a moment without a key. */
static bool hung_up(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

    return poll(&input, 1, 0) > 0 && (input.revents & (POLLHUP | POLLERR | POLLNVAL));
}

bool terminal_waiting(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

    return terminal.screen && poll(&input, 1, 0) > 0;
}

/* How long the next byte may take: what was begun decides, else the caller. */
static int patience(int wait)
{
    switch (terminal.keys.state) {
    case KEYS_PLAIN: return wait;
    case KEYS_UTF8: return CHARACTER_DELAY;
    case KEYS_PASTE: return PASTE_PATIENCE;
    default: return terminal.escape_delay;
    }
}

/* Nothing came within that time. Returns whether this ends the reading. */
static bool rest(void)
{
    if (terminal.keys.state == KEYS_PLAIN)
        return true;
    if (terminal.keys.state == KEYS_PASTE)
        keys_end_paste(&terminal.keys);
    else
        keys_rest(&terminal.keys);
    return false;
}

/* One byte, or a moment without; returns whether there may be more to come. */
static bool read_byte(int wait, struct press *out)
{
    int byte;

    timeout(patience(wait));
    byte = getch();
    if (byte == KEY_RESIZE) {
        terminal_redraw(); /* some terminals move what was there when they change their size */
        out->kind = PRESS_RESIZE;
        return false;
    }
    if (byte != ERR) {
        keys_feed(&terminal.keys, (unsigned char)byte);
        return true;
    }
    terminal.lost = hung_up();
    return !terminal_ending() && !suspend_asked && !continued && !rest();
}

void terminal_read(int wait, struct press *out)
{
    *out = (struct press){0};
    do {
        if (suspend_asked)
            suspend();
        if (continued) {
            resume();
            out->kind = PRESS_RESIZE;
            return;
        }
        if (keys_next(&terminal.keys, out))
            break;
    } while (read_byte(wait, out));
    if (out->kind != PRESS_CONTROL || out->letter != 'z')
        return;
    suspend();
    resume();
    *out = (struct press){.kind = PRESS_RESIZE};
}
