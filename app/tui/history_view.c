#include "app/describe.h"
#include "app/glyph.h"
#include "app/tui/history.h"
#include "app/tui/paint.h"
#include "app/tui/picker_view.h"
#include "app/tui/prompt.h"
#include "app/tui/screen.h"

#include <stdio.h>
#include <string.h>

enum {
    NARROW = 60,
    LABEL_COLUMNS = 14,  /* at most */
    STATE_MAX = 256,     /* bytes of what stands at the right of the filter */
    PART_MAX = 64,       /* ... and of a part of it */
    FILTER_COLUMNS = 12, /* of the filter, that it leaves room for */
};

/* How what the filter looks for stands out. */
static const attr_t match_attributes = A_BOLD | A_UNDERLINE;

/* Where the columns of the list start; 0: not shown. Before them stand ">" at the chosen message
 * and "*" at marked ones. The text comes last: nothing stands to its right that a wide character
 * could push away. */
struct columns {
    int when, when_width, guess, guess_width, percent, you, text;
};

static void lay_out(const struct model *model, struct columns *columns)
{
    int widest = (int)describe_label_columns(model);

    widest = widest > LABEL_COLUMNS ? LABEL_COLUMNS : widest;
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

/* ---- the text of a row ---- */

/* A text on one line, and the spans of it that stand out. */
struct line {
    const char *text;
    size_t length;
    const struct span *spans; /* [count] */
    size_t count;
};

/* Reads the cluster at a byte of the line; returns its columns, a line break's is a blank. */
static int read_cluster(const struct line *line, size_t at, struct glyph *glyph)
{
    glyph_read(line->text + at, line->length - at, glyph);
    return glyph->newline ? 1 : glyph->columns;
}

/* The byte where the cluster behind the first `columns` columns from `at` on begins, no cluster
 * being cut. */
static size_t pass_columns(const struct line *line, size_t at, size_t end, int columns)
{
    while (at < end) {
        struct glyph glyph;

        columns -= read_cluster(line, at, &glyph);
        if (columns < 0)
            break;
        at += glyph.length;
    }
    return at;
}

/* The columns of bytes [0, end). */
static int count_columns(const struct line *line, size_t end)
{
    int columns = 0;

    for (size_t at = 0; at < end;) {
        struct glyph glyph;

        columns += read_cluster(line, at, &glyph);
        at += glyph.length;
    }
    return columns;
}

/* The first byte to be seen: 0, unless the first match would stand too far to the right. */
static size_t find_start(const struct line *line, int width)
{
    int before;

    if (line->count == 0 || count_columns(line, line->spans[0].end) < width)
        return 0;
    before = count_columns(line, line->spans[0].start) - width / 3;
    return pass_columns(line, 0, line->spans[0].start, before > 0 ? before : 0);
}

static bool is_match(const struct line *line, size_t at)
{
    for (size_t i = 0; i < line->count; i++) {
        if (line->spans[i].start <= at && at < line->spans[i].end)
            return true;
    }
    return false;
}

/* Draws bytes [at, end), which fit, the spans standing out. Returns the next column. */
static int draw_part(int row, int column, const struct line *line, size_t at, size_t end,
                     attr_t attributes)
{
    while (at < end) {
        bool match = is_match(line, at);
        size_t next = at;

        while (next < end && is_match(line, next) == match) {
            struct glyph glyph;

            read_cluster(line, next, &glyph);
            next += glyph.length;
        }
        column += paint_text(row, column, COLS, attributes | (match ? match_attributes : A_NORMAL),
                             line->text + at, next - at);
        at = next;
    }
    return column;
}

/* Draws what there is room for up to the window's edge; "~" at an end where there is more. */
static void draw_line(int row, int column, const struct line *line, attr_t attributes)
{
    int width = COLS - column;
    size_t start, end;

    if (width < 3)
        return;
    start = find_start(line, width);
    if (start > 0)
        paint_text(row, column++, 1, attributes, "~", 1);
    end = pass_columns(line, start, line->length, COLS - column);
    if (end < line->length)
        end = pass_columns(line, start, line->length, COLS - column - 1);
    column = draw_part(row, column, line, start, end, attributes);
    if (end < line->length)
        paint_text(row, column, 1, attributes, "~", 1);
}

/* ---- rows ---- */

static void draw_columns(struct face *face, int row, const struct columns *columns,
                         const struct entry *entry)
{
    const struct model *model = journal_model(face->journal);
    const char *guess = entry->guess ? entry->guess : "-";
    const char *you = entry->verdict == VERDICT_RIGHT ? "= right" : describe_verdict(entry);
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
                   you, strlen(you));
}

static void draw_entry(const struct history *history, struct face *face, int row,
                       const struct columns *columns, const struct entry *entry)
{
    bool chosen = entry->id == list_chosen(&history->list);
    struct span spans[MATCHES_MAX];
    struct line line = {.text = entry->text, .length = strlen(entry->text), .spans = spans};

    line.count = matches_find(history->matches, line.text, line.length, spans);
    draw_columns(face, row, columns, entry);
    if (list_is_marked(&history->list, entry->id))
        paint_text(row, 1, 1, A_BOLD, "*", 1);
    if (chosen) {
        paint_text(row, 0, 1, A_NORMAL, ">", 1);
        paint_chosen(row);
    }
    draw_line(row, columns->text, &line, chosen ? A_REVERSE : A_NORMAL);
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

/* Scrolls as little as brings the choice into the window. */
static void follow(struct history *history)
{
    size_t chosen = history->list.chosen;

    if (chosen < history->top)
        history->top = chosen;
    if (history->rows > 0 && chosen >= history->top + history->rows)
        history->top = chosen - history->rows + 1;
}

/* A message that was deleted a moment ago leaves its place until the list is read anew. */
static void draw_row(struct history *history, struct face *face, int row,
                     const struct columns *columns, size_t index)
{
    struct entry entry;
    enum error error = journal_get(face->journal, history->list.ids[index], &entry);

    if (error == ERROR_NOT_FOUND) {
        paint_format(row, columns->text, COLS, A_DIM, "(deleted)");
        history->stale = true;
    } else if (!face_complain(face, error)) {
        draw_entry(history, face, row, columns, &entry);
    }
    entry_clear(&entry);
}

/* Returns the row of the chosen message. */
static int draw_list(struct history *history, struct face *face, int top, int rows)
{
    struct columns columns;

    lay_out(journal_model(face->journal), &columns);
    draw_head(top, &columns);
    history->first_row = top + 1;
    history->rows = rows > 1 ? (size_t)rows - 1 : 0;
    follow(history);
    for (size_t i = 0; i < history->rows && history->top + i < history->list.count; i++)
        draw_row(history, face, top + 1 + (int)i, &columns, history->top + i);
    return top + 1 + (int)(history->list.chosen - history->top);
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

/* ---- the line under the title ---- */

/* What is under way beside the screen; "": nothing. */
static void write_work(const struct history *history, char out[PART_MAX])
{
    enum sync_stage stage;
    int percent;

    out[0] = '\0';
    worker_progress(history->worker, &stage, &percent);
    if (worker_job(history->worker) == JOB_EXPORT)
        snprintf(out, PART_MAX, "exporting %d%% (Esc stops)   ", percent);
    else if (worker_job(history->worker) == JOB_FORGET)
        snprintf(out, PART_MAX, "deleting and overwriting   ");
    else if (history->late)
        snprintf(out, PART_MAX, "searching   ");
}

/* What stands at the right of the filter: what is under way, how many messages are marked and
 * listed, in which order, and what Esc takes back; in `room` columns the first of these. Returns
 * the columns that it takes. */
static int write_state(const struct history *history, int room, char out[STATE_MAX])
{
    static const char *const orders[] = {
        [DB_NEWEST_FIRST] = "",
        [DB_OLDEST_FIRST] = "oldest first   ",
        [DB_SUREST_FIRST] = "surest first   ",
        [DB_LEAST_SURE_FIRST] = "least sure first   ",
    };
    char work[PART_MAX], marks[PART_MAX] = "", count[PART_MAX];
    bool filtered = history->filter.text.length > 0;
    const char *escape = history->list.marks > 0 ? "  (Esc no marks)"
                         : filtered              ? "  (Esc all)"
                                                 : "";

    write_work(history, work);
    if (history->list.marks > 0)
        snprintf(marks, sizeof marks, "%zu marked   ", history->list.marks);
    snprintf(count, sizeof count, "%zu of %zu", history->list.count, history->total);
    snprintf(out, STATE_MAX, "%s%s%s%s%s", work, marks, orders[history->order], count, escape);
    if ((int)strlen(out) > room)
        snprintf(out, STATE_MAX, "%s%s%s", work, marks, count);
    if ((int)strlen(out) > room)
        snprintf(out, STATE_MAX, "%s", work[0] ? work : marks[0] ? marks : count);
    if ((int)strlen(out) > room)
        snprintf(out, STATE_MAX, "%zu", history->list.count);
    return (int)strlen(out);
}

static int draw_filter(struct history *history, int row)
{
    char state[STATE_MAX];
    int margin = write_state(history, COLS - FILTER_COLUMNS, state);

    paint_format(row, COLS - 1 - margin, COLS, A_NORMAL, "%s", state);
    return prompt_draw(row, "/ ", &history->filter, margin + 1);
}

static void ask_delete(const struct history *history, int row)
{
    static const char answer[] = "y deletes, any other key keeps";

    if (history->asked)
        paint_format(row, 1, COLS - 1, A_BOLD, "Delete message %lld for good? %s it",
                     (long long)history->asked, answer);
    else
        paint_format(row, 1, COLS - 1, A_BOLD, "Delete %zu marked message%s for good? %s %s",
                     history->list.marks, history->list.marks == 1 ? "" : "s", answer,
                     history->list.marks == 1 ? "it" : "them");
}

/* The filter, or what is being asked. Returns the cursor's column. */
static int draw_top_line(struct history *history, int row)
{
    switch (history->mode) {
    case HISTORY_PICK: return 0; /* drawn over the list, at the end */
    case HISTORY_DELETE: ask_delete(history, row); return 0;
    case HISTORY_EXPORT:
        return prompt_draw(row, history->list.marks > 0 ? "Export the marked to: " : "Export to: ",
                           &history->path, 0);
    default: return draw_filter(history, row);
    }
}

/* What Tab would put into the filter line, beneath it. */
static void draw_candidates(struct history *history, struct face *face, int row)
{
    const struct candidates *candidates = &history->candidates;
    int column = 3;

    history_load_candidates(history, face);
    for (size_t i = 0; i < candidates->count && column < COLS; i++) {
        const char *word = complete_shown(candidates->word[i]);
        bool put = history->cycling &&
                   i == (history->next_candidate + candidates->count - 1) % candidates->count;

        column += paint_text(row, column, COLS, put ? A_BOLD : A_DIM, word, strlen(word)) + 1;
    }
}

/* ---- all of it ---- */

/* Over the top of the list; the message that it is about is named. */
static void draw_picker(const struct history *history, struct face *face, int top, int bottom)
{
    const struct model *model = journal_model(face->journal);
    int rows = picker_rows(&history->picker, model, history->asked);

    picker_draw(&history->picker, model, history->asked, top,
                rows < bottom - top ? rows : bottom - top);
}

static void draw_messages(struct history *history, struct face *face, const struct area *area,
                          struct spot *spot)
{
    int list = area->top + 1, column = draw_top_line(history, area->top);
    bool roomy = area->bottom - area->top >= 8;

    if (roomy && history->mode == HISTORY_FILTER)
        draw_candidates(history, face, list++);
    else if (roomy)
        paint_rule(list++);
    if (history->list.count == 0)
        draw_empty(history, list, area->bottom - list);
    else
        spot->row = draw_list(history, face, list, area->bottom - list);
    if (history->mode != HISTORY_LIST)
        *spot = (struct spot){.row = area->top, .column = column};
}

/* An open message; what is asked about it stands above it. */
static void draw_reader(struct history *history, struct face *face, const struct area *area)
{
    struct area rest = *area;
    char place[STATE_MAX] = "";

    if (list_chosen(&history->list) == history->reader.entry.id)
        snprintf(place, sizeof place, "%zu of %zu", history->list.chosen + 1, history->list.count);
    if (history->mode == HISTORY_DELETE)
        ask_delete(history, rest.top++);
    reader_draw(&history->reader, face, &rest, place);
}

static void draw(void *state, struct face *face, const struct area *area, struct spot *spot)
{
    struct history *history = state;

    history_load(history, face);
    if (history->reading)
        draw_reader(history, face, area);
    else
        draw_messages(history, face, area, spot);
    if (history->mode == HISTORY_PICK)
        draw_picker(history, face, area->top, area->bottom);
}

static const char *hints(void *state, struct face *face)
{
    static char out[HINTS_MAX];
    const struct history *history = state;

    switch (history->mode) {
    case HISTORY_PICK: return picker_hints(journal_model(face->journal), COLS < NARROW);
    case HISTORY_DELETE: return "y delete  any other key: keep";
    default: break;
    }
    binding_hints(history_bindings, (int)history->mode,
                  history->mode == HISTORY_FILTER || history->mode == HISTORY_EXPORT, COLS - 2,
                  out);
    return out;
}

static void press(void *state, struct face *face, const struct press *press)
{
    history_press(state, face, press);
}

static void outdated(void *state, struct face *face, bool changed)
{
    (void)face;
    history_outdated(state, changed);
}

static bool rest(void *state, struct face *face)
{
    return history_rest(state, face);
}

static int patience(const void *state)
{
    return history_patience(state);
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
    .modes = history_modes,
    .press = press,
    .draw = draw,
    .hints = hints,
    .outdated = outdated,
    .rest = rest,
    .patience = patience,
    .takes = takes,
};
