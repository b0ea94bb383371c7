#include "app/import_reader.h"

#include "app/import_fields.h"

#include <string.h>
#include <strings.h>

/* The fields of the formats, by their places in `column`. */
enum own {
    OWN_ID,
    OWN_CREATED,
    OWN_TEXT,
    OWN_GUESS,
    OWN_PROBABILITY,
    OWN_RATING,
    OWN_LABEL,
    OWN_MODEL
};
enum daylio { DAYLIO_DATE, DAYLIO_TIME, DAYLIO_MOOD, DAYLIO_ACTIVITIES, DAYLIO_TITLE, DAYLIO_NOTE };

static const char *const own_names[] = {"id",          "created_at", "text",  "guess",
                                        "probability", "rating",     "label", "model"};
static const char *const daylio_names[] = {"full_date",  "time",       "mood",
                                           "activities", "note_title", "note"};

enum import_format import_format_of(const char *path)
{
    const char *dot = strrchr(path, '.');

    if (dot && strcasecmp(dot, ".jsonl") == 0)
        return IMPORT_JSONL;
    return dot && strcasecmp(dot, ".json") == 0 ? IMPORT_JRNL : IMPORT_CSV;
}

/* ---- the first row ---- */

static int find_column(struct import_row *row, const char *name)
{
    for (int i = 0; i < row->cells; i++)
        if (strcmp(import_row_cell(row, i), name) == 0)
            return i;
    return -1;
}

static enum error missing(const struct import_reader *reader, const char *names)
{
    return error_raise(ERROR_DAMAGED,
                       "the first row of '%s' does not name the columns that are needed: %s",
                       reader->source.path, names);
}

static enum error read_titles(struct import_reader *reader)
{
    struct import_row *row = &reader->row;
    enum error error = import_row_next(&reader->source, row);
    bool daylio;

    if (error == ERROR_INVALID || error == ERROR_TOO_LARGE)
        return missing(reader, "it is none");
    if (error)
        return error;
    daylio = find_column(row, "full_date") >= 0 && find_column(row, "mood") >= 0;
    if (daylio)
        reader->format = IMPORT_DAYLIO;
    for (size_t i = 0; i < sizeof reader->column / sizeof *reader->column; i++)
        reader->column[i] = -1;
    if (!daylio) {
        for (size_t i = 0; i < sizeof own_names / sizeof *own_names; i++)
            reader->column[i] = find_column(row, own_names[i]);
        return reader->format == IMPORT_DAYLIO ? missing(reader, "full_date, time, mood")
               : reader->column[OWN_CREATED] < 0 || reader->column[OWN_TEXT] < 0
                   ? missing(reader, "created_at, text")
                   : ERROR_NONE;
    }
    for (size_t i = 0; i < sizeof daylio_names / sizeof *daylio_names; i++)
        reader->column[i] = find_column(row, daylio_names[i]);
    return reader->column[DAYLIO_TIME] < 0 ? missing(reader, "full_date, time, mood") : ERROR_NONE;
}

enum error import_reader_open(struct import_reader *reader, const struct import_source *source,
                              enum import_format format, bool raw)
{
    *reader = (struct import_reader){.source = *source, .format = format, .raw = raw};
    import_row_init(&reader->row);
    import_object_init(&reader->object, format == IMPORT_JRNL ? "entries" : NULL);
    buffer_init(&reader->text, 2 * IMPORT_ITEM_MAX);
    return format == IMPORT_CSV || format == IMPORT_DAYLIO ? read_titles(reader) : ERROR_NONE;
}

void import_reader_close(struct import_reader *reader)
{
    import_source_close(&reader->source);
    import_row_free(&reader->row);
    import_object_free(&reader->object);
    buffer_free(&reader->text);
}

/* ---- our own fields ---- */

/* A cell that is there and not empty, without the ' that guards it; else NULL. */
static char *cell_of(struct import_reader *reader, int field)
{
    char *cell = import_row_cell(&reader->row, reader->column[field]);

    if (!cell || !*cell)
        return NULL;
    if (!reader->raw && cell[0] == '\'' && cell[1] && strchr("=+-@'\t\r", cell[1]))
        cell++;
    return cell;
}

static enum error read_number(struct import_reader *reader, int field, double *out)
{
    const char *cell = cell_of(reader, field);

    *out = 0;
    return cell ? fields_number(own_names[field], cell, out) : ERROR_NONE;
}

static enum error read_own_row(struct import_reader *reader, struct import_item *item)
{
    struct import_row *row = &reader->row;
    const char *created = cell_of(reader, OWN_CREATED);
    const char *text = cell_of(reader, OWN_TEXT);
    const char *start = import_row_cell(row, reader->column[OWN_TEXT]);
    double id = 0;
    enum error error;

    item->text = text ? text : "";
    if (text)
        item->length = row->length[reader->column[OWN_TEXT]] - (size_t)(text - start);
    item->entry.guess = cell_of(reader, OWN_GUESS);
    item->entry.label = cell_of(reader, OWN_LABEL);
    item->entry.model = cell_of(reader, OWN_MODEL);
    item->guessed = item->entry.guess || cell_of(reader, OWN_PROBABILITY);
    error = created ? fields_time(created, &item->entry)
                    : error_raise(ERROR_INVALID, "it has no created_at");
    if (!error)
        error = read_number(reader, OWN_ID, &id);
    if (!error)
        error = read_number(reader, OWN_PROBABILITY, &item->entry.probability);
    if (!error)
        error = fields_rating(cell_of(reader, OWN_RATING), &item->entry);
    item->entry.id = fields_id(id);
    return error;
}

static enum error read_own_strings(const struct import_object *object, struct import_item *item)
{
    char *created = NULL, *text = NULL, *rating = NULL;
    enum error error = import_object_text(object, "created_at", &created);

    if (!error)
        error = import_object_text(object, "text", &text);
    if (!error)
        error = import_object_text(object, "guess", &item->entry.guess);
    if (!error)
        error = import_object_text(object, "rating", &rating);
    if (!error)
        error = import_object_text(object, "label", &item->entry.label);
    if (!error)
        error = import_object_text(object, "model", &item->entry.model);
    if (!error && (!created || !text))
        error = error_raise(ERROR_INVALID, "it has no %s", text ? "created_at" : "text");
    if (error)
        return error;
    item->text = text;
    item->length = strlen(text);
    error = fields_time(created, &item->entry);
    return error ? error : fields_rating(rating, &item->entry);
}

static enum error read_own_object(const struct import_object *object, struct import_item *item)
{
    double id = 0;
    bool there;
    enum error error = read_own_strings(object, item);

    if (!error)
        error = import_object_number(object, "id", &id, &there);
    if (!error)
        error =
            import_object_number(object, "probability", &item->entry.probability, &item->guessed);
    item->entry.id = fields_id(id);
    return error;
}

/* ---- texts that are put together ---- */

/* A part on a line of its own; nothing where it is empty. */
static enum error add_line(struct buffer *text, const char *part)
{
    enum error error = ERROR_NONE;

    if (!part || !*part)
        return ERROR_NONE;
    if (text->length > 0)
        error = buffer_append_byte(text, '\n');
    return error ? error : buffer_append_text(text, part);
}

static void take_text(struct import_reader *reader, struct import_item *item)
{
    item->text = reader->text.data ? reader->text.data : "";
    item->length = reader->text.length;
}

static enum error read_jrnl(struct import_reader *reader, struct import_item *item)
{
    const struct import_object *object = &reader->object;
    char *date = NULL, *clock = NULL, *title = NULL, *body = NULL;
    enum error error = import_object_text(object, "date", &date);

    if (!error)
        error = import_object_text(object, "time", &clock);
    if (!error)
        error = import_object_text(object, "title", &title);
    if (!error)
        error = import_object_text(object, "body", &body);
    if (!error && (!date || !clock))
        error = error_raise(ERROR_INVALID, "it has no date and time");
    if (!error)
        error = fields_local(date, clock, &item->entry);
    if (!error)
        error = add_line(&reader->text, title);
    if (!error)
        error = add_line(&reader->text, body);
    take_text(reader, item);
    return error;
}

static enum error read_daylio(struct import_reader *reader, struct import_item *item)
{
    struct import_row *row = &reader->row;
    const char *date = import_row_cell(row, reader->column[DAYLIO_DATE]);
    const char *clock = import_row_cell(row, reader->column[DAYLIO_TIME]);
    const char *activities = import_row_cell(row, reader->column[DAYLIO_ACTIVITIES]);
    enum error error = date && clock ? fields_local(date, clock, &item->entry)
                                     : error_raise(ERROR_INVALID, "it has no date and time");

    if (!error)
        error = add_line(&reader->text, import_row_cell(row, reader->column[DAYLIO_MOOD]));
    if (!error && activities && *activities)
        error =
            buffer_format(&reader->text, "%s(%s)", reader->text.length > 0 ? " " : "", activities);
    if (!error)
        error = add_line(&reader->text, import_row_cell(row, reader->column[DAYLIO_TITLE]));
    if (!error)
        error = add_line(&reader->text, import_row_cell(row, reader->column[DAYLIO_NOTE]));
    take_text(reader, item);
    return error;
}

/* ---- one after the other ---- */

static enum error next_object(struct import_reader *reader, struct import_item *item)
{
    struct import_object *object = &reader->object;
    enum error error = import_object_next(&reader->source, object);

    item->line = object->line;
    if (error || !object->parsed)
        return error;
    return reader->format == IMPORT_JRNL ? read_jrnl(reader, item) : read_own_object(object, item);
}

static enum error next_row(struct import_reader *reader, struct import_item *item)
{
    enum error error = import_row_next(&reader->source, &reader->row);

    item->line = reader->row.line;
    if (error || reader->row.cells == 0)
        return error;
    return reader->format == IMPORT_DAYLIO ? read_daylio(reader, item) : read_own_row(reader, item);
}

enum error import_reader_next(struct import_reader *reader, struct import_item *item)
{
    bool rows = reader->format == IMPORT_CSV || reader->format == IMPORT_DAYLIO;

    *item = (struct import_item){0};
    buffer_clear(&reader->text);
    return rows ? next_row(reader, item) : next_object(reader, item);
}
