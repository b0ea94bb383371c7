#include "app/tui/help.h"
#include "app/tui/history.h"
#include "app/tui/insights.h"
#include "app/tui/settings.h"
#include "app/tui/sync.h"
#include "app/tui/write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- one table of our own ---- */

static void count_up(void *screen, struct face *face)
{
    (void)face;
    ++*(int *)screen;
}

static void count_down(void *screen, struct face *face)
{
    (void)face;
    --*(int *)screen;
}

static const struct binding counter[] = {
    {.key = {'+', KEY(PRESS_UP)},
     .modes = 1U << 0 | 1U << 1,
     .act = count_up,
     .keys = "+  Up",
     .what = "one more",
     .hint = "+ more"},
    {.key = {CONTROL('x')},
     .modes = 1U << 1,
     .act = count_down,
     .keys = "^X",
     .what = "one less",
     .hint = "^X less"},
    {.modes = 1U << 0, .keys = "letters", .what = "are told of and do nothing"},
    {.keys = NULL},
};

static void a_press_does_what_it_is_bound_to_in_its_mode(void **state)
{
    const struct press plus = {.kind = PRESS_TEXT, .text = "+", .length = 1};
    const struct press up = {.kind = PRESS_UP};
    const struct press control = {.kind = PRESS_CONTROL, .letter = 'x'};
    const struct press letter = {.kind = PRESS_TEXT, .text = "l", .length = 1};
    const struct press wide = {.kind = PRESS_TEXT, .text = "+\xCC\x81", .length = 3};
    int count = 0;

    (void)state;
    assert_true(binding_press(counter, 0, &count, NULL, &plus));
    assert_true(binding_press(counter, 1, &count, NULL, &up));
    assert_int_equal(count, 2);
    assert_false(binding_press(counter, 0, &count, NULL, &control));
    assert_true(binding_press(counter, 1, &count, NULL, &control));
    assert_int_equal(count, 1);
    assert_false(binding_press(counter, 0, &count, NULL, &letter));
    assert_false(binding_press(counter, 0, &count, NULL, &wide));
    assert_false(binding_press(counter, 2, &count, NULL, &plus));
    assert_int_equal(count, 1);
}

static void hints_follow_the_mode_and_the_room(void **state)
{
    static const struct {
        int mode, columns;
        bool typing;
        const char *hints;
    } cases[] = {
        {0, 80, false, "+ more  ? help"},
        {1, 80, false, "+ more  ^X less  ? help"},
        {1, 80, true, "+ more  ^X less  F1 help"},
        {1, 22, false, "+ more  ? help"},
        {1, 23, false, "+ more  ^X less  ? help"},
        {1, 13, false, "? help"},
        {1, 6, false, "? help"},
        {1, 5, false, ""},
        {1, 0, false, ""},
        {1, -3, true, ""},
    };
    char hints[HINTS_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        binding_hints(counter, cases[i].mode, cases[i].typing, cases[i].columns, hints);
        assert_string_equal(hints, cases[i].hints);
    }
    binding_hints_alone(counter, 1, 15, hints);
    assert_string_equal(hints, "+ more  ^X less");
    binding_hints_alone(counter, 1, 14, hints);
    assert_string_equal(hints, "+ more");
}

/* ---- the tables of the program ---- */

enum { MODES = 32, KEYS_COLUMNS = 26 /* with a screen's name before them they fit into 40 */ };

static const struct {
    const char *name;
    const struct binding *bindings;
    const char *const *const *modes; /* NULL: it has no titles */
} tables[] = {
    {"Write", write_bindings, &write_screen.modes},
    {"History", history_bindings, &history_screen.modes},
    {"Insights", insights_bindings, &insights_screen.modes},
    {"Sync", sync_bindings, &sync_screen.modes},
    {"Settings", settings_bindings, &settings_screen.modes},
    {"every screen", face_bindings, NULL},
    {"help", help_bindings, NULL},
};

enum { TABLES = sizeof tables / sizeof *tables };

/* How a key is called in the words of a table. */
static void name_key(int key, char name[16])
{
    static const char *const kinds[] = {
        [PRESS_ENTER] = "Enter",
        [PRESS_NEWLINE] = "^J",
        [PRESS_TAB] = "Tab",
        [PRESS_ESCAPE] = "Esc",
        [PRESS_LEFT] = "Left",
        [PRESS_RIGHT] = "Right",
        [PRESS_UP] = "Up",
        [PRESS_DOWN] = "Down",
        [PRESS_HOME] = "Home",
        [PRESS_END] = "End",
        [PRESS_PAGE_UP] = "Page Up",
        [PRESS_PAGE_DOWN] = "Page Down",
        [PRESS_DELETE] = "Delete",
        [PRESS_HELP] = "F1",
        [PRESS_OLDER] = "Alt-Up",
        [PRESS_NEWER] = "Alt-Down",
        [PRESS_BACKSPACE] = "Backspace",
    };
    size_t kind = key > KEY(0) ? (size_t)(key - KEY(0)) : 0;

    if (kind > 0 && kind < sizeof kinds / sizeof *kinds && kinds[kind])
        snprintf(name, 16, "%s", kinds[kind]);
    else if (key == ' ')
        snprintf(name, 16, "Space");
    else if (key < ' ')
        snprintf(name, 16, "^%c", key == 0x1F ? '_' : key + 'A' - 1);
    else
        snprintf(name, 16, "%c", key);
}

/* Whether the name stands in the words, between blanks, commas or slashes. */
static bool names(const char *words, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = words; (at = strstr(at, name)); at++) {
        bool begins = at == words || strchr(" ,/", at[-1]);

        if (begins && (!at[length] || strchr(" ,/", at[length])))
            return true;
    }
    return false;
}

static bool is_ascii(const char *text)
{
    for (; *text; text++) {
        if (*text < ' ' || *text > '~')
            return false;
    }
    return true;
}

static void no_key_is_bound_twice_in_a_mode(void **state)
{
    (void)state;
    for (size_t i = 0; i < TABLES; i++) {
        unsigned bound[KEY(PRESS_OTHER) + 1] = {0};

        for (const struct binding *row = tables[i].bindings; !binding_last(row); row++) {
            for (int k = 0; k < BINDING_KEYS && row->key[k]; k++) {
                char name[16];

                assert_in_range(row->key[k], 1, KEY(PRESS_OTHER));
                name_key(row->key[k], name);
                if (bound[row->key[k]] & row->modes)
                    fail_msg("%s: %s is bound twice", tables[i].name, name);
                bound[row->key[k]] |= row->modes;
            }
        }
    }
}

/* Whether a key is told of: in one of the modes in which the row holds, or for the same act. */
static bool is_told(const struct binding *table, const struct binding *row, const char *name)
{
    for (; !binding_last(table); table++) {
        bool same = table->modes & row->modes || (row->act && table->act == row->act);

        if ((same || table == row) && table->keys && names(table->keys, name))
            return true;
    }
    return false;
}

static void every_key_is_told_of_and_does_something(void **state)
{
    (void)state;
    for (size_t i = 0; i < TABLES; i++) {
        for (const struct binding *row = tables[i].bindings; !binding_last(row); row++) {
            for (int k = 0; k < BINDING_KEYS && row->key[k]; k++) {
                char name[16];

                name_key(row->key[k], name);
                if (!is_told(tables[i].bindings, row, name))
                    fail_msg("%s: %s is bound and not told of", tables[i].name, name);
                if (!row->act || !row->modes)
                    fail_msg("%s: %s does nothing", tables[i].name, name);
            }
        }
    }
}

static void the_words_fit_into_small_windows_and_poor_terminals(void **state)
{
    (void)state;
    for (size_t i = 0; i < TABLES; i++) {
        for (const struct binding *row = tables[i].bindings; !binding_last(row); row++) {
            if (!row->keys)
                continue;
            if (!row->keys[0] || strlen(row->keys) > KEYS_COLUMNS || !is_ascii(row->keys))
                fail_msg("%s: '%s'", tables[i].name, row->keys);
            if (!row->what || !row->what[0] || !is_ascii(row->what) ||
                row->what[strlen(row->what) - 1] == '.')
                fail_msg("%s: %s: '%s'", tables[i].name, row->keys, row->what);
        }
    }
}

/* "y/n rate" hints at the keys y and n. */
static void every_hint_is_about_keys_of_its_mode(void **state)
{
    (void)state;
    for (size_t i = 0; i < TABLES; i++) {
        for (const struct binding *row = tables[i].bindings; !binding_last(row); row++) {
            const char *hint = row->hint;
            char name[32];

            if (!hint)
                continue;
            assert_true(is_ascii(hint) && row->keys);
            for (size_t length; hint[0] && hint[0] != ' '; hint += length + (hint[length] == '/')) {
                length = hint[0] == '/' ? 1 : strcspn(hint, " /");
                assert_in_range(length, 1, sizeof name - 1);
                snprintf(name, sizeof name, "%.*s", (int)length, hint);
                if (!is_told(tables[i].bindings, row, name))
                    fail_msg("%s: '%s' hints at '%s'", tables[i].name, row->keys, row->hint);
            }
            if (hint[0] != ' ')
                fail_msg("%s: '%s' does not say what", tables[i].name, row->hint);
        }
    }
}

static unsigned modes_of(const struct binding *table)
{
    unsigned modes = 0;

    for (; !binding_last(table); table++)
        modes |= table->modes;
    return modes;
}

static void the_hints_fit_into_the_last_line(void **state)
{
    static const int widths[] = {22, 38, 78, 198};
    char hints[HINTS_MAX];

    (void)state;
    for (size_t i = 0; i < TABLES; i++) {
        for (int mode = 0; mode < MODES; mode++) {
            if (!(modes_of(tables[i].bindings) & 1U << mode))
                continue;
            for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
                binding_hints(tables[i].bindings, mode, false, widths[w], hints);
                assert_in_range(strlen(hints), strlen("? help"), widths[w]);
                assert_string_equal(hints + strlen(hints) - 6, "? help");
            }
        }
    }
}

static void the_titles_are_those_of_the_modes(void **state)
{
    (void)state;
    for (size_t i = 0; i < TABLES; i++) {
        const char *const *titles = tables[i].modes ? *tables[i].modes : NULL;
        int count = 0;

        while (titles && titles[count])
            count++;
        if (titles && modes_of(tables[i].bindings) >= 1U << count)
            fail_msg("%s: a mode has no title", tables[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_press_does_what_it_is_bound_to_in_its_mode),
        cmocka_unit_test(hints_follow_the_mode_and_the_room),
        cmocka_unit_test(no_key_is_bound_twice_in_a_mode),
        cmocka_unit_test(every_key_is_told_of_and_does_something),
        cmocka_unit_test(the_words_fit_into_small_windows_and_poor_terminals),
        cmocka_unit_test(every_hint_is_about_keys_of_its_mode),
        cmocka_unit_test(the_hints_fit_into_the_last_line),
        cmocka_unit_test(the_titles_are_those_of_the_modes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
