#include "app/describe.h"
#include "app/glyph.h"
#include "app/tui/history.h"
#include "app/tui/paint.h"
#include "app/tui/picker_view.h"
#include "app/tui/prompt.h"
#include "app/tui/screen.h"

#include <stdio.h>
#include <string.h>

enum { NARROW = 60, LABEL_COLUMNS = 8 /* at least: labels of other models stand there too */ };

/* Where the columns of the list start; 0: not shown. The text comes last: nothing stands to its
 * right that a wide character could push away. */
struct columns {
    int when, when_width, guess, guess_width, percent, you, text;
};

static void lay_out(const struct model *model, struct columns *columns)
{
    int widest = LABEL_COLUMNS;

    for (int i = 0; i < model_label_count(model); i++) {
        int width = glyph_columns(model_label(model, i)->name, strlen(model_label(model, i)->name));

        widest = width > widest ? width : widest;
    }
    widest = widest > 14 ? 14 : widest;
    if (COLS < NARROW) {
        *columns = (struct columns){.guess = 2, .guess_width = widest, .text = widest + 3};
        return;
    }
    *columns = (struct columns){.when = 2, .when_width = 16, .guess = 20, .guess_width = widest};
    columns->percent = columns->guess + widest + 1;
    columns->you = columns->percent + 5;
    columns->text = columns->you + widest + 2;
}

static attr_t label_attributes(const struct model *model, const char *name)
{
    int label = name ? model_find_label(model, name) : -1;

    return label >= 0 ? paint_label(model_label(model, label)) : A_NORMAL;
}

static void draw_entry(struct face *face, int row, const struct columns *columns,
                       const struct entry *entry)
{
    const struct model *model = journal_model(face->journal);
    const char *guess = entry->guess ? entry->guess : "-";
    const char *you = describe_verdict(entry);
    char when[DESCRIBE_TIME_MAX];

    describe_time(entry, when);

    if (columns->when)
        paint_text(row, columns->when, columns->when_width, A_NORMAL, when, strlen(when));
    paint_text(row, columns->guess, columns->guess_width, label_attributes(model, entry->guess),
               guess, strlen(guess));
    if (columns->percent && entry->guess)
        paint_format(row, columns->percent, 4, A_NORMAL, "%3.0f%%", 100 * entry->probability);
    if (columns->you)
        paint_text(row, columns->you, columns->guess_width, label_attributes(model, entry->label),
                   entry->verdict == VERDICT_RIGHT ? "= right" : you,
                   strlen(entry->verdict == VERDICT_RIGHT ? "= right" : you));
    paint_text(row, columns->text, COLS, A_NORMAL, entry->text, strlen(entry->text));
}

static void draw_head(int row, const struct columns *columns)
{
    if (columns->when)
        paint_format(row, columns->when, COLS, A_BOLD, "when");
    paint_format(row, columns->guess, COLS, A_BOLD, "guess");
    if (columns->percent)
        paint_format(row, columns->percent + 3, COLS, A_BOLD, "p");
    if (columns->you)
        paint_format(row, columns->you, COLS, A_BOLD, "you");
    paint_format(row, columns->text, COLS, A_BOLD, "message");
}

/* Returns the row of the chosen message. */
static int draw_list(struct history *history, struct face *face, int top, int rows)
{
    struct columns columns;

    lay_out(journal_model(face->journal), &columns);
    draw_head(top, &columns);
    history->rows = rows > 1 ? (size_t)rows - 1 : 0;
    if (history->chosen < history->top)
        history->top = history->chosen;
    if (history->rows > 0 && history->chosen >= history->top + history->rows)
        history->top = history->chosen - history->rows + 1;
    for (size_t i = 0; i < history->rows && history->top + i < history->count; i++) {
        int row = top + 1 + (int)i;
        struct entry entry;

        if (!face_complain(face,
                           journal_get(face->journal, history->ids[history->top + i], &entry)))
            draw_entry(face, row, &columns, &entry);
        entry_clear(&entry);
        if (history->top + i == history->chosen) {
            paint_format(row, 0, 1, A_NORMAL, ">");
            paint_chosen(row);
        }
    }
    return top + 1 + (int)(history->chosen - history->top);
}

static void draw_empty(const struct history *history, int row, int rows)
{
    paint_wrapped(row, 2, rows,
                  history->total > 0
                      ? "No message passes this filter. Esc shows all."
                      : "The messages that you write will stand here, newest first, each with its "
                        "guess and your rating. 1 goes to Write.",
                  A_NORMAL);
}

/* The line under the title: the filter, or what is being asked. Returns the cursor's column. */
static int draw_top_line(struct history *history, int row)
{
    char counted[64];
    bool filtered = history->filter.text.length > 0;
    int margin;

    switch (history->mode) {
    case HISTORY_PICK: return 0; /* drawn over the list, at the end */
    case HISTORY_DELETE:
        paint_format(row, 1, COLS - 1, A_BOLD,
                     "Delete message %lld for good? y deletes, any other key keeps it",
                     (long long)history->asked);
        return 0;
    case HISTORY_EXPORT: return prompt_draw(row, "Export to: ", &history->path, 0);
    default: break;
    }
    margin = snprintf(counted, sizeof counted, "%zu of %zu%s", history->count, history->total,
                      filtered ? "  (Esc all)" : "");
    if (margin > COLS / 2)
        margin = 0;
    else
        paint_format(row, COLS - 1 - margin, COLS, A_NORMAL, "%s", counted);
    return prompt_draw(row, "/ ", &history->filter, margin + 1);
}

/* Over the top of the list; the message that it is about is named. */
static void draw_picker(const struct history *history, struct face *face, int top, int bottom)
{
    const struct model *model = journal_model(face->journal);
    int rows = picker_rows(&history->picker, model, history->asked);

    picker_draw(&history->picker, model, history->asked, top,
                rows < bottom - top ? rows : bottom - top);
}

static void draw(void *state, struct face *face, const struct area *area, struct spot *spot)
{
    struct history *history = state;
    int list = area->top + 1, column;

    history_load(history, face);
    column = draw_top_line(history, area->top);
    if (area->bottom - area->top >= 8)
        paint_rule(list++);
    if (history->count == 0)
        draw_empty(history, list, area->bottom - list);
    else
        spot->row = draw_list(history, face, list, area->bottom - list);
    if (history->mode == HISTORY_PICK)
        draw_picker(history, face, area->top, area->bottom);
    if (history->mode != HISTORY_LIST)
        *spot = (struct spot){.row = area->top, .column = column};
}

static const char *hints(void *state, struct face *face)
{
    const struct history *history = state;
    bool narrow = COLS < NARROW;

    switch (history->mode) {
    case HISTORY_FILTER:
        return narrow
                   ? "Enter keep  Esc all"
                   : "rated not:rated wrong emotion:joy you:fear after:2026-11-01  Enter  Esc all";
    case HISTORY_PICK: return picker_hints(journal_model(face->journal), narrow);
    case HISTORY_DELETE: return "y delete  any other key: keep";
    case HISTORY_EXPORT: return "Enter export (.csv or .jsonl)  Esc back";
    case HISTORY_LIST: break;
    }
    return narrow
               ? "Enter open  y/n  / filter  ? help"
               : "Enter open+why  y/n rate  e edit  d delete  u undo  / filter  x export  ? help";
}

static void press(void *state, struct face *face, const struct press *press)
{
    history_press(state, face, press);
}

static void outdated(void *state, struct face *face)
{
    struct history *history = state;

    (void)face;
    history->stale = true;
}

static bool takes(void *state, const struct press *press)
{
    struct history *history = state;

    return picker_takes(&history->picker, press);
}

const struct screen history_screen = {
    .number = 2,
    .name = "History",
    .bindings = history_bindings,
    .press = press,
    .draw = draw,
    .hints = hints,
    .outdated = outdated,
    .takes = takes,
};
