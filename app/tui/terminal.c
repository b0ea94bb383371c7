#include "app/tui/terminal.h"

#include "base/buffer.h"
#include "base/utf8.h"
#include "classifier/predict.h"

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

enum { ESCAPE_DELAY = 25 /* ms */, PASTE_PATIENCE = 1000 /* ms without the end of a paste */ };

/* Keys beyond those that curses knows. */
enum {
    CODE_PASTE_BEGIN = KEY_MAX + 1,
    CODE_PASTE_END,
    CODE_ALT_ENTER,
    CODE_WORD_LEFT,
    CODE_WORD_RIGHT,
    CODE_WORD_DELETE_LEFT,
    CODE_WORD_DELETE_RIGHT,
    CODE_ALT_0, /* to CODE_ALT_0 + 9 */
};

static struct {
    SCREEN *screen;
    struct termios before; /* as the shell left it */
    char undo[256];        /* what gives the screen back, ready for a signal handler */
    size_t undo_length;
    char typed[4];        /* the bytes of the last PRESS_TEXT */
    struct buffer pasted; /* the text of the last PRESS_PASTE */
    bool lost;
} terminal;

static volatile sig_atomic_t suspend_asked, continued;

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
    else
        continued = 1;
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
    static const int fatal[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGSEGV,
                                SIGBUS, SIGFPE, SIGILL,  SIGABRT};

    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        handle(fatal[i], give_back_and_die);
    handle(SIGTSTP, note_signal);
    handle(SIGCONT, note_signal);
}

static void restore_signals(void)
{
    static const int handled[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGSEGV, SIGBUS,
                                  SIGFPE, SIGILL, SIGABRT, SIGTSTP, SIGCONT};

    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
        handle(handled[i], SIG_DFL);
}

static void define_keys(void)
{
    static const struct {
        const char *sequence;
        int code;
    } keys[] = {
        {"\033[200~", CODE_PASTE_BEGIN},     {"\033[201~", CODE_PASTE_END},
        {"\033\r", CODE_ALT_ENTER},          {"\033\n", CODE_ALT_ENTER},
        {"\033b", CODE_WORD_LEFT},           {"\033f", CODE_WORD_RIGHT},
        {"\033[1;5D", CODE_WORD_LEFT},       {"\033[1;5C", CODE_WORD_RIGHT},
        {"\033[1;3D", CODE_WORD_LEFT},       {"\033[1;3C", CODE_WORD_RIGHT},
        {"\033\177", CODE_WORD_DELETE_LEFT}, {"\033\b", CODE_WORD_DELETE_LEFT},
        {"\033d", CODE_WORD_DELETE_RIGHT},
    };
    char alt_digit[] = "\0330";

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        define_key(keys[i].sequence, keys[i].code);
    for (int digit = 1; digit <= 9; digit++) {
        alt_digit[1] = (char)('0' + digit);
        define_key(alt_digit, CODE_ALT_0 + digit);
    }
}

enum error terminal_start(void)
{
    if (tcgetattr(STDIN_FILENO, &terminal.before) != 0)
        return error_raise_errno("read the settings of", "the terminal");
    /* Ours come first, so that curses leaves them alone. */
    handle_signals();
    terminal.screen = newterm(NULL, stdout, stdin);
    if (!terminal.screen) {
        restore_signals();
        return error_raise(ERROR_INVALID, "this terminal cannot show a full screen: use "
                                          "`emotrack write --plain`");
    }
    prepare_undo();
    buffer_init(&terminal.pasted, 2 * TEXT_MAX);
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    if (!getenv("ESCDELAY"))
        set_escdelay(ESCAPE_DELAY);
    define_keys();
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
    buffer_free(&terminal.pasted);
}

bool terminal_lost(void)
{
    return terminal.lost;
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

static const struct {
    wint_t code;
    enum press_kind kind;
} code_presses[] = {
    {KEY_ENTER, PRESS_ENTER},
    {CODE_ALT_ENTER, PRESS_NEWLINE},
    {KEY_BACKSPACE, PRESS_BACKSPACE},
    {KEY_DC, PRESS_DELETE},
    {KEY_LEFT, PRESS_LEFT},
    {KEY_RIGHT, PRESS_RIGHT},
    {KEY_UP, PRESS_UP},
    {KEY_DOWN, PRESS_DOWN},
    {KEY_HOME, PRESS_HOME},
    {KEY_END, PRESS_END},
    {KEY_PPAGE, PRESS_PAGE_UP},
    {KEY_NPAGE, PRESS_PAGE_DOWN},
    {KEY_F(1), PRESS_HELP},
    {KEY_RESIZE, PRESS_RESIZE},
    {CODE_WORD_LEFT, PRESS_WORD_LEFT},
    {CODE_WORD_RIGHT, PRESS_WORD_RIGHT},
    {CODE_WORD_DELETE_LEFT, PRESS_WORD_DELETE_LEFT},
    {CODE_WORD_DELETE_RIGHT, PRESS_WORD_DELETE_RIGHT},
};

static void press_of_code(wint_t code, struct press *out)
{
    out->kind = PRESS_OTHER;
    if (code > CODE_ALT_0 && code <= CODE_ALT_0 + 9) {
        out->kind = PRESS_SCREEN;
        out->number = (int)(code - CODE_ALT_0);
    }
    for (size_t i = 0; i < sizeof code_presses / sizeof *code_presses; i++) {
        if (code_presses[i].code == code)
            out->kind = code_presses[i].kind;
    }
}

static void press_of_character(wint_t character, struct press *out)
{
    switch (character) {
    case '\r': out->kind = PRESS_ENTER; return;
    case '\n': out->kind = PRESS_NEWLINE; return;
    case '\t': out->kind = PRESS_TAB; return;
    case 033: out->kind = PRESS_ESCAPE; return;
    case 010:
    case 0177: out->kind = PRESS_BACKSPACE; return;
    default: break;
    }
    if (character >= 1 && character <= 26) {
        out->kind = PRESS_CONTROL;
        out->letter = (char)('a' + character - 1);
    } else if (character < ' ') {
        out->kind = PRESS_OTHER;
    } else {
        out->kind = PRESS_TEXT;
        out->length = utf8_encode((int32_t)character, terminal.typed);
        out->text = terminal.typed;
    }
}

/* Adds to the pasted text; what is beyond its limit is dropped (no message may be as long). */
static void add_pasted(wint_t character)
{
    char bytes[4];
    size_t length = utf8_encode((int32_t)character, bytes);

    if (buffer_append(&terminal.pasted, bytes, length))
        return;
}

/* Reads up to the end of the paste; a terminal that never sends it is not waited for. */
static void read_paste(struct press *out)
{
    wint_t character;
    int status;

    buffer_clear(&terminal.pasted);
    timeout(PASTE_PATIENCE);
    while ((status = get_wch(&character)) != ERR) {
        if (status == KEY_CODE_YES && character == CODE_PASTE_END)
            break;
        if (status == OK)
            add_pasted(character);
    }
    out->kind = PRESS_PASTE;
    out->text = terminal.pasted.data;
    out->length = terminal.pasted.length;
}

/* curses does not tell a closed terminal from a moment without a key. */
static bool hung_up(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

    return poll(&input, 1, 0) > 0 && (input.revents & (POLLHUP | POLLERR | POLLNVAL));
}

void terminal_read(int wait, struct press *out)
{
    wint_t character;
    int status;

    *out = (struct press){0};
    timeout(wait);
    status = get_wch(&character);
    if (suspend_asked || (status == OK && character == ('z' & 037)))
        suspend();
    if (continued) {
        resume();
        out->kind = PRESS_RESIZE;
    } else if (status == ERR) {
        terminal.lost = hung_up();
    } else if (status != KEY_CODE_YES) {
        press_of_character(character, out);
    } else if (character == CODE_PASTE_BEGIN) {
        read_paste(out);
    } else {
        press_of_code(character, out);
        if (out->kind == PRESS_RESIZE)
            terminal_redraw(); /* some terminals move what was there when they change their size */
    }
}
