#include "app/tui/write_view.h"

#include "app/describe.h"
#include "app/glyph.h"
#include "app/reasons.h"
#include "app/tui/paint.h"
#include "app/tui/picker_view.h"
#include "app/tui/screen.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INDENT = 3,     /* columns before the text: " > " */
    BARS_FEW = 4,   /* bars that are shown unless all are asked for */
    TEXT_LEAST = 3, /* rows of the text that bars make room for */
    NARROW = 60,    /* columns below which words are left out */
    HIGHLIGHTS = 8, /* reasons whose words are highlighted, at most */
    BAR_COLUMNS = 48,
    MORE_COLUMNS = 14,       /* "m: 24 more" and a gap */
    TEXT_COLUMNS = 12,       /* of the last message, that its keys leave room for */
    WHY_BYTES = 1024 * 1024, /* the longest feature, far from it */
    WHY_COLUMNS = 24,        /* the widest feature of the why line */
};

/* The first of the next `rows` rows; -1 for none. */
static int place(int *at, int rows)
{
    int row = rows > 0 ? *at : -1;

    *at += rows;
    return row;
}

void write_layout(int top, int bottom, int text_rows, int bars_wanted, struct write_layout *out)
{
    int rows = bottom - top;
    /* What there is room for: the guess first, then the message to be rated, then the rest. */
    int guess = rows >= 2, last = rows >= 3, why = (rows >= 4) + (rows >= 13);
    int rule = rows >= 7, second = rows >= 11;
    int spare = rows - guess - last - why - rule - second;
    int text = text_rows < TEXT_LEAST ? text_rows : TEXT_LEAST;
    int bars = spare - text < bars_wanted ? spare - text : bars_wanted;
    int at;

    bars = bars > 0 ? bars : 0;
    at = top + spare - bars;
    *out = (struct write_layout){
        .box = top, .box_rows = spare - bars, .bar_rows = bars, .why_rows = why};
    out->guess = place(&at, guess);
    out->bars = place(&at, bars);
    out->why = place(&at, why);
    out->rules[0] = place(&at, rule);
    out->last = place(&at, last);
    out->rules[1] = place(&at, second);
}

/* ---- the box ---- */

/* One attribute for each byte of the text: words that drove the guess stand out. */
static attr_t *highlights(const struct reason *reasons, size_t count, size_t length,
                          attr_t attributes)
{
    attr_t *of_byte = calloc(length ? length : 1, sizeof *of_byte);
    float strongest = 0;

    for (size_t i = 0; of_byte && i < count && i < HIGHLIGHTS; i++) {
        const struct reason *item = &reasons[i];

        if (item->value > strongest)
            strongest = item->value;
        if (item->value <= 0 || item->value < strongest / 4)
            continue;
        for (size_t at = item->start; at < item->end && at < length; at++)
            of_byte[at] = attributes | A_BOLD | A_UNDERLINE;
    }
    return of_byte;
}

static int count_rows(const struct editor *box)
{
    struct wrapped line = {0};
    int rows = 0;

    for (size_t at = 0; at < box->text.length; at = line.next, rows++)
        glyph_wrap(box->text.data, box->text.length, at, box->width, &line);
    if (box->text.length > 0 && box->text.data[box->text.length - 1] == '\n')
        rows++;
    return rows > 0 ? rows : 1;
}

/* Draws the text from its line `first` on. */
static void draw_text(const struct editor *box, int row, int rows, int first,
                      const attr_t *attributes)
{
    struct wrapped line = {0};
    int number = 0;

    for (size_t at = 0; at < box->text.length; at = line.next, number++) {
        glyph_wrap(box->text.data, box->text.length, at, box->width, &line);
        if (number >= first && number < first + rows)
            paint_line(row + number - first, INDENT, box->text.data, at, line.end, attributes);
    }
}

static void draw_box(const struct write *write, const struct write_layout *layout,
                     const attr_t *attributes, int *row, int *column)
{
    int line, first;

    editor_place(&write->box, &line, column);
    first = line >= layout->box_rows ? line - layout->box_rows + 1 : 0;
    paint_text(layout->box, 1, 1, write_typing(write) ? A_BOLD : A_NORMAL, ">", 1);
    draw_text(&write->box, layout->box, layout->box_rows, first, attributes);
    *row = layout->box + line - first;
    *column += INDENT;
    if (*column >= COLS)
        *column = COLS - 1;
}

/* ---- the guess ---- */

static void upper(const char *name, char out[LABEL_NAME_MAX + 1])
{
    size_t i;

    for (i = 0; i < LABEL_NAME_MAX && name[i]; i++)
        out[i] = (char)toupper((unsigned char)name[i]);
    out[i] = '\0';
}

/* Where the guess comes from: "model v7 + your 41 ratings". */
static void draw_source(struct face *face, int row, int used)
{
    unsigned version = (unsigned)model_version(journal_model(face->journal));
    size_t ratings = journal_rating_count(face->journal);
    char source[64];

    snprintf(source, sizeof source, "model v%u%s", version, ratings ? "" : ", no ratings yet");
    if (ratings)
        snprintf(source, sizeof source, "model v%u + your %zu rating%s", version, ratings,
                 ratings == 1 ? "" : "s");
    if (used + 5 + (int)strlen(source) < COLS)
        paint_format(row, COLS - 1 - (int)strlen(source), COLS, A_NORMAL, "%s", source);
}

/* ", with some surprise", in `room` columns or not at all. */
static int draw_second(int row, int column, int room, const struct label *second)
{
    static const char with[] = ", with some ";
    int columns = glyph_columns(second->name, strlen(second->name)) + (int)strlen(with);

    if (COLS < NARROW || columns > room)
        return 0;
    paint_format(row, column, COLS, A_NORMAL, "%s", with);
    paint_text(row, column + (int)strlen(with), COLS, paint_label(second), second->name,
               strlen(second->name));
    return columns;
}

static void draw_guess(struct face *face, int row, const struct prediction *prediction)
{
    const struct model *model = journal_model(face->journal);
    const struct label *label = model_label(model, prediction->label);
    const struct label *second = describe_second(model, prediction);
    float probability = prediction->probability[prediction->label];
    const char *sureness = prediction->can_tell ? describe_sureness(probability) : "";
    char name[LABEL_NAME_MAX + 1];
    int used = COLS >= NARROW ? paint_format(row, 1, COLS, A_NORMAL, "Guess: ") : 0;

    upper(label->name, name);
    if (prediction->can_tell)
        used += paint_format(row, 1 + used, COLS, A_BOLD | paint_label(label), "%s %.0f%%", name,
                             100 * (double)probability);
    else
        used += paint_format(row, 1 + used, COLS, A_BOLD, "I can't tell");
    if (second)
        used += draw_second(row, 1 + used, COLS - used - 4 - (int)strlen(sureness), second);
    used += paint_format(row, 3 + used, COLS, A_NORMAL, "%s", sureness);
    draw_source(face, row, used);
}

/* The number before a name is the digit that picks it. */
static void draw_bars(struct face *face, const struct write_layout *layout,
                      const struct prediction *prediction)
{
    const struct model *model = journal_model(face->journal);
    int count = model_label_count(model);
    int order[LABELS_MAX];
    int widest = (int)describe_label_columns(model), width;

    describe_order(model, prediction, order);
    width = COLS - widest - 11 - (COLS >= NARROW ? MORE_COLUMNS : 0);
    width = width > BAR_COLUMNS ? BAR_COLUMNS : width;
    for (int i = 0; i < layout->bar_rows && i < count; i++) {
        int row = layout->bars + i;

        if (count <= PICKER_DIGITS)
            paint_format(row, 2, 2, A_NORMAL, "%d", order[i] + 1);
        paint_label_bar(row, 4, widest, width, model_label(model, order[i]),
                        (double)prediction->probability[order[i]], i == 0);
    }
    if (layout->bar_rows > 0 && layout->bar_rows < count && COLS >= NARROW)
        paint_format(layout->bars + layout->bar_rows - 1, 5 + widest + width + 8, COLS, A_NORMAL,
                     "m: %d more", count - layout->bar_rows);
}

/* As many reasons as there is room for; returns the next column. */
static int draw_reasons(const struct reason *reasons, size_t count, const char *text, int row,
                        int column, int edge, attr_t attributes)
{
    struct buffer words;

    buffer_init(&words, WHY_BYTES);
    for (size_t i = 0; i < count; i++) {
        int columns;

        buffer_clear(&words);
        if (reasons_describe(&reasons[i], text, &words))
            break;
        columns = glyph_columns(words.data, words.length);
        columns = columns < WHY_COLUMNS ? columns : WHY_COLUMNS;
        if (column + columns + 5 >= edge)
            break;
        column += paint_text(row, column, columns, reasons[i].value > 0 ? attributes : A_NORMAL,
                             words.data, words.length);
        column += paint_format(row, column, COLS, A_NORMAL, " %s   ", face_push(reasons[i].value));
    }
    buffer_free(&words);
    return column;
}

static void draw_why(struct face *face, const struct write_layout *layout,
                     const struct prediction *prediction, const struct reason *reasons,
                     size_t count, const char *text)
{
    const struct model *model = journal_model(face->journal);
    char name[LABEL_NAME_MAX + 1];
    int column = 1 + paint_format(layout->why, 1, COLS, A_BOLD, "Why  ");
    const char *table = COLS >= NARROW ? "w: full table" : "";
    int edge = COLS - 1 - (int)strlen(table);

    column = draw_reasons(reasons, count, text, layout->why, column, edge,
                          paint_label(model_label(model, prediction->label)));
    if (count == 0)
        paint_format(layout->why, column, COLS, A_NORMAL, "no word here speaks for an emotion");
    paint_text(layout->why, edge, COLS, A_NORMAL, table, strlen(table));
    if (layout->why_rows < 2)
        return;
    upper(model_label(model, prediction->label)->name, name);
    paint_format(layout->why + 1, 6, COLS - 6, A_NORMAL,
                 "+ pushes towards %s, - away;  %u of %u words are not in the model", name,
                 prediction->tokens - prediction->known, prediction->tokens);
}

/* What a person sees who is here for the first time, or has an empty box. */
static void draw_welcome(const struct write *write, struct face *face,
                         const struct write_layout *layout)
{
    int rows = layout->rules[0] - layout->guess;
    char text[PATH_MAX + 256];

    if (layout->guess < 0)
        return;
    snprintf(text, sizeof text,
             "Write what is on your mind: EmoTrack guesses the emotion, and says why.\n"
             "Your messages live in %s\n"
             "Nothing leaves this device unless you join a server.",
             journal_path(face->journal));
    paint_wrapped(layout->guess, 1, rows > 1 ? rows : 1,
                  write->last.id ? "Write: the guess and the why follow every key." : text,
                  A_NORMAL);
}

/* ---- the last message ---- */

/* The keys that rate, as many words of them as there is room for beside some of the message. */
static const char *rating_keys(int room)
{
    static const char *const keys[] = {"[y]es right  [n]o: pick  [s]kip  [u]ndo  [e]dit",
                                       "[y]es [n]o [s]kip [u]ndo [e]dit", "y/n/s/u"};
    size_t i = 0;

    while (i + 1 < sizeof keys / sizeof *keys && room < (int)strlen(keys[i]) + TEXT_COLUMNS)
        i++;
    return keys[i];
}

static void draw_last(const struct write *write, int row)
{
    const struct entry *last = &write->last;
    attr_t focus = write->mode == WRITE_OUTSIDE ? A_BOLD : A_NORMAL;
    char name[LABEL_NAME_MAX + 1], guess[LABEL_NAME_MAX + 64];
    const char *keys;
    int column, width;

    if (!last->id) {
        paint_format(row, 1, COLS - 1, A_NORMAL,
                     "The message that you save will stand here, to be rated.");
        return;
    }
    snprintf(guess, sizeof guess, "CAN'T TELL");
    if (last->guess) {
        upper(last->guess, name);
        snprintf(guess, sizeof guess, "%s %.0f%%", name, 100 * last->probability);
    }
    if (last->verdict != VERDICT_NONE)
        snprintf(guess + strlen(guess), sizeof guess - strlen(guess), " (%s)",
                 describe_verdict(last));
    column = 1 + paint_format(row, 1, COLS, focus, "Last  ");
    width = COLS - column - (int)strlen(guess) - 6; /* two quotes and two gaps of two */
    keys = rating_keys(width);
    width -= (int)strlen(keys);
    if (width >= TEXT_COLUMNS / 2) {
        column += paint_format(row, column, 1, focus, "\"");
        column += paint_text(row, column, width, focus, last->text, strlen(last->text));
        column += paint_format(row, column, COLS, focus, "\"  ");
    }
    column += paint_format(row, column, COLS, A_BOLD, "%s", guess);
    paint_text(row, column + 2, COLS, focus, keys, strlen(keys));
}

/* The labels to pick from end where the last message stands, over as many rows as they need. */
static void draw_pick(const struct write *write, struct face *face, int top, int row)
{
    const struct model *model = journal_model(face->journal);
    int rows = picker_rows(&write->picker, model, write->last.id);

    rows = rows < row - top + 1 ? rows : row - top + 1;
    picker_draw(&write->picker, model, write->last.id, row - rows + 1, rows);
}

/* On the rule: "draft 2 of 3". */
static void draw_drafts(const struct write *write, int row)
{
    bool counted = write->position <= write->drafts;
    size_t others = write->drafts - counted;
    char text[64] = "";
    int length;

    if (write->box.text.length > 0)
        length = snprintf(text, sizeof text, " draft %zu of %zu ", write->position, others + 1);
    else
        length = snprintf(text, sizeof text, " %zu unsent draft%s: Alt-Up ", others,
                          others == 1 ? "" : "s");
    if (others > 0 && length < COLS - 2)
        paint_text(row, COLS - length - 2, COLS, A_NORMAL, text, (size_t)length);
}

/* ---- all of it ---- */

static void draw(void *state, struct face *face, const struct area *area, struct spot *spot)
{
    struct write *write = state;
    const struct model *model = journal_model(face->journal);
    struct write_layout layout;
    struct prediction prediction;
    struct reason reasons[REASONS_MAX];
    struct why why;
    size_t length, count;
    const char *text = write_subject(write, &length);
    attr_t *attributes;
    int bars = write->all_labels || model_label_count(model) < BARS_FEW ? model_label_count(model)
                                                                        : BARS_FEW;

    write->box.width = COLS - INDENT - 1 > 1 ? COLS - INDENT - 1 : 1;
    write_layout(area->top, area->bottom, count_rows(&write->box), bars, &layout);
    journal_guess(face->journal, text, length, &prediction, &why);
    count = reasons_list(&why, reasons);
    attributes =
        highlights(reasons, count, length, paint_label(model_label(model, prediction.label)));
    draw_box(write, &layout, text == write->box.text.data ? attributes : NULL, &spot->row,
             &spot->column);
    free(attributes);
    if (length == 0) {
        draw_welcome(write, face, &layout);
    } else {
        if (layout.guess >= 0)
            draw_guess(face, layout.guess, &prediction);
        if (layout.bars >= 0)
            draw_bars(face, &layout, &prediction);
        if (layout.why >= 0)
            draw_why(face, &layout, &prediction, reasons, count, text);
    }
    paint_rule(layout.rules[0]);
    if (!write->editing && layout.rules[0] >= 0)
        draw_drafts(write, layout.rules[0]);
    if (layout.last >= 0)
        draw_last(write, layout.last);
    paint_rule(layout.rules[1]);
    if (write->mode == WRITE_PICK && layout.last >= 0)
        draw_pick(write, face, area->top, layout.last);
    if (!write_typing(write) && layout.last >= 0)
        *spot = (struct spot){.row = layout.last, .column = 1};
}

static const char *hints(void *state, struct face *face)
{
    const struct write *write = state;
    static char line[HINTS_MAX];

    if (write->mode == WRITE_PICK)
        return picker_hints(journal_model(face->journal), COLS < NARROW);
    binding_hints(write_bindings, (int)write->mode, write->mode != WRITE_OUTSIDE, COLS - 2, line);
    return line;
}

static void press(void *state, struct face *face, const struct press *press)
{
    write_press(state, face, press);
}

static void outdated(void *state, struct face *face, bool changed)
{
    (void)changed;
    write_reload(state, face);
}

static bool rest(void *state, struct face *face)
{
    return write_rest(state, face);
}

static int patience(const void *state)
{
    const struct write *write = state;

    return write->mode == WRITE_LINES ? 1 : 0;
}

static bool takes(void *state, const struct press *press)
{
    struct write *write = state;

    return picker_takes(&write->picker, press);
}

const struct screen write_screen = {
    .number = 1,
    .name = "Write",
    .bindings = write_bindings,
    .modes = write_modes,
    .press = press,
    .draw = draw,
    .hints = hints,
    .outdated = outdated,
    .rest = rest,
    .patience = patience,
    .takes = takes,
};
