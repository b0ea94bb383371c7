#include "db/internal.h"

#include <stdlib.h>
#include <string.h>

void entry_clear(struct entry *entry)
{
    free(entry->text);
    free(entry->guess);
    free(entry->model);
    free(entry->label);
    *entry = (struct entry){0};
}

void drafts_free(struct draft *drafts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(drafts[i].text);
    free(drafts);
}

/* One damaged text does not hide the others. */
static void stand_in(struct query *query, struct entry *entry)
{
    entry->damaged = true;
    entry->text = strdup("(this text is damaged and cannot be read)");
    if (!entry->text)
        query_fail(query, SQLITE_NOMEM);
}

void entry_read(struct query *query, struct entry *out)
{
    int64_t verdict = query_integer(query, 7);

    *out = (struct entry){.id = query_integer(query, 0),
                          .created = query_integer(query, 1),
                          .offset = (int32_t)query_integer(query, 2),
                          .text = query_text(query, 3),
                          .guess = query_text(query, 4),
                          .probability = query_real(query, 5),
                          .model = query_text(query, 6),
                          .label = query_text(query, 8)};
    if (verdict < VERDICT_NONE || verdict > VERDICT_WRONG)
        query_fail(query, SQLITE_CORRUPT);
    else
        out->verdict = (enum verdict)verdict;
    if (!out->text && query->code == SQLITE_OK)
        stand_in(query, out);
}

enum error entry_walk(struct query *query, db_visit *visit, void *context)
{
    struct db *db = query->db;
    bool walking = db->walking;
    enum error error = ERROR_NONE, result;
    struct entry entry;

    db->walking = true;
    while (!error && query_step(query)) {
        entry_read(query, &entry);
        if (query->code == SQLITE_OK)
            error = visit(context, &entry);
        entry_clear(&entry);
    }
    db->walking = walking;
    result = query_finish(query);
    return error ? error : result;
}
