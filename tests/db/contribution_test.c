#include "db/contribution.h"

#include "tests/allocation.h"
#include "tests/db/scratch.h"

#include <math.h>

/* ---- a server, a contribution ---- */

#define URL   "https://one.example"
#define OTHER "https://two.example"
#define MARK  "the-votes-of-nobody-else"

static struct membership a_membership(const char *url, uint64_t sequence)
{
    static char pins[] = "{}", envelope[] = "{\"manifest\":1}";
    static char place[64];
    struct membership membership = {
        .url = place, .pins = pins, .envelope = envelope, .sequence = sequence, .joined = 17};

    snprintf(place, sizeof place, "%s", url);
    memset(membership.key, 7, sizeof membership.key);
    return membership;
}

static void join(struct db *db, const char *url)
{
    struct membership membership = a_membership(url, 5);

    assert_ok(db_membership_set(db, &membership));
}

static struct rating_state state_of(struct db *db)
{
    struct rating_state state;

    assert_ok(db_rating_state(db, &state));
    return state;
}

static struct ledger ledger_of(struct db *db, uint64_t round)
{
    unsigned char key[CONTRIBUTION_KEY] = {9};
    struct ledger ledger;

    assert_ok(db_ledger(db, key, round, &ledger));
    return ledger;
}

static enum error freeze(struct db *db, const char *url, uint64_t round, uint64_t revision,
                         uint32_t cap, int64_t *number)
{
    static char mode[] = "trusted";
    unsigned char id[CONTRIBUTION_ID] = {1, 2, 3};
    char place[64];
    struct ledger_entry entry = {
        .url = place,
        .key = {9},
        .round = round,
        .model_version = 3,
        .mode = mode,
        .noise = 4,
        .votes_max = 64,
        .votes = 12,
        .length = sizeof MARK,
        .digest = {5},
    };
    enum error error;

    snprintf(place, sizeof place, "%s", url);
    error = db_contribution_freeze(db, &entry, id, MARK, revision, cap);
    if (number)
        *number = entry.number;
    return error;
}

static int64_t freeze_now(struct db *db, uint64_t round)
{
    int64_t number;

    assert_ok(freeze(db, URL, round, state_of(db).revision, 100, &number));
    return number;
}

/* The state of the newest contribution. */
static enum error take_first(void *context, const struct ledger_entry *entry)
{
    *(enum contribution_state *)context = entry->state;
    assert_true((entry->finished == 0) == (entry->state == CONTRIBUTION_WAITING));
    return ERROR_CANCELLED;
}

static enum contribution_state newest_state(struct db *db)
{
    enum contribution_state state = CONTRIBUTION_WAITING;

    assert_error(db_each_contribution(db, take_first, &state), ERROR_CANCELLED);
    return state;
}

static struct db *open_with(int messages, int rated)
{
    struct db *db = scratch_open("x.db", DB_CREATE);

    for (int i = 1; i <= messages; i++) {
        int64_t id = scratch_add(db, "hello there");

        assert_int_equal(id, i);
        if (i <= rated)
            assert_ok(db_rate(db, id, VERDICT_RIGHT, NULL));
    }
    return db;
}

/* ---- the tables ---- */

static const char version_one[] =
    "CREATE TABLE message (id INTEGER PRIMARY KEY AUTOINCREMENT, created INTEGER NOT NULL,"
    "  offset INTEGER NOT NULL, text TEXT NOT NULL, guess TEXT, probability REAL NOT NULL,"
    "  model TEXT);"
    "CREATE INDEX message_by_time ON message (created);"
    "CREATE TABLE rating (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,"
    "  verdict INTEGER NOT NULL CHECK (verdict IN (1, 2)),"
    "  label TEXT CHECK (label IS NULL OR verdict = 2), undone INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX rating_by_message ON rating (message, undone);"
    "CREATE TABLE draft (id INTEGER PRIMARY KEY CHECK (id = 1), text BLOB NOT NULL);"
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE layer (id INTEGER PRIMARY KEY CHECK (id = 1), upto INTEGER NOT NULL,"
    "  bytes BLOB NOT NULL);"
    "CREATE TABLE purge (wanted INTEGER NOT NULL, done INTEGER NOT NULL);"
    "INSERT INTO purge VALUES (0, 0);"
    "INSERT INTO message VALUES (1, 1, 0, 'one', 'joy', 0.5, 'm1'), (2, 2, 0, 'two', NULL, 0.1,"
    "  'm1'), (3, 3, 0, 'three', 'fear', 0.9, 'm1');"
    "INSERT INTO rating VALUES (1, 1, 1, NULL, 0), (2, 2, 2, 'joy', 0), (3, 1, 2, 'fear', 0),"
    "  (4, 3, 1, NULL, 1);"
    "INSERT INTO draft VALUES (1, 'half a');"
    "PRAGMA application_id = 1164799828; PRAGMA user_version = 1;";

static void check_migrated(enum db_mode mode)
{
    struct db *db = scratch_open("x.db", mode);
    struct rating_state state = state_of(db);
    struct entry entry;
    size_t count;

    assert_int_equal(state.live, 2);
    assert_int_equal(state.fresh, 2);
    assert_true(state.changed && state.revision > 0);
    assert_int_equal(scratch_matches(db, ""), 3);
    assert_ok(db_rating_count(db, &count));
    assert_int_equal(count, 2);
    assert_ok(db_get(db, 1, &entry));
    assert_string_equal(entry.label, "fear");
    entry_clear(&entry);
    assert_int_equal(ledger_of(db, 1).spent, 0);
    assert_true(scratch_draft_is(db, "half a"));
    db_close(db);
}

static void version_one_is_brought_up_to_date(void **state)
{
    (void)state;
    scratch_sql("x.db", version_one);
    check_migrated(DB_READ);
    assert_int_equal(scratch_sql("x.db", "PRAGMA user_version"), 1);
    check_migrated(DB_WRITE);
    assert_int_equal(scratch_sql("x.db", "PRAGMA user_version"), 3);
    check_migrated(DB_WRITE);
    assert_true(scratch_intact("x.db"));
}

/* ---- the joined server ---- */

static void nobody_is_joined_at_first(void **state)
{
    struct membership membership = a_membership(URL, 1);
    struct db *db = open_with(0, 0);
    struct outbox_item item;
    size_t count;

    (void)state;
    assert_error(db_membership_advance(db, &membership), ERROR_NOT_FOUND);
    assert_ok(db_membership_note(db, &membership));
    assert_error(db_membership_get(db, &membership), ERROR_NOT_FOUND);
    assert_null(membership.url);
    assert_error(db_membership_remove(db), ERROR_NOT_FOUND);
    assert_error(db_outbox_next(db, &item), ERROR_NOT_FOUND);
    assert_ok(db_outbox_count(db, &count));
    assert_int_equal(count, 0);
    assert_false(state_of(db).changed);
    assert_error(freeze(db, URL, 1, 0, 10, NULL), ERROR_NOT_FOUND);
    db_close(db);
}

static void one_server_at_a_time(void **state)
{
    struct membership membership = a_membership(URL, 5), stored;
    struct db *db = open_with(0, 0);
    char authority[] = "-----BEGIN", failure[] = "it failed";

    (void)state;
    membership.authority = authority;
    membership.failure = failure;
    membership.tries = 3;
    membership.retry_at = 99;
    membership.contacted = 98;
    assert_ok(db_membership_set(db, &membership));
    assert_ok(db_membership_get(db, &stored));
    assert_string_equal(stored.url, URL);
    assert_string_equal(stored.authority, authority);
    assert_string_equal(stored.pins, "{}");
    assert_string_equal(stored.envelope, "{\"manifest\":1}");
    assert_string_equal(stored.failure, failure);
    assert_memory_equal(stored.key, membership.key, sizeof stored.key);
    assert_int_equal(stored.sequence, 5);
    assert_int_equal(stored.tries, 3);
    assert_int_equal(stored.retry_at, 99);
    assert_int_equal(stored.contacted, 98);
    assert_int_equal(stored.joined, 17);
    membership_clear(&stored);
    membership = a_membership(OTHER, 9);
    assert_error(db_membership_set(db, &membership), ERROR_EXISTS);
    membership = a_membership(URL, 6);
    assert_ok(db_membership_set(db, &membership));
    assert_ok(db_membership_remove(db));
    membership = a_membership(OTHER, 9);
    assert_ok(db_membership_set(db, &membership));
    db_close(db);
}

/* A process that was slower than another takes nothing back. */
static void an_older_manifest_changes_nothing(void **state)
{
    struct membership membership, stored;
    struct db *db = open_with(0, 0);
    char newer[] = "newer", older[] = "older";

    (void)state;
    join(db, URL);
    membership = a_membership(URL, 8);
    membership.envelope = newer;
    membership.key[0] = 1;
    assert_ok(db_membership_advance(db, &membership));
    membership.sequence = 7;
    membership.envelope = older;
    assert_error(db_membership_advance(db, &membership), ERROR_BUSY);
    assert_error(db_membership_set(db, &membership), ERROR_BUSY);
    membership = a_membership(OTHER, 9);
    assert_error(db_membership_advance(db, &membership), ERROR_NOT_FOUND);
    assert_ok(db_membership_note(db, &membership));
    assert_ok(db_membership_get(db, &stored));
    assert_string_equal(stored.url, URL);
    assert_string_equal(stored.envelope, newer);
    assert_int_equal(stored.sequence, 8);
    assert_int_equal(stored.key[0], 1);
    assert_int_equal(stored.joined, 17);
    membership_clear(&stored);
    db_close(db);
}

/* ---- the revision of the ratings ---- */

static void edit(struct db *db, int64_t id, enum verdict verdict)
{
    char text[] = "other words";
    struct entry entry = scratch_entry(text);

    entry.id = id;
    entry.verdict = verdict;
    assert_ok(db_edit(db, &entry));
}

static void act_rate(struct db *db)
{
    assert_ok(db_rate(db, 3, VERDICT_RIGHT, NULL));
}

static void act_rate_again(struct db *db)
{
    assert_ok(db_rate(db, 1, VERDICT_WRONG, "fear"));
}

static void act_undo(struct db *db)
{
    int64_t id;

    assert_ok(db_undo(db, &id));
}

static void act_undo_and_redo(struct db *db)
{
    int64_t id;

    assert_ok(db_undo(db, &id));
    assert_ok(db_redo(db, &id));
}

static void act_edit_rated(struct db *db)
{
    edit(db, 1, VERDICT_RIGHT);
}

static void act_delete_rated(struct db *db)
{
    const int64_t id = 2;

    assert_ok(db_delete(db, &id, 1));
}

static void act_delete_all(struct db *db)
{
    size_t count;

    assert_ok(db_delete_all(db, &count));
}

static void act_add(struct db *db)
{
    scratch_add(db, "more");
}

static void act_edit_unrated(struct db *db)
{
    edit(db, 4, VERDICT_NONE);
}

static void act_delete_unrated(struct db *db)
{
    const int64_t id = 4;

    assert_ok(db_delete(db, &id, 1));
}

static void act_draft(struct db *db)
{
    assert_ok(scratch_draft(db, "x"));
}

static void act_setting(struct db *db)
{
    assert_ok(db_setting_set(db, "name", "value"));
}

static void act_layer(struct db *db)
{
    assert_ok(db_layer_save(db, "layer", 5));
}

static const struct {
    const char *name;
    void (*run)(struct db *db);
    bool counts;
} acts[] = {
    {"a rating", act_rate, true},
    {"another rating of the same message", act_rate_again, true},
    {"undo", act_undo, true},
    {"undo and redo", act_undo_and_redo, true},
    {"editing a rated message", act_edit_rated, true},
    {"deleting a rated message", act_delete_rated, true},
    {"deleting all", act_delete_all, true},
    {"a message", act_add, false},
    {"editing a message that was never rated", act_edit_unrated, false},
    {"deleting a message that was never rated", act_delete_unrated, false},
    {"a draft", act_draft, false},
    {"a setting", act_setting, false},
    {"the saved layer", act_layer, false},
};

static void whatever_changes_a_rating_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        struct db *db = open_with(4, 2);
        uint64_t before = state_of(db).revision;

        acts[i].run(db);
        if ((state_of(db).revision > before) != acts[i].counts)
            fail_msg("%s: %s", acts[i].name, acts[i].counts ? "is not counted" : "is counted");
        db_close(db);
        assert_ok(db_destroy("x.db"));
    }
}

/* Fresh: newer than the last contribution to the joined server. */
static void ratings_are_fresh_until_they_are_contributed(void **state)
{
    struct db *db = open_with(5, 3);
    int64_t number;

    (void)state;
    join(db, URL);
    assert_int_equal(state_of(db).fresh, 3);
    assert_true(state_of(db).changed);
    number = freeze_now(db, 1);
    assert_int_equal(state_of(db).fresh, 0);
    assert_false(state_of(db).changed);
    assert_ok(db_rate(db, 4, VERDICT_RIGHT, NULL));
    assert_ok(db_rate(db, 1, VERDICT_WRONG, "fear"));
    assert_int_equal(state_of(db).live, 4);
    assert_int_equal(state_of(db).fresh, 2);
    assert_true(state_of(db).changed);
    assert_ok(db_outbox_finish(db, number, CONTRIBUTION_SENT, NULL));
    number = freeze_now(db, 2);
    assert_false(state_of(db).changed);
    /* What never came to be counted may be contributed again. */
    assert_ok(db_outbox_finish(db, number, CONTRIBUTION_CLOSED, "too late"));
    assert_true(state_of(db).changed);
    assert_int_equal(state_of(db).fresh, 0);
    assert_ok(db_membership_remove(db));
    join(db, OTHER);
    assert_int_equal(state_of(db).fresh, 4);
    assert_true(state_of(db).changed);
    db_close(db);
}

/* ---- the draw ---- */

static struct draw fresh_draw(uint64_t round, unsigned char manifest, uint64_t revision)
{
    static unsigned char next;
    struct draw draw = {.round = round, .manifest_hash = {manifest}, .revision = revision};

    memset(draw.seed, ++next, sizeof draw.seed);
    memset(draw.lot, ++next, sizeof draw.lot);
    return draw;
}

static const struct {
    const char *name;
    uint64_t round;
    unsigned char manifest;
    uint64_t revision;
    bool same_lot, same_seed;
} draws[] = {
    {"the same again", 3, 1, 7, true, true},
    {"other ratings", 3, 1, 8, true, false},
    {"another manifest of the round", 3, 2, 7, true, false},
    {"another round", 4, 1, 7, false, false},
    {"another round of another manifest", 4, 2, 7, false, false},
    {"an older round", 2, 1, 7, false, false},
};

static void what_is_drawn_stays_drawn(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof draws / sizeof *draws; i++)
        for (int keep = 0; keep < 2; keep++) {
            struct draw first = fresh_draw(3, 1, 7), fresh, out, again;
            struct db *db = open_with(0, 0);

            assert_ok(db_draw(db, &first, true, &out));
            assert_memory_equal(&out, &first, sizeof out);
            fresh = fresh_draw(draws[i].round, draws[i].manifest, draws[i].revision);
            assert_ok(db_draw(db, &fresh, keep, &out));
            if ((memcmp(out.lot, first.lot, sizeof out.lot) == 0) != draws[i].same_lot ||
                (memcmp(out.seed, first.seed, sizeof out.seed) == 0) != draws[i].same_seed)
                fail_msg("%s", draws[i].name);
            assert_int_equal(out.round, draws[i].round);
            fresh = fresh_draw(3, 1, 7);
            assert_ok(db_draw(db, &fresh, true, &again));
            if (!keep)
                assert_memory_equal(&again, &first, sizeof again);
            db_close(db);
            assert_ok(db_destroy("x.db"));
        }
}

static void leaving_and_joining_draw_no_second_lot(void **state)
{
    struct draw first = fresh_draw(3, 1, 7), fresh = fresh_draw(3, 1, 7), out;
    struct db *db = open_with(0, 0);

    (void)state;
    join(db, URL);
    assert_ok(db_draw(db, &first, true, &out));
    assert_ok(db_membership_remove(db));
    join(db, URL);
    assert_ok(db_draw(db, &fresh, true, &out));
    assert_memory_equal(out.lot, first.lot, sizeof out.lot);
    assert_memory_equal(out.seed, fresh.seed, sizeof out.seed);
    db_close(db);
}

static void a_draw_that_is_not_kept_leaves_nothing(void **state)
{
    struct draw fresh = fresh_draw(3, 1, 7), out;
    struct db *db = open_with(0, 0);

    (void)state;
    assert_ok(db_draw(db, &fresh, false, &out));
    assert_memory_equal(&out, &fresh, sizeof out);
    db_close(db);
    assert_int_equal(scratch_sql("x.db", "SELECT count(*) FROM draw"), 0);
}

/* ---- freezing ---- */

static enum error note_entry(void *context, const struct ledger_entry *entry)
{
    int64_t *expected = context;

    assert_int_equal(entry->number, (*expected)--);
    assert_string_equal(entry->url, URL);
    assert_string_equal(entry->mode, "trusted");
    assert_int_equal(entry->key[0], 9);
    assert_int_equal(entry->digest[0], 5);
    assert_int_equal(entry->model_version, 3);
    assert_int_equal(entry->votes, 12);
    assert_int_equal(entry->votes_max, 64);
    assert_int_equal(entry->length, sizeof MARK);
    assert_true(entry->created > 0);
    return ERROR_NONE;
}

static void what_is_frozen_waits_as_it_is(void **state)
{
    struct db *db = open_with(3, 3);
    struct outbox_item item;
    int64_t newest;

    (void)state;
    join(db, URL);
    assert_int_equal(freeze_now(db, 4), 1);
    assert_int_equal(freeze_now(db, 5), 2);
    db_close(db);
    db = scratch_open("x.db", DB_WRITE);
    assert_ok(db_outbox_next(db, &item));
    assert_int_equal(item.number, 1);
    assert_int_equal(item.round, 4);
    assert_int_equal(item.id[2], 3);
    assert_int_equal(item.body.length, sizeof MARK);
    assert_memory_equal(item.body.data, MARK, sizeof MARK);
    outbox_item_clear(&item);
    newest = 2;
    assert_ok(db_each_contribution(db, note_entry, &newest));
    assert_int_equal(newest, 0);
    assert_int_equal(ledger_of(db, 4).waiting, 2);
    assert_true(ledger_of(db, 4).round_done);
    assert_false(ledger_of(db, 6).round_done);
    db_close(db);
}

static const struct {
    const char *name;
    const char *url;
    uint64_t round;
    int revision; /* added to the present one */
    uint32_t cap;
    enum error error;
} freezes[] = {
    {"the next round", URL, 2, 0, 2, ERROR_NONE},
    {"the same round again", URL, 1, 0, 2, ERROR_EXISTS},
    {"over the cap", URL, 2, 0, 1, ERROR_DENIED},
    {"a cap of nothing", URL, 2, 0, 0, ERROR_DENIED},
    {"ratings that were", URL, 2, -1, 2, ERROR_BUSY},
    {"ratings that will be", URL, 2, 1, 2, ERROR_BUSY},
    {"a server that is not joined", OTHER, 2, 0, 2, ERROR_NOT_FOUND},
};

static void only_what_may_be_spent_is_frozen(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof freezes / sizeof *freezes; i++) {
        struct db *db = open_with(3, 3);
        size_t spent = freezes[i].error ? 1 : 2;
        uint64_t revision;
        enum error error;

        join(db, URL);
        freeze_now(db, 1);
        revision = state_of(db).revision + (uint64_t)(int64_t)freezes[i].revision;
        error = freeze(db, freezes[i].url, freezes[i].round, revision, freezes[i].cap, NULL);
        if (error != freezes[i].error)
            fail_msg("%s: %d", freezes[i].name, (int)error);
        assert_int_equal(ledger_of(db, 1).spent, spent);
        assert_int_equal(ledger_of(db, 1).waiting, spent);
        db_close(db);
        assert_ok(db_destroy("x.db"));
    }
}

static void the_ledger_never_shrinks(void **state)
{
    struct db *db = open_with(3, 3);
    sqlite3 *handle;
    size_t count;

    (void)state;
    join(db, URL);
    assert_ok(db_outbox_finish(db, freeze_now(db, 1), CONTRIBUTION_SENT, NULL));
    freeze_now(db, 2);
    assert_ok(db_delete_all(db, &count));
    assert_ok(db_membership_remove(db));
    join(db, OTHER);
    assert_error(freeze(db, OTHER, 3, state_of(db).revision, 2, NULL), ERROR_DENIED);
    assert_ok(db_membership_remove(db));
    db_close(db);
    assert_int_equal(sqlite3_open("x.db", &handle), SQLITE_OK);
    assert_int_not_equal(sqlite3_exec(handle, "DELETE FROM contribution", NULL, NULL, NULL),
                         SQLITE_OK);
    sqlite3_close(handle);
    assert_ok(db_rename("x.db", "y.db"));
    db = scratch_open("y.db", DB_WRITE);
    assert_int_equal(ledger_of(db, 2).spent, 2);
    assert_int_equal(ledger_of(db, 2).waiting, 0);
    assert_true(ledger_of(db, 2).round_done);
    assert_true(fabs(ledger_of(db, 2).rho - 2 / (2 * 16.0)) < 1e-12);
    db_close(db);
    scratch_sql("y.db", "UPDATE contribution SET noise = 0 WHERE number = 1");
    db = scratch_open("y.db", DB_READ);
    assert_true(isinf(ledger_of(db, 2).rho));
    db_close(db);
}

/* ---- withdrawing ---- */

static void delete_one(struct db *db, int64_t id)
{
    assert_ok(db_delete(db, &id, 1));
}

static void leave(struct db *db)
{
    assert_ok(db_membership_remove(db));
}

static void delete_first(struct db *db)
{
    delete_one(db, 1);
}

static void edit_first(struct db *db)
{
    edit(db, 1, VERDICT_RIGHT);
}

static void edit_first_away(struct db *db)
{
    edit(db, 1, VERDICT_NONE);
}

/* Its rating is gone by then, but it was behind the report. */
static void delete_undone(struct db *db)
{
    int64_t id;

    assert_ok(db_undo(db, &id));
    assert_int_equal(id, 2);
    assert_ok(db_rate(db, 3, VERDICT_RIGHT, NULL));
    delete_one(db, 2);
}

static void delete_rated_later(struct db *db)
{
    assert_ok(db_rate(db, 3, VERDICT_RIGHT, NULL));
    delete_one(db, 3);
}

static const struct {
    const char *name;
    void (*run)(struct db *db);
    bool withdraws;
} withdrawals[] = {
    {"deleting a message behind it", delete_first, true},
    {"editing one", edit_first, true},
    {"editing one so that its rating goes", edit_first_away, true},
    {"deleting one whose rating was undone since", delete_undone, true},
    {"deleting all", act_delete_all, true},
    {"leaving", leave, true},
    {"deleting a message that was rated later", delete_rated_later, false},
    {"deleting one that was never rated", act_delete_unrated, false},
    {"editing one that was never rated", act_edit_unrated, false},
    {"a new rating", act_rate, false},
    {"undo", act_undo, false},
    {"a rating of another kind", act_rate_again, false},
};

static void a_message_takes_the_unsent_report_with_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof withdrawals / sizeof *withdrawals; i++) {
        bool withdraws = withdrawals[i].withdraws;
        struct db *db = open_with(4, 2);

        join(db, URL);
        freeze_now(db, 1);
        assert_true(scratch_has(MARK));
        withdrawals[i].run(db);
        if ((newest_state(db) == CONTRIBUTION_WITHDRAWN) != withdraws ||
            (ledger_of(db, 1).waiting == 0) != withdraws)
            fail_msg("%s", withdrawals[i].name);
        assert_int_equal(ledger_of(db, 1).spent, 1);
        assert_int_equal(scratch_has(MARK), !withdraws);
        db_close(db);
        assert_int_equal(scratch_sql("x.db", "SELECT count(*) FROM source"), withdraws ? 0 : 2);
        assert_ok(db_destroy("x.db"));
    }
}

static const enum contribution_state ends[] = {CONTRIBUTION_SENT, CONTRIBUTION_CLOSED,
                                               CONTRIBUTION_REFUSED};

static void an_answer_ends_the_waiting(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct db *db = open_with(2, 2);
        int64_t number;

        join(db, URL);
        number = freeze_now(db, 1);
        assert_ok(db_outbox_finish(db, number, ends[i], "because"));
        assert_int_equal(newest_state(db), ends[i]);
        assert_int_equal(ledger_of(db, 1).waiting, 0);
        assert_false(scratch_has(MARK));
        /* Another process comes later, and a message goes: what was said stays said. */
        assert_ok(db_outbox_finish(db, number, CONTRIBUTION_REFUSED, NULL));
        delete_one(db, 1);
        assert_int_equal(newest_state(db), ends[i]);
        db_close(db);
        assert_int_equal(
            scratch_sql("x.db", "SELECT count(*) FROM contribution WHERE answer = 'because'"), 1);
        assert_ok(db_destroy("x.db"));
    }
}

/* The server had it while the message went: the log says what is true. */
static void what_was_acknowledged_was_sent(void **state)
{
    struct db *db = open_with(2, 2);
    int64_t number;

    (void)state;
    join(db, URL);
    number = freeze_now(db, 1);
    delete_one(db, 1);
    assert_ok(db_outbox_finish(db, number, CONTRIBUTION_CLOSED, NULL));
    assert_int_equal(newest_state(db), CONTRIBUTION_WITHDRAWN);
    assert_ok(db_outbox_finish(db, number, CONTRIBUTION_SENT, NULL));
    assert_int_equal(newest_state(db), CONTRIBUTION_SENT);
    db_close(db);
}

/* ---- two connections, too little memory ---- */

static void two_cannot_spend_one_round(void **state)
{
    struct db *db = open_with(2, 2), *other;
    uint64_t revision;

    (void)state;
    join(db, URL);
    other = scratch_open("x.db", DB_WRITE);
    revision = state_of(other).revision;
    freeze_now(db, 1);
    assert_error(freeze(other, URL, 1, revision, 10, NULL), ERROR_EXISTS);
    assert_error(freeze(other, URL, 2, revision, 1, NULL), ERROR_DENIED);
    assert_ok(db_rate(db, 1, VERDICT_WRONG, NULL));
    assert_error(freeze(other, URL, 2, revision, 10, NULL), ERROR_BUSY);
    assert_int_equal(ledger_of(other, 1).spent, 1);
    db_close(other);
    db_close(db);
}

static void too_little_memory_changes_nothing(void **state)
{
    struct db *db = open_with(2, 2);

    (void)state;
    join(db, URL);
    freeze_now(db, 1);
    for (int n = 1;; n++) {
        struct membership membership;
        struct outbox_item item = {0};
        int64_t newest = 1;
        enum error error;

        allocation_fail_at(n);
        error = db_membership_get(db, &membership);
        if (!error)
            error = db_outbox_next(db, &item);
        if (!error)
            error = db_each_contribution(db, note_entry, &newest);
        membership_clear(&membership);
        outbox_item_clear(&item);
        if (!allocation_failed()) {
            assert_ok(error);
            break;
        }
        assert_error(error, ERROR_NO_MEMORY);
    }
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(version_one_is_brought_up_to_date),
        scratch_test(nobody_is_joined_at_first),
        scratch_test(one_server_at_a_time),
        scratch_test(an_older_manifest_changes_nothing),
        scratch_test(whatever_changes_a_rating_counts),
        scratch_test(ratings_are_fresh_until_they_are_contributed),
        scratch_test(what_is_drawn_stays_drawn),
        scratch_test(leaving_and_joining_draw_no_second_lot),
        scratch_test(a_draw_that_is_not_kept_leaves_nothing),
        scratch_test(what_is_frozen_waits_as_it_is),
        scratch_test(only_what_may_be_spent_is_frozen),
        scratch_test(the_ledger_never_shrinks),
        scratch_test(a_message_takes_the_unsent_report_with_it),
        scratch_test(an_answer_ends_the_waiting),
        scratch_test(what_was_acknowledged_was_sent),
        scratch_test(two_cannot_spend_one_round),
        scratch_test(too_little_memory_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
