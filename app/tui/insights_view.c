#include "app/describe_insights.h"
#include "app/spark.h"
#include "app/tui/insights_item.h"
#include "app/tui/paint.h"
#include "app/tui/screen.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDE = 64, NARROW = 60, WEEK = 7, HOURS = 24, FEW_ROWS = 6, MANY_ROWS = 24 };

/* What is being drawn: lines of the page are rows of the window, or -1 where they are out of sight.
 */
struct canvas {
    const struct insights_state *insights;
    const struct model *model;
    int32_t today;
};

static int row_of(const struct canvas *canvas, int line)
{
    const struct insights_state *insights = canvas->insights;
    int row = line - insights->top;

    return row >= 0 && row < insights->page_rows ? insights->page_row + row : -1;
}

static const struct insights_box *box_of(const struct canvas *canvas, enum insights_block block)
{
    return &canvas->insights->layout.box[block];
}

static attr_t attributes_of(const struct canvas *canvas, int label)
{
    int known =
        label >= 0 ? model_find_label(canvas->model, canvas->insights->data.name[label]) : -1;

    return known >= 0 ? paint_label(model_label(canvas->model, known)) : A_NORMAL;
}

static char letter_of(const struct canvas *canvas, int label)
{
    return label >= 0 ? canvas->insights->view.letters[label] : '-';
}

static void put_heading(const struct canvas *canvas, enum insights_block block, const char *text)
{
    const struct insights_box *box = box_of(canvas, block);

    paint_format(row_of(canvas, box->line), box->column + 1, COLS, A_BOLD, "%s", text);
}

/* ---- trends ---- */

/* What the bars stand for: the first columns of the buckets' names, as far as they fit. */
static void draw_bucket_names(const struct canvas *canvas, int row, int column)
{
    const struct insights_layout *layout = &canvas->insights->layout;
    const struct insights_period *period = &canvas->insights->period;
    int free_from = 0, step = layout->trend.step;

    for (int i = 0; i < period->buckets; i++) {
        int at = i / layout->trend.merged * step, width;
        struct insights_bucket bucket;

        insights_bucket(period, i, &bucket);
        if (period->span == INSIGHTS_MONTH && i % WEEK != 0)
            continue;
        width = period->span == INSIGHTS_YEAR ? 1 : 2;
        if (at < free_from || layout->trend.bars + at + width > layout->trend.share)
            continue;
        paint_format(row, column + at, width, A_NORMAL, "%.*s", width, bucket.name);
        free_from = at + width + (step > 1 || width > 1);
    }
}

static void draw_trends_heading(const struct canvas *canvas)
{
    const struct insights_columns *columns = &canvas->insights->layout.trend;
    const struct insights_trends *trends = &canvas->insights->view.trends;
    const struct insights_box *box = box_of(canvas, BLOCK_TRENDS);
    int row = row_of(canvas, box->line);

    if (trends->count == 0)
        return;
    paint_format(row, box->column + columns->name, columns->name_width, A_BOLD, "emotion");
    draw_bucket_names(canvas, row, box->column + columns->bars);
    paint_format(row, box->column + columns->share, COLS, A_BOLD, "%6s",
                 trends->shares ? "share" : "count");
    if (columns->change && trends->changes)
        paint_format(row, box->column + columns->change, COLS, A_BOLD, "%5s", "+/-");
}

/* The counts of the bars, where several buckets share one. Returns how many bars there are. */
static int merge(const struct insights_columns *columns, const struct insights_period *period,
                 const size_t *buckets, size_t bars[INSIGHTS_BUCKETS_MAX])
{
    memset(bars, 0, INSIGHTS_BUCKETS_MAX * sizeof *bars);
    for (int i = 0; i < period->buckets; i++)
        bars[i / columns->merged] += buckets[i];
    return (period->buckets + columns->merged - 1) / columns->merged;
}

static size_t highest_bar(const struct canvas *canvas)
{
    const struct insights_trends *trends = &canvas->insights->view.trends;
    size_t bars[INSIGHTS_BUCKETS_MAX], most = 0;

    for (int i = 0; i < trends->count; i++) {
        int count =
            merge(&canvas->insights->layout.trend, &trends->period, trends->trend[i].buckets, bars);

        for (int bar = 0; bar < count; bar++)
            most = bars[bar] > most ? bars[bar] : most;
    }
    return most;
}

/* One bar, `width` columns wide. */
static void draw_bar(int row, int column, int width, size_t count, size_t most, attr_t attributes)
{
    char bar[SPARK_COLUMN_MAX + 1];

    spark_line(&count, 1, most, paint_ascii(), bar);
    for (int i = 0; i < width; i++)
        paint_text(row, column + i, 1, attributes, bar, strlen(bar));
}

static void draw_trend(const struct canvas *canvas, int row, const struct insights_trend *trend,
                       size_t most)
{
    const struct insights_columns *columns = &canvas->insights->layout.trend;
    const struct insights_trends *trends = &canvas->insights->view.trends;
    attr_t attributes = attributes_of(canvas, trend->label);
    const char *name = canvas->insights->data.name[trend->label];
    int left = box_of(canvas, BLOCK_TRENDS)->column, count;
    size_t bars[INSIGHTS_BUCKETS_MAX];
    long change = lround(100 * trend->change);

    paint_format(row, left + columns->letter, 1, attributes, "%c", letter_of(canvas, trend->label));
    paint_text(row, left + columns->name, columns->name_width, attributes, name, strlen(name));
    count = merge(columns, &trends->period, trend->buckets, bars);
    for (int i = 0; i < count; i++)
        draw_bar(row, left + columns->bars + i * columns->step,
                 columns->step > 1 ? columns->step - 1 : 1, bars[i], most, attributes);
    if (trends->shares)
        paint_format(row, left + columns->share, COLS, A_NORMAL, "%5ld%%",
                     lround(100 * trend->share));
    else
        paint_format(row, left + columns->share, COLS, A_NORMAL, "%6zu", trend->count);
    if (columns->change && trends->changes)
        paint_format(row, left + columns->change, COLS, A_NORMAL, change ? "%+5ld" : "%5ld",
                     change);
}

static void draw_trends(const struct canvas *canvas)
{
    const struct insights_trends *trends = &canvas->insights->view.trends;
    const struct insights_box *box = box_of(canvas, BLOCK_TRENDS);
    size_t most = highest_bar(canvas);

    draw_trends_heading(canvas);
    for (int i = 0; i < trends->count; i++)
        draw_trend(canvas, row_of(canvas, box->line + 1 + i), &trends->trend[i], most);
    for (int i = 0; i < 2 && trends->count == 0; i++) {
        char words[2][INSIGHTS_WORDS_MAX];

        insights_no_trends(canvas->insights, words[0], words[1]);
        paint_format(row_of(canvas, box->line + 1 + i), box->column + 2, COLS, A_NORMAL, "%s",
                     words[i]);
    }
}

/* ---- the calendar ---- */

/* A year is a picture: its days are filled with their colours, where there are any. */
static attr_t cell_attributes(const struct canvas *canvas, const struct insights_cell *cell)
{
    attr_t attributes = cell->messages ? attributes_of(canvas, cell->label) : A_NORMAL;
    bool filled = canvas->insights->period.span == INSIGHTS_YEAR && PAIR_NUMBER(attributes) > 0;

    return filled ? attributes | A_REVERSE : attributes;
}

static void draw_cell(const struct canvas *canvas, int day)
{
    const struct insights_state *insights = canvas->insights;
    const struct insights_cell *cell = &insights->view.cells[day];
    struct insights_place place =
        insights_place(&insights->layout, (struct insights_item){BLOCK_DAYS, day});
    int row = row_of(canvas, place.line), column = place.column + (place.width > 2);
    bool today = insights->period.first + day == canvas->today;
    attr_t attributes = cell_attributes(canvas, cell) | (today ? A_UNDERLINE : A_NORMAL);

    paint_format(row, column, 1, attributes, "%c",
                 cell->messages ? letter_of(canvas, cell->label) : '.');
    if (today && place.width > 2) {
        paint_format(row, column - 1, 1, A_NORMAL, "[");
        paint_format(row, column + 1, 1, A_NORMAL, "]");
    }
}

/* The day of the month on which a week begins. */
static int month_day(int32_t day)
{
    struct insights_period month;

    insights_period(INSIGHTS_MONTH, day, 0, &month);
    return (int)(day - month.first) + 1;
}

/* Above the weeks: the day on which each begins, and for a year the months. */
static void draw_weeks_heading(const struct canvas *canvas, int row, int column)
{
    const struct insights_state *insights = canvas->insights;
    const struct insights_calendar *calendar = &insights->layout.calendar;
    const struct insights_period *period = &insights->period;
    int weeks = (int)(calendar->lead + period->days + WEEK - 1) / WEEK;

    column += calendar->labels;
    if (period->span == INSIGHTS_YEAR) {
        for (int i = 0; i < period->buckets; i++) {
            struct insights_bucket month;

            insights_bucket(period, i, &month);
            paint_format(row,
                         column + (int)(month.first - period->first + calendar->lead) / WEEK *
                                      calendar->step,
                         3, A_NORMAL, "%.3s", month.name);
        }
        return;
    }
    for (int week = 0; week<weeks; week += calendar->step> 2 ? 1 : 2) {
        int32_t first = period->first + (week ? week * WEEK - calendar->lead : 0);

        paint_format(row, column + week * calendar->step, 2, A_NORMAL, "%2d", month_day(first));
    }
}

/* Beside a day of a week, where there is room: how many messages, and the main emotion. */
static void draw_day_words(const struct canvas *canvas, int day)
{
    const struct insights_state *insights = canvas->insights;
    const struct insights_cell *cell = &insights->view.cells[day];
    struct insights_place place =
        insights_place(&insights->layout, (struct insights_item){BLOCK_DAYS, day});
    int row = row_of(canvas, place.line), column = place.column + place.width + 1;

    if (column + 5 + insights->layout.trend.name_width > COLS || cell->messages == 0)
        return;
    paint_format(row, column, 4, A_NORMAL, "%4zu", cell->messages);
    if (cell->label >= 0)
        paint_format(row, column + 5, COLS, attributes_of(canvas, cell->label), "%s",
                     insights->data.name[cell->label]);
}

static void draw_weeks(const struct canvas *canvas)
{
    const struct insights_state *insights = canvas->insights;
    const struct insights_box *box = box_of(canvas, BLOCK_DAYS);

    draw_weeks_heading(canvas, row_of(canvas, box->line), box->column);
    for (int line = 0; line < WEEK; line++)
        paint_format(row_of(canvas, box->line + 1 + line), box->column, 2, A_NORMAL, "%.2s",
                     insights_weekday_names[(insights->period.week_start + line) % WEEK]);
    for (int day = 0; day < WEEK && insights->period.span == INSIGHTS_WEEK; day++)
        draw_day_words(canvas, day);
}

static void draw_months(const struct canvas *canvas)
{
    const struct insights_calendar *calendar = &canvas->insights->layout.calendar;
    const struct insights_box *box = box_of(canvas, BLOCK_DAYS);
    int lines = calendar->across < 31 ? 2 : 1, row = row_of(canvas, box->line);

    for (int day = 1; day <= calendar->across; day += 5)
        paint_format(row, box->column + calendar->labels + day - 1, 2, A_NORMAL, "%d", day);
    for (int month = 0; month < 12; month++) {
        int line = box->line + 1 + month * lines;

        paint_format(row_of(canvas, line), box->column, 3, A_NORMAL, "%.3s",
                     insights_month_names[month]);
        if (lines > 1)
            paint_format(row_of(canvas, line + 1), box->column, 3, A_NORMAL, "%d+",
                         calendar->across);
    }
}

static void draw_days(const struct canvas *canvas)
{
    const struct insights_calendar *calendar = &canvas->insights->layout.calendar;
    const struct insights_box *box = box_of(canvas, BLOCK_DAYS);

    if (box->items == 0)
        return;
    if (calendar->form == FORM_WEEKS)
        draw_weeks(canvas);
    else
        draw_months(canvas);
    for (int day = 0; day < box->items; day++)
        draw_cell(canvas, day);
    if (calendar->legend)
        paint_format(row_of(canvas, box->line + box->lines - 1), box->column, COLS - 1, A_NORMAL,
                     COLS < WIDE ? ". none  - no emotion"
                                 : "letter: main emotion of the day   . no message   "
                                   "- no emotion");
}

/* ---- what is counted over all time ---- */

/* The same words as the command line has. */
static void put_words(enum error error, const struct buffer *words, int row, int column, int width)
{
    if (!error && words->length > 0)
        paint_text(row, column, width, A_NORMAL, words->data, words->length);
}

static void draw_model(const struct canvas *canvas)
{
    const struct insights_agreement *agreement = &canvas->insights->view.agreement;
    const struct insights_box *box = box_of(canvas, BLOCK_MODEL);
    struct buffer words;

    put_heading(canvas, BLOCK_MODEL, "Model vs you");
    buffer_init(&words, INSIGHTS_WORDS_MAX);
    if (agreement->rated > 0)
        put_words(describe_agreement(agreement, &words), &words, row_of(canvas, box->line + 1),
                  box->column + 2, COLS - 2);
    if (agreement->rated < INSIGHTS_FIRST)
        paint_format(row_of(canvas, box->line + 1 + (agreement->rated > 0)), box->column + 2,
                     COLS - 2, A_NORMAL,
                     COLS < NARROW ? "From %d ratings on: percentages"
                                   : "From %d ratings on this says how often the guesses are right",
                     INSIGHTS_FIRST);
    buffer_free(&words);
}

static void draw_guessed(const struct canvas *canvas)
{
    const struct insights_state *insights = canvas->insights;
    const struct insights_agreement *agreement = &insights->view.agreement;
    const struct insights_columns *columns = &insights->layout.trend;
    const struct insights_box *box = box_of(canvas, BLOCK_GUESSED);

    if (box->items > 0)
        put_heading(canvas, BLOCK_GUESSED, "Right, by guess");
    for (int i = 0; i < box->items; i++) {
        int label = insights->layout.guessed[i], row = row_of(canvas, box->line + 1 + i);
        const char *name = insights->data.name[label];
        size_t guessed = agreement->guessed[label], agreed = agreement->agreed[label];
        int column = columns->name + columns->name_width + 2;

        paint_format(row, columns->letter, 1, attributes_of(canvas, label), "%c",
                     letter_of(canvas, label));
        paint_text(row, columns->name, columns->name_width, attributes_of(canvas, label), name,
                   strlen(name));
        if (guessed >= INSIGHTS_FIRST)
            paint_format(row, column, COLS, A_NORMAL, "%3ld%% of %zu",
                         lround(100.0 * (double)agreed / (double)guessed), guessed);
        else
            paint_format(row, column, COLS, A_NORMAL, "%4zu of %zu", agreed, guessed);
    }
}

static void draw_corrections(const struct canvas *canvas)
{
    const struct insights_state *insights = canvas->insights;
    const struct insights_box *box = box_of(canvas, BLOCK_CORRECTIONS);
    struct buffer words;

    if (box->items > 0)
        put_heading(canvas, BLOCK_CORRECTIONS, "Most often corrected");
    buffer_init(&words, INSIGHTS_WORDS_MAX);
    for (int i = 0; i < box->items; i++) {
        buffer_clear(&words);
        put_words(
            describe_correction(&insights->data, &insights->view.agreement.correction[i], &words),
            &words, row_of(canvas, box->line + 1 + i), box->column + 2, box->width - 2);
    }
    buffer_free(&words);
}

static void draw_streaks(const struct canvas *canvas)
{
    const struct insights_habits *habits = &canvas->insights->view.habits;
    const struct insights_box *box = box_of(canvas, BLOCK_STREAKS);
    char date[INSIGHTS_DATE_MAX];

    put_heading(canvas, BLOCK_STREAKS, "Days in a row with a message");
    insights_date(habits->longest_first, date);
    paint_format(row_of(canvas, box->line + 1), box->column + 2, box->width - 2, A_NORMAL,
                 "longest %6zu, from %s on", habits->longest, date);
    if (habits->streak > 0)
        paint_format(row_of(canvas, box->line + 2), box->column + 2, box->width - 2, A_NORMAL,
                     "now     %6zu", habits->streak);
}

static size_t largest(const size_t *counts, int count)
{
    size_t most = 0;

    for (int i = 0; i < count; i++)
        most = counts[i] > most ? counts[i] : most;
    return most;
}

static void draw_hours(const struct canvas *canvas)
{
    const struct insights_habits *habits = &canvas->insights->view.habits;
    const struct insights_box *box = box_of(canvas, BLOCK_HOURS);
    int step = canvas->insights->layout.hour_step;

    put_heading(canvas, BLOCK_HOURS, "Times of day");
    for (int hour = 0; hour < HOURS; hour++) {
        int column = box->column + hour * step;

        draw_bar(row_of(canvas, box->line + 1), column, step > 1 ? step - 1 : 1,
                 habits->hours[hour], largest(habits->hours, HOURS),
                 attributes_of(canvas, habits->hour_label[hour]));
        if (hour % (step > 1 ? 3 : 6) == 0)
            paint_format(row_of(canvas, box->line + 2), column, 2, A_NORMAL, "%d", hour);
    }
}

static void draw_weekdays(const struct canvas *canvas)
{
    const struct insights_habits *habits = &canvas->insights->view.habits;
    const struct insights_box *box = box_of(canvas, BLOCK_WEEKDAYS);

    put_heading(canvas, BLOCK_WEEKDAYS, "Weekdays");
    for (int i = 0; i < WEEK; i++) {
        int day = (canvas->insights->period.week_start + i) % WEEK;

        draw_bar(row_of(canvas, box->line + 1), box->column + 3 * i, 2, habits->weekdays[day],
                 largest(habits->weekdays, WEEK),
                 attributes_of(canvas, habits->weekday_label[day]));
        paint_format(row_of(canvas, box->line + 2), box->column + 3 * i, 2, A_NORMAL, "%.2s",
                     insights_weekday_names[day]);
    }
}

/* ---- all of it ---- */

static void draw_head(const struct insights_state *insights, int row)
{
    const struct insights_head *head = &insights->head;

    paint_format(row, head->earlier, 1, A_NORMAL, "<");
    paint_format(row, head->title, head->title_width, A_BOLD, "%s", insights->period.title);
    paint_format(row, head->later, 1, A_NORMAL, ">");
    for (int i = 0; i < INSIGHTS_SPANS; i++) {
        const char *name = insights_span_names[i];
        bool here = i == (int)insights->period.span;

        if (head->span[i])
            paint_format(row, head->span[i], COLS, here ? A_BOLD : A_NORMAL, "%s%c%s%s%s",
                         here ? "[" : " ", name[0], head->words ? " " : "", head->words ? name : "",
                         here ? "]" : " ");
    }
}

static void draw_source(const struct insights_state *insights, int row)
{
    const struct insights_trends *trends = &insights->view.trends;
    char words[INSIGHTS_WORDS_MAX], counted[INSIGHTS_WORDS_MAX];
    int used, width, end = COLS < INSIGHTS_HEAD_COLUMNS ? COLS : INSIGHTS_HEAD_COLUMNS;

    insights_source_words(insights, words);
    used = paint_format(row, 1, COLS - 2, A_NORMAL, "%s", words);
    width = snprintf(counted, sizeof counted, "%zu message%s, %zu with an emotion",
                     trends->messages, trends->messages == 1 ? "" : "s", trends->told);
    if (trends->messages > 0 && 1 + used + 2 + width < end)
        paint_format(row, end - 1 - width, width, A_NORMAL, "%s", counted);
}

static void draw_focus(const struct canvas *canvas, struct spot *spot)
{
    const struct insights_state *insights = canvas->insights;
    struct insights_place place = insights_place(&insights->layout, insights->focus);
    int row = row_of(canvas, place.line);

    if (insights_mode(insights) == INSIGHTS_NOTHING || row < 0)
        return;
    *spot = (struct spot){.row = row, .column = place.column};
    if (insights_mode(insights) == INSIGHTS_LINES)
        paint_format(row, place.column, 1, A_NORMAL, ">");
    else if (place.width > 2 && insights->focus.block == BLOCK_DAYS)
        spot->column++;
    paint_chosen_part(row, place.column, place.width);
}

static void draw_page(const struct canvas *canvas, struct spot *spot)
{
    draw_trends(canvas);
    draw_days(canvas);
    draw_model(canvas);
    draw_guessed(canvas);
    draw_corrections(canvas);
    draw_streaks(canvas);
    draw_hours(canvas);
    draw_weekdays(canvas);
    draw_focus(canvas, spot);
}

/* The rows of the window: the period, the source, the page, what the chosen item says. */
static void lay_rows(struct insights_state *insights, const struct area *area, int *words_rows)
{
    int rows = area->bottom - area->top, head = rows < FEW_ROWS ? 1 : rows < MANY_ROWS ? 2 : 3;

    *words_rows = COLS < NARROW && rows >= FEW_ROWS ? 2 : 1;
    insights->head_row = area->top;
    insights->page_row = area->top + head;
    insights->page_rows = rows - head - *words_rows;
    if (insights->page_rows < 1)
        insights->page_rows = 1;
    insights->top =
        insights_scroll(&insights->layout, insights->focus, insights->top, insights->page_rows);
}

static void draw_empty(const struct area *area)
{
    paint_wrapped(area->top, 2, area->bottom - area->top,
                  "What your messages add up to will stand here: which emotions they have, day by "
                  "day and over the year, when you write, and, as you rate the guesses, how often "
                  "they are right. It begins with the first message: 1 goes to Write.",
                  A_NORMAL);
}

static void draw(void *state, struct face *face, const struct area *area, struct spot *spot)
{
    struct insights_state *insights = state;
    struct canvas canvas = {insights, journal_model(face->journal), insights_today()};
    char words[INSIGHTS_WORDS_MAX];
    int words_rows;

    insights_load(insights, face, COLS);
    if (insights->data.count == 0) {
        draw_empty(area);
        return;
    }
    lay_rows(insights, area, &words_rows);
    draw_head(insights, area->top);
    if (insights->page_row > area->top + 1)
        draw_source(insights, area->top + 1);
    if (insights->page_row > area->top + 2)
        paint_rule(area->top + 2);
    draw_page(&canvas, spot);
    insights_item_words(insights, words);
    paint_wrapped(area->bottom - words_rows, 1, words_rows, words, A_NORMAL);
}

static const char *hints(void *state, struct face *face)
{
    static char line[HINTS_MAX];

    (void)face;
    binding_hints(insights_bindings, (int)insights_mode(state), false, COLS - 2, line);
    return line;
}

static void press(void *state, struct face *face, const struct press *press)
{
    insights_press(state, face, press);
}

static void outdated(void *state, struct face *face, bool changed)
{
    struct insights_state *insights = state;

    (void)face;
    insights->stale = true;
    if (changed)
        insights->unread = true;
}

const struct screen insights_screen = {
    .number = 3,
    .name = "Insights",
    .bindings = insights_bindings,
    .press = press,
    .draw = draw,
    .hints = hints,
    .outdated = outdated,
};
