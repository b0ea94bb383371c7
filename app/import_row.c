#include "app/import_row.h"

void import_row_init(struct import_row *row)
{
    *row = (struct import_row){0};
    buffer_init(&row->bytes, IMPORT_ITEM_MAX);
}

void import_row_free(struct import_row *row)
{
    buffer_free(&row->bytes);
}

char *import_row_cell(struct import_row *row, int cell)
{
    return cell >= 0 && cell < row->cells ? row->bytes.data + row->start[cell] : NULL;
}

/* The first failure of a row sticks; the rest of it is read all the same. */
struct reading {
    struct import_source *source;
    struct import_row *row;
    enum error error;
};

static void put(struct reading *reading, int byte)
{
    if (reading->error)
        return;
    reading->error = buffer_append_byte(&reading->row->bytes, (char)byte);
    if (reading->error == ERROR_TOO_LARGE)
        reading->error =
            error_raise(ERROR_TOO_LARGE, "the row is longer than %d bytes", (int)IMPORT_ITEM_MAX);
}

/* Behind the quote that opens a cell, to the one that closes it. */
static void read_quoted(struct reading *reading)
{
    int byte;

    while ((byte = import_source_next(reading->source)) >= 0) {
        if (byte != '"') {
            put(reading, byte);
        } else if (import_source_peek(reading->source) == '"') {
            put(reading, import_source_next(reading->source));
        } else {
            return;
        }
    }
    if (!reading->error)
        reading->error = error_raise(ERROR_INVALID, "a quote is opened and never closed");
}

/* Up to the comma or the end of the row; returns what ended it: ',' '\n' or -1. */
static int read_rest(struct reading *reading, bool quoted)
{
    int byte;

    while ((byte = import_source_next(reading->source)) >= 0 && byte != ',' && byte != '\n') {
        if (byte == '\r' && (import_source_peek(reading->source) == '\n' ||
                             import_source_peek(reading->source) < 0))
            continue;
        if (quoted && !reading->error)
            reading->error = error_raise(ERROR_INVALID, "there is text behind a closing quote");
        put(reading, byte);
    }
    return byte;
}

static int read_cell(struct reading *reading)
{
    struct import_row *row = reading->row;
    size_t start = row->bytes.length, length;
    bool quoted = import_source_peek(reading->source) == '"';
    int end;

    if (quoted) {
        import_source_next(reading->source);
        read_quoted(reading);
    }
    end = read_rest(reading, quoted);
    length = row->bytes.length - start;
    put(reading, '\0');
    if (!reading->error && row->cells < IMPORT_CELLS_MAX) {
        row->start[row->cells] = start;
        row->length[row->cells++] = length;
    }
    return end;
}

static void skip_empty_lines(struct import_source *source)
{
    int byte;

    while ((byte = import_source_peek(source)) == '\n' || byte == '\r')
        import_source_next(source);
}

enum error import_row_next(struct import_source *source, struct import_row *row)
{
    struct reading reading = {.source = source, .row = row};
    int end = ',';

    skip_empty_lines(source);
    buffer_clear(&row->bytes);
    row->cells = 0;
    row->line = source->line;
    if (import_source_peek(source) < 0)
        return source->error;
    while (end == ',')
        end = read_cell(&reading);
    if (source->error || reading.error) {
        row->cells = 0;
        return source->error ? source->error : reading.error;
    }
    return ERROR_NONE;
}
