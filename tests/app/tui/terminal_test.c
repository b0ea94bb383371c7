#include "app/tui/terminal.h"
#include "app/tui/thread.h"
#include "base/buffer.h"

#include <curses.h>
#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <cmocka.h>

/* Every case runs in a child with a terminal of its own, whose other end we read. */

enum { PATIENCE = 60 /* seconds until a child that hangs is killed */, STACK = 1024 * 1024 };

struct pane {
    pid_t child;
    int master;
    struct termios before;
    struct buffer output;
};

/* Starts a child that takes its terminal, of the name `term`, and does its act; where that returns,
 * the child ends with 0. */
static void open_pane(struct pane *pane, const char *term, void (*act)(void))
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    int slave;

    buffer_init(&pane->output, 1024 * 1024);
    assert_int_equal(openpty(&pane->master, &slave, NULL, NULL, &size), 0);
    assert_int_equal(tcgetattr(slave, &pane->before), 0);
    pane->child = fork();
    assert_true(pane->child >= 0);
    if (pane->child == 0) {
        struct rlimit stack = {STACK, RLIM_INFINITY}, core = {0};

        setrlimit(RLIMIT_STACK, &stack);
        setrlimit(RLIMIT_CORE, &core);
        login_tty(slave);
        close(pane->master);
        fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK); /* as another program may leave it */
        setenv("TERM", term, 1);
        alarm(PATIENCE);
        if (terminal_start())
            _exit(1);
        refresh(); /* from here on it is curses' */
        act();
        terminal_stop();
        _exit(0);
    }
    close(slave);
}

/* Reads until a text has come; false where the other end is closed before. */
static bool read_until(struct pane *pane, const char *text)
{
    char bytes[4096];
    ssize_t count;

    while (!pane->output.data || !strstr(pane->output.data, text)) {
        count = read(pane->master, bytes, sizeof bytes);
        if (count <= 0)
            return false;
        assert_int_equal(buffer_append(&pane->output, bytes, (size_t)count), ERROR_NONE);
    }
    return true;
}

/* Waits for the child's end; its status. */
static int end_pane(struct pane *pane)
{
    int status;

    read_until(pane, "what never comes");
    assert_int_equal(waitpid(pane->child, &status, 0), pane->child);
    return status;
}

static size_t last_place(const struct pane *pane, const char *sequence)
{
    size_t place = 0;

    for (const char *at = pane->output.data; (at = strstr(at, sequence)); at++)
        place = (size_t)(at - pane->output.data) + 1;
    return place;
}

/* The modes are off, and the settings are as they were. */
static void assert_sane(struct pane *pane)
{
    static const char *const modes[][2] = {
        {"\033[?2004h", "\033[?2004l"}, {"\033[?1049h", "\033[?1049l"}, {"\033[?25l", "\033[?25h"},
        {"\033[?1000h", "\033[?1000l"}, {"\033[?1006h", "\033[?1006l"},
    };
    struct termios after;

    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        assert_true(last_place(pane, modes[i][0]) <= last_place(pane, modes[i][1]));
    assert_true(last_place(pane, "\033[?2004h") > 0);
    assert_int_equal(tcgetattr(pane->master, &after), 0);
    assert_int_equal(after.c_iflag, pane->before.c_iflag);
    assert_int_equal(after.c_oflag, pane->before.c_oflag);
    assert_int_equal(after.c_lflag, pane->before.c_lflag);
    assert_memory_equal(after.c_cc, pane->before.c_cc, sizeof after.c_cc);
    close(pane->master);
    buffer_free(&pane->output);
}

/* ---- the ends of a program ---- */

static int number; /* of the signal that the child sends itself */

static void do_nothing(void)
{
}

static void send_signal(void)
{
    terminal_mouse(true);
    curs_set(0);
    refresh();
    raise(number);
}

static void send_signal_twice(void)
{
    send_signal();
    raise(number);
}

static int overflow(volatile int depth)
{
    volatile char room[4096];

    room[0] = (char)depth;
    return depth < 0 ? 0 : overflow(depth + 1) + room[0];
}

static void overflow_the_stack(void)
{
    overflow(0);
}

static void *crash(void *context)
{
    raise(SIGSEGV); /* blocked it would only wait */
    return context;
}

static void *overflow_its_stack(void *context)
{
    overflow(0);
    return context;
}

static void run_in_a_thread(void *(*run)(void *))
{
    pthread_t thread;

    if (!thread_start(&thread, run, NULL))
        pthread_join(thread, NULL);
}

static void crash_a_thread(void)
{
    run_in_a_thread(crash);
}

static void overflow_the_stack_of_a_thread(void)
{
    run_in_a_thread(overflow_its_stack);
}

static void a_quiet_end_gives_the_terminal_back(void **state)
{
    struct pane pane;

    (void)state;
    open_pane(&pane, "xterm-256color", do_nothing);
    assert_int_equal(end_pane(&pane), 0);
    assert_sane(&pane);
}

static void every_deadly_signal_gives_the_terminal_back(void **state)
{
    static const int deadly[] = {SIGQUIT, SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGABRT,
                                 SIGTRAP, SIGSYS,  SIGXCPU, SIGALRM, SIGUSR1, SIGUSR2};

    (void)state;
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) {
        struct pane pane;
        int status;

        number = deadly[i];
        open_pane(&pane, "xterm-256color", send_signal);
        status = end_pane(&pane);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), number);
        assert_sane(&pane);
    }
}

static void a_request_to_end_is_noted_and_a_second_obeyed(void **state)
{
    static const int requests[] = {SIGHUP, SIGINT, SIGTERM};

    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct pane pane;
        int status;

        number = requests[i];
        open_pane(&pane, "xterm-256color", send_signal);
        assert_int_equal(end_pane(&pane), 0);
        assert_sane(&pane);
        open_pane(&pane, "xterm-256color", send_signal_twice);
        status = end_pane(&pane);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), number);
        assert_sane(&pane);
    }
}

static void a_crash_without_a_stack_or_of_a_thread_gives_the_terminal_back(void **state)
{
    static void (*const acts[])(void) = {overflow_the_stack, crash_a_thread,
                                         overflow_the_stack_of_a_thread};

    (void)state;
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        struct pane pane;
        int status;

        open_pane(&pane, "xterm-256color", acts[i]);
        status = end_pane(&pane);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGSEGV);
        assert_sane(&pane);
    }
}

/* ---- a terminal that does not read ---- */

static void write_without_end(void)
{
    static const char line[] = "more than the terminal takes\r\n";

    while (!terminal_ending())
        if (write(STDOUT_FILENO, line, sizeof line - 1) < 0)
            break; /* a signal has come */
    for (;;)
        if (write(STDOUT_FILENO, line, sizeof line - 1) < 0 && !terminal_ending())
            return;
}

static void a_terminal_that_stopped_reading_holds_no_death_up(void **state)
{
    static const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};
    struct pane pane;
    int status;

    (void)state;
    open_pane(&pane, "xterm-256color", write_without_end);
    assert_true(read_until(&pane, "takes"));
    for (int i = 0; waitpid(pane.child, &status, WNOHANG) == 0; i++) {
        kill(pane.child, i < 100 * PATIENCE ? SIGTERM : SIGKILL);
        nanosleep(&moment, NULL);
    }
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
    close(pane.master);
    buffer_free(&pane.output);
}

static void leave_it_impatient(void)
{
    _exit(fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK ? 1 : 0);
}

static void the_end_of_the_terminal_ends_the_reading(void)
{
    struct press press;

    while (!terminal_ending())
        terminal_read(-1, &press);
    _exit(7);
}

static void a_terminal_that_has_gone_away_is_noticed(void **state)
{
    struct pane pane;
    int status;

    (void)state;
    open_pane(&pane, "xterm-256color", the_end_of_the_terminal_ends_the_reading);
    assert_true(read_until(&pane, "\033[?2004h"));
    close(pane.master);
    assert_int_equal(waitpid(pane.child, &status, 0), pane.child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
    buffer_free(&pane.output);
}

static void no_write_is_left_impatient(void **state)
{
    struct pane pane;

    (void)state;
    open_pane(&pane, "xterm-256color", leave_it_impatient);
    assert_int_equal(end_pane(&pane), 0);
    close(pane.master);
    buffer_free(&pane.output);
}

/* ---- which terminals ---- */

static void terminals_that_nobody_described_take_their_family(void **state)
{
    static const char *const names[] = {"xterm-kitty", "xterm-ghostty",      "tmux-direct",
                                        "foot",        "alacritty",          "screen.linux",
                                        "st-256color", "rxvt-unicode-other", "xterm-no-such"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct pane pane;

        open_pane(&pane, names[i], do_nothing);
        assert_int_equal(end_pane(&pane), 0);
        assert_sane(&pane);
    }
}

static void what_is_no_screen_is_said(void **state)
{
    (void)state;
    assert_non_null(terminal_obstacle()); /* of a test that reads from nowhere */
}

/* vt100's sequences have delays written in them, and it has no second screen to leave. */
static void delays_are_no_text(void **state)
{
    struct pane pane;

    (void)state;
    number = SIGSEGV;
    open_pane(&pane, "vt100", send_signal);
    assert_true(WIFSIGNALED(end_pane(&pane)));
    assert_int_equal(last_place(&pane, "$<"), 0);
    assert_sane(&pane);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quiet_end_gives_the_terminal_back),
        cmocka_unit_test(every_deadly_signal_gives_the_terminal_back),
        cmocka_unit_test(a_request_to_end_is_noted_and_a_second_obeyed),
        cmocka_unit_test(a_crash_without_a_stack_or_of_a_thread_gives_the_terminal_back),
        cmocka_unit_test(a_terminal_that_stopped_reading_holds_no_death_up),
        cmocka_unit_test(a_terminal_that_has_gone_away_is_noticed),
        cmocka_unit_test(no_write_is_left_impatient),
        cmocka_unit_test(terminals_that_nobody_described_take_their_family),
        cmocka_unit_test(what_is_no_screen_is_said),
        cmocka_unit_test(delays_are_no_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
