#include "app/tui/editor.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT = 64 };

static int utf8_locale(void **state)
{
    (void)state;
    return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

static void type(struct editor *editor, const char *text)
{
    assert_int_equal(editor_insert(editor, text, strlen(text)), ERROR_NONE);
}

static void assert_box(const struct editor *editor, const char *before, const char *behind)
{
    assert_int_equal(editor->text.length, strlen(before) + strlen(behind));
    assert_int_equal(editor->cursor, strlen(before));
    if (editor->text.length > 0) {
        assert_memory_equal(editor->text.data, before, strlen(before));
        assert_string_equal(editor->text.data + strlen(before), behind);
    }
}

static void control(struct editor *editor, char letter)
{
    struct press press = {.kind = PRESS_CONTROL, .letter = letter};
    bool taken;

    assert_int_equal(editor_press(editor, &press, &taken), ERROR_NONE);
    assert_true(taken);
}

static void press(struct editor *editor, enum press_kind kind)
{
    struct press key = {.kind = kind};
    bool taken;

    assert_int_equal(editor_press(editor, &key, &taken), ERROR_NONE);
    assert_true(taken);
}

static void typing_goes_in_at_the_cursor(void **state)
{
    struct editor editor;

    (void)state;
    editor_init(&editor, LIMIT);
    type(&editor, "helo");
    press(&editor, PRESS_LEFT);
    type(&editor, "l");
    assert_box(&editor, "hell", "o");
    assert_true(editor.changed);
    editor_free(&editor);
}

static void what_comes_in_is_cleaned(void **state)
{
    struct editor editor;

    (void)state;
    editor_init(&editor, LIMIT);
    type(&editor, "a\r\nb\rc\033[31m\x07\xff\t|");
    assert_box(&editor, "a\nb\nc[31m\uFFFD\t|", "");
    editor_free(&editor);
}

static void clusters_are_never_split(void **state)
{
    struct editor editor;

    (void)state;
    editor_init(&editor, LIMIT);
    type(&editor, "e\u0301👍🏽日");
    press(&editor, PRESS_LEFT);
    assert_box(&editor, "e\u0301👍🏽", "日");
    press(&editor, PRESS_BACKSPACE);
    assert_box(&editor, "e\u0301", "日");
    press(&editor, PRESS_LEFT);
    assert_box(&editor, "", "e\u0301日");
    press(&editor, PRESS_DELETE);
    assert_box(&editor, "", "日");
    editor_free(&editor);
}

static void words_lines_and_cuts(void **state)
{
    struct editor editor;

    (void)state;
    editor_init(&editor, LIMIT);
    type(&editor, "I can't, stop\nnow");
    press(&editor, PRESS_WORD_LEFT);
    press(&editor, PRESS_WORD_LEFT);
    assert_box(&editor, "I can't, ", "stop\nnow");
    control(&editor, 'w');
    assert_box(&editor, "I ", "stop\nnow");
    control(&editor, 'y');
    assert_box(&editor, "I can't, ", "stop\nnow");
    control(&editor, 'k');
    assert_box(&editor, "I can't, ", "\nnow");
    control(&editor, 'u');
    assert_box(&editor, "", "\nnow");
    control(&editor, 'k'); /* nothing up to the line's end */
    assert_box(&editor, "", "\nnow");
    press(&editor, PRESS_WORD_RIGHT);
    assert_box(&editor, "\nnow", "");
    control(&editor, 'a');
    assert_box(&editor, "\n", "now");
    control(&editor, 'e');
    assert_box(&editor, "\nnow", "");
    editor_clear(&editor);
    assert_box(&editor, "", "");
    control(&editor, 'y');
    assert_box(&editor, "\nnow", "");
    editor_free(&editor);
}

static void up_and_down_follow_the_broken_lines(void **state)
{
    struct editor editor;
    int line, column;

    (void)state;
    editor_init(&editor, LIMIT);
    editor.width = 8;
    type(&editor, "one two three\nx");
    editor_place(&editor, &line, &column);
    assert_int_equal(line, 2);
    assert_int_equal(column, 1);
    press(&editor, PRESS_UP);
    assert_box(&editor, "one two t", "hree\nx");
    press(&editor, PRESS_UP);
    assert_box(&editor, "o", "ne two three\nx");
    press(&editor, PRESS_UP);
    assert_box(&editor, "o", "ne two three\nx");
    press(&editor, PRESS_DOWN);
    press(&editor, PRESS_DOWN);
    assert_box(&editor, "one two three\nx", "");
    press(&editor, PRESS_DOWN);
    assert_box(&editor, "one two three\nx", "");
    type(&editor, "\n");
    editor_place(&editor, &line, &column);
    assert_int_equal(line, 3);
    assert_int_equal(column, 0);
    press(&editor, PRESS_UP);
    assert_box(&editor, "one two three\n", "x\n");
    press(&editor, PRESS_DOWN);
    assert_box(&editor, "one two three\nx\n", "");
    editor_free(&editor);
}

static void what_does_not_fit_changes_nothing(void **state)
{
    struct editor editor;
    char long_text[LIMIT + 1];

    (void)state;
    memset(long_text, 'x', sizeof long_text);
    editor_init(&editor, LIMIT);
    type(&editor, "kept");
    assert_int_equal(editor_insert(&editor, long_text, sizeof long_text), ERROR_TOO_LARGE);
    assert_box(&editor, "kept", "");
    assert_int_equal(editor_set(&editor, long_text, sizeof long_text), ERROR_TOO_LARGE);
    assert_box(&editor, "kept", "");
    assert_int_equal(editor_set(&editor, "", 0), ERROR_NONE);
    assert_box(&editor, "", "");
    editor_free(&editor);
}

/* Whatever is pressed, the cursor stands between clusters of a valid text. */
static void any_presses_leave_a_sound_box(void **state)
{
    static const char *const pieces[] = {"a", " ", "\n", "日", "e\u0301", "👍🏽", "\xff", "''"};
    struct editor editor;
    uint32_t seed = 7;

    (void)state;
    editor_init(&editor, LIMIT);
    for (int round = 0; round < 50000; round++) {
        struct press key;
        bool taken;

        seed = seed * 1664525u + 1013904223u;
        editor.width = 1 + (int)(seed >> 8) % 12;
        key = (struct press){.kind = (enum press_kind)((seed >> 16) % (PRESS_OTHER + 1)),
                             .letter = (char)('a' + (seed >> 24) % 26),
                             .text = pieces[(seed >> 28) % 8]};
        key.length = strlen(key.text);
        if (editor_press(&editor, &key, &taken) != ERROR_NONE)
            editor_clear(&editor);
        assert_in_range(editor.cursor, 0, editor.text.length);
        if (editor.cursor < editor.text.length)
            assert_false((editor.text.data[editor.cursor] & 0xC0) == 0x80);
    }
    editor_free(&editor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typing_goes_in_at_the_cursor),
        cmocka_unit_test(what_comes_in_is_cleaned),
        cmocka_unit_test(clusters_are_never_split),
        cmocka_unit_test(words_lines_and_cuts),
        cmocka_unit_test(up_and_down_follow_the_broken_lines),
        cmocka_unit_test(what_does_not_fit_changes_nothing),
        cmocka_unit_test(any_presses_leave_a_sound_box),
    };

    return cmocka_run_group_tests(tests, utf8_locale, NULL);
}
