#include "app/commands/command.h"

#include "app/commands/input.h"
#include "app/commands/operands.h"
#include "app/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORDS_MAX = 20, RAN = 40 /* an exit code of our own */ };

/* ---- a program with one of everything ---- */

static struct arguments seen;

static int run(const struct arguments *arguments)
{
    seen = *arguments;
    return RAN;
}

static const struct option local_options[] = {
    {"json", NULL, NULL, "a flag"},
    {"limit", "N", NULL, "takes anything"},
    {"format", "FORMAT", "csv|jsonl", "takes one of two"},
    {0},
};

static const struct option global_options[] = {
    {"profile", "NAME", NULL, "takes anything"},
    {"no-color", NULL, NULL, "a flag"},
    {0},
};

static const struct command list = {.name = "list",
                                    .operands = "[WORD...]",
                                    .summary = "list",
                                    .options = local_options,
                                    .operands_max = -1,
                                    .run = run};
static const struct command pair = {.name = "pair",
                                    .operands = "A B [C]",
                                    .summary = "pair",
                                    .operands_min = 2,
                                    .operands_max = 3,
                                    .run = run};
static const struct command none = {.name = "none", .operands = "", .summary = "none", .run = run};

static const struct command *const commands[] = {&list, &pair, &none, NULL};

static const struct program program = {
    .name = "test", .summary = "test", .options = global_options, .commands = commands, .run = run};

/* Runs the program on a line of words parted by blanks. */
static int given(const char *line, char words[], size_t size)
{
    char *argv[WORDS_MAX + 1] = {(char[]){"test"}};
    int argc = 1;

    assert_true(strlen(line) < size);
    memcpy(words, line, strlen(line) + 1);
    for (char *at = words; *at && argc < WORDS_MAX; argc++) {
        argv[argc] = at;
        at += strcspn(at, " ");
        if (*at)
            *at++ = '\0';
    }
    memset(&seen, 0, sizeof seen);
    return program_main(&program, argc, argv);
}

static void test_usage_errors(void **state)
{
    static const char *const lines[] = {
        "lst",
        "list --jsn",
        "list --json=x",
        "list --limit",
        "list -j",
        "list --format x",
        "list --format c",
        "list --format csv|jsonl",
        "--json list",
        "none x",
        "none --json",
        "pair a",
        "pair a b c d",
        "pair",
        "--profile",
        "list --no-color=1",
        "-- none x",
        "list --format",
        "list --=x",
        "list ---json",
        "list --format=",
        "--generate pdf",
        "--generate",
    };
    char words[256];

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(given(lines[i], words, sizeof words), EXIT_USAGE);
    }
}

static void test_options_anywhere(void **state)
{
    static const char *const lines[] = {
        "--profile alex list --json a --limit 3 b",
        "list a b --limit=3 --json --profile=alex",
        "list --limit 9 --limit 3 --profile x a --json b --profile alex",
        "list --json --limit 3 --profile alex -- a b",
        "--profile=alex list --json --limit=3 a -- b",
    };
    char words[256];

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(given(lines[i], words, sizeof words), RAN);
        assert_ptr_equal(seen.command, &list);
        assert_string_equal(arguments_value(&seen, "profile"), "alex");
        assert_string_equal(arguments_value(&seen, "limit"), "3");
        assert_true(arguments_has(&seen, "json"));
        assert_false(arguments_has(&seen, "no-color"));
        assert_false(arguments_has(&seen, "format"));
        assert_null(arguments_value(&seen, "unheard-of"));
    }
}

static void test_operands(void **state)
{
    char words[256];

    (void)state;
    assert_int_equal(given("list - --json -- --json -", words, sizeof words), RAN);
    assert_int_equal(seen.operands, 3);
    assert_int_equal(given("", words, sizeof words), RAN);
    assert_null(seen.command);
    assert_int_equal(given("--no-color", words, sizeof words), RAN);
    assert_true(arguments_has(&seen, "no-color"));
}

static void test_no_program_name(void **state)
{
    char *argv[] = {NULL};

    (void)state;
    assert_int_equal(program_main(&program, 0, argv), RAN);
}

static void test_joined_operands(void **state)
{
    char *operand[] = {(char[]){"not:rated"}, (char[]){"\"at work\""}, (char[]){""}};
    struct arguments arguments = {.program = &program, .operands = 3, .operand = operand};
    struct buffer filter;

    (void)state;
    buffer_init(&filter, FILTER_LINE_MAX);
    assert_int_equal(operand_filter(&arguments, &filter), ERROR_NONE);
    assert_string_equal(filter.data, "not:rated \"at work\" ");
    buffer_free(&filter);
    buffer_init(&filter, 4);
    assert_int_equal(operand_filter(&arguments, &filter), ERROR_TOO_LARGE);
    buffer_free(&filter);
}

static void test_ids(void **state)
{
    static const char *const bad[] = {"",  "0",   "-1", "+1",  " 1", "1 ",  "1x",
                                      "x", "0x1", "1.", "1e3", "٣",  "000", "9223372036854775808"};
    int64_t id;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(operand_id(bad[i], &id), ERROR_USAGE);
    assert_int_equal(operand_id("9223372036854775807", &id), ERROR_NONE);
    assert_true(id == INT64_MAX);
    assert_int_equal(operand_id("007", &id), ERROR_NONE);
    assert_true(id == 7);
}

static void test_nearest(void **state)
{
    static const struct {
        const char *word, *best;
    } cases[] = {
        {"predct", "predict"},
        {"histroy", "history"},
        {"predict", "predict"},
        {"xyz", NULL},
        {"", NULL},
        {"exprot", "export"},
        {"p", NULL},
        {"a word that is so long that nobody can have meant it", NULL},
    };
    static const char *const candidates[] = {"predict", "history", "export"};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nearest nearest;

        nearest_init(&nearest, cases[i].word);
        for (size_t j = 0; j < sizeof candidates / sizeof *candidates; j++)
            nearest_offer(&nearest, candidates[j]);
        if (cases[i].best)
            assert_string_equal(nearest.best, cases[i].best);
        else
            assert_null(nearest.best);
    }
}

/* ---- standard input ---- */

/* Reads the bytes (less than a pipe holds) from standard input as lines, "number:length" each. */
static void check_lines(const char *bytes, size_t length, const char *wanted)
{
    char seen_lines[512] = "";
    enum error error = ERROR_NONE;
    struct input input;
    struct line line;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], bytes, length), (ssize_t)length);
    close(ends[1]);
    assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
    close(ends[0]);
    assert_int_equal(input_open(&input), ERROR_NONE);
    while (input_next(&input, &line, &error)) {
        size_t at = strlen(seen_lines);

        snprintf(seen_lines + at, sizeof seen_lines - at, "%zu:%zu%s ", line.number, line.length,
                 line.too_long ? "!" : "");
    }
    assert_int_equal(error, ERROR_NONE);
    assert_string_equal(seen_lines, wanted);
    input_close(&input);
}

static void test_lines(void **state)
{
    static const struct {
        const char *bytes, *wanted;
    } cases[] = {
        {"", ""},
        {"a", "1:1 "},
        {"a\n", "1:1 "},
        {"\n", "1:0 "},
        {"\n\n", "1:0 2:0 "},
        {"a\r\nbc\n", "1:1 2:2 "},
        {"\r\n\r", "1:0 2:1 "},
        {"a\r\r\n", "1:2 "},
        {"a\nbcd", "1:1 2:3 "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_lines(cases[i].bytes, strlen(cases[i].bytes), cases[i].wanted);
}

static void test_closed_input(void **state)
{
    enum error error = ERROR_NONE;
    struct input input;
    struct line line;
    struct buffer all;

    (void)state;
    close(STDIN_FILENO);
    assert_int_equal(input_open(&input), ERROR_NONE);
    assert_false(input_next(&input, &line, &error));
    assert_int_equal(error, ERROR_IO);
    input_close(&input);
    buffer_init(&all, 100);
    assert_int_equal(input_all(&all), ERROR_IO);
    buffer_free(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usage_errors),    cmocka_unit_test(test_options_anywhere),
        cmocka_unit_test(test_operands),        cmocka_unit_test(test_no_program_name),
        cmocka_unit_test(test_joined_operands), cmocka_unit_test(test_ids),
        cmocka_unit_test(test_nearest),         cmocka_unit_test(test_lines),
        cmocka_unit_test(test_closed_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
