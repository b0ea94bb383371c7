#include "db/internal.h"

#include <stdio.h>
#include <stdlib.h>

/* strftime takes seconds; as a real they keep their milliseconds. */
#define STATS_SQL                                                                                  \
    "SELECT strftime('%Y-%m', (m.created + m.offset * 60000) / 1000.0, 'unixepoch'), count(*),"    \
    " count(r.id), coalesce(sum(r.verdict = 1), 0)" ENTRY_FROM " GROUP BY 1 ORDER BY 1"

static void read_month(struct query *query, struct month *month)
{
    char *name = query_text(query, 0);

    *month = (struct month){.messages = (size_t)query_integer(query, 1),
                            .rated = (size_t)query_integer(query, 2),
                            .right = (size_t)query_integer(query, 3)};
    snprintf(month->month, sizeof month->month, "%.7s", name ? name : "");
    free(name);
}

static void append(struct query *query, struct month **months, size_t *count)
{
    struct month *grown = realloc(*months, (*count + 1) * sizeof *grown);

    if (!grown) {
        query_fail(query, SQLITE_NOMEM);
        return;
    }
    *months = grown;
    read_month(query, &grown[(*count)++]);
}

enum error db_stats(struct db *db, struct month *total, struct month **months, size_t *count)
{
    struct query query;
    enum error error;

    *total = (struct month){0};
    *months = NULL;
    *count = 0;
    query_start(&query, db, STATS_SQL);
    while (query_step(&query))
        append(&query, months, count);
    error = query_finish(&query);
    if (error) {
        free(*months);
        *months = NULL;
        *count = 0;
    }
    for (size_t i = 0; i < *count; i++) {
        total->messages += (*months)[i].messages;
        total->rated += (*months)[i].rated;
        total->right += (*months)[i].right;
    }
    return error;
}
