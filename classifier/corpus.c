#include "classifier/corpus.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

/* Where an error is. */
struct position {
    const char *path;
    size_t line;
};

int label_set_find(const struct label_set *set, const char *name, size_t length)
{
    for (int i = 0; i < set->count; i++)
        if (strlen(set->names[i]) == length && memcmp(set->names[i], name, length) == 0)
            return i;
    return -1;
}

/* Takes the next line off `*rest`, NUL-terminated in place and without its line end. */
static char *next_line(char **rest, char *end, size_t *length)
{
    char *line = *rest, *stop;

    if (line >= end)
        return NULL;
    stop = memchr(line, '\n', (size_t)(end - line));
    if (!stop)
        stop = end;
    *rest = stop + 1;
    if (stop > line && stop[-1] == '\r')
        stop--;
    *stop = '\0';
    *length = (size_t)(stop - line);
    return line;
}

static size_t count_lines(const struct buffer *bytes)
{
    size_t lines = 1;

    for (size_t i = 0; i < bytes->length; i++)
        lines += bytes->data[i] == '\n';
    return lines;
}

static enum error split_fields(char *line, int fields, struct position position, char **row)
{
    for (int i = 0; i < fields; i++) {
        char *tab = strchr(line, '\t');

        if ((tab != NULL) != (i + 1 < fields))
            return error_raise(ERROR_INVALID, "%s:%zu: this line needs %d fields with tabs between",
                               position.path, position.line, fields);
        row[i] = line;
        if (tab) {
            *tab = '\0';
            line = tab + 1;
        }
    }
    return ERROR_NONE;
}

enum error table_read(const char *path, int fields, struct table *out)
{
    struct position position = {path, 0};
    enum error error;
    char *rest, *line;
    size_t length, lines;

    *out = (struct table){0};
    buffer_init(&out->bytes, CORPUS_FILE_MAX);
    error = file_read(path, &out->bytes);
    if (error)
        return error;
    lines = count_lines(&out->bytes);
    if (lines > TABLE_ROWS_MAX)
        return error_raise(ERROR_TOO_LARGE, "%s: a table has %d lines at most", path,
                           TABLE_ROWS_MAX);
    out->rows = calloc(lines, sizeof *out->rows);
    if (!out->rows)
        return error_raise_plain(ERROR_NO_MEMORY);
    rest = out->bytes.data;
    while (!error && (line = next_line(&rest, out->bytes.data + out->bytes.length, &length))) {
        position.line++;
        if (length > 0)
            error = split_fields(line, fields, position, out->rows[out->count++]);
    }
    return error;
}

void table_free(struct table *table)
{
    buffer_free(&table->bytes);
    free(table->rows);
    *table = (struct table){0};
}

char *const *table_find(const struct table *table, const char *first, size_t length)
{
    for (size_t i = 0; i < table->count; i++)
        if (strlen(table->rows[i][0]) == length && memcmp(table->rows[i][0], first, length) == 0)
            return table->rows[i];
    return NULL;
}

static enum error add_label(const char *name, size_t length, bool grow, struct position position,
                            struct label_set *set, uint64_t *labels)
{
    int label = label_set_find(set, name, length);

    if (label < 0 && !grow)
        return error_raise(ERROR_INVALID,
                           "%s:%zu: the model has no label '%.*s'; name a --map that leads to one "
                           "that it has",
                           position.path, position.line, (int)length, name);
    if (label < 0 && set->count == LABELS_MAX)
        return error_raise(ERROR_TOO_LARGE, "%s:%zu: more than %d labels; name a --map to fewer",
                           position.path, position.line, LABELS_MAX);
    if (label < 0) {
        label = set->count++;
        memcpy(set->names[label], name, length);
        set->names[label][length] = '\0';
    }
    *labels |= UINT64_C(1) << label;
    return ERROR_NONE;
}

static enum error read_label(const char *name, size_t length, const struct table *map, bool grow,
                             struct position position, struct label_set *set, uint64_t *labels)
{
    if (map) {
        char *const *row = table_find(map, name, length);

        if (!row)
            return error_raise(
                ERROR_INVALID, "%s:%zu: the map has no label '%.*s'; add it to the map",
                position.path, position.line, (int)(length < 80 ? length : 80), name);
        name = row[1];
        length = strlen(name);
    }
    if (!label_name_valid(name, length))
        return error_raise(ERROR_INVALID,
                           "%s:%zu: a label is 1 to %d bytes of UTF-8 without commas and control "
                           "characters",
                           position.path, position.line, LABEL_NAME_MAX);
    return add_label(name, length, grow, position, set, labels);
}

static enum error read_row(char *line, size_t length, const struct table *map, bool grow,
                           struct position position, struct label_set *set, struct corpus_row *row)
{
    char *tab = memrchr(line, '\t', length), *end = line + length;
    enum error error = ERROR_NONE;

    if (!tab)
        return error_raise(ERROR_INVALID, "%s:%zu: no tab between the text and its labels",
                           position.path, position.line);
    if (tab - line > UINT32_MAX)
        return error_raise(ERROR_TOO_LARGE, "%s:%zu: the text is too long", position.path,
                           position.line);
    *row = (struct corpus_row){line, (uint32_t)(tab - line), 0};
    while (!error && tab != end) {
        char *name = tab + 1, *comma = memchr(name, ',', (size_t)(end - name));

        tab = comma ? comma : end;
        error = read_label(name, (size_t)(tab - name), map, grow, position, set, &row->labels);
    }
    return error;
}

enum error corpus_read(const char *path, const struct table *map, bool grow, struct label_set *set,
                       struct corpus *out)
{
    struct position position = {path, 0};
    enum error error;
    char *rest, *line;
    size_t length;

    *out = (struct corpus){0};
    buffer_init(&out->bytes, CORPUS_FILE_MAX);
    error = file_read(path, &out->bytes);
    if (error)
        return error;
    out->rows = calloc(count_lines(&out->bytes), sizeof *out->rows);
    if (!out->rows)
        return error_raise_plain(ERROR_NO_MEMORY);
    rest = out->bytes.data;
    while (!error && (line = next_line(&rest, out->bytes.data + out->bytes.length, &length))) {
        position.line++;
        if (length == 0)
            continue;
        error = read_row(line, length, map, grow, position, set, &out->rows[out->count]);
        out->count++;
    }
    if (!error && out->count == 0)
        return error_raise(ERROR_INVALID, "%s: no rows in it; a row is text, a tab and labels",
                           path);
    return error;
}

void corpus_free(struct corpus *corpus)
{
    buffer_free(&corpus->bytes);
    free(corpus->rows);
    *corpus = (struct corpus){0};
}
