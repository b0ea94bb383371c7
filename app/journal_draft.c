#include "app/journal_parts.h"

#include <stdlib.h>

enum error journal_draft_save(struct journal *journal, int64_t *id, const char *text, size_t length)
{
    return db_draft_save(journal->db, id, 0, text, length);
}

enum error journal_draft_list(struct journal *journal, struct draft **out, size_t *count)
{
    *out = NULL;
    *count = 0;
    return journal->db ? db_draft_list(journal->db, out, count) : ERROR_NONE;
}

struct draft_keeper {
    struct db *db;
};

enum error draft_keeper_open(const struct journal *journal, struct draft_keeper **out)
{
    struct draft_keeper *keeper = calloc(1, sizeof *keeper);
    enum error error;

    *out = NULL;
    if (!keeper)
        return error_raise_plain(ERROR_NO_MEMORY);
    error = db_open(journal->path.data, DB_WRITE, &keeper->db);
    if (!error && journal_key(journal))
        error = db_unlock_with(keeper->db, journal_key(journal));
    if (!error)
        error = db_set_durable(keeper->db, false);
    if (error)
        draft_keeper_close(keeper);
    else
        *out = keeper;
    return error;
}

void draft_keeper_close(struct draft_keeper *keeper)
{
    if (!keeper)
        return;
    db_close(keeper->db);
    free(keeper);
}

enum error draft_keeper_save(struct draft_keeper *keeper, int64_t *id, int64_t message,
                             const char *text, size_t length)
{
    return db_draft_save(keeper->db, id, message, text, length);
}

enum error journal_set_durable(struct journal *journal, bool durable)
{
    return journal->db ? db_set_durable(journal->db, durable) : ERROR_NONE;
}

uint64_t journal_acts(const struct journal *journal)
{
    return journal->db ? db_acts(journal->db) : 0;
}

enum error draft_keeper_sync(struct draft_keeper *keeper)
{
    return db_sync(keeper->db);
}

enum error draft_keeper_tidy(struct draft_keeper *keeper, const char **notice)
{
    enum error error = db_tidy(keeper->db);

    *notice = db_notice(keeper->db);
    return error;
}

void draft_keeper_set_patience(struct draft_keeper *keeper, int milliseconds)
{
    db_set_patience(keeper->db, milliseconds);
}
