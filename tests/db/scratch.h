#ifndef EMOTRACK_TESTS_DB_SCRATCH_H
#define EMOTRACK_TESTS_DB_SCRATCH_H

#include "base/file.h"
#include "db/db.h"
#include "db/mood.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Each test has an empty folder and stands in it; and what the tests of db/ say again and again. */

#define assert_ok(call)                                                                            \
    do {                                                                                           \
        if (call)                                                                                  \
            fail_msg("%s: %s", #call, error_sentence());                                           \
    } while (0)

#define assert_error(call, code) assert_int_equal((call), (code))

static char scratch_folder[4096];
static char scratch_before[4096];

static inline int scratch_enter(void **state)
{
    const char *temporary = getenv("TMPDIR");

    (void)state;
    if (!getcwd(scratch_before, sizeof scratch_before))
        return -1;
    snprintf(scratch_folder, sizeof scratch_folder, "%s/db_test.XXXXXX",
             temporary ? temporary : "/tmp");
    return mkdtemp(scratch_folder) && chdir(scratch_folder) == 0 ? 0 : -1;
}

static inline int scratch_remove(const char *path, const struct stat *status, int type,
                                 struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline int scratch_leave(void **state)
{
    (void)state;
    if (chdir(scratch_before) != 0)
        return -1;
    return nftw(scratch_folder, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
}

#define scratch_test(test) cmocka_unit_test_setup_teardown(test, scratch_enter, scratch_leave)

static inline struct db *scratch_open(const char *path, enum db_mode mode)
{
    struct db *db = NULL;

    assert_ok(db_open(path, mode, &db));
    assert_non_null(db);
    return db;
}

/* A message guessed as joy, whose text the caller keeps. */
static inline struct entry scratch_entry(char *text)
{
    static char guess[] = "joy", model[] = "m1";

    return (struct entry){.created = 1760000000000,
                          .offset = 60,
                          .text = text,
                          .guess = guess,
                          .probability = 0.75,
                          .model = model};
}

static inline int64_t scratch_add(struct db *db, const char *text)
{
    char *copy = strdup(text);
    struct entry entry = scratch_entry(copy);
    int64_t id = 0;

    assert_ok(db_add(db, &entry, 0, &id));
    free(copy);
    return id;
}

/* Saves the draft 1, or removes it with "". */
static inline enum error scratch_draft(struct db *db, const char *text)
{
    int64_t id = 1;

    return db_draft_save(db, &id, 0, text, strlen(text));
}

/* Whether the draft that was saved last has this text; NULL: whether there is none. */
static inline bool scratch_draft_is(struct db *db, const char *text)
{
    struct draft *drafts;
    size_t count;
    bool is;

    assert_ok(db_draft_list(db, &drafts, &count));
    is = text ? count > 0 && drafts[0].length == strlen(text) && strcmp(drafts[0].text, text) == 0
              : count == 0;
    drafts_free(drafts, count);
    return is;
}

static inline bool scratch_file_has(const char *path, const char *bytes)
{
    struct buffer content;
    bool has;

    buffer_init(&content, (size_t)1 << 30);
    assert_ok(file_read(path, &content));
    has = content.length && memmem(content.data, content.length, bytes, strlen(bytes));
    buffer_free(&content);
    return has;
}

/* Whether any file of the folder holds the bytes. */
static inline bool scratch_has(const char *bytes)
{
    DIR *folder = opendir(".");
    const struct dirent *item;
    bool has = false;

    assert_non_null(folder);
    while ((item = readdir(folder)))
        has = has || (item->d_type == DT_REG && scratch_file_has(item->d_name, bytes));
    closedir(folder);
    return has;
}

/* How many files and folders are in the folder. */
static inline int scratch_files(void)
{
    DIR *folder = opendir(".");
    int count = 0;

    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count - 2;
}

static inline enum error scratch_count(void *context, const struct entry *entry)
{
    (void)entry;
    ++*(size_t *)context;
    return ERROR_NONE;
}

static inline enum error scratch_count_mood(void *context, const struct mood *mood)
{
    (void)mood;
    ++*(size_t *)context;
    return ERROR_NONE;
}

static inline enum error scratch_count_rating(void *context, const struct mood_rating *rating)
{
    (void)rating;
    ++*(size_t *)context;
    return ERROR_NONE;
}

/* How many messages pass the filter line. */
static inline size_t scratch_matches(struct db *db, const char *line)
{
    struct filter filter;
    size_t count = 0;

    assert_ok(filter_parse(line, strlen(line), 1760000000000, &filter));
    assert_ok(db_each(db, &filter, DB_OLDEST_FIRST, 0, scratch_count, &count));
    filter_clear(&filter);
    return count;
}

/* Past our own code: the first column of the last row, or -1. */
static inline int scratch_sql(const char *path, const char *sql)
{
    sqlite3 *handle;
    sqlite3_stmt *statement;
    int value = -1;

    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    do {
        assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &statement, &sql), SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW)
            value = sqlite3_column_int(statement, 0);
        assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    } while (*sql);
    sqlite3_close(handle);
    return value;
}

/* Whether SQLite finds nothing wrong with the file. */
static inline bool scratch_intact(const char *path)
{
    return scratch_sql(path, "SELECT integrity_check = 'ok' FROM pragma_integrity_check LIMIT 1") ==
           1;
}

#endif
