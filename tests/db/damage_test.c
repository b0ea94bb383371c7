#include "tests/db/scratch.h"

/* Damaged files: every call returns, with an error or with what can be read; none crashes. */

enum { MESSAGES = 300, SPOTS = 250, FILE_ROOM = 1 << 20 };

static uint32_t random_state = 1;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)random_state * bound >> 32);
}

static void make_journal(struct buffer *content)
{
    struct db *db = scratch_open("good.db", DB_CREATE);
    int64_t draft_id = 0;
    char draft[6000];

    for (int i = 0; i < MESSAGES; i++) {
        int64_t id = scratch_add(db, i % 50 ? "some words, a sentence about a day" : "\xC3\xA9!");

        if (i % 3 == 0)
            assert_ok(db_rate(db, id, VERDICT_WRONG, i % 2 ? "fear" : NULL));
    }
    memset(draft, 'd', sizeof draft);
    assert_ok(db_draft_save(db, &draft_id, 0, draft, sizeof draft));
    assert_ok(db_setting_set(db, "theme", "dark"));
    db_close(db);
    buffer_init(content, FILE_ROOM);
    assert_ok(file_read("good.db", content));
}

static void read_all(struct db *db)
{
    struct filter filter;
    struct entry entry;
    struct draft *drafts;
    int64_t *ids;
    size_t count;
    char *value;
    bool changed;
    int errors = 0;

    errors += filter_parse("words rated you:fear", 20, 0, &filter) != 0;
    errors += db_each(db, &filter, DB_NEWEST_FIRST, 0, scratch_count, &count) != 0;
    filter_clear(&filter);
    errors += db_find(db, &filter, &(struct search){.order = DB_OLDEST_FIRST}, &ids, &count) != 0;
    free(ids);
    errors += db_each_rating(db, NULL, scratch_count, &count) != 0;
    errors += db_rating_count(db, &count) != 0;
    errors += db_each_mood(db, scratch_count_mood, scratch_count_rating, &count) != 0;
    errors += db_setting_get(db, "theme", &value) != 0;
    free(value);
    errors += db_changed(db, &changed) != 0;
    errors += db_draft_list(db, &drafts, &count) != 0;
    drafts_free(drafts, count);
    for (int64_t id = 1; id <= MESSAGES; id += 37) {
        errors += db_get(db, id, &entry) != 0;
        entry_clear(&entry);
    }
    assert_true(errors == 0 || *error_sentence());
}

static void write_all(struct db *db)
{
    char text[] = "new words";
    struct entry entry = scratch_entry(text);
    int64_t id = 5;
    size_t count;
    int errors = 0;

    errors += db_add(db, &entry, 1, &entry.id) != 0;
    errors += db_rate(db, id, VERDICT_RIGHT, NULL) != 0;
    errors += db_undo(db, &id) != 0;
    errors += db_redo(db, &id) != 0;
    entry.id = 150;
    errors += db_edit(db, &entry) != 0;
    id = 200;
    errors += db_delete(db, &id, 1) != 0;
    errors += scratch_draft(db, "x") != 0;
    errors += db_setting_set(db, "theme", "light") != 0;
    errors += db_delete_all(db, &count) != 0;
    assert_true(errors == 0 || *error_sentence());
}

static void use(const void *bytes, size_t length)
{
    for (enum db_mode mode = DB_READ; mode <= DB_WRITE; mode++) {
        struct db *db;
        FILE *file = fopen("x.db", "wb");

        assert_non_null(file);
        assert_true(length == 0 || fwrite(bytes, length, 1, file) == 1);
        fclose(file);
        if (db_open("x.db", mode, &db) == ERROR_NONE) {
            read_all(db);
            if (mode == DB_WRITE)
                write_all(db);
        }
        db_close(db);
        assert_ok(db_destroy("x.db"));
    }
}

static void changed_bytes(void **state)
{
    struct buffer good;
    char *bad = malloc(FILE_ROOM);

    (void)state;
    make_journal(&good);
    for (int i = 0; i < SPOTS; i++) {
        size_t run = 1 + random_below(i % 2 ? 4 : 64);
        size_t page = random_below((uint32_t)(good.length / 4096)) * 4096;
        /* Most of the structure is at the start of a page. */
        size_t at = page + random_below(i % 3 ? 40 : 4096 - 64);

        memcpy(bad, good.data, good.length);
        for (size_t k = 0; k < run && at + k < good.length; k++)
            bad[at + k] = (char)random_below(256);
        use(bad, good.length);
    }
    free(bad);
    buffer_free(&good);
}

static void header_bytes(void **state)
{
    struct buffer good;

    (void)state;
    make_journal(&good);
    for (size_t at = 0; at < 112; at++) {
        char saved = good.data[at];

        good.data[at] = (char)~saved;
        use(good.data, good.length);
        good.data[at] = saved;
    }
    buffer_free(&good);
}

static void cut_files(void **state)
{
    struct buffer good;

    (void)state;
    make_journal(&good);
    for (size_t length = 0; length < good.length; length += 1 + random_below(2048))
        use(good.data, length);
    for (size_t length = 0; length < good.length; length += 4096)
        use(good.data, length);
    buffer_free(&good);
}

static void zeroed_pages(void **state)
{
    struct buffer good;
    char *bad = malloc(FILE_ROOM);

    (void)state;
    make_journal(&good);
    for (size_t page = 0; page < good.length; page += 4096) {
        memcpy(bad, good.data, good.length);
        memset(bad + page, 0, 4096);
        use(bad, good.length);
    }
    free(bad);
    buffer_free(&good);
}

/* Files beside the journal that are none of its. */
static void foreign_side_files(void **state)
{
    static const char *const sides[] = {"x.db-wal", "x.db-shm", "x.db-journal"};
    struct buffer good;

    (void)state;
    make_journal(&good);
    for (size_t i = 0; i < 3; i++) {
        char noise[40000];
        struct db *db;

        for (size_t k = 0; k < sizeof noise; k++)
            noise[k] = (char)random_below(256);
        assert_ok(file_replace("x.db", good.data, good.length));
        assert_ok(file_replace(sides[i], noise, sizeof noise));
        db = scratch_open("x.db", DB_WRITE);
        assert_int_equal(scratch_matches(db, ""), MESSAGES);
        db_close(db);
    }
    buffer_free(&good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(changed_bytes), scratch_test(header_bytes),       scratch_test(cut_files),
        scratch_test(zeroed_pages),  scratch_test(foreign_side_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
