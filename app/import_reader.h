#ifndef EMOTRACK_APP_IMPORT_READER_H
#define EMOTRACK_APP_IMPORT_READER_H

#include "app/import_object.h"
#include "app/import_row.h"
#include "app/import_source.h"
#include "db/entry.h"

/* Messages out of what other programs, and our own export, have written:
 *
 * jsonl   our own, a JSON object a line: text and created_at, and what else there is of id, guess,
 *         probability, rating, label and model (app/record.h).
 * csv     the same fields, named in the first row, in any order. Unless `raw`, one ' is taken away
 *         from a cell that starts with '= '+ '- '@ '' 'TAB or 'CR.
 * jrnl    `jrnl --format json`: the objects of "entries" with date, time, title and body. The text
 *         is the title and, on a line of its own, the body; tags stand in it as they were written,
 *         the star is left out.
 * daylio  its CSV: full_date, time, mood, activities, note_title, note. The text is the mood with
 *         the activities in brackets, the title and the note, each on a line of its own: a mood of
 *         Daylio's is no emotion of ours, so it rates nothing.
 *
 * A CSV with the columns full_date and mood is taken for Daylio's without being told. */

enum import_format { IMPORT_BY_NAME, IMPORT_JSONL, IMPORT_CSV, IMPORT_JRNL, IMPORT_DAYLIO };

/* The format that the end of the file's name stands for: .jsonl, .json (jrnl), else CSV. */
enum import_format import_format_of(const char *path);

struct import_item {
    size_t line;      /* where it starts, 1 and up */
    const char *text; /* NULL at the end of the file */
    size_t length;    /* bytes; may hold NUL and what is no UTF-8 */
    bool guessed;     /* entry has the guess that was made when it was written */
    struct entry
        entry; /* without its text; its strings are borrowed, as `text` is, until the next */
};

struct import_reader {
    struct import_source source;
    enum import_format format;
    bool raw;
    struct import_row row;
    struct import_object object;
    struct buffer text; /* put together from several cells */
    int column[8];      /* of each field that the format reads; -1: there is none */
};

/* Reads the first row where there is one. `source` is the reader's from now on. ERROR_DAMAGED: it
 * is not of that format. Closed by import_reader_close in every case. */
enum error import_reader_open(struct import_reader *reader, const struct import_source *source,
                              enum import_format format, bool raw) MUST_CHECK;
void import_reader_close(struct import_reader *reader);

/* The next message. ERROR_INVALID, ERROR_TOO_LARGE: what stands at item->line is none; it is passed
 * over, and the next call goes on behind it. Any other error ends the reading. */
enum error import_reader_next(struct import_reader *reader, struct import_item *item) MUST_CHECK;

#endif
