#include "app/tui/editor.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>
#include <utf8proc.h>

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

static void type_key(struct editor *editor, const char *text)
{
    struct press key = {.kind = PRESS_TEXT, .text = text, .length = strlen(text)};
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

static void undo_goes_by_words(void **state)
{
    struct editor editor;

    (void)state;
    editor_init(&editor, LIMIT);
    for (const char *c = "one two  three"; *c; c++)
        type_key(&editor, (const char[]){*c, '\0'});
    control(&editor, '_');
    assert_box(&editor, "one two  ", "");
    control(&editor, '_');
    assert_box(&editor, "one ", "");
    control(&editor, 'r');
    assert_box(&editor, "one two  ", "");
    press(&editor, PRESS_WORD_LEFT);
    type_key(&editor, "x"); /* what was taken back is forgotten */
    control(&editor, 'r');
    assert_box(&editor, "one x", "two  ");
    control(&editor, '_');
    assert_box(&editor, "one ", "two  ");
    for (int i = 0; i < 5; i++)
        control(&editor, '_');
    assert_box(&editor, "", "");
    control(&editor, 'r');
    assert_box(&editor, "one ", "");
    editor_free(&editor);
}

static void erasing_is_undone_in_one_step(void **state)
{
    struct editor editor;

    (void)state;
    editor_init(&editor, LIMIT);
    type(&editor, "one two");
    for (int i = 0; i < 5; i++)
        press(&editor, PRESS_BACKSPACE);
    assert_box(&editor, "on", "");
    control(&editor, '_');
    assert_box(&editor, "one two", "");
    editor_free(&editor);
}

static void what_is_done_with_comes_back_until_the_next(void **state)
{
    struct editor editor;

    (void)state;
    editor_init(&editor, LIMIT);
    type(&editor, "saved");
    editor_finish(&editor);
    assert_box(&editor, "", "");
    control(&editor, '_');
    assert_box(&editor, "saved", "");
    control(&editor, 'r');
    type_key(&editor, "n");
    control(&editor, '_');
    assert_box(&editor, "", "");
    control(&editor, '_');
    assert_box(&editor, "", "");
    control(&editor, 'y');
    assert_box(&editor, "saved", "");
    assert_int_equal(editor_set(&editor, "other", 5), ERROR_NONE);
    control(&editor, '_');
    assert_box(&editor, "other", "");
    editor_free(&editor);
}

static void yanking_again_brings_what_was_cut_before(void **state)
{
    struct editor editor;

    (void)state;
    editor_init(&editor, LIMIT);
    control(&editor, 'y');
    assert_box(&editor, "", "");
    type(&editor, "one two three");
    for (int i = 0; i < 3; i++)
        control(&editor, 'w');
    control(&editor, 'y');
    assert_box(&editor, "one ", "");
    control(&editor, 'y');
    assert_box(&editor, "two ", "");
    control(&editor, 'y');
    assert_box(&editor, "three", "");
    control(&editor, 'y'); /* round again */
    assert_box(&editor, "one ", "");
    press(&editor, PRESS_HOME);
    control(&editor, 'y');
    assert_box(&editor, "one ", "one ");
    control(&editor, '_');
    assert_box(&editor, "", "one ");
    control(&editor, 'y');
    assert_int_equal(editor_set(&editor, "1", 1), ERROR_NONE);
    control(&editor, 'y'); /* in another text it is the first */
    assert_box(&editor, "1one ", "");
    editor_free(&editor);
}

static void swapping(void **state)
{
    struct editor editor;

    (void)state;
    editor_init(&editor, LIMIT);
    control(&editor, 't');
    assert_box(&editor, "", "");
    type(&editor, "a👍🏽\nb");
    control(&editor, 't'); /* never over a line's end */
    assert_box(&editor, "a👍🏽\nb", "");
    press(&editor, PRESS_UP);
    control(&editor, 't');
    assert_box(&editor, "👍🏽a", "\nb");
    control(&editor, 't');
    assert_box(&editor, "a👍🏽", "\nb");
    press(&editor, PRESS_LEFT);
    control(&editor, 't');
    assert_box(&editor, "👍🏽a", "\nb");
    control(&editor, '_');
    assert_box(&editor, "a", "👍🏽\nb");
    editor_free(&editor);
}

static void words_of_other_scripts(void **state)
{
    struct editor editor;

    (void)state;
    editor_init(&editor, LIMIT);
    type(&editor, "grüße, 東京タワーへ 👍🏽👍");
    for (size_t i = 0; i < 5; i++) {
        static const char *const before[] = {"grüße, 東京タワーへ ", "grüße, 東京タワー",
                                             "grüße, 東京", "grüße, ", ""};

        press(&editor, PRESS_WORD_LEFT);
        assert_int_equal(editor.cursor, strlen(before[i]));
    }
    press(&editor, PRESS_WORD_RIGHT);
    assert_int_equal(editor.cursor, strlen("grüße"));
    press(&editor, PRESS_PAGE_DOWN);
    assert_int_equal(editor.cursor, editor.text.length);
    press(&editor, PRESS_PAGE_UP);
    assert_int_equal(editor.cursor, 0);
    editor_free(&editor);
}

static void up_and_down_keep_their_column(void **state)
{
    struct editor editor;

    (void)state;
    editor_init(&editor, LIMIT);
    editor.width = 20;
    type(&editor, "one two\nx\nthree");
    press(&editor, PRESS_UP);
    assert_box(&editor, "one two\nx", "\nthree");
    press(&editor, PRESS_UP);
    assert_box(&editor, "one t", "wo\nx\nthree");
    press(&editor, PRESS_DOWN);
    press(&editor, PRESS_DOWN);
    assert_box(&editor, "one two\nx\nthree", "");
    editor_free(&editor);
}

/* The oldest steps are forgotten, whatever is pressed. */
static void undo_is_bounded(void **state)
{
    struct editor editor;
    struct press key = {.kind = PRESS_TEXT, .text = "\n", .length = 1};

    (void)state;
    editor_init(&editor, 64 * 1024);
    for (int i = 0; i < 3 * UNDO_STEPS; i++) {
        bool taken;

        key.text = i % 2 ? "a" : " ";
        assert_int_equal(editor_press(&editor, &key, &taken), ERROR_NONE);
        press(&editor, PRESS_HOME);
        press(&editor, PRESS_END);
    }
    assert_int_equal(editor.undo.count, UNDO_STEPS);
    for (int i = 0; i < 100; i++) {
        editor_clear(&editor);
        control(&editor, 'y');
        for (int j = 0; j < 3; j++)
            control(&editor, 'y');
    }
    assert_true(editor.undo.bytes <= UNDO_BYTES);
    editor_free(&editor);
}

/* ---- against a model: a list of clusters, as utf8proc parts them ---- */

enum { CLUSTERS_MAX = 512 };

struct model {
    char text[4 * LIMIT];
    size_t end[CLUSTERS_MAX]; /* of each cluster */
    size_t count, cursor;     /* clusters; the cursor stands behind so many */
};

static size_t model_at(const struct model *model, size_t cluster)
{
    return cluster ? model->end[cluster - 1] : 0;
}

/* The bytes before `place` are those before the cursor, which goes to a cluster's end. */
static void model_part(struct model *model, size_t place)
{
    utf8proc_int32_t before = 0, codepoint, rest = 0;
    size_t length = strlen(model->text), at = 0;

    model->count = 0;
    while (at < length) {
        at += (size_t)utf8proc_iterate((const utf8proc_uint8_t *)model->text + at,
                                       (utf8proc_ssize_t)(length - at), &codepoint);
        /* A blank is always one of its own: lines are broken there. */
        if (model->count == 0 || before == ' ' ||
            utf8proc_grapheme_break_stateful(before, codepoint, &rest)) {
            model->count++;
            rest = 0;
        }
        model->end[model->count - 1] = at;
        before = codepoint;
    }
    model->cursor = 0;
    while (model_at(model, model->cursor) < place)
        model->cursor++;
}

static void model_replace(struct model *model, size_t from, size_t to, const char *with)
{
    char behind[sizeof model->text];
    size_t start = model_at(model, from);

    memcpy(behind, model->text + model_at(model, to),
           strlen(model->text + model_at(model, to)) + 1);
    snprintf(model->text + start, sizeof model->text - start, "%s%s", with, behind);
    model_part(model, start + strlen(with));
}

static void model_press(struct model *model, const struct press *press)
{
    size_t cursor = model->cursor;

    switch (press->kind) {
    case PRESS_TEXT:
    case PRESS_PASTE:
        if (strlen(model->text) + press->length <= LIMIT)
            model_replace(model, cursor, cursor, press->text);
        break;
    case PRESS_BACKSPACE:
        if (cursor > 0)
            model_replace(model, cursor - 1, cursor, "");
        break;
    case PRESS_DELETE:
        if (cursor < model->count)
            model_replace(model, cursor, cursor + 1, "");
        break;
    case PRESS_LEFT: model->cursor -= cursor > 0; break;
    case PRESS_RIGHT: model->cursor += cursor < model->count; break;
    case PRESS_PAGE_UP: model->cursor = 0; break;
    case PRESS_PAGE_DOWN: model->cursor = model->count; break;
    default: fail();
    }
}

static void assert_as_model(const struct editor *editor, const struct model *model)
{
    assert_int_equal(editor->text.length, strlen(model->text));
    if (editor->text.length > 0)
        assert_string_equal(editor->text.data, model->text);
    assert_int_equal(editor->cursor, model_at(model, model->cursor));
}

static struct press random_press(uint32_t *seed)
{
    static const char *const pieces[] = {"a",      " ",        "\n", "日",      "e\u0301",
                                         "\u0301", "👍🏽", "🇩",  "👩\u200D", "\u1100"};
    static const enum press_kind kinds[] = {
        PRESS_TEXT, PRESS_PASTE,  PRESS_TEXT,  PRESS_BACKSPACE, PRESS_LEFT,
        PRESS_TEXT, PRESS_DELETE, PRESS_RIGHT, PRESS_PAGE_UP,   PRESS_PAGE_DOWN};
    struct press press;

    *seed = *seed * 1664525u + 1013904223u;
    press = (struct press){.kind = kinds[(*seed >> 8) % 10], .text = pieces[(*seed >> 16) % 10]};
    press.length = strlen(press.text);
    return press;
}

static void random_edits_follow_the_model_and_are_undone(void **state)
{
    uint32_t seed = 11;

    (void)state;
    for (int round = 0; round < 200; round++) {
        struct editor editor;
        struct model model = {0};

        editor_init(&editor, LIMIT);
        for (int i = 0; i < 200; i++) {
            struct press key = random_press(&seed);
            bool taken;

            if (editor_press(&editor, &key, &taken) == ERROR_NONE)
                model_press(&model, &key);
            assert_true(taken);
            assert_as_model(&editor, &model);
        }
        press(&editor, PRESS_PAGE_DOWN);
        for (int i = 0; i < 200; i++)
            control(&editor, '_');
        assert_box(&editor, "", "");
        for (int i = 0; i < 200; i++)
            control(&editor, 'r');
        assert_int_equal(editor.text.length, strlen(model.text));
        assert_true(editor.text.length == 0 || strcmp(editor.text.data, model.text) == 0);
        editor_free(&editor);
    }
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
        cmocka_unit_test(undo_goes_by_words),
        cmocka_unit_test(erasing_is_undone_in_one_step),
        cmocka_unit_test(what_is_done_with_comes_back_until_the_next),
        cmocka_unit_test(yanking_again_brings_what_was_cut_before),
        cmocka_unit_test(swapping),
        cmocka_unit_test(words_of_other_scripts),
        cmocka_unit_test(up_and_down_keep_their_column),
        cmocka_unit_test(undo_is_bounded),
        cmocka_unit_test(random_edits_follow_the_model_and_are_undone),
        cmocka_unit_test(any_presses_leave_a_sound_box),
    };

    return cmocka_run_group_tests(tests, utf8_locale, NULL);
}
