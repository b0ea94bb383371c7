#include "db/vault.h"

#include "db/contribution.h"
#include "db/import.h"
#include "tests/allocation.h"
#include "tests/db/scratch.h"

#include <sys/prctl.h>
#include <sys/resource.h>

/* A journal whose texts are encrypted. Making a key of a passphrase takes its time, so most
 * connections here are given the key itself. */

static const struct passphrase right = {.bytes = "q7w3 pass", .length = 9};
static const struct passphrase wrong = {.bytes = "another", .length = 7};

static unsigned char key[DB_KEY];

static struct buffer made; /* the file, once it was made */

/* Two messages, of which the first is rated, a draft and a layer; encrypted. */
static void make_file(void)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    int64_t id = scratch_add(db, "q7w3secrt first");

    assert_ok(db_rate(db, id, VERDICT_RIGHT, NULL));
    scratch_add(db, "q7w3secrt second");
    assert_ok(scratch_draft(db, "q7w3secrt draft"));
    assert_ok(db_layer_save(db, "q7w3secrt layer", 15));
    assert_true(scratch_has("q7w3secrt"));
    assert_ok(db_encrypt(db, &right, NULL, NULL));
    assert_null(db_notice(db));
    assert_false(scratch_has("q7w3"));
    memcpy(key, db_key(db), sizeof key);
    db_close(db);
    buffer_init(&made, 1 << 24);
    assert_ok(file_read("x.db", &made));
}

/* The same file for each test, since its key takes half a second to make. */
static struct db *make_encrypted(void)
{
    struct db *db;

    if (made.length == 0)
        make_file();
    assert_ok(file_replace("x.db", made.data, made.length));
    db = scratch_open("x.db", DB_WRITE);
    assert_ok(db_unlock_with(db, key));
    return db;
}

static void assert_text(struct db *db, int64_t id, const char *text)
{
    struct entry entry;

    assert_ok(db_get(db, id, &entry));
    assert_int_equal(entry.damaged, text == NULL);
    if (text)
        assert_string_equal(entry.text, text);
    else
        assert_non_null(strstr(entry.text, "damaged"));
    entry_clear(&entry);
}

static void assert_whole(struct db *db)
{
    assert_text(db, 1, "q7w3secrt first");
    assert_text(db, 2, "q7w3secrt second");
    assert_true(scratch_draft_is(db, "q7w3secrt draft"));
    assert_int_equal(scratch_matches(db, "q7W3SECRT"), 2);
    assert_int_equal(scratch_matches(db, "second"), 1);
    assert_int_equal(scratch_matches(db, "first right"), 1);
    assert_int_equal(scratch_matches(db, "second rated"), 0);
}

/* ---- on, off, another passphrase ---- */

static void there_and_back(void **state)
{
    struct db *db = make_encrypted();

    (void)state;
    assert_true(db_encrypted(db));
    assert_false(scratch_has("q7w3"));
    assert_whole(db);
    assert_error(db_encrypt(db, &right, NULL, NULL), ERROR_EXISTS);
    db_close(db);

    db = scratch_open("x.db", DB_WRITE);
    assert_true(db_encrypted(db));
    assert_null(db_key(db));
    assert_error(db_unlock(db, &wrong), ERROR_DENIED);
    assert_null(db_key(db));
    assert_ok(db_unlock(db, &right));
    assert_memory_equal(db_key(db), key, sizeof key);
    assert_whole(db);
    assert_false(scratch_has("q7w3"));
    assert_ok(db_decrypt(db, NULL, NULL));
    assert_false(db_encrypted(db));
    assert_null(db_key(db));
    assert_whole(db);
    assert_error(db_decrypt(db, NULL, NULL), ERROR_NOT_FOUND);
    assert_error(db_change_passphrase(db, &right), ERROR_NOT_FOUND);
    db_close(db);
    assert_true(scratch_intact("x.db"));

    db = scratch_open("x.db", DB_READ);
    assert_whole(db);
    db_close(db);
}

static void what_is_written_later(void **state)
{
    struct db *db = make_encrypted();
    char text[] = "q7w3secrt third", edited[] = "q7w3secrt edited";
    struct entry entry = scratch_entry(text);
    struct db_import *import;
    int64_t draft = 0;
    bool added;

    (void)state;
    assert_ok(db_add(db, &entry, 1, &entry.id));
    assert_int_equal(entry.id, 3);
    assert_true(scratch_draft_is(db, NULL));
    assert_ok(db_draft_save(db, &draft, 0, "q7w3secrt again", 15));
    assert_ok(db_draft_save(db, &draft, 0, "q7w3secrt more", 14));
    assert_ok(db_import_begin(db, &import));
    assert_ok(db_import_add(import, &entry, &added));
    assert_false(added); /* of the same time and text */
    entry.created++;
    assert_ok(db_import_add(import, &entry, &added));
    assert_true(added);
    assert_ok(db_import_end(import, ERROR_NONE, true));
    assert_false(scratch_has("q7w3"));
    entry.text = edited;
    assert_ok(db_edit(db, &entry));
    assert_ok(db_layer_save(db, "q7w3secrt layer", 15));
    assert_false(scratch_has("q7w3"));
    assert_text(db, 3, edited);
    assert_text(db, 4, text);
    assert_true(scratch_draft_is(db, "q7w3secrt more"));
    db_close(db);
    assert_false(scratch_has("q7w3"));
}

static void another_passphrase(void **state)
{
    struct db *db = make_encrypted();
    unsigned char before[16];
    struct buffer content;
    sqlite3 *file;
    sqlite3_stmt *statement;

    (void)state;
    assert_int_equal(sqlite3_open("x.db", &file), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(file, "SELECT salt FROM vault", -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    memcpy(before, sqlite3_column_blob(statement, 0), sizeof before);
    sqlite3_finalize(statement);
    sqlite3_close(file);

    assert_ok(db_change_passphrase(db, &wrong));
    assert_whole(db);
    db_close(db);
    db = scratch_open("x.db", DB_WRITE);
    assert_error(db_unlock(db, &right), ERROR_DENIED);
    assert_ok(db_unlock(db, &wrong));
    assert_whole(db);
    db_close(db);
    /* What the old one opened is nowhere. */
    buffer_init(&content, 1 << 24);
    assert_ok(file_read("x.db", &content));
    assert_null(memmem(content.data, content.length, before, sizeof before));
    buffer_free(&content);
}

/* Progress that is made, and a caller who has had enough. */
static enum error stop_at(void *context, uint64_t done, uint64_t total)
{
    assert_true(done <= total);
    return done >= *(uint64_t *)context ? error_raise(ERROR_CANCELLED, "enough") : ERROR_NONE;
}

static void cut_off(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    uint64_t enough = 600;

    (void)state;
    for (int i = 0; i < 1300; i++)
        scratch_add(db, "q7w3secrt");
    assert_error(db_encrypt(db, &right, stop_at, &enough), ERROR_CANCELLED);
    assert_false(db_encrypted(db));
    assert_int_equal(scratch_matches(db, "q7w3secrt"), 1300);
    enough = 1301;
    assert_ok(db_encrypt(db, &right, stop_at, &enough));
    enough = 600;
    assert_error(db_decrypt(db, stop_at, &enough), ERROR_CANCELLED);
    assert_true(db_encrypted(db));
    assert_int_equal(scratch_matches(db, "q7w3secrt"), 1300);
    assert_false(scratch_has("q7w3secrt"));
    db_close(db);
}

/* A report that waits rests on the messages, and they are the same; so are the ratings. */
static void nothing_else_changes(void **state)
{
    static char url[] = "https://one.example", mode[] = "trusted", pins[] = "{}", envelope[] = "{}";
    struct membership membership = {.url = url, .pins = pins, .envelope = envelope};
    const unsigned char id[CONTRIBUTION_ID] = {1};
    struct ledger_entry entry = {.url = url, .mode = mode, .round = 1, .noise = 4, .votes = 3};
    struct db *db = scratch_open("x.db", DB_CREATE);
    struct rating_state before, after;
    size_t waiting;

    (void)state;
    assert_ok(db_rate(db, scratch_add(db, "words"), VERDICT_WRONG, "fear"));
    assert_ok(db_membership_set(db, &membership));
    assert_ok(db_rating_state(db, &before));
    entry.length = 5;
    assert_ok(db_contribution_freeze(db, &entry, id, "votes", before.revision, 4));
    assert_ok(db_rating_state(db, &before));
    assert_ok(db_encrypt(db, &right, NULL, NULL));
    assert_ok(db_decrypt(db, NULL, NULL));
    assert_ok(db_rating_state(db, &after));
    assert_int_equal(after.revision, before.revision);
    assert_ok(db_outbox_count(db, &waiting));
    assert_int_equal(waiting, 1);
    /* A text that changes takes the report along, as ever. */
    assert_int_equal(scratch_sql("x.db", "UPDATE message SET text = 'other' WHERE id = 1;"
                                         "SELECT count(*) FROM outbox"),
                     0);
    db_close(db);
}

/* ---- who may read ---- */

static void nobody_reads_without_the_key(void **state)
{
    char text[] = "third";
    struct entry entry = scratch_entry(text), got;
    struct db *db = make_encrypted();
    struct draft *drafts;
    size_t count;

    (void)state;
    db_close(db);
    db = scratch_open("x.db", DB_WRITE);
    assert_error(db_get(db, 1, &got), ERROR_DENIED);
    assert_non_null(strstr(error_sentence(), "passphrase"));
    assert_error(db_add(db, &entry, 0, &entry.id), ERROR_DENIED);
    assert_error(db_draft_list(db, &drafts, &count), ERROR_DENIED);
    assert_error(scratch_draft(db, "x"), ERROR_DENIED);
    assert_error(db_decrypt(db, NULL, NULL), ERROR_DENIED);
    assert_error(db_change_passphrase(db, &right), ERROR_DENIED);
    assert_ok(db_count(db, &count));
    assert_int_equal(count, 2);
    db_close(db);
}

/* Somebody turns it on or off while another program has the journal open. */
static void others_are_told(void **state)
{
    struct db *db = scratch_open("x.db", DB_CREATE), *other = scratch_open("x.db", DB_WRITE);
    char text[] = "q7w3secrt";
    struct entry entry = scratch_entry(text), got;
    struct draft *drafts;
    size_t count;
    bool changed;

    (void)state;
    scratch_add(db, text);
    assert_ok(scratch_draft(db, text));
    assert_ok(db_encrypt(db, &right, NULL, NULL));
    assert_error(db_add(other, &entry, 0, &entry.id), ERROR_DENIED);
    assert_non_null(strstr(error_sentence(), "start again"));
    assert_error(scratch_draft(other, text), ERROR_DENIED);
    assert_error(db_draft_list(other, &drafts, &count), ERROR_DENIED);
    assert_error(db_get(other, 1, &got), ERROR_DENIED);
    assert_error(db_changed(other, &changed), ERROR_DENIED);
    db_close(other);
    assert_false(scratch_has(text));
    other = scratch_open("x.db", DB_WRITE);
    assert_ok(db_unlock_with(other, db_key(db)));
    assert_text(other, 1, text);
    assert_ok(db_decrypt(db, NULL, NULL));
    assert_error(db_add(other, &entry, 0, &entry.id), ERROR_DENIED);
    assert_error(db_get(other, 1, &got), ERROR_DENIED);
    assert_ok(db_encrypt(db, &right, NULL, NULL)); /* with another key */
    assert_error(db_add(other, &entry, 0, &entry.id), ERROR_DENIED);
    assert_error(db_get(other, 1, &got), ERROR_DENIED);
    db_close(other);
    db_close(db);
}

static void keys_of_others(void **state)
{
    struct db *db = make_encrypted();
    unsigned char other[DB_KEY];

    (void)state;
    memcpy(other, key, sizeof other);
    other[31] ^= 1;
    db_close(db);
    db = scratch_open("x.db", DB_READ);
    assert_error(db_unlock_with(db, other), ERROR_DENIED);
    assert_null(db_key(db));
    assert_ok(db_unlock_with(db, key));
    assert_whole(db);
    db_close(db);
}

static void no_core_is_dumped(void **state)
{
    struct db *db = make_encrypted();
    struct rlimit limit;

    (void)state;
    assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    assert_int_equal(limit.rlim_cur, 0);
    db_close(db);
}

/* ---- damage ---- */

static void count_fault(void *context, const char *sentence)
{
    int *faults = context;

    assert_non_null(strstr(sentence, "damaged"));
    ++*faults;
}

static int faults_of(struct db *db)
{
    int faults = 0;

    assert_ok(db_check_texts(db, count_fault, &faults));
    return faults;
}

/* SQL that harms texts, how many do not open then, and whether the first two messages do. */
static const struct {
    const char *sql;
    int faults;
    bool first, second;
} harm[] = {
    {"SELECT 1", 0, true, true},
    {"UPDATE message SET text = substr(text, 1, length(text) - 1) WHERE id = 1", 1, false, true},
    {"UPDATE message SET text = text || x'00' WHERE id = 1", 1, false, true},
    {"UPDATE message SET text = x'' WHERE id = 1", 1, false, true},
    {"UPDATE message SET text = zeroblob(39) WHERE id = 1", 1, false, true},
    {"UPDATE message SET text = zeroblob(40) WHERE id = 1", 1, false, true},
    {"UPDATE message SET text = 'in clear' WHERE id = 1", 1, false, true},
    {"UPDATE message SET text = 7 WHERE id = 1", 1, false, true},
    {"UPDATE message SET text = (SELECT text FROM message WHERE id = 2) WHERE id = 1", 1, false,
     true},
    {"UPDATE message SET text = (SELECT text FROM draft) WHERE id = 1", 1, false, true},
    {"CREATE TEMP TABLE t AS SELECT 3 - id AS id, text FROM message;"
     "UPDATE message SET text = (SELECT text FROM t WHERE t.id = message.id)",
     2, false, false},
    {"UPDATE draft SET text = (SELECT text FROM message WHERE id = 1)", 1, true, true},
    {"UPDATE draft SET text = 'in clear'", 1, true, true},
};

static enum error count_entry(void *context, const struct entry *entry)
{
    (void)entry;
    ++*(int *)context;
    return ERROR_NONE;
}

static void texts_in_the_wrong_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof harm / sizeof *harm; i++) {
        struct db *db = make_encrypted();
        int taught = 0;

        scratch_sql("x.db", harm[i].sql);
        assert_int_equal(faults_of(db), harm[i].faults);
        assert_text(db, 1, harm[i].first ? "q7w3secrt first" : NULL);
        assert_text(db, 2, harm[i].second ? "q7w3secrt second" : NULL);
        /* One that is damaged hides no other, is never found by its words and teaches nothing. */
        assert_int_equal(scratch_matches(db, ""), 2);
        assert_int_equal(scratch_matches(db, "q7w3secrt"),
                         (int)harm[i].first + (int)harm[i].second);
        assert_int_equal(scratch_matches(db, "damaged"), 0);
        assert_ok(db_each_rating(db, NULL, count_entry, &taught));
        assert_int_equal(taught, harm[i].first);
        if (!harm[i].first || !harm[i].second)
            assert_error(db_decrypt(db, NULL, NULL), ERROR_DAMAGED);
        assert_true(db_encrypted(db));
        db_close(db);
        assert_ok(db_destroy("x.db"));
    }
}

/* The text of message 1 as it is stored. */
static size_t read_stored(unsigned char *out, size_t room)
{
    sqlite3 *file;
    sqlite3_stmt *statement;
    size_t length;

    assert_int_equal(sqlite3_open("x.db", &file), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(file, "SELECT text FROM message WHERE id = 1", -1, &statement, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    length = (size_t)sqlite3_column_bytes(statement, 0);
    assert_true(length <= room);
    memcpy(out, sqlite3_column_blob(statement, 0), length);
    sqlite3_finalize(statement);
    sqlite3_close(file);
    return length;
}

static void every_bit_counts(void **state)
{
    struct db *db = make_encrypted();
    unsigned char stored[128];
    size_t length = read_stored(stored, sizeof stored);
    sqlite3 *file;
    sqlite3_stmt *statement;

    (void)state;
    assert_int_equal(length, 24 + 15 + 16);
    assert_int_equal(sqlite3_open("x.db", &file), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(file, "UPDATE message SET text = ? WHERE id = 1", -1, &statement, NULL),
        SQLITE_OK);
    for (size_t bit = 0; bit <= 8 * length; bit++) {
        if (bit < 8 * length)
            stored[bit / 8] ^= (unsigned char)(1 << bit % 8);
        sqlite3_bind_blob(statement, 1, stored, (int)length, SQLITE_TRANSIENT);
        assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
        sqlite3_reset(statement);
        assert_text(db, 1, bit < 8 * length ? NULL : "q7w3secrt first");
        if (bit < 8 * length)
            stored[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    sqlite3_finalize(statement);
    sqlite3_close(file);
    db_close(db);
}

static bool takes_any(void *context, const void *bytes, size_t length)
{
    (void)bytes;
    *(size_t *)context = length;
    return true;
}

/* The layer is derived: one that does not open is learnt anew. */
static void a_damaged_layer(void **state)
{
    struct db *db = make_encrypted();
    size_t length = 0;
    int taught = 0;

    (void)state;
    assert_ok(db_layer_save(db, "learnt", 6));
    assert_ok(db_each_rating(db, takes_any, count_entry, &length));
    assert_int_equal(length, 6);
    scratch_sql("x.db", "UPDATE layer SET bytes = zeroblob(64)");
    length = 0;
    assert_ok(db_each_rating(db, takes_any, count_entry, &taught));
    assert_int_equal(taught, 1);
    db_close(db);
}

/* What a file may say of the key; none of it may take long, or all of the memory. */
static const struct {
    const char *sql;
    enum error error;
} hostile[] = {
    {"UPDATE vault SET passes = 0", ERROR_DAMAGED},
    {"UPDATE vault SET passes = -1", ERROR_DAMAGED},
    {"UPDATE vault SET passes = 4294967295", ERROR_DAMAGED},
    {"UPDATE vault SET passes = 4294967297", ERROR_DAMAGED},
    {"UPDATE vault SET passes = 'many'", ERROR_DAMAGED},
    {"UPDATE vault SET passes = 41", ERROR_DAMAGED},
    {"UPDATE vault SET memory = 7", ERROR_DAMAGED},
    {"UPDATE vault SET memory = 262145", ERROR_DAMAGED},
    {"UPDATE vault SET memory = 262144", ERROR_DAMAGED},
    {"UPDATE vault SET memory = 9223372036854775807", ERROR_DAMAGED},
    {"UPDATE vault SET salt = x'00'", ERROR_DAMAGED},
    {"UPDATE vault SET salt = x''", ERROR_DAMAGED},
    {"UPDATE vault SET wrapped = substr(wrapped, 2)", ERROR_DAMAGED},
    {"UPDATE vault SET passes = 1, memory = 8", ERROR_DENIED},
    {"UPDATE vault SET wrapped = zeroblob(72)", ERROR_DENIED},
    {"UPDATE vault SET mark = zeroblob(16)", ERROR_DENIED},
};

static void hostile_files(void **state)
{
    struct db *db = make_encrypted();

    (void)state;
    db_close(db);
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        assert_ok(file_replace("x.db", made.data, made.length));
        scratch_sql("x.db", hostile[i].sql);
        db = scratch_open("x.db", DB_WRITE);
        assert_error(db_unlock(db, &right), hostile[i].error);
        assert_null(db_key(db));
        db_close(db);
    }
    assert_ok(file_replace("x.db", made.data, made.length));
    scratch_sql("x.db", "UPDATE vault SET mark = x'00'");
    assert_error(db_open("x.db", DB_WRITE, &db), ERROR_DAMAGED);
}

/* ---- memory that runs out ---- */

static enum error act_encrypt(struct db *db)
{
    return db_encrypt(db, &right, NULL, NULL);
}

static enum error act_decrypt(struct db *db)
{
    return db_decrypt(db, NULL, NULL);
}

static enum error act_read(struct db *db)
{
    struct entry entry;
    struct draft *drafts;
    size_t count;
    enum error error = db_get(db, 1, &entry);

    entry_clear(&entry);
    if (error)
        return error;
    error = db_draft_list(db, &drafts, &count);
    drafts_free(drafts, count);
    return error;
}

static enum error act_write(struct db *db)
{
    char text[] = "q7w3secrt third";
    struct entry entry = scratch_entry(text);
    enum error error = db_add(db, &entry, 0, &entry.id);

    return error ? error : db_delete(db, &entry.id, 1);
}

/* Each allocation of an act fails once: it is done wholly or not at all. */
static void survive(enum error (*act)(struct db *), struct db *db)
{
    for (int n = 1;; n++) {
        enum error error;

        allocation_fail_at(n);
        error = act(db);
        if (!allocation_failed()) {
            assert_ok(error);
            break;
        }
        allocation_fail_at(0);
        if (error) {
            assert_error(error, ERROR_NO_MEMORY);
            assert_whole(db);
        }
    }
    assert_whole(db);
}

static void without_memory(void **state)
{
    struct db *db = make_encrypted();

    (void)state;
    survive(act_read, db);
    survive(act_write, db);
    survive(act_decrypt, db);
    survive(act_encrypt, db);
    assert_false(scratch_has("q7w3"));
    db_close(db);
}

/* ---- backups ---- */

enum kind { CLEAR, ENCRYPTED, ENCRYPTED_ELSEWHERE };

static struct db *make_journal(const char *path, const char *text, enum kind kind)
{
    struct db *db = scratch_open(path, DB_CREATE);

    scratch_add(db, text);
    assert_ok(scratch_draft(db, text));
    if (kind != CLEAR)
        assert_ok(db_encrypt(db, kind == ENCRYPTED ? &right : &wrong, NULL, NULL));
    return db;
}

/* What a journal is, what the backup is, and whose passphrase opens the journal afterwards (NULL:
 * it is in clear). */
static const struct {
    enum kind journal, backup;
    const struct passphrase *after;
} restorings[] = {
    {CLEAR, CLEAR, NULL},
    {CLEAR, ENCRYPTED, &right},
    {ENCRYPTED, CLEAR, &right},
    {ENCRYPTED, ENCRYPTED_ELSEWHERE, &wrong},
};

static void restore_one(enum kind journal, enum kind backup, const struct passphrase *after)
{
    struct db *db = make_journal("x.db", "q7w3journal", journal);
    struct db *other = make_journal("other.db", "q7w3backup", backup);
    struct db_restored restored;

    assert_ok(db_backup(other, "copy", NULL, NULL));
    if (backup == ENCRYPTED_ELSEWHERE || (backup == ENCRYPTED && journal == CLEAR))
        assert_error(db_restore_copy(db, "copy", NULL, &restored), ERROR_DENIED);
    assert_ok(db_restore_copy(db, "copy", db_key(other), &restored));
    assert_int_equal(restored.messages, 1);
    assert_text(db, 1, "q7w3backup");
    assert_true(scratch_draft_is(db, "q7w3backup"));
    db_close(other);
    db_close(db);
    db = scratch_open("x.db", DB_WRITE);
    assert_int_equal(db_encrypted(db), after != NULL);
    if (after)
        assert_ok(db_unlock(db, after));
    assert_text(db, 1, "q7w3backup");
    assert_int_equal(faults_of(db), 0);
    db_close(db);
    assert_false(scratch_file_has("x.db", "q7w3journal"));
    if (after)
        assert_false(scratch_file_has("x.db", "q7w3backup"));
    assert_ok(db_destroy("x.db"));
    assert_ok(db_destroy("other.db"));
    assert_ok(db_destroy("copy"));
}

static void restoring(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof restorings / sizeof *restorings; i++)
        restore_one(restorings[i].journal, restorings[i].backup, restorings[i].after);
}

/* The passphrase was changed since: the old one stays of no use. */
static void restoring_its_own_backup(void **state)
{
    struct db *db = make_encrypted();
    struct db_restored restored;
    int64_t id = 1;

    (void)state;
    assert_ok(db_backup(db, "copy", NULL, NULL));
    assert_ok(db_change_passphrase(db, &wrong));
    assert_ok(db_delete(db, &id, 1));
    assert_ok(db_restore_copy(db, "copy", NULL, &restored));
    assert_whole(db);
    db_close(db);
    db = scratch_open("x.db", DB_READ);
    assert_error(db_unlock(db, &right), ERROR_DENIED);
    assert_ok(db_unlock(db, &wrong));
    assert_whole(db);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(there_and_back),
        scratch_test(what_is_written_later),
        scratch_test(another_passphrase),
        scratch_test(cut_off),
        scratch_test(nothing_else_changes),
        scratch_test(nobody_reads_without_the_key),
        scratch_test(others_are_told),
        scratch_test(keys_of_others),
        scratch_test(no_core_is_dumped),
        scratch_test(texts_in_the_wrong_place),
        scratch_test(every_bit_counts),
        scratch_test(a_damaged_layer),
        scratch_test(hostile_files),
        scratch_test(without_memory),
        scratch_test(restoring),
        scratch_test(restoring_its_own_backup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
