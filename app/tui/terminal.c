#include "app/tui/terminal.h"

#include "app/tui/keys.h"

#include <curses.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#define PASTE_ON  "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define MOUSE_ON  "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"

enum {
    ESCAPE_DELAY = 25,      /* ms that tell the key Esc from the start of a sequence */
    SEQUENCE_DELAY = 250,   /* ms that the bytes of one character or sequence may be apart */
    PASTE_PATIENCE = 10000, /* ms without a byte after which a paste has no end */
    STACK_SIZE = 64 * 1024, /* bytes, for the handlers of a stack that has overflown */
};

static void give_back_and_die(int number);
static void note_signal(int number);

/* All that would end the program or stop it, with the default action. */
static const struct handled {
    int number;
    void (*handler)(int);
} handled[] = {
    {SIGQUIT, give_back_and_die}, {SIGSEGV, give_back_and_die}, {SIGBUS, give_back_and_die},
    {SIGFPE, give_back_and_die},  {SIGILL, give_back_and_die},  {SIGABRT, give_back_and_die},
    {SIGTRAP, give_back_and_die}, {SIGSYS, give_back_and_die},  {SIGXCPU, give_back_and_die},
    {SIGALRM, give_back_and_die}, {SIGUSR1, give_back_and_die}, {SIGUSR2, give_back_and_die},
    {SIGHUP, note_signal},        {SIGINT, note_signal},        {SIGTERM, note_signal},
    {SIGTSTP, note_signal},       {SIGCONT, note_signal},
};

enum { HANDLED = sizeof handled / sizeof *handled };

static struct {
    SCREEN *screen;
    struct termios before; /* as the shell left it */
    struct termios ours;   /* as we have it */
    char undo[256];        /* what gives the screen back, ready for a signal handler */
    size_t undo_length;
    struct sigaction actions[HANDLED]; /* of the signals, before ours */
    stack_t stack;                     /* for handlers, before ours */
    struct keys keys;
    int escape_delay; /* ms */
    bool mouse, lost;
} terminal;

static _Alignas(16) char handler_stack[STACK_SIZE];

/* `away`: the terminal is the shell's, since we are suspended. */
static volatile sig_atomic_t suspend_asked, continued, end_asked, away;

/* ---- which terminal ---- */

static bool described(const char *name)
{
    int status;
    bool usable = setupterm(name, STDOUT_FILENO, &status) == OK && cursor_address != NULL;

    if (cur_term)
        del_curterm(cur_term);
    return usable;
}

/* The description to use, NULL where there is none. The terminals below are often used where only
 * the few descriptions that every system has are installed, at the other end of ssh above all. */
static const char *description(void)
{
    static const struct {
        const char *start, *instead;
    } families[] = {
        {"xterm", "xterm-256color"},
        {"tmux", "tmux-256color"},
        {"screen", "screen"},
        {"rxvt", "rxvt"},
        {"linux", "linux"},
        {"alacritty", "xterm-256color"},
        {"contour", "xterm-256color"},
        {"foot", "xterm-256color"},
        {"ghostty", "xterm-256color"},
        {"gnome", "xterm-256color"},
        {"iterm", "xterm-256color"},
        {"kitty", "xterm-256color"},
        {"konsole", "xterm-256color"},
        {"mintty", "xterm-256color"},
        {"putty", "xterm-256color"},
        {"st-", "xterm-256color"},
        {"vte", "xterm-256color"},
        {"wezterm", "xterm-256color"},
    };
    const char *name = getenv("TERM");

    if (!name || !*name || strcmp(name, "dumb") == 0)
        return NULL;
    if (described(name))
        return name;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        if (strncmp(name, families[i].start, strlen(families[i].start)) == 0 &&
            described(families[i].instead))
            return families[i].instead;
    }
    return NULL;
}

const char *terminal_obstacle(void)
{
    const char *name = getenv("TERM");

    if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1)
        return "standard input or output is not a terminal";
    if (!name || !*name)
        return "TERM does not say what terminal this is";
    if (strcmp(name, "dumb") == 0)
        return "TERM says that this terminal is dumb";
    return description() ? NULL : "this system has no description of the terminal that TERM names";
}

bool terminal_usable(void)
{
    return !terminal_obstacle();
}

/* ---- the modes ---- */

static void send(const char *sequence)
{
    putp(sequence);
    fflush(stdout);
}

static void set_modes(void)
{
    send(PASTE_ON);
    if (terminal.mouse)
        send(MOUSE_ON);
}

static void unset_modes(void)
{
    if (terminal.mouse)
        send(MOUSE_OFF);
    send(PASTE_OFF);
}

/* A terminal without a second screen goes on below ours. */
static void leave_screen(void)
{
    unset_modes();
    endwin();
    if (!exit_ca_mode)
        send("\r\n");
}

void terminal_mouse(bool on)
{
    if (on == terminal.mouse)
        return;
    terminal.mouse = on;
    if (terminal.screen && !away)
        send(on ? MOUSE_ON : MOUSE_OFF);
}

/* Without the delays that terminfo writes as $<5>. */
static void add_undo(const char *sequence)
{
    for (; sequence && *sequence; sequence++) {
        const char *end = strncmp(sequence, "$<", 2) == 0 ? strchr(sequence, '>') : NULL;

        if (end)
            sequence = end;
        else if (terminal.undo_length < sizeof terminal.undo)
            terminal.undo[terminal.undo_length++] = *sequence;
    }
}

static void prepare_undo(void)
{
    terminal.undo_length = 0;
    add_undo(MOUSE_OFF PASTE_OFF);
    add_undo(exit_attribute_mode);
    add_undo(cursor_normal);
    add_undo(keypad_local);
    add_undo(exit_ca_mode ? exit_ca_mode : "\r\n");
}

/* ---- giving it back ---- */

static bool in_background(void)
{
    pid_t foreground = tcgetpgrp(STDIN_FILENO);

    return foreground > 0 && foreground != getpgrp();
}

/* Where we are in the background, stopped without a word before, the settings are the shell's,
 * which may have set them for itself or have taken ours. */
static bool settings_are_ours(void)
{
    struct termios now;

    if (!in_background())
        return true;
    return tcgetattr(STDIN_FILENO, &now) == 0 && now.c_lflag == terminal.ours.c_lflag &&
           now.c_iflag == terminal.ours.c_iflag && now.c_oflag == terminal.ours.c_oflag;
}

/* Only calls that a signal handler may make. A terminal that has stopped reading is not waited for.
 */
static void give_back(void)
{
    int flags = fcntl(STDOUT_FILENO, F_GETFL);
    ssize_t ignored;

    if (away)
        return;
    fcntl(STDOUT_FILENO, F_SETFL, flags | O_NONBLOCK);
    ignored = write(STDOUT_FILENO, terminal.undo, terminal.undo_length);
    (void)ignored;
    fcntl(STDOUT_FILENO, F_SETFL, flags);
    if (!settings_are_ours())
        return;
    signal(SIGTTOU, SIG_IGN); /* that may be done from the background too */
    tcsetattr(STDIN_FILENO, TCSANOW, &terminal.before);
}

static void give_back_and_die(int number)
{
    give_back();
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

static void handle(const struct handled *signal, struct sigaction *before)
{
    struct sigaction action = {.sa_handler = signal->handler, .sa_flags = SA_ONSTACK};

    /* The signal stays open in its own handler: raising it again must end the program. */
    if (signal->handler == give_back_and_die)
        action.sa_flags |= SA_NODEFER;
    sigemptyset(&action.sa_mask);
    sigaction(signal->number, &action, before);
}

static void handle_signals(void)
{
    stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};

    sigaltstack(&stack, &terminal.stack);
    for (size_t i = 0; i < HANDLED; i++)
        handle(&handled[i], &terminal.actions[i]);
}

static void restore_signals(void)
{
    for (size_t i = 0; i < HANDLED; i++)
        sigaction(handled[i].number, &terminal.actions[i], NULL);
    sigaltstack(&terminal.stack, NULL);
}

/* ---- taking it over ---- */

/* As curses reads it: ms, from the environment where it is set. */
static int escape_delay(void)
{
    const char *value = getenv("ESCDELAY");
    long delay = value ? strtol(value, NULL, 10) : 0;

    return delay > 0 && delay < SEQUENCE_DELAY ? (int)delay : ESCAPE_DELAY;
}

/* What another program has left so would have curses ask again and again while the terminal does
 * not read. */
static void write_patiently(void)
{
    int flags = fcntl(STDOUT_FILENO, F_GETFL);

    if (flags >= 0 && (flags & O_NONBLOCK))
        fcntl(STDOUT_FILENO, F_SETFL, flags & ~O_NONBLOCK);
}

void terminal_prepare(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
        return;
    unsetenv("COLUMNS");
    unsetenv("LINES");
}

enum error terminal_start(void)
{
    if (in_background())
        raise(SIGTTOU); /* until the shell brings us to the front, with settings to come back to */
    if (tcgetattr(STDIN_FILENO, &terminal.before) != 0)
        return error_raise_errno("read the settings of", "the terminal");
    terminal.undo_length = 0;
    away = 0;
    /* Ours come first, so that curses leaves them alone. */
    handle_signals();
    terminal.screen = newterm(description(), stdout, stdin);
    if (!terminal.screen) {
        restore_signals();
        return error_raise(ERROR_INVALID, "this terminal cannot show a full screen: use "
                                          "`emotrack write --plain`");
    }
    prepare_undo();
    write_patiently();
    keys_init(&terminal.keys);
    terminal.escape_delay = escape_delay();
    raw();
    noecho();
    nonl();
    tcgetattr(STDIN_FILENO, &terminal.ours);
    set_modes();
    return ERROR_NONE;
}

void terminal_stop(void)
{
    if (!terminal.screen)
        return;
    if (in_background()) {
        give_back();
    } else if (!away) {
        leave_screen();
    }
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

/* ---- suspending ---- */

/* Stops as the shell expects it, the whole job with it. */
static void suspend(void)
{
    static const struct handled stop = {SIGTSTP, SIG_DFL}, note = {SIGTSTP, note_signal};

    suspend_asked = 0;
    leave_screen();
    away = 1;
    handle(&stop, NULL);
    kill(0, SIGTSTP);
    handle(&note, NULL);
    continued = 1;
}

/* Settings that the user has changed while we were suspended are those to come back to. */
static void remember_settings(void)
{
    struct termios now;

    if (tcgetattr(STDIN_FILENO, &now) != 0 || !(now.c_lflag & ICANON))
        return;
    terminal.before = now;
    def_shell_mode();
}

/* Takes the terminal over again: after a stop of any kind its modes are what the shell left. */
static void resume(void)
{
    continued = 0;
    suspend_asked = 0;
    if (away)
        remember_settings();
    away = 0;
    write_patiently();
    reset_prog_mode();
    set_modes();
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
    case KEYS_ESCAPE: return terminal.escape_delay;
    case KEYS_PASTE: return PASTE_PATIENCE;
    default: return SEQUENCE_DELAY;
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

/* Comes back from a stop, unless it ends: then the terminal stays the shell's. */
static void come_back(struct press *out)
{
    if (!terminal_ending())
        resume();
    *out = (struct press){.kind = PRESS_RESIZE};
}

void terminal_read(int wait, struct press *out)
{
    *out = (struct press){0};
    do {
        if (suspend_asked)
            suspend();
        if (continued) {
            come_back(out);
            return;
        }
        if (keys_next(&terminal.keys, out))
            break;
    } while (read_byte(wait, out));
    if (out->kind == PRESS_CONTROL && out->letter == 'z') {
        suspend();
        come_back(out);
    }
}
