#include "app/journal.h"
#include "app/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Each test has an empty home of its own. */
static const struct search all = {.order = DB_NEWEST_FIRST};

struct home {
    char folder[64];
    struct journal *journal;
};

static struct journal *open_as(enum journal_access access, const char *profile)
{
    struct journal_options options = {
        .profile = profile, .model = "assets/emotions.model", .access = access};
    struct journal *journal;

    if (journal_open(&options, &journal))
        print_error("%s\n", error_sentence());
    return journal;
}

static int set_up(void **state)
{
    static struct home fresh;
    struct home *home = &fresh;

    fresh = (struct home){0};
    snprintf(home->folder, sizeof home->folder, "/tmp/emotrack-journal-XXXXXX");
    if (!mkdtemp(home->folder))
        return -1;
    setenv("XDG_DATA_HOME", home->folder, 1);
    unsetenv("EMOTRACK_PROFILE");
    unsetenv("EMOTRACK_MODEL");
    home->journal = open_as(JOURNAL_WRITE, NULL);
    *state = home;
    return home->journal ? 0 : -1;
}

static int tear_down(void **state)
{
    struct home *home = *state;
    char folder[96], **names;
    size_t count;

    journal_close(home->journal);
    if (!profile_list(&names, &count)) {
        for (size_t i = 0; i < count; i++)
            assert_int_equal(profile_delete(names[i]), ERROR_NONE);
        profile_list_free(names, count);
    }
    snprintf(folder, sizeof folder, "%s/emotrack", home->folder);
    rmdir(folder);
    assert_int_equal(rmdir(home->folder), 0);
    return 0;
}

static int64_t write_text(struct journal *journal, const char *text)
{
    struct entry entry;
    int64_t id;

    assert_int_equal(journal_write(journal, text, strlen(text), 0, &entry), ERROR_NONE);
    id = entry.id;
    entry_clear(&entry);
    return id;
}

static struct prediction guess(struct journal *journal, const char *text)
{
    struct prediction prediction;

    memset(&prediction, 0, sizeof prediction);
    journal_guess(journal, text, strlen(text), &prediction, NULL);
    return prediction;
}

static bool same_bits(const struct prediction *a, const struct prediction *b, int labels)
{
    return a->label == b->label && a->can_tell == b->can_tell && a->known == b->known &&
           memcmp(a->probability, b->probability, sizeof(float) * (size_t)labels) == 0;
}

static void assert_rating(struct journal *journal, int64_t id, enum verdict verdict,
                          const char *label)
{
    struct entry entry;

    assert_int_equal(journal_get(journal, id, &entry), ERROR_NONE);
    assert_int_equal(entry.verdict, verdict);
    if (label)
        assert_string_equal(entry.label, label);
    else
        assert_null(entry.label);
    entry_clear(&entry);
}

static void ratings_teach_and_undo_is_exact(void **state)
{
    struct journal *journal = ((struct home *)*state)->journal;
    int labels = model_label_count(journal_model(journal));
    int joy = model_find_label(journal_model(journal), "joy");
    struct prediction before[4], after;
    int64_t id;

    for (int i = 0; i < 3; i++) {
        before[i] = guess(journal, "sick beat");
        id = write_text(journal, "that gig was sick, totally sick");
        assert_int_equal(journal_rate(journal, id, VERDICT_WRONG, "joy"), ERROR_NONE);
    }
    after = guess(journal, "sick beat");
    assert_true(after.probability[joy] > before[0].probability[joy]);
    assert_int_equal(journal_rating_count(journal), 3);
    for (int i = 2; i >= 0; i--) {
        assert_int_equal(journal_undo(journal, &id), ERROR_NONE);
        after = guess(journal, "sick beat");
        assert_true(same_bits(&after, &before[i], labels));
    }
    assert_int_equal(journal_undo(journal, &id), ERROR_NOT_FOUND);
}

static void rating_again_is_undone_step_by_step(void **state)
{
    struct journal *journal = ((struct home *)*state)->journal;
    int64_t id = write_text(journal, "what a day at the zorblax"), undone;

    assert_int_equal(journal_rate(journal, id, VERDICT_WRONG, "joy"), ERROR_NONE);
    assert_int_equal(journal_rate(journal, id, VERDICT_WRONG, "FEAR"), ERROR_NONE);
    assert_rating(journal, id, VERDICT_WRONG, "fear");
    assert_int_equal(journal_undo(journal, &undone), ERROR_NONE);
    assert_rating(journal, id, VERDICT_WRONG, "joy");
    assert_int_equal(journal_redo(journal, &undone), ERROR_NONE);
    assert_rating(journal, id, VERDICT_WRONG, "fear");
}

/* Learning on top gives the same bits as folding all ratings anew. */
static void a_new_start_knows_the_same(void **state)
{
    struct home *home = *state;
    int labels = model_label_count(journal_model(home->journal));
    struct prediction before, after;

    for (int i = 0; i < 8; i++) {
        int64_t id = write_text(home->journal, i % 2 ? "zorblax of the day" : "so angry, zorblax");

        assert_int_equal(
            journal_rate(home->journal, id, VERDICT_WRONG, i % 3 ? "surprise" : "disgust"),
            ERROR_NONE);
    }
    before = guess(home->journal, "zorblax day");
    journal_close(home->journal);
    home->journal = open_as(JOURNAL_WRITE, NULL);
    after = guess(home->journal, "zorblax day");
    assert_true(same_bits(&before, &after, labels));
}

/* The saved layer is a shorter way to the same bits, and is dropped when a rating under it changes.
 */
static void a_saved_layer_changes_nothing(void **state)
{
    struct home *home = *state;
    int labels = model_label_count(journal_model(home->journal));
    int64_t first = 0, id;
    struct prediction before, after;

    for (int i = 0; i < 250; i++) {
        char text[64];

        snprintf(text, sizeof text, "zorblax of day %d, word%d", i, i);
        id = write_text(home->journal, text);
        first = first ? first : id;
        assert_int_equal(
            journal_rate(home->journal, id, VERDICT_WRONG, i % 3 ? "surprise" : "disgust"),
            ERROR_NONE);
        if (i == 248)
            before = guess(home->journal, "zorblax day, word7 word99");
        if (i == 230) { /* a layer is saved here, and the rest is learnt on top */
            journal_close(home->journal);
            home->journal = open_as(JOURNAL_WRITE, NULL);
        }
    }
    assert_int_equal(journal_undo(home->journal, &id), ERROR_NONE);
    after = guess(home->journal, "zorblax day, word7 word99");
    assert_true(same_bits(&before, &after, labels));
    assert_int_equal(journal_rating_count(home->journal), 249);
    /* Changing the first rating and taking the change back ends at the same bits. */
    assert_int_equal(journal_rate(home->journal, first, VERDICT_WRONG, "joy"), ERROR_NONE);
    after = guess(home->journal, "zorblax day, word7 word99");
    assert_false(same_bits(&before, &after, labels));
    journal_close(home->journal);
    home->journal = open_as(JOURNAL_WRITE, NULL);
    assert_int_equal(journal_undo(home->journal, &id), ERROR_NONE);
    assert_int_equal(id, first);
    after = guess(home->journal, "zorblax day, word7 word99");
    assert_true(same_bits(&before, &after, labels));
}

static void what_cannot_be_rated_is_refused(void **state)
{
    struct journal *journal = ((struct home *)*state)->journal;
    int64_t unknown = write_text(journal, "qwxyz vbnmz");
    int64_t love = write_text(journal, "I love this so much");

    assert_int_equal(journal_rate(journal, 99, VERDICT_RIGHT, NULL), ERROR_NOT_FOUND);
    assert_int_equal(journal_rate(journal, unknown, VERDICT_RIGHT, NULL), ERROR_INVALID);
    assert_int_equal(journal_rate(journal, unknown, VERDICT_WRONG, NULL), ERROR_INVALID);
    assert_int_equal(journal_rate(journal, love, VERDICT_WRONG, "blue"), ERROR_INVALID);
    assert_non_null(strstr(error_sentence(), "surprise"));
    assert_int_equal(journal_rate(journal, love, VERDICT_RIGHT, "fear"), ERROR_INVALID);
    assert_int_equal(journal_rate(journal, love, VERDICT_WRONG, "joy"), ERROR_NONE);
    assert_rating(journal, love, VERDICT_RIGHT, NULL);
}

static void editing_keeps_what_the_user_said(void **state)
{
    static const struct {
        const char *text, *changed;
        enum verdict verdict;
        const char *label;
        enum verdict after;
        const char *after_label;
    } cases[] = {
        {"I love this", "I love this a lot", VERDICT_RIGHT, NULL, VERDICT_RIGHT, NULL},
        {"I love this", "I am so angry at you", VERDICT_RIGHT, NULL, VERDICT_WRONG, "joy"},
        {"I love this", "I am so angry at you", VERDICT_WRONG, "anger", VERDICT_RIGHT, NULL},
        {"I love this", "qwxyz vbnmz", VERDICT_WRONG, NULL, VERDICT_NONE, NULL},
        {"I love this", "I love that", VERDICT_WRONG, NULL, VERDICT_WRONG, NULL},
        {"I love this", "I love that", VERDICT_NONE, NULL, VERDICT_NONE, NULL},
    };
    struct home *home = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t id = write_text(home->journal, cases[i].text), unused;
        struct entry entry;

        if (cases[i].verdict)
            assert_int_equal(journal_rate(home->journal, id, cases[i].verdict, cases[i].label),
                             ERROR_NONE);
        assert_int_equal(
            journal_edit(home->journal, id, cases[i].changed, strlen(cases[i].changed), &entry),
            ERROR_NONE);
        entry_clear(&entry);
        assert_rating(home->journal, id, cases[i].after, cases[i].after_label);
        while (journal_undo(home->journal, &unused) == ERROR_NONE)
            ;
        assert_rating(home->journal, id, VERDICT_NONE, NULL);
    }
}

static void what_cannot_be_saved_is_refused(void **state)
{
    struct journal *journal = ((struct home *)*state)->journal;
    char *long_text = malloc(TEXT_MAX + 1);
    struct entry entry;

    memset(long_text, 'x', TEXT_MAX + 1);
    assert_int_equal(journal_write(journal, "", 0, 0, &entry), ERROR_INVALID);
    assert_int_equal(journal_write(journal, " \t\n\u2003", 6, 0, &entry), ERROR_INVALID);
    assert_int_equal(journal_write(journal, long_text, TEXT_MAX + 1, 0, &entry), ERROR_TOO_LARGE);
    assert_int_equal(journal_write(journal, long_text, TEXT_MAX, 0, &entry), ERROR_NONE);
    entry_clear(&entry);
    assert_int_equal(journal_write(journal, "a\0b\xff", 4, 0, &entry), ERROR_NONE);
    assert_string_equal(entry.text, "a\uFFFDb\uFFFD");
    entry_clear(&entry);
    free(long_text);
}

static void filters_know_emotions(void **state)
{
    struct journal *journal = ((struct home *)*state)->journal;
    static const struct {
        const char *filter;
        enum error error;
        size_t count;
    } cases[] = {{NULL, ERROR_NONE, 2},
                 {"", ERROR_NONE, 2},
                 {"emotion:joy", ERROR_NONE, 1},
                 {"emotion:JOY", ERROR_NONE, 1},
                 {"emotion:none", ERROR_NONE, 1},
                 {"emotion:blue", ERROR_INVALID, 0},
                 {"you:blue", ERROR_INVALID, 0},
                 {"you:fear", ERROR_NONE, 0},
                 {"colour:blue", ERROR_INVALID, 0}};

    write_text(journal, "I love this so much");
    write_text(journal, "qwxyz vbnmz");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t *ids;
        size_t count;

        assert_int_equal(journal_find(journal, cases[i].filter, &all, &ids, &count),
                         cases[i].error);
        assert_int_equal(count, cases[i].count);
        free(ids);
    }
}

static void another_program_is_noticed(void **state)
{
    struct home *home = *state;
    struct journal *other = open_as(JOURNAL_WRITE, NULL);
    int labels = model_label_count(journal_model(other));
    struct prediction here, there;
    bool changed;
    int64_t id;

    assert_int_equal(journal_refresh(home->journal, &changed), ERROR_NONE);
    assert_false(changed);
    id = write_text(other, "zorblax of the day");
    assert_int_equal(journal_rate(other, id, VERDICT_WRONG, "fear"), ERROR_NONE);
    assert_int_equal(journal_refresh(home->journal, &changed), ERROR_NONE);
    assert_true(changed);
    here = guess(home->journal, "zorblax");
    there = guess(other, "zorblax");
    assert_true(same_bits(&here, &there, labels));
    journal_close(other);
}

/* Two programs rate in turn: each knows both ratings, in the order in which they were given. */
static void two_programs_learn_the_same(void **state)
{
    struct home *home = *state;
    struct journal *other = open_as(JOURNAL_WRITE, NULL);
    int labels = model_label_count(journal_model(other));
    int64_t first = write_text(home->journal, "zorblax of the day");
    int64_t second = write_text(home->journal, "day of the zorblax");
    struct prediction here, there;
    bool changed;

    assert_int_equal(journal_rate(other, first, VERDICT_WRONG, "fear"), ERROR_NONE);
    assert_int_equal(journal_rate(home->journal, second, VERDICT_WRONG, "joy"), ERROR_NONE);
    assert_int_equal(journal_refresh(other, &changed), ERROR_NONE);
    here = guess(home->journal, "zorblax");
    there = guess(other, "zorblax");
    assert_true(same_bits(&here, &there, labels));
    journal_close(other);
}

static void a_profile_must_exist(void **state)
{
    struct journal_options options = {
        .profile = "nobody", .model = "assets/emotions.model", .access = JOURNAL_WRITE};
    static const char *const bad[] = {"", ".", "..", "a/b", "-x", "a b", "\033[31m", ".hidden"};
    struct journal *journal;

    (void)state;
    assert_int_equal(journal_open(&options, &journal), ERROR_NOT_FOUND);
    assert_non_null(strstr(error_sentence(), "nobody"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(profile_new(bad[i]), ERROR_INVALID);
    assert_int_equal(profile_new("nobody"), ERROR_NONE);
    assert_int_equal(profile_new("nobody"), ERROR_EXISTS);
    assert_int_equal(profile_rename("nobody", "somebody"), ERROR_NONE);
    assert_int_equal(profile_rename("nobody", "anybody"), ERROR_NOT_FOUND);
    assert_int_equal(profile_rename("somebody", "default"), ERROR_EXISTS);
    assert_int_equal(profile_delete("nobody"), ERROR_NOT_FOUND);
    assert_true(profile_exists("somebody"));
}

static void reading_makes_nothing(void **state)
{
    struct home *home = *state;
    struct journal *journal;
    int64_t *ids, id;
    size_t count;

    journal_close(home->journal);
    home->journal = NULL;
    assert_int_equal(profile_delete(PROFILE_DEFAULT), ERROR_NONE);
    journal = open_as(JOURNAL_READ, NULL);
    assert_non_null(journal);
    assert_int_equal(journal_find(journal, "emotion:joy", &all, &ids, &count), ERROR_NONE);
    assert_int_equal(count, 0);
    assert_int_equal(journal_undo(journal, &id), ERROR_NOT_FOUND);
    assert_false(profile_exists(PROFILE_DEFAULT));
    journal_close(journal);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ratings_teach_and_undo_is_exact), TEST(rating_again_is_undone_step_by_step),
        TEST(a_new_start_knows_the_same),      TEST(a_saved_layer_changes_nothing),
        TEST(what_cannot_be_rated_is_refused), TEST(editing_keeps_what_the_user_said),
        TEST(what_cannot_be_saved_is_refused), TEST(what_cannot_be_saved_is_refused),
        TEST(filters_know_emotions),           TEST(another_program_is_noticed),
        TEST(two_programs_learn_the_same),     TEST(a_profile_must_exist),
        TEST(reading_makes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
