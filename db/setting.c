#include "db/internal.h"

#include <stdlib.h>

enum error db_setting_get(struct db *db, const char *name, char **value)
{
    struct query query;
    enum error error;

    *value = NULL;
    query_start(&query, db, "SELECT value FROM setting WHERE name = ?");
    query_bind_text(&query, name);
    if (query_step(&query))
        *value = query_text(&query, 0);
    error = query_finish(&query);
    if (error) {
        free(*value);
        *value = NULL;
    }
    return error;
}

static enum error setting_put(struct db *db, const char *name, const char *value)
{
    struct query query;

    query_start(&query, db,
                "INSERT INTO setting VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value");
    query_bind_text(&query, name);
    query_bind_text(&query, value);
    query_step(&query);
    return query_finish(&query);
}

enum error db_setting_set(struct db *db, const char *name, const char *value)
{
    enum error error = transaction_begin(db);

    return error ? error : transaction_end(db, setting_put(db, name, value));
}
