#include "app/journal_care.h"
#include "app/journal_parts.h"
#include "base/utf8.h"
#include "db/import.h"

#include <stdlib.h>
#include <string.h>

struct journal_import {
    struct journal *journal;
    struct db_import *import;
};

enum error journal_import_begin(struct journal *journal, struct journal_import **out)
{
    struct journal_import *import = calloc(1, sizeof *import);
    enum error error;

    *out = NULL;
    if (!import)
        return error_raise_plain(ERROR_NO_MEMORY);
    import->journal = journal;
    error = db_import_begin(journal->db, &import->import);
    if (error) {
        free(import);
        return error;
    }
    *out = import;
    return ERROR_NONE;
}

/* A name of an emotion or a model: short, valid, without controls. */
static bool is_name(const char *name, size_t most)
{
    size_t length = strlen(name);

    if (length == 0 || length > most || !utf8_valid(name, length))
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7F)
            return false;
    return true;
}

static enum error check_rating(const struct entry *entry)
{
    if (entry->verdict == VERDICT_RIGHT && !entry->guess)
        return error_raise(ERROR_INVALID, "it is rated right, but has no guess");
    if (entry->verdict != VERDICT_WRONG && entry->label)
        return error_raise(ERROR_INVALID, "it has a label, but is not rated wrong");
    return ERROR_NONE;
}

static enum error check_entry(const struct entry *entry)
{
    enum { MODEL_ID_MAX = 255 /* bytes, many more than an id has */ };

    if ((entry->guess && !is_name(entry->guess, LABEL_NAME_MAX)) ||
        (entry->label && !is_name(entry->label, LABEL_NAME_MAX)))
        return error_raise(ERROR_INVALID, "its guess or label cannot be the name of an emotion");
    if (entry->model && !is_name(entry->model, MODEL_ID_MAX))
        return error_raise(ERROR_INVALID, "its model cannot be the name of a model");
    /* Not (x < 0 || x > 1): that lets what is no number pass. */
    if (!(entry->probability >= 0 && entry->probability <= 1))
        return error_raise(ERROR_INVALID, "its probability is not between 0 and 1");
    return check_rating(entry);
}

/* The guess of today, which nobody has called right yet. */
static enum error guess_now(struct journal *journal, struct entry *entry)
{
    enum error error;

    entry->guess = entry->model = NULL;
    if (entry->verdict == VERDICT_RIGHT)
        return error_raise(ERROR_INVALID, "it is rated right, but has no guess");
    error = journal_guess_entry(journal, entry);
    if (!error && entry->label && entry->guess && strcmp(entry->label, entry->guess) == 0) {
        entry->verdict = VERDICT_RIGHT;
        entry->label = NULL;
    }
    return error;
}

enum error journal_import_add(struct journal_import *import, const struct entry *entry,
                              const char *text, size_t length, bool guessed,
                              enum import_outcome *outcome)
{
    struct entry own = *entry;
    bool added = false;
    /* What was stored once may have grown when it was repaired. */
    enum error error = journal_storable(text, length, (size_t)3 * TEXT_MAX, &own.text);

    if (!error)
        error = check_entry(&own);
    if (!error && !guessed)
        error = guess_now(import->journal, &own);
    if (!error)
        error = db_import_add(import->import, &own, &added);
    free(own.text);
    if (!guessed && own.guess != entry->guess)
        free(own.guess);
    if (!guessed && own.model != entry->model)
        free(own.model);
    *outcome = added ? IMPORT_ADDED : IMPORT_DUPLICATE;
    return error;
}

enum error journal_import_end(struct journal_import *import, enum error error, bool keep)
{
    if (!import)
        return error;
    error = db_import_end(import->import, error, keep);
    if (!error && keep)
        error = journal_relearn(import->journal);
    free(import);
    return error;
}
