#include "db/fold.h"

#include "tests/allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool contains(const char *text, size_t length, const char *term)
{
    struct buffer scratch;
    bool found;

    buffer_init(&scratch, FOLD_SCRATCH_MAX);
    assert_int_equal(fold_contains(&scratch, text, length, term, &found), ERROR_NONE);
    buffer_free(&scratch);
    return found;
}

static struct fold_match find(const char *text, size_t length, const char *term)
{
    struct buffer scratch;
    struct fold_match match;

    buffer_init(&scratch, FOLD_SCRATCH_MAX);
    assert_int_equal(fold_find(&scratch, text, length, term, &match), ERROR_NONE);
    buffer_free(&scratch);
    return match;
}

static void folding(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"AbC 1", "abc 1"},
        {"\xC3\x89", "\xC3\xA9"},
        {"E\xCC\x81", "\xC3\xA9"},
        {"\xE1\xBA\x9E", "ss"},
        {"\xCE\xA3\xCF\x82", "\xCF\x83\xCF\x83"},
        {"\xFF\xC3", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *folded;

        assert_int_equal(fold_text(cases[i][0], strlen(cases[i][0]), &folded), ERROR_NONE);
        assert_string_equal(folded, cases[i][1]);
        free(folded);
    }
}

static void finding(void **state)
{
    (void)state;
    assert_true(contains("abc", 3, "abc"));
    assert_true(contains("xxABC", 5, "abc"));
    assert_false(contains("ab", 2, "abc"));
    assert_false(contains("abc", 2, "abc")); /* no byte beyond the length */
    assert_false(contains("", 0, "a"));
    assert_true(contains("aab", 3, "ab"));
    assert_false(contains("abc", 3, "\xC3\xA9"));
    assert_true(contains("\xC3\x89tat", 5, "\xC3\xA9t"));
    assert_true(contains("\xFF ABC", 5, "abc"));
    assert_true(contains("\xC3\xA9 ABC", 6, "abc"));
}

/* ASCII finds the same on the short way and on the long one, where an é makes the text Unicode. */
static void both_ways_agree(void **state)
{
    uint32_t random = 1;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[16 + 3], term[4] = "";
        size_t length = (random >> 8) % 16;

        for (size_t i = 0; i < length; i++) {
            random = random * 1103515245 + 12345;
            text[i] = "abAB@[`{ "[(random >> 16) % 9];
        }
        for (size_t i = 0; i < 1 + length % 3; i++) {
            random = random * 1103515245 + 12345;
            term[i] = "ab@[`{ "[(random >> 16) % 7];
        }
        memcpy(text + length, "\xC3\xA9", 3);
        assert_int_equal(contains(text, length, term), contains(text, length + 2, term));
    }
}

/* What texts are made of below: letters of one and two cases, letters that fold to several, marks
 * that combine with what stands before, jamo, bytes that are no UTF-8, emoji. */
static const char *const atoms[] = {
    "a",
    "A",
    "I",
    " ",
    "\xC3\xA9",
    "\xC3\x89",
    "e",
    "\xCC\x81",
    "\xCC\xA7",
    "\xC3\x9F",
    "\xE1\xBA\x9E",
    "\xC4\xB0",
    "\xCF\x83",
    "\xCF\x82",
    "\xCD\x85",
    "\xCE\x91",
    "\xE1\x84\x80",
    "\xE1\x85\xA1",
    "\xE1\x86\xA8",
    "\xEA\xB0\x80",
    "\xE2\x84\xAA",
    "\xEF\xAC\x83",
    "\xFF",
    "\xF0\x9F\x98\x80",
    "\xF0\x90\x90\x80",
    "\xD0\x96",
    "\xE3\x82\xAB\xE3\x82\x99",
    "s",
    "\xCC\x87",
    "\xF0\x91\x84\xB1\xF0\x91\x84\xA7",
};

static size_t random_text(uint32_t *random, size_t atoms_max, char text[256])
{
    size_t length = 0, count = (*random >> 8) % (atoms_max + 1);

    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const char *atom;

        *random = *random * 1103515245 + 12345;
        atom = atoms[(*random >> 16) % (sizeof atoms / sizeof *atoms)];
        memcpy(text + length, atom, strlen(atom) + 1);
        length += strlen(atom);
    }
    return length;
}

/* Piece by piece the same is found as in the whole text folded at once, and what is found contains
 * the term again. */
static void pieces_agree_with_the_whole(void **state)
{
    uint32_t random = 7;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[256], wanted[256], *folded, *term;
        size_t length = random_text(&random, 12, text);
        size_t wanted_length = random_text(&random, 3, wanted);
        struct fold_match match;
        bool there;

        assert_int_equal(fold_text(text, length, &folded), ERROR_NONE);
        assert_int_equal(fold_text(wanted, wanted_length, &term), ERROR_NONE);
        there = *term && strstr(folded, term);
        match = *term ? find(text, length, term) : (struct fold_match){0};
        assert_int_equal(match.end > 0, there);
        assert_true(match.start <= match.end && match.end <= length);
        if (there)
            assert_true(contains(text + match.start, match.end - match.start, term));
        free(folded);
        free(term);
    }
}

/* The bytes of the text as it is, whatever folding does to lengths. */
static void places(void **state)
{
    static const struct {
        const char *text, *term;
        size_t start, end;
    } cases[] = {
        {"The Cat", "cat", 4, 7},
        {"The cat cat", "cat", 4, 7},
        {"The cat", "dog", 0, 0},
        {"Stra\xC3\x9F"
         "e!",
         "strasse", 0, 7},
        {"Stra\xC3\x9F"
         "e!",
         "s", 0, 1},
        {"gro\xC3\x9F", "s", 3, 5},                  /* half of what ß folds to: all of ß */
        {"x \xC4\xB0stanbul", "stanbul", 4, 11},     /* İ folds to three bytes */
        {"x E\xCC\x81t\xC3\x89", "\xC3\xA9t", 2, 6}, /* a letter with its mark */
        {"\xFF\xFF ok \xC3\x89", "ok", 3, 5},        /* bytes that are no UTF-8 */
        {"\xF0\x9F\x98\x80\xF0\x9F\x98\x80 Yes", "yes", 9, 12},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fold_match match = find(cases[i].text, strlen(cases[i].text), cases[i].term);

        if (match.start != cases[i].start || match.end != cases[i].end)
            fail_msg("case %zu: %zu to %zu", i, match.start, match.end);
    }
}

static void memory_is_short(void **state)
{
    char *folded;

    (void)state;
    allocation_fail_at(1);
    assert_int_equal(fold_text("abc", 3, &folded), ERROR_NO_MEMORY);
    assert_true(allocation_failed());
    assert_null(folded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folding),         cmocka_unit_test(finding),
        cmocka_unit_test(both_ways_agree), cmocka_unit_test(pieces_agree_with_the_whole),
        cmocka_unit_test(places),          cmocka_unit_test(memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
