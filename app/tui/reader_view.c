#include "app/describe.h"
#include "app/glyph.h"
#include "app/tui/paint.h"
#include "app/tui/reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BAR_COLUMNS = 40,
    PART = 8,                       /* words below that part of the strongest are left plain */
    MARKED_MAX = 5 * TEXT_MAX + 16, /* bytes of a text whose words stand in brackets */
};

/* The message as one long sheet, of which the window shows a part: what draws a line asks for its
 * row. */
struct sheet {
    int line;        /* the next one, from 0 */
    int first;       /* the line at the top of the window */
    int top, bottom; /* rows of the window */
};

/* The row of the next line; -1: it is not in the window. */
static int next_row(struct sheet *sheet)
{
    int row = sheet->top + sheet->line++ - sheet->first;

    return row >= sheet->top && row < sheet->bottom ? row : -1;
}

static void skip_line(struct sheet *sheet)
{
    sheet->line++;
}

/* A text broken to the window's width. `attributes`: one for each byte, or NULL. */
static void put_text(struct sheet *sheet, int column, const char *text, size_t length,
                     const attr_t *attributes)
{
    int width = COLS - column - 1 > 1 ? COLS - column - 1 : 1;
    struct wrapped line = {0};

    for (size_t at = 0; at < length; at = line.next) {
        int row = next_row(sheet);

        glyph_wrap(text, length, at, width, &line);
        if (row >= 0)
            paint_line(row, column, text, at, line.end, attributes);
    }
}

/* ---- the text, with the words that speak for the guess and against it ---- */

enum side { NEITHER, TOWARDS, AGAINST };

/* What every byte of the text contributes; the caller frees it. NULL: memory is short. */
static float *weigh(const struct why *why, size_t length)
{
    float *weight = calloc(length + 1, sizeof *weight);

    for (size_t i = 0; weight && i < why->count; i++) {
        const struct contribution *item = &why->items[i];

        for (size_t at = item->start; describe_is_words(item) && at < item->end && at < length;
             at++)
            weight[at] += item->value;
    }
    return weight;
}

static enum side side_of(float weight, float strongest)
{
    if (fabsf(weight) * PART < strongest || !(strongest > 0))
        return NEITHER;
    return weight > 0 ? TOWARDS : AGAINST;
}

static float find_strongest(const float *weight, size_t length)
{
    float strongest = 0;

    for (size_t i = 0; i < length; i++)
        strongest = fmaxf(strongest, fabsf(weight[i]));
    return strongest;
}

static void put_coloured(struct sheet *sheet, const struct entry *entry, const float *weight,
                         attr_t towards)
{
    size_t length = strlen(entry->text);
    attr_t *attributes = calloc(length + 1, sizeof *attributes);
    float strongest = find_strongest(weight, length);

    for (size_t i = 0; attributes && i < length; i++) {
        enum side side = side_of(weight[i], strongest);

        attributes[i] = side == TOWARDS ? towards | A_BOLD : side == AGAINST ? A_DIM : A_NORMAL;
    }
    put_text(sheet, 1, entry->text, length, attributes);
    free(attributes);
}

/* Without colours signs say it: "[+love+] [-but-]". */
static enum error bracket(const char *text, const float *weight, struct buffer *out)
{
    static const char *const opening[] = {"", "[+", "[-"}, *const closing[] = {"", "+]", "-]"};
    size_t length = strlen(text);
    float strongest = find_strongest(weight, length);
    enum side open = NEITHER;
    enum error error = ERROR_NONE;

    for (size_t i = 0; i < length && !error; i++) {
        enum side side = side_of(weight[i], strongest);

        if (side != open)
            error = buffer_append_text(out, closing[open]);
        if (!error && side != open)
            error = buffer_append_text(out, opening[side]);
        open = side;
        if (!error)
            error = buffer_append_byte(out, text[i]);
    }
    return error ? error : buffer_append_text(out, closing[open]);
}

static void put_bracketed(struct sheet *sheet, const struct entry *entry, const float *weight)
{
    struct buffer marked;

    buffer_init(&marked, MARKED_MAX);
    if (bracket(entry->text, weight, &marked))
        put_text(sheet, 1, entry->text, strlen(entry->text), NULL);
    else
        put_text(sheet, 1, marked.data ? marked.data : "", marked.length, NULL);
    buffer_free(&marked);
}

static void put_message(struct sheet *sheet, const struct entry *entry, const struct why *why,
                        const struct label *label)
{
    float *weight = weigh(why, strlen(entry->text));

    if (!weight)
        put_text(sheet, 1, entry->text, strlen(entry->text), NULL);
    else if (paint_has_colours())
        put_coloured(sheet, entry, weight, paint_label(label));
    else
        put_bracketed(sheet, entry, weight);
    free(weight);
}

/* ---- the guesses and the rating ---- */

static void put_line(struct sheet *sheet, const char *head, const char *text, attr_t attributes)
{
    int row = next_row(sheet), column = 1;

    column += paint_format(row, column, COLS, A_NORMAL, "%-12s", head);
    paint_text(row, column, COLS - 1 - column, attributes, text, strlen(text));
}

/* The model is not known of a message that was imported without it. */
static void put_then(struct sheet *sheet, const struct entry *entry)
{
    char text[512], sureness[16] = "";

    if (entry->guess)
        snprintf(sureness, sizeof sureness, " %.0f%%", 100 * entry->probability);
    snprintf(text, sizeof text, "%s%s%s%s", describe_label(entry->guess), sureness,
             entry->model ? ", model " : "", entry->model ? entry->model : "");
    put_line(sheet, "Guess then", text, A_NORMAL);
}

static void put_now(struct sheet *sheet, struct face *face, const struct prediction *prediction,
                    attr_t attributes)
{
    struct buffer words;

    buffer_init(&words, DESCRIBE_MAX);
    if (!describe_guess_in_full(journal_model(face->journal), prediction, &words))
        put_line(sheet, "Guess now", words.data, attributes);
    buffer_free(&words);
}

static void put_rating(struct sheet *sheet, const struct entry *entry)
{
    put_line(sheet, "You said",
             entry->verdict == VERDICT_NONE ? "nothing yet" : describe_verdict(entry), A_BOLD);
}

static void put_bars(struct sheet *sheet, const struct model *model, struct prediction *prediction)
{
    int order[LABELS_MAX], count = model_label_count(model);
    int widest = (int)describe_label_columns(model), width;

    describe_order(model, prediction, order);
    width = COLS - widest - 12;
    width = width > BAR_COLUMNS ? BAR_COLUMNS : width;
    for (int i = 0; i < count; i++)
        paint_label_bar(next_row(sheet), 3, widest, width, model_label(model, order[i]),
                        (double)prediction->probability[order[i]], i == 0);
}

static void put_why(struct sheet *sheet, const struct label *label,
                    const struct prediction *prediction, const struct why *why)
{
    struct buffer table;
    int row = next_row(sheet);

    paint_format(row, 1, COLS - 2, A_BOLD,
                 "Why %s, word by word (+ towards it, - away):", label->name);
    buffer_init(&table, DESCRIBE_MAX);
    if (!describe_why(prediction, why, &table))
        put_text(sheet, 0, table.data, table.length, NULL);
    buffer_free(&table);
}

static void put_legend(struct sheet *sheet, const struct label *label)
{
    paint_format(next_row(sheet), 1, COLS - 2, A_DIM,
                 paint_has_colours() ? "bold: towards %s; faint: away from it"
                                     : "[+word+] towards %s, [-word-] away from it",
                 label->name);
}

static void put_title(struct sheet *sheet, const struct entry *entry, const char *place)
{
    char when[DESCRIBE_TIME_MAX];
    int row = next_row(sheet), used;

    describe_time(entry, when);
    used =
        1 + paint_format(row, 1, COLS - 1, A_BOLD, "Message %lld, %s", (long long)entry->id, when);
    if (used + (int)strlen(place) + 2 < COLS)
        paint_text(row, COLS - 1 - (int)strlen(place), COLS, A_NORMAL, place, strlen(place));
}

void reader_draw(struct reader *reader, struct face *face, const struct area *area,
                 const char *place)
{
    const struct model *model = journal_model(face->journal);
    const struct entry *entry = &reader->entry;
    struct sheet sheet = {.first = (int)reader->top, .top = area->top, .bottom = area->bottom};
    struct prediction prediction;
    struct why why;
    const struct label *label;

    journal_guess(face->journal, entry->text, strlen(entry->text), &prediction, &why);
    label = model_label(model, prediction.label);
    put_title(&sheet, entry, place);
    skip_line(&sheet);
    put_message(&sheet, entry, &why, label);
    put_legend(&sheet, label);
    skip_line(&sheet);
    put_then(&sheet, entry);
    put_now(&sheet, face, &prediction, prediction.can_tell ? paint_label(label) : A_NORMAL);
    put_rating(&sheet, entry);
    skip_line(&sheet);
    put_bars(&sheet, model, &prediction);
    skip_line(&sheet);
    put_why(&sheet, label, &prediction, &why);
    reader->rows = area->bottom > area->top ? (size_t)(area->bottom - area->top) : 1;
    reader->last = (size_t)sheet.line > reader->rows ? (size_t)sheet.line - reader->rows : 0;
    if (reader->top > reader->last)
        reader->top = reader->last;
}
