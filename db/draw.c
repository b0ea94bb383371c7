#include "db/contribution.h"

#include "db/internal.h"

#include <string.h>

/* `*round`: the round whose lot it has; `*draw` whole where manifest and revision are the same. */
static enum error read_draw(struct db *db, struct draw *out, bool *found)
{
    struct query query;

    *out = (struct draw){0};
    query_start(&query, db, "SELECT round, lot, manifest, revision, seed FROM draw");
    *found = query_step(&query);
    if (*found) {
        out->round = (uint64_t)query_integer(&query, 0);
        query_blob(&query, 1, out->lot, sizeof out->lot);
        query_blob(&query, 2, out->manifest_hash, sizeof out->manifest_hash);
        out->revision = (uint64_t)query_integer(&query, 3);
        query_blob(&query, 4, out->seed, sizeof out->seed);
    }
    return query_finish(&query);
}

static enum error write_draw(struct db *db, const struct draw *draw)
{
    struct query query;

    query_start(&query, db,
                "INSERT OR REPLACE INTO draw (id, round, lot, manifest, revision, seed)"
                " VALUES (1, ?, ?, ?, ?, ?)");
    query_bind_integer(&query, (int64_t)draw->round);
    query_bind_blob(&query, draw->lot, sizeof draw->lot);
    query_bind_blob(&query, draw->manifest_hash, sizeof draw->manifest_hash);
    query_bind_integer(&query, (int64_t)draw->revision);
    query_bind_blob(&query, draw->seed, sizeof draw->seed);
    query_step(&query);
    return query_finish(&query);
}

static enum error choose(struct db *db, const struct draw *fresh, bool keep, struct draw *out)
{
    struct draw kept;
    bool found;
    enum error error = read_draw(db, &kept, &found);

    *out = *fresh;
    if (error)
        return error;
    if (found && kept.round == fresh->round)
        memcpy(out->lot, kept.lot, sizeof out->lot);
    if (found && kept.round == fresh->round && kept.revision == fresh->revision &&
        memcmp(kept.manifest_hash, fresh->manifest_hash, sizeof kept.manifest_hash) == 0) {
        *out = kept;
        return ERROR_NONE;
    }
    return keep ? write_draw(db, out) : ERROR_NONE;
}

enum error db_draw(struct db *db, const struct draw *fresh, bool keep, struct draw *out)
{
    enum error error;

    if (!keep)
        return choose(db, fresh, false, out);
    error = transaction_begin(db);
    return error ? error : transaction_end(db, choose(db, fresh, true, out));
}
