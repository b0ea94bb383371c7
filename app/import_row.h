#ifndef EMOTRACK_APP_IMPORT_ROW_H
#define EMOTRACK_APP_IMPORT_ROW_H

#include "app/import_source.h"
#include "base/buffer.h"

/* CSV by RFC 4180, row after row: quoted cells may hold commas, quotes (doubled) and line breaks,
 * which stay as they are. A row ends with LF or CR LF. Empty lines are passed over. */

enum {
    IMPORT_ITEM_MAX = 2 * 1024 * 1024, /* bytes of a row, or of an object: more than one takes */
    IMPORT_CELLS_MAX = 64,             /* more of them in one row are passed over */
};

struct import_row {
    struct buffer bytes; /* cell after cell, a NUL behind each */
    size_t start[IMPORT_CELLS_MAX], length[IMPORT_CELLS_MAX];
    int cells;   /* 0 at the end of the file */
    size_t line; /* where it starts */
};

void import_row_init(struct import_row *row);
void import_row_free(struct import_row *row);

/* The next row. ERROR_INVALID, ERROR_TOO_LARGE: this one is none, or too long; it is passed over,
 * and the next call goes on behind it. Other errors are those of reading. */
enum error import_row_next(struct import_source *source, struct import_row *row) MUST_CHECK;

/* A cell, with its NUL; NULL where the row has no such one. */
char *import_row_cell(struct import_row *row, int cell);

#endif
