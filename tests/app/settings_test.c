#include "app/settings.h"

#include "base/file.h"
#include "tests/allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Each test has a folder of its own, with nothing in it and nothing in the environment. */

static char folder[4096], config[4200];
static const char *const no_flags[SETTINGS];

static int enter(void **state)
{
    const char *temporary = getenv("TMPDIR");

    (void)state;
    snprintf(folder, sizeof folder, "%s/settings_test.XXXXXX", temporary ? temporary : "/tmp");
    if (!mkdtemp(folder))
        return -1;
    snprintf(config, sizeof config, "%s/emotrack/config", folder);
    for (int i = 0; i < SETTINGS; i++)
        unsetenv(setting_table[i].variable);
    unsetenv("NO_COLOR");
    return setenv("XDG_CONFIG_HOME", folder, 1) || setenv("XDG_DATA_HOME", folder, 1);
}

static int leave(void **state)
{
    static const char *const names[] = {"config", "other", "alex.db", ""};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[4200];

        snprintf(path, sizeof path, "%s/emotrack/%s", folder, names[i]);
        remove(path);
    }
    return rmdir(folder);
}

static void make_file(const char *text, size_t length)
{
    assert_int_equal(file_make_folder(config), ERROR_NONE);
    assert_int_equal(file_replace(config, text, length), ERROR_NONE);
}

static void make_text(const char *text)
{
    make_file(text, strlen(text));
}

static void assert_file(const char *wanted)
{
    struct buffer text;

    buffer_init(&text, SETTINGS_FILE_MAX);
    assert_int_equal(file_read(config, &text), ERROR_NONE);
    assert_string_equal(text.length > 0 ? text.data : "", wanted);
    buffer_free(&text);
}

static void assert_word(const struct settings *settings, enum setting setting, const char *wanted)
{
    char word[SETTING_WORD_MAX + 1];

    settings_word(settings, setting, word);
    assert_string_equal(word, wanted);
}

static void assert_origin(const struct settings *settings, enum setting setting, const char *wanted)
{
    char origin[SETTINGS_ORIGIN_MAX];

    settings_origin(settings, setting, origin);
    assert_string_equal(origin, wanted);
}

/* ---- the table ---- */

static void test_the_words_are_the_enums(void **state)
{
    static const struct {
        enum setting setting;
        int choice;
        const char *word;
    } cases[] = {
        {SETTING_COLOUR, COLOUR_AUTO, "auto"},
        {SETTING_COLOUR, COLOUR_NONE, "none"},
        {SETTING_COLOUR, COLOUR_CONTRAST, "high-contrast"},
        {SETTING_SYMBOLS, SYMBOLS_AUTO, "auto"},
        {SETTING_SYMBOLS, SYMBOLS_ASCII, "ascii"},
        {SETTING_MOUSE, MOUSE_OFF, "off"},
        {SETTING_MOUSE, MOUSE_ON, "on"},
        {SETTING_WEEK_START, WEEK_MONDAY, "monday"},
        {SETTING_WEEK_START, WEEK_SUNDAY, "sunday"},
        {SETTING_WEEK_START, WEEK_SATURDAY, "saturday"},
        {SETTING_PASTE, PASTE_ONE, "one"},
        {SETTING_PASTE, PASTE_LINES, "lines"},
        {SETTING_PASTE, PASTE_ASK, "ask"},
    };
    char word[SETTING_WORD_MAX + 1];
    int count = 0;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setting_word(cases[i].setting, cases[i].choice, word);
        assert_string_equal(word, cases[i].word);
    }
    for (int i = 0; i < SETTING_CHOICES; i++)
        count += setting_count((enum setting)i);
    assert_int_equal(count, sizeof cases / sizeof *cases);
    assert_int_equal(setting_count(SETTING_PROFILE), 0);
}

static void test_the_names(void **state)
{
    enum setting setting;

    (void)state;
    for (int i = 0; i < SETTINGS; i++) {
        assert_int_equal(setting_find(setting_table[i].name, &setting), ERROR_NONE);
        assert_int_equal(setting, i);
    }
    assert_int_equal(setting_find("color", &setting), ERROR_USAGE);
    assert_string_equal(error_sentence(), "'color' is not a setting; did you mean 'colour'?");
    assert_int_equal(setting_find("x", &setting), ERROR_USAGE);
    assert_string_equal(error_sentence(), "'x' is not a setting; known are colour, symbols, mouse, "
                                          "week-start, paste, profile");
    assert_int_equal(setting_find("", &setting), ERROR_USAGE);
}

/* ---- which of them counts ---- */

/* Two values of each setting that are not its default, and its default. */
static const struct {
    const char *flag, *variable, *file, *otherwise;
} values[SETTINGS] = {
    [SETTING_COLOUR] = {"high-contrast", "none", "high-contrast", "auto"},
    [SETTING_SYMBOLS] = {"auto", "ascii", "ascii", "auto"},
    [SETTING_MOUSE] = {"off", "on", "on", "off"},
    [SETTING_WEEK_START] = {"saturday", "sunday", "saturday", "monday"},
    [SETTING_PASTE] = {"ask", "lines", "ask", "one"},
    [SETTING_PROFILE] = {"flag", "variable", "alex", "default"},
};

enum { WITH_FLAG = 1, WITH_VARIABLE = 2, WITH_FILE = 4, WAYS = 8 };

static void check_way(enum setting setting, int way)
{
    const char *flags[SETTINGS] = {NULL};
    struct settings settings;
    char line[128], origin[64];

    snprintf(line, sizeof line, "# a comment\n%s = %s\n", setting_table[setting].name,
             values[setting].file);
    make_text(way & WITH_FILE ? line : "");
    if (way & WITH_VARIABLE)
        setenv(setting_table[setting].variable, values[setting].variable, 1);
    else
        setenv(setting_table[setting].variable, "", 1);
    if (way & WITH_FLAG)
        flags[setting] = values[setting].flag;
    settings_load(&settings, flags);
    snprintf(origin, sizeof origin, "$%s", setting_table[setting].variable);
    assert_int_equal(settings.problems, 0);
    assert_word(&settings, setting,
                way & WITH_FLAG       ? values[setting].flag
                : way & WITH_VARIABLE ? values[setting].variable
                : way & WITH_FILE     ? values[setting].file
                                      : values[setting].otherwise);
    assert_origin(&settings, setting,
                  way & WITH_FLAG       ? "the command line"
                  : way & WITH_VARIABLE ? origin
                  : way & WITH_FILE     ? "line 2 of the file"
                                        : "default");
    for (int i = 0; i < SETTINGS; i++) {
        if (i != (int)setting)
            assert_origin(&settings, (enum setting)i, "default");
    }
    unsetenv(setting_table[setting].variable);
}

static void make_profile(const char *name)
{
    char path[5000];

    snprintf(path, sizeof path, "%s/emotrack/%s.db", folder, name);
    assert_int_equal(file_make_folder(path), ERROR_NONE);
    assert_int_equal(file_replace(path, "", 0), ERROR_NONE);
}

static void test_precedence(void **state)
{
    (void)state;
    make_profile("alex");
    for (int i = 0; i < SETTINGS; i++)
        for (int way = 0; way < WAYS; way++)
            check_way((enum setting)i, way);
}

static void test_no_color(void **state)
{
    const char *flags[SETTINGS] = {NULL};
    struct settings settings;

    (void)state;
    make_text("colour = high-contrast\n");
    setenv("NO_COLOR", "", 1);
    settings_load(&settings, no_flags);
    assert_word(&settings, SETTING_COLOUR, "high-contrast");
    setenv("NO_COLOR", "0", 1);
    settings_load(&settings, no_flags);
    assert_word(&settings, SETTING_COLOUR, "none");
    assert_origin(&settings, SETTING_COLOUR, "$NO_COLOR");
    setenv("EMOTRACK_COLOUR", "auto", 1);
    settings_load(&settings, no_flags);
    assert_word(&settings, SETTING_COLOUR, "auto");
    assert_origin(&settings, SETTING_COLOUR, "$EMOTRACK_COLOUR");
    flags[SETTING_COLOUR] = "high-contrast";
    settings_load(&settings, flags);
    assert_word(&settings, SETTING_COLOUR, "high-contrast");
}

static void test_a_variable_that_is_not_understood(void **state)
{
    struct settings settings;

    (void)state;
    make_text("week-start = sunday\n");
    setenv("EMOTRACK_WEEK_START", "friday", 1);
    settings_load(&settings, no_flags);
    assert_word(&settings, SETTING_WEEK_START, "sunday");
    assert_int_equal(settings.problems, 1);
    assert_string_equal(settings.problem[0],
                        "$EMOTRACK_WEEK_START: 'friday' is no value for 'week-start', which takes "
                        "one of monday|sunday|saturday");
    assert_int_equal(settings_week_start(&settings), 0);
}

static void test_the_week(void **state)
{
    struct settings settings = {0};

    (void)state;
    settings.choice[SETTING_WEEK_START] = WEEK_MONDAY;
    assert_int_equal(settings_week_start(&settings), 1);
    settings.choice[SETTING_WEEK_START] = WEEK_SATURDAY;
    assert_int_equal(settings_week_start(&settings), 6);
}

static void test_a_profile_that_is_gone(void **state)
{
    struct settings settings;

    (void)state;
    make_text("profile = gone\n");
    settings_load(&settings, no_flags);
    assert_string_equal(settings.profile, "default");
    assert_int_equal(settings.problems, 1);
    assert_non_null(strstr(settings.problem[0], "config: line 1: there is no profile 'gone'"));
    setenv("EMOTRACK_PROFILE", "other", 1); /* whether that is there is for the journal to say */
    settings_load(&settings, no_flags);
    assert_string_equal(settings.profile, "other");
    assert_int_equal(settings.problems, 0);
}

/* ---- lines ---- */

#define SIXTEEN "abcdefghijklmnop"

static void test_lines(void **state)
{
    static const struct {
        const char *text;
        const char *colour, *profile; /* "": the file says nothing */
        const char *problem;          /* the first; NULL: none */
    } cases[] = {
        {"", "", "", NULL},
        {"\n\n  \n\t\n", "", "", NULL},
        {"# colour = none", "", "", NULL},
        {"colour=none", "none", "", NULL},
        {" \tcolour\t = \tnone \t# why not\n", "none", "", NULL},
        {"colour = none\r\nprofile = a\r\n", "none", "a", NULL},
        {"\xEF\xBB\xBF"
         "colour = none\n",
         "none", "", NULL},
        {"colour = none\ncolour = auto\n", "auto", "", NULL},
        {"colour = none\ncolour = blue\n", "none", "",
         "config: line 2: 'blue' is no value for 'colour', which takes one of "
         "auto|none|high-contrast"},
        {"\ncolor = none\n", "", "",
         "config: line 2: 'color' is not a setting; did you mean 'colour'?"},
        {"favourite = x\n", "", "",
         "config: line 1: 'favourite' is not a setting; known are colour, symbols, mouse, "
         "week-start, paste, profile"},
        {"Colour = none\n", "", "",
         "config: line 1: 'Colour' is not a setting; did you mean 'colour'?"},
        {"colour = None\n", "", "",
         "config: line 1: 'None' is no value for 'colour', which takes one of "
         "auto|none|high-contrast"},
        {"colour none\n", "", "", "config: line 1: 'colour none' sets nothing; write NAME = VALUE"},
        {"colour =\n", "", "",
         "config: line 1: '' is no value for 'colour', which takes one of auto|none|high-contrast"},
        {"colour = none = auto\n", "", "",
         "config: line 1: 'none = auto' is no value for 'colour', which takes one of "
         "auto|none|high-contrast"},
        {"= none\n", "", "",
         "config: line 1: '' is not a setting; known are colour, symbols, mouse, week-start, "
         "paste, profile"},
        {"colour = auto|none\n", "", "",
         "config: line 1: 'auto|none' is no value for 'colour', which takes one of "
         "auto|none|high-contrast"},
        {"profile = ../../etc\n", "", "", "config: line 1: '../../etc' cannot be a profile's name"},
        {"profile = " SIXTEEN SIXTEEN SIXTEEN SIXTEEN "\n", "", SIXTEEN SIXTEEN SIXTEEN SIXTEEN,
         NULL},
        {"profile = " SIXTEEN SIXTEEN SIXTEEN SIXTEEN "q\n", "", "",
         "config: line 1: 'abcdefghijklmnopabcdefghijklmnopabcdefgh' cannot be a profile's name"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xC3\xA9 = x\n", "", "",
         "config: line 1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' is not a setting; known are "
         "colour, symbols, mouse, week-start, paste, profile"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings settings = {0};
        char colour[SETTING_WORD_MAX + 1] = "";

        settings_parse(cases[i].text, strlen(cases[i].text), &settings);
        if (settings.file.line[SETTING_COLOUR] > 0)
            setting_word(SETTING_COLOUR, settings.file.choice[SETTING_COLOUR], colour);
        assert_string_equal(colour, cases[i].colour);
        assert_string_equal(settings.file.profile, cases[i].profile);
        assert_int_equal(settings.problems, cases[i].problem ? 1 : 0);
        assert_string_equal(settings.problem[0], cases[i].problem ? cases[i].problem : "");
    }
}

static void test_many_problems_are_counted(void **state)
{
    static const char text[] = "a\nb\nc\nd\ne\nf\ncolour = none\n";
    struct settings settings = {0};

    (void)state;
    settings_parse(text, sizeof text - 1, &settings);
    assert_int_equal(settings.problems, 6);
    assert_non_null(strstr(settings.problem[SETTINGS_PROBLEMS - 1], "line 4: 'd'"));
    assert_int_equal(settings.file.line[SETTING_COLOUR], 7);
}

/* ---- changing a line ---- */

static void test_rewriting(void **state)
{
    static const struct {
        const char *before, *word, *after; /* of `colour`; word NULL: it is taken out */
    } cases[] = {
        {"", "none", "colour = none\n"},
        {"", NULL, ""},
        {"# mine", "none", "# mine\ncolour = none\n"},
        {"# mine\n\nmouse = on\n", "none", "# mine\n\nmouse = on\ncolour = none\n"},
        {"colour = auto\n", "none", "colour = none\n"},
        {"colour = auto", "none", "colour = none"},
        {"  colour\t=\tauto  # why\nx\n", "none", "  colour\t=\tnone  # why\nx\n"},
        {"colour=auto#why", "high-contrast", "colour= high-contrast#why"},
        {"colour =\n", "none", "colour = none\n"},
        {"colour = rubbish # b\r\nmouse = on\r\n", "none", "colour = none # b\r\nmouse = on\r\n"},
        {"colour = a\nb = c\ncolour = d\n", "none", "colour = a\nb = c\ncolour = none\n"},
        {"colour = a\nb = c\ncolour = d\n", NULL, "b = c\n"},
        {"# colour = a\ncolours = d\n", NULL, "# colour = a\ncolours = d\n"},
        {"\xEF\xBB\xBF"
         "colour = auto\n",
         "none",
         "\xEF\xBB\xBF"
         "colour = none\n"},
        {"colour\n", "none", "colour\ncolour = none\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer out;

        buffer_init(&out, SETTINGS_FILE_MAX);
        assert_int_equal(settings_rewrite(cases[i].before, strlen(cases[i].before), SETTING_COLOUR,
                                          cases[i].word, &out),
                         ERROR_NONE);
        assert_string_equal(out.length > 0 ? out.data : "", cases[i].after);
        buffer_free(&out);
    }
}

/* ---- the file ---- */

static void test_setting_makes_folder_and_file(void **state)
{
    struct settings settings;
    struct stat status;

    (void)state;
    umask(077);
    settings_load(&settings, no_flags);
    assert_string_equal(settings.path, config);
    assert_int_equal(settings_set(&settings, SETTING_MOUSE, "on"), ERROR_NONE);
    assert_file("mouse = on\n");
    assert_int_equal(settings.choice[SETTING_MOUSE], MOUSE_ON);
    assert_origin(&settings, SETTING_MOUSE, "line 1 of the file");
    assert_int_equal(stat(config, &status), 0);
    assert_int_equal(status.st_mode, S_IFREG | 0600);
    assert_int_equal(chmod(config, 0640), 0);
    assert_int_equal(settings_set(&settings, SETTING_MOUSE, NULL), ERROR_NONE);
    assert_file("");
    assert_int_equal(settings.choice[SETTING_MOUSE], MOUSE_OFF);
    assert_origin(&settings, SETTING_MOUSE, "default");
    assert_int_equal(stat(config, &status), 0);
    assert_int_equal(status.st_mode, S_IFREG | 0640);
}

static void test_what_the_environment_says_still_counts(void **state)
{
    struct settings settings;

    (void)state;
    setenv("NO_COLOR", "1", 1);
    settings_load(&settings, no_flags);
    assert_int_equal(settings_set(&settings, SETTING_COLOUR, "high-contrast"), ERROR_NONE);
    assert_file("colour = high-contrast\n");
    assert_word(&settings, SETTING_COLOUR, "none");
    assert_origin(&settings, SETTING_COLOUR, "$NO_COLOR");
    assert_int_equal(settings.file.choice[SETTING_COLOUR], COLOUR_CONTRAST);
}

static void test_values_that_are_none(void **state)
{
    struct settings settings;

    (void)state;
    settings_load(&settings, no_flags);
    assert_int_equal(settings_set(&settings, SETTING_COLOUR, "blue"), ERROR_INVALID);
    assert_int_equal(settings_set(&settings, SETTING_COLOUR, ""), ERROR_INVALID);
    assert_int_equal(settings_set(&settings, SETTING_PROFILE, "a b"), ERROR_INVALID);
    assert_int_equal(settings_set(&settings, SETTING_PROFILE, "gone"), ERROR_NOT_FOUND);
    assert_int_not_equal(access(config, F_OK), 0);
    make_profile("alex");
    assert_int_equal(settings_set(&settings, SETTING_PROFILE, "alex"), ERROR_NONE);
    assert_string_equal(settings.profile, "alex");
    assert_int_equal(settings_set(&settings, SETTING_PROFILE, "default"), ERROR_NONE);
    assert_file("profile = default\n");
}

static void test_through_a_link(void **state)
{
    char other[4300];
    struct settings settings;
    struct stat status;

    (void)state;
    snprintf(other, sizeof other, "%s/emotrack/other", folder);
    assert_int_equal(file_make_folder(other), ERROR_NONE);
    assert_int_equal(file_replace(other, "mouse = on\n", 11), ERROR_NONE);
    assert_int_equal(symlink("other", config), 0);
    settings_load(&settings, no_flags);
    assert_word(&settings, SETTING_MOUSE, "on");
    assert_int_equal(settings_set(&settings, SETTING_PASTE, "ask"), ERROR_NONE);
    assert_int_equal(lstat(config, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_file("mouse = on\npaste = ask\n");
    unlink(other);
    settings_load(&settings, no_flags);
    assert_word(&settings, SETTING_MOUSE, "off");
    assert_int_equal(settings.problems, 1);
    assert_non_null(strstr(settings.problem[0], "is a link that leads nowhere; the defaults hold"));
    assert_int_equal(settings_set(&settings, SETTING_PASTE, "ask"), ERROR_NOT_FOUND);
    assert_int_equal(lstat(config, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
}

/* Whatever stands there, the defaults hold, it is told, and nothing is written over. */
static void check_hostile(enum error wanted, const char *sentence)
{
    struct settings settings;

    settings_load(&settings, no_flags);
    assert_int_equal(settings.problems, 1);
    assert_non_null(strstr(settings.problem[0], sentence));
    assert_non_null(strstr(settings.problem[0], "; the defaults hold"));
    for (int i = 0; i < SETTINGS; i++)
        assert_int_equal(settings.source[i], FROM_DEFAULT);
    assert_int_equal(settings_set(&settings, SETTING_MOUSE, "on"), wanted);
    assert_non_null(strstr(error_sentence(), sentence));
    assert_int_equal(settings.choice[SETTING_MOUSE], MOUSE_OFF);
}

static void test_what_is_no_text(void **state)
{
    static char huge[10 * 1024 * 1024];

    (void)state;
    make_text("mouse = on\ncaf\xE9 = 1\n");
    check_hostile(ERROR_INVALID, "is not text in UTF-8");
    assert_file("mouse = on\ncaf\xE9 = 1\n");
    make_file("mouse = on\n\0", 12);
    check_hostile(ERROR_INVALID, "is not text in UTF-8");
    memset(huge, '#', sizeof huge);
    make_file(huge, sizeof huge);
    check_hostile(ERROR_TOO_LARGE, "is larger than the 65536 bytes that fit");
    make_file(huge, SETTINGS_FILE_MAX + 1);
    check_hostile(ERROR_TOO_LARGE, "is larger than the 65536 bytes that fit");
}

static void test_a_full_file(void **state)
{
    static char text[SETTINGS_FILE_MAX];
    struct settings settings;

    (void)state;
    memset(text, '#', sizeof text);
    make_file(text, sizeof text);
    settings_load(&settings, no_flags);
    assert_int_equal(settings.problems, 0);
    assert_int_equal(settings_set(&settings, SETTING_MOUSE, "on"), ERROR_TOO_LARGE);
    assert_int_equal(settings.choice[SETTING_MOUSE], MOUSE_OFF);
}

static void test_what_is_no_file(void **state)
{
    (void)state;
    assert_int_equal(file_make_folder(config), ERROR_NONE);
    assert_int_equal(mkdir(config, 0700), 0);
    check_hostile(ERROR_INVALID, "is a folder, not a file");
    assert_int_equal(rmdir(config), 0);
    assert_int_equal(mkfifo(config, 0600), 0);
    check_hostile(ERROR_INVALID, "is not a regular file");
    assert_int_equal(unlink(config), 0);
    assert_int_equal(symlink("config", config), 0); /* to itself */
    check_hostile(ERROR_IO, "config'");
}

static void test_out_of_memory(void **state)
{
    static const char before[] = "# mine\nmouse = off\n";

    (void)state;
    make_text(before);
    for (int n = 1;; n++) {
        struct settings settings;
        enum error error;

        allocation_fail_at(n);
        settings_load(&settings, no_flags);
        error = settings_set(&settings, SETTING_MOUSE, "on");
        if (!allocation_failed()) {
            assert_int_equal(error, ERROR_NONE);
            assert_true(n > 3);
            break;
        }
        if (error) { /* a problem of loading is told and left at that */
            assert_int_equal(error, ERROR_NO_MEMORY);
            assert_file(before);
        }
        make_text(before);
    }
    assert_file("# mine\nmouse = on\n");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_words_are_the_enums),
        cmocka_unit_test(test_the_names),
        cmocka_unit_test(test_the_week),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_many_problems_are_counted),
        cmocka_unit_test(test_rewriting),
        IN_FOLDER(test_precedence),
        IN_FOLDER(test_no_color),
        IN_FOLDER(test_a_variable_that_is_not_understood),
        IN_FOLDER(test_a_profile_that_is_gone),
        IN_FOLDER(test_setting_makes_folder_and_file),
        IN_FOLDER(test_what_the_environment_says_still_counts),
        IN_FOLDER(test_values_that_are_none),
        IN_FOLDER(test_through_a_link),
        IN_FOLDER(test_what_is_no_text),
        IN_FOLDER(test_a_full_file),
        IN_FOLDER(test_what_is_no_file),
        IN_FOLDER(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
