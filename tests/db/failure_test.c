#include "db/contribution.h"

#include "tests/allocation.h"
#include "tests/db/scratch.h"

/* Every allocation and every act on the disk fails in turn, once or from then on, while a journal
 * is used: each call either does its whole work or, with an error, nothing; nothing leaks (under
 * ASan), and what was acknowledged is there afterwards. */

enum { SPARSE_FROM = 60 /* from there on only some of the n are tried */ };

/* ---- what fails ---- */

static int left;      /* acts until the one that fails, itself included; <= 0: none */
static bool failed;   /* it has come to that */
static bool lasting;  /* all later ones fail too */
static bool no_shm;   /* the disk has no shared memory */
static int disk_code; /* what a write, a sync, a truncation, an opening returns when it fails */

static bool fails(void)
{
    if (failed && lasting)
        return true;
    if (left <= 0 || --left > 0)
        return false;
    failed = true;
    return true;
}

static void fail_at(int n, bool for_good)
{
    left = n;
    failed = false;
    lasting = for_good;
}

/* True if it came to the failure; none fails from now on. */
static bool stop_failing(void)
{
    bool came = failed;

    fail_at(0, false);
    return came;
}

/* ---- SQLite's memory ---- */

static sqlite3_mem_methods real_memory;
static bool memory_fails;

static void *failing_malloc(int size)
{
    return memory_fails && fails() ? NULL : real_memory.xMalloc(size);
}

static void *failing_realloc(void *old, int size)
{
    return memory_fails && fails() ? NULL : real_memory.xRealloc(old, size);
}

static void install_memory(void)
{
    sqlite3_mem_methods methods;

    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
    methods = real_memory;
    methods.xMalloc = failing_malloc;
    methods.xRealloc = failing_realloc;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}

/* ---- a disk in front of the real one ---- */

struct shim {
    sqlite3_file base;
    sqlite3_io_methods methods; /* the real file's, but for what is replaced */
    sqlite3_file *real;
};

static sqlite3_vfs *real_vfs, shim_vfs;
static bool disk_fails;

static struct shim *shim_of(sqlite3_file *file)
{
    return (struct shim *)(void *)file;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return shim_of(file)->real;
}

static int shim_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int shim_read(sqlite3_file *file, void *to, int amount, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), to, amount, at);
}

static int shim_write(sqlite3_file *file, const void *from, int amount, sqlite3_int64 at)
{
    if (disk_fails && fails())
        return disk_code;
    return real_of(file)->pMethods->xWrite(real_of(file), from, amount, at);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    if (disk_fails && fails())
        return disk_code;
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int shim_sync(sqlite3_file *file, int flags)
{
    if (disk_fails && disk_code != SQLITE_FULL && fails())
        return disk_code;
    return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int shim_lock(sqlite3_file *file, int lock)
{
    return real_of(file)->pMethods->xLock(real_of(file), lock);
}

static int shim_unlock(sqlite3_file *file, int lock)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), lock);
}

static int shim_reserved(sqlite3_file *file, int *result)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), result);
}

static int shim_control(sqlite3_file *file, int what, void *value)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), what, value);
}

static int shim_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int shim_device(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int shim_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, memory);
}

static int shim_shm_lock(sqlite3_file *file, int from, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), from, count, flags);
}

static void shim_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int shim_unmap(sqlite3_file *file, int and_delete)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), and_delete);
}

static const sqlite3_io_methods shim_methods = {
    .iVersion = 2,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_reserved,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector,
    .xDeviceCharacteristics = shim_device,
    .xShmMap = shim_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_barrier,
    .xShmUnmap = shim_unmap,
};

static int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    struct shim *shim = shim_of(file);
    int code;

    (void)vfs;
    shim->base.pMethods = NULL;
    if (disk_fails && fails())
        return SQLITE_CANTOPEN;
    shim->real = (sqlite3_file *)(void *)(shim + 1);
    code = real_vfs->xOpen(real_vfs, name, shim->real, flags, out);
    shim->methods = shim_methods;
    shim->methods.iVersion = no_shm ? 1 : 2;
    if (shim->real->pMethods)
        shim->base.pMethods = &shim->methods;
    return code;
}

static int shim_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    if (disk_fails && fails())
        return SQLITE_IOERR_DELETE;
    return real_vfs->xDelete(real_vfs, name, sync);
}

static void install_disk(void)
{
    real_vfs = sqlite3_vfs_find(NULL);
    shim_vfs = *real_vfs;
    shim_vfs.zName = "shim";
    shim_vfs.pNext = NULL;
    shim_vfs.szOsFile = (int)sizeof(struct shim) + real_vfs->szOsFile;
    shim_vfs.xOpen = shim_open;
    shim_vfs.xDelete = shim_delete;
    sqlite3_vfs_register(&shim_vfs, 1);
}

/* ---- what is done meanwhile ---- */

/* What must be true afterwards. */
struct known {
    int64_t alpha, beta, gamma; /* ids; 0: not there */
    bool edited;                /* beta */
    bool rated;                 /* beta, wrong */
    bool drafted, set;
    bool joined, frozen, sent;
};

static enum error add(struct db *db, const char *text, int64_t draft, int64_t *id)
{
    char copy[32];
    struct entry entry = scratch_entry(copy);
    int64_t added;
    enum error error;

    snprintf(copy, sizeof copy, "%s", text);
    error = db_add(db, &entry, draft, &added);
    if (!error)
        *id = added;
    return error;
}

static bool edit_beta(struct db *db, struct known *known)
{
    char text[] = "edited";
    struct entry entry = scratch_entry(text);

    entry.id = known->beta;
    entry.verdict = known->rated ? VERDICT_WRONG : VERDICT_NONE;
    return db_edit(db, &entry) == ERROR_NONE;
}

static bool join(struct db *db)
{
    static char url[] = "https://one.example", pins[] = "{}", envelope[] = "{}";
    struct membership membership = {.url = url, .pins = pins, .envelope = envelope};

    return db_membership_set(db, &membership) == ERROR_NONE;
}

static bool freeze(struct db *db)
{
    static char url[] = "https://one.example", mode[] = "trusted";
    const unsigned char id[CONTRIBUTION_ID] = {1};
    struct ledger_entry entry = {
        .url = url, .mode = mode, .round = 1, .noise = 4, .votes = 3, .length = 5};
    struct rating_state state;

    return db_rating_state(db, &state) == ERROR_NONE &&
           db_contribution_freeze(db, &entry, id, "votes", state.revision, 4) == ERROR_NONE;
}

static void write_journal(struct db *db, struct known *known)
{
    int64_t id;

    (void)!add(db, "alpha", 0, &known->alpha);
    (void)!add(db, "beta", 0, &known->beta);
    if (known->beta && db_rate(db, known->beta, VERDICT_WRONG, NULL) == ERROR_NONE)
        known->rated = true;
    if (known->rated && db_undo(db, &id) == ERROR_NONE)
        known->rated = db_redo(db, &id) == ERROR_NONE;
    known->drafted = scratch_draft(db, "gamma") == ERROR_NONE;
    if (add(db, "gamma", 1, &known->gamma) == ERROR_NONE)
        known->drafted = false;
    if (known->beta)
        known->edited = edit_beta(db, known);
    if (known->alpha && db_delete(db, &known->alpha, 1) == ERROR_NONE)
        known->alpha = 0;
    known->joined = join(db);
    known->frozen = known->joined && freeze(db);
    known->sent = known->frozen && db_outbox_finish(db, 1, CONTRIBUTION_SENT, NULL) == ERROR_NONE;
    known->set = db_setting_set(db, "theme", "dark") == ERROR_NONE;
}

static enum error ignore_entry(void *context, const struct ledger_entry *entry)
{
    (void)context;
    (void)entry;
    return ERROR_NONE;
}

static void read_contributions(struct db *db)
{
    struct membership membership;
    struct outbox_item item;
    struct ledger ledger;

    (void)!db_membership_get(db, &membership);
    membership_clear(&membership);
    (void)!db_outbox_next(db, &item);
    outbox_item_clear(&item);
    (void)!db_ledger(db, NULL, 0, &ledger);
    (void)!db_each_contribution(db, ignore_entry, NULL);
}

static void read_journal(struct db *db)
{
    struct filter filter;
    struct entry entry;
    size_t count = 0;
    int64_t *ids;
    char *value;

    if (filter_parse("\xC3\xA9 x", 4, 0, &filter) == ERROR_NONE) {
        (void)!db_each(db, &filter, DB_OLDEST_FIRST, 0, scratch_count, &count);
        filter_clear(&filter);
    }
    (void)!db_find(db, &filter, &(struct search){.order = DB_OLDEST_FIRST}, &ids, &count);
    free(ids);
    (void)!db_each_rating(db, NULL, scratch_count, &count);
    (void)!db_each_mood(db, scratch_count_mood, scratch_count_rating, &count);
    (void)!db_get(db, 1, &entry);
    entry_clear(&entry);
    (void)!db_setting_get(db, "theme", &value);
    free(value);
    read_contributions(db);
}

static void check_contributions(struct db *db, const struct known *known)
{
    struct ledger ledger;

    assert_ok(db_ledger(db, NULL, 0, &ledger));
    assert_int_equal(ledger.spent, known->frozen);
    assert_int_equal(ledger.waiting, known->frozen && !known->sent);
}

static void check_journal(const struct known *known)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    char *theme;

    assert_int_equal(scratch_matches(db, "alpha"), known->alpha != 0);
    assert_int_equal(scratch_matches(db, "beta"), known->beta && !known->edited);
    assert_int_equal(scratch_matches(db, "edited"), known->edited);
    assert_int_equal(scratch_matches(db, "gamma"), known->gamma != 0);
    assert_int_equal(scratch_matches(db, "wrong"), known->rated);
    assert_true(scratch_draft_is(db, known->drafted ? "gamma" : NULL));
    assert_ok(db_setting_get(db, "theme", &theme));
    assert_int_equal(theme != NULL, known->set);
    free(theme);
    check_contributions(db, known);
    db_close(db);
    assert_true(scratch_intact("x.db"));
    if (!known->alpha)
        assert_false(scratch_has("alpha"));
}

/* What a disk that fails for good may leave: an act that was written but not acknowledged, since
 * its sync failed, is found when the WAL is recovered. What was acknowledged is there. */
static void check_acknowledged(const struct known *known)
{
    struct db *db = scratch_open("x.db", DB_CREATE);
    char *theme;

    if (known->beta)
        assert_int_equal(scratch_matches(db, "edited") + scratch_matches(db, "beta"), 1);
    if (known->edited)
        assert_int_equal(scratch_matches(db, "edited"), 1);
    if (known->gamma)
        assert_int_equal(scratch_matches(db, "gamma"), 1);
    assert_ok(db_setting_get(db, "theme", &theme));
    assert_true(theme || !known->set);
    free(theme);
    db_close(db);
    assert_true(scratch_intact("x.db"));
}

static void use_journal(struct known *known)
{
    struct db *db;

    *known = (struct known){0};
    if (db_open("x.db", DB_CREATE, &db) == ERROR_NONE) {
        write_journal(db, known);
        read_journal(db);
    }
    db_close(db);
    if (db_open("x.db", DB_READ, &db) == ERROR_NONE)
        read_journal(db);
    db_close(db);
}

/* n upward, in larger steps later, until nothing fails any more. */
static void fail_each(bool *what, bool for_good)
{
    struct known known;
    bool came = true;

    for (int n = 1; came; n += n < SPARSE_FROM ? 1 : 1 + n / 40) {
        *what = true;
        fail_at(n, for_good);
        use_journal(&known);
        came = stop_failing();
        *what = false;
        if (for_good && disk_code == SQLITE_IOERR_FSYNC)
            check_acknowledged(&known);
        else
            check_journal(&known);
        assert_ok(db_destroy("x.db"));
    }
    assert_true(known.beta && known.edited && known.rated && known.set && !known.alpha);
    assert_true(known.joined && known.frozen && known.sent);
}

static void memory_once(void **state)
{
    (void)state;
    fail_each(&memory_fails, false);
}

static void memory_for_good(void **state)
{
    (void)state;
    fail_each(&memory_fails, true);
}

static void disk_once(void **state)
{
    (void)state;
    disk_code = SQLITE_IOERR_WRITE;
    fail_each(&disk_fails, false);
}

static void disk_for_good(void **state)
{
    (void)state;
    disk_code = SQLITE_IOERR_FSYNC;
    fail_each(&disk_fails, true);
    disk_code = SQLITE_OK;
}

static void disk_full(void **state)
{
    (void)state;
    disk_code = SQLITE_FULL;
    fail_each(&disk_fails, true);
}

static void disk_without_shared_memory(void **state)
{
    struct known known;
    struct db *db;

    (void)state;
    no_shm = true;
    db = scratch_open("x.db", DB_CREATE);
    assert_non_null(db_notice(db));
    assert_non_null(strstr(db_notice(db), "network disk"));
    db_close(db);
    use_journal(&known);
    check_journal(&known);
    assert_int_equal(scratch_sql("x.db", "SELECT journal_mode = 'delete' FROM"
                                         " pragma_journal_mode"),
                     1);
    disk_code = SQLITE_FULL;
    assert_ok(db_destroy("x.db"));
    fail_each(&disk_fails, true);
    no_shm = false;
}

/* Our own allocations. */
static void own_memory(void **state)
{
    struct known known;
    bool came = true;

    (void)state;
    for (int n = 1; came; n++) {
        allocation_fail_at(n);
        use_journal(&known);
        came = allocation_failed();
        check_journal(&known);
        assert_ok(db_destroy("x.db"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(memory_once), scratch_test(memory_for_good),
        scratch_test(disk_once),   scratch_test(disk_for_good),
        scratch_test(disk_full),   scratch_test(disk_without_shared_memory),
        scratch_test(own_memory),
    };

    install_memory();
    install_disk();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
