#include "app/tui/insights_layout.h"

#include "app/glyph.h"

#include <stdlib.h>
#include <string.h>

enum {
    WEEK = 7,
    HOURS = 24,
    MONTH_WEEKS = 6, /* columns of a month, whatever day it begins on */
    YEAR_WEEKS = 54,
    MONTH_DAYS = 31,
    WIDE = 60,   /* columns from which blank lines part the blocks, and lists stand side by side */
    NARROW = 36, /* columns below which all is drawn together */
    GAP = 3,     /* columns between blocks that do */
    SHARE = 6,   /* columns of a share, with those before it */
    CHANGE = 5,  /* of a change */
    LIST = 44,   /* columns of a list that has another beside it, at most */
    NOTE = 2,    /* lines of a block that has only something to say */
};

static int at_most(int number, int limit)
{
    return number < limit ? number : limit;
}

static int at_least(int number, int limit)
{
    return number > limit ? number : limit;
}

/* ---- trends ---- */

static int widest_name(const struct insights_data *data)
{
    int widest = (int)strlen("emotion");

    for (int i = 0; i < data->names; i++)
        widest = at_least(glyph_columns(data->name[i], strlen(data->name[i])), widest);
    return widest;
}

static int bar_step(enum insights_span span)
{
    return span == INSIGHTS_MONTH ? 1 : span == INSIGHTS_YEAR ? 2 : 3;
}

/* Where there is no room for a bar a bucket, several share one. */
static void lay_trends(const struct insights_view *view, int columns, struct insights_layout *out)
{
    const struct insights_period *period = &view->trends.period;
    struct insights_columns *trend = &out->trend;
    int left = columns < NARROW ? 1 : 2, room, bars;

    trend->letter = left;
    trend->name = left + 2;
    trend->name_width = at_most(widest_name(view->data), columns < NARROW ? 8
                                                         : columns < WIDE ? 10
                                                                          : 14);
    trend->bars = trend->name + trend->name_width + (columns < WIDE ? 1 : 2);
    room = at_least(columns - trend->bars - SHARE - (columns < NARROW ? 0 : CHANGE), 1);
    trend->step = bar_step(period->span);
    if (period->buckets * trend->step > room)
        trend->step = 1;
    trend->merged = (period->buckets + room - 1) / room;
    bars = (period->buckets + trend->merged - 1) / trend->merged;
    trend->share = trend->bars + bars * trend->step;
    trend->change = columns < NARROW ? 0 : trend->share + SHARE;
    out->box[BLOCK_TRENDS] = (struct insights_box){
        .lines = 1 + (view->trends.count ? view->trends.count : NOTE),
        .items = view->trends.count,
        .width = trend->share + SHARE + (trend->change ? CHANGE : 0),
    };
}

/* ---- the calendar ---- */

static int weeks_of(enum insights_span span)
{
    return span == INSIGHTS_WEEK ? 1 : span == INSIGHTS_MONTH ? MONTH_WEEKS : YEAR_WEEKS;
}

/* The columns of a calendar of weeks. */
static int weeks_width(enum insights_span span, int step)
{
    return 3 + weeks_of(span) * step;
}

/* A cell is as wide as can be; the widest that is asked for (`step`) down to the narrowest. Returns
 * 0 where even that is too wide. */
static int widest_step(enum insights_span span, int step, int narrowest, int room)
{
    while (step >= narrowest && weeks_width(span, step) > room)
        step--;
    return step >= narrowest ? step : 0;
}

static void lay_weeks(const struct insights_period *period, int column, int step,
                      struct insights_layout *out)
{
    out->calendar.form = FORM_WEEKS;
    out->calendar.step = step;
    out->calendar.labels = 3;
    out->box[BLOCK_DAYS] = (struct insights_box){.column = column,
                                                 .lines = 1 + WEEK,
                                                 .items = (int)period->days,
                                                 .width = weeks_width(period->span, step)};
}

/* A year where weeks do not fit side by side. */
static void lay_months(const struct insights_period *period, int column, int columns,
                       struct insights_layout *out)
{
    struct insights_calendar *calendar = &out->calendar;
    int halves;

    calendar->form = FORM_MONTHS;
    calendar->step = 1;
    calendar->labels = 4;
    calendar->across =
        column + calendar->labels + MONTH_DAYS <= columns ? MONTH_DAYS : (MONTH_DAYS + 1) / 2;
    halves = calendar->across < MONTH_DAYS ? 2 : 1;
    out->box[BLOCK_DAYS] = (struct insights_box){.column = column,
                                                 .lines = 1 + 12 * halves,
                                                 .items = (int)period->days,
                                                 .width = calendar->labels + calendar->across};
}

/* Beside the trends where there is room. Returns whether it stands there. */
static bool lay_days(const struct insights_view *view, int columns, struct insights_layout *out)
{
    const struct insights_period *period = &view->trends.period;
    bool year = period->span == INSIGHTS_YEAR;
    int most = year ? 2 : 3, column = columns < NARROW ? 1 : 2;
    int beside = widest_step(period->span, most, 2,
                             columns - out->box[BLOCK_TRENDS].width - GAP - (year ? column : 0));
    int below = widest_step(period->span, most, 1, columns - column);

    if (period->span == INSIGHTS_DAY)
        return false;
    out->calendar.lead = (insights_weekday(period->first) - period->week_start + WEEK) % WEEK;
    out->calendar.leap = period->days == INSIGHTS_DAYS_MAX;
    if (beside)
        lay_weeks(period, year ? column : out->box[BLOCK_TRENDS].width + GAP, beside, out);
    else if (below)
        lay_weeks(period, column, below, out);
    else
        lay_months(period, column, columns, out);
    out->calendar.legend = !beside;
    out->box[BLOCK_DAYS].lines += out->calendar.legend;
    return beside != 0;
}

/* ---- what is counted over all time ---- */

static void lay_list(struct insights_layout *out, enum insights_block block, int items, int width)
{
    out->box[block] =
        (struct insights_box){.lines = items ? 1 + items : 0, .items = items, .width = width};
}

/* Inserts the label behind those that were guessed at least as often. */
static void add_guessed(const struct insights_agreement *agreement, int label, int count,
                        int guessed[])
{
    int at = count;

    for (; at > 0 && agreement->guessed[guessed[at - 1]] < agreement->guessed[label]; at--)
        guessed[at] = guessed[at - 1];
    guessed[at] = label;
}

static void lay_all_time(const struct insights_view *view, int columns, struct insights_layout *out)
{
    const struct insights_agreement *agreement = &view->agreement;
    int half = columns < WIDE ? columns : at_most((columns - GAP) / 2, LIST), guessed = 0;

    for (int i = 0; i < view->data->names; i++)
        if (agreement->guessed[i] > 0)
            add_guessed(agreement, i, guessed++, out->guessed);
    lay_list(out, BLOCK_MODEL, agreement->rated > 0, at_most(columns, 2 * half));
    out->box[BLOCK_MODEL].lines = agreement->rated < INSIGHTS_FIRST ? 1 + NOTE : 2;
    lay_list(out, BLOCK_GUESSED, guessed, half);
    lay_list(out, BLOCK_CORRECTIONS, agreement->corrections, half);
    lay_list(out, BLOCK_STREAKS, view->habits.streak > 0 ? 2 : 1, at_most(columns, 2 * half));
    out->hour_step = 2 * HOURS + GAP + 3 * WEEK + 2 > columns ? 1 : 2;
    out->box[BLOCK_HOURS] = (struct insights_box){.lines = 3,
                                                  .items = HOURS,
                                                  .width = out->hour_step * HOURS,
                                                  .column = columns < 26 ? 0 : 2};
    out->box[BLOCK_WEEKDAYS] = (struct insights_box){
        .lines = 3, .items = WEEK, .width = 3 * WEEK, .column = columns < 26 ? 0 : 2};
}

/* ---- the page ---- */

static void stack(struct insights_layout *layout, enum insights_block block, int gap)
{
    struct insights_box *box = &layout->box[block];

    box->line = layout->lines;
    layout->lines += box->lines ? box->lines + gap : 0;
}

static void pair(struct insights_layout *layout, enum insights_block left,
                 enum insights_block right, int gap)
{
    struct insights_box *one = &layout->box[left], *other = &layout->box[right];

    one->line = other->line = layout->lines;
    other->column = one->column + one->width + GAP;
    layout->lines += at_least(one->lines, other->lines) + gap;
}

/* The year is looked at first as days, the others as trends. */
static void put_in_order(const struct insights_view *view, struct insights_layout *out)
{
    bool year = view->trends.period.span == INSIGHTS_YEAR;

    for (int i = 0; i < BLOCKS; i++)
        out->order[i] = (enum insights_block)i;
    out->order[0] = year ? BLOCK_DAYS : BLOCK_TRENDS;
    out->order[1] = year ? BLOCK_TRENDS : BLOCK_DAYS;
}

void insights_layout(const struct insights_view *view, int columns, struct insights_layout *out)
{
    int gap = columns < WIDE ? 0 : 1;
    bool beside;

    *out = (struct insights_layout){0};
    lay_trends(view, columns, out);
    beside = lay_days(view, columns, out);
    lay_all_time(view, columns, out);
    put_in_order(view, out);
    if (beside) {
        pair(out, out->order[0], out->order[1], gap);
    } else {
        stack(out, out->order[0], out->box[out->order[1]].lines > 0 ? 0 : gap);
        stack(out, out->order[1], gap);
    }
    stack(out, BLOCK_MODEL, 0);
    if (gap && out->box[BLOCK_CORRECTIONS].items && out->box[BLOCK_GUESSED].items) {
        pair(out, BLOCK_GUESSED, BLOCK_CORRECTIONS, gap);
    } else {
        stack(out, BLOCK_GUESSED, 0);
        stack(out, BLOCK_CORRECTIONS, gap);
    }
    stack(out, BLOCK_STREAKS, gap);
    if (gap) {
        pair(out, BLOCK_HOURS, BLOCK_WEEKDAYS, 0);
    } else {
        stack(out, BLOCK_HOURS, 0);
        stack(out, BLOCK_WEEKDAYS, 0);
    }
}

/* ---- items ---- */

static struct insights_place place_day(const struct insights_layout *layout, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const struct insights_calendar *calendar = &layout->calendar;
    int month = 0, line, column, length;

    if (calendar->form == FORM_WEEKS) {
        line = (day + calendar->lead) % WEEK;
        column = (day + calendar->lead) / WEEK * calendar->step;
    } else {
        while (day >= (length = lengths[month] + (month == 1 && calendar->leap))) {
            day -= length;
            month++;
        }
        line = month * (calendar->across < MONTH_DAYS ? 2 : 1) + day / calendar->across;
        column = day % calendar->across;
    }
    return (struct insights_place){line, calendar->labels + column, calendar->step};
}

struct insights_place insights_place(const struct insights_layout *layout,
                                     struct insights_item item)
{
    const struct insights_box *box = &layout->box[item.block];
    struct insights_place place;

    switch (item.block) {
    case BLOCK_DAYS: place = place_day(layout, item.index); break;
    case BLOCK_HOURS:
        place = (struct insights_place){0, item.index * layout->hour_step, layout->hour_step};
        break;
    case BLOCK_WEEKDAYS: place = (struct insights_place){0, item.index * 3, 3}; break;
    default: place = (struct insights_place){item.index, 0, box->width}; break;
    }
    place.line += box->line + 1;
    place.column += box->column;
    return place;
}

/* How far a place is from another in that direction, the nearest being the smallest; -1: it does
 * not lie there. Lines count more than columns. */
static int distance(struct insights_place from, struct insights_place to, enum insights_way way)
{
    int lines = to.line - from.line, columns = to.column - from.column;

    if (way == WAY_UP)
        lines = -lines;
    if (way == WAY_LEFT)
        columns = -columns;
    if (way == WAY_LEFT || way == WAY_RIGHT)
        return lines == 0 && columns > 0 ? columns : -1;
    return lines > 0 ? lines * 1024 + abs(columns) : -1;
}

int insights_neighbour(const struct insights_layout *layout, struct insights_item item,
                       enum insights_way way)
{
    struct insights_place from = insights_place(layout, item);
    int nearest = -1, best = -1;

    for (int i = 0; i < layout->box[item.block].items; i++) {
        struct insights_item other = {item.block, i};
        int away = distance(from, insights_place(layout, other), way);

        if (away >= 0 && (best < 0 || away < best)) {
            best = away;
            nearest = i;
        }
    }
    return nearest;
}

bool insights_next_block(const struct insights_layout *layout, enum insights_block block, int step,
                         enum insights_block *out)
{
    int at = 0;

    while (at < BLOCKS - 1 && layout->order[at] != block)
        at++;
    for (at += step; at >= 0 && at < BLOCKS; at += step) {
        *out = layout->order[at];
        if (layout->box[*out].items > 0)
            return true;
    }
    return false;
}

bool insights_item_at(const struct insights_layout *layout, int line, int column,
                      struct insights_item *out)
{
    for (int block = 0; block < BLOCKS; block++) {
        for (int i = 0; i < layout->box[block].items; i++) {
            struct insights_item item = {(enum insights_block)block, i};
            struct insights_place place = insights_place(layout, item);

            *out = item;
            if (line == place.line && column >= place.column && column < place.column + place.width)
                return true;
        }
    }
    return false;
}

int insights_scroll(const struct insights_layout *layout, struct insights_item item, int top,
                    int rows)
{
    const struct insights_box *box = &layout->box[item.block];
    int first = insights_place(layout, item).line, last = first;

    if (box->lines <= rows) {
        first = box->line;
        last = box->line + box->lines - 1;
    } else if (first == box->line + 1 && rows > 1) {
        first = box->line;
    }
    if (last >= top + rows)
        top = last - rows + 1;
    if (first < top)
        top = first;
    return at_least(at_most(top, layout->lines - rows), 0);
}

/* ---- the line above the page ---- */

void insights_head(const struct insights_period *period, int columns, struct insights_head *out)
{
    int width = (int)strlen(period->title), spans = 0, at;

    columns = at_most(columns, INSIGHTS_HEAD_COLUMNS);
    *out = (struct insights_head){.earlier = 1, .title = 3, .words = columns >= WIDE + 16};
    for (int i = 0; i < INSIGHTS_SPANS; i++) {
        out->width[i] = out->words ? 4 + (int)strlen(insights_span_names[i]) : 3;
        spans += out->width[i];
    }
    out->title_width = at_most(width, columns - 6);
    out->later = out->title + out->title_width + 1;
    at = columns - spans - 1;
    for (int i = 0; i < INSIGHTS_SPANS && at > out->later + 1; i++) {
        out->span[i] = at;
        at += out->width[i];
    }
}
