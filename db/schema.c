#include "db/internal.h"

#include <stdio.h>

/* What brings user_version n to n + 1. Never changed once released: a new one is added. */
static const char *const migration[] = {
    "CREATE TABLE message ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  created INTEGER NOT NULL," /* ms since 1970 UTC */
    "  offset INTEGER NOT NULL,"  /* minutes east of UTC */
    "  text TEXT NOT NULL,"
    "  guess TEXT," /* NULL: can't tell */
    "  probability REAL NOT NULL,"
    "  model TEXT);"
    "CREATE INDEX message_by_time ON message (created);"
    /* Append-only. Live: the newest row of its message that is not undone. Every undone row is
     * newer than every other, since a new rating removes them. */
    "CREATE TABLE rating ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,"
    "  verdict INTEGER NOT NULL CHECK (verdict IN (1, 2)),"
    "  label TEXT CHECK (label IS NULL OR verdict = 2),"
    "  undone INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX rating_by_message ON rating (message, undone);"
    "CREATE TABLE draft (id INTEGER PRIMARY KEY CHECK (id = 1), text BLOB NOT NULL);"
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    /* What was learnt from the live ratings up to `upto`: derived, and only ever a shorter way.
     * Gone as soon as one of them changes. */
    "CREATE TABLE layer (id INTEGER PRIMARY KEY CHECK (id = 1), upto INTEGER NOT NULL,"
    "  bytes BLOB NOT NULL);"
    /* Counts transactions that deleted text, and how many of them are scrubbed from the disk. */
    "CREATE TABLE purge (wanted INTEGER NOT NULL, done INTEGER NOT NULL);"
    "INSERT INTO purge VALUES (0, 0);",

    /* Grows with whatever changes what the live ratings teach. */
    "CREATE TABLE revision (ratings INTEGER NOT NULL);"
    "INSERT INTO revision SELECT count(*) FROM rating;"
    "CREATE TRIGGER rating_added AFTER INSERT ON rating"
    "  BEGIN UPDATE revision SET ratings = ratings + 1; END;"
    "CREATE TRIGGER rating_changed AFTER UPDATE ON rating"
    "  BEGIN UPDATE revision SET ratings = ratings + 1; END;"
    "CREATE TRIGGER rating_removed AFTER DELETE ON rating"
    "  BEGIN UPDATE revision SET ratings = ratings + 1; END;"
    "CREATE TRIGGER rated_changed AFTER UPDATE OF text, guess ON message"
    "  WHEN EXISTS (SELECT 1 FROM rating WHERE message = NEW.id)"
    "  BEGIN UPDATE revision SET ratings = ratings + 1; END;"
    /* The server that was joined, at most one. */
    "CREATE TABLE membership ("
    "  id INTEGER PRIMARY KEY CHECK (id = 1),"
    "  url TEXT NOT NULL,"
    "  key BLOB NOT NULL,"
    "  authority TEXT,"
    "  pins TEXT NOT NULL,"
    "  envelope TEXT NOT NULL,"
    "  sequence INTEGER NOT NULL,"
    "  joined INTEGER NOT NULL,"
    "  contacted INTEGER NOT NULL,"
    "  retry_at INTEGER NOT NULL,"
    "  tries INTEGER NOT NULL,"
    "  failure TEXT);"
    /* What was drawn for a manifest and a revision of the ratings; the lot is a round's. */
    "CREATE TABLE draw ("
    "  id INTEGER PRIMARY KEY CHECK (id = 1),"
    "  round INTEGER NOT NULL,"
    "  lot BLOB NOT NULL,"
    "  manifest BLOB NOT NULL,"
    "  revision INTEGER NOT NULL,"
    "  seed BLOB NOT NULL);"
    /* The ledger: rows are added and never removed. */
    "CREATE TABLE contribution ("
    "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  url TEXT NOT NULL,"
    "  key BLOB NOT NULL,"
    "  round INTEGER NOT NULL,"
    "  model_version INTEGER NOT NULL,"
    "  mode TEXT NOT NULL,"
    "  noise REAL NOT NULL,"
    "  votes_max INTEGER NOT NULL,"
    "  votes INTEGER NOT NULL,"
    "  length INTEGER NOT NULL,"
    "  digest BLOB NOT NULL,"
    "  created INTEGER NOT NULL,"
    "  state INTEGER NOT NULL DEFAULT 0,"
    "  finished INTEGER NOT NULL DEFAULT 0,"
    "  answer TEXT,"
    "  upto INTEGER NOT NULL,"     /* the newest rating behind it */
    "  revision INTEGER NOT NULL," /* of the ratings behind it */
    "  UNIQUE (key, round));"
    "CREATE TRIGGER ledger_kept BEFORE DELETE ON contribution"
    "  BEGIN SELECT raise(ABORT, 'the ledger never shrinks'); END;"
    "CREATE TABLE outbox ("
    "  number INTEGER PRIMARY KEY REFERENCES contribution,"
    "  id BLOB NOT NULL,"
    "  body BLOB NOT NULL);"
    /* The messages behind a report that waits. */
    "CREATE TABLE source ("
    "  message INTEGER NOT NULL,"
    "  number INTEGER NOT NULL REFERENCES outbox ON DELETE CASCADE,"
    "  PRIMARY KEY (message, number)) WITHOUT ROWID;"
    "CREATE INDEX source_by_number ON source (number);"
    /* Such a message takes the unsent report with it, and what leaves the outbox without an answer
     * was withdrawn (enum contribution_state, 4). */
    "CREATE TRIGGER source_removed AFTER DELETE ON message BEGIN"
    "  DELETE FROM outbox WHERE number IN (SELECT number FROM source WHERE message = OLD.id); END;"
    "CREATE TRIGGER source_changed AFTER UPDATE OF text, guess ON message BEGIN"
    "  DELETE FROM outbox WHERE number IN (SELECT number FROM source WHERE message = NEW.id); END;"
    "CREATE TRIGGER outbox_left AFTER DELETE ON outbox BEGIN"
    "  UPDATE contribution SET state = 4,"
    "    finished = CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
    "    WHERE number = OLD.number AND state = 0; END;",

    /* Drafts, any number of them; the one that there was is kept. */
    "ALTER TABLE draft RENAME TO earlier;"
    "CREATE TABLE draft ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  message INTEGER REFERENCES message ON DELETE SET NULL," /* that it edits; NULL: a new one */
    "  text BLOB NOT NULL,"
    "  changed INTEGER NOT NULL);" /* ms since 1970 UTC */
    "INSERT INTO draft (text, changed) SELECT text,"
    "  CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) FROM earlier;"
    "DROP TABLE earlier;"
    /* Counts the transactions that changed more than drafts and what is derived. */
    "ALTER TABLE revision ADD COLUMN acts INTEGER NOT NULL DEFAULT 0;"
    /* A row: the texts are encrypted (vault.c). */
    "CREATE TABLE vault ("
    "  id INTEGER PRIMARY KEY CHECK (id = 1),"
    "  salt BLOB NOT NULL,"      /* the passphrase's key: Argon2id of it, with this salt, */
    "  passes INTEGER NOT NULL," /* so many passes */
    "  memory INTEGER NOT NULL," /* over so many KiB */
    "  wrapped BLOB NOT NULL,"   /* the texts' key, which the passphrase's key opens */
    "  mark BLOB NOT NULL,"      /* tells the texts' key from others */
    "  sealing INTEGER NOT NULL DEFAULT 0);" /* 1: while all texts are encrypted or opened */
    /* A text that is only written in another way is the same text. */
    "DROP TRIGGER rated_changed;"
    "CREATE TRIGGER rated_changed AFTER UPDATE OF text, guess ON message"
    "  WHEN EXISTS (SELECT 1 FROM rating WHERE message = NEW.id)"
    "    AND NOT EXISTS (SELECT 1 FROM vault WHERE sealing)"
    "  BEGIN UPDATE revision SET ratings = ratings + 1; END;"
    "DROP TRIGGER source_changed;"
    "CREATE TRIGGER source_changed AFTER UPDATE OF text, guess ON message"
    "  WHEN NOT EXISTS (SELECT 1 FROM vault WHERE sealing) BEGIN"
    "  DELETE FROM outbox WHERE number IN (SELECT number FROM source WHERE message = NEW.id); END;",
};

/* How many of the tables that all migrations together make are there, and how many they are. */
#define TABLES                                                                                     \
    "('message', 'rating', 'draft', 'setting', 'layer', 'purge', 'revision', 'membership', "       \
    "'draw', 'contribution', 'outbox', 'source', 'vault')"
enum { TABLE_COUNT = 13 };

enum { VERSION = sizeof migration / sizeof migration[0] };

static enum error raise_foreign(struct db *db)
{
    return error_raise(ERROR_DAMAGED,
                       "'%s' is another program's SQLite database, not an EmoTrack journal; "
                       "nothing was changed in it",
                       db->path);
}

static enum error raise_newer(struct db *db, int64_t version)
{
    return error_raise(ERROR_VERSION,
                       "'%s' was written by a newer EmoTrack (its tables are of version %lld, this "
                       "one knows up to %d); update EmoTrack",
                       db->path, (long long)version, (int)VERSION);
}

static enum error raise_incomplete(struct db *db)
{
    return error_raise(ERROR_DAMAGED,
                       "'%s' lacks tables that a journal of version %d has; nothing was changed in "
                       "it. Put a copy in its place, or read what is left with: sqlite3 FILE .dump",
                       db->path, (int)VERSION);
}

/* What the file says of itself, of one moment. */
struct schema {
    int64_t application, version;
    int64_t objects, tables; /* all there are, and of those ours */
};

static enum error read_schema(struct db *db, struct schema *out)
{
    struct query query;
    enum error error;

    query_start(&query, db,
                "SELECT count(*), coalesce(sum(type = 'table' AND name IN " TABLES "), 0)"
                " FROM sqlite_schema");
    if (query_step(&query)) {
        out->objects = query_integer(&query, 0);
        out->tables = query_integer(&query, 1);
    }
    error = query_finish(&query);
    if (!error)
        error = db_run_integer(db, "PRAGMA application_id", &out->application);
    if (!error)
        error = db_run_integer(db, "PRAGMA user_version", &out->version);
    return error;
}

enum error schema_check(struct db *db, bool *current)
{
    struct schema schema = {0};
    enum error error, result;

    error = db_run(db, "SAVEPOINT look");
    if (error)
        return error;
    error = read_schema(db, &schema);
    result = db_run(db, "RELEASE look");
    if (error || result)
        return error ? error : result;
    if (schema.application != APPLICATION_ID &&
        (schema.application || schema.version || schema.objects))
        return raise_foreign(db);
    if (schema.version > VERSION || schema.version < 0)
        return raise_newer(db, schema.version);
    if (schema.version == VERSION && schema.tables < TABLE_COUNT)
        return raise_incomplete(db);
    *current = schema.version == VERSION;
    return ERROR_NONE;
}

static enum error migrate(struct db *db)
{
    char pragma[64];
    int64_t version;
    enum error error;
    int code = SQLITE_OK;

    error = db_run_integer(db, "PRAGMA user_version", &version);
    if (error)
        return error;
    for (int64_t i = version; i < VERSION && code == SQLITE_OK; i++)
        code = sqlite3_exec(db->handle, migration[i], NULL, NULL, NULL);
    if (code != SQLITE_OK)
        return db_raise(db, code);
    snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d", (int)APPLICATION_ID);
    error = db_run(db, pragma);
    if (error)
        return error;
    snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d", (int)VERSION);
    return db_run(db, pragma);
}

enum error schema_migrate(struct db *db)
{
    bool current;
    enum error error;

    error = db_run(db, "BEGIN IMMEDIATE");
    if (error)
        return error;
    /* Another process may have done it meanwhile. */
    error = schema_check(db, &current);
    if (!error && !current)
        error = migrate(db);
    return transaction_end(db, error);
}
