#include "app/tui/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Presses are written as words: a text as it is, ^a a control, others by name. A "|" among the
 * bytes is a rest. */
static const char *const names[] = {
    [PRESS_NONE] = "none",
    [PRESS_PASTE] = "paste:",
    [PRESS_ENTER] = "enter",
    [PRESS_NEWLINE] = "newline",
    [PRESS_TAB] = "tab",
    [PRESS_ESCAPE] = "esc",
    [PRESS_BACKSPACE] = "backspace",
    [PRESS_DELETE] = "delete",
    [PRESS_LEFT] = "left",
    [PRESS_RIGHT] = "right",
    [PRESS_UP] = "up",
    [PRESS_DOWN] = "down",
    [PRESS_WORD_LEFT] = "word-left",
    [PRESS_WORD_RIGHT] = "word-right",
    [PRESS_WORD_DELETE_LEFT] = "cut-left",
    [PRESS_WORD_DELETE_RIGHT] = "cut-right",
    [PRESS_HOME] = "home",
    [PRESS_END] = "end",
    [PRESS_PAGE_UP] = "page-up",
    [PRESS_PAGE_DOWN] = "page-down",
    [PRESS_OLDER] = "older",
    [PRESS_NEWER] = "newer",
    [PRESS_HELP] = "help",
    [PRESS_MOUSE] = "mouse",
    [PRESS_OTHER] = "other",
};

static const char *const mice[] = {
    [MOUSE_CLICK] = "click", [MOUSE_WHEEL_UP] = "wheel-up", [MOUSE_WHEEL_DOWN] = "wheel-down"};

static const struct {
    const char *bytes, *presses;
} cases[] = {
    {"", ""},
    {"ab", "a b"},
    {"\r\n\t\b\177", "enter newline tab backspace backspace"},
    {"\001\032\037", "^a ^z ^_"},
    {"\034\035\036", "other other other"},
    {"\xC3\xA9", "\xC3\xA9"},
    {"\xF0\x9F\x91\x8D", "\xF0\x9F\x91\x8D"},
    /* not UTF-8: one sign a byte, and nothing behind it is lost */
    {"\xE9 was", "\xEF\xBF\xBD   w a s"},
    {"\xFF\xFE"
     "a",
     "\xEF\xBF\xBD \xEF\xBF\xBD a"},
    {"\xC3|a", "\xEF\xBF\xBD a"},
    {"\xC3\033[A", "\xEF\xBF\xBD up"},
    {"\xED\xA0\x80x", "\xEF\xBF\xBD x"},
    /* Esc and Alt */
    {"\033|", "esc"},
    {"\033|i", "esc i"},
    {"\033i", "esc i"},
    {"\033\033|", "esc esc"},
    {"\033\033\033|x", "esc esc esc x"},
    {"\033\033i", "esc esc i"},
    {"\033\033b", "esc word-left"},
    {"\033O\033[A", "other up"},
    {"\033\r", "newline"},
    {"\0331\0339", "screen1 screen9"},
    {"\033b\033f\033d\033\177", "word-left word-right cut-right cut-left"},
    /* cursor keys, with modifiers too */
    {"\033[A\033[B\033[C\033[D\033[H\033[F", "up down right left home end"},
    {"\033OA\033OB\033OC\033OD\033OH\033OF\033OP\033OM", "up down right left home end help enter"},
    {"\033[1;5D\033[1;3C\033[1;2D\033[1;2A", "word-left word-right left up"},
    {"\033[1~\033[4~\033[7~\033[8~\033[5~\033[6~\033[3~\033[3;5~",
     "home end home end page-up page-down delete cut-right"},
    {"\033[11~\033[[A\033[[B\033[1;2P\033[P", "help help other help help"},
    {"\033[15~\033[24;2~\033[2~", "other other other"},
    /* Alt with an arrow: xterm, rxvt, rxvt and PuTTY, kitty with the number lock */
    {"\033[1;3A\033[1;3B", "older newer"},
    {"\033\033[A\033\033[B", "older newer"},
    {"\033\033OA\033\033OB\033\033OC", "older newer word-right"},
    {"\033[1;131A\033[1;129A", "older up"},
    {"\033\033[5~\033\033OP", "esc page-up esc help"},
    {"\033\033[<0;1;1M\033\033[200~a\033[201~", "esc click0,0 esc paste:a"},
    /* rxvt with Shift and with Control; the keypad's own mode */
    {"\033[a\033[d\033Oa\033Od\033Oc", "up left up word-left word-right"},
    {"\033Op\033Oy\033Ok\033Oj", "0 9 + *"},
    /* modifyOtherKeys and kitty's protocol */
    {"\033[13;3u\033[27u\033[127u\033[97;5u\033[27;5;13~", "newline esc backspace ^a newline"},
    {"\033[13u\033[13;2u\033[57414u\033[9u\033[127;3u", "enter newline enter tab cut-left"},
    {"\033[95;5u\033[47;5u\033[27;5;106~\033[91;5u\033[49;5u", "^_ ^_ newline esc other"},
    {"\033[49;3u\033[98;3u\033[27;3;102~\033[113;3u", "screen1 word-left word-right other"},
    {"\033[97u\033[97;2u\033[97:65;2u\033[49:33;2u\033[228u", "a A A ! \xC3\xA4"},
    {"\033[97;9u\033[97;7u\033[57344u\033[57358u\033[155u", "other other other other other"},
    {"\033[55296u\033[1114112u\033[99999999999u\033[u", "other other other other"},
    {"\033[57417u\033[57419;3u\033[57421u\033[57424u\033[57426u", "left older page-up end delete"},
    {"\033[97;1:1u\033[97;1:2u\033[97;1:3u\033[1;1:3A\033[3;1:3~x", "a a x"},
    /* the mouse: SGR's form and X10's */
    {"\033[<0;12;7M\033[<0;12;7m", "click6,11"},
    {"\033[<64;1;1M\033[<65;500;200M\033[<80;2;3M", "wheel-up0,0 wheel-down199,499 wheel-up2,1"},
    {"\033[<1;5;5M\033[<2;5;5M\033[<32;5;5M\033[<35;5;5M\033[<66;5;5M\033[<128;5;5Mx", "x"},
    {"\033[<0;0;7M\033[<0;12M\033[<0M\033[<M\033[<;;M\033[<0;12;7yx", "x"},
    {"\033[<0;12;99999999999999999999999999999999999999999999Mx", "x"},
    {"\033[<0;1\003x", "other ^c x"},
    {"\033[M !!\033[M`\"#\033[Ma##", "click0,0 wheel-up2,1 wheel-down2,2"},
    {"\033[M#!!\033[M \xFF\xFEx", "click221,222 x"},
    {"\033[M   \033[M!!!\033[M  \033[A", "up"},
    {"\033[M |x", "x"},
    {"\033[32;12;7Mx", "x"},
    /* what means nothing is never letters */
    {"\033[1;2Ddying", "left d y i n g"},
    {"\033[I\033[O\033[?62;c\033[0n\033[8;24;80t\033[?1u\033[?2004;1$yx", "x"},
    {"\033]11;rgb:00/00/00\007y", "y"},
    {"\033]11;rgb:00/00/00\033\\y", "y"},
    {"\033P1$r0m\033\\n", "n"},
    {"\033[1;2|d", "other d"},
    {"\033]0;half|d", "d"},
    {"\033[12345678901234567890123456789012345678901234567890Ax", "other x"},
    {"\033[1\001x", "other ^a x"},
    /* paste */
    {"\033[200~one\rtwo yq\033[31m\003\033[201~z", "paste:one\rtwo yq\033[31m\003 z"},
    {"\033[200~first|second\033[201~", "paste:firstsecond"},
    {"\033[200~\xFF\xFE\033[201~", "paste:\xFF\xFE"},
    {"\033[200~\033[201~", "paste:"},
    {"\033[200~a\033[201~\033[200~b\033[201~", "paste:a paste:b"},
    {"\033[201~x", "other x"},
};

static void write_press(struct buffer *out, const struct press *press)
{
    if (out->length > 0)
        assert_int_equal(buffer_append_byte(out, ' '), ERROR_NONE);
    if (press->kind == PRESS_CONTROL)
        assert_int_equal(buffer_format(out, "^%c", press->letter), ERROR_NONE);
    else if (press->kind == PRESS_SCREEN)
        assert_int_equal(buffer_format(out, "screen%d", press->number), ERROR_NONE);
    else if (press->kind == PRESS_MOUSE)
        assert_int_equal(
            buffer_format(out, "%s%d,%d", mice[press->mouse], press->row, press->column),
            ERROR_NONE);
    else if (press->kind != PRESS_TEXT)
        assert_int_equal(buffer_append_text(out, names[press->kind]), ERROR_NONE);
    if (press->length > 0)
        assert_int_equal(buffer_append(out, press->text, press->length), ERROR_NONE);
}

static void take(struct keys *keys, struct buffer *out)
{
    struct press press;

    while (keys_next(keys, &press))
        write_press(out, &press);
}

static void bytes_become_presses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer presses;
        struct keys keys;

        keys_init(&keys);
        buffer_init(&presses, 1024);
        assert_int_equal(buffer_append_text(&presses, ""), ERROR_NONE);
        for (const char *byte = cases[i].bytes; *byte; byte++) {
            if (*byte == '|')
                keys_rest(&keys);
            else
                keys_feed(&keys, (unsigned char)*byte);
            take(&keys, &presses);
        }
        keys_rest(&keys);
        take(&keys, &presses);
        assert_string_equal(presses.data, cases[i].presses);
        buffer_free(&presses);
        keys_free(&keys);
    }
}

/* Control-@, which many keyboards send by mistake, is no press. */
static void nul_is_nothing(void **state)
{
    struct press press;
    struct keys keys;

    (void)state;
    keys_init(&keys);
    keys_feed(&keys, '\0');
    keys_rest(&keys);
    assert_false(keys_next(&keys, &press));
    keys_free(&keys);
}

static void a_paste_without_an_end_can_be_ended(void **state)
{
    struct press press;
    struct keys keys;

    (void)state;
    keys_init(&keys);
    for (const char *byte = "\033[200~half"; *byte; byte++)
        keys_feed(&keys, (unsigned char)*byte);
    keys_rest(&keys);
    assert_false(keys_next(&keys, &press));
    keys_end_paste(&keys);
    assert_true(keys_next(&keys, &press));
    assert_int_equal(press.kind, PRESS_PASTE);
    assert_memory_equal(press.text, "half", 4);
    keys_feed(&keys, 'x');
    assert_true(keys_next(&keys, &press));
    assert_int_equal(press.kind, PRESS_TEXT);
    keys_free(&keys);
}

/* What does not fit is dropped; the end is seen all the same, and nothing becomes a key. */
static void a_paste_beyond_all_limits_ends(void **state)
{
    struct press press;
    struct keys keys;

    (void)state;
    keys_init(&keys);
    for (const char *byte = "\033[200~"; *byte; byte++)
        keys_feed(&keys, (unsigned char)*byte);
    for (int i = 0; i < 3 * KEYS_PASTE_MAX; i++) {
        keys_feed(&keys, 'y');
        assert_false(keys_next(&keys, &press));
    }
    for (const char *byte = "\033[201~"; *byte; byte++)
        keys_feed(&keys, (unsigned char)*byte);
    assert_true(keys_next(&keys, &press));
    assert_int_equal(press.kind, PRESS_PASTE);
    assert_in_range(press.length, KEYS_PASTE_MAX - 8, KEYS_PASTE_MAX);
    keys_free(&keys);
}

static void any_bytes_are_taken(void **state)
{
    uint32_t seed = 3;
    struct keys keys;

    (void)state;
    keys_init(&keys);
    for (int i = 0; i < 300000; i++) {
        static const char likely[] = "\033[[O]P;~0123456789uMm<\\";
        struct press press;

        seed = seed * 1664525u + 1013904223u;
        if (seed >> 31)
            keys_feed(&keys, (unsigned char)likely[(seed >> 8) % (sizeof likely - 1)]);
        else
            keys_feed(&keys, (unsigned char)(seed >> 16));
        if (seed % 97 == 0)
            keys_rest(&keys);
        while (keys_next(&keys, &press))
            assert_true(press.kind != PRESS_TEXT || press.length > 0);
    }
    keys_free(&keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_presses),
        cmocka_unit_test(nul_is_nothing),
        cmocka_unit_test(a_paste_without_an_end_can_be_ended),
        cmocka_unit_test(a_paste_beyond_all_limits_ends),
        cmocka_unit_test(any_bytes_are_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
