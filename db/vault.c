#include "db/vault.h"

#include "base/bytes.h"
#include "db/internal.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum { PLACE_MAX = 24 /* bytes */ };

_Static_assert(VAULT_NONCE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES &&
                   VAULT_TAG == crypto_aead_xchacha20poly1305_ietf_ABYTES &&
                   DB_KEY == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
               "XChaCha20-Poly1305");

/* ---- one value ---- */

/* What a value is bound to. */
struct place {
    unsigned char bytes[PLACE_MAX];
    size_t length;
};

static struct place place_of(const char *table, int64_t id)
{
    struct place place = {.length = strlen(table)};

    assert(place.length + 8 <= sizeof place.bytes);
    memcpy(place.bytes, table, place.length);
    bytes_put_u64(place.bytes + place.length, (uint64_t)id);
    place.length += 8;
    return place;
}

/* Writes length + VAULT_NONCE + VAULT_TAG bytes. */
static void seal(const unsigned char *key, const struct place *place, const void *text,
                 size_t length, unsigned char *out)
{
    randombytes_buf(out, VAULT_NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + VAULT_NONCE, NULL, text, length, place->bytes,
                                               place->length, NULL, out, key);
}

static bool unseal(const unsigned char *key, const struct place *place, const unsigned char *sealed,
                   size_t length, unsigned char *out)
{
    return length >= VAULT_NONCE + VAULT_TAG &&
           crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed + VAULT_NONCE,
                                                      length - VAULT_NONCE, place->bytes,
                                                      place->length, sealed, key) == 0;
}

bool vault_open(struct db *db, const char *table, int64_t id, char *bytes, size_t *length)
{
    unsigned char *sealed = (unsigned char *)bytes;
    struct place place = place_of(table, id);

    if (!db->vault.sealed)
        return true;
    if (!db->vault.key || !unseal(db->vault.key, &place, sealed, *length, sealed + VAULT_NONCE))
        return false;
    *length -= VAULT_NONCE + VAULT_TAG;
    memmove(sealed, sealed + VAULT_NONCE, *length);
    return true;
}

/* ---- values in SQL ---- */

static struct place place_in(sqlite3_value **values)
{
    return place_of((const char *)sqlite3_value_text(values[0]), sqlite3_value_int64(values[1]));
}

static void seal_value(sqlite3_context *context, int count, sqlite3_value **values)
{
    const struct vault *vault = &((struct db *)sqlite3_user_data(context))->vault;
    const void *text = sqlite3_value_blob(values[2]);
    size_t length = (size_t)sqlite3_value_bytes(values[2]);
    struct place place = place_in(values);
    unsigned char *sealed;

    (void)count;
    if (!vault->sealed) {
        sqlite3_result_value(context, values[2]);
        return;
    }
    if (!vault->key) {
        sqlite3_result_error_code(context, SQLITE_AUTH);
        return;
    }
    sealed = malloc(length + VAULT_NONCE + VAULT_TAG);
    if (!sealed) {
        sqlite3_result_error_nomem(context);
        return;
    }
    seal(vault->key, &place, text, length, sealed);
    sqlite3_result_blob64(context, sealed, length + VAULT_NONCE + VAULT_TAG, free);
}

/* Not as it was sealed: NULL, unless another program has turned encryption on or off. */
static void refuse_value(sqlite3_context *context, struct db *db)
{
    if (vault_check(db) == ERROR_DENIED)
        sqlite3_result_error_code(context, SQLITE_AUTH);
    else
        sqlite3_result_null(context);
}

static void unseal_value(sqlite3_context *context, struct db *db, sqlite3_value **values)
{
    const unsigned char *sealed = sqlite3_value_blob(values[2]);
    size_t length = (size_t)sqlite3_value_bytes(values[2]);
    bool text = strcmp((const char *)sqlite3_value_text(values[0]), "message") == 0;
    struct place place = place_in(values);
    unsigned char *opened = malloc(length + 1);

    if (!opened) {
        sqlite3_result_error_nomem(context);
    } else if (!unseal(db->vault.key, &place, sealed, length, opened)) {
        free(opened);
        refuse_value(context, db);
    } else if (text) {
        sqlite3_result_text64(context, (char *)opened, length - VAULT_NONCE - VAULT_TAG, free,
                              SQLITE_UTF8);
    } else {
        sqlite3_result_blob64(context, opened, length - VAULT_NONCE - VAULT_TAG, free);
    }
}

static void open_value(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct db *db = sqlite3_user_data(context);
    const struct vault *vault = &db->vault;
    bool blob = sqlite3_value_type(values[2]) == SQLITE_BLOB;

    (void)count;
    if (vault->sealed ? !vault->key : blob && vault_check(db) == ERROR_DENIED)
        sqlite3_result_error_code(context, SQLITE_AUTH);
    else if (!vault->sealed)
        sqlite3_result_value(context, values[2]);
    else if (blob)
        unseal_value(context, db, values);
    else
        refuse_value(context, db);
}

enum error vault_register(struct db *db)
{
    int code = sqlite3_create_function_v2(db->handle, "sealed", 3, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                          db, seal_value, NULL, NULL, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_create_function_v2(db->handle, "opened", 3, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                          db, open_value, NULL, NULL, NULL);
    return code == SQLITE_OK ? ERROR_NONE : db_raise(db, code);
}

/* ---- the key in memory ---- */

void vault_clear(struct vault *vault)
{
    sodium_free(vault->key);
    *vault = (struct vault){0};
}

void vault_move(struct vault *to, struct vault *from)
{
    vault_clear(to);
    *to = *from;
    *from = (struct vault){0};
}

bool vault_same(const struct vault *a, const struct vault *b)
{
    return a->sealed == b->sealed && memcmp(a->mark, b->mark, sizeof a->mark) == 0;
}

/* What a crash writes down would hold the key. */
static void forbid_dumps(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_CORE, &limit) == 0) {
        limit.rlim_cur = 0;
        setrlimit(RLIMIT_CORE, &limit);
    }
    prctl(PR_SET_DUMPABLE, 0);
}

/* Memory for a key that is neither swapped out, where the system lets us, nor dumped. */
static enum error make_room(unsigned char **key)
{
    enum error error = secret_ready();

    *key = error ? NULL : sodium_malloc(DB_KEY);
    if (error || *key)
        return error;
    return error_raise_plain(ERROR_NO_MEMORY);
}

/* Takes the key, which make_room has made. */
static void hold(struct vault *vault, unsigned char *key)
{
    forbid_dumps();
    sodium_mprotect_readonly(key);
    sodium_free(vault->key);
    vault->key = key;
}

static void mark_of(const unsigned char *key, unsigned char mark[VAULT_MARK])
{
    static const char context[] = "EmoTrack journal";

    crypto_generichash(mark, VAULT_MARK, (const unsigned char *)context, sizeof context - 1, key,
                       DB_KEY);
}

bool db_encrypted(const struct db *db)
{
    return db->vault.sealed;
}

const unsigned char *db_key(const struct db *db)
{
    return db->vault.key;
}

enum error db_unlock_with(struct db *db, const unsigned char key[DB_KEY])
{
    unsigned char mark[VAULT_MARK], *room;
    enum error error = make_room(&room);

    if (error)
        return error;
    mark_of(key, mark);
    if (sodium_memcmp(mark, db->vault.mark, sizeof mark) != 0) {
        sodium_free(room);
        return error_raise(ERROR_DENIED, "the key of another journal does not open '%s'", db->path);
    }
    memcpy(room, key, DB_KEY);
    hold(&db->vault, room);
    return ERROR_NONE;
}

/* ---- the key in the file ---- */

static enum error raise_wrong(struct db *db)
{
    return error_raise(ERROR_DENIED,
                       "the passphrase does not open '%s': it is another one, or the key in the "
                       "file is damaged",
                       db->path);
}

static enum error raise_turned(struct db *db)
{
    return error_raise(ERROR_DENIED,
                       "another program has turned the encryption of '%s' on or off since it was "
                       "opened; start again",
                       db->path);
}

static void read_lock(struct query *query, struct vault_lock *out)
{
    int64_t passes = query_integer(query, 1), memory = query_integer(query, 2);

    query_blob(query, 0, out->derivation.salt, sizeof out->derivation.salt);
    query_blob(query, 3, out->wrapped, sizeof out->wrapped);
    out->derivation.passes = passes > 0 && passes <= UINT32_MAX ? (uint32_t)passes : 0;
    out->derivation.memory = memory > 0 && memory <= UINT32_MAX ? (uint32_t)memory : 0;
    if (!derivation_bearable(&out->derivation))
        query_fail(query, SQLITE_CORRUPT);
}

static enum error get_lock(struct db *db, struct vault_lock *out)
{
    struct query query;
    enum error error;
    bool found;

    query_start(&query, db, "SELECT salt, passes, memory, wrapped FROM vault");
    found = query_step(&query);
    if (found)
        read_lock(&query, out);
    error = query_finish(&query);
    return error || found ? error : raise_turned(db);
}

enum error vault_put(struct db *db, const struct vault_lock *lock, bool sealing)
{
    struct query query;

    query_start(&query, db,
                "INSERT OR REPLACE INTO vault (id, salt, passes, memory, wrapped, mark, sealing)"
                " VALUES (1, ?, ?, ?, ?, ?, ?)");
    query_bind_blob(&query, lock->derivation.salt, sizeof lock->derivation.salt);
    query_bind_integer(&query, lock->derivation.passes);
    query_bind_integer(&query, lock->derivation.memory);
    query_bind_blob(&query, lock->wrapped, sizeof lock->wrapped);
    query_bind_blob(&query, db->vault.mark, sizeof db->vault.mark);
    query_bind_integer(&query, sealing);
    query_step(&query);
    return query_finish(&query);
}

enum error vault_wrap(const struct vault *vault, const struct passphrase *passphrase,
                      struct vault_lock *out)
{
    struct place place = place_of("vault", 1);
    unsigned char key[DERIVATION_KEY];
    enum error error;

    derivation_new(&out->derivation);
    error = derivation_key(&out->derivation, passphrase, key);
    if (!error)
        seal(key, &place, vault->key, DB_KEY, out->wrapped);
    sodium_memzero(key, sizeof key);
    return error;
}

enum error vault_new(struct vault *out)
{
    unsigned char *key;
    enum error error = make_room(&key);

    *out = (struct vault){.sealed = true};
    if (error)
        return error;
    randombytes_buf(key, DB_KEY);
    mark_of(key, out->mark);
    hold(out, key);
    return ERROR_NONE;
}

/* Into `out`, where the passphrase opens the lock and the key in it is the vault's. */
static enum error unwrap(struct db *db, const struct vault_lock *lock,
                         const struct passphrase *passphrase, unsigned char *out)
{
    struct place place = place_of("vault", 1);
    unsigned char key[DERIVATION_KEY], mark[VAULT_MARK];
    enum error error = derivation_key(&lock->derivation, passphrase, key);

    if (!error && !unseal(key, &place, lock->wrapped, sizeof lock->wrapped, out))
        error = raise_wrong(db);
    sodium_memzero(key, sizeof key);
    if (error)
        return error;
    mark_of(out, mark);
    return memcmp(mark, db->vault.mark, sizeof mark) == 0 ? ERROR_NONE : raise_wrong(db);
}

enum error db_unlock(struct db *db, const struct passphrase *passphrase)
{
    unsigned char *key;
    struct vault_lock lock;
    enum error error = make_room(&key);

    if (!error)
        error = get_lock(db, &lock);
    if (!error)
        error = unwrap(db, &lock, passphrase, key);
    if (error)
        sodium_free(key);
    else
        hold(&db->vault, key);
    return error;
}

/* ---- what the file says ---- */

static enum error read_vault(struct db *db, struct vault *out)
{
    struct query query;

    *out = (struct vault){0};
    query_start(&query, db, "SELECT mark FROM vault");
    out->sealed = query_step(&query);
    if (out->sealed)
        query_blob(&query, 0, out->mark, sizeof out->mark);
    return query_finish(&query);
}

enum error vault_load(struct db *db)
{
    vault_clear(&db->vault);
    return read_vault(db, &db->vault);
}

enum error vault_check(struct db *db)
{
    struct vault now;
    enum error error = read_vault(db, &now);

    if (error || vault_same(&now, &db->vault))
        return error;
    return raise_turned(db);
}

enum error vault_raise(struct db *db)
{
    if (db->vault.sealed && !db->vault.key)
        return error_raise(ERROR_DENIED, "'%s' is encrypted: its passphrase is needed", db->path);
    return raise_turned(db);
}
