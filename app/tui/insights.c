#include "app/tui/insights.h"

#include "app/tui/insights_item.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 80 /* until the window is known */ };

void insights_init(struct insights_state *insights, struct face *face)
{
    (void)face;
    *insights = (struct insights_state){.stale = true, .unread = true, .columns = COLUMNS};
}

void insights_free(struct insights_state *insights)
{
    insights_data_free(&insights->data);
    *insights = (struct insights_state){0};
}

/* ---- what is shown ---- */

static void focus_on(struct insights_state *insights, enum insights_block block, int index)
{
    insights->focus = insights->wanted = (struct insights_item){block, index};
    if (block == BLOCK_HOURS || block == BLOCK_WEEKDAYS)
        insights->cell[block] = index;
    if (block == BLOCK_DAYS)
        insights->day = insights->period.first + index;
}

/* The choice stays where the user made it, or, as long as that is not there, near it. */
static void keep_focus(struct insights_state *insights)
{
    struct insights_item *focus = &insights->focus;
    int items = insights->layout.box[insights->wanted.block].items;

    *focus = insights->wanted;
    insights->cell[BLOCK_DAYS] = (int)(insights->day - insights->period.first);
    if (items == 0) {
        *focus = (struct insights_item){insights->layout.order[0], 0};
        if (insights->layout.box[focus->block].items == 0)
            insights_next_block(&insights->layout, focus->block, 1, &focus->block);
        items = insights->layout.box[focus->block].items;
    }
    if (focus->block == BLOCK_DAYS)
        focus->index = insights->cell[BLOCK_DAYS];
    if (focus->index >= items)
        focus->index = items > 0 ? items - 1 : 0;
}

static void arrange(struct insights_state *insights)
{
    insights_head(&insights->period, insights->columns, &insights->head);
    insights_layout(&insights->view, insights->columns, &insights->layout);
    keep_focus(insights);
}

static void count(struct insights_state *insights)
{
    insights_view(&insights->data, &insights->period, insights->source, insights_today(),
                  &insights->view);
    arrange(insights);
}

/* Where the journal cannot be read, what was read before stays. */
static void read_journal(struct insights_state *insights, struct face *face)
{
    struct insights_data data;

    if (face_complain(face, insights_read(face->journal, &data))) {
        insights_data_free(&data);
        return;
    }
    insights->unread = false;
    insights_data_free(&insights->data);
    insights->data = data;
    if (!insights->chosen_source)
        insights->source = insights_source(&data);
}

static void show_day(struct insights_state *insights, enum insights_span span, int32_t day,
                     int starts)
{
    insights->day = day;
    insights_period(span, day, starts, &insights->period);
}

/* The hours are entered at the one that has most messages. */
static void choose_hour(struct insights_state *insights)
{
    const size_t *hours = insights->view.habits.hours;

    for (int hour = 0; hour < 24; hour++)
        if (hours[hour] > hours[insights->cell[BLOCK_HOURS]])
            insights->cell[BLOCK_HOURS] = hour;
}

void insights_load(struct insights_state *insights, struct face *face, int columns)
{
    bool first = insights->period.days == 0, another = columns != insights->columns;

    insights->columns = columns;
    if (insights->stale) {
        insights->stale = false;
        if (insights->unread)
            read_journal(insights, face);
        show_day(insights, first ? INSIGHTS_MONTH : insights->period.span,
                 first ? insights_today() : insights->day, settings_week_start(face->settings));
        count(insights);
        if (first)
            choose_hour(insights);
    } else if (another) {
        arrange(insights);
    }
}

enum insights_mode insights_mode(const struct insights_state *insights)
{
    if (insights->data.count == 0)
        return INSIGHTS_EMPTY;
    if (insights->layout.box[insights->focus.block].items == 0)
        return INSIGHTS_NOTHING;
    switch (insights->focus.block) {
    case BLOCK_DAYS: return INSIGHTS_CALENDAR;
    case BLOCK_HOURS:
    case BLOCK_WEEKDAYS: return INSIGHTS_CELLS;
    default: return INSIGHTS_LINES;
    }
}

/* ---- the period ---- */

/* Looks at the same place of another period. */
static void step(struct insights_state *insights, int steps)
{
    int32_t offset = insights->day - insights->period.first;

    insights_step(&insights->period, steps, &insights->period);
    if (offset >= insights->period.days)
        offset = insights->period.days - 1;
    insights->day = insights->period.first + offset;
    count(insights);
}

static void earlier(void *screen, struct face *face)
{
    (void)face;
    step(screen, -1);
}

static void later(void *screen, struct face *face)
{
    (void)face;
    step(screen, 1);
}

static void show_span(struct insights_state *insights, enum insights_span span)
{
    show_day(insights, span, insights->day, insights->period.week_start);
    count(insights);
}

/* Another kind of period is looked at from its top, unless the choice is in what all have. */
static void choose_span(struct insights_state *insights, enum insights_span span)
{
    bool top = insights->wanted.block == BLOCK_TRENDS;

    show_span(insights, span);
    if (top) {
        insights->wanted = (struct insights_item){insights->layout.order[0], 0};
        keep_focus(insights);
    }
}

static void show_a_day(void *screen, struct face *face)
{
    (void)face;
    choose_span(screen, INSIGHTS_DAY);
}

static void show_week(void *screen, struct face *face)
{
    (void)face;
    choose_span(screen, INSIGHTS_WEEK);
}

static void show_month(void *screen, struct face *face)
{
    (void)face;
    choose_span(screen, INSIGHTS_MONTH);
}

static void show_year(void *screen, struct face *face)
{
    (void)face;
    choose_span(screen, INSIGHTS_YEAR);
}

static void show_today(void *screen, struct face *face)
{
    struct insights_state *insights = screen;

    (void)face;
    insights->day = insights_today();
    show_span(insights, insights->period.span);
}

static void switch_source(void *screen, struct face *face)
{
    struct insights_state *insights = screen;

    insights->chosen_source = true;
    insights->source = insights->source == INSIGHTS_YOU ? INSIGHTS_GUESSES : INSIGHTS_YOU;
    count(insights);
    face_say(face, "Counted by %s.", insights_source_names[insights->source]);
}

/* ---- choosing ---- */

/* Lists are entered at the end that is nearest, cells where they were left. */
static void enter_block(struct insights_state *insights, int way)
{
    const struct insights_layout *layout = &insights->layout;
    enum insights_block block;

    if (!insights_next_block(layout, insights->focus.block, way, &block))
        return;
    if (block == BLOCK_DAYS || block == BLOCK_HOURS || block == BLOCK_WEEKDAYS)
        focus_on(insights, block, insights->cell[block]);
    else
        focus_on(insights, block, way > 0 ? 0 : layout->box[block].items - 1);
}

static void move(struct insights_state *insights, enum insights_way way)
{
    int next = insights_neighbour(&insights->layout, insights->focus, way);

    if (next >= 0)
        focus_on(insights, insights->focus.block, next);
    else if (way == WAY_UP || way == WAY_DOWN)
        enter_block(insights, way == WAY_DOWN ? 1 : -1);
}

static void up(void *screen, struct face *face)
{
    (void)face;
    move(screen, WAY_UP);
}

static void down(void *screen, struct face *face)
{
    (void)face;
    move(screen, WAY_DOWN);
}

static void left(void *screen, struct face *face)
{
    (void)face;
    move(screen, WAY_LEFT);
}

static void right(void *screen, struct face *face)
{
    (void)face;
    move(screen, WAY_RIGHT);
}

/* A cell on in the calendar, where that ends into the next period. */
static void walk(struct insights_state *insights, int way)
{
    int32_t days = insights->layout.calendar.form == FORM_WEEKS ? 7 : 1;
    int32_t day = insights->day + way * days;

    if (day < INSIGHTS_DAY_FIRST || day > INSIGHTS_DAY_LAST)
        return;
    insights->day = day;
    if (day < insights->period.first || day >= insights->period.first + insights->period.days)
        show_span(insights, insights->period.span);
    keep_focus(insights);
}

static void walk_back(void *screen, struct face *face)
{
    (void)face;
    walk(screen, -1);
}

static void walk_on(void *screen, struct face *face)
{
    (void)face;
    walk(screen, 1);
}

static void next_section(void *screen, struct face *face)
{
    (void)face;
    enter_block(screen, 1);
}

/* To the start of this one, from there to that before it. */
static void previous_section(void *screen, struct face *face)
{
    struct insights_state *insights = screen;

    (void)face;
    if (insights->focus.index > 0 && insights_mode(insights) == INSIGHTS_LINES) {
        focus_on(insights, insights->focus.block, 0);
        return;
    }
    enter_block(insights, -1);
    if (insights_mode(insights) == INSIGHTS_LINES)
        focus_on(insights, insights->focus.block, 0);
}

static void first_item(void *screen, struct face *face)
{
    struct insights_state *insights = screen;
    enum insights_block block;

    (void)face;
    while (insights_next_block(&insights->layout, insights->focus.block, -1, &block))
        insights->focus.block = block;
    focus_on(insights, insights->focus.block, 0);
}

static void last_item(void *screen, struct face *face)
{
    struct insights_state *insights = screen;
    enum insights_block block;

    (void)face;
    while (insights_next_block(&insights->layout, insights->focus.block, 1, &block))
        insights->focus.block = block;
    focus_on(insights, insights->focus.block,
             insights->layout.box[insights->focus.block].items - 1);
}

/* ---- the entries behind it ---- */

static void list_entries(void *screen, struct face *face)
{
    const struct insights_state *insights = screen;
    struct buffer filter;
    enum error error;

    if (insights_item_entries(insights) == 0) {
        face_say(face, "There is no entry behind it.");
        return;
    }
    buffer_init(&filter, sizeof face->filter - 1);
    error = insights_item_filter(insights, &filter);
    if (!face_complain(face, error)) {
        memcpy(face->filter, filter.length ? filter.data : "", filter.length);
        face->filter[filter.length] = '\0';
        face->wish = WISH_LIST;
    }
    buffer_free(&filter);
}

/* ---- the mouse ---- */

/* In the line above the page. */
static void click_head(struct insights_state *insights, int column)
{
    const struct insights_head *head = &insights->head;

    if (column >= head->earlier && column < head->title)
        step(insights, -1);
    else if (column >= head->later - 1 && column <= head->later + 1)
        step(insights, 1);
    for (int i = 0; i < INSIGHTS_SPANS; i++) {
        if (head->span[i] && column >= head->span[i] && column < head->span[i] + head->width[i])
            choose_span(insights, (enum insights_span)i);
    }
}

/* Chooses what is clicked on; what is chosen already is opened. */
static void click(struct insights_state *insights, struct face *face, int row, int column)
{
    struct insights_item item, *focus = &insights->focus;
    int line = row - insights->page_row + insights->top;

    if (row == insights->head_row)
        click_head(insights, column);
    if (row < insights->page_row || row >= insights->page_row + insights->page_rows ||
        !insights_item_at(&insights->layout, line, column, &item))
        return;
    if (item.block == focus->block && item.index == focus->index)
        list_entries(insights, face);
    else
        focus_on(insights, item.block, item.index);
}

static void mouse(struct insights_state *insights, struct face *face, const struct press *press)
{
    switch (press->mouse) {
    case MOUSE_CLICK: click(insights, face, press->row, press->column); break;
    case MOUSE_WHEEL_UP: move(insights, WAY_UP); break;
    case MOUSE_WHEEL_DOWN: move(insights, WAY_DOWN); break;
    }
}

/* ---- keys ---- */

enum {
    ON_LINES = 1U << INSIGHTS_LINES,
    ON_CALENDAR = 1U << INSIGHTS_CALENDAR,
    ON_CELLS = 1U << INSIGHTS_CELLS,
    ON_ITEMS = ON_LINES | ON_CALENDAR | ON_CELLS,
    ALWAYS = ON_ITEMS | 1U << INSIGHTS_NOTHING,
};

const struct binding insights_bindings[] = {
    {.key = {KEY(PRESS_ENTER)},
     .modes = ON_ITEMS,
     .act = list_entries,
     .keys = "Enter",
     .what = "list the entries behind the chosen emotion, day, hour, correction",
     .hint = "Enter entries"},
    {.key = {'<', KEY(PRESS_PAGE_UP)},
     .modes = ALWAYS,
     .act = earlier,
     .keys = "<  Page Up",
     .what = "the period before",
     .hint = "< > step"},
    {.key = {'>', KEY(PRESS_PAGE_DOWN)},
     .modes = ALWAYS,
     .act = later,
     .keys = ">  Page Down",
     .what = "the period after"},
    {.key = {'d'}, .modes = ALWAYS, .act = show_a_day, .keys = "d", .what = "show a day"},
    {.key = {'w'}, .modes = ALWAYS, .act = show_week, .keys = "w", .what = "show a week"},
    {.key = {'m'}, .modes = ALWAYS, .act = show_month, .keys = "m", .what = "show a month"},
    {.key = {'y'},
     .modes = ALWAYS,
     .act = show_year,
     .keys = "y",
     .what = "show a year: each of its days, and its trends",
     .hint = "d w m y period"},
    {.key = {'s'},
     .modes = ALWAYS,
     .act = switch_source,
     .keys = "s",
     .what = "count by your ratings, or by the guesses",
     .hint = "s source"},
    {.key = {']'},
     .modes = ON_ITEMS,
     .act = next_section,
     .keys = "]  [",
     .what = "to the next section, to the one before",
     .hint = "[ ] section"},
    {.key = {'['}, .modes = ON_ITEMS, .act = previous_section},
    {.key = {'t'},
     .modes = ALWAYS,
     .act = show_today,
     .keys = "t",
     .what = "back to today",
     .hint = "t today"},
    {.key = {'j', KEY(PRESS_DOWN)},
     .modes = ON_ITEMS,
     .act = down,
     .keys = "Down  j",
     .what = "choose the next: an emotion, a day (a click and the wheel do too)"},
    {.key = {'k', KEY(PRESS_UP)},
     .modes = ON_ITEMS,
     .act = up,
     .keys = "Up  k",
     .what = "choose the one before"},
    {.key = {'h', KEY(PRESS_LEFT)},
     .modes = ON_CALENDAR,
     .act = walk_back,
     .keys = "Left  h",
     .what = "in the calendar: a day or week back, from its edge into the period before"},
    {.key = {'l', KEY(PRESS_RIGHT)},
     .modes = ON_CALENDAR,
     .act = walk_on,
     .keys = "Right  l",
     .what = "in the calendar: a day or week on, from its edge into the period after"},
    {.key = {'h', KEY(PRESS_LEFT)},
     .modes = ON_CELLS,
     .act = left,
     .keys = "Left  h",
     .what = "among the hours and weekdays: one back"},
    {.key = {'l', KEY(PRESS_RIGHT)},
     .modes = ON_CELLS,
     .act = right,
     .keys = "Right  l",
     .what = "among the hours and weekdays: one on"},
    {.key = {'h', KEY(PRESS_LEFT)},
     .modes = ALWAYS & ~(ON_CALENDAR | ON_CELLS),
     .act = earlier,
     .keys = "Left  h",
     .what = "in a list: the period before"},
    {.key = {'l', KEY(PRESS_RIGHT)},
     .modes = ALWAYS & ~(ON_CALENDAR | ON_CELLS),
     .act = later,
     .keys = "Right  l",
     .what = "in a list: the period after"},
    {.key = {'g', KEY(PRESS_HOME)},
     .modes = ON_ITEMS,
     .act = first_item,
     .keys = "Home  g",
     .what = "to the first of all"},
    {.key = {'G', KEY(PRESS_END)},
     .modes = ON_ITEMS,
     .act = last_item,
     .keys = "End  G",
     .what = "to the last of all"},
    {.keys = NULL},
};

void insights_press(struct insights_state *insights, struct face *face, const struct press *press)
{
    insights_load(insights, face, insights->columns);
    if (press->kind == PRESS_CONTROL && press->letter == 'c') {
        face_interrupt(face, &insights->asked_to_quit);
        return;
    }
    insights->asked_to_quit = false;
    if (press->kind == PRESS_MOUSE && insights->data.count > 0)
        mouse(insights, face, press);
    else if (!binding_press(insights_bindings, (int)insights_mode(insights), insights, face, press))
        face_press(face, press);
}
